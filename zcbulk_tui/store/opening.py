"""The store opens, whatever has become of its file."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store import database, files, salvage
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.jobs import JOB
from zcbulk_tui.store.rows import READING, to_reading
from zcbulk_tui.store.schema import MIGRATIONS

if TYPE_CHECKING:
    import sqlite3

_BESIDE = ("-journal", "-wal", "-shm")
"""What SQLite puts beside a database, by the ends of the names."""

_PATIENCE_FOR_A_LOOK = 0.1
"""Seconds that a look at the file waits for another program: opening it waits for longer."""

_PATIENCE_FOR_OTHERS = 15.0
"""Seconds to wait for another program that begins the database anew."""

_BETWEEN_LOOKS = 0.05
"""Seconds between two looks whether it is done."""

_LATEST = 253_370_764_800_000
"""No moment in milliseconds is later: the year 9999 begins."""

# Whoever opens the store reads these next, so the look costs little.
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
_LOOK_AT_READINGS = f"""
SELECT {READING} FROM readings WHERE id IN (
    SELECT (SELECT max(id) FROM readings WHERE job = newest.id)
    FROM (SELECT id FROM jobs ORDER BY id DESC LIMIT 20) AS newest
)
"""
_LOOK_AT_THE_REST = (
    "SELECT * FROM days",
    "SELECT * FROM events ORDER BY id DESC LIMIT 1",
    "SELECT * FROM calls ORDER BY id DESC LIMIT 1",
    "SELECT * FROM control ORDER BY key LIMIT 1",
    "SELECT * FROM windows",
    "SELECT * FROM wanted",
    "SELECT * FROM minute",
    "SELECT * FROM marks",
)

_ALL = (
    "SELECT * FROM jobs",
    "SELECT * FROM readings",
    "SELECT * FROM events",
    "SELECT * FROM calls",
    "SELECT * FROM control",
)
"""The tables with words in them."""


class Opened(NamedTuple):
    """The store, open.

    Attributes:
        database: In the file, or in memory where that cannot be.
        problem: What was wrong with the file; None for nothing.
    """

    database: Database
    problem: ConfigError | None


def open_store(path: Path, now: datetime) -> Opened:
    """Opens the database, and makes do where that cannot be done.

    A damaged file is moved aside, and what can be read of it goes into a new one. Where the file
    cannot be used otherwise, a database in memory takes its place, with what can be read of it.

    Args:
        path: The file; it need not be there.
        now: Names the file that is moved aside.
    """
    # SQLite follows links too, and what is moved is to stay on its disk.
    path = Path(os.path.realpath(path))
    try:
        opened = _looked_at(path)
        if isinstance(opened, str):
            with _alone(path):
                # Another program may have begun it anew meanwhile.
                opened = _looked_at(path)
                if isinstance(opened, str):
                    return _begun_anew(path, now, opened)
    except ConfigError as error:
        return _in_memory(path, now, error)
    return Opened(opened, None)


def _looked_at(path: Path) -> Database | str:
    """Returns the database, or what is damaged in its file, as a sentence.

    Raises:
        ConfigError: It cannot be opened for another reason.
    """
    import sqlite3

    if (wrong := _found_in(path)) is not None:
        return wrong
    try:
        return database.open_database(path)
    except ConfigError as error:
        if isinstance(error.__cause__, sqlite3.Error) and _is_spoilt(error.__cause__):
            return error.cause
        raise


def _found_in(path: Path) -> str | None:
    """Looks at a file without changing it; returns what is damaged, as a sentence."""
    import sqlite3

    mark = database.mark_of(path)
    where = f"{path.as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(where, uri=True, timeout=_PATIENCE_FOR_A_LOOK)) as connection:
            _look(connection)
            if mark.exists():
                if (wrong := _look_through(connection)) is not None:
                    return wrong
                mark.unlink()
    except sqlite3.Error as error:
        # Whatever else is wrong is told better by opening it.
        return _sentence(error) if _is_spoilt(error) else None
    except (TypeError, ValueError, OverflowError):
        return "It holds values that make no sense."
    except OSError:
        # The mark is there still, and is looked at again.
        return None
    return None


def _look(connection: "sqlite3.Connection") -> None:
    """Reads what is needed first, and a little of everything: some milliseconds at most."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.execute("SELECT * FROM sqlite_master").fetchall()
    if version != len(MIGRATIONS):
        return
    jobs = set(connection.execute(_LOOK_AT_JOBS))
    profiles = [(name,) for name in {name for name, *_ in jobs}]
    found = {row for name in profiles for row in connection.execute(_LOOK_FOR_JOBS, name)}
    listed = {row for name in profiles for row in connection.execute(_LOOK_AT_LIST, name)}
    senseless = connection.execute(_SENSELESS_JOBS, {"latest": _LATEST}).fetchone()
    if senseless or found != jobs or listed != {row for row in jobs if row[1] is not None}:
        raise ValueError("a job is not what it was")
    for row in connection.execute(_LOOK_AT_READINGS):
        to_reading(row)
    for sql in _LOOK_AT_THE_REST:
        connection.execute(sql).fetchall()


