"""Ways in which a call comes to grief on its way, with what the server did in truth."""

import asyncio
import random
import re
from collections import defaultdict
from collections.abc import Sequence
from enum import Enum

import httpx

from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.transport import InProcessTransport

_ON_ITS_WAY = 30.0
"""Seconds within which a command reaches the server, if it does."""

ELSEWHERE = (
    b"HTTP/1.1 302 Found\r\nLocation: https://zoho.example.invalid/\r\nContent-Length: 0\r\n\r\n"
)
BROKEN = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"

_JOB = re.compile(rb"/insert/(\d+)")


class Cut(Enum):
    """What happens to a call; the second value is whether the server gets it."""

    NONE = ("nothing", True)
    UNREACHED = ("no connection", False)
    BEFORE = ("cut before it was read", False)
    AFTER = ("cut before the answer", True)
    WITHIN = ("cut within the answer", True)
    REDIRECT = ("a redirect instead", False)
    REDIRECT_AFTER = ("a redirect after it was carried out", True)
    BROKEN = ("502 instead", False)
    BROKEN_AFTER = ("502 after it was carried out", True)

    @property
    def arrives(self) -> bool:
        """Whether the server gets the call."""
        return self.value[1]


class Truth:
    """Which control calls the server carried out, by job, in their order, and when.

    Args:
        creator: The server.
        cuts: What happens to each control call; chosen anew for each.
        trouble: Share of the status calls that come to grief.
        seed: For what is left to chance.
    """

    def __init__(self, creator: Creator, cuts: Sequence[Cut], *, trouble: float, seed: int) -> None:
        self.creator = creator
        self.attempts: dict[str, list[bool]] = defaultdict(list)
        self.times: dict[str, list[float]] = defaultdict(list)
        self.met: dict[Cut, int] = defaultdict(int)
        self._cuts = cuts
        self._trouble = trouble
        self._random = random.Random(seed)
        self._before: dict[str, int] = {}

    def cut(self, method: str, job: str) -> Cut:
        """Chooses what happens to a call, which ends with `done`."""
        if method == "GET":
            return self._random.choice(self._cuts) if self._chance() else Cut.NONE
        cut = self._random.choice(self._cuts)
        self.met[cut] += 1
        self._before[job] = self.creator.jobs[job].carried_out
        return cut

    def done(self, method: str, job: str) -> None:
        """Takes that a call is over; notes what it did."""
        if method != "GET":
            did = self.creator.jobs[job].carried_out - self._before[job]
            self.attempts[job].append(bool(did))
            self.times[job].append(self.creator.timeline.now())

    def of(self, job: str, sent_at: float) -> bool:
        """Whether the command that was sent at a moment, in the server's time, was carried out."""
        for at, did in zip(self.times[job], self.attempts[job], strict=True):
            if sent_at - 0.01 <= at <= sent_at + _ON_ITS_WAY:
                return did
        return False

    def _chance(self) -> bool:
        return self._random.random() < self._trouble


class CuttingTransport(httpx.AsyncBaseTransport):
    """The simulator without a socket, with calls that come to grief."""

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self._inner = InProcessTransport(truth.creator)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        job = request.url.path.rpartition("/")[2]
        cut = self._truth.cut(request.method, job)
        try:
            response = await self._inner.handle_async_request(request) if cut.arrives else None
        finally:
            self._truth.done(request.method, job)
        await asyncio.sleep(0.05)
        match cut:
            case Cut.UNREACHED:
                raise httpx.ConnectError("refused", request=request)
            case Cut.BEFORE | Cut.AFTER:
                raise httpx.ReadError("cut", request=request)
            case Cut.WITHIN:
                raise httpx.RemoteProtocolError("cut within the body", request=request)
            case Cut.REDIRECT | Cut.REDIRECT_AFTER:
                away = {"Location": "https://zoho.example.invalid/"}
                return httpx.Response(302, headers=away, request=request)
            case Cut.BROKEN | Cut.BROKEN_AFTER:
                return httpx.Response(502, request=request)
        assert response is not None
        return response


class CuttingProxy:
    """Stands between processes and a server on loopback; calls come to grief on it.

    Args:
        truth: What happens to them.
        port: Of the server.
    """

    def __init__(self, truth: Truth, port: int) -> None:
        self._truth = truth
        self._port = port

    async def serve(self) -> tuple[asyncio.Server, str]:
        """Begins to serve; returns the server and its base URL."""
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        return server, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: (\d+)", head)
            body = await reader.readexactly(int(length[1])) if length else b""
            method, found = head.partition(b" ")[0].decode(), _JOB.search(head)
            job = found[1].decode() if found else ""
            cut = self._truth.cut(method, job)
            answer = await self._forward(head + body) if cut.arrives else b""
            self._truth.done(method, job)
            match cut:
                case Cut.NONE:
                    writer.write(answer)
                case Cut.WITHIN:
                    writer.write(answer[: len(answer) - 7])
                case Cut.REDIRECT | Cut.REDIRECT_AFTER:
                    writer.write(ELSEWHERE)
                case Cut.BROKEN | Cut.BROKEN_AFTER:
                    writer.write(BROKEN)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _forward(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        answer = head + await reader.readexactly(int(length[1]) if length else 0)
        writer.close()
        return answer
