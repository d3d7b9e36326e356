"""The store opens, whatever has become of its file; one that is lost while it is open is renewed.

A file that is damaged is moved aside, never deleted, and a new one takes what its backup holds.
"""

import os
import stat
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.domain.text import counted, one_line
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store import aside, backup, control_log, faults, files, log_rows
from zcbulk_tui.store.backup import Backup, Saved
from zcbulk_tui.store.database import Database, in_memory, open_database
from zcbulk_tui.store.recall import load_watch_list
from zcbulk_tui.store.rows import DAY, JOB, READING, to_day, to_job, to_reading
from zcbulk_tui.store.schema import VERSION

if TYPE_CHECKING:
    import sqlite3

_PATIENCE_FOR_A_LOOK = 0.1
"""Seconds that a look at the file waits for another program: opening it waits for longer."""

_NOT_SHARED = (
    "What happens now ends with this program, and no other window or command learns of it: nothing "
    "keeps two of them from sending the same start or abort."
)
"""What it means that there is no file."""

_A_LITTLE_OF_EACH = (
    "SELECT * FROM sqlite_master",
    "SELECT * FROM jobs ORDER BY id DESC LIMIT 1",
    "SELECT job_id FROM jobs INDEXED BY sqlite_autoindex_jobs_1 WHERE profile > ''",
    "SELECT * FROM readings WHERE job = (SELECT max(job) FROM readings) ORDER BY id DESC LIMIT 1",
    "SELECT * FROM events ORDER BY id DESC LIMIT 1",
    "SELECT * FROM calls ORDER BY id DESC LIMIT 1",
    "SELECT * FROM control ORDER BY key LIMIT 1",
    "SELECT * FROM insertions ORDER BY key LIMIT 1",
    "SELECT * FROM results LIMIT 1",
    "SELECT * FROM queue_stops",
    "SELECT * FROM alerts ORDER BY id DESC LIMIT 1",
    "SELECT * FROM nights ORDER BY id DESC LIMIT 1",
    "SELECT * FROM findings",
    "SELECT * FROM probe_steps ORDER BY id DESC LIMIT 1",
    "SELECT * FROM meta LIMIT 1",
    "SELECT * FROM days",
    "SELECT * FROM windows",
    "SELECT * FROM wanted",
    "SELECT * FROM minute",
    "SELECT * FROM marks",
)
"""What is read of every file before it is used: less than a millisecond's work."""

_TABLES = (
    *("days", "events", "calls", "control", "insertions", "results", "queue_stops", "alerts"),
    *("nights", "findings", "probe_steps", "meta", "windows", "wanted", "minute", "marks"),
)
"""Those whose rows are read whole, where damage was seen, besides what a converter is for."""

_CONVERTERS: tuple[tuple[Callable[[tuple[Any, ...]], object], str], ...] = (
    (to_job, f"SELECT {JOB} FROM jobs"),
    (to_reading, f"SELECT {READING} FROM readings"),
    (log_rows.to_event, f"SELECT {log_rows.EVENT} FROM {log_rows.EVENTS}"),
    (log_rows.to_call, f"SELECT {log_rows.CALL} FROM {log_rows.CALLS}"),
    (control_log.to_record, control_log.SELECT),
    (to_day, f"SELECT {DAY} FROM days"),
)
"""What makes values of rows, and the queries that find these: all must make sense."""

