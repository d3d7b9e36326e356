"""A server whose answers are bombs or have no end, as a process of its own.

``python -m tests.benchmarks.hostile_server KIND`` prints its base URL, serves until its standard
input ends, and prints how many requests came and how many bytes it wrote.
"""

import asyncio
import gzip
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache

from tests.support.contract import PAGE_STATUS
from tests.support.floods import DRIPS, FLOODS
from tests.support.raw_server import raw_server

_PAUSE = 0.02
"""Seconds between two pieces of a drip."""

_ZEROS = 1 << 31


@cache
def _bomb() -> bytes:
    """Two gigabytes, compressed twice to a few kilobytes."""
    part = gzip.compress(b"\0" * (1 << 24), 9)
    body = gzip.compress(part * (_ZEROS >> 24), 9)
    head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip\r\nContent-Length: {}\r\n\r\n"
    return head.format(len(body)).encode() + body


KINDS: Mapping[str, Callable[[], Iterable[bytes]]] = {
    "bomb": lambda: [_bomb()],
    "redirect": lambda: [b"HTTP/1.1 302 Found\r\nLocation: javascript:x\r\n\r\n"],
    "cookies": lambda: [
        b"HTTP/1.1 200 OK\r\n",
        *(b"Set-Cookie: c%d=\xe4%b\r\n" % (number, b"x" * 200) for number in range(300)),
        b"\r\n",
        PAGE_STATUS,
    ],
    **{f"flood: {name}": make for name, make in FLOODS.items()},
    **{f"drip: {name}": make for name, make in DRIPS.items()},
}


class _Answer:
    """The pieces of one kind, made anew for each request."""

    def __init__(self, kind: str) -> None:
        self._make = KINDS[kind]
        self.written = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._make():
            self.written += len(piece)
            yield piece


async def _serve(kind: str) -> None:
    async with raw_server() as server:
        server.answer = answer = _Answer(kind)
        server.pause = _PAUSE if kind.startswith("drip") else 0.0
        _bomb()
        print(server.url, flush=True)
        await asyncio.to_thread(sys.stdin.read)
        print(len(server.requests), answer.written, flush=True)


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1]))
