"""A day in which every alert is crossed: what is raised, when, by which channel, and none twice.

``python -m tests.benchmarks.alert_day [--hours N]`` watches jobs of the simulator on a virtual
clock. Their courses are laid down, so it is known how often each rule is crossed; some figures
hover around their threshold. Three windows are open in turn: twice the one that polls is killed,
and another takes over. Of the channels one fails now and then, and one hangs for good. Returns 1
where an alert is missing or raised twice, or one was published or sent twice.
"""

import argparse
import asyncio
import contextlib
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.alert_courses import Course, Point, Token, by_rates, running
from tests.support.contexts import PROFILE, make_context
from tests.support.insertions import insertion
from tests.support.jobs import REF
from tests.support.virtual_time import run_virtual
from zcbulk_tui.creator.client import CreatorClient
from zcbulk_tui.creator.network import Network
from zcbulk_tui.domain.alerts import Alert, AlertKind, AlertRules, Severity
from zcbulk_tui.domain.budget import QuotaPlan, Reason
from zcbulk_tui.domain.deadlines import KEPT, START_WITHIN
from zcbulk_tui.domain.insertion import QueuedFile, QueueStop, Stage
from zcbulk_tui.domain.job import Action, Counts, JobReading, JobRef, JobState, WatchedJob
from zcbulk_tui.domain.outlook import UNREAD, Outlook
from zcbulk_tui.domain.planner import Terms
from zcbulk_tui.domain.result import Result, ResultKind, ResultStage
from zcbulk_tui.errors import ServiceError
from zcbulk_tui.monitor.alerts import Alerts, Sources
from zcbulk_tui.monitor.events import AlertCleared, AlertRaised, Event
from zcbulk_tui.monitor.monitor import Monitor
from zcbulk_tui.monitor.quota_tracker import QuotaTracker
from zcbulk_tui.simulator.builder import JobBuilder
from zcbulk_tui.simulator.clock import Timeline
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.jobs import Job
from zcbulk_tui.simulator.messages import LOST
from zcbulk_tui.simulator.physics import State, Workload
from zcbulk_tui.simulator.schedule import Fault
from zcbulk_tui.simulator.transport import InProcessTransport
from zcbulk_tui.store.alerts import AlertStore
from zcbulk_tui.store.database import open_database
from zcbulk_tui.store.memory import Memory
from zcbulk_tui.store.quota import CallLedger
from zcbulk_tui.store.results import Results
from zcbulk_tui.store.watch_list import WatchList
from zcbulk_tui.store.windows import NoWindow

_BEGIN = datetime(2026, 3, 11, 0, 5, tzinfo=UTC)

_PARTS = 6
"""The day's parts; what happens is laid down in them."""

_CALLS = 100_000
"""Calls of the account on a day."""

_DEADLINE, _STARTED_AT = 600.0, 1200.0
"""Seconds from the beginning until the start deadline is near, and until the job is started."""

K = AlertKind

EXPECTED = Counter(
    {
        (K.DEADLINE, "Suppliers"): 1,
        (K.STARTED, "Suppliers"): 1,
        (K.ENDED_WELL, "Suppliers"): 1,
        (K.STUCK, "Stock"): 2,
        (K.ENDED_BADLY, "Stock"): 1,
        (K.SLOW, "Orders"): 2,
        (K.FAILED_SHARE, "Invoices"): 2,
        (K.ABORT_RISK, "Invoices"): 1,
        (K.OVER_LIMIT, "Invoices"): 1,
        (K.ENDED_BADLY, "Invoices"): 1,
        (K.ENDED_BADLY, "Regions"): 1,
        (K.RESULT, "Returns"): 1,
        (K.SIGN_IN, ""): 2,
        (K.STALE, ""): 1,
        (K.QUOTA, ""): 2,
        (K.QUEUE, ""): 2,
    }
)
"""How often each rule is crossed, by how the day is laid down."""


class Way:
    """A channel that keeps what it takes, in all windows together.

    Args:
        name: Its name.
        fails_every: Which of its alerts do not arrive; 0 for none.
        hangs: Whether it never ends.
    """

    def __init__(self, name: str, *, fails_every: int = 0, hangs: bool = False) -> None:
        self.name = name
        self.taken: list[Alert] = []
        self._fails_every = fails_every
        self._hangs = hangs

    async def send(self, alert: Alert) -> None:
        """Takes an alert."""
        self.taken.append(alert)
        if self._hangs:
            await asyncio.Event().wait()
        if self._fails_every and len(self.taken) % self._fails_every == 0:
            raise ServiceError("The server said 503")


