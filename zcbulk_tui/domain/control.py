"""What became of a start or an abort, as far as readings prove it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from zcbulk_tui.domain.job import Action, JobReading, JobState
from zcbulk_tui.errors import ZcbulkError


class Outcome(StrEnum):
    """How a command ended."""

    SENT = "sent"
    """On its way, or the answer is unclear and the status does not show yet what became of it."""

    ACCEPTED = "accepted"
    """The server said yes."""

    REFUSED = "refused"
    """The server said no, or the command was never sent."""

    TOOK_EFFECT = "took effect"
    """The answer was unclear; a status shows the effect, and one from before shows none."""

    UNPROVEN = "unproven"
    """The answer was unclear; the job is in that state, and may have been in it before."""

    NO_EFFECT = "no effect"
    """The answer was unclear; the last of the looks showed no effect. A later one may."""


class Command(NamedTuple):
    """A start or an abort and what became of it.

    Attributes:
        action: What was commanded.
        sent_at: When; aware.
        outcome: How it ended.
        said: The server's words on success; empty when there are none.
        error: Why it was refused, or why its answer is unclear.
    """

    action: Action
    sent_at: datetime
    outcome: Outcome = Outcome.SENT
    said: str = ""
    error: ZcbulkError | None = None

    @property
    def is_unclear(self) -> bool:
        """Whether its answer was lost, and no status shows yet what became of it."""
        return self.outcome is Outcome.SENT and self.error is not None

    def ended(
        self, outcome: Outcome, said: str = "", error: ZcbulkError | None = None
    ) -> "Command":
        """The same command with what is now known of it; an error known before stays."""
        return self._replace(
            outcome=outcome, said=said, error=error.kept() if error else self.error
        )


FRESH = timedelta(hours=1)
"""How old a reading may be that shows how a job stood when it was commanded."""

LOOKS = (2.0, 10.0, 30.0, 60.0)
"""Seconds after a lost answer at which the status is read, until one of them shows the effect.

Invented, since no source says how late an effect may show. They are all that is spent on it: after
the last one, the ordinary polls of the job show what became of the command.
"""


def next_look(done: int) -> float | None:
    """Returns the seconds from a lost answer to the look after `done` others; None for no more."""
    return LOOKS[done] if done < len(LOOKS) else None


def has_had_its_time(seconds: float) -> bool:
    """Whether a status without the effect, read so long after the answer was lost, settles it."""
    return seconds >= LOOKS[-1]


def told_by(reading: JobReading, action: Action) -> Outcome:
    """Returns what became of a command whose answer is unclear, by a status.

    A state that we do not know proves nothing: the command then stays as it was. Nor does an
    aborted job show whether it had been started, unless it has records.
    """
    state = reading.state
    if state is JobState.UNKNOWN:
        return Outcome.SENT
    if action is Action.START and state in _ABORTED:
        return Outcome.TOOK_EFFECT if reading.counts.processed else Outcome.SENT
    effects = _STARTED if action is Action.START else _ABORTED
    return Outcome.TOOK_EFFECT if state in effects else Outcome.NO_EFFECT


def shows_none(before: JobReading | None, command: Command) -> bool:
    """Whether a reading from before a command proves that what shows later is its effect.

    Args:
        before: The reading; None where there is none.
        command: The command; it was sent at most `FRESH` after the reading.
    """
    if before is None:
        return False
    is_fresh = timedelta() <= command.sent_at - before.read_at <= FRESH
    return is_fresh and told_by(before, command.action) is Outcome.NO_EFFECT


CERTAINTY: Mapping[Outcome, int] = {
    Outcome.SENT: 0,
    Outcome.NO_EFFECT: 2,
    Outcome.UNPROVEN: 3,
    Outcome.TOOK_EFFECT: 4,
    Outcome.ACCEPTED: 5,
    Outcome.REFUSED: 5,
}
"""How certain an outcome is: a server's own answer is more certain than any conclusion.

One more for a command of which it is known that its answer is lost, not only that it was sent.
"""


_STARTED = frozenset(
    {JobState.IN_PROGRESS, JobState.COMPLETED, JobState.SYSTEM_ABORTED, JobState.FAILED}
)
_ABORTED = frozenset({JobState.USER_ABORTED, JobState.ABORTED})
