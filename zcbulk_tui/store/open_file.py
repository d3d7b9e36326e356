"""The file of a database that is open: whether it is still at its place, and whole.

SQLite goes on with a file that was deleted or replaced under it, and all that it writes there is
lost. To open the file again would end SQLite's locks on it, so it is only looked at.
"""

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from zcbulk_tui.store.faults import Code, code_of, is_spoilt

if TYPE_CHECKING:
    import sqlite3

_SMALL = 2_500
"""Pages up to which the whole file is checked; that takes some ten milliseconds."""

_A_LITTLE = ("SELECT * FROM sqlite_master", "SELECT * FROM jobs", "SELECT * FROM days")
"""What is read of any: one that lost all is an empty database, and whole."""


class _Seen(NamedTuple):
    """What was found at a path: which file, when it was written last, and its size."""

    file: tuple[int, int]
    written: int
    size: int


class OpenFile:
    """The files that a connection has open.

    Args:
        path: The file of the database.
    """

    def __init__(self, path: Path) -> None:
        # As text: they are looked at with every statement, and a path is made into text each time.
        self._paths = [f"{path}{end}" for end in ("", "-wal", "-shm")]
        self._opened = [_seen(each) for each in self._paths]
        self._verified: tuple[_Seen | None, int] | None = None

    @property
    def file(self) -> tuple[int, int] | None:
        """Which file was opened: its device and its number there."""
        return self._opened[0].file if self._opened[0] else None

    def problem(self) -> str | None:
        """Returns what has become of the files at their places; None where they are in place."""
        for number, path in enumerate(self._paths):
            opened = self._opened[number]
            try:
                found = _seen(path)
            except OSError as error:
                return f"{path} cannot be looked at: {error.strerror}"
            if opened is None:
                self._opened[number] = found  # SQLite makes those beside it when it needs them
            elif found is None:
                return f"{path} was deleted"
            elif found.file != opened.file:
                return f"{path} was replaced by something else"
            elif number == 2:
                self._mend(path, found, opened)
        return None

    def damage(self, connection: "sqlite3.Connection", *, suspected: bool) -> str | None:
        """Returns what is damaged, as far as it shows; None for nothing.

        All of it is read only where somebody has written to the file, which SQLite does rarely.

        Args:
            connection: Has the files open.
            suspected: Whether a statement has failed in a way that damage would explain.
        """
        try:
            main, wal = _seen(self._paths[0]), _seen(self._paths[1])
        except OSError:
            return None
        size_of_wal = wal.size if wal else 0
        before, self._verified = self._verified, (main, size_of_wal)
        unchanged = before is not None and before[0] == main and size_of_wal >= before[1]
        if unchanged and not suspected:
            return None
        try:
            said = _damage(connection, main.size if main else 0)
        except connection.Error as error:
            return str(error) if _explains_damage(error) else None
        except UnicodeError as error:
            return str(error)
        # The look itself may have had SQLite write.
        with suppress(OSError):
            self._verified = (_seen(self._paths[0]), size_of_wal)
        return said

    def _mend(self, path: str, found: _Seen, opened: _Seen) -> None:
        """Gives the index that processes share its size again: to read beyond its end is death.

        SQLite makes it anew when it finds zeros there.
        """
        if found.size >= opened.size:
            self._opened[2] = found
            return
        with suppress(OSError):
            os.truncate(path, opened.size)


def _seen(path: str) -> _Seen | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - see `OpenFile`
    except (FileNotFoundError, NotADirectoryError):
        return None
    # A directory or a pipe is never the file that was opened.
    file = (found.st_dev, found.st_ino) if stat.S_ISREG(found.st_mode) else (-1, -1)
    return _Seen(file, found.st_mtime_ns, found.st_size)


def _damage(connection: "sqlite3.Connection", size: int) -> str | None:
    # What it has in memory may be all that there is left.
    connection.execute("PRAGMA shrink_memory")
    (pages,), (page_size,) = (
        connection.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size")
    )
    if size < pages * page_size:
        busy, logged, written = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        if not busy and logged == written and _is_too_short(connection, pages * page_size):
            return "It was cut short"
    for sql in _A_LITTLE:
        connection.execute(sql).fetchall()
    if pages > _SMALL:
        return None
    said = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    return None if said == "ok" else said


def _is_too_short(connection: "sqlite3.Connection", size: int) -> bool:
    found = _seen(connection.execute("PRAGMA database_list").fetchone()[2])
    return found is None or found.size < size


def _explains_damage(error: "sqlite3.Error") -> bool:
    """Whether SQLite read something else than it had written, or nothing."""
    return is_spoilt(error) or code_of(error) in (Code.IOERR_READ, Code.IOERR_SHORT_READ)
