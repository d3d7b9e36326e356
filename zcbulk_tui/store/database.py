"""The database in the state folder."""

import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store.aside import mark_of
from zcbulk_tui.store.backup import Backup
from zcbulk_tui.store.faults import (
    check_kind,
    damaged,
    is_damage,
    refusal,
    sentence,
    whole_row,
)
from zcbulk_tui.store.open_file import OpenFile
from zcbulk_tui.store.schema import TABLES, VERSION

# SQLite is not needed for the first frame, so it is loaded with the first database.
if TYPE_CHECKING:
    import sqlite3

FILE_NAME = "state.db"

_PATIENCE = 0.25
"""Seconds that a statement waits for another process: the screen stands still meanwhile."""

_PATIENCE_AT_FIRST = 2.0
"""The same while it is opened, when several programs may be about to make its tables."""

_Made = TypeVar("_Made")

Values = Sequence[Any] | Mapping[str, Any]
"""What takes the places of the question marks, or of the names, in a statement."""

_PENDING_AT_MOST = 10_000
"""Statements that are kept for later while the database cannot be written."""

_GRACE = 3.0
"""Seconds from the loss of the file until it is begun anew: who moves files about may come to an
end, and whoever looks sees what has happened."""


class Database:
    """The tables of this user's memory, open.

    Every statement is a transaction of its own, unless one is begun. It may go from thread to
    thread, and is used by one at a time.

    Nothing is written to a file that was deleted, replaced or damaged meanwhile: every statement
    fails then, until `look` has begun the file anew.

    Args:
        connection: Its tables are of this program's version.
        path: Its file; None for one in memory.
        trouble: Why what is written ends with this process; None where it does not.
        backup: What must not be lost with the file is written there, too; None for nowhere.

    Attributes:
        connection: For those who deal with its errors themselves; another one after a loss.
        path: Its file; None for one in memory.
        file: What is known of that file; None for a database in memory.
        shared_folder: Where other processes have their memory; None for none.
        never_kept: Why what is written ends with this process, where it should not.
        backup: What must not be lost with the file is written there, too; None for nowhere.
        renew: Returns a database at the place of this one when it is lost; None leaves it lost.
            Raises `ConfigError` or `OSError` where there can be none now.
        begun_anew: How often the file was lost and begun anew.
        on_new_file: Each writes what it knows into the file that is begun anew.
        on_recovery: Each writes what it could not write before; it raises nothing.
    """

    def __init__(
        self,
        connection: "sqlite3.Connection",
        path: Path | None,
        trouble: str | None = None,
        backup: Backup | None = None,
    ) -> None:
        self.connection = connection
        self.path = path
        self._name = str(path or "The memory")
        self.never_kept = trouble
        self.backup = backup
        self.renew: Callable[[Database], Database] | None = None
        self._trouble: str | None = None
        self._pending: deque[tuple[str, Values]] = deque(maxlen=_PENDING_AT_MOST)
        self.file = None if path is None else OpenFile(path)
        self.shared_folder = None if path is None else path.parent
        self.begun_anew = 0
        self.on_new_file: list[Callable[[sqlite3.Connection], None]] = []
        self.on_recovery: list[Callable[[], None]] = []
        self._lost: str | None = None
        self._lost_at = 0.0
        self._why_lost = ""
        self._is_damaged = self._is_suspect = False
        self._version = self._data_version()

    @property
    def trouble(self) -> str | None:
        """Why what was written last is not kept, as one line; None while it is."""
        if self._lost is not None:
            return one_line(f"What happens is not saved: {self._lost}. {self._why_lost}", 400)
        not_backed_up = self.backup.trouble if self.backup else None
        return self.never_kept or self._trouble or not_backed_up

    @property
    def pending_writes(self) -> int:
        """How many things are still to be written, since that failed."""
        return len(self._pending)

    def rows(self, sql: str, values: Values = ()) -> list[tuple[Any, ...]]:
        """Returns what a query finds.

        Raises:
            ConfigError: It cannot be read.
        """
        try:
            self.check()
            return self.connection.execute(sql, values).fetchall()
        except self.connection.Error as error:
            raise self._unreadable(error) from error
        except UnicodeError as error:
            raise self.senseless(error) from error

    def read(
        self, make: Callable[[tuple[Any, ...]], _Made], sql: str, values: Values = ()
    ) -> list[_Made]:
        """Returns what is made of each row that a query finds.

        Args:
            make: Makes a value of a row; where that fails, the row makes no sense.
            sql: The query.
            values: As for `rows`.

        Raises:
            ConfigError: It cannot be read, or makes no sense.
        """
        rows = self.rows(sql, values)
        with self.making_sense():
            return [make(row) for row in rows]

    @contextmanager
    def making_sense(self) -> Iterator[None]:
        """A context in which values are made of rows: what cannot be made of them is damage.

        Raises:
            ConfigError: Something in it makes no sense; the next start looks through the file.
        """
        try:
            yield
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise self.senseless(error) from error

    def write_later(self, sql: str, values: Values = ()) -> None:
        """Writes something; what cannot be written now is written with the next that can.

        Raises nothing: `trouble` says what is wrong.
        """
        self._pending.append((sql, values))
        self.flush()

    def flush(self) -> None:
        """Writes what is pending; raises nothing."""
        if not self._pending:
            return
        # Several are those of a time when nothing could be written, commands perhaps among them.
        save = self.backup.save_list if self.backup and len(self._pending) > 1 else None
        try:
            with self.begun(save):
                for sql, values in self._pending:
                    # What cannot be right, as a reading of a forgotten job, blocks nothing else.
                    with suppress(self.connection.IntegrityError, OverflowError, UnicodeError):
                        self.connection.execute(sql, values)
        except self.connection.Error as error:
            self.note(error)
            said = f"What happens is not written down, since {self._name} fails: {error}"
            self._trouble = one_line(said, 300)
        else:
            self._pending.clear()
            failed, self._trouble = self._trouble is not None, None
            for write in self.on_recovery if failed else ():
                write()

    def check(self) -> None:
        """Makes sure that what is written goes to the file at its place.

        Raises:
            sqlite3.OperationalError: It would not.
        """
        if self.file is None:
            return
        if self._lost is None:
            self._lose(self.file.problem())
        if self._lost is not None:
            raise self.connection.OperationalError(self._lost)

    def look(self, *, at_last: bool = False) -> None:
        """Notices a file that is lost, and begins it anew; raises nothing.

        Args:
            at_last: Whether there is no time to wait for those who may be moving files about, and
                none to look for damage: the next start does so, and reports it.
        """
        if self.file is None:
            return
        was_lost = self._lost is not None
        if not self._is_damaged:
            self._lose(self.file.problem())
        if was_lost and self._lost is None:
            self._recover()
        if self._lost is None and not at_last:
            damage = self.file.damage(self.connection, suspected=self._is_suspect)
            self._is_suspect, self._is_damaged = False, damage is not None
            self._lose(damage and f"{self._name} was damaged: {one_line(damage, 120)}")
        if self._lost is not None and (at_last or time.monotonic() >= self._lost_at + _GRACE):
            self._begin_anew()

    def _lose(self, problem: str | None) -> None:
        if problem is not None and self._lost is None:
            self._lost_at = time.monotonic()
        self._lost = problem

    def _begin_anew(self) -> None:
        if self.renew is None:
            return
        try:
            new = self.renew(self)
        except (ConfigError, OSError) as error:
            self._why_lost = f"It cannot be begun anew: {getattr(error, 'title', error)}."
            return
        before, self.connection, self.file = self.connection, new.connection, new.file
        self._lost, self._why_lost, self._is_damaged = None, "", False
        self.begun_anew += 1
        with suppress(before.Error):
            before.close()
        self._recover()

    def _recover(self) -> None:
        self.flush()
        for write in self.on_recovery:
            write()

    @contextmanager
    def transaction(
        self, *, durable: bool = False, patience: float = _PATIENCE
    ) -> "Iterator[sqlite3.Connection]":
        """A context whose statements count all together, or not at all when an error leaves it.

        Args:
            durable: Whether they are to survive a power cut, which takes the disk's time, and the
                loss of the file: the list is written to the backup, too.
            patience: Seconds to wait for another process that writes.

        Raises:
            ConfigError: They do not count, since it cannot be written.
        """
        save = self.backup.save_list if self.backup and durable else None
        try:
            self.check()
            if durable:
                self.connection.execute("PRAGMA synchronous = FULL")
            # Not where it is as it should be: windows write every two seconds.
            if patience != _PATIENCE:
                self.connection.execute(f"PRAGMA busy_timeout = {patience * 1000:.0f}")
            try:
                with self.begun(save) as connection:
                    yield connection
            finally:
                if patience != _PATIENCE:
                    self.connection.execute(f"PRAGMA busy_timeout = {_PATIENCE * 1000:.0f}")
                if durable:
                    self.connection.execute("PRAGMA synchronous = NORMAL")
        except self.connection.Error as error:
            raise self._unwritable(error) from error

    def note(self, error: BaseException) -> None:
        """Has the next start look through the file, if it is damage that made a statement fail.

        For those who deal with errors of the connection themselves; raises nothing.
        """
        if is_damage(error):
            self._mark()
        self._is_suspect |= self._lost is None

    def senseless(self, error: Exception) -> ConfigError:
        """Has the next start look through the file, since a value of it makes no sense.

        Returns:
            What to raise.
        """
        self._mark()
        return damaged(self._name, f"Values in it make no sense: {sentence(error)}")

    def _mark(self) -> None:
        if self.path is not None:
            with suppress(OSError):
                mark_of(self.path).touch(mode=0o600)

    def changed_by_others(self) -> bool:
        """Whether another connection has written since the last call; raises nothing."""
        self.look()
        before, self._version = self._version, self._data_version()
        return self._version != before

    def version(self) -> int:
        """Returns another number once another connection has written; raises nothing."""
        return self._data_version()

    def close(self) -> None:
        """Writes what is pending, if that can be done now, and lets go of the file."""
        self.look(at_last=True)
        self._recover()
        self.connection.close()

    @contextmanager
    def begun(
        self, save: "Callable[[sqlite3.Connection], None] | None" = None
    ) -> "Iterator[sqlite3.Connection]":
        """Does as `transaction`, for those who deal with errors of the connection themselves.

        Args:
            save: Writes to the backup, before the statements count; None for nothing to write.

        Raises:
            sqlite3.Error: They do not count, since it cannot be written.
        """
        self.check()
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield self.connection
            if save is not None:
                save(self.connection)
            self.connection.execute("COMMIT")
        except BaseException:
            # A full disk may have ended the transaction already.
            with suppress(self.connection.Error):
                self.connection.execute("ROLLBACK")
            raise

    def _data_version(self) -> int:
        try:
            self.check()
            return int(self.connection.execute("PRAGMA data_version").fetchone()[0])
        except self.connection.Error:
            return -1

    def _unreadable(self, error: Exception) -> ConfigError:
        self.note(error)
        if is_damage(error):
            return damaged(self._name, sentence(error))
        return ConfigError(
            f"{self._name} cannot be read",
            sentence(error),
            "Try again.",
        )

    def _unwritable(self, error: Exception) -> ConfigError:
        self.note(error)
        if is_damage(error):
            return damaged(self._name, f"Nothing was changed. {sentence(error)}")
        return ConfigError(
            f"{self._name} cannot be written, so nothing was changed",
            sentence(error),
            "Make room or give write permission, then try again.",
        )


