"""The risk that Zoho aborts a job for its failures.

A job is inserted in batches of 200 records, and ends when more than 5 % of its batches have failed
[LIMB]. No answer reports failed batches, so their number is a range. A batch is assumed to fail
with its first failed record, which no source says: if it takes more, fewer have failed. What a
probe has found out of that narrows the range.

Where the range reaches beyond the limit, two things narrow it: a job that still runs has not passed
the limit, and failures that come in lumps lie in few batches. See `_chance`.
"""

from collections.abc import Sequence
from enum import IntEnum
from itertools import pairwise
from math import erfc, exp, hypot, log, pi, sqrt
from typing import NamedTuple

from zcbulk_tui.domain.batch_rule import BATCH, allowed_failures, batches_of
from zcbulk_tui.domain.job import Counts, JobReading, JobState
from zcbulk_tui.domain.progress import Forecast

FAILED_SHARE = 0.05
"""Share of a job's batches that may fail before Zoho aborts it [LIMB]."""

_AT_RISK = frozenset({JobState.IN_PROGRESS, JobState.SYSTEM_ABORTED})


_LEAST_CHANCE = 0.35
"""From here on an abort is worth a warning: with a lower one, jobs that end well are warned of."""

_CALM_CHANCE = 0.15
"""Below this a warning ends: a chance that hovers around one figure warns once."""

_SAMPLE = 10
"""Batches that a job must have been through before anything is concluded from its failures."""

_SIZES = tuple(BATCH ** (step / 23) for step in range(24))
"""Failed records per failed batch, on average: from 1 to 200, each as likely as the next."""

_EVEN = 1.1
"""Mean square of the failed records in a failed batch, by the square of their mean: 1 where all
batches lose as many, 2 where few lose many. Invented; it moves no estimate by much."""

_DIFFER = 0.3
"""Standard deviation of the failed records in a failed batch, as a fraction of their mean, where
few batches failed."""

_FEW = 8.0
"""Failed batches between two readings up to which they are counted one by one."""

_LEAST_LUMP = 0.08
"""Least lump in which failures come, as a fraction of the failed records in a failed batch."""

_LEAST_PART = 0.2
"""Least part of a batch between two readings in which one may have failed."""

_WHOLE = 0.1
"""Variance of a count of records, which is a whole number while their mean is none."""

_MOST_FAIL = 0.95
"""Most of the batches that are taken to fail: where all seem to, the next one may not."""

_FAINT = 1e-12
"""Likelihood of what can hardly be, beside which nothing is impossible: no answer is exact."""

_AT_MOST = 1.3
"""Share of the batches that may seem to fail: above 1, since it is measured from few records."""

_RARELY = 0.4
"""How much less likely it is that too many batches fail than that as many fail as may."""

_REFUTED = 0.05
"""Chance that a number of failed records ends a job with which another one of its form would have
been aborted, and was not: other records may fail in other lumps."""

_NEARLY = 0.3
"""Batches left until the abort where, by the failed records, it should have come."""

_STEP = 0.25
"""Uncertainty of a number in `_SIZES`, as a fraction of it: the next one is as likely."""

_NEGLIGIBLE = 1e-3
"""Weight, as a fraction of all, below which a number of failed records is left out."""


class Level(IntEnum):
    """How likely an abort is."""

    NONE = 0
    """It is not expected."""

    AMBER = 1
    """It may come if the failures go on as they did so far."""

    RED = 2
    """More batches than allowed have failed, however the failed records lie in them."""


class Risk(NamedTuple):
    """The range of a job's failed batches, and what may come of it.

    Attributes:
        batches: Batches in the job.
        allowed: Batches that may fail: 5 %, rounded down, since only a whole batch more exceeds 5
            %. No source says how Zoho rounds.
        least: Failed batches if each is full of failed records.
        most: Failed batches if each failed record lies in a batch of its own.
        chance: Of an abort before the end, from 0 to 1: an estimate.
    """

    batches: int
    allowed: int
    least: int
    most: int
    chance: float = 0.0

    @property
    def level(self) -> Level:
        """How likely an abort is."""
        if self.least > self.allowed:
            return Level.RED
        return Level.AMBER if self.chance >= _LEAST_CHANCE else Level.NONE

    @property
    def is_calm(self) -> bool:
        """Whether an abort is so far from likely that a warning of it ends."""
        return self.level is Level.NONE and self.chance < _CALM_CHANCE


class PossibleAbort(NamedTuple):
    """One way in which failures may end a job.

    Attributes:
        chance: That it comes to that, from 0 to 1.
        at: When it would.
    """

    chance: float
    at: Forecast


