"""What runs beside the monitor fails alone: it is said, and from then on refused."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.monitor.alert_stage import Window as AlertWindow
from tests.monitor.insert_stage import QueueStage
from tests.monitor.result_stage import FetchStage
from tests.monitor.stage import Stage, jobs
from tests.monitor.test_night import Window as NightWindow
from tests.monitor.test_night import plan
from tests.monitor.windows import TICKS, shared_profile
from tests.support.insertions import insertion
from tests.support.virtual_time import run_virtual, virtual_now
from zcbulk_tui.domain.records import EventKind, JobEvent
from zcbulk_tui.domain.result import ResultKind
from zcbulk_tui.errors import FaultError
from zcbulk_tui.monitor.events import AlertRaised, PartFailed, QueueChanged
from zcbulk_tui.monitor.liveness import Heartbeat
from zcbulk_tui.monitor.parts import Part, alone
from zcbulk_tui.monitor.publisher import Publisher

pytestmark = pytest.mark.usefixtures("no_threads")

CANARY = "1000.canary"

Made = tuple[Stage, Part]


@pytest.fixture(autouse=True)
def files_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """The files of these tests are names only."""
    monkeypatch.setattr("zcbulk_tui.monitor.insert_steps._why_not_uploaded", lambda _: None)


def boom(*_: object) -> None:
    raise ZeroDivisionError(CANARY)


async def boom_later(*_: object) -> None:
    boom()


def failing_queue(_: Path, __: pytest.MonkeyPatch) -> Made:
    stage = QueueStage(insertion())
    stage.judge = boom
    return stage, stage.queue


def failing_step(_: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    stage = QueueStage(insertion())
    monkeypatch.setattr(stage.inserting, "upload", boom_later)
    return stage, stage.queue


def failing_fetcher(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    stage = FetchStage(folder)
    monkeypatch.setattr(stage.results, "all", boom)
    return stage, stage.fetcher


def failing_fetch(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    stage = FetchStage(folder, jobs(1))
    stage.zoho.end("1", failed=1)
    monkeypatch.setattr(stage.zoho, "result", boom_later)
    return stage, stage.fetcher


def failing_alerts(_: Path, __: pytest.MonkeyPatch) -> Made:
    window = AlertWindow(Stage(jobs(1)))
    window.service = boom  # type: ignore[assignment]  # it returns nothing
    return window.stage, window.alerts


def failing_night(_: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    window = NightWindow(Stage(jobs(1)))
    monkeypatch.setattr(window.nights, "current", boom)
    return window.stage, window.watch


def failing_page(_: Path, __: pytest.MonkeyPatch) -> Made:
    stage = Stage(jobs(1))
    page = Publisher(
        stage.monitor,
        stage.context,
        lambda *_: {},
        boom,
        files=boom,  # type: ignore[arg-type]  # it returns nothing
        now=virtual_now,
    )
    return stage, page


def failing_heartbeat(_: Path, __: pytest.MonkeyPatch) -> Made:
    stage = Stage(jobs(1))
    return stage, heartbeat(stage, [], is_red=boom)


def heartbeat(
    stage: Stage, beats: list[float], *, is_red: Callable[[], object] = lambda: False
) -> Heartbeat:
    async def send() -> None:
        beats.append(asyncio.get_running_loop().time())

    return Heartbeat(
        stage.monitor,
        stage.context,
        send,
        period=10,
        is_red=lambda: bool(is_red()),
        now=virtual_now,
    )


@pytest.mark.parametrize(
    "make",
    [
        failing_queue,
        failing_step,
        failing_fetcher,
        failing_fetch,
        failing_alerts,
        failing_night,
        failing_page,
        failing_heartbeat,
    ],
)
def test_a_part_that_fails_ends_alone_and_is_said_once(
    make: Callable[[Path, pytest.MonkeyPatch], Made],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scene() -> tuple[Stage, Part, int]:
        stage, part = make(tmp_path, monkeypatch)
        (run,) = alone([part], stage.monitor, stage.context, stage, virtual_now)
        async with stage.running(), asyncio.TaskGroup() as tasks:
            ended = tasks.create_task(run())
            await asyncio.wait_for(ended, 900)
            before = len(stage.api.calls)
            for job in stage.monitor.snapshots():
                stage.monitor.poll_now([job.ref])
            await asyncio.sleep(600)
            return stage, part, len(stage.api.calls) - before

    stage, part, polls = run_virtual(scene())
    assert polls >= len(list(stage.monitor.snapshots())), "the monitor goes on"
    (event,) = stage.all(PartFailed)
    assert (event.part, stage.service.failed) == (part.part, (part.part,))
    assert event.error.title == f"The {part.part} failed: a fault in this program"
    assert "ZeroDivisionError at test_parts.py:" in event.error.cause
    assert part.without_it in event.error.cause
    assert CANARY not in str(event.error)
    entries = [it for it in stage.archive.log() if isinstance(it, JobEvent)]
    (entry,) = [it for it in entries if it.kind is EventKind.FAULT]
    assert (entry.text, entry.ref) == (event.error.title, None)
    with pytest.raises(FaultError):
        part.check_runs()


def test_without_alerts_no_heartbeat_goes_on() -> None:
    beats: list[float] = []

    async def scene() -> AlertWindow:
        window = AlertWindow(Stage(jobs(1)))
        stage = window.stage
        beside = [window.alerts, heartbeat(stage, beats)]
        async with stage.running():
            runs = alone(beside, stage.monitor, stage.context, stage, virtual_now)
            tasks = [asyncio.create_task(run()) for run in runs]
            await asyncio.sleep(25)
            assert beats == [0, 10, 20]
            window.service = boom  # type: ignore[assignment]  # it returns nothing
            await asyncio.sleep(600)
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        return window

    window = run_virtual(scene())
    assert beats == [0, 10, 20], "silence is the alarm"
    said = [it.text for it in window.stage.archive.log() if isinstance(it, JobEvent)]
    assert "The heartbeat stops: the alerts failed" in said
    assert window.stage.all(AlertRaised) == []


@pytest.mark.usefixtures("alone")
def test_a_queue_that_failed_is_stopped_until_somebody_lets_it_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The window that polls next does not repeat what led to the fault."""

    async def scene() -> tuple[QueueStage, list[str], list[str]]:
        stage = QueueStage(insertion())
        with monkeypatch.context() as patched:
            patched.setattr(stage.inserting, "upload", boom_later)
            (run,) = alone([stage.queue], stage.monitor, stage.context, stage, virtual_now)
            async with stage.running():
                await asyncio.wait_for(run(), 900)
        other = QueueStage(stage=stage)
        async with other.working():
            await asyncio.sleep(600)
            before = other.inserting.names()
            assert other.queue.stop is not None
            other.queue.resume()
            await asyncio.sleep(60)
        return stage, before, other.inserting.names()

    stage, before, after = run_virtual(scene())
    assert stage.inserting.names() == ["create"]
    assert before == []
    assert "create" not in after, "what may have been sent is left to the user"
    shown = stage.all(QueueChanged)[-1]
    assert shown.stop is not None
    assert shown.stop.by == "queue itself"
    assert "ZeroDivisionError at test_parts.py:" in shown.stop.why
    assert [it.trouble for it in shown.files] == ["The queue failed: a fault in this program"]


