"""What keeps a step from being sent that waits for its turn: a stop, and a pause for Zoho."""

import asyncio
from collections.abc import Callable
from datetime import UTC, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from tests.monitor.insert_stage import JOB_ID, QueueStage, S
from tests.monitor.stage import Stage, jobs
from tests.monitor.windows import TICKS, shared_profile
from tests.support.contexts import PROFILE
from tests.support.insertions import FORM, OTHER_FORM, insertion
from tests.support.jobs import NOW, watched
from tests.support.virtual_time import run_virtual, virtual_now
from zcbulk_tui.domain.budget import Cause, QuotaPlan
from zcbulk_tui.domain.control import Outcome
from zcbulk_tui.domain.insertion import QueueStop
from zcbulk_tui.domain.insertion import Stage as Where
from zcbulk_tui.domain.insertion import stage as where
from zcbulk_tui.domain.job import Action
from zcbulk_tui.domain.records import EventKind
from zcbulk_tui.errors import BusyError, ConfigError, HeldError, QuotaSpentError
from zcbulk_tui.monitor.following import TICK
from zcbulk_tui.store.windows import NoWindow

pytestmark = pytest.mark.usefixtures("alone")

REF = FORM.job(JOB_ID)
ELSEWHERE = watched("1", "Job 1")._replace(ref=OTHER_FORM.job("1"))
MEANWHILE = "The queue was stopped meanwhile"


@pytest.fixture(autouse=True)
def files_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """The files of these tests are names only."""
    monkeypatch.setattr("zcbulk_tui.monitor.insert_steps._why_not_uploaded", lambda _: None)


def sent(stage: QueueStage) -> list[str]:
    """The calls that changed something, or were meant to."""
    steps = [name for name in stage.inserting.names() if name != "start"]
    return steps + ["start"] * stage.inserting.sent(Action.START)


def fill_the_minute(stage: Stage) -> None:
    """Leaves no place for a call within the next minute."""
    while stage.context.rate_limiter.take(urgent=True) == 0:
        pass


def stopped(stage: QueueStage) -> None:
    assert stage.queue.stop_all("Look at it first")


def stopped_by_its_night(stage: QueueStage) -> None:
    """Its budget is exceeded by what was read meanwhile."""
    stop = QueueStop(NOW, "Too many failed records", "error budget")
    stage.judge = lambda: stage.insertions.stops.stop(stop)


def unreadable(stage: QueueStage) -> None:
    def judge() -> None:
        raise ConfigError("The memory cannot be read")

    stage.judge = judge


BEFORE = {"create": [], "upload": ["create"], "start": ["create", "upload"]}


@pytest.mark.parametrize("step", BEFORE)
@pytest.mark.parametrize("stop", [stopped, stopped_by_its_night, unreadable])
def test_a_step_that_waits_for_its_place_in_the_minute_is_not_sent_after_a_stop(
    step: str, stop: Callable[[QueueStage], None]
) -> None:
    async def scene() -> QueueStage:
        stage = QueueStage(insertion())
        stage.inserting.upload_waits = 2.0
        if step == "create":
            fill_the_minute(stage)
        async with stage.working():
            if step != "create":
                await asyncio.sleep(1 if step == "upload" else 3)
                fill_the_minute(stage)
            await asyncio.sleep(20)
            assert sent(stage) == BEFORE[step]
            # The command is written down, as one that is about to be sent.
            assert (stage.context.memory.last_command(REF) is not None) is (step == "start")
            stop(stage)
            await asyncio.sleep(100)
            assert sent(stage) == BEFORE[step]
            check_that_nothing_was_sent(stage, step)
            stage.judge = lambda: None
            stage.queue.resume()
            await asyncio.sleep(200)
        return stage

    stage = run_virtual(scene())
    assert sent(stage) == ["create", "upload", "start"]  # each once
    assert stage.files == ()


def check_that_nothing_was_sent(stage: QueueStage, step: str) -> None:
    """Its record says so, and a call that was not made does not count."""
    if step == "start":
        record = stage.context.memory.last_command(REF)
        assert record is not None
        outcome, error = record.command.outcome, record.command.error
    else:
        last = stage.found("one").last_step
        assert last is not None
        outcome, error = last[1].outcome, last[1].error
        assert where(stage.found("one")) is Where.TRIES_AGAIN
    assert outcome is Outcome.REFUSED
    assert isinstance(error, HeldError)
    assert error.title in (MEANWHILE, "The memory cannot be read")
    assert error.cause.startswith("Nothing was sent.")
    assert stage.monitor.service.own.answered in (None, True)


