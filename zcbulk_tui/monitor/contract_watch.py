"""What is known of the servers' contract, and answers that say otherwise: said once, and noted."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from zcbulk_tui.domain.contract import (
    BOTH,
    NOTHING,
    UNKNOWN,
    Contract,
    Contradiction,
    Finding,
    Question,
    Withdrawn,
    contradictions,
)
from zcbulk_tui.domain.contract_text import contradiction_text
from zcbulk_tui.domain.records import EventKind
from zcbulk_tui.domain.state_words import normal
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.monitor.recorder import Recorder
from zcbulk_tui.store.contracts import Contracts
from zcbulk_tui.store.memory import Memory

_FRESH = timedelta(seconds=15)
"""For how long what was read stays good: other processes find things out, too."""


class ContractWatch:
    """Compares what answers show with what is known of their servers.

    What contradicts it takes its place, with its date, and is said: what was known is no more true
    for being older.

    Args:
        contracts: Keep what is known.
        memory: Keeps that it was contradicted.
        say: Takes a contradiction, and when the opposite was found.
        now: The time of day; aware.
        base_url: Replaces the origin of every server; None for each job's own.
    """

    def __init__(
        self,
        contracts: Contracts,
        memory: Memory,
        say: Callable[[Contradiction, datetime], None],
        now: Callable[[], datetime],
        base_url: str | None = None,
    ) -> None:
        self._contracts = contracts
        self._recorder = Recorder(memory, now)
        self._say = say
        self._now = now
        self._base_url = base_url
        self._known: dict[str, tuple[datetime, Contract]] = {}
        self._said: set[tuple[str, Contradiction]] = set()

    def known(self, origin: str) -> Contract:
        """Returns what is known of a server; nothing where that cannot be read."""
        origin = self._base_url or origin
        read_at, contract = self._known.get(origin, (None, UNKNOWN))
        if read_at is not None and abs(self._now() - read_at) < _FRESH:
            return contract
        return self._read(origin)

    def observe(self, origin: str, finding: Finding) -> None:
        """Takes what an answer shows."""
        origin = self._base_url or origin
        if not self._is_news(self.known(origin), finding):
            return
        known = self._read(origin)  # another process may have said it by now
        if not self._is_news(known, finding):
            return
        self._contracts.note(origin, finding)
        self._known.pop(origin, None)
        self._note_contradictions(origin, known, finding)

    def learn(self, origin: str, found: Contract, withdrawn: Withdrawn = NOTHING) -> None:
        """Takes all that a probe has found by now.

        Args:
            origin: Of the server.
            found: All of it.
            withdrawn: What it has found before, and leaves open now.

        Raises:
            ConfigError: It cannot be written down.
        """
        origin = self._base_url or origin
        known = self._contracts.known(origin)
        self._contracts.save(origin, found, withdrawn)
        self._known.pop(origin, None)
        for finding in found.findings.values():
            before = known.findings.get(finding.question)
            # What is older than what is known changes nothing.
            if before is not None and finding.found_at >= before.found_at:
                self._note_contradictions(origin, known, finding)
        for question, aspect in withdrawn.contested:
            value, before = known.value(question, aspect), known.findings.get(question)
            if value is not None and before is not None and before.found_at <= withdrawn.at:
                self._note(origin, known, [Contradiction(question, aspect, value, BOTH)])

    def _note_contradictions(self, origin: str, known: Contract, finding: Finding) -> None:
        self._note(origin, known, _contradictions(known, finding))

    def _note(self, origin: str, known: Contract, found: Iterable[Contradiction]) -> None:
        for each in found:
            # A server that does now this, now that, is said once.
            if (origin, each) not in self._said:
                self._said.add((origin, each))
                since = known.findings[each.question].found_at
                self._recorder.event(EventKind.CONTRACT, contradiction_text(each, since))
                if not _is_spelling(each):
                    self._say(each, since)

    def _read(self, origin: str) -> Contract:
        try:
            contract = self._contracts.known(origin)
        except ConfigError:
            contract = UNKNOWN  # what is wrong with the memory is said elsewhere
        self._known[origin] = (self._now(), contract)
        return contract

    def _is_news(self, known: Contract, finding: Finding) -> bool:
        """Whether it says otherwise; or is of a kind that no probe asks for, and not known yet."""
        if _contradictions(known, finding):
            return True
        if finding.question.is_probed:
            return False
        return any(known.value(finding.question, aspect) is None for aspect in finding.values)


def _contradictions(known: Contract, finding: Finding) -> tuple[Contradiction, ...]:
    return contradictions(known, Contract({finding.question: finding}))


def _is_spelling(found: Contradiction) -> bool:
    """Whether a state's word is only spelled otherwise: that is written down, and no more."""
    is_word = found.question is Question.STATE_WORDS
    return is_word and normal(found.known) == normal(found.seen)
