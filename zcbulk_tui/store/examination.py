"""A look at all that a file holds, where damage was seen while it was used."""

from typing import TYPE_CHECKING

from zcbulk_tui.store.faults import sentence
from zcbulk_tui.store.jobs import JOB
from zcbulk_tui.store.rows import READING, to_reading
from zcbulk_tui.store.schema import MIGRATIONS

if TYPE_CHECKING:
    import sqlite3

_LATEST = 253_370_764_800_000
"""No moment in milliseconds is later: the year 9999 begins."""

_LOOK_AT_JOBS = f"SELECT profile, place, id, {JOB} FROM jobs NOT INDEXED"
_SENSELESS_JOBS = """
SELECT id FROM jobs NOT INDEXED WHERE
    typeof(label) != 'text' OR typeof(tags) != 'text' OR typeof(note) != 'text'
    OR typeof(added_by) != 'text' OR environment NOT IN ('production', 'stage', 'development')
    OR typeof(added_at) != 'integer' OR added_at NOT BETWEEN 0 AND :latest
    OR typeof(ifnull(created_at, 0)) != 'integer' OR created_at NOT BETWEEN 0 AND :latest
    OR typeof(ifnull(started_at, 0)) != 'integer' OR started_at NOT BETWEEN 0 AND :latest
    OR typeof(ifnull(place, 0)) != 'integer'
"""
_LOOK_FOR_JOBS = f"""
SELECT profile, place, id, {JOB} FROM jobs INDEXED BY sqlite_autoindex_jobs_1 WHERE profile = ?
"""
_LOOK_AT_LIST = f"""
SELECT profile, place, id, {JOB} FROM jobs WHERE profile = ? AND place IS NOT NULL ORDER BY place
"""
_READINGS = f"SELECT {READING} FROM readings"

_ALL = (
    "SELECT * FROM jobs",
    "SELECT * FROM events",
    "SELECT * FROM calls",
    "SELECT * FROM control",
    "SELECT * FROM days",
    "SELECT * FROM windows",
    "SELECT * FROM wanted",
    "SELECT * FROM minute",
    "SELECT * FROM marks",
)


def examine(connection: "sqlite3.Connection") -> str | None:
    """Reads all of it, which takes seconds for a large file.

    Returns:
        What is damaged, as a sentence; None where nothing is.

    Raises:
        sqlite3.Error: It cannot be read.
    """
    said = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    if said != "ok":
        return sentence(said)
    if connection.execute("PRAGMA user_version").fetchone()[0] != len(MIGRATIONS):
        return None
    # What makes no sense to this program is no damage to SQLite.
    try:
        return None if _makes_sense(connection) else "Its jobs are not what they were."
    except (TypeError, ValueError, OverflowError):
        return "It holds values that make no sense."


def _makes_sense(connection: "sqlite3.Connection") -> bool:
    jobs = set(connection.execute(_LOOK_AT_JOBS))
    profiles = [(name,) for name in {name for name, *_ in jobs}]
    found = {row for name in profiles for row in connection.execute(_LOOK_FOR_JOBS, name)}
    listed = {row for name in profiles for row in connection.execute(_LOOK_AT_LIST, name)}
    if found != jobs or listed != {row for row in jobs if row[1] is not None}:
        return False
    if connection.execute(_SENSELESS_JOBS, {"latest": _LATEST}).fetchone():
        return False
    for row in connection.execute(_READINGS):
        to_reading(row)
    for sql in _ALL:
        for _ in connection.execute(sql):
            pass
    return True
