"""The simulator behind a real socket on the loopback interface."""

import json
import socket
import ssl
import sys
from contextlib import suppress
from dataclasses import asdict
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from threading import Event, Thread
from typing import Self
from urllib.parse import parse_qs
from weakref import WeakSet

from zcbulk_tui.simulator import scopes
from zcbulk_tui.simulator.bodies import read_body
from zcbulk_tui.simulator.creator import Creator, answering
from zcbulk_tui.simulator.files import MAX_FILE_BYTES
from zcbulk_tui.simulator.jobs import PRODUCTION
from zcbulk_tui.simulator.messages import Request, Response


def describe_jobs(creator: Creator, base_url: str) -> list[dict[str, object]]:
    """Every job as it really stands, whatever its answers say; counts in records."""
    now = creator.timeline.now()
    return [
        {
            "id": job.id,
            "label": job.label,
            "form": job.address.form,
            "environment": job.address.environment,
            "state": job.state(now).name,
            "counts": asdict(job.counts(now)),
            "file": None if job.verdict is None else job.verdict.file.name,
            "uploads": job.uploads,
            "starts_and_aborts": job.carried_out,
            "url": base_url + job.path,
        }
        for job in list(creator.jobs.values())
    ]


def describe_log(creator: Creator) -> list[dict[str, object]]:
    """The request log, oldest entry first."""
    return [asdict(entry) for entry in creator.log.copy()]


def describe_records(creator: Creator, query: str) -> list[dict[str, object]]:
    """What the form in a query such as ``form=Leads&environment=stage`` holds."""
    asked = {name: values[0] for name, values in parse_qs(query).items()}
    found = creator.records(asked.get("form", ""), asked.get("environment", PRODUCTION))
    return [asdict(record) for record in found]


def describe_sign_ins(creator: Creator) -> list[dict[str, object]]:
    """The log of the accounts server, oldest entry first, calls by name."""
    return [
        {**asdict(entry), "call": entry.call.name if entry.call else None}
        for entry in creator.accounts.log.copy()
    ]


def grant_code(creator: Creator, query: str) -> Response:
    """A self client's code for the scopes in a query such as ``scope=A,B``, or for all of them."""
    asked = parse_qs(query).get("scope")
    try:
        code = creator.accounts.grant_code(scopes.ALL if asked is None else asked[0].split(","))
    except ValueError as error:
        return Response(HTTPStatus.BAD_REQUEST, f"{error}\n".encode())
    return Response(HTTPStatus.OK, f"{code}\n".encode())


HOST = "127.0.0.1"

MAX_BODY_BYTES = MAX_FILE_BYTES + 100_000
"""A file of the largest size, and what a multipart body has around it."""


class LoopbackServer:
    """An HTTP/1.1 server for a creator, with keep-alive, for as long as its ``with`` block lasts.

    Beside the API and the accounts server it answers ``GET /simulator/jobs``, ``/simulator/log``,
    ``/simulator/records?form=F`` (with ``&environment=E`` for another one than production),
    ``/simulator/sign-ins`` and ``/simulator/grant-code``, the "Generate Code" of a self client, for
    all scopes or for those of ``?scope=A,B``. They need no token, and are not counted or logged.
    """

    def __init__(self, creator: Creator, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        """Listens immediately, so that an ``OSError`` for a port in use comes from here.

        Args:
            creator: What to serve.
            port: 0 = any free one.
            tls: Of the server's side, with its certificate; None = plain HTTP.
        """
        self._listener = _Listener(creator, port, tls)
        self._thread = Thread(target=self._listener.serve_forever, args=(0.01,), daemon=True)

    @property
    def base_url(self) -> str:
        """``http://127.0.0.1:<port>``, over TLS with ``https``."""
        return self._listener.base_url

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop serving; answers not sent yet are dropped."""
        self._listener.closing.set()
        if self._thread.is_alive():
            self._listener.shutdown()
            self._thread.join()
        self._listener.server_close()


class _Listener(ThreadingTCPServer):
    allow_reuse_address = True
    request_queue_size = 64  # a burst of clients is refused by the limits, not by the socket

    def __init__(self, creator: Creator, port: int, tls: ssl.SSLContext | None) -> None:
        self.creator = creator
        self.scheme = "http" if tls is None else "https"
        self._tls = tls
        self.closing = Event()
        self._connections: WeakSet[socket.socket] = WeakSet()
        super().__init__((HOST, port), _Handler)
        self.base_url = f"{self.scheme}://{HOST}:{self.socket.getsockname()[1]}"

    def get_request(self) -> tuple[socket.socket, object]:
        connection, address = super().get_request()
        if self._tls is not None:
            # The handshake waits for the connection's own thread: here it would hold up others.
            connection = self._tls.wrap_socket(
                connection, server_side=True, do_handshake_on_connect=False
            )
        self._connections.add(connection)
        return connection, address

    def server_close(self) -> None:
        # The base class waits for its threads, which wait for the next call of their clients.
        for connection in list(self._connections):
            with suppress(OSError):
                # Not the method of a TLS socket, which would leave its thread without TLS.
                socket.socket.shutdown(connection, socket.SHUT_RD)
        super().server_close()

    def handle_error(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        # A client that went away, or did not like the certificate, is no error of the simulator.
        if not isinstance(sys.exception(), ConnectionError | ssl.SSLError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Listener
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave in one packet
    disable_nagle_algorithm = True

    def _serve(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            body = read_body(self.rfile, headers, MAX_BODY_BYTES)
        except ValueError:
            self.close_connection = True
            self.send_error(HTTPStatus.BAD_REQUEST)
            return
        creator = self.server.creator
        path, _, query = self.path.partition("?")
        if self.command == "GET" and path == "/simulator/jobs":
            self._send_json(describe_jobs(creator, self.server.base_url))
        elif self.command == "GET" and path == "/simulator/log":
            self._send_json(describe_log(creator))
        elif self.command == "GET" and path == "/simulator/records":
            self._send_json(describe_records(creator, query))
        elif self.command == "GET" and path == "/simulator/sign-ins":
            self._send_json(describe_sign_ins(creator))
        elif self.command == "GET" and path == "/simulator/grant-code":
            self._send(grant_code(creator, query))
        else:
            call = Request(
                self.command,
                path,
                headers,
                body.content,
                query,
                self.server.scheme,
                body.is_too_large,
            )
            if not body.is_whole:
                self.close_connection = True
                creator.lose(call)
                return
            with answering(creator, call) as response:
                self._act_out(response)

    # The base class dictates the names.
    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _serve  # noqa: N815

    def _act_out(self, response: Response) -> None:
        if self.server.closing.wait(response.delay) or response.lost:
            self.close_connection = True
        else:
            self._send(response.made())

    def _send_json(self, content: object) -> None:
        self._send(Response(HTTPStatus.OK, json.dumps(content).encode()))

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(response.body)))
        self.end_headers()
        for piece in response.pieces():
            if response.pause:
                self.wfile.flush()
                if self.server.closing.wait(response.pause):
                    self.close_connection = True
                    return
            self.wfile.write(piece)
        self.wfile.flush()
        if response.is_cut:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the creator keeps the log."""
