"""The watch list as the first frame shows it; nothing else is loaded before that."""

from typing import Any

from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.jobs import JOB, JOB_WIDTH, to_job
from zcbulk_tui.store.rows import READING, to_reading

COLUMNS = f"jobs.id, {JOB}, {', '.join(f'readings.{name}' for name in READING.split(', '))}"
"""The columns of `to_snapshot`, after the number of the job's row."""

NEWEST = """
LEFT JOIN readings ON readings.id = (SELECT max(id) FROM readings WHERE job = jobs.id)
"""
"""Joins a job to its last reading."""

_LIST = f"""
SELECT {COLUMNS} FROM jobs {NEWEST}
WHERE jobs.profile = ? AND jobs.place IS NOT NULL ORDER BY jobs.place
"""


def at_a_glance(database: Database, profile: str) -> list[JobSnapshot]:
    """Returns the watch list with the last reading of each job.

    Raises:
        ConfigError: It cannot be read, or makes no sense; then the next opening looks at it all.
    """
    rows = database.rows(_LIST, (profile,))
    try:
        return [to_snapshot(row) for row in rows]
    except (TypeError, ValueError, OverflowError) as error:
        raise database.senseless(error) from error


def to_snapshot(row: tuple[Any, ...]) -> JobSnapshot:
    """Returns the job with these values of `COLUMNS`, and its last reading if there is one."""
    job, reading = row[1 : 1 + JOB_WIDTH], row[1 + JOB_WIDTH :]
    readings = () if reading[0] is None else (to_reading(reading),)
    return JobSnapshot(to_job(job), readings)
