"""What a job's readings predict: the planner's whole input."""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from zcbulk_tui.domain.batch_rule import BATCH
from zcbulk_tui.domain.deadlines import start_by
from zcbulk_tui.domain.form_forecast import forecast, unexpected
from zcbulk_tui.domain.form_past import FormPast
from zcbulk_tui.domain.job import JobReading, WatchedJob
from zcbulk_tui.domain.progress import Forecast, motion

# Weights of quiet spells: the chance that a spell outlasts a time falls with this power of the
# time. Invented, since no source says how long anything takes at Zoho; a wrong value costs some
# calls or some seconds, no more.
_UNMOVED = 0.2
_STOPPED = 1.25
_UNSTARTED = 0.003
_FAILING = 0.4

FAILED_SHARE = 0.05
"""Share of a job's batches that may fail before Zoho aborts it [LIMB]."""

_BEYOND = 1.2
"""How far beyond a limit, as a multiple of it, failures still count as a likely cause."""

_LEAST_DOUBT = 0.4
"""Least uncertainty of the failure limit: the logarithm of how far off it may be."""

_FAILURES_SEEN = 4
"""Readings over which the growth of failures is measured."""

_LAST_CALL = 600.0
"""Seconds before the start deadline to poll a waiting job."""

_AFTERWARDS = 5.0
"""Seconds after the start deadline by which the job should have expired."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """A spell in which nothing happened, and which may end at any time.

    Attributes:
        seconds: Its length so far.
        weight: How readily it ends; at 1 it is as likely as not to last as long again.
    """

    seconds: float
    weight: float


@dataclass(frozen=True, slots=True)
class Outlook:
    """What may happen to a job next, in seconds from its last reading.

    Attributes:
        quiet: The spell for which its counts have not moved: at the start, on the way, or when
            full.
        finish: When it may finish, if it moves on.
        failing: The growth of its failures, where too many batches may have failed already; its
            seconds are those in which they came, at their present pace.
        limit: When the failed records exceed what any number of batches allows.
        deadline: When to poll it whatever the price.
        runs: Whether it may be aborted at any time.
        unexpected: Mean seconds until that happens, by the past of its form; None for unknown.
    """

    quiet: Quiet | None = None
    finish: Forecast | None = None
    failing: Quiet | None = None
    limit: Forecast | None = None
    deadline: float | None = None
    runs: bool = True
    unexpected: float | None = None


UNREAD = Outlook(runs=False)
"""A job without a reading."""

_STARTED = Outlook(Quiet(0.0, _UNMOVED))
"""A job without a reading since its start was accepted."""


def outlook(
    job: WatchedJob, readings: Sequence[JobReading], past: FormPast | None = None
) -> Outlook | None:
    """Returns what may happen to a job next; None for one that is finished.

    Args:
        job: The job.
        readings: Oldest first.
        past: That of its form; None where there is none.
    """
    if not readings:
        return UNREAD if job.started_at is None else _STARTED
    last = readings[-1]
    if last.state.is_final:
        return None
    if last.state.is_waiting and job.started_at is None:
        since = _since(readings, lambda old: old.state is last.state)
        return Outlook(Quiet(since, _UNSTARTED), deadline=_deadline(job, last), runs=False)
    return _running(job, readings, past)


def _running(job: WatchedJob, readings: Sequence[JobReading], past: FormPast | None) -> Outlook:
    counts = readings[-1].counts
    left = counts.left or 0
    if counts.processed and counts.left is not None and left <= 0:
        full = _since(readings, lambda old: old.counts.left == counts.left)
        return Outlook(Quiet(full, _STOPPED))
    moves = motion(readings, job.started_at)
    done = forecast(job, readings, moves, past) if left > 0 else None
    if moves is None or done is None:
        # What waits as long as jobs of its form do is no spell that may last for ever.
        quiet = Quiet(_unmoved(job, readings), _UNMOVED) if done is None else None
        return Outlook(quiet, done, unexpected=unexpected(past))
    still = Quiet(moves.still, _STOPPED) if moves.still else None
    failing, limit = _failures(readings, moves.still, done)
    return Outlook(still, done, failing, limit, unexpected=unexpected(past))


def _unmoved(job: WatchedJob, readings: Sequence[JobReading]) -> float:
    """Returns the seconds for which a job has been in its state since it was started.

    Counts that allow no forecast prove nothing by their changes. Nor does the time in which the job
    waited for its start: what was accepted may take a moment to show.
    """
    last = readings[-1]
    if job.started_at is None:
        return _since(readings, lambda old: old.state is last.state)
    return max((last.read_at - job.started_at).total_seconds(), 0.0)


def _failures(
    readings: Sequence[JobReading], still: float, done: Forecast
) -> tuple[Quiet | None, Forecast | None]:
    """Returns how failures may end the job before it finishes: Zoho aborts at 5 % of the batches.

    A batch is taken to fail with its first failed record, and no answer reports failed batches. So
    the failed records may lie in as many batches, or 200 in each: the abort comes between the two.
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
    """Returns failed records per second over the last readings."""
    seen = [
        (reading.read_at.timestamp(), reading.counts.failed)
        for reading in readings[-_FAILURES_SEEN:]
        if reading.counts.failed is not None
    ]
    seconds = seen[-1][0] - seen[0][0]
    return (seen[-1][1] - seen[0][1]) / seconds if seconds > 0 else 0.0


def _deadline(job: WatchedJob, last: JobReading) -> float | None:
    """Returns the seconds until the next poll for the start deadline; None after the last one."""
    left = (start_by(job).at - last.read_at).total_seconds()
    looks = (left - _LAST_CALL, left + _AFTERWARDS)
    return next((seconds for seconds in looks if seconds > 0), None)


def _since(readings: Sequence[JobReading], alike: Callable[[JobReading], bool]) -> float:
    """Returns the seconds spanned by the unbroken run of last readings for which `alike` holds."""
    row = list(itertools.takewhile(alike, reversed(readings)))
    return max((row[0].read_at - row[-1].read_at).total_seconds(), 0.0)
