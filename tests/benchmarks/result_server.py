"""Zoho on a socket with one job that has ended, whose results are held where they are to be."""

import asyncio
import io
import socket
import time
import zipfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import Enum
from functools import cache

from tests.benchmarks import cuts
from zcbulk_tui.simulator.clock import Timeline
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.fields import FORMS
from zcbulk_tui.simulator.jobs import APP, OWNER, Address, Job
from zcbulk_tui.simulator.limits import Limits
from zcbulk_tui.simulator.messages import Request
from zcbulk_tui.simulator.physics import Failures, Run, Workload

JOB_ID = "3888833000000200001"

LEFT = 400
"""Records that were not reached."""

KINDS = ("failure", "unprocessed")


class Hold(Enum):
    """How far the answer to a call comes."""

    ARRIVED = "not at all"
    HALF = "half of the file"
    LAST = "all bytes of the file, and not the end of the answer"


class ResultServer:
    """Zoho on a socket, with one job that has failed; the first call of a result may be held.

    Args:
        failed: Its failed records.
        hold: How far the answer to the first call comes.
        held: Which result that is.

    Attributes:
        calls: How many calls came for each result.
        is_held: Set when one is held.
    """

    def __init__(self, failed: int, hold: Hold | None, held: str) -> None:
        self.calls: Counter[str] = Counter()
        self.all_calls = 0
        self.is_held = asyncio.Event()
        self.hold = hold
        self._held = held
        self._files = files(failed)
        self.creator = _account(failed)
        self._server: asyncio.Server | None = None
        self._port = 0

    @property
    def base_url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def url(self) -> str:
        """Of the job."""
        return self.base_url + self.creator.jobs[JOB_ID].path

    async def start(self) -> None:
        """Begins to listen, where it did before."""
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Ends it."""
        if self._server is not None:
            self._server.close()

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        """Nobody takes a connection within the context."""
        self.stop()
        with socket.create_server(("127.0.0.1", self._port), backlog=0) as full:
            others = [socket.socket() for _ in range(4)]
            for other in others:
                other.setblocking(False)
                other.connect_ex(full.getsockname())
            try:
                yield
            finally:
                for other in others:
                    other.close()
        await self.start()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._answer(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii", "replace")
        method, target, _ = head.split(" ", 2)
        path, _, query = target.partition("?")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head.splitlines()[1:])
        }
        self.all_calls += 1
        answer = self.creator.handle(Request(method, path, headers, b"", query))
        kind = query.partition("filter=")[2]
        is_file = path.endswith("/result") and answer.status == 200
        body = self._files[kind] if is_file else answer.made().body
        lines = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
        start = f"HTTP/1.1 {answer.status} Said\r\n{lines}connection: close\r\n"
        hold = None
        if path.endswith("/result"):
            self.calls[kind] += 1
            if kind == self._held:
                hold, self.hold = self.hold, None
        if hold is None:
            writer.write(f"{start}content-length: {len(body)}\r\n\r\n".encode() + body)
            await writer.drain()
            return
        if hold is Hold.HALF:
            writer.write(f"{start}content-length: {len(body)}\r\n\r\n".encode())
            writer.write(body[: len(body) // 2])
        elif hold is Hold.LAST:
            writer.write(f"{start}transfer-encoding: chunked\r\n\r\n{len(body):x}\r\n".encode())
            writer.write(body + b"\r\n")
        await writer.drain()
        await asyncio.sleep(0.5)  # until it has been read; nothing says so
        self.is_held.set()
        while await reader.read(65_536):
            pass


@cache
def files(failed: int) -> dict[str, bytes]:
    """The ZIP of each result."""
    creator = _account(failed)
    path = creator.jobs[JOB_ID].path
    headers = {"authorization": f"Zoho-oauthtoken {cuts.TOKENS[0]}", "accept": "*/*"}
    return {
        kind: creator.handle(Request("GET", f"{path}/result", headers, b"", f"filter={kind}"))
        .made()
        .body
        for kind in KINDS
    }


def _account(failed: int) -> Creator:
    timeline = Timeline(time.time)
    return Creator(
        [ended(failed, timeline.now())],
        timeline,
        token=cuts.TOKENS[0],
        limits=Limits(concurrent=10**6, per_minute=10**9),
        forms=[FORMS[cuts.FORM]],
    )


def ended(failed: int, now: float) -> Job:
    """A job that broke off, with records that failed and others that it had not reached."""
    batches = -(-failed // 100)
    by_batch = {batch: min(100, failed - 100 * (batch - 1)) for batch in range(1, batches + 1)}
    records = 200 * batches + LEFT
    workload = Workload(records, 10_000.0, breaks_after=(batches + 0.5) * 200 / records)
    run = Run(workload, "killed", Failures(by_batch, []))
    start = now - 3600.0 - run.duration
    address = Address(OWNER, APP, cuts.FORM)
    return Job(JOB_ID, "killed", address, start - 60.0, run=run, started_at=start)


@cache
def unpacked(packed: bytes) -> bytes:
    """The CSV in a ZIP."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return archive.read(archive.namelist()[0])
