"""The way to the simulator in a night: it takes time, fails at times, and keeps what it carried."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar
from urllib.parse import parse_qs

import httpx
from pydantic import SecretStr

from zcbulk_tui.errors import SignedOutError, SignInError
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.physics import Counts, State
from zcbulk_tui.simulator.transport import InProcessTransport

T = TypeVar("T")

TOKEN = "1000.of.a.night"

FINAL = frozenset(State) - {State.WAITING, State.READY, State.RUNNING}


class Trouble(Enum):
    """What fails for a span."""

    NETWORK = "no network"
    SIGN_IN = "no sign-in"
    DISK = "disk full"


@dataclass(frozen=True)
class Span:
    """A span in which something fails.

    Attributes:
        trouble: What.
        begin: In seconds of the loop.
        end: Until then.
    """

    trouble: Trouble
    begin: float
    end: float


class End(Enum):
    """What became of a call."""

    OPEN = "open"
    ANSWERED = "answered"
    LOST = "no answer"
    REFUSED = "no connection"
    CUT = "cut by a kill"


@dataclass
class Sent:
    """A call, as the network has seen it.

    Attributes:
        began: When it was made, in seconds of the loop.
        window: Whose it was.
        kind: Create, upload, start, abort, status or result.
        form: The form that it is about.
        job_id: The job; empty of a create call.
        end: What became of it.
        ended: When.
        status: The HTTP status of the answer; 0 without one.
        truth: State and counts of the job when a status call arrived, in the simulator.
    """

    began: float
    window: str
    kind: str
    form: str
    job_id: str
    end: End = End.OPEN
    ended: float = 0.0
    status: int = 0
    truth: tuple[State, Counts] | None = None


class Net:
    """The network between all windows and the simulator.

    Args:
        creator: The simulator.
        chance: For what is left to chance.
        spans: When something fails.

    Attributes:
        sent: Every call, the oldest first.
        on_sent: Called with each call as it is made.
    """

    def __init__(self, creator: Creator, chance: random.Random, spans: list[Span]) -> None:
        self.creator = creator
        self.chance = chance
        self.spans = spans
        self.sent: list[Sent] = []
        self.on_sent: Callable[[Sent], None] = lambda _: None

    def fails(self, trouble: Trouble) -> bool:
        """Whether something fails now."""
        now = loop_time()
        return any(it.trouble is trouble and it.begin <= now < it.end for it in self.spans)


class Wire(InProcessTransport):
    """The way of one window.

    Args:
        net: What all of them share.
        window: Its name.
    """

    def __init__(self, net: Net, window: str) -> None:
        super().__init__(net.creator)
        self._net = net
        self._window = window

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carries a call. One that is on its way arrives, also where its window is killed then."""
        body = await request.aread()
        sent = _told(request, body, self._window)
        self._net.sent.append(sent)
        self._net.on_sent(sent)
        if self._net.fails(Trouble.NETWORK):
            await self._waited(sent, asyncio.sleep(self._net.chance.uniform(0.0, 4.0)))
            _end(sent, End.REFUSED)
            raise httpx.ConnectError("No route to host", request=request)
        try:
            answer = await self._waited(sent, self._deliver(request, sent))
        except httpx.TransportError:
            _end(sent, End.LOST)
            raise
        sent.status = answer.status_code
        _end(sent, End.ANSWERED)
        return answer

    async def _waited(self, sent: Sent, work: Coroutine[Any, Any, T]) -> T:
        task = asyncio.create_task(work)
        task.add_done_callback(_looked_at)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            _end(sent, End.CUT)
            raise

    async def _deliver(self, request: httpx.Request, sent: Sent) -> httpx.Response:
        chance = self._net.chance
        await asyncio.sleep(chance.uniform(1.0, 15.0) if sent.kind == "upload" else chance.random())
        if self._net.fails(Trouble.NETWORK):
            raise httpx.ReadError("Connection reset by peer", request=request)
        job = self._net.creator.jobs.get(sent.job_id)
        if job is not None:
            now = self._net.creator.timeline.now()
            sent.truth = job.state(now), job.counts(now)
        answer = await super().handle_async_request(request)
        await answer.aread()
        await asyncio.sleep(chance.random())
        if self._net.fails(Trouble.NETWORK):
            raise httpx.ReadError("Connection reset by peer", request=request)
        return answer


class Token:
    """The sign-in of one window.

    Args:
        net: Says when there is none.

    Attributes:
        refused: When it could not sign a call, in seconds of the loop.
    """

    def __init__(self, net: Net) -> None:
        self._net = net
        self.refused: list[float] = []

    async def token(self) -> SecretStr:
        """Returns the token, unless there is none now."""
        if self._net.fails(Trouble.SIGN_IN):
            self.refused.append(loop_time())
            raise SignedOutError("The sign-in was revoked")
        return SecretStr(TOKEN)

    async def renew(self, _: SecretStr, refusal: SignInError) -> SecretStr:
        """Raises that there is no other."""
        raise self.give_up(refusal)

    def give_up(self, refusal: SignInError) -> SignedOutError:
        """Returns what the user is told."""
        return SignedOutError(refusal.title)


def loop_time() -> float:
    """Seconds of the loop."""
    return asyncio.get_running_loop().time()


def _told(request: httpx.Request, body: bytes, window: str) -> Sent:
    parts = request.url.path.split("/")
    form = parts[parts.index("form") + 1] if "form" in parts else ""
    after = parts[parts.index("insert") + 1 :] if "insert" in parts else []
    job_id = after[0] if after else ""
    if request.method == "GET":
        kind = "result" if after[1:] == ["result"] else "status"
    elif job_id:
        kind = "start" if b"start" in body else "abort"
    else:
        query = request.url.query.decode()
        job_id = parse_qs(query).get("job_id", [""])[0]
        kind = "upload" if job_id else "create"
    return Sent(loop_time(), window, kind, form, job_id)


def _end(sent: Sent, end: End) -> None:
    sent.end, sent.ended = end, loop_time()


def _looked_at(task: "asyncio.Task[Any]") -> None:
    """Takes the outcome of a call that nobody waits for any more."""
    with suppress(asyncio.CancelledError):
        task.exception()
