"""One request and its answer on a connection: whether it was sent, and how much comes back."""

import ssl
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import httpcore
import httpx

Listener = Callable[[str, Mapping[str, Any]], Awaitable[None]]
"""Takes the events of the HTTP library's trace extension."""

_MAX_HEAD = 128 * 1024
"""Bytes before the content, interim answers among them."""

_MAX_LINES = 2000
"""Lines before the content: parsing one takes far longer than its few bytes suggest."""

_MAX_FRAMING = 16 * 1024
"""Bytes of chunk sizes and trailers, beside as many as the content has."""

_PIECE_OF_HEAD, _PIECE = 1024, 16 * 1024
"""Bytes of one read, before the content and then. What they hold of heads and trailers is parsed in
one go, while no key is answered."""


class TooMuchError(Exception):
    """An answer has more beside its content than is read."""


class Exchange:
    """What passes over a connection for one request.

    Args:
        listener: Takes the events of the trace too.
        on_sent: Called when the first byte of the request may leave.

    Attributes:
        is_through: Whether a proxy has led to the host, and words with that have begun.
        is_sent: Whether the first byte of the request may have left; what prepares the way, such
            as the words with a proxy, does not count.
        content_size: Bytes of the content so far, set by its reader.
    """

    def __init__(
        self, listener: Listener | None = None, on_sent: Callable[[], None] = lambda: None
    ) -> None:
        self.is_through = False
        self.is_sent = False
        self.content_size = 0
        self._listener = listener
        self._on_sent = on_sent
        self._is_next = False
        self._has_head = False
        self._size = 0
        self._lines = 0

    @property
    def piece(self) -> int:
        """How many bytes to read at once."""
        return _PIECE if self._has_head else _PIECE_OF_HEAD

    @contextmanager
    def open(self) -> Iterator[None]:
        """Connections that are made within the context are for this exchange."""
        before = _current.set(self)
        try:
            yield
        finally:
            _current.reset(before)

    async def note(self, event: str, details: Mapping[str, Any]) -> None:
        """Takes an event of the trace."""
        match event:
            case "proxy.start_tls.started" | "socks.start_tls.started":
                self.is_through = True
            case "http11.send_request_headers.started":
                self._is_next = details["request"].method != b"CONNECT"
            case "http11.receive_response_headers.complete":
                self._has_head, self._size = self.is_sent, 0
        if self._listener is not None:
            await self._listener(event, details)

    def note_written(self) -> None:
        """Takes that bytes are about to be written."""
        if self._is_next and not self.is_sent:
            self.is_sent = True
            self._on_sent()

    def note_read(self, data: bytes) -> None:
        """Takes what was read.

        Raises:
            TooMuchError: It is too much.
        """
        self._size += len(data)
        if self._has_head:
            if self._size > 2 * self.content_size + _MAX_FRAMING:
                raise TooMuchError("It is cut into too many pieces")
            return
        self._lines += data.count(b"\n")
        if self._size > _MAX_HEAD or self._lines > _MAX_LINES:
            raise TooMuchError(f"Its head has over {_MAX_HEAD // 1024} KiB or {_MAX_LINES} lines")


_current: ContextVar[Exchange] = ContextVar("_current")


def observe(transport: httpx.AsyncHTTPTransport) -> httpx.AsyncHTTPTransport:
    """Has every connection of a transport note what passes over it; returns the transport.

    No public name of the HTTP library offers that; a name that is gone raises here.
    """
    transport._pool._network_backend = _Backend(transport._pool._network_backend)
    return transport


class _Backend(httpcore.AsyncNetworkBackend):
    """Makes connections for the exchange that is open."""

    def __init__(self, inner: httpcore.AsyncNetworkBackend) -> None:
        self._inner = inner

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        stream = await self._inner.connect_tcp(host, port, timeout, local_address, socket_options)
        return _Stream(stream, _current.get())

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


class _Stream(httpcore.AsyncNetworkStream):
    """A connection, which serves one exchange."""

    def __init__(self, inner: httpcore.AsyncNetworkStream, exchange: Exchange) -> None:
        self._inner = inner
        self._exchange = exchange

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = await self._inner.read(min(max_bytes, self._exchange.piece), timeout)
        self._exchange.note_read(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._exchange.note_written()
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            inner = await self._inner.start_tls(ssl_context, server_hostname, timeout)
        except BaseException:  # after a cancellation, nothing else closes it
            await self._inner.aclose()
            raise
        return _Stream(inner, self._exchange)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
