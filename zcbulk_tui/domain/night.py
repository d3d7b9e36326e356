"""A night: a span in which nobody watches, with a limit to what may go wrong in it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple


class ErrorBudget(NamedTuple):
    """How many records may fail until no more of the queue is sent.

    Attributes:
        failed: So many records; None for any number.
        share: Such a share of those that were processed, from 0 to 1; None for any.
    """

    failed: int | None = None
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Night:
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
        ended_by: Why it ended before `until`, or who disarmed it; empty for neither.
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
