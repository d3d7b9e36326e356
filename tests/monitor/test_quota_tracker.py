"""The calls of a day: who may use them, and what happens when they are used up."""

import asyncio
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.monitor.stage import Stage, jobs
from tests.support.databases import memory_database
from tests.support.jobs import NOW
from tests.support.virtual_time import run_virtual
from zcbulk_tui.domain import planner
from zcbulk_tui.domain.budget import Cause, Pace, QuotaPlan
from zcbulk_tui.domain.control import Outcome
from zcbulk_tui.domain.job import Action, JobState
from zcbulk_tui.domain.records import CallRecord
from zcbulk_tui.errors import QuotaSpentError, RefusedError, UnclearError, UnreachableError
from zcbulk_tui.store.quota import CallLedger

pytestmark = pytest.mark.usefixtures("alone")

TODAY = NOW.date()
MIDNIGHT = (24 - 10.5) * 3600
"""When the next day begins in UTC, in virtual time."""

DAY = 86400.0
REF = jobs(1)[0].ref


def small(daily_calls: int, reserve: int = 0, share: float = 1) -> QuotaPlan:
    return QuotaPlan(daily_calls, share, reserve, UTC)


def test_a_day_allows_so_many_polls_and_the_next_day_as_many_again() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(3), quota_plan=small(50, reserve=10))
        async with stage.running():
            await asyncio.sleep(MIDNIGHT + DAY + 3600)
        return stage

    stage = run_virtual(scene())
    assert stage.ledger.polls() == {TODAY + timedelta(days=n): 40 for n in range(3)}
    assert len(stage.api.calls) == 120


def test_polls_go_on_by_themselves_as_soon_as_the_next_day_begins() -> None:
    async def scene() -> list[float]:
        stage = Stage(jobs(1), quota_plan=small(10))
        async with stage.running():
            await asyncio.sleep(MIDNIGHT + 15)
            assert stage.spent.budget.day.date == TODAY + timedelta(days=1)
        return stage.api.times()

    times = run_virtual(scene())
    assert len(times) == 12
    assert times[9] < 100
    assert times[10:] == [MIDNIGHT, pytest.approx(MIDNIGHT + 10.1)]


@pytest.mark.parametrize(
    ("name", "hours"), [("Asia/Kolkata", 8), ("America/Sao_Paulo", 16.5), ("Etc/GMT-13", 0.5)]
)
def test_the_day_ends_at_midnight_of_the_accounts_time_zone(name: str, hours: float) -> None:
    async def scene() -> list[float]:
        stage = Stage(jobs(1), quota_plan=QuotaPlan(5, 1, 0, ZoneInfo(name)))
        async with stage.running():
            await asyncio.sleep(hours * 3600 + 1)
        return stage.api.times()

    assert run_virtual(scene())[5:] == [hours * 3600]


def test_the_planner_spreads_the_polls_of_many_jobs_and_keeps_to_the_day() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(100), quota_plan=small(150, reserve=20), rule=planner.wait)
        async with stage.running():
            await asyncio.sleep(MIDNIGHT + DAY - 1)
        return stage

    polls = run_virtual(scene()).ledger.polls()
    assert len(polls) == 2
    assert max(polls.values()) <= 130


def test_only_a_share_of_the_accounts_calls_is_used() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(2), quota_plan=small(250, reserve=4, share=0.3))
        async with stage.running():
            await asyncio.sleep(MIDNIGHT - 1)
        return stage

    assert len(run_virtual(scene()).api.calls) == 71


def test_keys_use_the_polls_calls_and_no_others() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(4), quota_plan=small(40, reserve=10))
        stage.monitor.pause(paused=True)
        async with stage.running():
            await asyncio.sleep(1)
            for _ in range(7):
                stage.monitor.poll_now(job.ref for job in jobs(4))
                await asyncio.sleep(10)
            with pytest.raises(QuotaSpentError, match=r"takes 4 .* 2 are left for polls"):
                stage.monitor.poll_now(job.ref for job in jobs(4))
            await asyncio.sleep(10)
            assert stage.counted(Cause.KEY) == 28
            stage.monitor.poll_now(job.ref for job in jobs(2))
            await asyncio.sleep(10)
            with pytest.raises(QuotaSpentError, match="10 more are kept for start and abort"):
                stage.monitor.poll_now([REF])
        return stage

    stage = run_virtual(scene())
    assert stage.counted(Cause.KEY) == len(stage.api.calls) == 30
    assert stage.counted(Cause.PLAN) == 0


def test_keys_that_wait_for_the_minute_do_not_use_more_than_is_left_then() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(100), quota_plan=small(60))
        async with stage.running():
            await asyncio.sleep(5)  # the minute's polls are spent
            stage.monitor.poll_now(job.ref for job in jobs(10))
            stage.monitor.poll_now(job.ref for job in jobs(20)[10:])
            await asyncio.sleep(300)
        return stage

    stage = run_virtual(scene())
    assert stage.ledger.polls() == {TODAY: 60}
    assert len(stage.api.calls) == 60


