"""What a job's readings let expect of it: all that the planner needs to know."""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from zcbulk_tui.domain.deadlines import start_by
from zcbulk_tui.domain.job import JobReading, WatchedJob
from zcbulk_tui.domain.progress import Forecast, finish, motion
from zcbulk_tui.domain.risk import BATCH

# How readily something happens after a quiet time: as if the chance that the quiet lasts longer
# than a time fell with that power of the time. Invented, since no source tells how long anything
# takes at Zoho; a wrong value costs some calls or some seconds, no more.
_UNMOVED = 0.2
_STOPPED = 1.25
_UNSTARTED = 0.003
_FAILING = 0.4

FAILED_SHARE = 0.05
"""Share of a job's batches that may fail before Zoho aborts it [LIMB]."""

_BEYOND = 1.2
"""How far beyond a limit, as a multiple of it, the failures may still be taken for the cause."""

_LEAST_DOUBT = 0.4
"""How surely the failures end a job at most: the logarithm of how far off the limit may be."""

_FAILURES_SEEN = 4
"""Readings over which the growth of the failures is measured."""

_LAST_CALL = 600.0
"""Seconds before its deadline to look at a job that waits for its start."""

_AFTERWARDS = 5.0
"""Seconds behind its deadline after which it should have expired."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """A time in which nothing happened, which may end at any moment.

    Attributes:
        seconds: How long it has lasted.
        weight: How readily it ends; 1 where it is as likely as not to last as long again.
    """

    seconds: float
    weight: float


@dataclass(frozen=True, slots=True)
class Outlook:
    """What may happen to a job next, in seconds from its last reading.

    Attributes:
        quiet: Its counts stand still, be it before they moved at all, on the way or when full.
        finish: When it may be done, if it moves on.
        failing: Its failures grow, and the batches that have them may be too many already; the
            seconds are those in which they came, at their present pace.
        limit: When the failed records are too many for any number of batches.
        deadline: When to look at it whatever the price.
        runs: Whether it may be aborted at any moment.
    """

    quiet: Quiet | None = None
    finish: Forecast | None = None
    failing: Quiet | None = None
    limit: Forecast | None = None
    deadline: float | None = None
    runs: bool = True


UNREAD = Outlook(runs=False)
"""Of a job that has not been read: anything may be."""

_STARTED = Outlook(Quiet(0.0, _UNMOVED))
"""Of one that has not been read since its start was accepted."""


def outlook(job: WatchedJob, readings: Sequence[JobReading]) -> Outlook | None:
    """Returns what may happen to a job next; None for one that is over.

    Args:
        job: The job.
        readings: Oldest first.
    """
    if not readings:
        return UNREAD if job.started_at is None else _STARTED
    last = readings[-1]
    if last.state.is_final:
        return None
    if last.state.is_waiting and job.started_at is None:
        since = _since(readings, lambda old: old.state is last.state)
        return Outlook(Quiet(since, _UNSTARTED), deadline=_deadline(job, last), runs=False)
    return _running(job, readings)


def _running(job: WatchedJob, readings: Sequence[JobReading]) -> Outlook:
    counts = readings[-1].counts
    left = counts.left or 0
    if counts.processed and counts.left is not None and left <= 0:
        full = _since(readings, lambda old: old.counts.left == counts.left)
        return Outlook(Quiet(full, _STOPPED))
    moves = motion(readings, job.started_at)
    if moves is None or left <= 0:
        return Outlook(Quiet(_unmoved(job, readings), _UNMOVED))
    done = finish(moves, left)
    still = Quiet(moves.still, _STOPPED) if moves.still else None
    failing, limit = _failures(readings, moves.still, done)
    return Outlook(still, done, failing, limit)


def _unmoved(job: WatchedJob, readings: Sequence[JobReading]) -> float:
    """Seconds for which a job has been in its state, whatever its counts did meanwhile.

    Where they tell nothing that can be forecast from, neither do their changes.
    """
    last = readings[-1]
    seen = _since(readings, lambda old: old.state is last.state)
    if job.started_at is None:
        return seen
    return max(seen, (last.read_at - job.started_at).total_seconds())


def _failures(
    readings: Sequence[JobReading], still: float, done: Forecast
) -> tuple[Quiet | None, Forecast | None]:
    """Returns how failures may end the job before it is done: Zoho aborts at 5 % of the batches.

    A batch fails with its first failed record, and no answer tells how many did. So the failed
    records may lie in as many batches, or 200 of them in each: between the two it may happen.
    """
    total, failed = readings[-1].counts.total, readings[-1].counts.failed
    certain = (total or 0) * FAILED_SHARE
    if not failed or not certain / BATCH <= failed <= certain * _BEYOND:
        return None, None
    weight = _FAILING / max(math.log(certain / failed), _LEAST_DOUBT)
    if still:
        return Quiet(still, weight), None
    pace = _growth(readings)
    if pace <= 0:
        return None, None
    limit = max((certain - failed) / pace, 0.0)
    likely = Forecast(limit, max(limit / 4, 2.0)) if limit < done.seconds * _BEYOND else None
    return Quiet(failed / pace, weight), likely


def _growth(readings: Sequence[JobReading]) -> float:
    """Failed records a second over the last readings."""
    seen = [
        (reading.read_at.timestamp(), reading.counts.failed)
        for reading in readings[-_FAILURES_SEEN:]
        if reading.counts.failed is not None
    ]
    seconds = seen[-1][0] - seen[0][0]
    return (seen[-1][1] - seen[0][1]) / seconds if seconds > 0 else 0.0


def _deadline(job: WatchedJob, last: JobReading) -> float | None:
    """Seconds until the next look that the deadline for the start asks for; None after the last."""
    left = (start_by(job).at - last.read_at).total_seconds()
    looks = (left - _LAST_CALL, left + _AFTERWARDS)
    return next((seconds for seconds in looks if seconds > 0), None)


def _since(readings: Sequence[JobReading], alike: Callable[[JobReading], bool]) -> float:
    """Seconds that the last readings in a row span for which `alike` holds."""
    row = list(itertools.takewhile(alike, reversed(readings)))
    return max((row[0].read_at - row[-1].read_at).total_seconds(), 0.0)
