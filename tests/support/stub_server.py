"""A scripted HTTP/1.1 server on loopback, for tests that need exact answers on a real socket."""

import json
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from types import TracebackType
from typing import Any, Self

import httpx

_PIECE = 64 * 1024


def closed_port() -> int:
    """A port of this machine at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        return int(unused.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Request:
    """What arrived.

    Attributes:
        method: HTTP method.
        path: Path and query, as sent.
        headers: By lower-case name.
        body: The body's bytes.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body's value."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete answer; its Content-Length is added."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, value: object, status: int = 200, **headers: str) -> "Reply":
        """An answer in JSON; an underscore in a header's name stands for a hyphen."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return cls(status, json.dumps(value).encode(), named)


@dataclass(frozen=True, slots=True)
class Raw:
    """These bytes as they are, whatever they are; then the connection is closed."""

    data: bytes


class Silence:
    """Never an answer; the connection stays open until the server is closed."""


DROP = Raw(b"")
"""The connection is closed without an answer."""

Answer = Reply | Raw | Silence
Script = Iterable[Answer] | Callable[[Request], Answer]

_OFF_SCRIPT = Reply(501, b"the script has no further answer")


class StubServer(ThreadingTCPServer):
    """Answers as scripted while its context is open, and records what it was asked.

    Args:
        script: The answers in their order, or a function that answers each request.

    Attributes:
        requests: What arrived, in its order; recorded before it is answered.
        body_bytes_sent: Bytes of bodies that the connections took.
    """

    allow_reuse_address = True
    request_queue_size = 128
    daemon_threads = False

    def __init__(self, script: Script = ()) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[Request] = []
        self.body_bytes_sent = 0
        self.closing = threading.Event()
        self._decide = script if callable(script) else _in_order(script)
        self._lock = threading.Lock()
        self._connections: list[socket.socket] = []
        self._loop = threading.Thread(target=self.serve_forever, args=(0.005,))

    @property
    def url(self) -> str:
        """Scheme, address and port."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def port(self) -> int:
        """The port that the system chose."""
        return int(self.server_address[1])

    def answer(self, request: Request) -> Answer:
        """Records a request and returns what is to be answered."""
        with self._lock:
            self.requests.append(request)
            return self._decide(request)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accepts a connection, and remembers it."""
        connection, address = super().get_request()
        self._connections.append(connection)
        return connection, address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Passes over a client that hangs up; everything else is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def __enter__(self) -> Self:
        self._loop.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.closing.set()
        self.shutdown()
        self._loop.join()
        for connection in self._connections:
            with suppress(OSError):  # closed already
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()


class StubTransport(httpx.AsyncBaseTransport):
    """Answers as scripted, and records, without a socket: for what replies mean.

    That takes a third of the time; what is no `Reply` takes a `StubServer`.

    Args:
        script: As for `StubServer`.

    Attributes:
        requests: What was sent, in its order.
    """

    def __init__(self, script: Script = ()) -> None:
        self.requests: list[Request] = []
        self._decide = script if callable(script) else _in_order(script)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Records a request and returns its answer."""
        path, body = request.url.raw_path.decode(), await request.aread()
        made = Request(request.method, path, dict(request.headers), body)
        self.requests.append(made)
        reply = self._decide(made)
        assert isinstance(reply, Reply)
        headers = {"Content-Length": str(len(reply.body)), **reply.headers}
        return httpx.Response(reply.status, headers=headers, stream=httpx.ByteStream(reply.body))


def _in_order(answers: Iterable[Answer]) -> Callable[[Request], Answer]:
    remaining = iter(answers)
    return lambda _: next(remaining, _OFF_SCRIPT)


class _Handler(BaseHTTPRequestHandler):
    server: StubServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _serve(self) -> None:
        request = Request(
            self.command,
            self.path,
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(int(self.headers.get("Content-Length", 0))),
        )
        match self.server.answer(request):
            case Reply() as reply:
                self._send(reply)
            case Raw(data):
                self.wfile.write(data)
                self.close_connection = True
            case Silence():
                self.server.closing.wait()
                self.close_connection = True

    do_GET = do_PATCH = do_PUT = do_POST = do_CONNECT = _serve  # noqa: N815 - names of the base class

    def _send(self, reply: Reply) -> None:
        self.send_response_only(reply.status)
        for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        for start in range(0, len(reply.body), _PIECE):
            piece = reply.body[start : start + _PIECE]
            self.wfile.write(piece)
            self.server.body_bytes_sent += len(piece)

    def log_message(self, format: str, *args: object) -> None:
        """Logs nothing."""
