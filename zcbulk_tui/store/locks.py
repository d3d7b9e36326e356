"""File systems without locks that work, as NFS without a lock service: told, and what to do."""

import fcntl
import tempfile
from pathlib import Path

from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError

_CODES = frozenset({15, 22, 3850, 2314, 2058, 3594, 5130})
"""What SQLite says where locks fail: SQLITE_PROTOCOL, SQLITE_NOLFS, SQLITE_IOERR_LOCK, _RDLOCK,
_UNLOCK, _CHECKRESERVEDLOCK and _SHMLOCK."""


def is_to_blame(error: BaseException) -> bool:
    """Whether SQLite says that it could not lock a file, for another reason than somebody else."""
    return getattr(error, "sqlite_errorcode", 0) in _CODES


def problem(folder: Path) -> OSError | None:
    """Returns why no file in a folder can be locked; None where one can.

    To SQLite, a file system that has no locks has given the lock to somebody else.
    """
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return None
    except OSError as error:
        return error
    return None


def without(path: Path, cause: object) -> ConfigError:
    """What to say of a file that cannot be locked, by whomever."""
    return ConfigError(
        f"{path} cannot be locked, so it cannot be shared safely",
        f"{one_line(str(cause)).rstrip('.')}. Its file system has no locks that work, as NFS "
        "without a lock service.",
        "Set ZCBULK_STATE_DIR to a folder on a local disk.",
    )
