"""Ways in which a create, an upload or a start comes to grief, on a server that knows the truth."""

import asyncio
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise

from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.faults import ERRORS, INVENTED, Call
from zcbulk_tui.simulator.messages import Request, Response
from zcbulk_tui.simulator.schedule import Fault

_PATH = re.compile(r"/insert(?:/(\d+))?$")

STEPS = (Call.CREATE, Call.UPLOAD, Call.CONTROL)

NAMES = {Call.CREATE: "create", Call.UPLOAD: "upload", Call.CONTROL: "start"}

_ABSENT = 4.0
"""Seconds for which a server that cannot be reached stays away."""


class Where(Enum):
    """How far a call comes."""

    UNREACHED = "no connection"
    UNREAD = "cut before a byte was read"
    IN_BODY = "cut in the middle"
    ARRIVED = "cut after all of it"
    IN_ANSWER = "cut within the answer"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Cut:
    """What happens to the first call of a step.

    Attributes:
        step: Which.
        what: In words.
        where: How far it comes.
        carried_out: Whether the server does what is asked.
        answer: What comes instead of the true answer; None for that one.
        proves_nothing: Whether the client can know that nothing came of it.
        late: Simulated seconds after which its effect shows.
        holds: Whether the connection stays as it is then until the client goes.
    """

    step: Call
    what: str
    where: Where
    carried_out: bool = False
    answer: Response | None = None
    proves_nothing: bool = False
    late: float = 0.0
    holds: bool = False

    def __str__(self) -> str:
        return f"{NAMES[self.step]}: {self.what}"