@pytest.mark.parametrize("change", ["add", "move", "drop", "go_on", "resume"])
def test_a_queue_that_failed_refuses_its_keys(change: str) -> None:
    file = insertion()
    acts: dict[str, Callable[[QueueStage], object]] = {
        "add": lambda stage: stage.queue.add(insertion("two")),
        "move": lambda stage: stage.queue.move(file.key, up=True),
        "drop": lambda stage: stage.queue.drop(file),
        "go_on": lambda stage: stage.queue.go_on(file),
        "resume": lambda stage: stage.queue.resume(),
    }

    async def scene() -> None:
        stage = QueueStage(file)
        stage.judge = boom
        (run,) = alone([stage.queue], stage.monitor, stage.context, stage, virtual_now)
        async with stage.running():
            await asyncio.wait_for(run(), 900)
            with pytest.raises(FaultError):
                acts[change](stage)
        assert [it.key for it in stage.insertions.open()] == [file.key]
        assert stage.insertions.stops.current() is not None

    run_virtual(scene())


@pytest.mark.parametrize("works", [True, False])
def test_only_a_window_that_sends_stops_the_others(
    works: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene() -> None:
        stage = QueueStage(insertion())
        monkeypatch.setattr(stage.queue, "_works", lambda: works)
        stage.queue.fail(FaultError("The queue failed"))
        assert stage.queue.stop is not None, "here it stands still"
        assert (stage.insertions.stops.current() is not None) is works

    run_virtual(scene())


def test_other_windows_show_that_a_part_of_the_one_that_polls_failed(tmp_path: Path) -> None:
    async def scene() -> tuple[tuple[str, ...], tuple[str, ...]]:
        with shared_profile(tmp_path) as profile:
            polls, follows = profile.window(), profile.window("pts/2")
            async with polls.running():
                await asyncio.sleep(TICKS)
                async with follows.running():
                    await asyncio.sleep(TICKS)
                    before = follows.service.failed
                    polls.monitor.service.note_failed_part("alerts")
                    await asyncio.sleep(2 * TICKS)
                    return before, follows.service.failed

    assert run_virtual(scene()) == ((), ("alerts",))


def test_a_night_watch_that_failed_arms_and_ends_no_night(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scene() -> None:
        stage = Stage(jobs(1))
        window = NightWindow(stage)
        night = window.watch.arm(plan())
        monkeypatch.setattr(window.nights, "unreported", boom)
        (run,) = alone([window.watch], stage.monitor, stage.context, stage, virtual_now)
        async with stage.running():
            await asyncio.wait_for(run(), 900)
        with pytest.raises(FaultError):
            window.watch.disarm(night)
        with pytest.raises(FaultError):
            window.watch.arm(plan())
        assert window.nights.current() == night

    run_virtual(scene())


def test_a_fetcher_that_failed_takes_nothing_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene() -> None:
        stage, part = failing_fetch(tmp_path, monkeypatch)
        (run,) = alone([part], stage.monitor, stage.context, stage, virtual_now)
        assert isinstance(stage, FetchStage)
        async with stage.running():
            await asyncio.wait_for(run(), 900)
            with pytest.raises(FaultError):
                stage.fetcher.fetch([stage.job.ref], [ResultKind.FAILURE])

    run_virtual(scene())
