"""What went wrong with a database, by what the system or SQLite said."""

import stat
from pathlib import Path

from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store import locks


def is_damage(error: BaseException) -> bool:
    """Whether SQLite says that a file is not what it has written itself."""
    import sqlite3

    return _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def is_busy(error: BaseException) -> bool:
    """Whether SQLite says that another process is at the file."""
    import sqlite3

    return _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def sentence(said: object) -> str:
    """What SQLite said, as one safe sentence."""
    return f"{one_line(str(said))}."


def refusal(path: Path, error: Exception) -> ConfigError:
    """Says why a database cannot be opened.

    Args:
        path: Its file.
        error: Of the system or of SQLite.
    """
    import sqlite3

    cause = sentence(error)
    match _code(error):
        # The last one: the tables are not those of the version that it says it has.
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_ERROR:
            return ConfigError(
                f"{path} is damaged, or is not a database",
                cause,
                f"Move it, and the files beside it named {path.name}-…, away to begin anew.",
            )
        case _ if locks.is_to_blame(error):
            return locks.without(path, cause)
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            # To SQLite, a file system that has no locks has given the lock to somebody else.
            if (problem := locks.problem(path.parent)) is not None:
                return locks.without(path, problem)
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


def check_kind(path: Path) -> None:
    """Makes sure that what stands in the place of a database is a file: SQLite waits for a pipe.

    Raises:
        ConfigError: It is none.
    """
    try:
        found = path.stat()
    except OSError:
        return  # opening it tells more
    if not stat.S_ISREG(found.st_mode):
        raise ConfigError(
            f"{path} cannot be written",
            "It is not a file.",
            "Move it away, or set ZCBULK_STATE_DIR to another folder.",
        )


def _code(error: BaseException) -> int:
    import sqlite3

    if isinstance(error, sqlite3.DatabaseError) and "decode to UTF-8" in str(error):
        # Python says this, not SQLite, which returns whatever stands there.
        return sqlite3.SQLITE_CORRUPT
    return int(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK)) & 0xFF
