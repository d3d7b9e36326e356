"""Start and abort: sent once, settled by what the status tells."""

import asyncio

import pytest

from tests.monitor.stage import ScriptedApi, Stage, jobs
from tests.support.virtual_time import run_virtual
from zcbulk_tui.domain.budget import Cause, Reason
from zcbulk_tui.domain.control import Outcome
from zcbulk_tui.domain.job import Action, JobState
from zcbulk_tui.domain.outlook import UNREAD, Outlook
from zcbulk_tui.domain.planner import Terms
from zcbulk_tui.errors import (
    AlreadyEndedError,
    BusyError,
    RefusedError,
    UnclearError,
    UnreachableError,
    UsageError,
    ZcbulkError,
)
from zcbulk_tui.monitor.events import CommandEnded, JobChanged, JobRemoved

pytestmark = pytest.mark.usefixtures("alone")

S = JobState


def never(ahead: Outlook, _: Terms) -> tuple[float, Reason]:
    """Asks once, and then only when a command is looked after."""
    return (0.0 if ahead is UNREAD else 1e6), Reason.ANY_TIME


REF = jobs(1)[0].ref


def test_an_accepted_command_is_reported_in_the_servers_words_and_looked_at_soon() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(1))
        stage.api.script("1", S.READY, S.IN_PROGRESS)
        stage.api.commands.append("Job created successfully")
        async with stage.running():
            await asyncio.sleep(1)
            await stage.monitor.command(REF, Action.START)
            await asyncio.sleep(3)
        return stage

    stage = run_virtual(scene())
    (ended,) = stage.all(CommandEnded)
    assert ended.command.outcome is Outcome.ACCEPTED
    assert ended.command.said == "Job created successfully"
    assert stage.api.times() == [0.0, 3.1]
    assert stage.job.state is S.IN_PROGRESS


def test_the_look_after_a_command_belongs_to_the_command_and_the_plan_goes_on() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(2))
        stage.api.commands.append("Job aborted successfully")
        async with stage.running():
            await asyncio.sleep(1)
            await stage.monitor.command(REF, Action.ABORT)
            await asyncio.sleep(14)
        return stage

    stage = run_virtual(scene())
    assert stage.api.times("1") == [0.0, 3.1, 13.2]
    assert stage.api.times("2") == [0.0, 10.1]
    assert (stage.counted(Cause.COMMAND), stage.counted(Cause.PLAN)) == (2, 4)


def test_the_look_after_a_command_comes_even_where_polls_are_paused() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(1))
        stage.api.commands.append("Job aborted successfully")
        async with stage.running():
            await asyncio.sleep(1)
            stage.monitor.pause(paused=True)
            await stage.monitor.command(REF, Action.ABORT)
            await asyncio.sleep(100)
        return stage

    assert run_virtual(scene()).api.times() == [0.0, 3.1]


@pytest.mark.parametrize(
    "error",
    [RefusedError("11350"), UnreachableError("no connection, nothing sent")],
    ids=lambda error: type(error).__name__,
)
def test_a_refused_command_is_reported_as_refused(error: ZcbulkError) -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(1))
        stage.api.script("1", S.READY)
        stage.api.commands.append(error)
        async with stage.running():
            await asyncio.sleep(1)
            await stage.monitor.command(REF, Action.START)
            await asyncio.sleep(200)
        return stage

    stage = run_virtual(scene())
    (ended,) = stage.all(CommandEnded)
    assert ended.command.outcome is Outcome.REFUSED
    assert ended.command.error is error
    assert stage.api.sent(Action.START) == 1
    assert stage.api.times() == [0.0, 100.1, 200.2]  # its polls go on as they were planned
    assert stage.counted(Cause.COMMAND) == (0 if isinstance(error, UnreachableError) else 1)


def test_already_ended_is_looked_at_at_once() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(1))
        stage.api.script("1", S.IN_PROGRESS, S.SYSTEM_ABORTED)
        stage.api.commands.append(AlreadyEndedError("11090"))
        async with stage.running():
            await asyncio.sleep(1)
            await stage.monitor.command(REF, Action.ABORT)
            await asyncio.sleep(0.5)
        return stage

    assert run_virtual(scene()).job.state is S.SYSTEM_ABORTED


