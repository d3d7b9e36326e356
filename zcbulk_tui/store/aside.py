"""Files of a database moved aside, and new ones put in their place, by one process at a time."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import count
from pathlib import Path

from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store import files

_BESIDE = ("-journal", "-wal", "-shm")
"""What SQLite puts beside a database, by the ends of the names."""

_PATIENCE = 15.0
"""Seconds to wait for another program that begins the database anew."""

_BETWEEN_LOOKS = 0.05
"""Seconds between two looks whether it is done."""


def mark_of(path: Path) -> Path:
    """Returns the file beside a database that says that damage was found while it was used."""
    return path.with_name(f"{path.name}.damaged")


@contextmanager
def alone(path: Path, *, patience: float | None = None) -> Iterator[None]:
    """Keeps all other processes from what is done in the context; death ends it too.

    Args:
        path: The file of the database.
        patience: Seconds to wait for another process that does the like; None for a while.

    Raises:
        ConfigError: There can be no lock, or another process holds it for too long.
    """
    lock = path.with_name(f"{path.name}.lock")
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise files.unwritable(lock, error) from error
    try:
        patience_ends = time.monotonic() + (_PATIENCE if patience is None else patience)
        while not _is_locked(descriptor, lock):
            if time.monotonic() > patience_ends:
                raise ConfigError(
                    f"{path} is damaged, and another program is at it",
                    f"It has held {lock} for too long.",
                    "Look for a zcbulk-tui that is suspended or hangs, and end it.",
                )
            time.sleep(_BETWEEN_LOOKS)
        yield
    finally:
        os.close(descriptor)


def _is_locked(descriptor: int, lock: Path) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise files.unlockable(lock, error) from error
    return True


def exchange(path: Path, aside: Path, new: Path) -> None:
    """Moves a database and what is beside it aside, and puts a new one in its place.

    Raises:
        OSError: It cannot be done; the old one is where it was, or aside.
    """
    for source, target in zip(_beside(path), _beside(aside), strict=True):
        with suppress(FileNotFoundError):
            source.rename(target)
    # Where there are links, a file is there at every moment: nobody else begins one meanwhile.
    try:
        os.link(path, aside)
    except OSError:
        path.rename(aside)
    new.replace(path)
    with suppress(OSError):
        mark_of(path).unlink()


def put(new: Path, path: Path) -> None:
    """Puts a database where there is none, and never in the place of one that just came.

    Raises:
        OSError: It cannot be done, or one has come.
    """
    # What SQLite kept beside a lost file would be taken for a part of this one.
    _remove_beside(path)
    try:
        os.link(new, path)
    except FileExistsError:
        raise
    except OSError:  # there are no links here
        new.rename(path)


def remove(path: Path) -> None:
    """Removes a database, and what SQLite has put beside it; raises nothing."""
    with suppress(OSError):
        path.unlink()
    _remove_beside(path)


def check_whole(closed: Path) -> None:
    """Makes sure that a database was written as a whole when it was closed.

    Raises:
        OSError: It was not.
    """
    if any(left.exists() for left in _beside(closed)):
        # To close it is to write everything into one file, and fails in silence.
        raise OSError(f"{closed} could not be written as a whole")


def free_name(path: Path, now: datetime) -> Path:
    """Returns a name for a damaged file, and for those beside it, that no other file has."""
    for number in count(1):
        again = "" if number == 1 else f"-{number}"
        name = path.with_name(f"{path.name}.damaged-{now:%Y%m%dT%H%M%S}{again}")
        if not any(os.path.lexists(taken) for taken in (name, *_beside(name))):
            return name
    raise AssertionError  # pragma: no cover -- there is no last number


def _remove_beside(path: Path) -> None:
    for left in _beside(path):
        with suppress(OSError):
            left.unlink()


def _beside(path: Path) -> list[Path]:
    return [path.with_name(path.name + end) for end in _BESIDE]
