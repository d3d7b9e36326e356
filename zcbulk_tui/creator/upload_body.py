"""The body of an upload: one file as multipart/form-data, in pieces, checked before its end.

Between the check of a file and its upload minutes pass, and someone may write to it meanwhile. A
job takes one file only, so the last piece leaves when all of them are known to be those that were
checked: what is cut off before is no upload.
"""

import asyncio
import hashlib
import os
import secrets
import stat
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from io import FileIO
from pathlib import PurePath

import httpx

from zcbulk_tui.domain.text import one_line
from zcbulk_tui.domain.upload import LONGEST_NAME, UploadFile
from zcbulk_tui.errors import DataError

Progress = Callable[[int], None]
"""Takes how many bytes of the file the connection has taken; it begins anew with another try."""

_BLOCK = 256 * 1024
"""Bytes that are read, and held back, at once."""

_PIECE = 16 * 1024
"""Bytes that are written at once: the slower a link, the longer one stands still between two."""

_CUT_OFF = "Its end was not sent."


class UploadBody:
    """The body of one request; it can be sent once.

    Args:
        file: What is sent, as it was when it was checked.
        source: The open file.
        on_progress: See `Progress`.

    Attributes:
        headers: What the request has to say of it: Content-Type and Content-Length.
        sent: Bytes of the file that the connection has taken.
        is_complete: Whether all of the body was taken.
        failure: Why it ended before; None where it did not, or for another reason.
    """

    def __init__(self, file: UploadFile, source: "_Source", on_progress: Progress) -> None:
        self._file = file
        self._source = source
        self._on_progress = on_progress
        self._head, self._tail, content_type = _frame(file.name)
        length = len(self._head) + file.size + len(self._tail)
        self.headers: Mapping[str, str] = {
            "Content-Type": content_type,
            "Content-Length": str(length),
        }
        self.sent = 0
        self.is_complete = False
        self.failure: DataError | None = None
        self._limit: asyncio.Timeout | None = None
        self._stall = self._answer = 0.0

    def extend(self, limit: asyncio.Timeout, stall: float, answer: float) -> None:
        """Moves a limit on as the body leaves.

        Args:
            limit: The time for all of it.
            stall: Seconds until the next piece has to be taken.
            answer: Seconds for the answer, once all is taken.
        """
        self._limit, self._stall, self._answer = limit, stall, answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The pieces of the body."""
        self._on_progress(0)
        try:
            self._allow(self._stall)
            yield self._head
            held = b""
            while block := await asyncio.to_thread(self._source.read):
                for piece in _pieces(held):
                    yield self._next(piece)
                    self._note(piece)
                held = block
            self._source.check()
        except DataError as error:
            self.failure = error
            raise
        for piece in _pieces(held):
            yield self._next(piece)
            self._note(piece)
        yield self._tail
        self.is_complete = True
        self._allow(self._answer)

    def _next(self, piece: bytes) -> bytes:
        self._allow(self._stall)
        return piece

    def _note(self, piece: bytes) -> None:
        self.sent += len(piece)
        self._on_progress(self.sent)

    def _allow(self, seconds: float) -> None:
        if self._limit is not None:
            self._limit.reschedule(asyncio.get_running_loop().time() + seconds)


@asynccontextmanager
async def open_upload(file: UploadFile, on_progress: Progress) -> AsyncIterator[UploadBody]:
    """Opens a file for one upload, until the context ends.

    Raises:
        DataError: It cannot be read, or is not the one that was checked.
    """
    source = _Source(file)
    try:
        await asyncio.to_thread(source.open)
        yield UploadBody(file, source, on_progress)
    finally:
        source.close()


class _Source:
    """A file that is opened and read in threads, and hashed meanwhile.

    Args:
        file: What it was when it was checked.
    """

    def __init__(self, file: UploadFile) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self._size = 0
        self._lock = threading.Lock()
        self._open: FileIO | None = None
        self._is_closed = False

    def open(self) -> None:
        """Opens it, unless nobody waits for that any more.

        Raises:
            DataError: It cannot be opened, or is another one now.
        """
        with self._lock:
            if self._is_closed:
                return
            try:
                self._open = FileIO(self._file.path, opener=_open)
                found = os.fstat(self._open.fileno())
            except (OSError, ValueError) as error:  # the latter for a path that can be none
                raise _unreadable(self._file, error) from None
        if (why := _change(self._file, found)) is not None:
            raise _changed(self._file, why)

    def read(self) -> bytes:
        """Returns the next block; empty at the end.

        Raises:
            DataError: It cannot be read, or is longer than it was.
        """
        with self._lock:
            try:
                block = b"" if self._open is None or self._is_closed else self._open.read(_BLOCK)
            except OSError as error:
                raise _unreadable(self._file, error) from None
            self._hash.update(block)
        self._size += len(block)
        if self._size > self._file.size:
            raise _changed(self._file, f"It has grown since it was checked. {_CUT_OFF}")
        return block

    def check(self) -> None:
        """Checks what was read, all of it.

        Raises:
            DataError: It is not what it was.
        """
        if self._size != self._file.size:
            missing = self._file.size - self._size
            raise _changed(
                self._file, f"{missing:,} bytes are missing since it was checked. {_CUT_OFF}"
            )
        if self._hash.hexdigest() != self._file.sha256.lower():
            raise _changed(self._file, f"Its bytes are others than when checked. {_CUT_OFF}")

    def close(self) -> None:
        """Closes the file, once no thread reads from it: on a dead disk that may take long."""
        self._is_closed = True
        if self._lock.acquire(blocking=False):
            self._lock.release()
            self._close()
        else:
            asyncio.get_running_loop().run_in_executor(None, self._close)

    def _close(self) -> None:
        with self._lock:
            if self._open is not None:
                self._open.close()


def _open(path: str, flags: int) -> int:
    # What has become a pipe would be waited for.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _change(file: UploadFile, found: os.stat_result) -> str | None:
    """What has become of a file since it was checked; None for nothing that shows yet."""
    if not stat.S_ISREG(found.st_mode):
        return "It is no longer a file."
    if found.st_size != file.size:
        return f"It had {file.size:,} bytes when it was checked, and has {found.st_size:,} now."
    if file.modified_ns not in (None, found.st_mtime_ns):
        return "It was written to after it was checked."
    return None


def _changed(file: UploadFile, why: str) -> DataError:
    return DataError(
        f"“{_shown(file)}” has changed",
        f"{why} It was not uploaded.",
        "Check it again, then upload it.",
    )


def _unreadable(file: UploadFile, error: OSError | ValueError) -> DataError:
    reason = error.strerror if isinstance(error, OSError) else "Its name cannot be one"
    return DataError(
        f"“{_shown(file)}” cannot be read",
        f"{one_line(reason or type(error).__name__)}. It was not uploaded.",
        "Check that it is there and may be read, then upload it.",
    )


def _shown(file: UploadFile) -> str:
    return one_line(str(file.path), 120)


def _pieces(block: bytes) -> list[bytes]:
    return [block[start : start + _PIECE] for start in range(0, len(block), _PIECE)]


def _frame(name: str) -> tuple[bytes, bytes, str]:
    """What stands before and behind the file, and the content type of both, by the library."""
    mark = secrets.token_hex(16).encode()
    plain = PurePath(name)
    stem, suffix = one_line(plain.stem, LONGEST_NAME), one_line(plain.suffix, 20)
    kind = "application/zip" if suffix.lower() == ".zip" else "text/csv"
    framed = httpx.Request(
        "POST", "https://unused.invalid", files={"file": (stem + suffix, mark, kind)}
    )
    head, _, tail = framed.read().partition(mark)
    return head, tail, framed.headers["Content-Type"]
