"""Answers without end, in pieces, by what there is no end of."""

from collections.abc import Callable, Iterable, Mapping
from itertools import chain, repeat

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
INTERIM = b"HTTP/1.1 100 Continue\r\n\r\n"
HINTS = b"HTTP/1.1 103 Early Hints\r\n" + b"Link: </a>\r\n" * 20 + b"\r\n"

FLOODS: Mapping[str, Callable[[], Iterable[bytes]]] = {
    "100": lambda: repeat(INTERIM * 1000),
    "103": lambda: repeat(HINTS * 100),
    "short status lines": lambda: repeat(b"HTTP/1.1 100\r\n\r\n" * 1000),
    "headers": lambda: chain([OK], repeat(b"a:\r\n" * 1000)),
    "one header": lambda: chain([OK, b"a: "], repeat(b"x" * 10_000)),
    "folded header": lambda: chain([OK, b"a: b\r\n"], repeat(b" c\r\n" * 1000)),
    "body": lambda: chain([OK, b"\r\n"], repeat(b" " * 10_000)),
    "body of a stated length": lambda: chain(
        [OK, b"Content-Length: 9999999999\r\n\r\n"], repeat(b" " * 999)
    ),
    "tiny chunks": lambda: chain([CHUNKED], repeat(b"1\r\n \r\n" * 1000)),
    "chunk extensions": lambda: chain([CHUNKED], repeat(b"1;%b\r\n \r\n" % (b"x" * 1000))),
    "one chunk extension": lambda: chain([CHUNKED, b"1;"], repeat(b"x" * 10_000)),
    "trailers": lambda: chain([CHUNKED, b"0\r\n"], repeat(b"a:\r\n" * 1000)),
    "no status line": lambda: repeat(b"\x00" * 10_000),
    "empty lines": lambda: repeat(b"\r\n" * 1000),
}

DRIPS: Mapping[str, Callable[[], Iterable[bytes]]] = {
    "status line": lambda: repeat(b"H"),
    "100": lambda: repeat(b"HTTP/1.1 100\r\n\r\n"),
    "headers": lambda: chain([OK], repeat(b"a: b\r\n")),
    "body": lambda: chain([OK, b"\r\n"], repeat(b" ")),
    "chunks": lambda: chain([CHUNKED], repeat(b"1\r\n \r\n")),
    "trailers": lambda: chain([CHUNKED, b"0\r\n"], repeat(b"a:b\r\n")),
}
