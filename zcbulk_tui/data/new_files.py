"""New files that appear whole, under names that were free, or not at all.

Until then each is hidden beside its place, and locked by its process; of those that belong
together, which may be more than a process may have open, the age says as much. What a process
that was ended has left is removed by the next one that writes there.
"""

import contextlib
import errno
import fcntl
import hashlib
import os
import re
import secrets
import stat
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import DataError, NoRoomError

_BLOCK = 2**18
"""Bytes that are written at once."""

_LONGEST_STEM = 160
"""Bytes of a name that are kept: with what is put behind them they fit every file system."""


_OF_THE_DISK = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO))
"""What is no fault of the name of a file."""

_HIDDEN = re.compile(r"\.zcbulk-[0-9a-f]{16}(-many)?\.part")
"""The names of files that are being written."""

_ABANDONED = 86_400.0
"""Seconds without a change after which nobody writes to one that has no lock."""


class NewFile:
    """A file that is being written beside its place, and hashed on the way.

    Args:
        folder: Where it is written.
        name: What it is called there, which nothing else is; empty for a name of its own.
        of_many: Whether others belong to it, all of which have their places in the end.

    Attributes:
        size: Bytes so far.
        path: Where it is written.

    Raises:
        OSError: It cannot be made there.
    """

    def __init__(self, folder: Path, name: str = "", *, of_many: bool = False) -> None:
        self.size = 0
        self._hash = hashlib.sha256()
        self._blocks: list[bytes] = []
        self._waiting = 0
        self._lock: int | None = None
        if not name:
            _sweep(folder)
        if name or of_many:
            self.path = folder / (name or f".zcbulk-{secrets.token_hex(8)}-many.part")
            descriptor = _made(self.path)
        else:
            self.path, descriptor = _hidden(folder)
            self._lock = os.dup(descriptor)  # until it has its place
        # Raw: it writes large blocks, and nothing is left over that a close could fail to write.
        self._file = os.fdopen(descriptor, "wb", buffering=0)

    def write(self, data: bytes) -> None:
        """Appends bytes.

        Raises:
            OSError: They cannot be written.
        """
        self._blocks.append(data)
        self.size += len(data)
        self._waiting += len(data)
        if self._waiting >= _BLOCK:
            self._flush()

    def finish(self, *, durable: bool = True) -> str:
        """Writes what is left, and closes; returns the SHA-256, in hexadecimal.

        Args:
            durable: Whether it is to survive a power cut, which takes the disk's time.

        Raises:
            OSError: It cannot be written.
        """
        if not self._file.closed:
            self._flush()
            if durable:
                os.fsync(self._file.fileno())
            self._file.close()
        return self._hash.hexdigest()

    def close(self) -> None:
        """Closes it as it is; what is not finished is worth nothing."""
        self._file.close()
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)

    def discard(self) -> None:
        """Removes it; does nothing once it has its place."""
        try:
            self.path.unlink(missing_ok=True)
        finally:
            self.close()

    def _flush(self) -> None:
        data = memoryview(b"".join(self._blocks))
        self._blocks.clear()
        self._waiting = 0
        self._hash.update(data)
        while data:
            data = data[self._file.write(data) :]


@dataclass(frozen=True, slots=True)
class Placed:
    """A finished file in its place.

    Attributes:
        path: Where it is.
        size: Its size in bytes.
        sha256: Its SHA-256, in hexadecimal.
    """

    path: Path
    size: int
    sha256: str


class NewFiles:
    """Several files that belong together: all of them, or none after an error.

    A context manager. Whatever leaves it by an exception, nothing stays behind; an `OSError` leaves
    it as a `DataError`.
    """

    def __init__(self) -> None:
        self._open: list[NewFile] = []
        self._placed: list[Path] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if error is None:
            return
        # What is not there any more, or cannot be removed, must not hide what went wrong.
        for file in self._open:
            with contextlib.suppress(OSError):
                file.discard()
        for path in self._placed:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            where = error.filename or (self._open[-1].path.parent if self._open else "")
            raise _unwritable(error, where) from error

    def create(self, folder: Path) -> NewFile:
        """Begins a file in a folder, with mode 0600.

        Raises:
            OSError: It cannot be made there.
        """
        file = NewFile(folder, of_many=True)
        self._open.append(file)
        return file

    def place(self, files: Sequence[tuple[NewFile, str]]) -> list[Placed]:
        """Finishes files and gives them their names, all with the same number where one is taken.

        Args:
            files: Each file, and a pattern of its name with ``{}`` for the number, as in
                ``orders{}.csv``: it becomes ``orders.csv``, ``orders-2.csv`` and so on.

        Raises:
            OSError: They cannot be written or renamed.
        """
        hashes = [file.finish() for file, _ in files]
        paths = self._reserve([(file.path.parent, name) for file, name in files])
        for (file, _), path in zip(files, paths, strict=True):
            file.path.replace(path)
            self._open.remove(file)
        for folder in {path.parent for path in paths}:
            sync_folder(folder)
        return [
            Placed(path, file.size, sha256)
            for path, (file, _), sha256 in zip(paths, files, hashes, strict=True)
        ]

    def _reserve(self, names: Sequence[tuple[Path, str]]) -> list[Path]:
        """Makes an empty file for each name, so that no other program can take it meanwhile."""
        number = 1
        while True:
            paths = [
                folder / name.format("" if number == 1 else f"-{number}") for folder, name in names
            ]
            made: list[Path] = []
            try:
                for path in paths:
                    claim(path)
                    made.append(path)
            except FileExistsError:
                number += 1
                for path in made:
                    path.unlink(missing_ok=True)
            except OSError:
                self._placed += made
                raise
            else:
                self._placed += paths
                return paths


