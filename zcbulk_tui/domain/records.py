"""What is remembered: what happened, every call to Zoho, every command and by whom."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.control import (
    CERTAINTY,
    Command,
    Outcome,
    has_had_its_time,
    shows_none,
    told_by,
)
from zcbulk_tui.domain.insertion import Insertion
from zcbulk_tui.domain.job import Action, JobReading, JobRef, JobState, WatchedJob
from zcbulk_tui.errors import Answer, HeldError, ZcbulkError

RESULT_KEPT = timedelta(days=3)
"""How long Zoho keeps the result of a job; then it counts as expired [LIMB]."""

ANSWERED_WITHIN = 90.0
"""Seconds for which a command may be on its way, as far as other processes can know."""


class EventKind(StrEnum):
    """What kind of thing happened."""

    ADDED = "added"
    """A job was put on the watch list."""

    EDITED = "edited"
    """A job's label, tags or note was changed."""

    REMOVED = "removed"
    """A job was taken off the watch list."""

    STATE = "state"
    """A reading showed another state than the one before."""

    ALERT = "alert"
    """An alert was raised, was cleared so that it may be raised again, or could not be sent."""

    FAULT = "fault"
    """A poll brought no reading, the first one in a row or for another reason than before; of no
    job: a part of the program failed."""

    RECOVERED = "recovered"
    """A poll brought a reading after one that did not."""

    INSERT = "insert"
    """A file was queued for a form, or one of its steps began or ended."""

    NIGHT = "night"
    """A night was armed, or has ended; or the queue was stopped, or goes on."""

    RESULT = "result"
    """The results of a job are on this disk, cannot be had, or were removed from it."""

    COMMAND = "command"
    """It became known, or more is known, what became of a start or an abort."""

    PAUSED = "paused"
    """The user stopped the polls."""

    RESUMED = "resumed"
    """The user let the polls go on."""

    PACE = "pace"
    """The user chose another pace."""

    POLLER = "poller"
    """Another window polls from now on."""

    PUBLISH = "publish"
    """The page cannot be written, or can be again."""

    CONTRACT = "contract"
    """An answer contradicts what was known of the server."""

    HEARTBEAT = "heartbeat"
    """The heartbeat stops or goes on, or does not arrive, or arrives again."""


class JobEvent(NamedTuple):
    """Something that happened, to one job or to all of them.

    Attributes:
        at: When; aware.
        kind: What kind of thing.
        text: What happened, as a sentence without full stop; of `PACE` only the pace.
        ref: The job; None where it concerns all of them.
        label: The job's label; empty without a job.
        error: Of `FAULT`: why there was no reading, or what is wrong with the part; of other kinds
            why it failed; None where nothing did.
    """

    at: datetime
    kind: EventKind
    text: str
    ref: JobRef | None = None
    label: str = ""
    error: ZcbulkError | None = None


NOT_COUNTED = ", not counted"
"""How the failure of a call ends of which certainly nothing was sent."""


class CallRecord(NamedTuple):
    """A call to Zoho.

    Attributes:
        at: When it was sent; aware.
        cause: What for.
        why: The rule (a `budget.Reason`), the key or the command that caused it.
        request: How it was put, as in ``GET status``.
        seconds: How long it took.
        left: Calls of the day that were left after it.
        answer: What came back; None where nothing came.
        failure: What went wrong, a short sentence without full stop; empty for nothing.
        ref: The job; None for a call that is about a form or an application.
        label: Its label; the name of the form or the application where there is no job.
    """

    at: datetime
    cause: Cause
    why: str
    request: str
    seconds: float
    left: int
    answer: Answer | None
    failure: str
    ref: JobRef | None
    label: str

    @property
    def is_counted(self) -> bool:
        """Whether it counts as a call of its day: something of it was sent, or may have been."""
        return not self.failure.endswith(NOT_COUNTED)


