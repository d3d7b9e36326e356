"""The results of jobs on this disk: a folder for each job, and in it a CSV for each result.

A CSV has its name only once it is whole. Until then it is in a folder beside its place, with the
ZIP that it comes in. Whoever writes there has a lock on that folder, which goes in the end, or once
somebody else looks after its process was ended. All of it is for this user only, and no link is
followed.
"""

import codecs
import contextlib
import errno
import fcntl
import hashlib
import os
import secrets
import shlex
import shutil
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import quote

from zcbulk_tui.data.archive import MOST_UNPACKED, BoundedFile, find_member, open_member
from zcbulk_tui.data.new_files import NewFile, is_disk_failure, sync_folder
from zcbulk_tui.data.rows import read_rows
from zcbulk_tui.data.signatures import other_format
from zcbulk_tui.data.source import CHUNK, open_source
from zcbulk_tui.domain.job import JobRef
from zcbulk_tui.domain.result import LARGEST_ZIP, ResultFile, ResultKind
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import DataError, NoRoomError

_ABANDONED = timedelta(hours=1)
"""After so long without a change nobody writes to a part any more: a stalled call ends sooner.

That decides where the file system has no locks."""

_PART = ".part"

_HASHED = 8
"""Digits of the hash in a folder's name: job ids alone may be those of two servers."""

_ENDINGS = ("", ".csv")
"""How the CSV's name may end: no document has the name, but for what is in it [RESULT]."""

_NO_FOLDER = "it is no folder of this user's"
_ONE_CSV = "A result is a ZIP with exactly one CSV in it."
_NOT_KEPT = (
    "It is what came from Zoho, and was not kept. Fetch it again, which costs a call; if it stays "
    "so, ask Zoho's support."
)


class ResultFolder:
    """Where the results of jobs are kept.

    Args:
        folder: The folder of all of them; made with the first one.
        now: Returns the current time; aware.
    """

    def __init__(
        self, folder: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._folder = folder
        self._now = now

    def folder_of(self, ref: JobRef) -> Path:
        """Returns where the results of a job are; there may be none."""
        whole = (ref.origin, ref.owner, ref.app, ref.form, ref.job_id, ref.environment.value)
        digest = hashlib.sha256("\n".join(whole).encode()).hexdigest()[:_HASHED]
        return self._folder / f"{quote(ref.job_id, safe='')[:40]}-{digest}"

    def begin(self, ref: JobRef, kind: ResultKind) -> "NewResult":
        """Begins a result.

        Raises:
            DataError: Nothing can be written there.
        """
        folder = self.folder_of(ref)
        place = folder / _csv(kind)
        try:
            _make_folders(folder)
            self._sweep(folder)
            if _kind_of(place) == stat.S_IFDIR:
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(place))
            return NewResult(kind, place, self._now)
        except OSError as error:
            raise _unwritable(error, folder) from error

    def find(self, ref: JobRef, kind: ResultKind) -> ResultFile | None:
        """Returns the whole result that stands in its place; None for none that can be read."""
        folder = self.folder_of(ref)
        place = folder / _csv(kind)
        if _kind_of(folder) != stat.S_IFDIR:
            return None
        self._sweep(folder)
        if _kind_of(place) != stat.S_IFREG:
            return None
        try:
            fetched_at = datetime.fromtimestamp(place.stat().st_mtime, UTC)
            found = _measure(place)
        except (OSError, DataError):
            return None
        return ResultFile(kind, place, found.size, found.sha256, found.records, fetched_at)

    def remove(self, ref: JobRef) -> None:
        """Removes the results of a job, and whatever else is in its folder.

        Raises:
            DataError: They cannot be removed.
        """
        folder = self.folder_of(ref)
        kind = _kind_of(folder)
        if not kind:
            return
        try:
            if kind != stat.S_IFDIR:
                # The library opens what is there first, and a pipe would be waited for.
                raise NotADirectoryError(errno.ENOTDIR, _NO_FOLDER, str(folder))
            shutil.rmtree(folder)
        except OSError as error:
            raise DataError(
                f"The results of job {one_line(ref.job_id, 40)} cannot be removed",
                f"The system says: {one_line(error.strerror or str(error))}.",
                f"Remove them yourself: rm -r {shlex.quote(one_line(str(folder)))}",
            ) from error

    def _sweep(self, folder: Path) -> None:
        """Removes what processes left behind that were ended; what cannot go stays."""
        since = (self._now() - _ABANDONED).timestamp()
        with contextlib.suppress(OSError):
            for part in folder.iterdir():
                if part.name.startswith(".") and part.suffix == _PART and _is_left(part, since):
                    _remove(part)


