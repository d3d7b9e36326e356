"""What a job's readings predict: the planner's whole input."""

import itertools
from collections.abc import Callable, Sequence
from typing import NamedTuple

from zcbulk_tui.domain.deadlines import start_by
from zcbulk_tui.domain.form_forecast import forecast, unexpected
from zcbulk_tui.domain.form_past import FormPast
from zcbulk_tui.domain.job import JobReading, WatchedJob
from zcbulk_tui.domain.progress import Forecast, motion
from zcbulk_tui.domain.risk import PossibleAbort, possible_aborts

# Weights of quiet spells: the chance that a spell outlasts a time falls with this power of the
# time. Invented, since no source says how long anything takes at Zoho; a wrong value costs some
# calls or some seconds, no more.
_UNMOVED = 0.1
_STOPPED = 2.8
_STARTING = 0.17
_UNSTARTED = 0.003

_QUEUE = 15.0
"""Seconds in a queue or in preparation that tell nothing yet of how long they will last."""

_LAST_CALL = 600.0
"""Seconds before the start deadline to poll a waiting job."""

_AFTERWARDS = 5.0
"""Seconds after the start deadline by which the job should have expired."""


_AT_ONCE = 0.05
"""The same where a start that was accepted does not show yet, as it should at once."""


class Quiet(NamedTuple):
    """A spell in which nothing happened, and which may end at any time.

    Attributes:
        seconds: Its length so far.
        weight: How readily it ends; at 1 it is as likely as not to last as long again.
        least: Seconds that count as having passed when it begins: it hardly ends before.
    """

    seconds: float
    weight: float
    least: float = 1.5


class Outlook(NamedTuple):
    """What may happen to a job next, in seconds from its last reading.

    Attributes:
        quiet: The spell for which its counts have not moved: at the start, on the way, or when
            full.
        finish: When it may finish, if it moves on.
        aborts: When failures may end it, each with its chance.
        age: Seconds since it was started, or since the first reading.
        deadline: When to poll it whatever the price.
        runs: Whether it may be aborted at any time.
        unexpected: How many times as often as to others that happens, by the past of its form.
    """

    quiet: Quiet | None = None
    finish: Forecast | None = None
    aborts: tuple[PossibleAbort, ...] = ()
    age: float = 0.0
    deadline: float | None = None
    runs: bool = True
    unexpected: float = 1.0


UNREAD = Outlook(runs=False)
"""A job without a reading."""

_STARTED = Outlook(Quiet(0.0, _UNMOVED, _QUEUE))
"""A job without a reading since its start was accepted."""


def outlook(
    job: WatchedJob,
    readings: Sequence[JobReading],
    past: FormPast | None = None,
    one_fails_its_batch: bool | None = None,
) -> Outlook | None:
    """Returns what may happen to a job next; None for one that is finished.

    Args:
        job: The job.
        readings: Oldest first.
        past: That of its form; None where there is none.
        one_fails_its_batch: See `risk.risk`.
    """
    if not readings:
        return UNREAD if job.started_at is None else _STARTED
    last = readings[-1]
    if last.state.is_final:
        return None
    if last.state.is_waiting and job.started_at is None:
        since = _since(readings, lambda old: old.state is last.state)
        return Outlook(Quiet(since, _UNSTARTED, _QUEUE), deadline=_deadline(job, last), runs=False)
    return _running(job, readings, past, one_fails_its_batch)


def _running(
    job: WatchedJob,
    readings: Sequence[JobReading],
    past: FormPast | None,
    one_fails_its_batch: bool | None,
) -> Outlook:
    counts = readings[-1].counts
    left = counts.left or 0
    if counts.processed and counts.left is not None and left <= 0:
        full = _since(readings, lambda old: old.counts.left == counts.left)
        return Outlook(Quiet(full, _STOPPED))
    moves = motion(readings, job.started_at)
    done = forecast(job, readings, moves, past) if left > 0 else None
    ends = unexpected(past)
    since = job.started_at or readings[0].read_at
    age = max((readings[-1].read_at - since).total_seconds(), 0.0)
    if done is not None and moves is None:
        # What waits as long as jobs of its form do is no spell that may last for ever.
        return Outlook(finish=done, age=age, unexpected=ends)
    if done is None or moves is None:
        if readings[-1].state.is_waiting:
            return Outlook(Quiet(_unmoved(job, readings), _STARTING, _AT_ONCE))
        return Outlook(Quiet(_unmoved(job, readings), _UNMOVED, _QUEUE), unexpected=ends)
    still = Quiet(moves.still, _STOPPED) if moves.still else None
    outlasted = past.outlasted if past else 0.0
    aborts = possible_aborts(readings, moves.rate, done, one_fails_its_batch, outlasted)
    return Outlook(still, done, aborts, age, unexpected=ends)


def _unmoved(job: WatchedJob, readings: Sequence[JobReading]) -> float:
    """Returns the seconds for which a job has been in its state since it was started.

    Counts that allow no forecast prove nothing by their changes. Nor does the time in which the job
    waited for its start: what was accepted may take a moment to show.
    """
    last = readings[-1]
    if job.started_at is None:
        return _since(readings, lambda old: old.state is last.state)
    return max((last.read_at - job.started_at).total_seconds(), 0.0)


def _deadline(job: WatchedJob, last: JobReading) -> float | None:
    """Returns the seconds until the next poll for the start deadline; None after the last one."""
    left = (start_by(job).at - last.read_at).total_seconds()
    looks = (left - _LAST_CALL, left + _AFTERWARDS)
    return next((seconds for seconds in looks if seconds > 0), None)


def _since(readings: Sequence[JobReading], alike: Callable[[JobReading], bool]) -> float:
    """Returns the seconds spanned by the unbroken run of last readings for which `alike` holds."""
    row = list(itertools.takewhile(alike, reversed(readings)))
    return max((row[0].read_at - row[-1].read_at).total_seconds(), 0.0)
