"""How a form behaves, by its past jobs: measured; where there is no past, nothing is claimed.

A status is read now and then, so when a job began to move, and when it ended, is known within an
interval alone. Between the two readings around such a moment it is taken to be where the rate of
the other readings puts it, within the interval; so neither lag nor rate is off to one side.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from statistics import NormalDist, fmean
from typing import NamedTuple

from zcbulk_tui.domain.batch_rule import BATCH, allowed_failures, batches_of
from zcbulk_tui.domain.job import JobReading, JobState

MOST_JOBS = 20
"""Past jobs of a form that are looked at."""

PIECE = 0.1
"""The share of a job's records over which `FormPast.wander` is the unsteadiness of the rate."""

WANDER = 0.2
"""That unsteadiness where no job showed it."""

# What is taken for granted of a form of which little is known: it counts as much as so many jobs.
_USUAL_RATE, _USUAL_LAG = 0.16, 0.34
"""How much rate and lag usually vary between the jobs of a form, as spreads of their logarithms."""

_WEIGHT = 2.0
"""The jobs that this counts for."""

_LEAST_PIECE = 0.12
"""The least share of a job's records between two readings that says how its rate wanders."""

_LEAST_LAG = 1.0
"""Seconds below which lags do not differ in what follows from them."""

_LATEST = 2
"""Jobs that are alike at least before they can show a change: one alone may be an exception."""

_CHANGED = 6.0
"""The logarithm of how much likelier a change must make the jobs than none."""

_NORMAL = NormalDist()


class Quantity(NamedTuple):
    """A positive quantity that varies from job to job, as a log-normal distribution.

    Attributes:
        middle: Its median.
        spread: Standard deviation of its natural logarithm, as is to be expected of the next job:
            the fewer jobs have shown it, the larger.
    """

    middle: float
    spread: float


class FormPast(NamedTuple):
    """What the past jobs of a form show, as far as they are like the last ones.

    Attributes:
        jobs: How many jobs it rests on.
        rate: Records a second from the first movement to the end; None where no job showed it.
        lag: Seconds from the accepted start to the first movement; None where no job showed it.
        wander: Standard deviation of the logarithm of the rate within a job, from one tenth of its
            records to another; None where no job showed it.
        failed_share: Share of the records that failed, over all jobs, from 0 to 1; None where no
            record was processed.
        endings: How many jobs ended in which state.
        seconds: For how long these jobs ran together, from the first movement to the end.
        outlasted: The most failed records with which a job completed, for each batch with whose
            failure it would have been aborted: at least so many must fail in a failed batch.
    """

    jobs: int
    rate: Quantity | None
    lag: Quantity | None
    wander: float | None
    failed_share: float | None
    endings: Mapping[JobState, int]
    seconds: float = 0.0
    outlasted: float = 0.0


class PastJob(NamedTuple):
    """What the readings of one job show that has ended.

    Attributes:
        ended_at: When its end was first read; aware.
        ending: The state in which it ended.
        records: Records in the job; None if unknown.
        processed: Records that succeeded or failed.
        failed: Those that failed.
        rate: Records a second from the first movement to the end; None if not shown.
        lag: Seconds from the accepted start to the first movement; None if not shown.
        wander: Variance of the logarithm of the rate between tenths of the records; None if not
            shown.
    """

    ended_at: datetime
    ending: JobState
    records: int | None = None
    processed: int = 0
    failed: int = 0
    rate: float | None = None
    lag: float | None = None
    wander: float | None = None


class _Point(NamedTuple):
    """Records that were processed by a moment, in seconds since the epoch."""

    at: float
    records: int