class NewResult:
    """A result that is being fetched, beside its place.

    Args:
        kind: Which.
        place: Where its CSV is to stand; the folder is there.
        now: Returns the current time; aware.

    Raises:
        OSError: Nothing can be written there.
    """

    def __init__(self, kind: ResultKind, place: Path, now: Callable[[], datetime]) -> None:
        self._kind = kind
        self._place = place
        self._now = now
        self._part = place.parent / f".{kind.value}-{secrets.token_hex(8)}{_PART}"
        self._part.mkdir(mode=0o700)
        self._lock: int | None = None
        try:
            self._lock = _lock(self._part)
            self._zip = NewFile(self._part, f"{kind.value}.zip")
        except OSError:
            self._part.rmdir()
            self._unlock()
            raise

    def write(self, data: bytes) -> None:
        """Appends bytes of the ZIP; after an error, nothing is left.

        Raises:
            DataError: It is too large, or cannot be written.
        """
        if self._zip.size + len(data) > LARGEST_ZIP:
            self.discard()
            raise DataError(
                "The result is too large",
                f"Its ZIP has more than {LARGEST_ZIP:,} bytes.",
                "If it is Zoho's, fetch it in the web interface.",
            )
        try:
            self._zip.write(data)
        except OSError as error:
            self.discard()
            raise _unwritable(error, self._place.parent) from error

    def finish(self) -> ResultFile:
        """Takes the CSV out of the ZIP, checks and counts it, and gives it its place; takes long.

        What stood there before is replaced.

        Raises:
            DataError: It is no ZIP with exactly one CSV, or cannot be written; nothing is left.
        """
        try:
            self._zip.finish(durable=False)
            unpacked = self._unpack()
            found = _measure(unpacked)
            unpacked.replace(self._place)
            sync_folder(self._place.parent)
        except OSError as error:
            raise _unwritable(error, self._place.parent) from error
        except DataError as error:
            raise DataError(error.title, error.cause, _NOT_KEPT) from error
        finally:
            self.discard()
        return ResultFile(
            self._kind, self._place, found.size, found.sha256, found.records, self._now()
        )

    def discard(self) -> None:
        """Removes what was written; does nothing after `finish`."""
        with contextlib.suppress(OSError):
            self._zip.discard()
        _remove(self._part)
        self._unlock()

    def _unlock(self) -> None:
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)

    def _unpack(self) -> Path:
        """Returns the CSV, whole and on the disk.

        Raises:
            OSError: It cannot be written.
            DataError: There is no CSV.
        """
        shown = Path(self._zip.path.name)
        file = cast(BinaryIO, BoundedFile(self._zip.path, "rb"))
        with contextlib.closing(file):
            member, _ = find_member(file, shown, _ONE_CSV)
            name = one_line(member.filename, 80)
            if Path(member.filename).suffix.lower() not in _ENDINGS:
                raise DataError(f"{shown} has no CSV in it", f"{_ONE_CSV} It has {name}.")
            new = NewFile(self._part, _csv(self._kind))
            # Closed as well where it is not finished: the folder that it is in goes then.
            with contextlib.closing(new), open_member(file, shown, member.filename) as unpacked:
                for data in _pieces(unpacked, name, shown):
                    if not new.size and (other := other_format(data)):
                        raise DataError(
                            f"{name} in {shown} is no CSV, but {other[0]}", "Its content says so."
                        )
                    new.write(data)
                    if new.size > MOST_UNPACKED:
                        break
                if new.size != member.file_size:
                    raise DataError(
                        f"{name} in {shown} has another size than the ZIP declares",
                        f"{new.size:,} bytes came out of it, and {member.file_size:,} are "
                        "declared.",
                    )
                new.finish()
        return new.path


