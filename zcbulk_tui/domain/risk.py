"""How near a job is to being aborted by Zoho for its failures.

A job is inserted in batches of 200 records, and more than 5 % of failed batches end it [LIMB]. No
answer tells how many batches failed, so all that can be said is a range. A batch is taken to fail
with its first failed record, which no source says: if it takes more, fewer have failed.
"""

from enum import IntEnum
from typing import NamedTuple

from zcbulk_tui.domain.job import Counts, JobReading, JobState

BATCH = 200
"""Records of a batch; the last one may have fewer [LIMB]."""

_ONE_IN = 20
"""At most one batch in so many may fail: 5 % of them [LIMB]."""

_AT_RISK = frozenset({JobState.IN_PROGRESS, JobState.SYSTEM_ABORTED})


class Level(IntEnum):
    """What the range says of the limit."""

    NONE = 0
    """It has not been passed, whatever the truth is."""

    AMBER = 1
    """It may have been passed."""

    RED = 2
    """It has been passed, whatever the truth is."""


class Risk(NamedTuple):
    """The failed batches of a job, as far as its counts tell.

    Attributes:
        batches: Batches of the job.
        allowed: How many of them may fail: 5 %, rounded down, since only a whole batch more than
            that is more than 5 %. No source tells how Zoho rounds.
        least: Failed batches so far, if each has as many failed records as it can.
        most: The same, if each failed record lies in a batch of its own.
    """

    batches: int
    allowed: int
    least: int
    most: int

    @property
    def level(self) -> Level:
        """What the range says of the limit."""
        if self.least > self.allowed:
            return Level.RED
        return Level.AMBER if self.most > self.allowed else Level.NONE


def risk(last: JobReading) -> Risk | None:
    """Returns the risk of a job; None where its counts do not tell, or nothing is at risk.

    Args:
        last: The last reading: of a job that runs, or that Zoho aborted.
    """
    counts = last.counts
    if last.state not in _AT_RISK or not counts.total or counts.failed is None:
        return None
    batches = _batches(counts.total)
    # Counts need not add up: a job has no more failed batches than batches.
    least = min(_batches(counts.failed), batches)
    most = max(min(counts.failed, _begun(counts, counts.total)), least)
    return Risk(batches, batches // _ONE_IN, least, most)


def _begun(counts: Counts, total: int) -> int:
    """The most batches that can have been begun, one after the other in whatever order.

    The records that were processed fill whole batches, and part of one more. The short batch, which
    is done with fewer records, may be among them.
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
