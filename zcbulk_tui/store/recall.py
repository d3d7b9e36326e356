"""What is known of the jobs of a profile when a window opens, and of those that come later."""

from collections.abc import Collection
from typing import Any

from zcbulk_tui.domain.control import Outcome
from zcbulk_tui.domain.job import JobReading, JobRef, WatchedJob
from zcbulk_tui.domain.progress import HISTORY, remember
from zcbulk_tui.domain.records import ControlRecord
from zcbulk_tui.domain.snapshot import Fault, JobSnapshot
from zcbulk_tui.store.control_log import SELECT as _COMMANDS
from zcbulk_tui.store.control_log import to_record
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.json_objects import error_from_json
from zcbulk_tui.store.rows import (
    JOB,
    JOB_WIDTH,
    PLACE,
    READING,
    REF,
    REF_WIDTH,
    SAME_JOB,
    THE_JOB,
    key,
    to_job,
    to_moment,
    to_reading,
    to_ref,
)

_SNAPSHOT = f"jobs.id, {JOB}, {', '.join(f'readings.{name}' for name in READING.split(', '))}"
"""The columns of `_to_snapshot`, after the number of the job's row."""

_NEWEST = """
LEFT JOIN readings ON readings.id = (SELECT max(id) FROM readings WHERE job = jobs.id)
"""
"""Joins a job to its last reading."""

_LIST = f"""
SELECT {_SNAPSHOT} FROM jobs {_NEWEST}
WHERE jobs.profile = ? AND jobs.place IS NOT NULL ORDER BY {PLACE}
"""

_WANTED = "SELECT job FROM wanted WHERE by_window IN (SELECT id FROM windows)"
"""The jobs of a window that fell silent count again when it comes back."""

_ALL = f"""
SELECT {_SNAPSHOT} FROM jobs {_NEWEST}
WHERE jobs.profile = ? AND (jobs.place IS NOT NULL OR jobs.id IN ({_WANTED}))
ORDER BY jobs.place IS NULL, {PLACE}
"""

_FAR_BACK = 200
"""Readings to look through where most of them say the same."""

_REFS = f"""
SELECT {REF}, jobs.place IS NOT NULL,
    EXISTS (SELECT 1 FROM wanted WHERE wanted.job = jobs.id AND wanted.by_window = :window)
FROM jobs
WHERE profile = :profile AND (place IS NOT NULL AND :of_list OR id IN ({_WANTED}))
ORDER BY place IS NULL, {PLACE}
"""

_READINGS = f"SELECT {READING} FROM readings WHERE job = ? ORDER BY id DESC LIMIT ?"

_FAULT = """
SELECT min(at) OVER (), error FROM events
WHERE job = :job AND kind = 'fault' AND at > ifnull(
    (SELECT at FROM readings WHERE id = (SELECT max(id) FROM readings WHERE job = :job)), 0)
ORDER BY id DESC LIMIT 1
"""

# Nothing is sent after a command of which it is not known what became: that one is the last,
# whatever the clock said.
_LAST_COMMANDS = f"""
{_COMMANDS} WHERE control.profile = ? AND control.key = (
    SELECT key FROM control AS later WHERE later.job = control.job
    ORDER BY later.outcome = '{Outcome.SENT}' DESC, later.at DESC LIMIT 1)
"""

_OF_JOB = f"""
{_COMMANDS} WHERE {SAME_JOB} ORDER BY outcome = '{Outcome.SENT}' DESC, control.at DESC
"""


def load_watch_list(database: Database, profile: str) -> list[JobSnapshot]:
    """Returns the watch list with the last reading of each job, as the first frame shows it.

    Raises:
        ConfigError: It cannot be read, or makes no sense; then the next opening looks at it all.
    """
    return database.read(_to_snapshot, _LIST, (profile,))


def in_full(
    database: Database, profile: str, refs: Collection[JobRef] | None = None
) -> list[JobSnapshot]:
    """Returns jobs that a window needs polled, with what their estimates are made from.

    Args:
        database: Holds them.
        profile: Whose jobs.
        refs: Which of them; None for all.

    Raises:
        ConfigError: They cannot be read.
    """
    snapshots = []
    for number, snapshot in database.read(
        lambda row: (row[0], _to_snapshot(row)), _ALL, (profile,)
    ):
        if refs is not None and snapshot.ref not in refs:
            continue
        if not snapshot.is_final:
            readings = _recent(database, number)
            snapshot = JobSnapshot(snapshot.job, readings, _fault(database, number))
        snapshots.append(snapshot)
    return snapshots


def known(database: Database, profile: str, job: WatchedJob) -> JobSnapshot:
    """Returns what is known of a job, whether it is polled or not.

    Raises:
        ConfigError: It cannot be read.
    """
    for (number,) in database.rows(
        f"SELECT id FROM jobs WHERE id = {THE_JOB}", key(profile, job.ref)
    ):
        return JobSnapshot(job, _recent(database, number), _fault(database, number))
    return JobSnapshot(job)


def last_commands(database: Database, profile: str) -> dict[JobRef, ControlRecord]:
    """Returns the last start or abort of each job that has seen one.

    Raises:
        ConfigError: They cannot be read.
    """
    records = database.read(to_record, _LAST_COMMANDS, (profile,))
    return {record.job.ref: record for record in records}


def commands_of(database: Database, ref: JobRef) -> list[ControlRecord]:
    """Returns the commands of a job, of whatever profile, the last one first.

    Raises:
        ConfigError: They cannot be read.
    """
    return database.read(to_record, _OF_JOB, key("", ref))


def polled(
    database: Database, profile: str, window: int, *, of_list: bool = True
) -> dict[JobRef, tuple[bool, bool]]:
    """Returns all jobs that a window needs polled, in the order of the list.

    Args:
        database: Holds them.
        profile: Whose jobs.
        window: The window that is asked about.
        of_list: Whether those of the watch list are among them.

    Returns:
        For each, whether it is on the watch list, and whether `window` shows it.

    Raises:
        ConfigError: They cannot be read.
    """
    values = {"profile": profile, "window": window, "of_list": of_list}
    return dict(
        database.read(
            lambda row: (to_ref(row[:REF_WIDTH]), (bool(row[-2]), bool(row[-1]))), _REFS, values
        )
    )


def _to_snapshot(row: tuple[Any, ...]) -> JobSnapshot:
    """The job with these values of `_SNAPSHOT`, and its last reading if there is one."""
    job, reading = row[1 : 1 + JOB_WIDTH], row[1 + JOB_WIDTH :]
    readings = () if reading[0] is None else (to_reading(reading),)
    return JobSnapshot(to_job(job), readings)


def _fault(database: Database, job: int) -> Fault | None:
    """Why a job could not be read after its last reading; None where that is unknown."""
    for at, error in database.read(
        lambda row: (to_moment(row[0]), error_from_json(row[1])), _FAULT, {"job": job}
    ):
        return Fault(error, at) if error else None
    return None


def _recent(database: Database, job: int) -> tuple[JobReading, ...]:
    """The readings for the estimates, as a window that had stayed open would have them."""
    for limit in (HISTORY, _FAR_BACK):
        found = database.read(to_reading, _READINGS, (job, limit))
        readings: tuple[JobReading, ...] = ()
        for reading in reversed(found):
            readings = remember(readings, reading)
        if len(found) < limit or len(readings) == HISTORY:
            break
    return readings