def _look_through(connection: "sqlite3.Connection") -> str | None:
    """Reads all of it, which takes seconds for a large one."""
    said = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    if said != "ok":
        return _sentence(said)
    # What is not text is no damage to SQLite.
    for sql in _ALL:
        for _ in connection.execute(sql):
            pass
    return None


def _is_spoilt(error: "sqlite3.Error") -> bool:
    """Whether the file is damaged, or has not the tables of the version that it says it has."""
    import sqlite3

    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK)
    return database.is_damage(error) or code == sqlite3.SQLITE_ERROR


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keeps all other processes from what is done in the context; death ends it too.

    Raises:
        ConfigError: There can be no lock, or another process holds it for too long.
    """
    lock = path.with_name(f"{path.name}.lock")
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise files.unwritable(lock, error) from error
    try:
        patience_ends = time.monotonic() + _PATIENCE_FOR_OTHERS
        while not _is_locked(descriptor, lock):
            if time.monotonic() > patience_ends:
                raise ConfigError(
                    f"{path} is damaged, and another program is at it",
                    f"It has held {lock} for too long.",
                    "Look for a zcbulk-tui that is suspended or hangs, and end it.",
                )
            time.sleep(_BETWEEN_LOOKS)
        yield
    finally:
        os.close(descriptor)


def _is_locked(descriptor: int, lock: Path) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise files.unwritable(lock, error) from error
    return True


def _begun_anew(path: Path, now: datetime, wrong: str) -> Opened:
    """Moves a damaged file aside, and puts a new one with what was saved in its place.

    Raises:
        ConfigError: There can be no new one; the damaged one is where it was.
    """
    remains = salvage.read(path, now)
    aside = _free_name(path, now)
    try:
        _exchange(path, aside, _new_beside(path, remains))
    except (ConfigError, OSError) as error:
        cause = error.cause if isinstance(error, ConfigError) else f"{one_line(str(error))}."
        raise ConfigError(
            f"{path} is damaged, and no new one can take its place",
            f"{wrong} {cause}",
            "Make room or give write permission, or set ZCBULK_STATE_DIR to another folder.",
        ) from error
    told = (wrong, remains.told(), "Its log, and older readings, are in the old file only.")
    problem = ConfigError(
        f"{path} was damaged, so a new one has been begun",
        " ".join(filter(None, told)),
        f"The old file is {aside}: remove it once nothing is missed.",
    )
    return Opened(database.open_database(path), problem)


def _new_beside(path: Path, remains: salvage.Remains) -> Path:
    """Returns a new database with what was saved, as a file beside the damaged one."""
    new = path.with_name(f"{path.name}.new")
    _remove(new)
    try:
        with closing(database.open_database(new)) as opened:
            salvage.write(remains, opened)
        if any(left.exists() for left in _beside(new)):
            # To close it is to write everything into one file, and fails in silence.
            raise OSError(f"{new} could not be written as a whole")
    except BaseException:
        _remove(new)
        raise
    return new


def _remove(path: Path) -> None:
    for left in (path, *_beside(path)):
        with suppress(OSError):
            left.unlink()


def _exchange(path: Path, aside: Path, new: Path) -> None:
    for source, target in zip(_beside(path), _beside(aside), strict=True):
        with suppress(FileNotFoundError):
            source.rename(target)
    # Where there are links, a file is there at every moment: nobody else begins one meanwhile.
    try:
        os.link(path, aside)
    except OSError:
        path.rename(aside)
    new.replace(path)
    with suppress(OSError):
        database.mark_of(path).unlink()


def _beside(path: Path) -> list[Path]:
    return [path.with_name(path.name + end) for end in _BESIDE]


def _free_name(path: Path, now: datetime) -> Path:
    """A name for the damaged file, and for those beside it, that no other file has."""
    for number in count(1):
        again = "" if number == 1 else f"-{number}"
        name = path.with_name(f"{path.name}.damaged-{now:%Y%m%dT%H%M%S}{again}")
        if not any(os.path.lexists(taken) for taken in (name, *_beside(name))):
            return name
    raise AssertionError  # pragma: no cover -- there is no last number


def _in_memory(path: Path, now: datetime, error: ConfigError) -> Opened:
    """Returns a database that ends with this process, with what can be read of the file."""
    remains = salvage.read(path, now)
    trouble = f"What happens is not kept when this program ends, since {error.title}"
    memory = database.in_memory(one_line(trouble, 300))
    salvage.write(remains, memory)
    told = (error.cause, remains.told(), "What happens now ends with this program.")
    problem = ConfigError(error.title, " ".join(filter(None, told)), error.next_step)
    return Opened(memory, problem)


def _sentence(said: object) -> str:
    return f"{one_line(str(said))}."
