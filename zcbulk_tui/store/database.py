"""The database in the state folder: opened, and brought to this program's version."""

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError

# SQLite is not needed for the first frame, so it is loaded with the first database.
if TYPE_CHECKING:
    import sqlite3

FILE_NAME = "state.db"

_PATIENCE = 0.25
"""Seconds that a statement waits for another process: the screen stands still meanwhile."""

_PATIENCE_AT_FIRST = 2.0
"""The same while it is opened, when several programs may be about to make its tables."""

_MIGRATIONS = (
    (
        """
        CREATE TABLE calls (
            profile TEXT NOT NULL,
            date TEXT NOT NULL,
            plan INTEGER NOT NULL,
            key INTEGER NOT NULL,
            command INTEGER NOT NULL,
            script INTEGER NOT NULL,
            elsewhere INTEGER NOT NULL,
            spent INTEGER NOT NULL,
            PRIMARY KEY (profile, date)
        ) WITHOUT ROWID
        """,
    ),
)
"""Statements that bring a database from the version that is their place here to the next."""


def open_database(path: Path) -> "sqlite3.Connection":
    """Opens the database, which is made where there is none; only this user may read it.

    Every statement is a transaction of its own, unless one is begun. The connection may go from
    thread to thread, and is used by one at a time.

    Raises:
        ConfigError: It cannot be written, is damaged, or is of a later version.
    """
    import sqlite3

    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Made here, since SQLite would let others read it. One that is there is not even opened
        # here: to close it again would end the locks that this process has on it.
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
        # The dashboard opens it in a thread, after the first frame, and uses it in the main one.
        connection = sqlite3.connect(
            path, timeout=_PATIENCE_AT_FIRST, isolation_level=None, check_same_thread=False
        )
        try:
            _prepare(connection, path)
        except BaseException:
            connection.close()
            raise
    except (OSError, sqlite3.Error) as error:
        raise _refusal(path, error) from error
    return connection


def _prepare(connection: "sqlite3.Connection", path: Path) -> None:
    if _version(connection) > len(_MIGRATIONS):
        raise ConfigError(
            f"{path} is of a later version of zcbulk-tui",
            f"Its tables have version {_version(connection)}, and this program knows them up to "
            f"{len(_MIGRATIONS)}.",
            "Install the later version, or set ZCBULK_STATE_DIR to another folder.",
        )
    # Readers and a writer do not hold each other up, and a count waits for no disk: when the whole
    # machine crashes, the last ones may be lost. Two programs that open a new database at once may
    # keep each other from this; then the next start does it.
    with suppress(connection.OperationalError):
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("BEGIN IMMEDIATE")
    # Read again: another process may have brought it up to date before this one had its turn.
    version = _version(connection)
    for statements in _MIGRATIONS[version:]:
        for statement in statements:
            connection.execute(statement)
    # Written even if it is the same: a file that may not be written has been opened all the same.
    connection.execute(f"PRAGMA user_version = {max(version, len(_MIGRATIONS))}")
    connection.execute("COMMIT")
    connection.execute(f"PRAGMA busy_timeout = {_PATIENCE * 1000:.0f}")


def _version(connection: "sqlite3.Connection") -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _refusal(path: Path, error: Exception) -> ConfigError:
    import sqlite3

    cause = f"{one_line(str(error))}."
    match getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF:
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            return ConfigError(
                f"{path} is damaged, or is not a database",
                cause,
                f"Move it, and the files beside it named {path.name}-…, away to begin anew.",
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return ConfigError(
                f"{path} is held by another program",
                cause,
                "Try again. If that does not help, end the other program.",
            )
    return ConfigError(
        f"{path} cannot be written",
        cause,
        "Make room or give write permission, or set ZCBULK_STATE_DIR to another folder.",
    )
