"""A database whose file was lost while it was open: begun anew at the same place.

What the lost file held is copied as a whole where it can still be read, else row by row; what this
process knows is added. A file that somebody else has put there meanwhile is used as it is, and gets
what it lacks.
"""

import os
import stat
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store import database, files, opening, salvage
from zcbulk_tui.store.schema import MIGRATIONS

if TYPE_CHECKING:
    from zcbulk_tui.store.database import Database

_WINDOWS = ("DELETE FROM windows", "DELETE FROM wanted")
"""Windows tell anew which they are."""


def begun_anew(lost: "Database") -> "Database":
    """Returns the database at the place of one that is lost, with all that is known.

    Raises:
        ConfigError: There can be none now.
        OSError: There can be none now.
    """
    if lost.path is None:
        raise ConfigError("A database in memory has no file")
    made = _at_its_place(lost, lost.path)
    try:
        with made.transaction(durable=True) as connection:
            for write in lost.on_new_file:
                write(connection)
    except BaseException:
        made.connection.close()
        raise
    return made


def _at_its_place(lost: "Database", path: Path) -> "Database":
    now = datetime.now(UTC)
    files.make_folder(path.parent)
    if os.path.realpath(path) != str(path):
        raise ConfigError(f"{path} has become a link", next_step="Move it away.")
    with opening.alone(path, patience=0):
        found = _found(path)
        if found is not None and (lost.file is None or found != lost.file.file):
            other = opening.looked_at(path)
            if not isinstance(other, str):
                try:
                    salvage.write(salvage.of(lost.connection, now), other)
                except BaseException:
                    other.connection.close()
                    raise
                return other
        new = _copy(lost, path.with_name(f"{path.name}.new"), now)
        try:
            if found is None:
                # What SQLite kept beside the lost file would be taken for a part of this one.
                opening.remove_beside(path)
                _put(new, path)
            else:
                opening.exchange(path, opening.free_name(path, now), new)
        finally:
            opening.remove(new)
    return database.open_database(path)


def _found(path: Path) -> tuple[int, int] | None:
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


def _put(new: Path, path: Path) -> None:
    """Puts a file where there is none, and never in the place of one that just came."""
    try:
        os.link(new, path)
    except FileExistsError:
        raise
    except OSError:  # there are no links here
        new.rename(path)


def _copy(lost: "Database", new: Path, now: datetime) -> Path:
    """Returns a new file with what the lost one held."""
    for attempt in (_whole, _row_by_row):
        opening.remove(new)
        with closing(database.open_database(new)) as made:
            is_done = attempt(lost, made, now)
        if is_done:
            opening.check_whole(new)
            break
    return new


def _whole(lost: "Database", made: "Database", _: datetime) -> bool:
    connection = made.connection
    try:
        lost.connection.backup(connection)
        for sql in _WINDOWS:
            connection.execute(sql)
        (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    except connection.Error:
        return False
    return bool(said == "ok" and version == len(MIGRATIONS))


def _row_by_row(lost: "Database", made: "Database", now: datetime) -> bool:
    salvage.write(salvage.of(lost.connection, now), made)
    return True