class NamedFile:
    """A file under a name that must be free: it appears whole, or not at all; a context manager.

    What is done within the context may raise what it likes: then nothing of the file is left.

    Args:
        path: Where it is to stand.

    Attributes:
        sha256: Its SHA-256, in hexadecimal; empty before its end.
    """

    def __init__(self, path: Path) -> None:
        self.sha256 = ""
        self._path = path

    def __enter__(self) -> Callable[[bytes], None]:
        """Begins beside the place; returns what appends bytes.

        Raises:
            DataError: Something has the name, or nothing can be written there.
        """
        try:
            # Before the work, which may take long. The name is free until it is done: a process
            # that is ended leaves no empty file under it.
            claim(self._path)
            self._path.unlink()
            self._file = NewFile(self._path.parent)
        except (OSError, ValueError) as error:  # ValueError: a path with a null in it
            raise self._failure(error) from error
        return self._file.write

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self.sha256 = self._file.finish()
                claim(self._path)
                self._put()
        except OSError as failed:
            raise self._failure(failed) from failed
        finally:
            with contextlib.suppress(OSError):
                self._file.discard()
        if isinstance(error, OSError):
            raise self._failure(error) from error

    def _put(self) -> None:
        """Puts the file in the place of the empty one."""
        try:
            self._file.path.replace(self._path)
        except OSError:
            self._path.unlink(missing_ok=True)
            raise
        sync_folder(self._path.parent)

    def _failure(self, error: OSError | ValueError) -> DataError:
        shown = one_line(str(self._path))
        if isinstance(error, FileExistsError):
            return DataError(
                f"{shown} is there already", "Nothing is written over it.", "Name another file."
            )
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        is_of_disk = is_disk_failure(error)
        return (NoRoomError if is_of_disk else DataError)(
            f"{shown} cannot be written",
            f"The system says: {one_line(said)}.",
            f"{'Make room, or name' if is_of_disk else 'Name'} another file.",
        )


def is_disk_failure(error: BaseException | None) -> bool:
    """Whether the disk is full or broken, whatever was to be written there."""
    return isinstance(error, OSError) and error.errno in _OF_THE_DISK


def claim(path: Path) -> None:
    """Makes an empty file that only this user may read, so that no other program takes the name.

    Raises:
        FileExistsError: Something has the name.
        OSError: It cannot be made.
    """
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))


def _made(path: Path) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    return os.open(path, flags, 0o600)


def _hidden(folder: Path) -> tuple[Path, int]:
    """Makes a hidden file, and locks it where the file system has locks."""
    while True:
        path = folder / f".zcbulk-{secrets.token_hex(8)}.part"
        descriptor = _made(path)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:  # another process takes it for one that was left
            os.close(descriptor)
            continue
        except OSError:
            return path, descriptor
        if os.fstat(descriptor).st_nlink:
            return path, descriptor
        os.close(descriptor)


def _sweep(folder: Path) -> None:
    """Removes what processes left in a folder that were ended; what cannot go stays."""
    with contextlib.suppress(OSError), os.scandir(folder) as found:
        for entry in found:
            if name := _HIDDEN.fullmatch(entry.name):
                with contextlib.suppress(OSError):
                    _remove_if_left(Path(entry.path), has_lock=name[1] is None)


def _remove_if_left(path: Path, *, has_lock: bool) -> None:
    known = path.lstat()
    if not stat.S_ISREG(known.st_mode):
        return
    is_old = known.st_mtime < time.time() - _ABANDONED
    if not has_lock:
        if is_old:
            path.unlink()
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    except OSError:
        if is_old:
            path.unlink()
    else:
        path.unlink()
    finally:
        os.close(descriptor)


def stem_of(path: Path) -> str:
    """Returns a name without its ending, as a pattern for `NewFiles.place`; not too long."""
    stem = path.stem
    while len(os.fsencode(stem)) > _LONGEST_STEM:
        stem = stem[:-1]
    return stem.replace("{", "{{").replace("}", "}}")


def sync_folder(folder: Path) -> None:
    """Makes the names last, where the file system can do that for a folder."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with contextlib.suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unwritable(error: OSError, where: object) -> DataError:
    return DataError(
        "The files for the upload cannot be written",
        f"The system says: {one_line(error.strerror or str(error))}, at {one_line(str(where))}. "
        "What had been written of them is removed.",
        "Make room there, or see to it that this user may write there.",
    )
