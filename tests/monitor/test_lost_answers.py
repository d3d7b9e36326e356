"""What becomes of commands whose answer was lost: looks, records, restarts, several windows."""

import asyncio
from pathlib import Path

import pytest

from tests.monitor.stage import ScriptedApi, Stage, jobs
from tests.monitor.test_control_records import ABORT, REF, START, S, command, records, settled_state
from tests.monitor.windows import shared_profile
from tests.support.virtual_time import run_virtual
from zcbulk_tui.domain.budget import Reason
from zcbulk_tui.domain.control import Outcome
from zcbulk_tui.domain.job import Action
from zcbulk_tui.domain.outlook import UNREAD, Outlook
from zcbulk_tui.domain.planner import Terms
from zcbulk_tui.errors import (
    BusyError,
    QuotaSpentError,
    RefusedError,
    UnclearError,
    UnreachableError,
    UsageError,
    ZcbulkError,
)
from zcbulk_tui.monitor.events import CommandEnded


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize(
    ("action", "before", "shown"),
    [(START, S.READY, S.IN_PROGRESS), (ABORT, S.IN_PROGRESS, S.USER_ABORTED)],
)
def test_a_reading_that_shows_the_effect_after_all_corrects_the_record(
    action: Action, before: S, shown: S
) -> None:
    stage = command(UnclearError("timeout"), *[before] * 12, shown, action=action, seconds=1500)
    (record,) = records(stage)
    assert (record.command.outcome, settled_state(record)) == (Outcome.TOOK_EFFECT, shown)
    ended = [event.command.outcome for event in stage.all(CommandEnded)]
    assert ended == [Outcome.SENT, Outcome.NO_EFFECT, Outcome.TOOK_EFFECT]


@pytest.mark.usefixtures("alone")
def test_it_is_corrected_after_a_refused_second_try_too() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(1))
        stage.api.script("1", S.READY)
        stage.api.commands.extend([UnclearError("timeout"), RefusedError("already running")])
        async with stage.running():
            await asyncio.sleep(1)
            await stage.monitor.command(REF, START)
            await asyncio.sleep(70)
            stage.api.script("1", S.IN_PROGRESS)
            await stage.monitor.command(REF, START)
            await asyncio.sleep(200)
        return stage

    first, second = records(run_virtual(scene()))
    assert first.command.outcome is Outcome.TOOK_EFFECT
    assert second.command.outcome is Outcome.REFUSED


def test_it_is_corrected_after_a_restart_and_shown_in_the_other_window(tmp_path: Path) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            one = profile.window("pts/1", jobs(1))
            one.api.script("1", S.READY)
            one.api.commands.append(UnclearError("timeout"))
            async with one.running():
                await asyncio.sleep(3)
                await one.monitor.command(REF, START)
                await asyncio.sleep(70)
            (record,) = records(one)
            assert record.command.outcome is Outcome.NO_EFFECT
            two, three = profile.window("pts/2"), profile.window("pts/3")
            two.api.script("1", S.IN_PROGRESS)
            async with two.running(), three.running():
                await asyncio.sleep(200)
                for window in (two, three):
                    assert window.job.command is not None
                    assert window.job.command.outcome is Outcome.TOOK_EFFECT
                    (ended,) = window.all(CommandEnded)
                    assert ended.command.outcome is Outcome.TOOK_EFFECT
            assert three.api.calls == []

    run_virtual(scene())


@pytest.mark.parametrize("after", [0.0, 12.0, 3600.0])
def test_a_window_that_dies_leaves_it_unclear_and_the_next_one_goes_on(
    tmp_path: Path, after: float
) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            one = profile.window("pts/1", jobs(1), rule=once)
            one.api.script("1", S.READY)
            one.api.commands.append(UnclearError("timeout"))
            async with one.running():
                await asyncio.sleep(3)
                await one.monitor.command(REF, START)
                await asyncio.sleep(5)
            (record,) = records(one)
            assert record.is_unclear
            await asyncio.sleep(after)
            two = profile.window("pts/2", rule=once)
            two.api.script("1", S.READY)
            async with two.running():
                await asyncio.sleep(1)
                while not two.all(CommandEnded):
                    with pytest.raises(UsageError, match="Nothing was sent"):
                        await two.monitor.command(REF, START)
                    await asyncio.sleep(1)
                now = asyncio.get_running_loop().time()
            # How long it was on its way, the second one cannot know.
            assert now == pytest.approx(max(3 + 150, 8 + after), abs=3)
            assert len(two.api.calls) == (4 if after < 60 else 1)
            (record,) = records(two)
            assert record.command.outcome is Outcome.NO_EFFECT

    run_virtual(scene())


def once(ahead: Outlook, _: Terms) -> tuple[float, Reason]:
    """Asks once, and then only when a command is looked after."""
    return (0.0 if ahead is UNREAD else 1e6), Reason.ANY_TIME


def test_a_status_asked_before_the_command_proves_nothing(tmp_path: Path) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            slow = ScriptedApi(latency=50)
            one = profile.window("pts/1", jobs(1), rule=once, api=slow)
            two = profile.window("pts/2", rule=once)
            slow.script("1", S.READY)
            two.api.script("1", S.READY)
            two.api.commands.append(UnclearError("timeout"))
            async with one.running(), two.running():
                await asyncio.sleep(60)
                one.monitor.poll_now([REF])
                await asyncio.sleep(1)
                slow.script("1", S.IN_PROGRESS)  # by somebody else
                await two.monitor.command(REF, START)
                await asyncio.sleep(55)
                (record,) = records(two)
                assert record.is_unclear

    run_virtual(scene())


def test_two_windows_look_no_more_often_than_one(tmp_path: Path) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            one, two = profile.window("pts/1", jobs(1), rule=once), profile.window(rule=once)
            for window in (one, two):
                window.api.script("1", S.READY)
            two.api.commands.append(UnclearError("timeout"))
            async with one.running(), two.running():
                await asyncio.sleep(3)
                await two.monitor.command(REF, START)
                await asyncio.sleep(200)
            assert [len(window.api.calls) for window in (one, two)] == [1, 5]

    run_virtual(scene())


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize(
    "trouble",
    [UnreachableError("down"), UnclearError("timeout"), BusyError("429"), QuotaSpentError("4000")],
    ids=lambda error: type(error).__name__,
)
def test_as_long_as_no_status_can_be_read_it_stays_unclear(trouble: ZcbulkError) -> None:
    stage = command(UnclearError("timeout"), S.READY, *[trouble] * 4, S.IN_PROGRESS, seconds=55)
    (record,) = records(stage)
    assert record.is_unclear
    # A day that is spent begins anew after midnight.
    seconds = 14 * 3600 if isinstance(trouble, QuotaSpentError) else 900
    stage = command(
        UnclearError("timeout"), S.READY, *[trouble] * 4, S.IN_PROGRESS, seconds=seconds
    )
    (record,) = records(stage)
    assert record.command.outcome is Outcome.TOOK_EFFECT