class ControlRecord(NamedTuple):
    """A start or an abort, in full: enough for a ticket.

    Attributes:
        key: Names this record, whatever becomes of it.
        job: The job, as it was watched then.
        profile: The profile that it was sent with.
        operator: Login and host of who sent it, as in ``anna@jump1``.
        command: What was commanded, when, and what became of it.
        shown: The newest reading when it was sent, which the screen showed, or the last one that
            was stored; None for none.
        request: How it was put at last, as in ``PATCH {"data": {"action": "start"}}``; empty
            until it was.
        settled: The reading that showed what became of it; None until one did.
    """

    key: str
    job: WatchedJob
    profile: str
    operator: str
    command: Command
    shown: JobReading | None = None
    request: str = ""
    settled: JobReading | None = None

    @property
    def at(self) -> datetime:
        """When it was sent; aware."""
        return self.command.sent_at

    @property
    def is_unclear(self) -> bool:
        """Whether it is not known what became of it, or whether it has arrived at all."""
        return self.command.outcome is Outcome.SENT

    @property
    def certainty(self) -> int:
        """How certain it is what became of it; see `CERTAINTY`."""
        return CERTAINTY[self.command.outcome] + self.command.is_unclear

    def updated_by(self, other: "ControlRecord") -> "ControlRecord":
        """Returns what stands when another version of this record is written after it.

        Several processes write it: the one that sent it, and those that read the job. What is
        less certain never takes the place of what is more certain, whichever is written last; of
        two that are as certain, the one that a reading has settled stays.

        Args:
            other: The later version; of the same key.
        """
        if other.certainty != self.certainty:
            return max(self, other, key=lambda record: record.certainty)
        is_same = other.command.outcome is self.command.outcome
        return other if is_same and (other.settled or not self.settled) else self

    @property
    def is_settled(self) -> bool:
        """Whether no reading can add to it."""
        outcome = self.command.outcome
        if outcome is Outcome.NO_EFFECT:
            return self.settled is not None and self.settled.state.is_final
        return self.settled is not None or outcome is Outcome.REFUSED

    def held(self) -> HeldError:
        """Returns why another command to the job is not sent, where this one stands in its way."""
        verb, at = self.command.action.value, f"{self.at.astimezone():%H:%M:%S}"
        if self.command.outcome is Outcome.ACCEPTED:
            cause = f"The {verb} was accepted at {at} by {self.operator}."
            step = "Read the status first: it may take a moment to show."
        elif self.command.is_unclear:
            cause = f"What became of the {verb} of {at} by {self.operator} is not known yet."
            step = "Wait until a status shows it."
        else:
            until = f"{(self.at + timedelta(seconds=ANSWERED_WITHIN)).astimezone():%H:%M:%S}"
            cause = (
                f"The {verb} of {at} by {self.operator} is on its way, or its sender was ended "
                f"before the answer was written down: which of the two, is seen at {until}."
            )
            step = "Wait until then; the status shows what became of it."
        return HeldError("Nothing was sent", cause, step)

    def settled_by(
        self, reading: JobReading, asked_after: float, *, is_second: bool = False
    ) -> "ControlRecord":
        """Returns the record after a reading, which may show what became of the command.

        An effect that shows settles it at once, also where none was seen before; it is this
        command's where `shown` proves that it was not there before, else that is not known. That
        there is none settles it when the job is over, or when it has had the time to show.

        Args:
            reading: A reading requested after the command was sent.
            asked_after: Seconds from the moment at which the answer was lost to that request;
                negative where the command may have been on its way still.
            is_second: Whether an earlier command of the same kind was carried out: then the
                effect is that one's.
        """
        if self.is_settled:
            return self
        told = told_by(reading, self.command.action)
        if reading.state is JobState.EXPIRED and reading.read_at >= self.at + RESULT_KEPT:
            told = Outcome.SENT  # so is any job that ended so long ago, however it did
        if self.command.outcome is Outcome.ACCEPTED:
            # An accepted command may take a while to show.
            shows_it = told is Outcome.TOOK_EFFECT or reading.state.is_final
            return self._replace(settled=reading) if shows_it else self
        if told is Outcome.SENT:
            return self
        is_sure = reading.state.is_final
        if is_second and told is Outcome.TOOK_EFFECT:
            told, is_sure = Outcome.NO_EFFECT, is_sure or self.is_unclear
        elif told is Outcome.TOOK_EFFECT and not shows_none(self.shown, self.command):
            told = Outcome.UNPROVEN
        is_sure = is_sure or (self.is_unclear and has_had_its_time(asked_after))
        if told is Outcome.NO_EFFECT and not is_sure:
            return self
        return self._replace(command=self.command.ended(told), settled=reading)


def last_of_each(records: Iterable[ControlRecord]) -> list[tuple[ControlRecord, bool]]:
    """Returns the commands of a job that a reading may settle.

    Of each action that is the last one that was not refused, since a job is started and aborted
    once; and before it the one that was carried out, if it does not show yet.

    Args:
        records: All commands of the job, the last one first.

    Returns:
        The records, each with whether it `is_second`, as in `ControlRecord.settled_by`.
    """
    found: list[tuple[ControlRecord, bool]] = []
    of_action: dict[Action, list[ControlRecord]] = {}
    for record in records:
        if record.command.outcome is not Outcome.REFUSED:
            of_action.setdefault(record.command.action, []).append(record)
    for last, *earlier in of_action.values():
        done = [it for it in earlier if it.command.outcome in _CARRIED_OUT]
        found.append((last, bool(done) and last.command.outcome not in _CARRIED_OUT))
        found += [(it, False) for it in done[-1:]]
    return [(record, second) for record, second in found if not record.is_settled]


_CARRIED_OUT = frozenset({Outcome.ACCEPTED, Outcome.TOOK_EFFECT})

Record = JobEvent | CallRecord | ControlRecord
"""An entry of the log."""


class History(NamedTuple):
    """All that is remembered of a job.

    Attributes:
        job: The job.
        readings: Its readings, oldest first; the further back, the fewer of them.
        events: What happened to it, oldest first.
        commands: Those of the job, oldest first.
        insertion: The file that was inserted from here; None for a job that was made elsewhere.
    """

    job: WatchedJob
    readings: tuple[JobReading, ...]
    events: tuple[JobEvent, ...] = ()
    commands: tuple[ControlRecord, ...] = ()
    insertion: Insertion | None = None
