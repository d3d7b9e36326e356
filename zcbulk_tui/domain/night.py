"""A night: a span in which nobody watches, with a limit to what may go wrong in it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from zcbulk_tui.domain.batch_rule import BATCH
from zcbulk_tui.domain.job import JobReading, JobState
from zcbulk_tui.domain.text import counted, one_line

LEAST_PROCESSED = BATCH
"""Records that must have been processed before their failed share counts: a batch's worth [LIMB].

Of fewer, one bad record would be too many. Once a job has ended, its share counts in any case.
"""

LATE = timedelta(minutes=1)
"""How long after its time a night may end without a word about it: windows look every second."""


class ErrorBudget(NamedTuple):
    """How many records may fail until no more of the queue is sent.

    Attributes:
        failed: So many records; None for any number.
        share: Such a share of those that were processed, from 0 to 1; None for any.
    """

    failed: int | None = None
    share: float | None = None

    def __str__(self) -> str:
        """As in ``500 failed records, or more than 3 %``; ``no limit`` without one."""
        parts = []
        if self.failed is not None:
            parts.append(counted(self.failed, "failed record"))
        if self.share is not None:
            parts.append(f"more than {percent(self.share)} % failed")
        return ", or ".join(parts) or "no limit"


class NightPlan(NamedTuple):
    """A night as it is to be armed.

    Attributes:
        until: When it ends; aware.
        budget: When the queue is stopped.
        report: Where the report goes; see `Night.report`.
    """

    until: datetime
    budget: ErrorBudget
    report: Path


class Night(NamedTuple):
    """A night that is armed or over; it is stored, so whichever window polls goes on with it.

    Attributes:
        id: Its number in the memory.
        profile: Whose.
        began_at: When it was armed; aware.
        until: When it ends, and its report is written; aware.
        operator: Who has armed it, as in ``anna@jump1``.
        budget: When the queue is stopped.
        report: Where the report goes: a Markdown file; JSON beside it, with the suffix ``.json``.
        ended_at: When it ended; None while it is armed; aware.
        ended_by: Who disarmed it; empty where it ended by itself.
        stopped_at: When its budget has stopped the queue, which it does once; aware; None if not.
        reported_at: When its report was written; aware; None until then.
    """

    id: int
    profile: str
    began_at: datetime
    until: datetime
    operator: str
    budget: ErrorBudget
    report: Path
    ended_at: datetime | None = None
    ended_by: str = ""
    stopped_at: datetime | None = None
    reported_at: datetime | None = None

    @property
    def late(self) -> timedelta:
        """By how much it has ended after its time; nothing where that is not worth a word."""
        if self.ended_at is None or self.ended_by:
            return timedelta()
        over = self.ended_at - self.until
        return over if over > LATE else timedelta()


class NightJob(NamedTuple):
    """A job that came from the queue, and was started in a night.

    Attributes:
        label: What it is called.
        reading: Its last reading; None for none.
    """

    label: str
    reading: JobReading | None


def exceeded(budget: ErrorBudget, jobs: Iterable[NightJob]) -> str | None:
    """Returns why no more of the queue is to be sent, by what was read; None where nothing is.

    Records of all these jobs count together, those of aborted jobs too. A job that Zoho has aborted
    by itself exceeds every budget that has a limit.

    Args:
        budget: The limits.
        jobs: Those that came from the queue and were started since the night began.

    Returns:
        A sentence without full stop, as in ``512 of 9,800 records failed``.
    """
    if budget == ErrorBudget():
        return None
    failed = processed = 0
    has_ended = False
    for label, reading in jobs:
        if reading is None:
            continue
        if reading.state is JobState.SYSTEM_ABORTED:
            return f"Zoho aborted {one_line(label, 60)}"
        failed += reading.counts.failed or 0
        processed += (reading.counts.success or 0) + (reading.counts.failed or 0)
        has_ended |= reading.state.is_final
    is_sample = processed >= LEAST_PROCESSED or has_ended
    too_many = budget.failed is not None and failed >= budget.failed
    too_large = (
        budget.share is not None and is_sample and failed > 0 and failed > budget.share * processed
    )
    if too_many or too_large:
        return f"{failed:,} of {counted(processed, 'record')} failed"
    return None


def percent(share: float) -> str:
    """Returns a share as percent without needless digits, as in ``3`` or ``0.25``."""
    return f"{share * 100:.2f}".rstrip("0").rstrip(".")
