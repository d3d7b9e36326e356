"""Commands that several processes have a part in: who is told what, and when."""

import asyncio
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.monitor.stage import ScriptedApi, Stage, jobs
from tests.monitor.test_control_records import ABORT, REF, START, S, records
from tests.monitor.test_lost_answers import once
from tests.monitor.windows import TICKS, SharedProfile, shared_profile
from tests.support.contexts import PROFILE
from tests.support.virtual_time import run_virtual, virtual_now
from zcbulk_tui.domain import planner
from zcbulk_tui.domain.call_limits import Slot
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, JobRef, JobState
from zcbulk_tui.domain.records import ControlRecord
from zcbulk_tui.errors import (
    Answer,
    HeldError,
    UnclearError,
    UnreachableError,
    UsageError,
    ZcbulkError,
)
from zcbulk_tui.monitor.aftermath import Aftermath
from zcbulk_tui.monitor.events import CommandEnded
from zcbulk_tui.monitor.recorder import Recorder
from zcbulk_tui.store.database import open_database
from zcbulk_tui.store.memory import Memory
from zcbulk_tui.store.windows import NoWindow


def without_window(stage: Stage) -> Stage:
    """Makes it a command that has no window, as `zcbulk-tui start` is."""
    none = NoWindow(stage.database, PROFILE, clock=asyncio.get_running_loop().time)
    context = stage.context._replace(windows=none)
    stage.context.windows.leave()
    vars(stage.context.memory)["_windows"] = none
    stage.monitor._follower._context = context
    return stage


@contextmanager
def two(folder: Path, *, latency: float = 0.1) -> Iterator[tuple[SharedProfile, Stage, Stage]]:
    with shared_profile(folder) as profile:
        one = profile.window("pts/1", jobs(1), rule=once, api=ScriptedApi(latency=latency))
        other = profile.window("pts/2", rule=once)
        for stage in (one, other):
            stage.api.script("1", S.IN_PROGRESS)
        yield profile, one, other


@pytest.mark.parametrize("answer", ["Job aborted", UnreachableError("down")], ids=["yes", "no"])
def test_a_process_without_window_notices_within_two_seconds_what_another_was_answered(
    tmp_path: Path, answer: str | ZcbulkError
) -> None:
    async def scene() -> None:
        with two(tmp_path, latency=20) as (_, one, other):
            async with one.running():
                await asyncio.sleep(25)
                one.api.commands.append(answer)
                sent = asyncio.create_task(one.monitor.command(REF, ABORT))
                await asyncio.sleep(1)
                waiting = without_window(other)
                async with waiting.running():
                    await asyncio.sleep(1)
                    with pytest.raises(HeldError, match="Nothing was sent"):
                        await waiting.monitor.command(REF, ABORT)
                    await sent
                    await asyncio.sleep(2)
                    command = waiting.job.command
                    assert command is not None
                    assert command.outcome is (await sent).outcome

    run_virtual(scene())


def test_an_answer_is_not_replaced_by_what_another_process_concludes(tmp_path: Path) -> None:
    async def scene() -> None:
        with two(tmp_path, latency=200) as (_, one, other):
            async with one.running(), other.running():
                await asyncio.sleep(205)
                one.api.commands.append("Job aborted")
                sent = asyncio.create_task(one.monitor.command(REF, ABORT))
                # The other one polls, and finds that nothing has come of it.
                other.context.windows.leave()
                await asyncio.sleep(190)
                other.monitor.poll_now([REF])
                await asyncio.sleep(5)
                (record,) = records(other)
                assert record.command.outcome is Outcome.NO_EFFECT
                await sent
                other.monitor.poll_now([REF])
                await asyncio.sleep(5)
                (record,) = records(other)
                assert record.command.outcome is Outcome.ACCEPTED
                assert other.job.command is not None
                assert other.job.command.outcome is Outcome.ACCEPTED

    run_virtual(scene())


def test_a_command_that_another_process_sent_has_the_window_read_the_job_soon(
    tmp_path: Path,
) -> None:
    async def scene() -> None:
        with two(tmp_path) as (_, one, other):
            async with one.running():
                await asyncio.sleep(5)
                script = without_window(other)
                script.api.commands.append("Job aborted")
                async with script.running():
                    await script.monitor.command(REF, ABORT)
                accepted = asyncio.get_running_loop().time()
                await asyncio.sleep(6.5)
            (_, read) = [call.at for call in one.api.calls]
            assert accepted < read <= accepted + 6

    run_virtual(scene())


