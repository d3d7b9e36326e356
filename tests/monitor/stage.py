"""A monitor on a stage: scripted answers, virtual time, and a record of all that happens."""

import asyncio
import contextlib
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from tests.support.jobs import watched
from tests.support.virtual_time import virtual_now
from zcbulk_tui.domain.job import Action, Counts, JobReading, JobRef, JobState, WatchedJob
from zcbulk_tui.domain.planner import Intervals
from zcbulk_tui.domain.snapshot import JobSnapshot, ServiceSnapshot
from zcbulk_tui.errors import UnreachableError, ZcbulkError
from zcbulk_tui.monitor.monitor import Monitor
from zcbulk_tui.monitor.ports import (
    CommandEnded,
    Event,
    JobChanged,
    JobRemoved,
    ServiceChanged,
    Slot,
)

Answer = JobState | ZcbulkError
_Kind = TypeVar("_Kind", JobChanged, JobRemoved, ServiceChanged, CommandEnded)


@dataclass(frozen=True)
class Call:
    """A call that reached the server."""

    at: float
    job_id: str
    action: Action | None = None


class ScriptedApi:
    """Answers statuses and commands from scripts; the last status of a script holds on."""

    def __init__(self, latency: float = 0.1) -> None:
        self.latency = latency
        self.calls: list[Call] = []
        self.statuses: dict[str, deque[Answer]] = {}
        self.commands: deque[str | ZcbulkError] = deque()
        self.down_until = 0.0
        self.most_at_once = 0
        self.most_for_one_job = 0
        self._open: Counter[str] = Counter()
        self.done = 0

    def script(self, job_id: str, *answers: Answer) -> None:
        self.statuses[job_id] = deque(answers)

    async def status(self, ref: JobRef) -> JobReading:
        async with self._call(ref, None):
            answers = self.statuses.get(ref.job_id) or deque([JobState.IN_PROGRESS])
            answer = answers[0] if len(answers) == 1 else answers.popleft()
        if asyncio.get_running_loop().time() < self.down_until:
            raise UnreachableError("down")
        if isinstance(answer, ZcbulkError):
            raise answer
        self.done += 100
        return JobReading(answer, answer.value, Counts(1_000_000, self.done, 0), virtual_now())

    async def control(self, ref: JobRef, action: Action, slot: Slot) -> str:
        async with slot(), self._call(ref, action):
            answer = self.commands.popleft()
        if isinstance(answer, ZcbulkError):
            raise answer
        return answer

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


class ListKeeper:
    """A watch list that remembers, and can fail."""

    def __init__(self) -> None:
        self.jobs: list[WatchedJob] = []
        self.error: ZcbulkError | None = None

    def add(self, job: WatchedJob) -> None:
        if self.error:
            raise self.error
        self.jobs.append(job)

    def remove(self, ref: JobRef) -> None:
        if self.error:
            raise self.error
        self.jobs = [job for job in self.jobs if job.ref != ref]


class Stage:
    """The monitor, what it talks to, and what it said."""

    def __init__(
        self,
        jobs: Iterable[WatchedJob] = (),
        *,
        api: ScriptedApi | None = None,
        read_only: bool = False,
        luck: Callable[[], float] = lambda: 1.0,
    ) -> None:
        self.api = api or ScriptedApi()
        self.events: list[Event] = []
        self.list = ListKeeper()
        self.monitor = Monitor(
            self.api,
            self,
            self.list,
            intervals=Intervals(in_progress=10, waiting=100, unknown=50),
            read_only=read_only,
            now=virtual_now,
            luck=luck,
        )
        self.monitor.watch(jobs)

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


def jobs(count: int) -> list[WatchedJob]:
    """Jobs with the ids 1, 2, 3 and so on."""
    return [watched(str(number), f"Job {number}") for number in range(1, count + 1)]