@dataclass
class Queue:
    """A queue of files, as its user sees it."""

    files: Sequence[QueuedFile] = ()
    stop: QueueStop | None = None


@dataclass
class Day:
    """What all windows share.

    Attributes:
        path: The memory.
        part: Seconds of a part of the day.
        ways: The channels.
        queue: The queue of files.
        token: The sign-in.
    """

    path: Path
    part: float
    ways: tuple[Way, ...] = field(
        default_factory=lambda: (
            Way("command"),
            Way("webhook", fails_every=3),
            Way("pager", hangs=True),
        )
    )
    queue: Queue = field(default_factory=Queue)
    token: Token = field(default_factory=lambda: Token("1000.day"))

    @property
    def rules(self) -> AlertRules:
        """Those of the day, which are shorter the shorter its parts are."""
        quarter = timedelta(seconds=self.part / 4)
        return AlertRules(no_progress=quarter, stale=quarter, failed_share=0.03)

    @property
    def interval(self) -> float:
        """Seconds between two readings of a job."""
        return self.part / 20


class Window:
    """A dashboard without a screen.

    Args:
        day: The day.
        creator: Zoho.
        name: What others call it.
    """

    def __init__(self, day: Day, creator: Creator, name: str) -> None:
        self.name = name
        self.published: list[Event] = []
        self.database = open_database(day.path)
        self.opened_after = AlertStore(self.database, PROFILE).newest()
        network = Network(transport=InProcessTransport(creator))
        context = make_context(
            self.database, name=name, clock=lambda: asyncio.get_running_loop().time()
        )
        self.quota = QuotaTracker(
            CallLedger(self.database, PROFILE), QuotaPlan(_CALLS, 1, 20, UTC), now=_now
        )

        def rule(ahead: Outlook, _: Terms) -> tuple[float, Reason]:
            return (0.0, Reason.UNREAD) if ahead is UNREAD else (day.interval, Reason.ANY_TIME)

        client = CreatorClient(day.token, network, now=_now)
        self.monitor = Monitor(client, self, context, self.quota, rule=rule, now=_now)
        levels = (Severity.INFO, Severity.WARNING, Severity.CRITICAL)
        sources = Sources(
            self.monitor.snapshots,
            lambda: self.monitor.service.own._replace(spent=self.quota.snapshot()),
            lambda: day.queue.files,
            Results(self.database, PROFILE),
            lambda: day.queue.stop,
        )
        self.alerts = Alerts(
            AlertStore(self.database, PROFILE),
            sources,
            context.memory,
            self,
            rules=day.rules,
            now=_now,
            polls=lambda: self.monitor.polls_for_all,
            channels=list(zip(day.ways, levels, strict=True)),
        )
        self.monitor.watch(context.memory.recall())
        self._tasks = [asyncio.create_task(it()) for it in (self.monitor.run, self.alerts.run)]

    def publish(self, event: Event) -> None:
        """Takes an event."""
        self.published.append(event)

    async def kill(self) -> None:
        """Ends it as SIGKILL does: nothing of what it would write at its end is written."""
        self.database.connection.close()
        for task in self._tasks:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*self._tasks)


class Outcome(NamedTuple):
    """What a day has brought.

    Attributes:
        alerts: All that were raised, in order.
        sent: What became of each on its ways, by its number.
        ways: The channels.
        windows: Those that were open.
    """

    alerts: Sequence[Alert]
    sent: dict[int, dict[str, str]]
    ways: Sequence[Way]
    windows: Sequence[Window]


def problems(outcome: Outcome) -> Iterator[str]:
    """Yields what is wrong with a day; nothing where all is right."""
    raised = Counter((alert.kind, alert.label) for alert in outcome.alerts)
    for kind, label in sorted(raised.keys() | EXPECTED.keys()):
        found, crossed = raised[kind, label], EXPECTED[kind, label]
        if found != crossed:
            yield f"{kind} {label}: crossed {crossed} times, raised {found} times"
    cleared: dict[tuple[AlertKind, str], datetime | None] = {}
    for alert in outcome.alerts:
        before = cleared.get((alert.kind, alert.label), alert.at)
        if before is None or before > alert.at:
            yield f"{alert.kind} {alert.label}: raised while it was active"
        cleared[alert.kind, alert.label] = alert.cleared_at
    for way in outcome.ways:
        for number, times in Counter(alert.id for alert in way.taken).items():
            if times > 1:
                yield f"alert {number} went {times} times through {way.name}"
    for window in outcome.windows:
        for event_type in (AlertRaised, AlertCleared):
            said = Counter(it.alert.id for it in window.published if isinstance(it, event_type))
            if max(said.values(), default=0) > 1:
                yield f"{window.name} has published an alert twice"
            if event_type is AlertRaised and min(said, default=10**9) <= window.opened_after:
                yield f"{window.name} has published what is older than itself"
    last = {it.alert.id for it in outcome.windows[-1].published if isinstance(it, AlertRaised)}
    missing = {it.id for it in outcome.alerts} - last - _older(outcome)
    if missing:
        yield f"{outcome.windows[-1].name} has not published {sorted(missing)}"


