"""The risk that Zoho aborts a job for its failures.

A job is inserted in batches of 200 records, and ends when more than 5 % of its batches have failed
[LIMB]. No answer reports failed batches, so their number is a range. A batch is assumed to fail
with its first failed record, which no source says: if it takes more, fewer have failed.
"""

from enum import IntEnum
from typing import NamedTuple

from zcbulk_tui.domain.job import Counts, JobReading, JobState

BATCH = 200
"""Records per batch; the last one may have fewer [LIMB]."""

_ONE_IN = 20
"""At most one batch in this many may fail: 5 % [LIMB]."""

_AT_RISK = frozenset({JobState.IN_PROGRESS, JobState.SYSTEM_ABORTED})


class Level(IntEnum):
    """Where the range lies in relation to the limit."""

    NONE = 0
    """The whole range is within the limit."""

    AMBER = 1
    """Part of the range is beyond the limit."""

    RED = 2
    """The whole range is beyond the limit."""


class Risk(NamedTuple):
    """The range of a job's failed batches.

    Attributes:
        batches: Batches in the job.
        allowed: Batches that may fail: 5 %, rounded down, since only a whole batch more exceeds 5
            %. No source says how Zoho rounds.
        least: Failed batches if each is full of failed records.
        most: Failed batches if each failed record lies in a batch of its own.
    """

    batches: int
    allowed: int
    least: int
    most: int

    @property
    def level(self) -> Level:
        """Where the range lies in relation to the limit."""
        if self.least > self.allowed:
            return Level.RED
        return Level.AMBER if self.most > self.allowed else Level.NONE


def risk(last: JobReading) -> Risk | None:
    """Returns the risk of a job; None if its counts are unknown or it is not at risk.

    Args:
        last: The last reading of a job that runs, or that Zoho aborted.
    """
    counts = last.counts
    if last.state not in _AT_RISK or not counts.total or counts.failed is None:
        return None
    batches = _batches(counts.total)
    # Counts need not add up, so the failed batches are capped at the batches.
    least = min(_batches(counts.failed), batches)
    most = max(min(counts.failed, _begun(counts, counts.total)), least)
    return Risk(batches, batches // _ONE_IN, least, most)


def _begun(counts: Counts, total: int) -> int:
    """Returns the most batches that can have begun, in whatever order.

    Processed records fill whole batches and part of one more. The short batch, which takes fewer
    records, may be among them.
    """
    batches = _batches(total)
    processed = counts.processed
    if processed is None and counts.unprocessed is not None:
        processed = total - counts.unprocessed
    if processed is None:
        return batches
    missing = batches * BATCH - total
    return min(_batches(processed + missing), batches) if processed > 0 else 0


def _batches(records: int) -> int:
    return -(-records // BATCH)