def test_a_start_that_waits_for_the_poll_of_its_job_is_not_sent_after_a_stop() -> None:
    async def scene() -> QueueStage:
        stage = QueueStage(insertion())
        async with stage.working():
            await asyncio.sleep(3)
            stage.queue._steps._watch(stage.found("one"))
            async with stage.monitor._polled_jobs[REF].lock:
                await asyncio.sleep(20)
                assert stage.context.memory.last_command(REF) is None
                stopped(stage)
            await asyncio.sleep(100)
            assert sent(stage) == ["create", "upload"]
            # It was stopped before it was written down: there is no record of a start at all.
            assert stage.context.memory.last_command(REF) is None
            assert stage.stages() == [Where.UPLOADED]
            stage.queue.resume()
            await asyncio.sleep(30)
        return stage

    assert sent(run_virtual(scene())) == ["create", "upload", "start"]


def test_a_stop_and_the_record_of_a_start_exclude_each_other() -> None:
    """As those of create and upload do: both is one transaction, also with what cannot be kept."""

    async def scene() -> None:
        stage = QueueStage(insertion())
        stopped(stage)
        job = stage.monitor
        async with stage.running():
            job.add(*jobs(1))
            await asyncio.sleep(1)
            polled = job._polled_jobs[jobs(1)[0].ref]
            sender = stage.queue._steps.sender
            with pytest.raises(HeldError, match=MEANWHILE):
                job._control.begin(polled, Action.START, None, sender)
            assert stage.context.memory.last_command(polled.job.ref) is None
            stage.queue.resume()
            job._control.begin(polled, Action.START, None, sender)

    run_virtual(scene())


def test_a_user_may_start_a_job_whatever_stops_the_queue() -> None:
    async def scene() -> QueueStage:
        stage = QueueStage()
        (job,) = jobs(1)
        stage.inserting.script("1", S.READY)
        async with stage.working():
            stage.monitor.add(job)
            stopped(stage)
            await asyncio.sleep(1)
            stage.inserting.commands.append("Job started successfully")
            command = await stage.monitor.command(job.ref, Action.START)
            assert command.outcome is Outcome.ACCEPTED
        return stage

    assert sent(run_virtual(scene())) == ["start"]


ASKED = 400.0
WAIT = BusyError("Too many calls", retry_after=ASKED)


@pytest.mark.parametrize("step", ["create", "upload"])
def test_a_pause_that_an_insert_is_asked_for_holds_for_polls_as_well(step: str) -> None:
    async def scene() -> QueueStage:
        stage = QueueStage(insertion())
        stage.inserting.answers_to(step).append(WAIT)
        async with stage.working():
            stage.monitor.add(ELSEWHERE)
            await asyncio.sleep(300)
            assert sent(stage) == [*BEFORE[step], step]
            assert max(stage.inserting.times()) < 10
            assert stage.service.held_by is not None
            await asyncio.sleep(120)
            assert max(stage.inserting.times()) > ASKED
        return stage

    stage = run_virtual(scene())
    assert sent(stage) == [*BEFORE[step], step, step, *["upload", "start"][step == "upload" :]]


def test_without_a_time_a_pause_is_the_contracts_minute_however_often_it_was_tried() -> None:
    times: list[float] = []

    async def scene() -> None:
        stage = QueueStage(insertion())
        stage.inserting.create_answers.extend(BusyError("Too many calls") for _ in range(4))
        async with stage.working():
            for _ in range(400):
                if stage.inserting.names().count("create") > len(times):
                    times.append(asyncio.get_running_loop().time())
                await asyncio.sleep(1)

    run_virtual(scene())
    pauses = [round(later - earlier) for earlier, later in pairwise(times)]
    assert len(pauses) == 4
    assert all(60 <= pause <= 62 for pause in pauses)