_WINDOWS = ("DELETE FROM windows", "DELETE FROM wanted")
"""Windows register anew."""


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

    A damaged file is moved aside, and a new one takes what the backup holds; so does one that
    takes the place of a file that has gone. Where the file cannot be used otherwise, a database in
    memory takes its place.

    Args:
        path: The file; it need not be there.
        now: Names the file that is moved aside.
    """
    # SQLite follows links too, and what is moved is to stay on its disk.
    path = Path(os.path.realpath(path))
    try:
        faults.check_kind(path)
        is_new = not path.exists() or path.stat().st_size == 0
        opened = _looked_at(path)
        if isinstance(opened, str):
            with aside.alone(path):
                # Another program may have begun it anew meanwhile.
                opened = _looked_at(path)
                if isinstance(opened, str):
                    return _begun_anew(path, now, opened)
    except (ConfigError, OSError) as error:
        wrong = error if isinstance(error, ConfigError) else files.unwritable(path, error)
        return _in_memory(path, wrong)
    opened.renew = _renewed
    return Opened(opened, _refilled(opened, path, now) if is_new else None)


def open_with_list(path: Path, profile: str, now: datetime) -> tuple[Opened, list[JobSnapshot]]:
    """Does the same, and reads the watch list with the last reading of each job.

    Damage may show only then: in that case it is opened once more, as what it is.
    """
    for _ in range(2):
        opened = open_store(path, now)
        try:
            return opened, load_watch_list(opened.database, profile)
        except ConfigError as error:
            opened.database.close()
            problem = error
    return _in_memory(path, problem), []


def look(path: Path) -> None:
    """Makes sure that a file is not seen to be damaged; changes nothing.

    Raises:
        ConfigError: It is.
    """
    if (wrong := _found_in(path)) is not None:
        raise faults.damaged(str(path), wrong)


def _looked_at(path: Path) -> Database | str:
    """The database, or what is damaged in its file, as a sentence.

    Raises:
        ConfigError: It cannot be opened for another reason.
    """
    if (wrong := _found_in(path)) is not None:
        return wrong
    try:
        return open_database(path)
    except ConfigError as error:
        if faults.is_spoilt(error.__cause__):
            return error.cause
        raise


def _found_in(path: Path) -> str | None:
    """Looks at a file without changing it; returns what is damaged, as a sentence.

    At all of it only where damage was seen while it was used, since that takes seconds.
    """
    import sqlite3  # not needed for the first frame

    mark = aside.mark_of(path)
    where = f"{path.as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(where, uri=True, timeout=_PATIENCE_FOR_A_LOOK)) as connection:
            connection.row_factory = faults.whole_row
            _probe(connection)
            if mark.exists():
                _examine(connection)
                mark.unlink()
    except sqlite3.Error as error:
        # Whatever else is wrong is reported better by opening it.
        return faults.sentence(error) if faults.is_spoilt(error) else None
    except (LookupError, OverflowError, TypeError, ValueError) as error:
        return faults.sentence(error)
    except OSError:
        # The mark is there still, and is looked at again.
        return None
    return None


def _probe(connection: "sqlite3.Connection") -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    # Another version has other tables.
    for sql in _A_LITTLE_OF_EACH if version == VERSION else _A_LITTLE_OF_EACH[:1]:
        connection.execute(sql).fetchall()


def _examine(connection: "sqlite3.Connection") -> None:
    """Reads all of it: what makes no sense to this program is no damage to SQLite.

    Raises:
        sqlite3.Error: It is damaged.
        ValueError: It is damaged, as the error says.
    """
    (said,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if said != "ok":
        raise ValueError(said)
    for make, sql in _CONVERTERS:
        for row in connection.execute(sql):
            make(row)
    for table in _TABLES:
        for _ in connection.execute(f"SELECT * FROM {table}"):
            pass


def _begun_anew(path: Path, now: datetime, wrong: str) -> Opened:
    """Moves a damaged file aside, and puts a new one with what was saved in its place.

    Raises:
        ConfigError: There can be no new one; the damaged one is where it was.
    """
    saved = Backup(path).read()
    away = aside.free_name(path, now)
    new = path.with_name(f"{path.name}.new")
    try:
        _make(new, saved)
        moved = [away, *_move(saved.unusable, now)]
        aside.exchange(path, away, new)
    except (ConfigError, OSError) as error:
        aside.remove(new)
        cause = error.cause if isinstance(error, ConfigError) else f"{one_line(str(error))}."
        raise ConfigError(
            f"{path} is damaged, and no new one can take its place",
            f"{wrong} {cause}",
            "Make room or give write permission, or set ZCBULK_STATE_DIR to another folder.",
        ) from error
    database = open_database(path)
    database.renew = _renewed
    problem = ConfigError(
        f"{path} was damaged, so a new one has been begun",
        f"{wrong} {_told(saved)} Readings and log are in the old file only.",
        _where(moved, saved),
    )
    return Opened(database, problem)


def _make(new: Path, saved: Saved) -> None:
    """Makes a database with what was saved.

    Raises:
        ConfigError: It cannot be written.
        OSError: It cannot be written.
    """
    aside.remove(new)
    with (
        closing(open_database(new, backed_up=False)) as made,
        made.transaction(durable=True) as connection,
    ):
        backup.restore(saved, connection)
    aside.check_whole(new)


def _move(unusable: Sequence[Path], now: datetime) -> list[Path]:
    """Moves files of the backup aside; returns where they are now."""
    moved = []
    for path in unusable:
        moved.append(aside.free_name(path, now))
        path.rename(moved[-1])
    return moved


def _told(saved: Saved) -> str:
    """What was saved and what was not, in sentences."""
    parts = [counted(len(saved.jobs), "watched job")] if saved.jobs else []
    if saved.commands:
        parts.append(counted(len(saved.commands), "unclear command"))
    if saved.days:
        parts.append("the count of today's calls")
    kept = f"Taken from the files beside it: {', '.join(parts)}." if parts else ""
    return " ".join((*filter(None, [kept]), *saved.lost))


def _where(moved: Sequence[Path], saved: Saved) -> str:
    names = ", ".join(map(str, moved))
    if len(moved) == 1:
        said = f"The old file is {names}: remove it once nothing is missed."
    else:
        said = f"The old files are {names}: remove them once nothing is missed."
    return f"{said} {_ENTER_CALLS}" if saved.calls_are_lost else said


_ENTER_CALLS = "How many calls were made today, Zoho's billing page knows: enter it with b."


def _refilled(database: Database, path: Path, now: datetime) -> ConfigError | None:
    """Writes what was saved into a new file, and says so; there may be nothing."""
    saved, moved = Backup(path).read(), list[Path]()
    if not saved and not saved.unusable:
        return None
    # Before they are written anew: they may be the user's. What cannot be renamed here cannot be
    # replaced either.
    with suppress(OSError):
        moved = _move(saved.unusable, now)
    with suppress(ConfigError), database.transaction(durable=True) as connection:
        backup.restore(saved, connection)
    calls = _ENTER_CALLS if saved.calls_are_lost else ""
    then = _where(moved, saved) if moved else calls
    next_step = f"To begin with nothing, remove {path.name} and the files beside it together."
    return ConfigError(
        f"{path} was not there, so a new one has been begun",
        f"{_told(saved)} Readings and log are gone.",
        f"{next_step} {then}".rstrip(),
    )


def _in_memory(path: Path, error: ConfigError) -> Opened:
    """Returns a database that ends with this process, with what the backup holds."""
    saved = Backup(path).read()
    trouble = f"What happens is not kept when this program ends, since {error.title}"
    memory = in_memory(one_line(trouble, 300), path)
    with memory.transaction() as connection:
        backup.restore(saved, connection)
    told = (error.cause, _told(saved), _NOT_SHARED)
    return Opened(memory, ConfigError(error.title, " ".join(filter(None, told)), error.next_step))


def _renewed(lost: Database) -> Database:
    """Returns a database at the place of one that was lost while it was open.

    What the lost file held is copied as a whole where it can still be read, else it gets what the
    backup holds; what this process knows is added. A file that somebody else has put there
    meanwhile is used as it is, and gets what it lacks.

    Raises:
        ConfigError: There can be none now.
        OSError: There can be none now.
    """
    if lost.path is None:
        raise ConfigError("A database in memory has no file")
    made = _at_its_place(lost, lost.path)
    made.renew = _renewed
    try:
        with made.transaction(durable=True) as connection:
            for write in lost.on_new_file:
                write(connection)
    except BaseException:
        made.connection.close()
        raise
    return made


def _at_its_place(lost: Database, path: Path) -> Database:
    now = datetime.now(UTC)
    files.make_folder(path.parent)
    if os.path.realpath(path) != str(path):
        raise ConfigError(f"{path} has become a link", next_step="Move it away.")
    with aside.alone(path, patience=0):
        found = _file_at(path)
        if found is not None and (lost.file is None or found != lost.file.file):
            other = _looked_at(path)
            if not isinstance(other, str):
                try:
                    with other.transaction(durable=True) as connection:
                        backup.restore(Backup(path).read(), connection)
                except BaseException:
                    other.connection.close()
                    raise
                return other
        new = path.with_name(f"{path.name}.new")
        try:
            if not _is_copied(lost, new):
                _make(new, Backup(path).read())
            if found is None:
                aside.put(new, path)
            else:
                aside.exchange(path, aside.free_name(path, now), new)
        finally:
            aside.remove(new)
    return open_database(path)


def _file_at(path: Path) -> tuple[int, int] | None:
    """Which file is at the place; None for none.

    Raises:
        ConfigError: Something else is there.
    """
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(found.st_mode):
        raise ConfigError(f"{path} is not a file", next_step="Move it away.")
    return found.st_dev, found.st_ino


def _is_copied(lost: Database, new: Path) -> bool:
    """Copies all that a lost file held; returns whether that is whole."""
    aside.remove(new)
    with closing(open_database(new, backed_up=False)) as made:
        connection = made.connection
        try:
            lost.connection.backup(connection)
            for sql in _WINDOWS:
                connection.execute(sql)
            (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            (version,) = connection.execute("PRAGMA user_version").fetchone()
        except connection.Error:
            return False
    aside.check_whole(new)
    return bool(said == "ok" and version == VERSION)
