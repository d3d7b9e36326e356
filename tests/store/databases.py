"""Databases opened, and a table of the tests' own in them."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from zcbulk_tui.store.database import open_database

ADD = "INSERT INTO mine VALUES (?)"


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_database(path)) as store:
        yield store.connection


def mine(path: Path) -> list[int]:
    """What another program sees of the table of our own, in order."""
    with closing(sqlite3.connect(path)) as connection:
        return [a for (a,) in connection.execute("SELECT a FROM mine ORDER BY rowid")]


@contextmanager
def held_by_another(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def pragma(connection: sqlite3.Connection, name: str) -> object:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]