def in_memory(trouble: str | None = None, instead_of: Path | None = None) -> Database:
    """Returns tables that end with this process.

    Args:
        trouble: Why nothing outlives it, where it should; None for the demo.
        instead_of: The file that cannot be used; None for the demo.
    """
    import sqlite3  # loaded with the first database

    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    connection.row_factory = whole_row
    _make_tables(connection)
    database = Database(connection, None, trouble)
    database.shared_folder = instead_of.parent if instead_of else None
    return database


def open_database(path: Path, *, backed_up: bool = True, is_only_read: bool = False) -> Database:
    """Opens the database, which is made where there is none; only this user may read it.

    Args:
        path: The file.
        backed_up: Whether what must not be lost with it is written to the files beside it, too.
        is_only_read: Whether nothing will be written, so that a full disk is no reason to refuse;
            SQLite then refuses whatever would be.

    Raises:
        ConfigError: It cannot be written, is damaged, or is of another version.
    """
    import sqlite3  # loaded with the first database

    check_kind(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Made here, since SQLite would let others read it. One that is there is not even opened
        # here: to close it again would end the locks that this process has on it.
        with suppress(FileExistsError):
            os.close(os.open(os.path.realpath(path), os.O_CREAT | os.O_EXCL, 0o600))
        try:
            connection = _connected(path, is_only_read=is_only_read)
        except sqlite3.OperationalError:
            if not is_only_read:
                raise
            # On a full disk: alone, SQLite needs no file for its index of what was written last.
            connection = _connected(path, is_only_read=True, is_alone=True)
    except (OSError, sqlite3.Error) as error:
        raise refusal(path, error) from error
    return Database(connection, path, backup=Backup(path) if backed_up else None)


def _connected(path: Path, *, is_only_read: bool, is_alone: bool = False) -> "sqlite3.Connection":
    import sqlite3  # loaded with the first database

    # The dashboard opens it in a thread, after the first frame, and uses it in the main one.
    connection = sqlite3.connect(
        path, timeout=_PATIENCE_AT_FIRST, isolation_level=None, check_same_thread=False
    )
    connection.row_factory = whole_row
    try:
        if is_alone:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        _prepare(connection, path, is_only_read=is_only_read)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: "sqlite3.Connection", path: Path, *, is_only_read: bool) -> None:
    version = _version(connection)
    if version not in (0, VERSION):
        raise ConfigError(
            f"{path} is of another version of zcbulk-tui",
            f"Its tables have version {version}, and this program knows version {VERSION}.",
            f"Install the version that made it, or move it away: mv '{path}' '{path}.{version}'",
        )
    # Readers and a writer do not hold each other up, and a count waits for no disk: when the whole
    # machine crashes, the last ones may be lost. Two programs that open a new database at once may
    # keep each other from this; then the next start does it.
    with suppress(connection.OperationalError):
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    # Half a MiB instead of two: what is read again and again is little.
    connection.execute("PRAGMA cache_size = -512")
    if not (is_only_read and version == VERSION):
        _make_tables(connection)
    if is_only_read:
        connection.execute("PRAGMA query_only = ON")
    connection.execute(f"PRAGMA busy_timeout = {_PATIENCE * 1000:.0f}")


def _make_tables(connection: "sqlite3.Connection") -> None:
    connection.execute("BEGIN IMMEDIATE")
    # Read again: another process may have made them before this one had its turn.
    if _version(connection) == 0:
        for statement in TABLES:
            connection.execute(statement)
    # Written even if it is the same: a file that may not be written has been opened all the same.
    connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")


def _version(connection: "sqlite3.Connection") -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
