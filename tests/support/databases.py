"""Databases for stages, which nobody closes by name."""

import weakref

from zcbulk_tui.store.database import Database, in_memory


def memory_database() -> Database:
    """Returns tables in memory, which are closed with the last reference to them."""
    database = in_memory()
    weakref.finalize(database, database.connection.close)
    return database