def _older(outcome: Outcome) -> set[int]:
    return {it.id for it in outcome.alerts if it.id <= outcome.windows[-1].opened_after}


def live(path: Path, seconds: float) -> Outcome:
    """Lives through a day that takes so many seconds, in a folder of its own."""
    return run_virtual(_live(Day(path / "state.db", seconds / _PARTS)))


async def _live(day: Day) -> Outcome:
    creator = _creator(day)
    with closing(open_database(day.path)) as database:
        jobs = {job.label: job for job in _jobs(creator)}
        WatchList(database, PROFILE).add_all(jobs.values())
        memory = Memory(database, PROFILE, NoWindow(database, PROFILE))
        ended_at = _BEGIN + timedelta(seconds=_ended(day.part))
        counts = Counts(20_000, 10_000, 0, 10_000)
        memory.read(jobs["Returns"].ref, JobReading(JobState.FAILED, "Failed", counts, ended_at))
        windows: list[Window] = []
        scenes = _scenes(day, creator, jobs, Results(database, PROFILE), windows)
        for at, happen in sorted(scenes, key=lambda scene: scene[0]):
            await asyncio.sleep(max(at - asyncio.get_running_loop().time(), 0.0))
            if (what := happen()) is not None:
                await what
        store = AlertStore(database, PROFILE)
        alerts = store.newer_than(0)
        sent = {alert.id: store.sent(alert) for alert in alerts}
        await windows[-1].kill()
        return Outcome(alerts, sent, day.ways, windows)


_Scene = tuple[float, Callable[[], Awaitable[object] | None]]


def _scenes(
    day: Day,
    creator: Creator,
    jobs: dict[str, WatchedJob],
    results: Results,
    windows: list[Window],
) -> Iterator[_Scene]:
    """What happens beside the courses of the jobs, each with its second."""
    part = day.part

    def opened(name: str) -> None:
        windows.append(Window(day, creator, name))

    def killed(place: int) -> Awaitable[object]:
        return windows[place].kill()

    def command(label: str, action: Action) -> Awaitable[object]:
        return _poller(windows).monitor.command(jobs[label].ref, action)

    def fetched() -> None:
        job = jobs["Returns"]
        for kind in (ResultKind.FAILURE, ResultKind.UNPROCESSED):
            results.change(job, Result(job.ref, kind, ResultStage.GONE), None)

    def signed_in(works: bool) -> None:
        day.token.is_revoked = not works

    def used(calls: int) -> None:
        _poller(windows).monitor.enter_true_figure(calls)

    def queue(*stages: Stage, why: str = "") -> None:
        day.queue.files = [QueuedFile(insertion(it.value), it) for it in stages]
        day.queue.stop = QueueStop(_now(), why, "error budget") if why else None

    yield 0.0, lambda: opened("pts/1")
    yield _STARTED_AT, lambda: command("Suppliers", Action.START)
    yield 1.0 * part, fetched
    yield 2.2 * part, lambda: opened("pts/2")
    yield 2.3 * part, lambda: killed(0)
    for begin in (2.6, 2.9):
        yield begin * part, lambda: signed_in(False)
        yield (begin + 0.15) * part, lambda: signed_in(True)
    yield 3.9 * part, lambda: opened("pts/3")
    for at, share in ((4.0, 0.905), (4.1, 0.895), (4.2, 0.905), (4.3, 0.8), (4.4, 0.95)):
        yield at * part, partial(used, int(share * _CALLS))
    yield 4.05 * part, lambda: killed(1)
    yield 4.5 * part, lambda: used(0)
    yield 4.6 * part, lambda: queue(Stage.HELD)
    yield 4.7 * part, lambda: queue(Stage.HELD, why="500 records have failed")
    yield 4.8 * part, lambda: queue()
    yield 5.0 * part, lambda: command("Regions", Action.ABORT)
    yield _PARTS * part, lambda: None


def _poller(windows: Sequence[Window]) -> Window:
    return next(it for it in reversed(windows) if it.monitor.polls_for_all)


