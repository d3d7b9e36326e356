"""The demo on a stage: simulated jobs, and a clock that stands still until it is told to go on."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from unittest.mock import patch

from textual.pilot import Pilot

from tests.tui.picture import text_on
from zcbulk_tui.cli import simulated
from zcbulk_tui.domain.job import Action, JobRef, JobState
from zcbulk_tui.domain.snapshot import JobKey, JobSnapshot
from zcbulk_tui.monitor.alerts import Alerts
from zcbulk_tui.monitor.call_limiter import Priority
from zcbulk_tui.monitor.clock import Moved
from zcbulk_tui.monitor.events import Sink
from zcbulk_tui.monitor.monitor import Monitor
from zcbulk_tui.monitor.parts import Alone
from zcbulk_tui.monitor.polled_job import PolledJob
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.physics import State
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.tui.app import DashboardApp, Preferences
from zcbulk_tui.tui.connection import Connection
from zcbulk_tui.tui.profile_spec import ProfileSpec
from zcbulk_tui.tui.screens import watch_view
from zcbulk_tui.tui.screens.watch import WatchScreen
from zcbulk_tui.tui.terminal import key_order

BEGIN = datetime(2026, 3, 11, 10, 30, tzinfo=UTC)
_DEADLINE = 60.0

_AS_LONG_AS_IT_TAKES = 3600.0
"""Seconds for which a toast stays: on a busy machine five are soon over."""

_LOOK = 0.01
"""Seconds between two looks at whether something has come true."""


class Stage:
    """A dashboard over a simulated Creator, driven by hand.

    After the first poll of each job only keys poll, and nothing alerts: both go by real time,
    which does not stand still.

    Attributes:
        app: The dashboard.
        creator: What it talks to.
        spec: The profile that is shown.
        pilot: Presses the keys.
    """

    def __init__(
        self, scenario: str = "demo", *, read_only: bool = False, ascii_only: bool = False
    ) -> None:
        self._time = BEGIN.timestamp()
        self.creator: Creator = build(scenario, clock=lambda: self._time)
        connect = partial(simulated.connect, self.creator, read_only=read_only, now=self.now)
        spec = ProfileSpec(connect, "DEMO", read_only=read_only, is_real=False)
        self.spec = without_a_plan(spec)
        preferences = Preferences(ascii_only=ascii_only)
        self.app = DashboardApp(self.spec, preferences=preferences, now=self.now)
        self.pilot: Pilot[None]

    def now(self) -> datetime:
        """The time of day on stage."""
        return datetime.fromtimestamp(self._time, UTC)

    @property
    def screen(self) -> WatchScreen:
        """The screen under all dialogs."""
        screen = self.app.screen_stack[0]
        assert isinstance(screen, WatchScreen)
        return screen

    @asynccontextmanager
    async def open(
        self, width: int = 120, height: int = 36, *, toasts: bool = False
    ) -> AsyncIterator["Stage"]:
        """Runs the dashboard until every job has been read once."""
        size = (width, height)
        self.app.NOTIFICATION_TIMEOUT = _AS_LONG_AS_IT_TAKES  # type: ignore[misc]  # of this app alone
        async with (
            _no_hurry(),
            self.app.run_test(size=size, notifications=toasts) as self.pilot,
        ):
            await self._come_true(self._all_asked)
            await self.until(self.all_read)
            yield self
            if self.app.is_running:
                self.text()  # what it came to can be drawn

    @property
    def jobs(self) -> list[JobSnapshot]:
        """All jobs on the list, in its own order."""
        return [listed.snapshot for listed in self.screen.workspace.rows]

    @property
    def monitor(self) -> Monitor:
        """What watches the jobs."""
        monitor = self.screen.workspace.here.monitor
        assert monitor is not None
        return monitor

    def all_read(self) -> bool:
        """Whether there are jobs, and an answer for each."""
        jobs = self.jobs
        return bool(jobs) and all(job.last or job.fault for job in jobs)

    def _all_asked(self) -> bool:
        """Whether there are jobs, and each was asked about; what came may not have been taken."""
        monitor = self.screen.workspace.here.monitor
        polled = [] if monitor is None else list(monitor._polled_jobs.values())
        return bool(polled) and not any(job.lock.locked() or _is_new(job) for job in polled)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Waits for something to come true, and to be painted."""
        await self._come_true(condition)
        await self.show()

    async def _come_true(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(_DEADLINE):
            while not condition():
                await asyncio.sleep(_LOOK)
                if self.screen._inbox:
                    self.screen.flush()

    async def show(self) -> None:
        """Paints what has changed, without waiting for more."""
        self.screen.flush()
        self.screen.show_time()
        await self.pilot.pause()

    async def pass_time(self, seconds: float, *, step: float = 5.0) -> None:
        """Lets time pass, and polls what runs after every step.

        Not more than a few steps: the dashboard keeps to Zoho's 50 calls in a minute of real time.
        """
        for _ in range(round(seconds / step)):
            self._time += step
            self.monitor.poll_now([job.ref for job in self.jobs if self._runs(job)])
            await self.until(self._running_are_read)

    async def follow(self, label: str, seconds: float, *, step: float) -> None:
        """Lets time pass, and polls one job after every step."""
        ref = self.ref(label)
        for _ in range(round(seconds / step)):
            self._time += step
            asked = len(self.creator.log)
            self.monitor.poll_now([ref])
            await self.until(partial(self._has_answered, ref, asked))

    def _has_answered(self, ref: JobRef, asked: int) -> bool:
        return len(self.creator.log) > asked and not self.monitor._polled_jobs[ref].lock.locked()

    async def wait(self, seconds: float) -> None:
        """Lets time pass without a poll."""
        self._time += seconds
        await self.show()

    def _runs(self, job: JobSnapshot) -> bool:
        return job.state is JobState.IN_PROGRESS

    def _running_are_read(self) -> bool:
        running = [job for job in self.jobs if self._runs(job)]
        return all(job.last and job.last.read_at == self.now() for job in running)

    async def select(self, label: str) -> None:
        """Puts the cursor on a job."""
        self.screen.jobs.select_job(JobKey(self.screen.workspace.here.name, self.ref(label)))
        await self.pilot.pause()

    async def resize(self, width: int, height: int) -> None:
        """Gives the terminal another size."""
        await self.pilot.resize_terminal(width, height)
        await self.until(lambda: self.app.size == (width, height))

    async def press(self, *keys: str) -> None:
        """Presses keys."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    def ref(self, label: str) -> JobRef:
        """The job with a label."""
        (ref,) = (job.ref for job in self.jobs if job.job.label == label)
        return ref

    def truth(self, label: str) -> State:
        """The state of a job as the simulator knows it."""
        return self.creator.jobs[self.ref(label).job_id].state(self._time)

    def sent(self, action: Action) -> int:
        """How often a command has reached the simulator."""
        return sum(entry.action == action.value for entry in self.creator.log)

    def text(self) -> list[str]:
        """What is on the screen, line by line."""
        return text_on(self.app)


@asynccontextmanager
async def _no_hurry() -> AsyncIterator[None]:
    """What is said in passing stays, and a key waits for its turn, also on a busy machine."""
    with (
        patch.object(watch_view, "_SAID", _AS_LONG_AS_IT_TAKES),
        patch.object(key_order, "_PATIENCE", _AS_LONG_AS_IT_TAKES),
    ):
        yield


def without_a_plan(spec: ProfileSpec) -> ProfileSpec:
    """Lets the plan's first poll of each job through, also of one that is added, and no more.

    Nor are there alerts: they, too, go by real time, and push other toasts aside.
    """

    def connect(sink: Sink) -> Connection:
        connection = spec.connect(sink)
        monitor = connection.monitor
        enter = monitor._limiter.enter

        async def enter_or_wait(priority: Priority) -> float:
            if priority is Priority.SCHEDULE:
                await _come_true(lambda: any(map(_is_new, monitor._polled_jobs.values())))
            return await enter(priority)

        monitor._limiter.enter = enter_or_wait  # type: ignore[method-assign]  # only here polls differ
        # The clock of the stage stands still while the loop's goes on: that is no clock set back.
        monitor._timekeeper._clock.look = Moved  # type: ignore[method-assign]
        tasks = [it for it in connection.tasks if not isinstance(_part(it), Alerts)]
        return connection._replace(tasks=tasks)

    return spec._replace(connect=connect)


def _part(task: object) -> object:
    runs = getattr(task, "__self__", None)
    return runs.part if isinstance(runs, Alone) else None


async def _come_true(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - no event tells of it
        await asyncio.sleep(_LOOK)


def _is_new(polled_job: PolledJob) -> bool:
    """Whether a job has never been asked about: such a job is due before all others."""
    return (
        polled_job.last is None
        and polled_job.failing_since is None
        and not polled_job.lock.locked()
    )
