"""A monitor on a stage: scripted answers, virtual time, and a record of all that happens."""

import asyncio
import contextlib
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from tests.support.contexts import PROFILE, make_context
from tests.support.databases import memory_database
from tests.support.jobs import NOW, watched
from tests.support.virtual_time import virtual_now
from zcbulk_tui.domain.budget import Cause, DayCalls, Pace, QuotaPlan, Reason, Spent
from zcbulk_tui.domain.call_limits import Slot
from zcbulk_tui.domain.contract import UNKNOWN, Contract
from zcbulk_tui.domain.job import Action, Counts, JobReading, JobRef, JobState, WatchedJob
from zcbulk_tui.domain.outlook import UNREAD, Outlook
from zcbulk_tui.domain.planner import Terms
from zcbulk_tui.domain.snapshot import JobSnapshot, ServiceSnapshot
from zcbulk_tui.errors import Answer as Reply
from zcbulk_tui.errors import UnreachableError, ZcbulkError
from zcbulk_tui.monitor.events import Event, JobChanged, ServiceChanged
from zcbulk_tui.monitor.monitor import Monitor
from zcbulk_tui.monitor.plan import Rule
from zcbulk_tui.monitor.quota_tracker import QuotaTracker
from zcbulk_tui.store.archive import Archive
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.quota import CallLedger
from zcbulk_tui.store.watch_list import WatchList

AMPLE = QuotaPlan(daily_calls=1_000_000, share=1, reserve=20, zone=UTC)
"""A day whose calls nothing here uses up."""

Answer = JobState | ZcbulkError
_Kind = TypeVar("_Kind")


def by_state(ahead: Outlook, _: Terms) -> tuple[float, Reason]:
    """Asks at once for what was not read, for waiting jobs after 100 s, for others after 10 s."""
    if ahead is UNREAD:
        return 0.0, Reason.UNREAD
    return (10.0, Reason.ANY_TIME) if ahead.runs else (100.0, Reason.UNMOVED)


class Clock:
    """The time of day in virtual time, which can be set.

    Args:
        begin: What it shows when virtual time begins.
    """

    def __init__(self, begin: datetime = NOW) -> None:
        self._begin = begin
        self._slept = 0.0

    def __call__(self) -> datetime:
        return self._begin + timedelta(seconds=asyncio.get_running_loop().time())

    def jump(self, seconds: float) -> None:
        """Sets it forward or backward; to who has no other clock, forward looks like sleep."""
        self._begin += timedelta(seconds=seconds)

    def elapsed(self) -> float:
        """What a clock shows that nobody can set, and that goes on in sleep."""
        return asyncio.get_running_loop().time() + self._slept

    def sleep(self, seconds: float) -> None:
        """Lets the machine sleep, while the loop's time stands still."""
        self._begin += timedelta(seconds=seconds)
        self._slept += seconds


class Ledger(CallLedger):
    """Remembers what each call of each day was made for."""

    def __init__(self) -> None:
        super().__init__(memory_database(), PROFILE)
        self.counted: Counter[tuple[date, Cause]] = Counter()
        self._polls: Counter[tuple[date, int]] = Counter()
        self._begun_anew: Counter[date] = Counter()

    def count(self, date: date, cause: Cause, calls: int = 1) -> DayCalls:
        self.counted[date, cause] += calls
        if cause in (Cause.PLAN, Cause.KEY):
            self._polls[date, self._begun_anew[date]] += calls
        return super().count(date, cause, calls)

    def begin_anew(self, date: date) -> None:
        self._begun_anew[date] += 1
        super().begin_anew(date)

    def polls(self) -> dict[date, int]:
        """The polls of each date."""
        polls: Counter[date] = Counter()
        for (day, _), calls in self._polls.items():
            polls[day] += calls
        return dict(polls)

    def most_polls(self) -> int:
        """The polls of the day with the most; of two days with one date, each by itself."""
        return max(self._polls.values(), default=0)


@dataclass(frozen=True)
class Call:
    """A call that reached the server."""

    at: float
    job_id: str
    action: Action | None = None


