"""A night in virtual time: its budget, windows that die, a machine that sleeps, a full disk."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.monitor.insert_stage import QueueStage, S
from tests.monitor.stage import Clock, Stage
from tests.monitor.windows import shared_profile
from tests.support.contexts import PROFILE
from tests.support.insertions import OTHER_FORM, insertion
from tests.support.jobs import NOW
from tests.support.virtual_time import run_virtual, virtual_now
from zcbulk_tui.domain.job import Counts, JobReading
from zcbulk_tui.domain.night import ErrorBudget, Night, NightPlan
from zcbulk_tui.domain.records import EventKind, JobEvent
from zcbulk_tui.errors import DataError, SignedOutError, ZcbulkError
from zcbulk_tui.monitor.events import NightChanged, QueueChanged, ReportNotWritten
from zcbulk_tui.monitor.night import NightWatch
from zcbulk_tui.store.nights import Nights

pytestmark = pytest.mark.usefixtures("no_threads")

UNTIL = NOW + timedelta(minutes=3)
REPORT = Path("/reports/night.md")


@pytest.fixture(autouse=True)
def files_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """The files of these tests are names only."""
    monkeypatch.setattr("zcbulk_tui.monitor.insert_steps._why_not_uploaded", lambda _: None)


class Written:
    """Takes the reports; fails as long as the disk is full."""

    def __init__(self) -> None:
        self.nights: list[Night] = []
        self.tries = 0
        self.no_token: ZcbulkError | None = None
        self.error: Exception | None = None

    def path_for(self, until: datetime) -> Path:
        return Path(f"/reports/{until:%H%M}.md")

    def check(self, report: Path) -> None:
        """Takes each place."""

    def write(self, night: Night, no_token: ZcbulkError | None) -> None:
        self.tries += 1
        if self.error is not None:
            raise self.error
        self.nights.append(night)
        self.no_token = no_token


class Window:
    """A window that follows the night."""

    def __init__(self, stage: Stage, written: Written | None = None) -> None:
        self.stage = stage
        self.written = written or Written()
        self.nights = Nights(stage.database, PROFILE)
        self.watch = NightWatch(
            stage.monitor,
            stage.context,
            self.nights,
            self.written,
            stage,
            now=stage.api.now,
            default_budget=ErrorBudget(500, 0.03),
        )

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Window"]:
        async with self.stage.running():
            task = asyncio.create_task(self.watch.run())
            try:
                yield self
            finally:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    @property
    def published(self) -> list[tuple[bool, bool, bool]]:
        """Of each event: whether a night is armed, whether one has ended, and has its report."""
        return [
            (
                it.night is not None,
                it.ended is not None,
                it.ended is not None and it.ended.reported_at is not None,
            )
            for it in self.stage.events
            if isinstance(it, NightChanged)
        ]

    @property
    def log(self) -> list[str]:
        """What the log says of the night, oldest first."""
        entries = [it for it in self.stage.archive.log() if isinstance(it, JobEvent)]
        return [it.text for it in reversed(entries) if it.kind is EventKind.NIGHT]


def plan(failed: int | None = 500, until: datetime = UNTIL) -> NightPlan:
    return NightPlan(until, ErrorBudget(failed, None), REPORT)


def test_a_night_ends_at_its_time_and_its_report_is_written_once() -> None:
    async def scene() -> Window:
        async with Window(Stage()).open() as window:
            window.watch.arm(plan())
            await asyncio.sleep(190)
        return window

    window = run_virtual(scene())
    (night,) = window.written.nights
    assert (night.ended_at, night.ended_by) == (UNTIL, "")
    assert window.published == [(True, False, False), (False, True, False), (False, True, True)]
    assert [line.split(" armed")[0] for line in window.log] == [
        f"Night until {UNTIL.astimezone():%H:%M on %d %b}",
        "Night ended,",
        "Report written: /reports/night.md",
    ]


def test_one_that_is_disarmed_has_its_report_at_once() -> None:
    async def scene() -> Window:
        async with Window(Stage()).open() as window:
            night = window.watch.arm(plan())
            await asyncio.sleep(60)
            assert window.watch.disarm(night)
            assert not window.watch.disarm(night)
            await asyncio.sleep(5)
        return window

    (night,) = run_virtual(scene()).written.nights
    assert night.ended_by == "anna@jump1"


def test_the_window_that_polls_afterwards_goes_on_with_a_night(tmp_path: Path) -> None:
    async def scene() -> tuple[Window, Window]:
        with shared_profile(tmp_path) as profile:
            first = Window(profile.window("pts/1"))
            second = Window(profile.window("pts/2"))
            async with second.open():
                async with first.open():
                    first.watch.arm(plan())
                    await asyncio.sleep(60)
                    assert not first.written.nights
                await asyncio.sleep(190)
            return first, second

    first, second = run_virtual(scene())
    assert (first.written.tries, second.written.tries) == (0, 1)
    assert second.published == [(True, False, False), (False, True, False), (False, True, True)]


def test_a_window_that_does_not_poll_hears_of_the_report(tmp_path: Path) -> None:
    async def scene() -> tuple[Window, Window]:
        with shared_profile(tmp_path) as profile:
            first = Window(profile.window("pts/1"))
            second = Window(profile.window("pts/2"))
            async with first.open(), second.open():
                second.watch.arm(plan())
                await asyncio.sleep(190)
            return first, second

    first, second = run_virtual(scene())
    assert (first.written.tries, second.written.tries) == (1, 0)
    assert second.published[-1] == (False, True, True)


def test_after_a_gap_the_first_window_ends_it_and_says_that_it_was_late(tmp_path: Path) -> None:
    async def scene() -> Window:
        with shared_profile(tmp_path) as profile:
            async with Window(profile.window("pts/1")).open() as first:
                first.watch.arm(plan())
            await asyncio.sleep(3 * 3600)
            async with Window(profile.window("pts/2")).open() as second:
                await asyncio.sleep(10)
                assert "late: no window polled at" in second.log[-2]
            return second

    (night,) = run_virtual(scene()).written.nights
    assert timedelta(hours=2, minutes=56) < night.late < timedelta(hours=2, minutes=58)


def test_a_machine_that_sleeps_through_the_end_ends_it_when_it_wakes() -> None:
    async def scene() -> Window:
        clock = Clock()
        stage = Stage(now=clock, elapsed=clock.elapsed)
        async with Window(stage).open() as window:
            window.watch.arm(plan())
            await asyncio.sleep(60)
            clock.sleep(5 * 3600)
            await asyncio.sleep(5)
        return window

    (night,) = run_virtual(scene()).written.nights
    assert night.late > timedelta(hours=4)


def test_one_killed_between_the_end_and_the_report_loses_nothing(tmp_path: Path) -> None:
    async def scene() -> Window:
        with shared_profile(tmp_path) as profile:
            first = Window(profile.window("pts/1"))
            night = first.nights.arm(plan(), "anna@jump1", virtual_now())
            first.nights.end(night, UNTIL)
            async with Window(profile.window("pts/2")).open() as second:
                await asyncio.sleep(60)
            return second

    window = run_virtual(scene())
    assert window.written.tries == 1
    assert window.published == [(False, True, True)]


@pytest.mark.parametrize(
    ("error", "title"),
    [
        (DataError("The report cannot be written"), "The report cannot be written"),
        (KeyError("a secret"), "The report failed: a fault in this program"),
    ],
    ids=["a full disk", "a fault"],
)
def test_a_report_that_cannot_be_written_is_tried_again_and_said_once(
    error: Exception, title: str
) -> None:
    async def scene() -> Window:
        written = Written()
        written.error = error
        async with Window(Stage(), written).open() as window:
            window.watch.arm(plan())
            await asyncio.sleep(180 + 300)
            assert 3 <= written.tries <= 5
            assert window.watch.trouble is not None
            assert window.watch.trouble.title == title
            (said,) = [it for it in window.stage.events if isinstance(it, ReportNotWritten)]
            assert said.error.title == title
            written.error = None
            await asyncio.sleep(900)
        return window

    window = run_virtual(scene())
    assert len(window.written.nights) == 1
    assert window.watch.trouble is None
    assert sum("is not written yet" in line for line in window.log) == 1


def test_the_report_hears_that_nothing_can_be_signed() -> None:
    async def scene() -> Window:
        stage = Stage()
        stage.api.no_token = SignedOutError("Signed out")
        async with Window(stage).open() as window:
            window.watch.arm(plan(until=NOW + timedelta(minutes=1)))
            stage.monitor.service.note_no_token(stage.api.no_token, 1)
            await asyncio.sleep(70)
        return window

    no_token = run_virtual(scene()).written.no_token
    assert no_token is not None
    assert no_token.title == "Signed out"


class QueuedNight(QueueStage):
    """A queue of two files in two forms, of which the first fails more and more."""

    def fails(self, failed: int, state: S = S.IN_PROGRESS) -> None:
        """Has all jobs read with so many failed records."""
        for job in self.list.jobs():
            counts = Counts(10_000, 9_800 - failed, failed)
            reading = JobReading(state, state.value, counts, virtual_now())
            self.context.memory.read(job.ref, reading)


def _night(failed: int, state: S = S.IN_PROGRESS) -> tuple[QueuedNight, Window]:
    async def scene() -> tuple[QueuedNight, Window]:
        stage = QueuedNight(insertion("one"))
        window = Window(stage)
        async with stage.working():
            watching = asyncio.create_task(window.watch.run())
            window.watch.arm(plan())
            await asyncio.sleep(10)
            assert stage.inserting.names() == ["create", "upload", "start"]
            stage.fails(failed, state)
            await asyncio.sleep(3)
            stage.insertions.add([insertion("two", OTHER_FORM)])
            await asyncio.sleep(30)
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
        return stage, window

    return run_virtual(scene())


@pytest.mark.usefixtures("alone")
def test_within_its_budget_the_queue_goes_on() -> None:
    stage, _ = _night(499)
    assert stage.inserting.names().count("create") == 2
    assert stage.insertions.stops.current() is None


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize(
    ("failed", "state", "why"),
    [
        (512, S.IN_PROGRESS, "512 of 9,800 records failed"),
        (1, S.SYSTEM_ABORTED, "Zoho aborted File one"),
    ],
)
def test_an_exceeded_budget_stops_the_queue_once(failed: int, state: S, why: str) -> None:
    stage, window = _night(failed, state)
    assert stage.inserting.names().count("create") == 1
    stop = stage.insertions.stops.current()
    assert stop is not None
    assert (stop.why, stop.by) == (why, "error budget")
    last = [it for it in stage.events if isinstance(it, QueueChanged)][-1]
    assert last.stop == stop
    assert window.log.count(f"Queue stopped by the error budget: {why}") == 1


@pytest.mark.usefixtures("alone")
def test_what_a_reading_shows_stops_the_queue_before_its_next_step() -> None:
    async def scene() -> QueuedNight:
        stage = QueuedNight(insertion("one"), insertion("two"))
        window = Window(stage)
        stage.judge = window.watch.judge
        window.nights.arm(plan(), "anna@jump1", virtual_now())
        async with stage.working():
            await asyncio.sleep(10)
            # The slot is free and the budget exceeded by one and the same reading.
            stage.fails(512, S.COMPLETED)
            (job,) = stage.list.jobs()
            stage.inserting.script(job.ref.job_id, S.COMPLETED)
            stage.monitor.poll_now([job.ref])
            await asyncio.sleep(1)
            stage.fails(512, S.COMPLETED)
            await asyncio.sleep(30)
        return stage

    stage = run_virtual(scene())
    assert stage.inserting.names().count("create") == 1


@pytest.mark.usefixtures("alone")
def test_a_person_lets_it_go_on_and_the_same_budget_does_not_stop_it_again() -> None:
    async def scene() -> QueuedNight:
        stage = QueuedNight(insertion("one"))
        window = Window(stage)
        async with stage.working():
            watching = asyncio.create_task(window.watch.run())
            window.watch.arm(plan())
            await asyncio.sleep(10)
            stage.fails(600)
            await asyncio.sleep(3)
            stage.insertions.add([insertion("two", OTHER_FORM)])
            assert stage.queue.resume()
            await asyncio.sleep(30)
            watching.cancel()
        return stage

    stage = run_virtual(scene())
    assert stage.inserting.names().count("create") == 2
