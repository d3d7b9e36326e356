"""A workspace without a screen, and monitors that only take down what they are asked."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, cast

from tests.render.plans import plan, spent
from tests.support.jobs import NOW, reading, watched
from zcbulk_tui.domain.budget import Pace
from zcbulk_tui.domain.control import Command
from zcbulk_tui.domain.job import Action, Environment, JobReading, JobRef, JobState, WatchedJob
from zcbulk_tui.domain.planner import DayPlan
from zcbulk_tui.domain.snapshot import JobKey, JobSnapshot
from zcbulk_tui.domain.windows import Recalled
from zcbulk_tui.errors import ZcbulkError
from zcbulk_tui.monitor.events import JobChanged
from zcbulk_tui.monitor.monitor import Monitor
from zcbulk_tui.render.glyphs import UNICODE
from zcbulk_tui.render.span import Line
from zcbulk_tui.store.archive import Archive
from zcbulk_tui.tui.alerting import AlertPreferences
from zcbulk_tui.tui.connection import Connection
from zcbulk_tui.tui.profile_spec import ProfileSpec
from zcbulk_tui.tui.workspace import Workspace

_DEFAULT_ALERTS = AlertPreferences()


class TakingDown:
    """Stands in for a monitor.

    Attributes:
        asked: What it was asked, by the name of the method.
        edited: The jobs of these edits, as the user left them.
        error: What it raises when it is asked next to poll, command or write; None for nothing.
        pace: The one that counts.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.edited: list[WatchedJob] = []
        self.error: ZcbulkError | None = None
        self.pace = Pace.BALANCED

    def _take(self, *asked: Any) -> None:
        self.asked.append(asked)
        if self.error is not None:
            raise self.error

    def set_focus(self, *, focused: bool) -> None:
        self.asked.append(("focus", focused))

    def pause(self, *, paused: bool) -> None:
        self.asked.append(("pause", paused))

    def poll_now(self, refs: Iterable[JobRef], *, key: str) -> None:
        self._take("poll", key, *(ref.job_id for ref in refs))

    async def command(self, ref: JobRef, action: Action, shown: JobReading | None) -> None:
        self._take("command", ref.job_id, action, shown)

    def add(self, *jobs: WatchedJob) -> None:
        self._take("add", *(job.ref.job_id for job in jobs))

    def edit(self, job: WatchedJob) -> None:
        self._take("edit", job.label)
        self.edited.append(job)

    def remove(self, ref: JobRef) -> int:
        self._take("remove", ref.job_id)
        return 7

    def put_back(self, jobs: Iterable[tuple[WatchedJob, int | None]]) -> None:
        self._take("put back", *((job.ref.job_id, place) for job, place in jobs))

    def change_environment(self, ref: JobRef, job: WatchedJob) -> None:
        self._take("environment", ref.job_id, job.ref.environment.value)

    def day_plan(self) -> DayPlan:
        return plan(spent(pace=self.pace))

    def set_pace(self, pace: Pace) -> None:
        self.pace = pace
        self.asked.append(("pace", pace))


class Model:
    """A workspace whose profiles are connected, unless it is told otherwise.

    Args:
        jobs: The jobs of each profile.
        connected: Whether there is what carries out the keys.
        change: Makes another specification of a profile.
        alerts: Which way alerts take.
    """

    def __init__(
        self,
        *jobs: JobSnapshot,
        profiles: Iterable[str] = ("acme",),
        connected: bool = True,
        change: Callable[[ProfileSpec], ProfileSpec] = lambda spec: spec,
        alerts: AlertPreferences = _DEFAULT_ALERTS,
    ) -> None:
        specs = [change(ProfileSpec(cast(Any, None), name, jobs)) for name in profiles]
        self.events: list[Any] = []
        self.workspace = Workspace(
            specs, UNICODE, lambda profile, event: self.events.append((profile, event)), alerts
        )
        self.monitors = {spec.badge: TakingDown() for spec in specs}
        if connected:
            for profile in self.workspace.profiles:
                connection = self.connection(profile.name, *jobs)
                assert self.workspace.connect(profile, connection, focused=True) == []
            for monitor in self.monitors.values():
                monitor.asked.clear()

    def connection(self, name: str, *jobs: JobSnapshot) -> Connection:
        """What a profile comes to life with."""

        async def close() -> None:
            """There is nothing to close."""

        monitor = cast(Monitor, self.monitors[name])
        return Connection(monitor, list(map(Recalled, jobs)), cast(Archive, None), close)

    @property
    def asked(self) -> list[tuple[Any, ...]]:
        """What the only monitor, or the first, was asked."""
        return next(iter(self.monitors.values())).asked

    def select(self, number: int, profile: str = "acme") -> None:
        """Puts the cursor on a job."""
        index = self.workspace.rows.index_of(self.key(number, profile))
        assert index is not None
        self.workspace.rows.select(index)

    def mark(self, *numbers: int, profile: str = "acme") -> None:
        """Marks jobs, as space does on each."""
        for number in numbers:
            self.select(number, profile)
            self.workspace.mark()

    def key(self, number: int, profile: str = "acme") -> JobKey:
        """Which job it is."""
        (key,) = (
            listed.key
            for listed in self.workspace.rows
            if listed.profile == profile and listed.snapshot.ref.job_id == str(number)
        )
        return key

    def ids(self) -> list[str]:
        """The jobs that a key is about."""
        return [listed.snapshot.ref.job_id for listed in self.workspace.target_jobs()]

    def change(self, snapshot: JobSnapshot, **changes: Any) -> None:
        """Has the monitor of the first profile say that a job is different."""
        event = JobChanged(replace(snapshot, **changes))
        assert self.workspace.apply(self.workspace.profiles[0], event) == []

    def status(self, width: int = 120) -> str:
        """The line above the list."""
        return text(self.workspace.status(NOW, width))


def job(
    number: int,
    state: JobState | None = JobState.IN_PROGRESS,
    environment: Environment = Environment.STAGE,
    command: Command | None = None,
) -> JobSnapshot:
    """Job number so-and-so, in a state; None for one that was never read."""
    made = watched(str(number), f"Job {number}")
    made = made._replace(ref=made.ref._replace(environment=environment))
    readings = () if state is None else (reading(0, 2_000, state=state),)
    return JobSnapshot(made, readings, command=command)


READY = job(1, JobState.READY)
RUNNING = job(2)
DONE = job(3, JobState.COMPLETED)
UNREAD = job(4, None)


def text(*lines: Line) -> str:
    """What lines say."""
    return "\n".join("".join(span.text for span in line).rstrip() for line in lines)
