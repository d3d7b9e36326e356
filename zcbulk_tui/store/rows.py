"""Values as the database holds them, and back: moments, counts, readings."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from zcbulk_tui.domain.job import Counts, JobReading, JobState
from zcbulk_tui.domain.text import one_line

_LARGEST = 2**63 - 1
"""What an integer of SQLite can hold; no count of records comes near it."""


def to_millis(moment: datetime) -> int:
    """Returns an aware moment as milliseconds since 1970."""
    return round(moment.timestamp() * 1000)


def to_moment(millis: int) -> datetime:
    """Returns milliseconds since 1970 as a moment in UTC."""
    return datetime.fromtimestamp(millis / 1000, UTC)


def maybe_millis(moment: datetime | None) -> int | None:
    """The same as `to_millis`, where there may be none."""
    return None if moment is None else to_millis(moment)


def maybe_moment(millis: int | None) -> datetime | None:
    """The same as `to_moment`, where there may be none."""
    return None if millis is None else to_moment(millis)


READING = "at, state, raw_state, total, success, failed, unprocessed, code"
"""The columns of a reading, in the order of `from_reading` and `to_reading`."""


def from_reading(reading: JobReading) -> tuple[Any, ...]:
    """Returns a reading as the values of its columns."""
    counts = reading.counts
    figures = (counts.total, counts.success, counts.failed, counts.unprocessed)
    return (
        to_millis(reading.read_at),
        reading.state.value,
        reading.raw_state,
        *(None if figure is None else min(figure, _LARGEST) for figure in figures),
        reading.code,
    )


def to_reading(row: tuple[Any, ...]) -> JobReading:
    """Returns the reading with these values of its columns."""
    at, state, raw_state, total, success, failed, unprocessed, code = row
    known = JobState(state) if state in _STATES else JobState.UNKNOWN
    counts = Counts(total, success, failed, unprocessed)
    return JobReading(known, _safe(raw_state), counts, to_moment(at), code)


_STATES = frozenset(JobState)


@lru_cache(maxsize=256)
def _safe(raw_state: str) -> str:
    """A few words come again and again."""
    return one_line(raw_state, 40)