@pytest.mark.parametrize("step", BEFORE)
def test_a_pause_that_a_poll_is_asked_for_holds_for_every_step(step: str) -> None:
    async def scene() -> QueueStage:
        stage = QueueStage()
        stage.inserting.upload_waits = 2.0
        async with stage.working():
            stage.monitor.add(ELSEWHERE)
            await asyncio.sleep(1)
            if step != "create":
                stage.queue.add(insertion())
                await asyncio.sleep(1 if step == "upload" else 3)
            stage.inserting.script("1", WAIT, S.IN_PROGRESS)
            stage.monitor.poll_now([ELSEWHERE.ref])
            await asyncio.sleep(1)
            if step == "create":
                stage.queue.add(insertion())
            await asyncio.sleep(300)
            assert sent(stage) == BEFORE[step]
            (file,) = stage.files
            assert file.trouble == "A pause: Too many calls"
            await asyncio.sleep(120)
        return stage

    assert sent(run_virtual(scene())) == ["create", "upload", "start"]


def test_a_day_that_is_spent_as_zoho_says_ends_the_tries_of_an_upload() -> None:
    async def scene() -> QueueStage:
        stage = QueueStage(insertion())
        stage.inserting.upload_answers.append(QuotaSpentError("No calls are left"))
        async with stage.working():
            await asyncio.sleep(3600)
            assert sent(stage) == ["create", "upload"]
            stage.quota.enter_true_figure(10)  # its user knows better
            await asyncio.sleep(1000)
        return stage

    assert sent(run_virtual(scene())) == ["create", "upload", "upload", "start"]


@pytest.fixture
def together(alone: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 - before this one
    """Windows with others look every second."""
    monkeypatch.setattr("zcbulk_tui.monitor.monitor.TICK", TICK)


@pytest.mark.usefixtures("together")
def test_a_command_without_a_window_keeps_the_pause_of_the_window_that_polls() -> None:
    async def scene() -> None:
        stage = QueueStage(insertion())
        stage.inserting.script("1", WAIT, S.IN_PROGRESS)
        stage.inserting.script(JOB_ID, S.READY)
        async with stage.running():
            stage.monitor.add(ELSEWHERE)
            await asyncio.sleep(5)
            time = asyncio.get_running_loop().time
            none = NoWindow(stage.database, PROFILE, clock=time)
            held = none.status.service
            assert held is not None
            assert held.held_until is not None
            script = QueueStage(stage=stage)
            follower = script.monitor._follower
            follower._context = follower._context._replace(windows=none)
            async with script.working():
                await asyncio.sleep(300)
                assert sent(script) == []
                await asyncio.sleep(120)
            assert sent(script) == ["create", "upload", "start"]

    run_virtual(scene())


@pytest.mark.usefixtures("together")
def test_a_window_that_polls_keeps_the_pause_that_another_process_was_asked_for(
    tmp_path: Path,
) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            one, two = profile.window("pts/1", jobs(1)), profile.window("pts/2")
            async with one.running(), two.running():
                await asyncio.sleep(1)
                text = "upload refused for one.csv"
                two.monitor._recorder.event(EventKind.INSERT, text, error=WAIT)
                await asyncio.sleep(300)
                assert max(one.api.times()) < 10 + TICKS
                until = virtual_now() + timedelta(seconds=ASKED - 300)
                assert one.service.held_until is not None
                assert abs((one.service.held_until - until).total_seconds()) < TICKS
                await asyncio.sleep(120)
                assert max(one.api.times()) > ASKED

    run_virtual(scene())


@pytest.mark.parametrize(("calls", "begins"), [(8, False), (12, True)])
def test_a_file_begins_only_with_calls_that_are_not_reserved(calls: int, *, begins: bool) -> None:
    """A quarter of the day's calls is; of the others it takes three."""

    async def scene() -> QueueStage:
        stage = QueueStage(insertion(), quota_plan=QuotaPlan(calls, 1, 20, UTC))
        stage.quota.count(Cause.KEY)
        for _ in range(3):
            stage.quota.count(Cause.PLAN)
        async with stage.working():
            await asyncio.sleep(10)
        return stage

    stage = run_virtual(scene())
    assert bool(stage.inserting.names()) is begins
    why = [file.trouble for file in stage.files]
    assert why == ([] if begins else ["Fewer than 3 calls are left today beside the reserve"])
