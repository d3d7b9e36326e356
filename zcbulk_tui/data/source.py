"""Opening what the user names: a CSV, or a ZIP with one CSV in it.

A source is looked at once, by its content and not by its name, and then read in passes. Each pass
makes sure that it reads the file that was looked at, from its first byte to its last.
"""

import hashlib
import io
import os
import zipfile
import zlib
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

from zcbulk_tui.data.archive import BoundedFile, find_member, open_member
from zcbulk_tui.data.signatures import ZIP, other_format
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import DataError
from zcbulk_tui.user_files import other_kind

CHUNK = 2**18
"""Bytes that are read at a time: larger ones are no faster and need more memory."""

_BEGINNING = 4096
"""Bytes by which a file is recognised."""

_CHANGED = "Wait until it is complete, or give a copy of it."


class SourceKind(Enum):
    """How the CSV stands on the disk."""

    CSV = "csv"
    ZIP = "zip"


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """By what a change of a file shows: its place on the disk, its size, its last change."""

    device: int
    inode: int
    size: int
    modified_ns: int

    @classmethod
    def of(cls, found: os.stat_result) -> Self:
        """Returns that of a file as it is now."""
        return cls(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class Source:
    """A CSV that can be read, as often as one likes.

    Attributes:
        path: The file on the disk.
        kind: Whether that is the CSV or a ZIP with it.
        size: Size of the file on the disk, in bytes.
        csv_size: Size of the CSV, in bytes; of one in a ZIP as the ZIP declares it.
        is_plain: Whether the file can be uploaded as it is: a CSV, or a ZIP with a file
            ``NAME.csv`` and nothing else [UPLOAD].
        member: The name of the CSV in the ZIP; empty otherwise.
        fingerprint: By which a change shows.
        beginning: The first bytes of the CSV, at most 4,096.
    """

    path: Path
    kind: SourceKind
    size: int
    csv_size: int
    is_plain: bool
    member: str
    fingerprint: Fingerprint
    beginning: bytes = field(repr=False)

    @property
    def name(self) -> str:
        """The file's name, safe to show."""
        return one_line(self.path.name)

    def open(self, start: int = 0) -> "CsvStream":
        """Begins a pass over the bytes of the CSV.

        Args:
            start: The byte to begin with; at most `csv_size`.

        Raises:
            DataError: The file cannot be opened any more, or has changed.
        """
        return CsvStream(self, start)


class CsvStream:
    """One pass over the bytes of a CSV; a context manager.

    Attributes:
        bytes_read: Bytes of the CSV so far, and those before its start.
        sha256: SHA-256 of the file on the disk, in hexadecimal; empty before the end of the pass,
            and where it did not begin with the first byte.
    """

    def __init__(self, source: Source, start: int = 0) -> None:
        self.bytes_read = start
        self._start = start
        self.sha256 = ""
        self._source = source
        self._file = _open_file(source.path)
        self._csv: BinaryIO = self._file
        self._hash = hashlib.sha256()
        try:
            self._check_unchanged()
            if source.kind is SourceKind.ZIP:
                self._csv = open_member(self._file, source.path, source.member)
            if start:
                self._seek(start)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the pass."""
        self._csv.close()
        self._file.close()

    def read(self) -> bytes:
        """Returns the next bytes, at most `CHUNK`; none at the end.

        Raises:
            DataError: The file cannot be read, or has changed.
        """
        path = one_line(str(self._source.path))
        try:
            data = self._csv.read(CHUNK)
        except OSError as error:
            raise _unreadable(self._source.path, error) from error
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise self._damaged(error) from error
        self.bytes_read += len(data)
        if self._source.kind is SourceKind.CSV:
            self._hash.update(data)
        if not data or self.bytes_read > self._source.csv_size:
            self._check_unchanged()
            if self.bytes_read != self._source.csv_size:
                raise _changed(path)
            if not data:
                self._finish()
        return data

    def _seek(self, start: int) -> None:
        """Goes to a byte; in a ZIP all before it is unpacked."""
        try:
            self._csv.seek(start)
        except OSError as error:
            raise _unreadable(self._source.path, error) from error
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> DataError:
        # A change in the middle of a pass looks like damage.
        self._check_unchanged()
        return DataError(
            f"{one_line(str(self._source.path))} is damaged",
            f"After {self.bytes_read:,} bytes of {one_line(self._source.member)} it cannot be "
            f"unpacked: {one_line(str(error))}.",
            "Make the ZIP again.",
        )

    def _finish(self) -> None:
        if self._start:
            return
        if self._source.kind is SourceKind.ZIP:
            self._file.seek(0)
            while data := self._file.read(CHUNK):
                self._hash.update(data)
            self._check_unchanged()
        self.sha256 = self._hash.hexdigest()

    def _check_unchanged(self) -> None:
        """Looks at the open file, which may grow, and at its name, which may get another one."""
        try:
            found = (os.fstat(self._file.fileno()), self._source.path.stat())
        except OSError as error:
            raise _unreadable(self._source.path, error) from error
        if any(Fingerprint.of(each) != self._source.fingerprint for each in found):
            raise _changed(one_line(str(self._source.path)))


def open_source(path: Path) -> Source:
    """Looks at a file and returns it as a source.

    Nothing is followed into waiting: a pipe or a device is refused before it is opened.

    Raises:
        DataError: It is missing, unreadable, no file, empty, or holds no CSV.
    """
    with _open_file(path) as file:
        found = os.fstat(file.fileno())
        try:
            beginning = file.read(_BEGINNING)
        except OSError as error:
            raise _unreadable(path, error) from error
        if not beginning:
            raise DataError(
                f"{one_line(str(path))} is empty",
                "It has not a single byte.",
                "Give a CSV whose first line has the link names of the fields.",
            )
        kind, csv_size, is_plain, member = SourceKind.CSV, found.st_size, True, ""
        if beginning.startswith(ZIP):
            info, is_plain = find_member(file, path)
            kind, csv_size, member = SourceKind.ZIP, info.file_size, info.filename
            with open_member(file, path, member) as unpacked:
                try:
                    beginning = unpacked.read(_BEGINNING)
                except (OSError, zipfile.BadZipFile, zlib.error, EOFError) as error:
                    raise DataError(
                        f"{one_line(str(path))} is damaged",
                        f"{one_line(member)} in it cannot be unpacked: {one_line(str(error))}.",
                        "Make the ZIP again.",
                    ) from error
            if not beginning:
                raise DataError(
                    f"{one_line(member)} in {one_line(str(path))} is empty",
                    "It has not a single byte.",
                    "Make the ZIP again, with a CSV that has records.",
                )
    if other := other_format(beginning):
        name, next_step = other
        what = f"{one_line(member)} in {one_line(str(path))}" if member else one_line(str(path))
        raise DataError(
            f"{what} is no CSV, but {name}", "Its content says so, not its name.", next_step
        )
    return Source(
        path, kind, found.st_size, csv_size, is_plain, member, Fingerprint.of(found), beginning
    )


def _open_file(path: Path) -> BinaryIO:
    """Opens a regular file, and nothing else, without waiting for anybody."""
    try:
        # Who writes to a pipe may never come; a device may do something when it is opened.
        _check_kind(path, path.stat())
        flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY | os.O_NONBLOCK
        # Raw: what reads it takes large pieces, and a second copy of each would cost time.
        file = BoundedFile(os.open(path, flags), "rb")
    except (OSError, ValueError) as error:  # ValueError: a path with a null in it
        raise _unreadable(path, error) from error
    try:
        _check_kind(path, os.fstat(file.fileno()))
    except DataError:
        file.close()
        raise
    # A raw file reads less than it should only at its end, as long as it is a regular one.
    return cast(BinaryIO, cast(io.RawIOBase, file))


def _check_kind(path: Path, found: os.stat_result) -> None:
    if kind := other_kind(found):
        is_folder = kind == "a folder"
        raise DataError(
            f"{one_line(str(path))} is no file, but {kind}",
            "" if is_folder else "It can be read only once, or has no end.",
            "Name the CSV in it." if is_folder else "Write its content to a file, and give that.",
        )


def _unreadable(path: Path, error: OSError | ValueError) -> DataError:
    shown = one_line(str(path))
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return DataError(
                f"There is no file {shown}", next_step="Look at its name and its folder."
            )
        case PermissionError():
            return DataError(
                f"{shown} cannot be read",
                "This user has no right to.",
                f"Write: chmod u+r '{shown}', or have its owner give the right.",
            )
        case OSError():
            cause = f"The system says: {one_line(error.strerror or str(error))}."
            return DataError(f"{shown} cannot be read", cause, "Give a copy on another disk.")
        case _:
            return DataError(f"There is no file {shown}", f"{one_line(str(error))}.")


def _changed(path: str) -> DataError:
    return DataError(
        f"{path} changed while it was read",
        "Its size, its time of change or its place on the disk is another than at first.",
        _CHANGED,
    )
