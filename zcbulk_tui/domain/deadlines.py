"""Zoho's deadlines for a job [LIMB].

No answer of Zoho's holds a time, so most of these are bounded by what was seen here: what happened
before something that was seen is over at that moment at the latest.
"""

from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import NamedTuple

from zcbulk_tui.domain.job import JobState, WatchedJob
from zcbulk_tui.domain.snapshot import JobSnapshot

START_WITHIN = timedelta(hours=3)
"""A job that is not started this long after its creation expires [LIMB]."""

KEPT = timedelta(days=3)
"""How long Zoho keeps an uploaded file, and the result of a job that is over [LIMB]."""


class Kind(StrEnum):
    """What must be done by then."""

    START = "start"
    """Start the job, or it expires."""

    RESULT = "result"
    """Fetch the result, or it is gone."""

    INPUT = "input"
    """See the job through: its uploaded file is gone from then on."""


class Urgency(IntEnum):
    """How near a deadline is."""

    CALM = 0
    SOON = 1
    NOW = 2
    PAST = 3


class _Steps(NamedTuple):
    soon: timedelta
    now: timedelta


_DAYS_LONG = _Steps(timedelta(hours=24), timedelta(hours=3))
_STEPS = {
    Kind.START: _Steps(timedelta(hours=1), timedelta(minutes=15)),
    Kind.RESULT: _DAYS_LONG,
    Kind.INPUT: _DAYS_LONG,
}


class Deadline(NamedTuple):
    """A moment, and how well it is known.

    Attributes:
        at: When; aware.
        exact: False when `at` is only the latest it can be.
        kind: What must be done by then.
    """

    at: datetime
    exact: bool
    kind: Kind = Kind.START

    def urgency(self, now: datetime) -> Urgency:
        """Returns how near it is, at best: it may be nearer where it is not exact."""
        left = self.at - now
        if left <= timedelta(0):
            return Urgency.PAST
        steps = _STEPS[self.kind]
        if left < steps.now:
            return Urgency.NOW
        return Urgency.SOON if left < steps.soon else Urgency.CALM


def start_by(job: WatchedJob) -> Deadline:
    """When a job that waits for its start expires.

    A job whose creation was not seen is at least as old as its place on the watch list.
    """
    if job.created_at is not None:
        return Deadline(job.created_at + START_WITHIN, exact=True)
    return Deadline(job.added_at + START_WITHIN, exact=False)


def upcoming(snapshot: JobSnapshot) -> Deadline | None:
    """Returns the next deadline of a job; None where there is none, or its state does not tell."""
    return next(iter(deadlines(snapshot)), None)


def deadlines(snapshot: JobSnapshot) -> tuple[Deadline, ...]:
    """Returns the deadlines of a job in its state, as last read; the soonest first.

    A job that waits has its start; one that is over has its result, where there is one to fetch.
    The uploaded file matters while the job runs, since what has not been read of it by then may be
    lost. Before the start the other deadline comes days earlier, and once a job is over no call
    gives the file back or uses it again.
    """
    state = snapshot.state
    if state is None:
        return ()
    if state.is_waiting:
        return (start_by(snapshot.job),)
    if state is JobState.IN_PROGRESS:
        return (Deadline(_uploaded(snapshot) + KEPT, exact=False, kind=Kind.INPUT),)
    if state.is_final and _has_result(snapshot):
        return (Deadline(_ended(snapshot) + KEPT, exact=False, kind=Kind.RESULT),)
    return ()


def _uploaded(snapshot: JobSnapshot) -> datetime:
    """The latest moment at which the file of a running job can have been uploaded.

    It was there when the job was started, and so within the time in which a job can be. Only a
    running job proves it: the word for "ready" may also mean ready for the upload.
    """
    running = next(r.read_at for r in snapshot.readings if r.state is JobState.IN_PROGRESS)
    started = snapshot.job.started_at or running
    return min(running, started, start_by(snapshot.job).at)


def _ended(snapshot: JobSnapshot) -> datetime:
    """The latest moment at which a job that is over can have ended."""
    return next(r.read_at for r in snapshot.readings if r.state.is_final)


def _has_result(snapshot: JobSnapshot) -> bool:
    """Whether there is anything to fetch: not of a job that never began, or that had no records."""
    last = snapshot.last
    return last is not None and last.state is not JobState.EXPIRED and last.counts.total != 0
