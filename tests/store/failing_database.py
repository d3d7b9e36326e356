"""Databases that refuse to be written or read for a while."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from zcbulk_tui.store.database import Database

Failing = Callable[[Database], AbstractContextManager[None]]
"""Has a database fail for as long as a context lasts."""

_Allow = Callable[[int, str | None, str | None, str | None, str | None], int]


@contextmanager
def unwritable(database: Database) -> Iterator[None]:
    """Every statement that writes fails here; what is written is still read."""
    database.connection.execute("PRAGMA query_only = TRUE")
    try:
        yield
    finally:
        database.connection.execute("PRAGMA query_only = FALSE")


@contextmanager
def unreadable(database: Database, *tables: str) -> Iterator[None]:
    """Every statement that reads one of these tables fails here; any table if none is named."""

    def allow(
        action: int, table: str | None, _column: str | None, _schema: str | None, _by: str | None
    ) -> int:
        is_meant = action == sqlite3.SQLITE_READ and (not tables or table in tables)
        return sqlite3.SQLITE_DENY if is_meant else sqlite3.SQLITE_OK

    with _allowing(database, allow):
        yield


@contextmanager
def full_at_last(database: Database) -> Iterator[None]:
    """What is written fails here when it is to count, as it does on a disk that is full."""

    def allow(
        action: int, what: str | None, _name: str | None, _schema: str | None, _by: str | None
    ) -> int:
        is_meant = action == sqlite3.SQLITE_TRANSACTION and what == "COMMIT"
        return sqlite3.SQLITE_DENY if is_meant else sqlite3.SQLITE_OK

    with _allowing(database, allow):
        yield


@contextmanager
def _allowing(database: Database, allow: _Allow) -> Iterator[None]:
    database.connection.set_authorizer(allow)
    try:
        yield
    finally:
        database.connection.set_authorizer(None)
