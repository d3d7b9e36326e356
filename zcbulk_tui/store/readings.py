"""Readings, as the database holds them."""

from typing import Any

from zcbulk_tui.domain.job import JobReading, JobRef
from zcbulk_tui.store.jobs import REF, REF_WIDTH, THE_JOB, key, to_ref
from zcbulk_tui.store.rows import READING, from_reading, to_reading

_NAMES = READING.split(", ")

KEEP = f"""
INSERT INTO readings (job, by_window, {READING})
VALUES ({THE_JOB}, :window, {", ".join(f":reading_{name}" for name in _NAMES)})
"""
"""Writes a reading of a job."""

SINCE = f"""
SELECT readings.id, {REF}, {", ".join(f"readings.{name}" for name in _NAMES)}
FROM readings JOIN jobs ON jobs.id = readings.job
WHERE readings.id > :last AND readings.by_window != :window AND jobs.profile = :profile
ORDER BY readings.id
"""
"""The number of a row, and the columns of `to_news`."""


def values(profile: str, window: int, ref: JobRef, reading: JobReading) -> dict[str, Any]:
    """Returns the values of a reading's row."""
    columns = zip(_NAMES, from_reading(reading), strict=True)
    own = {f"reading_{name}": value for name, value in columns}
    return {**key(profile, ref), "window": window, **own}


def to_news(row: tuple[Any, ...]) -> tuple[JobRef, JobReading]:
    """Returns a job and its reading."""
    return to_ref(row[:REF_WIDTH]), to_reading(row[REF_WIDTH:])