class ScriptedApi:
    """Answers statuses and commands from scripts; the last status of a script holds on.

    Attributes:
        lasts: Seconds that each job takes, from the beginning of virtual time, steadily; it is
            completed then. Without it a job moves with each status, and ends as scripted.
        no_token: Why no call can be signed; None while they can be.
        looks: When it was asked whether they can.
        not_sent: Calls of which nothing was sent.
    """

    def __init__(self, latency: float = 0.1, now: Callable[[], datetime] = virtual_now) -> None:
        self.latency = latency
        self.now = now
        self.lasts: dict[str, float] = {}
        self.calls: list[Call] = []
        self.statuses: dict[str, deque[Answer]] = {}
        self.commands: deque[str | ZcbulkError] = deque()
        self.down_until = 0.0
        self.no_token: ZcbulkError | None = None
        self.looks: list[float] = []
        self.most_at_once = 0
        self.most_for_one_job = 0
        self.not_sent = 0
        self._open: Counter[str] = Counter()
        self.done = 0

    def script(self, job_id: str, *answers: Answer) -> None:
        self.statuses[job_id] = deque(answers)

    async def sign_in(self) -> None:
        self.looks.append(asyncio.get_running_loop().time())
        if self.no_token:
            raise self.no_token

    async def status(self, ref: JobRef, slot: Slot) -> JobReading:
        async with slot("GET status") as call:
            try:
                reading = await self._status(ref)
            except UnreachableError:
                self.not_sent += 1
                raise
            call(reading.answer)
            return reading

    async def _status(self, ref: JobRef) -> JobReading:
        async with self._call(ref, None):
            answers = self.statuses.get(ref.job_id) or deque([JobState.IN_PROGRESS])
            answer = answers[0] if len(answers) == 1 else answers.popleft()
        if asyncio.get_running_loop().time() < self.down_until:
            raise UnreachableError("down")
        if isinstance(answer, ZcbulkError):
            raise answer
        if ref.job_id in self.lasts:
            return self._steady(self.lasts[ref.job_id])
        self.done += 100
        return JobReading(answer, answer.value, Counts(1_000_000, self.done, 0), self.now())

    def _steady(self, lasts: float) -> JobReading:
        done = min(asyncio.get_running_loop().time() / lasts, 1.0)
        state = JobState.COMPLETED if done == 1 else JobState.IN_PROGRESS
        return JobReading(state, state.value, Counts(100_000, int(done * 100_000), 0), self.now())

    async def control(self, ref: JobRef, action: Action, slot: Slot) -> Reply:
        await self.sign_in()
        async with slot(f"PATCH {action.value}") as tell, self._call(ref, action):
            answer = self.commands.popleft()
            if isinstance(answer, ZcbulkError):
                raise answer
            said = Reply(200, 3000, answer)
            tell(said)
            return said

    @asynccontextmanager
    async def _call(self, ref: JobRef, action: Action | None) -> AsyncIterator[None]:
        self.calls.append(Call(asyncio.get_running_loop().time(), ref.job_id, action))
        self._open[ref.job_id] += 1
        self.most_at_once = max(self.most_at_once, self._open.total())
        self.most_for_one_job = max(self.most_for_one_job, self._open[ref.job_id])
        await asyncio.sleep(self.latency)
        self._open[ref.job_id] -= 1
        yield

    def times(self, job_id: str = "1") -> list[float]:
        """When the status of a job was asked for, in seconds rounded to tenths."""
        return [
            round(call.at, 1) for call in self.calls if call.job_id == job_id and not call.action
        ]

    def sent(self, action: Action) -> int:
        """How often a command was sent."""
        return sum(call.action is action for call in self.calls)


class Stage:
    """The monitor, what it talks to, what it spends, and what it said.

    A window that does not show the list has its jobs polled for as long as it is open.
    """

    def __init__(
        self,
        jobs: Iterable[WatchedJob] = (),
        *,
        api: ScriptedApi | None = None,
        quota_plan: QuotaPlan = AMPLE,
        pace: Pace = Pace.BALANCED,
        frugal_unfocused: bool = True,
        ledger: CallLedger | None = None,
        rule: Rule = by_state,
        read_only: bool = False,
        is_signed_in: Callable[[], bool] = lambda: True,
        database: Database | None = None,
        name: str = "pts/1",
        shows_list: bool = True,
        yields: bool = False,
        now: Callable[[], datetime] = virtual_now,
        elapsed: Callable[[], float] | None = None,
        luck: Callable[[], float] = lambda: 1.0,
        contract: Callable[[str], Contract] = lambda _: UNKNOWN,
    ) -> None:
        self.api = api or ScriptedApi(now=now)
        self.events: list[Event] = []
        self.database = database or memory_database()
        self.context = make_context(
            self.database,
            name=name,
            shows_list=shows_list,
            yields=yields,
            clock=lambda: asyncio.get_running_loop().time(),
        )._replace(contract=contract)
        self.list = WatchList(self.database, PROFILE)
        self.archive = Archive(self.database, PROFILE)
        self.ledger = Ledger()
        self.quota = QuotaTracker(
            ledger or self.ledger,
            quota_plan,
            pace=pace,
            frugal_unfocused=frugal_unfocused,
            now=now,
            elapsed=elapsed,
        )
        self.monitor = Monitor(
            self.api,
            self,
            self.context,
            self.quota,
            rule=rule,
            read_only=read_only,
            is_signed_in=is_signed_in,
            now=now,
            elapsed=elapsed,
            luck=luck,
        )
        if shows_list:
            self.list.add_all(jobs)
        else:
            for job in jobs:
                self.context.memory.add(job)
        self.monitor.watch(self.context.memory.recall())
        self.events.clear()

    def publish(self, event: Event) -> None:
        self.events.append(event)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Stage"]:
        task = asyncio.create_task(self.monitor.run())
        try:
            yield self
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def all(self, kind: type[_Kind]) -> list[_Kind]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def job(self) -> JobSnapshot:
        """The newest snapshot."""
        return self.all(JobChanged)[-1].snapshot

    @property
    def service(self) -> ServiceSnapshot:
        return self.all(ServiceChanged)[-1].service

    @property
    def spent(self) -> Spent:
        """How today's calls stand, as last told."""
        spent = self.service.spent
        assert spent is not None
        return spent

    def counted(self, cause: Cause) -> int:
        """Calls that were made for `cause`, on whatever day."""
        return sum(calls for (_, why), calls in self.ledger.counted.items() if why is cause)


def jobs(count: int) -> list[WatchedJob]:
    """Jobs with the ids 1, 2, 3 and so on."""
    return [watched(str(number), f"Job {number}") for number in range(1, count + 1)]
