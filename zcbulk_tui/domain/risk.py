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
from math import erfc, exp, log, sqrt
from typing import NamedTuple

from zcbulk_tui.domain.batch_rule import BATCH, allowed_failures, batches_of
from zcbulk_tui.domain.job import Counts, JobReading, JobState

_AT_RISK = frozenset({JobState.IN_PROGRESS, JobState.SYSTEM_ABORTED})


_LEAST_CHANCE = 0.25
"""From here on an abort is worth a warning."""

_CALM_CHANCE = 0.15
"""Below this a warning ends: a chance that hovers around one figure warns once."""

_SAMPLE = 10
"""Batches that a job must have been through before anything is concluded from its failures."""

_SIZES = tuple(BATCH ** (step / 23) for step in range(24))
"""Failed records per failed batch, on average: from 1 to 200, each as likely as the next."""

_UNEVEN = 1.35
"""Mean square of the failed records in a failed batch, by the square of their mean: 1 where all
batches lose as many, 2 where few lose many. Invented; it moves no warning by much."""


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
    scatter, degrees = _scatter(readings)
    chance = weights = 0.0
    for size in (float(BATCH),) if one_fails_its_batch else _SIZES:
        fails = one_fails_its_batch is not False or size >= BATCH
        so_far = failed / size if fails else 0.0
        if so_far > allowed + 1:
            continue
        lumps = min(size * _UNEVEN, BATCH)
        weight = exp(-(degrees * log(lumps) + scatter / lumps) / 2)
        more = so_far * left / processed
        spread = sqrt(more * (1 + left / processed))
        chance += weight * _above(allowed + 0.5, so_far + more, spread)
        weights += weight
    return chance / weights if weights else 0.0


def _scatter(readings: Sequence[JobReading]) -> tuple[float, int]:
    """Returns how unevenly failures came, and in how many independent pieces that was seen.

    The first is the sum of the squared deviations from an even share, each by that share, which is
    chi-squared: the larger the lumps, the more.
    """
    steps = [
        (processed - processed_before, failed - failed_before)
        for (processed_before, failed_before), (processed, failed) in pairwise(
            (reading.counts.processed, reading.counts.failed)
            for reading in readings
            if reading.counts.processed is not None and reading.counts.failed is not None
        )
        if processed > processed_before
    ]
    records, failures = (sum(column) for column in zip(*steps, strict=True)) if steps else (0, 0)
    if failures <= 0:
        return 0.0, 0
    share = failures / records
    scatter = sum((failed - share * size) ** 2 / (share * size) for size, failed in steps)
    return scatter, len(steps) - 1


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