def _creator(day: Day) -> Creator:
    loop, part = asyncio.get_running_loop(), day.part
    timeline = Timeline(lambda: _BEGIN.timestamp() + loop.time())
    builder = JobBuilder(timeline.start, 1)
    created = _DEADLINE + 1800.0 - START_WITHIN.total_seconds()
    waiting = builder.ready("Suppliers", "Suppliers", Workload(20_000, 1.0), created=created)
    waiting.run = Course(20_000, by_rates([(part, 20_000 / part)]), State.COMPLETED)
    for label, records, points, ending in _courses(part):
        running(builder, label, Course(records, points, ending))
    broken = Workload(20_000, 50.0, breaks_after=0.5)
    builder.ending("Returns", "Returns", broken, at=_ended(part))
    outage = Fault(answer=LOST, window=(3.2 * part, 3.6 * part))
    return Creator(builder.jobs, timeline, token="1000.day", faults=[outage])


def _courses(part: float) -> Iterator[tuple[str, int, Sequence[Point], State]]:
    """The jobs that run from the beginning, each with its records, its points and its end."""
    # Moves, stands still, moves once in it, goes on, stands still once more.
    stock = [
        *((0.0, 0, 0), (0.5, 10_000, 0), (0.9, 10_000, 0), (0.95, 10_001, 0), (1.15, 10_001, 0)),
        *((2.0, 60_000, 2), (2.4, 60_000, 2), (2.9, 99_997, 3)),
    ]
    points = [Point(at * part, success, failed) for at, success, failed in stock]
    yield "Stock", 100_000, points, State.COMPLETED
    # Slow around a third of its speed, fast again, and slow once more.
    step, fast = part / 20, 400_000 / part
    slow = [(16, 1.0), (1, 0.28), (1, 0.38), (1, 0.3), (20, 1.0), (2, 0.2), (84, 1.0)]
    points = by_rates([(steps * step, rate * fast) for steps, rate in slow])
    yield "Orders", 10_000_000, points, State.COMPLETED
    # Around its share of failed records, which Zoho once counts anew; then over its limit.
    invoices = [
        *((0.0, 0, 0), (0.5, 60_000, 5_900), (0.6, 70_000, 6_050), (0.7, 80_000, 5_950)),
        *((0.8, 90_000, 6_050), (0.9, 100_000, 5_950), (1.0, 111_000, 4_700)),
        *((1.3, 130_000, 6_100), (2.0, 170_000, 11_500), (2.5, 186_000, 12_000)),
    ]
    points = [Point(at * part, success, failed) for at, success, failed in invoices]
    yield "Invoices", 200_000, points, State.SYSTEM_ABORTED
    yield "Regions", 900_000, [Point(0.0, 0), Point(7 * part, 900_000)], State.COMPLETED


def _ended(part: float) -> float:
    """When the job ended whose result is deleted soon, in seconds from the beginning."""
    return -(KEPT - AlertRules().result).total_seconds() + part / 2


def _jobs(creator: Creator) -> Iterator[WatchedJob]:
    for job in creator.jobs.values():
        ref = _ref(job)
        created = datetime.fromtimestamp(job.created_at, UTC)
        yield WatchedJob(ref, job.label, _BEGIN, created, alert_on_end=job.label == "Regions")


def _ref(job: Job) -> JobRef:
    address = job.address
    return JobRef(REF.origin, address.owner, address.app, address.form, job.id)


def _now() -> datetime:
    return _BEGIN + timedelta(seconds=asyncio.get_running_loop().time())


def _print(outcome: Outcome) -> None:
    names = [way.name for way in outcome.ways]
    print(f"{'kind':<13} {'job':<10} {'severity':<9} {'raised':<9} {'cleared':<9} channels")
    for alert in outcome.alerts:
        cleared = f"{alert.cleared_at:%H:%M:%S}" if alert.cleared_at else "active"
        ways = ", ".join(f"{name}: {outcome.sent[alert.id].get(name, '')}" for name in names)
        print(
            f"{alert.kind:<13} {alert.label:<10} {alert.severity.word:<9} "
            f"{alert.at:%H:%M:%S}  {cleared:<9} {ways}"
        )


def main() -> int:
    """Lives through a day and prints it; returns 1 where something is wrong with it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=23.0, help="2 at least")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome = live(Path(folder), arguments.hours * 3600)
    _print(outcome)
    wrong = list(problems(outcome))
    kinds = {alert.kind for alert in outcome.alerts}
    print(f"{len(outcome.alerts)} alerts of {len(kinds)} kinds, {len(wrong)} problems")
    print("\n".join(wrong))
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