@pytest.mark.parametrize(
    ("action", "states", "outcome"),
    [
        (Action.START, [S.READY, S.IN_PROGRESS], Outcome.TOOK_EFFECT),
        (Action.START, [S.READY, S.READY], Outcome.NO_EFFECT),
        (Action.ABORT, [S.IN_PROGRESS, S.USER_ABORTED], Outcome.TOOK_EFFECT),
        (Action.ABORT, [S.IN_PROGRESS, S.ABORTED], Outcome.TOOK_EFFECT),
        (Action.ABORT, [S.IN_PROGRESS, S.IN_PROGRESS], Outcome.NO_EFFECT),
        (Action.ABORT, [S.IN_PROGRESS, S.COMPLETED], Outcome.NO_EFFECT),
        (Action.START, [S.READY, S.READY, S.READY, S.IN_PROGRESS], Outcome.TOOK_EFFECT),
        (Action.ABORT, [*[S.IN_PROGRESS] * 4, S.USER_ABORTED], Outcome.TOOK_EFFECT),
    ],
)
def test_after_an_unclear_answer_the_status_is_read_until_it_tells(
    action: Action, states: list[S], outcome: Outcome
) -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(1), rule=never)
        stage.api.script("1", *states)
        stage.api.commands.append(UnclearError("the connection broke off"))
        async with stage.running():
            await asyncio.sleep(1)
            await stage.monitor.command(REF, action)
            lost = asyncio.get_running_loop().time()
            while len(stage.all(CommandEnded)) == 1:
                assert not stage.job.allows(action)
                await asyncio.sleep(0.5)
        looks = [call.at - lost for call in stage.api.calls if call.at > lost]
        looked = 4 if outcome is Outcome.NO_EFFECT and not states[-1].is_final else len(states) - 1
        assert looks == pytest.approx([2, 10, 30, 60][:looked])
        assert stage.counted(Cause.COMMAND) == 1 + looked
        return stage

    stage = run_virtual(scene())
    first, settled = stage.all(CommandEnded)
    assert first.command.outcome is Outcome.SENT
    assert first.command.error is not None
    assert settled.command.outcome is outcome
    assert stage.api.sent(action) == 1


def test_an_unclear_command_stays_open_until_a_status_can_be_read() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(1))
        down = UnreachableError("down")
        stage.api.script("1", S.IN_PROGRESS, down, down, S.UNKNOWN, S.USER_ABORTED)
        stage.api.commands.append(UnclearError("timeout"))
        async with stage.running():
            await asyncio.sleep(1)
            await stage.monitor.command(REF, Action.ABORT)
            await asyncio.sleep(1)
            assert not stage.job.allows(Action.ABORT)
            await asyncio.sleep(100)
        return stage

    stage = run_virtual(scene())
    assert [event.command.outcome for event in stage.all(CommandEnded)] == [
        Outcome.SENT,
        Outcome.TOOK_EFFECT,
    ]
    assert stage.api.sent(Action.ABORT) == 1


def test_a_command_waits_for_the_poll_under_way_and_holds_off_the_next() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(1))
        stage.api.latency = 8
        stage.api.commands.append("Job aborted successfully")
        async with stage.running():
            await asyncio.sleep(1)
            await stage.monitor.command(REF, Action.ABORT)
            await asyncio.sleep(20)
        return stage

    stage = run_virtual(scene())
    assert stage.api.most_for_one_job == 1
    assert [(round(call.at), call.action) for call in stage.api.calls] == [
        (0, None),
        (8, Action.ABORT),
        (18, None),
    ]


def test_a_command_overtakes_a_poll_of_its_job_that_waits_for_the_minute() -> None:
    async def scene() -> float:
        stage = Stage(jobs(100))
        stage.api.commands.append("Job aborted successfully")
        async with stage.running():
            await asyncio.sleep(5)  # the minute's polls are spent
            stage.monitor.poll_now([REF])
            await asyncio.sleep(1)
            await stage.monitor.command(REF, Action.ABORT)
        (sent,) = (call.at for call in stage.api.calls if call.action)
        return sent

    assert run_virtual(scene()) == pytest.approx(6, abs=0.1)


def test_a_job_removed_while_its_command_is_on_its_way_does_not_come_back() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(1), api=ScriptedApi(latency=5))
        stage.api.commands.append("Job aborted successfully")
        async with stage.running():
            await asyncio.sleep(6)
            command = asyncio.create_task(stage.monitor.command(REF, Action.ABORT))
            await asyncio.sleep(1)
            stage.monitor.remove(REF)
            await command
            await asyncio.sleep(100)
        return stage

    stage = run_virtual(scene())
    removed = next(i for i, event in enumerate(stage.events) if isinstance(event, JobRemoved))
    assert not [event for event in stage.events[removed:] if isinstance(event, JobChanged)]
    assert [event.command.outcome for event in stage.all(CommandEnded)] == [Outcome.ACCEPTED]


def test_a_command_that_meets_the_minute_limit_holds_the_polls_too() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(1))
        stage.api.commands.append(BusyError("429", retry_after=100))
        async with stage.running():
            await asyncio.sleep(1)
            await stage.monitor.command(REF, Action.ABORT)
            await asyncio.sleep(150)
        return stage

    times = run_virtual(scene()).api.times()
    assert times[1] - times[0] > 100


def test_read_only_sends_nothing() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(1), read_only=True)
        async with stage.running():
            with pytest.raises(UsageError):
                await stage.monitor.command(REF, Action.ABORT)
        return stage

    stage = run_virtual(scene())
    assert stage.api.sent(Action.ABORT) == 0
    assert stage.counted(Cause.COMMAND) == 0