def past_job(started_at: datetime | None, readings: Sequence[JobReading]) -> PastJob | None:
    """Returns what the readings of a job show; None of one that has not ended, or never ran.

    What its last reading says of the end counts, from the first one on that shows an end.

    Args:
        started_at: When its start was accepted; None if unknown.
        readings: Oldest first; some may be missing.
    """
    first = next((it for it in readings if it.state.is_final), None)
    if first is None or not readings[-1].state.is_final:
        return None
    end = replace(readings[-1], read_at=first.read_at)
    if end.state is JobState.EXPIRED:
        return None
    counts = end.counts
    shown = PastJob(end.read_at, end.state, counts.total, counts.processed or 0, counts.failed or 0)
    points = [
        _Point(it.read_at.timestamp(), it.counts.processed)
        for it in readings[: readings.index(first)]
        if it.state is JobState.IN_PROGRESS and it.counts.processed is not None
    ]
    if started_at is not None and (not points or started_at.timestamp() <= points[0].at):
        points.insert(0, _Point(started_at.timestamp(), 0))
    moving = [point for point in points if point.records]
    # Counts that shrink are those of a job that began anew.
    if len(moving) < 2 or any(later.records < it.records for it, later in pairwise(moving)):
        return shown
    still = [point for point in points if not point.records]
    wander = _wander(moving, counts.total or moving[-1].records)
    rate = _rate(moving, end, wander)
    if rate is None:
        return shown
    lag = None
    if still and started_at is not None:
        began = _began(still[-1].at, moving, rate, wander, counts.total)
        lag = max(began - started_at.timestamp(), 0.0)
    return PastJob(
        shown.ended_at,
        shown.ending,
        shown.records,
        shown.processed,
        shown.failed,
        rate,
        lag,
        wander,
    )


def form_past(jobs: Sequence[PastJob]) -> FormPast | None:
    """Returns what past jobs of a form show; None where there are none.

    Where the latest ones differ from those before, the latest alone count.

    Args:
        jobs: In any order.
    """
    alike = _alike(sorted(jobs, key=lambda job: job.ended_at)[-MOST_JOBS:])
    if not alike:
        return None
    processed = sum(job.processed for job in alike)
    wanders = [job.wander for job in alike if job.wander is not None]
    return FormPast(
        jobs=len(alike),
        rate=_quantity(_rates(alike), _USUAL_RATE),
        lag=_quantity(_lags(alike), _USUAL_LAG),
        wander=math.sqrt(fmean(wanders)) if wanders else None,
        failed_share=sum(job.failed for job in alike) / processed if processed else None,
        endings={
            ending: sum(job.ending is ending for job in alike)
            for ending in dict.fromkeys(job.ending for job in alike)
        },
        seconds=sum(job.processed / job.rate for job in alike if job.rate),
        outlasted=max(map(_outlasted, alike)),
    )


# What one job shows.


def _rate(moving: Sequence[_Point], end: JobReading, wander: float | None) -> float | None:
    """Returns the rate from the first moving reading to the end; None if nothing moved between.

    The end of a job that finished lies between its last reading and the one that showed it.
    """
    first, last = moving[0], moving[-1]
    if last.records == first.records or last.at <= first.at:
        return None
    rate = (last.records - first.records) / (last.at - first.at)
    left = (end.counts.total or 0) - last.records
    if end.state is not JobState.COMPLETED or left <= 0:
        return rate
    seen = (last.records - first.records) / (end.counts.total or 1)
    to_come = left / (end.counts.total or 1)
    spread = _error(wander, seen, last.records - first.records) + _error(wander, to_come, left)
    seconds = left / rate
    sooner, later = last.at, max(end.read_at.timestamp(), last.at)
    ended = _within(sooner, later, sooner + seconds, seconds * math.sqrt(spread))
    return (left + last.records - first.records) / (ended - first.at)


def _began(
    still: float, moving: Sequence[_Point], rate: float, wander: float | None, total: int | None
) -> float:
    """Returns when a job began to move: between two readings, where its rate puts that."""
    first = moving[0]
    seconds = first.records / rate
    share = first.records / (total or moving[-1].records)
    spread = _error(wander, share, first.records)
    return _within(still, first.at, first.at - seconds, seconds * math.sqrt(spread))


