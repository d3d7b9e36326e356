"""One request and its answer on a connection: whether it was sent, and how much comes back."""

import asyncio
import re
import socket
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


_INTERIM = re.compile(rb"(?:HTTP/1\.[01] 1(?!01)[0-9]{2}[^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\n)*")
"""Answers that say nothing yet (RFC 9110, 15.2), each to its end."""

_STATUS_AT = len(b"HTTP/1.1 ")


_WITHOUT_QUEUE = [
    (socket.IPPROTO_TCP, getattr(socket, name), 128 * 1024)
    for name in ("TCP_NOTSENT_LOWAT",)
    if hasattr(socket, name)
]
"""Lets the system take little more than the network does: else megabytes of an upload wait there,
which count as sent, and on a slow link the time for the answer ends before they have left."""


class TooMuchError(Exception):
    """An answer has more beside its content than is read."""


class Exchange:
    """What passes over a connection for one request.

    Args:
        listener: Takes the events of the trace too.
        on_sent: Called when the first byte of the request may leave.
        listens: Whether an answer may come before the request has left as a whole.

    Attributes:
        is_through: Whether a proxy has led to the host, and words with that have begun.
        is_sent: Whether the first byte of the request may have left; what prepares the way, such
            as the words with a proxy, does not count.
        content_size: Bytes of the content so far, set by its reader.
    """

    def __init__(
        self,
        listener: Listener | None = None,
        on_sent: Callable[[], None] = lambda: None,
        *,
        listens: bool = False,
    ) -> None:
        self.listens = listens
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
        exchange = _current.get()
        if exchange.listens:
            socket_options = [*(socket_options or ()), *_WITHOUT_QUEUE]
        stream = await self._inner.connect_tcp(host, port, timeout, local_address, socket_options)
        return _Stream(stream, exchange)

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


class _Stream(httpcore.AsyncNetworkStream):
    """A connection, which serves one exchange."""

    def __init__(self, inner: httpcore.AsyncNetworkStream, exchange: Exchange) -> None:
        self._inner = inner
        self._exchange = exchange
        self._early: asyncio.Task[bytes] | None = None

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._early is not None:
            await asyncio.wait((self._early,), timeout=timeout)
            if not self._early.done():
                raise httpcore.ReadTimeout
            early, self._early = self._early, None
            return early.result()
        data = await self._inner.read(min(max_bytes, self._exchange.piece), timeout)
        self._exchange.note_read(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._exchange.note_written()
        if self._exchange.listens and self._exchange.is_sent and buffer:
            await self._write_and_listen(buffer, timeout)
        else:
            await self._inner.write(buffer, timeout)

    async def _write_and_listen(self, buffer: bytes, timeout: float | None) -> None:
        """Writes until an answer comes: who refuses a large body mostly hangs up, too.

        What is written then breaks the connection, and the answer may be lost with it.
        """
        if self._early is None:
            self._early = asyncio.create_task(self._listen())
        if not self._early.done():
            writing = asyncio.create_task(self._inner.write(buffer, timeout))
            try:
                await asyncio.wait((writing, self._early), return_when=asyncio.FIRST_COMPLETED)
                if writing.done():
                    return writing.result()
            finally:
                await _end(writing)
        # The library reads the answer after this one.
        raise httpcore.WriteError

    async def _listen(self) -> bytes:
        """Returns what is read until an answer begins that is final, or none can come."""
        heard = b""
        while True:
            try:
                data = await self._inner.read(self._exchange.piece)
                self._exchange.note_read(data)
            except httpcore.NetworkError:
                if heard:
                    return heard
                raise
            heard += data
            if not data or _is_final(heard):
                return heard

    async def aclose(self) -> None:
        if self._early is not None:
            await _end(self._early)
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


def _is_final(data: bytes) -> bool:
    """Whether what was read has more in it than interim answers, or is none at all."""
    interim = _INTERIM.match(data)
    rest = data[interim.end() if interim else 0 :]
    if not rest.startswith(b"HTTP/1."):
        return not b"HTTP/1.".startswith(rest)
    status = rest[_STATUS_AT:]
    return bool(status) and (status[:1] != b"1" or status[:3] == b"101")


async def _end(task: asyncio.Task[Any]) -> None:
    """Ends a task, whatever it came to."""
    task.cancel()
    await asyncio.wait((task,))
    if not task.cancelled():
        task.exception()