def cuts(step: Call) -> Iterator[Cut]:
    """Yields all cuts of a step."""
    yield Cut(step, "nothing", Where.ANSWERED, carried_out=True)
    yield Cut(step, "no connection", Where.UNREACHED, proves_nothing=True)
    yield Cut(step, "cut before a byte was read", Where.UNREAD)
    yield Cut(step, "cut in the middle", Where.IN_BODY)
    yield Cut(step, "arrived, not carried out, cut", Where.ARRIVED)
    yield Cut(step, "carried out, cut", Where.ARRIVED, carried_out=True)
    yield Cut(step, "carried out 5 s late, cut", Where.ARRIVED, carried_out=True, late=5.0)
    yield Cut(step, "carried out 25 s late, cut", Where.ARRIVED, carried_out=True, late=25.0)
    yield Cut(step, "carried out, cut within the answer", Where.IN_ANSWER, carried_out=True)
    for did in (False, True):
        so = "carried out" if did else "not carried out"
        for status in (500, 502, 503, 504):
            page = Response(status, b"<title>No</title>", {"content-type": "text/html"})
            yield Cut(step, f"{status}, {so}", Where.ANSWERED, did, page)
        for status in (302, 307):
            away = Response(status, b"", {"location": "https://zoho.example.invalid/"})
            yield Cut(step, f"{status}, {so}", Where.ANSWERED, did, away)
        portal = Response(200, b"<title>Welcome</title>", {"content-type": "text/html"})
        yield Cut(step, f"a web page, {so}", Where.ANSWERED, did, portal)
    for key, row in {**ERRORS, **INVENTED}.items():
        if step in row.calls:
            yield Cut(step, key, Where.ANSWERED, answer=row.response(), proves_nothing=True)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A call that came.

    Attributes:
        at: When, in seconds of the time of day.
        carried_out: Whether the server did what it asks for.
        proves_nothing: Whether its answer proves that nothing happened.
    """

    at: float
    carried_out: bool
    proves_nothing: bool


@dataclass
class CuttingServer:
    """Zoho on a socket; the first call of one step comes to grief.

    Attributes:
        creator: What answers.
        cut: What happens.
        arrivals: The calls of each step that changes something, in their order.
        released: When the user let a step be sent again.
        held: Set when a call has come as far as it is held.
    """

    creator: Creator
    cut: Cut
    arrivals: dict[Call, list[Arrival]] = field(
        default_factory=lambda: {step: [] for step in STEPS}
    )
    released: list[float] = field(default_factory=list)
    held: asyncio.Event = field(default_factory=asyncio.Event)
    _port: int = 0
    _server: asyncio.Server | None = None
    _is_done: bool = False
    _absence: asyncio.Task[None] | None = None

    @property
    def base_url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Begins to listen; not yet, where the create is to find nobody."""
        await self._listen()
        self._go_away_before(Call.CREATE)

    async def stop(self) -> None:
        """Ends it."""
        if self._absence is not None:
            self._absence.cancel()
        if self._server is not None:
            self._server.close()

    def doubled(self) -> Iterator[str]:
        """Yields what was sent again without proof that it had come to nothing."""
        for step, arrivals in self.arrivals.items():
            for before, after in pairwise(arrivals):
                is_wanted = any(before.at <= at <= after.at for at in self.released)
                if not before.proves_nothing and not is_wanted:
                    yield f"{NAMES[step]} sent again {after.at - before.at:.1f} s later"

    def did(self, step: Call, since: float = 0.0, until: float = float("inf")) -> bool:
        """Whether a step was carried out by a call that came in a span of time."""
        return any(it.carried_out and since <= it.at <= until for it in self.arrivals[step])

    def came(self, step: Call, since: float = 0.0) -> bool:
        """Whether anything of a step has come since a moment."""
        return any(it.at >= since for it in self.arrivals[step])

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    def _go_away_before(self, step: Call) -> None:
        if self.cut.where is not Where.UNREACHED or self.cut.step is not step or self._is_done:
            return
        self._is_done = True
        if self._server is not None:
            self._server.close()

        async def come_back() -> None:
            await asyncio.sleep(_ABSENT)
            await self._listen()

        self._absence = asyncio.create_task(come_back())

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._answer(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        is_first = self.cut.step is Call.CREATE and not self.arrivals[Call.CREATE]
        if is_first and self.cut.where is Where.UNREAD:
            self._note(Call.CREATE, carried_out=False)
            return
        head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii", "replace")
        method, target, _ = head.split(" ", 2)
        path, _, query = target.partition("?")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head.splitlines()[1:])
        }
        length = int(headers.get("content-length", "0"))
        step = _step(method, path, query)
        cut = self.cut if step is self.cut.step and not self.arrivals[step] else None
        if cut is not None and cut.where in (Where.UNREAD, Where.IN_BODY):
            if cut.where is Where.IN_BODY:
                await reader.readexactly(length // 2)
            self._note(cut.step, carried_out=False)
            await self._hold(cut, reader)
            return
        body = await reader.readexactly(length)
        request = Request(method, path, headers, body, query)
        answer = await self._handle(request, step, cut)
        if cut is not None and cut.where is Where.ARRIVED:
            await self._hold(cut, reader)
            return
        whole = _written(answer)
        writer.write(whole[:-7] if cut is not None and cut.where is Where.IN_ANSWER else whole)
        with suppress(ConnectionError):
            await writer.drain()
        if step is Call.CREATE:
            self._go_away_before(Call.UPLOAD)
        elif step is Call.UPLOAD:
            self._go_away_before(Call.CONTROL)

    async def _hold(self, cut: Cut, reader: asyncio.StreamReader) -> None:
        if cut.holds:
            self.held.set()
            while await reader.read(65_536):
                pass

    async def _handle(self, request: Request, step: Call, cut: Cut | None) -> Response:
        if cut is not None and not cut.carried_out:
            self._note(step, carried_out=False, proves_nothing=cut.proves_nothing)
            return cut.answer or Response(204)
        if cut is not None and cut.late:
            self.creator.inject(Fault(late=cut.late, calls=frozenset({step}), times=1))
        answer = (await asyncio.to_thread(self.creator.handle, request)).made()
        if step in STEPS:
            did = answer.code == 3000
            self._note(step, carried_out=did, proves_nothing=not did)
        return answer if cut is None or cut.answer is None else cut.answer

    def _note(self, step: Call, *, carried_out: bool, proves_nothing: bool = False) -> None:
        self.arrivals[step].append(Arrival(time.time(), carried_out, proves_nothing))


def _step(method: str, path: str, query: str) -> Call:
    if method == "GET":
        return Call.STATUS
    match = _PATH.search(path)
    if match is None or match[1]:
        return Call.CONTROL
    return Call.UPLOAD if "job_id=" in query else Call.CREATE


def _written(answer: Response) -> bytes:
    headers = {**answer.headers, "content-length": len(answer.body), "connection": "close"}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {answer.status} Said\r\n{lines}\r\n".encode() + answer.body
