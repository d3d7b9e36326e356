"""Reading the body of a request off a socket, whole or cut off."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BufferedIOBase

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Body:
    """What came of a body."""

    content: bytes
    """Empty if it was too large."""
    is_whole: bool = True
    """False if the client went away before its end."""
    is_too_large: bool = False


def read_body(stream: BufferedIOBase, headers: Mapping[str, str], limit: int) -> Body:
    """Read a body to its end, or to that of the connection; what is too large is not kept.

    Args:
        stream: Where it comes from.
        headers: Those of the request, names in lower case.
        limit: Bytes that are kept.

    Raises:
        ValueError: The headers, or the chunks, do not say how long it is.
    """
    if headers.get("transfer-encoding", "").lower() == "chunked":
        pieces = _chunks(stream)
    else:
        length = headers.get("content-length", "0")
        if not length.isdecimal():
            raise ValueError("no such length")
        pieces = _pieces(stream, int(length))
    kept: list[bytes] = []
    size = 0
    try:
        for piece in pieces:
            size += len(piece)
            if size <= limit:
                kept.append(piece)
            else:
                kept.clear()
    except (EOFError, ConnectionError):
        return Body(b"", is_whole=False)
    return Body(b"", is_too_large=True) if size > limit else Body(b"".join(kept))


def _pieces(stream: BufferedIOBase, length: int) -> Iterator[bytes]:
    """So many bytes, in pieces.

    Raises:
        EOFError: There are fewer.
    """
    while length > 0:
        piece = stream.read(min(length, _PIECE))
        if not piece:
            raise EOFError
        length -= len(piece)
        yield piece


def _chunks(stream: BufferedIOBase) -> Iterator[bytes]:
    while True:
        line = stream.readline(1024)
        if not line.endswith(b"\n"):
            raise EOFError
        size = int(line.partition(b";")[0], 16)
        if size < 0:
            raise ValueError("no such length")
        if size == 0:
            while stream.readline(1024).strip():
                pass  # trailers, and the line that ends them
            return
        yield from _pieces(stream, size)
        stream.readline(3)  # what ends a chunk