class _Step(NamedTuple):
    """What went in between two readings, in records."""

    records: int
    failed: int


def risk(readings: Sequence[JobReading], one_fails_its_batch: bool | None = None) -> Risk | None:
    """Returns the risk of a job; None if its counts are unknown or it is not at risk.

    Args:
        readings: Oldest first; the last one is of a job that runs, or that Zoho aborted.
        one_fails_its_batch: Whether one bad record fails all of its batch; else a batch fails only
            where all of its records do. None while that is not known.
    """
    if not readings:
        return None
    last = readings[-1]
    counts = last.counts
    if last.state not in _AT_RISK or not counts.total or counts.failed is None:
        return None
    batches = batches_of(counts.total)
    # Counts need not add up, so the failed batches are capped at the batches.
    least = min(batches_of(counts.failed), batches)
    most = max(min(counts.failed, _begun(counts, counts.total)), least)
    if one_fails_its_batch:
        most = least  # Failed records come in whole batches.
    elif one_fails_its_batch is False:
        missing = batches * BATCH - counts.total  # The last batch takes fewer to be full.
        least, most = 0, min(most, (counts.failed + missing) // BATCH)
    allowed = allowed_failures(batches)
    chance = _chance(readings, allowed, one_fails_its_batch)
    return Risk(batches, allowed, least, most, chance)


def _chance(
    readings: Sequence[JobReading], allowed: int, one_fails_its_batch: bool | None
) -> float:
    """Estimates how likely a running job is to be aborted before its end.

    Its failures are taken to go on at their share so far. How many records fail in a failed batch
    is not known, so each number is weighed by how well it explains the lumps in which failures came
    between the readings; those with which the job would be aborted already count for nothing.

    Args:
        readings: Oldest first.
        allowed: Batches that may fail.
        one_fails_its_batch: As for `risk`. Where a bad record fails alone, only lumps of whole
            batches fail batches.
    """
    counts = readings[-1].counts
    failed, processed, left = counts.failed or 0, counts.processed or 0, counts.left or 0
    if not failed or left <= 0 or processed < _SAMPLE * BATCH:
        return 0.0
    steps = _steps(readings)
    sizes = (float(BATCH),) if one_fails_its_batch else _SIZES
    chance = weights = 0.0
    for size, weight in zip(sizes, _weights(sizes, _share(steps), steps), strict=True):
        fails = one_fails_its_batch is not False or size >= BATCH
        so_far = failed / size if fails else 0.0
        if so_far > allowed + 1:
            continue
        more = so_far * left / processed
        spread = sqrt(more * (1 + left / processed))
        chance += weight * _above(allowed + 0.5, so_far + more, spread)
        weights += weight
    return chance / weights if weights else 0.0


def possible_aborts(
    readings: Sequence[JobReading],
    rate: float,
    done: Forecast,
    one_fails_its_batch: bool | None = None,
    outlasted: float = 0.0,
) -> tuple[PossibleAbort, ...]:
    """Returns when a running job may be aborted for its failures, by how many fail in a batch.

    If so many records fail in each failed batch, the abort comes when that many times the allowed
    batches have failed. Failures are taken to go on as they did since the first of them, or over
    the whole job if that is more: they come in lumps, and a lull between two is no end.

    Args:
        readings: Oldest first.
        rate: Records per second.
        done: When the job finishes otherwise.
        one_fails_its_batch: As for `risk`.
        outlasted: See `FormPast`: fewer records are hardly what fails in a failed batch.
    """
    counts = readings[-1].counts
    failed, processed, total = counts.failed, counts.processed, counts.total
    if not failed or not processed or not total:
        return ()
    allowed = allowed_failures(batches_of(total))
    began = next(index for index, reading in enumerate(readings) if reading.counts.failed)
    steps = _steps(readings[began:]) or _steps(readings[max(began - 1, 0) :])
    share = max(_share(steps), failed / processed)
    pace = share * rate
    sizes = (float(BATCH),) if one_fails_its_batch else _SIZES
    found, harmless = [], 0.0
    for size, likely in zip(sizes, _weights(sizes, share, steps), strict=True):
        fails = one_fails_its_batch is not False or size >= BATCH
        failing = share * BATCH / size
        left = allowed + 1 - failed / size
        if failing > _AT_MOST or (fails and left < -1):
            continue
        if not fails:
            harmless += likely
            continue
        weight = likely * _RARELY if failing > FAILED_SHARE else likely
        if size < outlasted:
            harmless += weight * (1 - _REFUTED)
            weight *= _REFUTED
        left = max(left, _NEARLY)
        seconds = left * size / pace
        by_chance = seconds * sqrt(max(1 - failing, 0.05) * (1 / left + size / failed))
        by_size = _STEP * (seconds + failed / pace)
        spread = max(hypot(by_chance, by_size) * sqrt(3) / pi, 1.0)
        found.append((weight, Forecast(seconds, spread)))
    whole = harmless + sum(weight for weight, _ in found)
    return tuple(
        PossibleAbort(weight / whole * _sooner(at, done), at)
        for weight, at in found
        if weight > _NEGLIGIBLE * whole
    )


def _sooner(one: Forecast, other: Forecast) -> float:
    """Returns the chance that what is forecast, and has not happened yet, comes before another."""
    spread = hypot(one.spread, other.spread)
    past, before = (
        1 / (1 + exp(min((one.seconds - at) / spread, 50.0))) for at in (0.0, other.seconds)
    )
    return (before - past) / (1 - past)


def _weights(sizes: Sequence[float], share: float, steps: Sequence[_Step]) -> list[float]:
    """Returns how well each number of failed records per failed batch explains the steps.

    Args:
        sizes: The numbers.
        share: Of the records that fail.
        steps: What failed between the readings.

    Returns:
        A weight for each number; that of the best one is 1.
    """
    if share <= 0 or not steps:
        return [1.0] * len(sizes)
    logs = [_log_likelihood(size, share, steps) for size in sizes]
    best = max(logs)
    return [exp(one - best) for one in logs]


def _log_likelihood(size: float, share: float, steps: Sequence[_Step]) -> float:
    """Returns the logarithm of how likely the steps are if so many records fail in a failed batch.

    Few failed batches are counted one by one, many are normally distributed. The share was taken
    from the same steps, which leaves one less to prove anything.
    """
    failing = share * BATCH / size
    # If all records of each batch failed, failures would come evenly, in no lumps.
    lumps = max(min(size * _EVEN, BATCH) - min(failing, 1) * size, _LEAST_LUMP * size)
    found = log(lumps) / 2
    for step in steps:
        mean = share * step.records
        if max(step.failed, mean) > _FEW * size:
            found -= (log(lumps * mean) + (step.failed - mean) ** 2 / (lumps * mean)) / 2
        else:
            found += _log_few(size, min(failing, _MOST_FAIL), step)
    return found


def _log_few(size: float, failing: float, step: _Step) -> float:
    """Returns the same of a step in which few batches failed, each with the same chance."""
    batches = step.records / BATCH
    chance = (1 - failing) ** batches
    if not step.failed:
        return log(chance + _FAINT)
    likelihood = 0.0
    # Twice as many as would explain them could hardly have lost so few.
    for failed in range(1, min(int(batches), int(2 * step.failed / size)) + 2):
        chance *= failing / (1 - failing) * max(batches - failed + 1, _LEAST_PART) / failed
        variance = failed * (_DIFFER * size) ** 2 + _WHOLE
        off = step.failed - failed * size
        likelihood += chance * exp(-(off**2) / variance / 2) / sqrt(variance)
    return log(likelihood + _FAINT)


def _share(steps: Sequence[_Step]) -> float:
    """Returns the share of the records that failed."""
    records = sum(step.records for step in steps)
    return sum(step.failed for step in steps) / records if records else 0.0


def _steps(readings: Sequence[JobReading]) -> list[_Step]:
    """Returns what went in between each two readings."""
    return [
        _Step(processed - processed_before, failed - failed_before)
        for (processed_before, failed_before), (processed, failed) in pairwise(
            (reading.counts.processed, reading.counts.failed)
            for reading in readings
            if reading.counts.processed is not None and reading.counts.failed is not None
        )
        if processed > processed_before
    ]


def _above(limit: float, mean: float, spread: float) -> float:
    """Returns the chance that a normal number is above a limit."""
    if spread <= 0:
        return 1.0 if mean > limit else 0.0
    return erfc((limit - mean) / spread / sqrt(2)) / 2


def _begun(counts: Counts, total: int) -> int:
    """Returns the most batches that can have begun, in whatever order.

    Processed records fill whole batches and part of one more. The short batch, which takes fewer
    records, may be among them.
    """
    batches = batches_of(total)
    processed = counts.processed
    if processed is None and counts.unprocessed is not None:
        processed = total - counts.unprocessed
    if processed is None:
        return batches
    missing = batches * BATCH - total
    return min(batches_of(processed + missing), batches) if processed > 0 else 0
