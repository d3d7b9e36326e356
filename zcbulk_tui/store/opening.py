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

from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store import database, faults, files, locks
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.glance import at_a_glance
from zcbulk_tui.store.schema import MIGRATIONS

# What is needed for a file that cannot be used is loaded with the first such file.
if TYPE_CHECKING:
    import sqlite3

    from zcbulk_tui.store.salvage import Remains

_BESIDE = ("-journal", "-wal", "-shm")
"""What SQLite puts beside a database, by the ends of the names."""

_PATIENCE_FOR_A_LOOK = 0.1
"""Seconds that a look at the file waits for another program: opening it waits for longer."""

_PATIENCE_FOR_OTHERS = 15.0
"""Seconds to wait for another program that begins the database anew."""

_NOT_SHARED = (
    "What happens now ends with this program, and no other window or command learns of it: nothing "
    "keeps two of them from sending the same start or abort."
)
"""What it means that there is no file."""

_BETWEEN_LOOKS = 0.05
"""Seconds between two looks whether it is done."""


_A_LITTLE_OF_EACH = (
    "SELECT * FROM sqlite_master",
    "SELECT * FROM jobs ORDER BY id DESC LIMIT 1",
    "SELECT job_id FROM jobs INDEXED BY sqlite_autoindex_jobs_1 WHERE profile > ''",
    "SELECT * FROM readings WHERE job = (SELECT max(job) FROM readings) ORDER BY id DESC LIMIT 1",
    "SELECT * FROM events ORDER BY id DESC LIMIT 1",
    "SELECT * FROM calls ORDER BY id DESC LIMIT 1",
    "SELECT * FROM control ORDER BY key LIMIT 1",
    "SELECT * FROM days",
    "SELECT * FROM windows",
    "SELECT * FROM wanted",
    "SELECT * FROM minute",
    "SELECT * FROM marks",
)
"""What is read of every file before it is used: less than a millisecond's work."""


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
        faults.check_kind(path)
        opened = looked_at(path)
        if isinstance(opened, str):
            with alone(path, patience=_PATIENCE_FOR_OTHERS):
                # Another program may have begun it anew meanwhile.
                opened = looked_at(path)
                if isinstance(opened, str):
                    return _begun_anew(path, now, opened)
    except ConfigError as error:
        return _in_memory(path, now, error)
    return Opened(opened, None)


def open_with_list(path: Path, profile: str, now: datetime) -> tuple[Opened, list[JobSnapshot]]:
    """Does the same, and reads the watch list with the last reading of each job.

    Damage may show only then: in that case it is opened once more, as what it is.
    """
    for _ in range(2):
        opened = open_store(path, now)
        try:
            return opened, at_a_glance(opened.database, profile)
        except ConfigError as error:
            opened.database.close()
            problem = error
    return _in_memory(path, now, problem), []


def looked_at(path: Path) -> Database | str:
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
    """Looks at a file without changing it; returns what is damaged, as a sentence.

    At all of it only where damage was seen while it was used, since that takes seconds.
    """
    import sqlite3

    mark = database.mark_of(path)
    where = f"{path.as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(where, uri=True, timeout=_PATIENCE_FOR_A_LOOK)) as connection:
            _glance(connection)
            if mark.exists():
                from zcbulk_tui.store.examination import examine

                if (wrong := examine(connection)) is not None:
                    return wrong
                mark.unlink()
    except sqlite3.Error as error:
        # Whatever else is wrong is told better by opening it.
        return faults.sentence(error) if _is_spoilt(error) else None
    except UnicodeError as error:
        return faults.sentence(error)
    except OSError:
        # The mark is there still, and is looked at again.
        return None
    return None


def _glance(connection: "sqlite3.Connection") -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    # Another version has other tables.
    for sql in _A_LITTLE_OF_EACH if version == len(MIGRATIONS) else _A_LITTLE_OF_EACH[:1]:
        connection.execute(sql).fetchall()


def _is_spoilt(error: "sqlite3.Error") -> bool:
    """Whether the file is damaged, or has not the tables of the version that it says it has."""
    import sqlite3

    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK)
    return faults.is_damage(error) or code == sqlite3.SQLITE_ERROR


@contextmanager
def alone(path: Path, *, patience: float) -> Iterator[None]:
    """Keeps all other processes from what is done in the context; death ends it too.

    Args:
        path: The file of the database.
        patience: Seconds to wait for another process that does the like.

    Raises:
        ConfigError: There can be no lock, or another process holds it for too long.
    """
    lock = path.with_name(f"{path.name}.lock")
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise files.unwritable(lock, error) from error
    try:
        patience_ends = time.monotonic() + patience
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
        raise locks.without(lock, error) from error
    return True


def _begun_anew(path: Path, now: datetime, wrong: str) -> Opened:
    """Moves a damaged file aside, and puts a new one with what was saved in its place.

    Raises:
        ConfigError: There can be no new one; the damaged one is where it was.
    """
    from zcbulk_tui.store import salvage

    remains = salvage.read(path, now)
    aside = free_name(path, now)
    try:
        exchange(path, aside, _new_beside(path, remains))
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


def _new_beside(path: Path, remains: "Remains") -> Path:
    """Returns a new database with what was saved, as a file beside the damaged one."""
    from zcbulk_tui.store import salvage

    new = path.with_name(f"{path.name}.new")
    remove(new)
    try:
        with closing(database.open_database(new)) as opened:
            salvage.write(remains, opened)
        check_whole(new)
    except BaseException:
        remove(new)
        raise
    return new


def check_whole(closed: Path) -> None:
    """Makes sure that a database was written as a whole when it was closed.

    Raises:
        OSError: It was not.
    """
    if any(left.exists() for left in _beside(closed)):
        # To close it is to write everything into one file, and fails in silence.
        raise OSError(f"{closed} could not be written as a whole")


def remove(path: Path) -> None:
    """Removes a database, and what SQLite has put beside it; raises nothing."""
    with suppress(OSError):
        path.unlink()
    remove_beside(path)


def remove_beside(path: Path) -> None:
    """Removes what SQLite has put beside a database; raises nothing."""
    for left in _beside(path):
        with suppress(OSError):
            left.unlink()


def exchange(path: Path, aside: Path, new: Path) -> None:
    """Moves a database and what is beside it aside, and puts a new one in its place.

    Raises:
        OSError: It cannot be done; the old one is where it was, or aside.
    """
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


def free_name(path: Path, now: datetime) -> Path:
    """A name for the damaged file, and for those beside it, that no other file has."""
    for number in count(1):
        again = "" if number == 1 else f"-{number}"
        name = path.with_name(f"{path.name}.damaged-{now:%Y%m%dT%H%M%S}{again}")
        if not any(os.path.lexists(taken) for taken in (name, *_beside(name))):
            return name
    raise AssertionError  # pragma: no cover -- there is no last number


def _in_memory(path: Path, now: datetime, error: ConfigError) -> Opened:
    """Returns a database that ends with this process, with what can be read of the file."""
    from zcbulk_tui.store import salvage

    remains = salvage.read(path, now)
    trouble = f"What happens is not kept when this program ends, since {error.title}"
    memory = database.in_memory(one_line(trouble, 300))
    salvage.write(remains, memory)
    told = (error.cause, remains.told(), _NOT_SHARED)
    problem = ConfigError(error.title, " ".join(filter(None, told)), error.next_step)
    return Opened(memory, problem)
