"""What went wrong with a database, by what the system or SQLite said."""

import stat
from enum import IntEnum
from pathlib import Path
from typing import Any

from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store import files
from zcbulk_tui.store.schema import senseless


class Code(IntEnum):
    """What SQLite says went wrong, by its numbers: to know them, it need not be loaded."""

    OK = 0
    ERROR = 1
    """A statement makes no sense to it: the tables are not those that were thought."""

    BUSY = 5
    LOCKED = 6
    CORRUPT = 11
    NOTADB = 26
    IOERR_READ = 266
    IOERR_SHORT_READ = 522


_DAMAGE = frozenset({Code.CORRUPT, Code.NOTADB})
_BUSY = frozenset({Code.BUSY, Code.LOCKED})


def is_damage(error: BaseException | None) -> bool:
    """Whether SQLite says that a file is not what it has written itself."""
    return code_of(error) & 0xFF in _DAMAGE


def is_spoilt(error: BaseException | None) -> bool:
    """Whether a file is damaged, or has not the tables of the version that it says it has."""
    return is_damage(error) or code_of(error) == Code.ERROR


def is_busy(error: BaseException) -> bool:
    """Whether SQLite says that another process is at the file."""
    return code_of(error) & 0xFF in _BUSY


def whole_row(_: object, row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Returns a row as it is: the row factory of connections.

    What SQLite lets any file hold, and this program has never written, becomes what SQLite says of
    damage here, before anything is made of it: no caller need foresee it.

    Raises:
        sqlite3.DatabaseError: It holds bytes, or a number that is neither a moment nor a count.
    """
    if (odd := senseless(row)) is not None:
        raise _damage(odd)
    return row


def _damage(value: object) -> Exception:
    import sqlite3  # whoever has a row has loaded it

    what = "bytes" if isinstance(value, bytes) else f"the number {value}"
    error = sqlite3.DatabaseError(f"It holds {what}, where that makes no sense")
    error.sqlite_errorcode = Code.CORRUPT
    return error


def damaged(path: str, cause: str) -> ConfigError:
    """Returns the error for a database whose damage has shown, or which makes no sense.

    Args:
        path: Its file.
        cause: What was found, as a sentence.
    """
    return ConfigError(
        f"{path} is damaged",
        cause,
        "The next start of the dashboard moves it aside, and begins a new one with the watch list "
        "that is saved beside it.",
    )


def sentence(said: object) -> str:
    """What SQLite said, as one safe sentence."""
    return f"{one_line(str(said))}."


def refusal(path: Path, error: Exception) -> ConfigError:
    """Says why a database cannot be opened.

    Args:
        path: Its file.
        error: Of the system or of SQLite.
    """
    cause = sentence(error)
    match code_of(error) & 0xFF:
        # The last one: the tables are not those of the version that it says it has.
        case Code.NOTADB | Code.CORRUPT | Code.ERROR:
            return ConfigError(
                f"{path} is damaged, or is not a database",
                cause,
                f"Move it, and the files beside it named {path.name}-…, away to begin anew.",
            )
        case _ if files.is_lock_failure(error):
            return files.unlockable(path, cause)
        case Code.BUSY | Code.LOCKED:
            # To SQLite, a file system that has no locks has given the lock to somebody else.
            if (problem := files.lock_problem(path.parent)) is not None:
                return files.unlockable(path, problem)
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
        return  # opening it reports more
    if not stat.S_ISREG(found.st_mode):
        raise ConfigError(
            f"{path} is not a file",
            "A folder, a pipe or a device stands in its place.",
            "Move it away, or set ZCBULK_STATE_DIR to another folder.",
        )


def code_of(error: BaseException | None) -> int:
    """Returns SQLite's extended code of an error; that for none where the error is not its."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None and "decode to UTF-8" in str(error):
        # Python says this, not SQLite, which returns whatever stands there.
        return Code.CORRUPT
    return int(code or Code.OK)
