"""The body of an answer that may be a file: a ZIP is passed on as it comes, all else is words.

The first bytes decide, not the HTTP status or the Content-Type: Zoho sends failures with HTTP 200
too [OAS], and those in between send pages.
"""

import asyncio
from collections.abc import Callable

import httpx

from zcbulk_tui.domain.result import LARGEST_ZIP
from zcbulk_tui.errors import UnreadableError, ZcbulkError

Write = Callable[[bytes], None]
"""Takes the next bytes of a file; may raise a `DataError`, which ends the call."""

_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
"""Beginnings of a ZIP: of one with a file in it, and of an empty one."""


class DownloadBody:
    """The body of one answer.

    Args:
        write: Takes the bytes of the file.

    Attributes:
        is_file: Whether it is a ZIP, and that of a success.
        size: Bytes of the file so far.
        failure: Why it was not taken to its end; None where it was, or for another reason.
    """

    def __init__(self, write: Write) -> None:
        self.is_file = False
        self.size = 0
        self.failure: ZcbulkError | None = None
        self._write = write
        self._is_words = False
        self._beginning = b""
        """Bytes that may become the signature of a ZIP."""
        self._announced = 0
        self._limit: asyncio.Timeout | None = None
        self._stall = 0.0

    def extend(self, limit: asyncio.Timeout, stall: float) -> None:
        """Moves a limit on as the file comes.

        Args:
            limit: The time for all of it.
            stall: Seconds until the next bytes have to be there.
        """
        self._limit, self._stall = limit, stall

    def begin(self, response: httpx.Response) -> None:
        """Takes the head of the answer: what comes with a failure is no file."""
        self._is_words = not response.is_success
        length = response.headers.get("Content-Length", "")
        self._announced = int(length[:20]) if length.isascii() and length.isdecimal() else 0

    def take(self, piece: bytes) -> bytes:
        """Takes the next bytes of the body; returns those that belong to words.

        Raises:
            ZcbulkError: The file is too large, or cannot be written; that is `failure` then.
        """
        if self._is_words:
            return piece
        if not self.is_file:
            piece = self._beginning + piece
            if any(signature.startswith(piece) and signature != piece for signature in _SIGNATURES):
                self._beginning = piece
                return b""
            self.is_file = piece.startswith(_SIGNATURES)
            self._is_words = not self.is_file
            if self._is_words:
                return piece
        self._pass_on(piece)
        return b""

    def _pass_on(self, piece: bytes) -> None:
        self.size += len(piece)
        try:
            if max(self.size, self._announced) > LARGEST_ZIP:
                raise _too_large()
            self._write(piece)
        except ZcbulkError as error:
            self.failure = error
            raise
        if self._limit is not None:
            self._limit.reschedule(asyncio.get_running_loop().time() + self._stall)


def _too_large() -> UnreadableError:
    return UnreadableError(
        "The result is too large",
        f"It has more than {LARGEST_ZIP:,} bytes, packed, and a job takes half as much; the rest "
        "was not read.",
        "If it is Zoho's, fetch it in the web interface.",
    )
