"""Databases for stages, which nobody closes by name, and the files of new ones."""

import sqlite3
import weakref
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from zcbulk_tui.store.database import Database, in_memory, open_database


def memory_database() -> Database:
    """Returns tables in memory, which are closed with the last reference to them."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    # A copy, since to make the tables takes several times as long.
    _tables().connection.backup(connection)
    database = Database(connection, None)
    weakref.finalize(database, connection.close)
    return database


def put_new_file(path: Path) -> None:
    """Puts the file of a new database there, as the product makes it, and sooner."""
    path.touch(mode=0o600)
    path.write_bytes(_new_file())


@cache
def _tables() -> Database:
    database = in_memory()
    weakref.finalize(database, database.connection.close)
    return database


@cache
def _new_file() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "state.db"
        with closing(open_database(path, backed_up=False)):
            pass
        return path.read_bytes()
