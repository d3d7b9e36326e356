"""What the answers of a probe show.

Nothing is guessed: an aspect that was not clearly seen is left out, and so is one of which two
answers say two things.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from zcbulk_tui.domain import probe_answers as answers
from zcbulk_tui.domain import probe_files as files
from zcbulk_tui.domain.contract import Contract, Notes, Question
from zcbulk_tui.domain.job import JobState
from zcbulk_tui.domain.probe import Act, Exchange
from zcbulk_tui.domain.probe_answers import is_accepted
from zcbulk_tui.domain.probe_record_findings import RecordFindings
from zcbulk_tui.domain.probe_trail import STILL_STARTS, TWIN, Trail, is_accepted_way, trails_of
from zcbulk_tui.domain.probe_ways import SHAPES, Way

UPDATE, CREATE = "UPDATE", "CREATE"

_SPEAKS_OF_SIZE = re.compile(r"\b(?:size|larger?|bigger|too big|megabytes?)\b|\d ?mb\b", re.I)


@dataclass(frozen=True, slots=True)
class Granted:
    """What a sign-in allows.

    Attributes:
        scopes: As in ``ZohoCreator.bulk.READ``.
        since: When it was made; calls that were sent before show nothing of its scopes; aware.
    """

    scopes: Collection[str]
    since: datetime

    def has(self, name: str) -> bool:
        """Whether it has a scope of bulk calls, as in ``UPDATE``."""
        return any(it.endswith(f"bulk.{name}") for it in self.scopes)


def findings(
    transcript: Sequence[Exchange],
    granted: Granted | None = None,
) -> Contract:
    """Returns what is known by now.

    Args:
        transcript: What was done, in its order.
        granted: What the sign-in allows; None where that is not known.
    """
    return notes(transcript, granted).contract()


def withdrawn(
    transcript: Sequence[Exchange], granted: Granted | None = None
) -> frozenset[tuple[Question, str]]:
    """Returns the aspects that are open because the answers say two things of them.

    What the same probe has found of them before, from fewer answers, holds no longer.

    Args:
        transcript: As for `findings`.
        granted: The same.
    """
    return notes(transcript, granted).contested()


def notes(transcript: Sequence[Exchange], granted: Granted | None = None) -> Notes:
    """Returns all that was seen, for those who want both of what `findings` and `withdrawn` do."""
    form = files.form_of(transcript)
    columns = files.columns_of(form) if form is not None else None
    return _Reader(transcript, columns, granted).read()


class _Reader:
    """Reads one transcript."""

    def __init__(
        self,
        transcript: Sequence[Exchange],
        columns: files.Columns | None,
        granted: Granted | None,
    ) -> None:
        self._all = transcript
        self._sent = answers.made(transcript)
        self._columns = columns
        self._granted = granted
        self._trails = trails_of(transcript, columns)
        self._by_job = {it.job: it for it in self._trails}
        self._notes = Notes()

    def read(self) -> Notes:
        """Returns all that was seen."""
        self._control()
        self._words()
        self._details()
        self._out_of_turn()
        self._zip()
        self._limits()
        completed = self._completed()
        RecordFindings(
            self._trails, self._sent, self._columns, frozenset(completed), self._notes
        ).read()
        return self._notes

    def _note(self, question: Question, aspect: str, value: str, *seen_in: Exchange) -> None:
        self._notes.add(question, aspect, value, max(it.sent_at for it in seen_in))

    # -- start and abort ------------------------------------------------------------------------

    def _control(self) -> None:
        calls = [
            (way, it)
            for it in self._sent
            if it.step.act in (Act.START, Act.ABORT) and (way := Way.of(it.step.detail)) is not None
        ]
        accepted = [(way, it) for way, it in calls if is_accepted(it)]
        if accepted:
            way, it = accepted[-1]  # the newest: a server may change
            self._note(Question.CONTROL_METHOD, "method", way.method, it)
            self._note(Question.CONTROL_BODY, "body", way.shape, it)
            self._note(Question.CONTROL_BODY, "case", way.case, it)
        if self._granted is not None:
            since = self._granted.since
            self._scope(self._granted, [each for each in calls if each[1].sent_at >= since])

    def _scope(self, granted: Granted, calls: Sequence[tuple[Way, Exchange]]) -> None:
        accepted = next((it for _, it in calls if is_accepted(it)), None)
        if accepted is not None:
            if granted.has(UPDATE) != granted.has(CREATE):
                scope = UPDATE if granted.has(UPDATE) else CREATE
                self._note(Question.CONTROL_SCOPE, "scope", scope, accepted)
            return
        no_scope = {way.shape: it for way, it in calls if it.code == answers.NO_SCOPE}
        if len(no_scope) == len(SHAPES) and not granted.has(UPDATE):
            # A body of the wrong shape may be answered so: both were.
            self._note(Question.CONTROL_SCOPE, "scope", UPDATE, *no_scope.values())

    # -- status ---------------------------------------------------------------------------------

    def _words(self) -> None:
        waiting = set()
        for aspect, moment in (("created", "new"), ("uploaded", "uploaded")):
            for trail in self._trails:
                for _, word, it in (each for each in trail.words if each[0] == moment):
                    if not _may_wait(word, it):
                        continue  # another process has started it
                    waiting.add(word)
                    self._note(Question.STATE_WORDS, aspect, word, it)
        completed = self._completed()
        for word, it in completed.items():
            self._note(Question.STATE_WORDS, "completed", word, it)
        for trail in self._trails:
            last = trail.final_word()
            if last is not None and self._is_system_abort(trail, last[0], completed):
                self._note(Question.STATE_WORDS, "aborted by system", *last)
            for moment, word, it in trail.words:
                if moment == "started" and word not in waiting and _is_running(word, it, last):
                    self._note(Question.STATE_WORDS, "running", word, it)
                elif moment == "aborted" and self._is_user_abort(trail, word, waiting):
                    self._note(Question.STATE_WORDS, "aborted by user", word, it)

    def _completed(self) -> dict[str, Exchange]:
        """The words of jobs that have completed."""
        ends = [(trail, last) for trail in self._trails if (last := trail.final_word()) is not None]
        return {word: it for trail, (word, it) in ends if self._is_completed(trail, word)}

    def _is_completed(self, trail: Trail, word: str) -> bool:
        meaning = answers.meaning_of(word)
        if meaning is not None:
            return meaning is JobState.COMPLETED
        counts = trail.last_counts
        return counts is not None and 0 < counts[0] == counts[1]

    def _is_system_abort(self, trail: Trail, word: str, completed: Collection[str]) -> bool:
        meaning = answers.meaning_of(word)
        if meaning is not None:
            return meaning in (JobState.SYSTEM_ABORTED, JobState.ABORTED)  # nobody else aborts it
        if any(
            it.code == answers.ABORTED_BY_SYSTEM for it in trail.calls if it.step.act is Act.ABORT
        ):
            return True
        # By [LIMB] the end of a job in which more than 5 % of the batches failed.
        counts = trail.last_counts
        return (
            counts is not None
            and 0 < counts[0] == counts[2]
            and bool(completed)
            and (word not in completed)
        )

    def _is_user_abort(self, trail: Trail, word: str, waiting: Collection[str]) -> bool:
        before = {other for moment, other, _ in trail.words if moment != "aborted"}
        return (
            answers.meaning_of(word) in (JobState.USER_ABORTED, JobState.ABORTED, None)
            and word not in before
            and word not in waiting
        )

    def _details(self) -> None:
        for it in self._sent:
            if it.step.act is Act.STATUS and it.seen.get("details") in ("inside", "beside"):
                self._note(Question.RECORD_DETAILS, "place", it.seen["details"], it)

    # -- out of turn ----------------------------------------------------------------------------

    def _out_of_turn(self) -> None:
        early: list[Exchange] = []
        second: list[Exchange] = []
        late: list[Exchange] = []
        for trail in self._trails:
            early += self._early_starts(trail)
            second += _second_uploads(trail)
            late += self._late_aborts(trail)
        self._note_answers("early", "start before the upload", early)
        self._note_answers("second", "second upload", second)
        self._note_answers("late", "abort after the end", late)
        self._note_answers("busy", "create on a busy form", self._busy_creates())

    def _busy_creates(self) -> Iterator[Exchange]:
        for trail in self._trails:
            if not trail.job.startswith(TWIN):
                continue
            create = trail.calls[0]
            others = [
                (it, made)
                for it in self._trails
                if not it.job.startswith(TWIN)
                and (made := it.created) is not None
                and made.sent_at < create.sent_at
            ]
            if not others:
                continue
            other, made = others[-1]
            # Where it is accepted, the other job may have ended, which was another process's doing.
            is_open = any(
                is_accepted(it) and it.sent_at > create.sent_at
                for it in other.calls
                if it.step.act in (Act.UPLOAD, Act.START)
            )
            is_young = create.sent_at - made.sent_at < STILL_STARTS
            if is_young and (is_open or not is_accepted(create)):
                yield create

    def _early_starts(self, trail: Trail) -> Iterator[Exchange]:
        for it in trail.calls:
            if it.step.act is Act.UPLOAD:
                return
            if it.step.act is not Act.START:
                continue
            # One that is accepted may have a file, which another process has uploaded.
            seen = [
                each for each in trail.calls if answers.word_of(each) and each.sent_at > it.sent_at
            ]
            has_none = seen and not any((answers.counts_of(each) or (0,))[0] for each in seen)
            if has_none if is_accepted(it) else is_accepted_way(it.step.detail, self._sent):
                yield it

    def _late_aborts(self, trail: Trail) -> Iterator[Exchange]:
        end = trail.ended_by
        if end is None:
            return
        for it in trail.calls[trail.calls.index(end) :]:
            if it.step.act is Act.ABORT and is_accepted_way(it.step.detail, self._sent):
                yield it

    def _note_answers(self, about: str, aspect: str, calls: Iterable[Exchange]) -> None:
        answered = list(calls)
        for it in answered:
            if is_accepted(it):
                self._note(Question.OUT_OF_TURN, aspect, "accepted", it)
        for it in answers.confirmed(about, answered):
            self._note(Question.OUT_OF_TURN, aspect, answers.refusal_text(it), it)

    # -- limits ---------------------------------------------------------------------------------

    def _zip(self) -> None:
        for trail in self._trails:
            large = [it for it in trail.uploads if it.step.detail == files.LARGE]
            if large and is_accepted(large[-1]):
                self._note(Question.ZIP_LIMIT, "counts", "packed", large[-1])
            elif answers.is_refused_again(large) and (
                large[-1].http_status == 413 or _SPEAKS_OF_SIZE.search(large[-1].text)
            ):
                self._note(Question.ZIP_LIMIT, "counts", "unpacked", large[-1])

    def _limits(self) -> None:
        for it in self._all:
            if it.is_from_zoho and (it.http_status == 429 or it.code == answers.PER_MINUTE):
                value = "sent" if "retry_after" in it.seen else "missing"
                self._note(Question.LIMITS, "retry-after", value, it)
            if it.code == answers.QUOTA_SPENT:
                self._note(Question.LIMITS, "quota", answers.refusal_text(it), it)


def _may_wait(word: str, status: Exchange) -> bool:
    meaning, counts = answers.meaning_of(word), answers.counts_of(status)
    return (meaning is None or meaning.is_waiting) and (
        counts is None or counts[1] + counts[2] == 0
    )


def _is_running(word: str, status: Exchange, last: tuple[str, Exchange] | None) -> bool:
    meaning = answers.meaning_of(word)
    if meaning is not None:
        return meaning is JobState.IN_PROGRESS
    # Of a word that is in no document: some records are done, and it is not that of the end.
    counts = answers.counts_of(status)
    is_partial = counts is not None and 0 < counts[1] + counts[2] < counts[0]
    return is_partial and last is not None and word != last[0]


def _second_uploads(trail: Trail) -> Iterator[Exchange]:
    has_file = False
    for it in trail.calls:
        if it.step.act is Act.START:
            has_file = False
        elif it.step.act is Act.UPLOAD:
            if has_file:
                yield it
            has_file = has_file or is_accepted(it)