def test_failed_polls_count() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(2), quota_plan=small(30), luck=lambda: 0.0)
        stage.api.script("1", UnclearError("timeout"))
        stage.api.script("2", UnclearError("timeout"))
        async with stage.running():
            await asyncio.sleep(MIDNIGHT - 1)
        return stage

    assert len(run_virtual(scene()).api.calls) == 30


def test_calls_of_which_nothing_left_count_for_nothing() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(2), quota_plan=small(30), luck=lambda: 0.0)
        stage.api.script("1", UnreachableError("down"))
        stage.api.commands.append(UnreachableError("down"))
        async with stage.running():
            await asyncio.sleep(3600)
            outcome = (await stage.monitor.command(REF, Action.ABORT)).outcome
            assert outcome is Outcome.REFUSED
        return stage

    stage = run_virtual(scene())
    tried = len(stage.api.times("1"))
    assert tried > 5
    assert stage.counted(Cause.COMMAND) == 0
    assert stage.ledger.polls() == {NOW.date(): len(stage.api.times("2"))}
    assert stage.database.rows("SELECT count(*) FROM minute") == [(0,)]
    log = [entry for entry in stage.archive.log() if isinstance(entry, CallRecord)]
    assert sum("not counted" in entry.failure for entry in log) == tried + 1
    assert log[0].left == 30 - len(stage.api.times("2"))


def test_commands_go_through_when_the_polls_are_used_up_and_even_the_reserve() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(1), quota_plan=small(8, reserve=2))
        async with stage.running():
            await asyncio.sleep(200)
            assert stage.spent.budget.left_for_polls == 0
            assert stage.spent.budget.reserve_left == 2
            stage.api.commands.append("Job aborted successfully")
            stage.api.commands.extend([RefusedError("not now")] * 4)
            for _ in range(5):
                command = await stage.monitor.command(REF, Action.ABORT)
                assert command.outcome is not Outcome.SENT
                await asyncio.sleep(200)
        return stage

    stage = run_virtual(scene())
    assert stage.api.sent(Action.ABORT) == 5
    # The first one takes the reserve, with the poll that shows what it did; then none is left.
    assert stage.counted(Cause.COMMAND) == 6
    assert stage.counted(Cause.PLAN) == 6
    assert stage.spent.budget.left == 0


def test_commands_leave_the_reserve_whole_while_other_calls_are_left() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(1), quota_plan=small(20, reserve=4))
        stage.monitor.pause(paused=True)
        async with stage.running():
            left = []
            for _ in range(3):
                stage.api.commands.append("Job aborted successfully")
                await stage.monitor.command(REF, Action.ABORT)
                await asyncio.sleep(5)  # with a poll that settles it
                left.append((stage.spent.budget.reserve_left, stage.spent.budget.left_for_polls))
            assert left == [(4, 14), (4, 12), (4, 10)]
            stage.monitor.pause(paused=False)
            await asyncio.sleep(MIDNIGHT - 100)
        return stage

    stage = run_virtual(scene())
    assert (stage.counted(Cause.COMMAND), stage.counted(Cause.PLAN)) == (6, 10)


def test_a_day_that_was_used_up_before_makes_no_call_until_the_next() -> None:
    async def scene() -> list[float]:
        ledger = CallLedger(memory_database(), "default")
        ledger.count(TODAY, Cause.PLAN, 50)
        stage = Stage(jobs(70), quota_plan=small(60, reserve=10), ledger=ledger)
        async with stage.running():
            with pytest.raises(QuotaSpentError, match="possible again at 00:00 UTC"):
                stage.monitor.poll_now([REF])
            await asyncio.sleep(MIDNIGHT - 1)
            assert not stage.api.calls
            await asyncio.sleep(600)
        return [call.at for call in stage.api.calls]

    calls = run_virtual(scene())
    assert calls[0] == MIDNIGHT
    assert len(calls) == 50


def test_calls_of_scripts_are_calls_of_the_polls() -> None:
    async def scene() -> Stage:
        ledger = CallLedger(memory_database(), "default")
        ledger.count(TODAY, Cause.SCRIPT, 35)
        stage = Stage(jobs(1), quota_plan=small(50, reserve=10), ledger=ledger)
        async with stage.running():
            await asyncio.sleep(MIDNIGHT - 1)
        return stage

    assert len(run_virtual(scene()).api.calls) == 5


def test_how_the_day_stands_is_told_after_each_call() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(1), quota_plan=small(100, reserve=10), pace=Pace.EAGER)
        stage.api.script("1", JobState.READY)
        async with stage.running():
            await asyncio.sleep(1)
        return stage

    spent = run_virtual(scene()).spent
    assert (spent.budget.left, spent.budget.left_for_polls, spent.budget.reserve_left) == (
        99,
        89,
        10,
    )
    assert spent.resets_at == NOW + timedelta(seconds=MIDNIGHT)
    assert (spent.pace, spent.pace_in_force, spent.trouble) == (Pace.EAGER, Pace.EAGER, None)
