"""Files that are never half written, and that only this user may read."""

import os
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from zcbulk_tui.errors import ConfigError

if TYPE_CHECKING:
    from pydantic import SecretStr

import fcntl

from zcbulk_tui.domain.commands import of_any_profile
from zcbulk_tui.domain.text import one_line


def make_folder(path: Path) -> None:
    """Makes a folder, and those above it, where there is none: for this user only."""
    if path.is_dir():
        return
    for folder in (*reversed(path.parents), path):
        if not folder.is_dir():
            folder.mkdir(exist_ok=True, mode=0o700)


def replace(path: Path, content: "str | SecretStr", *, durable: bool = True) -> None:
    """Replaces a file's content as a whole; its folder is made where there is none.

    A secret is taken wrapped, so that no traceback from here shows it.

    Args:
        path: The file; only this user may read it.
        content: All that it is to hold.
        durable: Whether it is to survive a power cut, which takes the disk's time.

    Raises:
        ConfigError: It cannot be written; what it held before is still there.
    """
    try:
        make_folder(path.parent)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(content if isinstance(content, str) else content.get_secret_value())
                if durable:
                    file.flush()
                    os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(path, error) from error


def check_private(path: Path) -> None:
    """Makes sure that nobody else can read or change a file or a folder.

    Raises:
        ConfigError: Somebody can, or it is another user's; says which command mends it.
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        return
    except OSError as error:
        raise unreadable(path, error) from error
    if found.st_uid != os.getuid():
        raise ConfigError(
            f"{path} belongs to another user",
            "Secrets are taken from files of your own only.",
            "Sign in as yourself, or set ZCBULK_STATE_DIR to a folder of yours.",
        )
    if stat.S_IMODE(found.st_mode) & 0o077:
        mode = "700" if path.is_dir() else "600"
        raise ConfigError(
            f"{path} can be read by others",
            f"Its mode is {stat.S_IMODE(found.st_mode):o}, and it holds what is secret.",
            f"Write: chmod {mode} '{path}'. If others may have read it, revoke what it holds; a "
            f"sign-in by: {of_any_profile('logout')}",
        )


def unreadable(path: Path, error: OSError) -> ConfigError:
    """What to say of a file that is there and cannot be read."""
    return ConfigError(
        f"{path} cannot be read",
        f"{error.strerror}.",
        "Give yourself the right to read it, or set ZCBULK_STATE_DIR to another folder.",
    )


def unwritable(path: Path, error: OSError) -> ConfigError:
    """What to say of a file that cannot be written."""
    return ConfigError(
        f"{path} cannot be written",
        f"{error}.",
        "Make room or give write permission, or set ZCBULK_STATE_DIR to another folder.",
    )


_LOCK_FAILURES = frozenset({15, 22, 3850, 2314, 2058, 3594, 5130})
"""What SQLite says where locks fail: SQLITE_PROTOCOL, SQLITE_NOLFS, SQLITE_IOERR_LOCK, _RDLOCK,
_UNLOCK, _CHECKRESERVEDLOCK and _SHMLOCK."""


def is_lock_failure(error: BaseException) -> bool:
    """Whether SQLite says that it could not lock a file, for another reason than somebody else."""
    return getattr(error, "sqlite_errorcode", 0) in _LOCK_FAILURES


def lock_problem(folder: Path) -> OSError | None:
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


def unlockable(path: Path, cause: object) -> ConfigError:
    """What to say of a file that cannot be locked, by whomever."""
    return ConfigError(
        f"{path} cannot be locked, so it cannot be shared safely",
        f"{one_line(str(cause)).rstrip('.')}. Its file system has no locks that work, as NFS "
        "without a lock service.",
        "Set ZCBULK_STATE_DIR to a folder on a local disk.",
    )
