"""What is known of the jobs of a profile when a window opens, and of those that come later."""

from collections.abc import Collection

from zcbulk_tui.domain.control import Outcome
from zcbulk_tui.domain.job import JobReading, JobRef, WatchedJob
from zcbulk_tui.domain.progress import HISTORY, remember
from zcbulk_tui.domain.records import ControlRecord
from zcbulk_tui.domain.snapshot import Fault, JobSnapshot
from zcbulk_tui.store import glance
from zcbulk_tui.store.control_log import SELECT as _COMMANDS
from zcbulk_tui.store.control_log import to_record
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.jobs import REF, SAME_JOB, THE_JOB, key, to_ref
from zcbulk_tui.store.json_rows import error_from_json
from zcbulk_tui.store.rows import READING, to_moment, to_reading

_WANTED = "SELECT job FROM wanted WHERE by_window IN (SELECT id FROM windows)"
"""What a window wants that fell silent counts again when it comes back."""

_ALL = f"""
SELECT {glance.COLUMNS} FROM jobs {glance.NEWEST}
WHERE jobs.profile = ? AND (jobs.place IS NOT NULL OR jobs.id IN ({_WANTED}))
ORDER BY jobs.place IS NULL, jobs.place, jobs.id
"""

_FAR_BACK = 200
"""Readings to look through where most of them say the same."""

_REFS = f"""
SELECT {REF}, jobs.place IS NOT NULL,
    EXISTS (SELECT 1 FROM wanted WHERE wanted.job = jobs.id AND wanted.by_window = :window)
FROM jobs
WHERE profile = :profile AND (place IS NOT NULL OR id IN ({_WANTED}))
ORDER BY place IS NULL, place, id
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


def in_full(
    database: Database, profile: str, refs: Collection[JobRef] | None = None
) -> list[JobSnapshot]:
    """Returns jobs that a window wants polled, with what their estimates are made from.

    Args:
        database: Holds them.
        profile: Whose jobs.
        refs: Which of them; None for all.

    Raises:
        ConfigError: They cannot be read.
    """
    snapshots = []
    for row in database.rows(_ALL, (profile,)):
        number, snapshot = row[0], glance.to_snapshot(row)
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
    records = map(to_record, database.rows(_LAST_COMMANDS, (profile,)))
    return {record.job.ref: record for record in records}


def commands_of(database: Database, ref: JobRef) -> list[ControlRecord]:
    """Returns the commands of a job, of whatever profile, the last one first.

    Raises:
        ConfigError: They cannot be read.
    """
    return list(map(to_record, database.rows(_OF_JOB, key("", ref))))


def polled(database: Database, profile: str, window: int) -> dict[JobRef, tuple[bool, bool]]:
    """Returns all jobs that a window wants polled, in the order of the list.

    Returns:
        For each, whether it is on the watch list, and whether `window` wants it.

    Raises:
        ConfigError: They cannot be read.
    """
    values = {"profile": profile, "window": window}
    return {
        to_ref(tuple(row)): (bool(listed), bool(wanted))
        for *row, listed, wanted in database.rows(_REFS, values)
    }


def _fault(database: Database, job: int) -> Fault | None:
    """Why a job could not be read after its last reading; None where nothing tells that."""
    for at, text in database.rows(_FAULT, {"job": job}):
        error = error_from_json(text)
        return Fault(error, to_moment(at)) if error else None
    return None


def _recent(database: Database, job: int) -> tuple[JobReading, ...]:
    """The readings for the estimates, as a window that had stayed open would have them."""
    for limit in (HISTORY, _FAR_BACK):
        rows = database.rows(_READINGS, (job, limit))
        readings: tuple[JobReading, ...] = ()
        for row in reversed(rows):
            readings = remember(readings, to_reading(row))
        if len(readings) == HISTORY or len(rows) < limit:
            break
    return readings
