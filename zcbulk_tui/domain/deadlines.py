"""Zoho's deadlines for a job [LIMB].

No status answer contains a time, so most deadlines are upper bounds: what precedes an observed
event happened no later than that event.
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
    """Start the job before it expires."""

    RESULT = "result"
    """Fetch the result before it is deleted."""

    INPUT = "input"
    """Finish the job before its uploaded file is deleted."""


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
    """A deadline and its certainty.

    Attributes:
        at: When; aware.
        exact: False when `at` is only an upper bound.
        kind: What must be done by then.
        earliest: The lower bound, where what was seen gives one; aware.
    """

    at: datetime
    exact: bool
    kind: Kind = Kind.START
    earliest: datetime | None = None

    def urgency(self, now: datetime) -> Urgency:
        """Returns how near it is; where it is not exact it may be nearer."""
        left = self.at - now
        if left <= timedelta(0):
            return Urgency.PAST
        steps = _STEPS[self.kind]
        if left < steps.now:
            return Urgency.NOW
        return Urgency.SOON if left < steps.soon else Urgency.CALM


def start_by(job: WatchedJob) -> Deadline:
    """Returns when a job that has not been started expires.

    Without a known creation time this is an upper bound, from the time that the job was added.
    """
    if job.created_at is not None:
        return Deadline(job.created_at + START_WITHIN, exact=True)
    return Deadline(job.added_at + START_WITHIN, exact=False)


def upcoming(snapshot: JobSnapshot, uploaded_at: datetime | None = None) -> Deadline | None:
    """Returns the next deadline of a job; None where there is none, or the state leaves it open.

    For the arguments see `deadlines`.
    """
    return next(iter(deadlines(snapshot, uploaded_at)), None)


def deadlines(snapshot: JobSnapshot, uploaded_at: datetime | None = None) -> tuple[Deadline, ...]:
    """Returns the deadlines of a job in its last known state, soonest first.

    A waiting job has its start, a finished one its result, if it has any. The uploaded file matters
    while the job runs, since records that are still unread when it is deleted may be lost. Before
    the start, the start deadline comes days earlier; after the end, no call returns or reuses the
    file.

    Args:
        snapshot: The job.
        uploaded_at: When the upload of its file began, which Zoho accepted; None where that is not
            known; aware.
    """
    state = snapshot.state
    if state is None:
        return ()
    if state.is_waiting:
        return (start_by(snapshot.job),)
    if state is JobState.IN_PROGRESS:
        return (_bounded(Kind.INPUT, uploaded_at, _uploaded(snapshot)),)
    if state.is_final and _has_result(snapshot):
        return (_bounded(Kind.RESULT, _before_end(snapshot), _ended(snapshot)),)
    return ()


def _bounded(kind: Kind, earliest: datetime | None, latest: datetime) -> Deadline:
    """Returns when something is deleted that was there after `earliest`, and at `latest`."""
    is_bound = earliest is not None and earliest <= latest
    least = earliest + KEPT if earliest is not None and is_bound else None
    return Deadline(latest + KEPT, exact=False, kind=kind, earliest=least)


def _uploaded(snapshot: JobSnapshot) -> datetime:
    """Returns the latest time at which a running job's file can have been uploaded.

    The upload precedes the start, and so the start deadline. Only a running job proves an upload:
    the state "ready" may also mean ready for the upload.
    """
    running = next(r.read_at for r in snapshot.readings if r.state is JobState.IN_PROGRESS)
    started = snapshot.job.started_at or running
    return min(running, started, start_by(snapshot.job).at)


def _ended(snapshot: JobSnapshot) -> datetime:
    """Returns the latest time at which a finished job can have ended."""
    return next(r.read_at for r in snapshot.readings if r.state.is_final)


def _before_end(snapshot: JobSnapshot) -> datetime | None:
    """Returns the last reading that shows that a finished job had not ended; None for none."""
    readings = snapshot.readings
    end = next(place for place, it in enumerate(readings) if it.state.is_final)
    before = [it for it in readings[:end] if it.state is not JobState.UNKNOWN]
    return before[-1].read_at if before else None


def _has_result(snapshot: JobSnapshot) -> bool:
    """Whether there is a result: not for jobs that expired or had no records."""
    last = snapshot.last
    return last is not None and last.state is not JobState.EXPIRED and last.counts.total != 0