@dataclass(frozen=True, slots=True)
class _Measured:
    """What a CSV is, all of it read."""

    size: int
    sha256: str
    records: int


def _measure(path: Path) -> _Measured:
    """Reads a CSV to its end.

    Empty lines are no records, and without any record no header is asked for.

    Raises:
        OSError: It is not there.
        DataError: It cannot be read, or is no CSV in UTF-8; nothing of its cells is quoted.
    """
    if not path.stat().st_size:
        return _Measured(0, hashlib.sha256().hexdigest(), 0)
    source = open_source(path)
    beginning = source.beginning
    is_all = source.size == len(beginning)
    if is_all and not beginning.removeprefix(codecs.BOM_UTF8).strip(b"\r\n"):
        return _Measured(source.size, hashlib.sha256(beginning).hexdigest(), 0)
    # Named, so that an error quotes no line to choose an encoding by.
    reader = read_rows(source, encoding="utf-8")
    try:
        rows = sum(1 for _, fields in reader if fields)
    except DataError as error:
        raise DataError(
            f"{source.name} is no CSV that can be read", f"{error.title}. {error.cause}".strip()
        ) from None
    return _Measured(source.size, reader.sha256, rows - 1)


def _pieces(unpacked: BinaryIO, name: str, shown: Path) -> Iterator[bytes]:
    try:
        while data := unpacked.read(CHUNK):
            yield data
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise DataError(
            f"{shown} is damaged",
            f"{name} in it cannot be unpacked: {one_line(str(error))}.",
        ) from error


def _csv(kind: ResultKind) -> str:
    return f"{kind.value}.csv"


def _make_folders(folder: Path) -> None:
    """Makes the folder of a job, and those above it; it is a folder of this user's, and no link."""
    for each in (*reversed(folder.parents), folder):
        with contextlib.suppress(FileExistsError):
            if each == folder or not each.is_dir():
                each.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise NotADirectoryError(errno.ENOTDIR, _NO_FOLDER, str(folder))
    if stat.S_IMODE(found.st_mode) & 0o077:
        folder.chmod(0o700)


def _kind_of(path: Path) -> int:
    """What stands there, as `stat.S_IFMT` has it, and not where a link leads; 0 for nothing."""
    try:
        return stat.S_IFMT(path.lstat().st_mode)
    except OSError:
        return 0


def _is_left(part: Path, since: float) -> bool:
    """Whether nobody writes to a part any more.

    Raises:
        OSError: It cannot be looked at.
    """
    if _kind_of(part) == stat.S_IFDIR:
        try:
            lock = _lock(part)
        except BlockingIOError:
            return False
        if lock is not None:
            os.close(lock)
            return True
    return _changed(part) < since


def _lock(part: Path) -> int | None:
    """Takes the lock of a part, until it is closed; None where the file system has none.

    Raises:
        BlockingIOError: Somebody else has it.
        OSError: There is no such folder.
    """
    descriptor = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _changed(part: Path) -> float:
    """When a part was last written to, in seconds; links do not count as what they lead to."""
    inside = part.iterdir() if _kind_of(part) == stat.S_IFDIR else ()
    times: list[float] = [it.lstat().st_mtime for it in (part, *inside)]
    return max(times)


def _remove(part: Path) -> None:
    if _kind_of(part) == stat.S_IFDIR:
        shutil.rmtree(part, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def _unwritable(error: OSError, folder: Path) -> DataError:
    is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    kind = NoRoomError if is_disk_failure(error) else DataError
    where = one_line(str(folder))
    return kind(
        "There is no room for the result" if is_full else "The result cannot be written",
        f"The system says: {one_line(error.strerror or str(error))}, at {where}. What had been "
        "written of it is removed.",
        "Make room there, and fetch it again."
        if is_full
        else "See to it that this user may write there, and fetch it again.",
    )