class Slow(ScriptedApi):
    """Gets its token after a while, before any byte of a command leaves."""

    async def control(self, ref: JobRef, action: Action, slot: Slot) -> Answer:
        await asyncio.sleep(10)
        return await super().control(ref, action, slot)


@pytest.mark.parametrize(
    ("seconds", "outcome", "error"),
    [(5, Outcome.REFUSED, UnreachableError), (12, Outcome.SENT, UnclearError)],
    ids=["before the first byte", "after it"],
)
def test_what_is_interrupted_is_written_down_at_once(
    tmp_path: Path, seconds: float, outcome: Outcome, error: type[ZcbulkError]
) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            stage = profile.window("pts/1", jobs(1), rule=once, api=Slow(latency=5))
            stage.api.script("1", S.READY)
            stage.api.commands.append("Job started")
            async with stage.running():
                await asyncio.sleep(6)
                task = asyncio.create_task(stage.monitor.command(REF, START))
                await asyncio.sleep(seconds)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                (record,) = records(stage)
                assert record.command.outcome is outcome
                assert isinstance(record.command.error, error)
                assert stage.job.command is not None
                assert stage.job.command.outcome is outcome
                assert stage.api.sent(START) == (outcome is Outcome.SENT)

    run_virtual(scene())


@pytest.mark.parametrize("trouble", [UnclearError("timeout"), UnreachableError("down")])
def test_looks_that_fail_are_not_made_more_often_than_announced(
    tmp_path: Path, trouble: ZcbulkError
) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            stage = profile.window("pts/1", jobs(1), rule=once)
            stage.api.script("1", S.READY, trouble)
            stage.api.commands.append(UnclearError("timeout"))
            async with stage.running():
                await asyncio.sleep(6)
                await stage.monitor.command(REF, START)
                await asyncio.sleep(60.05)
            assert len(stage.api.times()) == 1 + 4

    run_virtual(scene())


def test_a_second_start_is_not_sent_before_the_job_was_read(tmp_path: Path) -> None:
    async def scene() -> None:
        with two(tmp_path) as (_, one, other):
            async with one.running(), other.running():
                await asyncio.sleep(5)
                one.api.commands.append("Job aborted")
                await one.monitor.command(REF, ABORT)
                with pytest.raises(UsageError) as held:
                    await other.monitor.command(REF, ABORT)
                assert "was accepted at" in held.value.cause
                assert other.api.sent(ABORT) == 0
                assert len(other.all(CommandEnded)) == 0

    run_virtual(scene())


@pytest.mark.parametrize("script_reads", [False, True], ids=["ends", "reads the effect"])
def test_a_start_by_a_script_shows_in_the_window_within_seconds(
    tmp_path: Path, script_reads: bool
) -> None:
    async def scene() -> tuple[list[float], JobState | None]:
        with shared_profile(tmp_path) as profile:
            window = profile.window("pts/1", jobs(1), rule=planner.wait)
            script = without_window(profile.window("-", jobs(1), shows_list=False))
            window.api.script("1", S.READY, S.READY, S.IN_PROGRESS)
            script.api.script("1", S.IN_PROGRESS)
            script.api.commands.append("Job started")
            async with window.running():
                await asyncio.sleep(100)
                async with script.running():
                    await script.monitor.command(REF, Action.START)
                    if script_reads:
                        script.monitor.poll_now([REF])
                        await asyncio.sleep(0.5)
                await asyncio.sleep(10)
                return [at for at in window.api.times() if at <= 110], window.job.state

    times, state = run_virtual(scene())
    assert state is S.IN_PROGRESS
    if script_reads:
        assert times == [0.0], "no call is spent on what is known"
    else:
        first, again, *_ = times[1:]
        assert 102 <= first <= 103.1
        assert again > first, "the job was ready still: it is read again soon"


def test_a_command_of_another_profile_is_noticed(tmp_path: Path) -> None:
    async def scene() -> Outcome | None:
        with (
            shared_profile(tmp_path) as profile,
            closing(open_database(tmp_path / "state.db")) as database,
        ):
            window = profile.window("pts/1", jobs(1), rule=once)
            async with window.running():
                await asyncio.sleep(1)
                memory = Memory(database, "other", NoWindow(database, "other"), shows_list=False)
                command = Command(Action.ABORT, virtual_now(), Outcome.ACCEPTED, "Job aborted")
                aftermath = Aftermath(memory, Recorder(memory, virtual_now), virtual_now)
                aftermath.note(ControlRecord("key", jobs(1)[0], "other", "bob@jump1", command))
                await asyncio.sleep(TICKS)
                return window.job.command.outcome if window.job.command else None

    assert run_virtual(scene()) is Outcome.ACCEPTED