def _error(wander: float | None, share: float, records: int) -> float:
    """Returns the variance of the logarithm of a rate that a part of a job's records shows."""
    variance = WANDER**2 if wander is None else wander
    return variance * PIECE / max(share, 1e-6) + (BATCH / max(records, 1)) ** 2 / 6


def _within(least: float, most: float, middle: float, spread: float) -> float:
    """Returns the mean of a normal distribution of which no more is left than an interval."""
    width = most - least
    spread = max(spread, width / 50, 1e-3)
    low, high = (least - middle) / spread, (most - middle) / spread
    mass = _NORMAL.cdf(high) - _NORMAL.cdf(low)
    if mass < 1e-6:
        return most if low < 0 else least
    mean = middle + spread * (_NORMAL.pdf(low) - _NORMAL.pdf(high)) / mass
    return min(max(mean, least), most)


def _wander(moving: Sequence[_Point], total: int) -> float | None:
    """Returns the variance of the logarithm of the rate between tenths of a job's records.

    The duration of a piece is taken to vary the more, by its square root, the longer it is.
    """
    least = max(_LEAST_PIECE * total, 5 * BATCH)
    pieces: list[tuple[float, int]] = []
    begun = moving[0]
    for point in moving[1:]:
        if point.records - begun.records >= least and point.at > begun.at:
            pieces.append((point.at - begun.at, point.records - begun.records))
            begun = point
    if len(pieces) < 2:
        return None
    mean = math.log(sum(records for _, records in pieces) / sum(seconds for seconds, _ in pieces))
    squares = sum(
        records * (math.log(records / seconds) - mean) ** 2 for seconds, records in pieces
    )
    return squares / total / PIECE / (len(pieces) - 1)


# What several jobs show.


def _outlasted(job: PastJob) -> float:
    if job.ending is not JobState.COMPLETED or not job.records:
        return 0.0
    return job.failed / (allowed_failures(batches_of(job.records)) + 1)


def _rates(jobs: Sequence[PastJob]) -> list[float]:
    return [math.log(job.rate) for job in jobs if job.rate]


def _lags(jobs: Sequence[PastJob]) -> list[float]:
    return [math.log(max(job.lag, _LEAST_LAG)) for job in jobs if job.lag is not None]


def _quantity(logs: Sequence[float], usual: float) -> Quantity | None:
    """Returns what is to be expected of the next job, of which the logarithms are known before.

    That is Student's distribution; its spread is that of the normal one with the same deciles.
    """
    if not logs:
        return None
    mean, degrees = fmean(logs), _WEIGHT + len(logs) - 1
    variance = (_WEIGHT * usual**2 + _squares(logs)) / degrees
    deciles = 1 + 0.66 / degrees + 0.45 / degrees**2
    return Quantity(math.exp(mean), math.sqrt(variance * (1 + 1 / len(logs))) * deciles)


def _squares(logs: Sequence[float]) -> float:
    mean = fmean(logs) if logs else 0.0
    return sum((log - mean) ** 2 for log in logs)


def _alike(jobs: Sequence[PastJob]) -> Sequence[PastJob]:
    """Returns the latest jobs, from the last change of their behaviour on."""
    best, begun = _CHANGED, 0
    for place in range(1, len(jobs) - _LATEST + 1):
        gain = _gain(_rates(jobs[:place]), _rates(jobs[place:]), _USUAL_RATE)
        gain += _gain(_lags(jobs[:place]), _lags(jobs[place:]), _USUAL_LAG)
        if gain > best:
            best, begun = gain, place
    return jobs[begun:]


def _gain(before: Sequence[float], after: Sequence[float], usual: float) -> float:
    """Returns how much likelier two means make the logarithms than one, as a logarithm."""
    if not before or len(after) < _LATEST:
        return 0.0
    together = [*before, *after]
    known = _WEIGHT * usual**2
    one, two = known + _squares(together), known + _squares(before) + _squares(after)
    return (_WEIGHT + len(together)) / 2 * math.log(one / two)
