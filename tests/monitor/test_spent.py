"""Code 4000: Zoho says that the day's calls are used up, whatever was counted."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.monitor.stage import AMPLE, Stage, jobs
from tests.support.databases import memory_database
from tests.support.jobs import NOW
from tests.support.virtual_time import run_virtual
from zcbulk_tui.domain.budget import Pace, QuotaPlan
from zcbulk_tui.domain.control import Outcome
from zcbulk_tui.domain.job import Action, JobState
from zcbulk_tui.errors import QuotaSpentError
from zcbulk_tui.store.quota import CallLedger

pytestmark = pytest.mark.usefixtures("alone")

RUNNING = JobState.IN_PROGRESS
NO_MORE = QuotaSpentError("The day's API calls are used up")
REF, OTHER = (job.ref for job in jobs(2))
RESET = 8 * 3600.0
"""When the day ends in India, in virtual time."""

KOLKATA = QuotaPlan(10_000, 1, 20, ZoneInfo("Asia/Kolkata"))


@contextlib.asynccontextmanager
async def refused(count: int, quota_plan: QuotaPlan = AMPLE) -> AsyncIterator[Stage]:
    """So many jobs on a running stage; the first has just been refused its second poll."""
    stage = Stage(jobs(1), quota_plan=quota_plan)
    stage.api.script("1", RUNNING, NO_MORE, RUNNING)
    async with stage.running():
        await asyncio.sleep(3)
        # The others are asked at another time: an answer of theirs would say that all is well.
        for job in jobs(count)[1:]:
            stage.monitor.add(job)
        await asyncio.sleep(8)
        assert stage.service.spent is not None
        assert stage.service.spent.budget.day.spent
        yield stage


def test_all_polls_sleep_until_the_next_day_of_the_accounts_time_zone() -> None:
    async def scene() -> Stage:
        async with refused(3, KOLKATA) as stage:
            assert (stage.spent.budget.left, stage.spent.budget.reserve_left) == (0, 0)
            assert stage.spent.resets_at == NOW + timedelta(seconds=RESET)
            await asyncio.sleep(RESET + 15 - 11)
        return stage

    stage = run_virtual(scene())
    assert stage.api.times("1") == [0.0, 10.1, RESET, RESET + 10.1]
    assert stage.api.times("2") == stage.api.times("3") == [3.0, RESET, RESET + 10.1]
    assert not stage.spent.budget.day.spent


@pytest.mark.parametrize("late", [3.0, 400.0])
def test_where_zohos_day_begins_later_than_ours_polls_go_on_soon_after_it_does(
    late: float,
) -> None:
    async def scene() -> list[float]:
        async with refused(2, KOLKATA) as stage:
            await asyncio.sleep(RESET - 1 - 11)
            for job_id in ("1", "2"):
                stage.api.script(job_id, NO_MORE)
            await asyncio.sleep(1 + late)
            for job_id in ("1", "2"):
                stage.api.script(job_id, RUNNING)
            await asyncio.sleep(700)
            assert not stage.spent.budget.day.spent
            assert stage.service.held_by is None
        return [call.at - RESET for call in stage.api.calls if call.at >= RESET]

    times = run_virtual(scene())
    assert len([at for at in times if at < late]) <= 2 + 2 * late / 60
    assert min(at for at in times if at > late) < late + 300
    assert len([at for at in times if at > late]) > 60


def test_the_job_that_was_refused_keeps_its_reading_and_recovers() -> None:
    async def scene() -> None:
        stage = Stage(jobs(1), quota_plan=KOLKATA)
        stage.api.script("1", RUNNING, NO_MORE, RUNNING)
        async with stage.running():
            await asyncio.sleep(100)
            assert stage.job.state is RUNNING
            assert stage.job.fault is not None
            assert stage.job.fault.error is NO_MORE
            assert stage.job.next_poll_at is not None
            await asyncio.sleep(RESET)
            assert stage.job.fault is None

    run_virtual(scene())


def test_no_key_asks_while_the_day_is_spent() -> None:
    async def scene() -> Stage:
        async with refused(2) as stage:
            with pytest.raises(QuotaSpentError, match=r"Zoho says .* used up") as caught:
                stage.monitor.poll_now([OTHER])
            assert "Polls are possible again at 00:00 UTC" in str(caught.value)
            await asyncio.sleep(60)
        return stage

    assert len(run_virtual(scene()).api.calls) == 3


def test_commands_are_still_tried_and_a_refused_one_changes_nothing() -> None:
    async def scene() -> Stage:
        async with refused(2) as stage:
            stage.api.commands.append(NO_MORE)
            await asyncio.sleep(49)
            command = await stage.monitor.command(OTHER, Action.ABORT)
            assert command.outcome is Outcome.REFUSED
            assert stage.spent.budget.day.spent
            await asyncio.sleep(1000)
        return stage

    stage = run_virtual(scene())
    assert stage.api.sent(Action.ABORT) == 1
    assert max(call.at for call in stage.api.calls) == 60


def test_a_command_alone_can_tell_that_the_day_is_spent() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(2))
        stage.api.commands.append(NO_MORE)
        async with stage.running():
            await asyncio.sleep(5)
            await stage.monitor.command(REF, Action.ABORT)
            assert stage.spent.budget.day.spent
            await asyncio.sleep(13.5 * 3600)
        return stage

    stage = run_virtual(scene())
    times = stage.api.times("1")
    assert times[:2] == [0.0, 13.5 * 3600]


def test_a_command_that_is_carried_out_shows_that_the_day_is_not_spent() -> None:
    async def scene() -> Stage:
        async with refused(2) as stage:
            stage.api.commands.append("Job aborted successfully")
            await asyncio.sleep(989)
            await stage.monitor.command(OTHER, Action.ABORT)
            assert not stage.spent.budget.day.spent
            await asyncio.sleep(5)
        return stage

    stage = run_virtual(scene())
    assert stage.api.times("1") == [0.0, 10.1, 1000.1]
    # It was due, and is looked at again since it was aborted.
    assert stage.api.times("2") == [3.0, 1000.1, 1002.1]


def test_the_true_figure_clears_it_and_polls_go_on_at_once() -> None:
    async def scene() -> Stage:
        async with refused(2) as stage:
            await asyncio.sleep(989)
            stage.monitor.enter_true_figure(100)
            assert not stage.spent.budget.day.spent
            assert stage.spent.budget.left == AMPLE.ours - 100
            await asyncio.sleep(5)
        return stage

    stage = run_virtual(scene())
    assert stage.api.times("1") == [0.0, 10.1, 1000.0]
    assert stage.api.times("2") == [3.0, 1000.0]


def test_zoho_has_the_last_word_on_a_figure_that_is_too_low() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(1))
        stage.api.script("1", RUNNING, NO_MORE)
        async with stage.running():
            for _ in range(3):
                await asyncio.sleep(1000)
                stage.monitor.enter_true_figure(0)
            await asyncio.sleep(1000)
            assert stage.spent.budget.day.spent
        return stage

    assert run_virtual(scene()).api.times() == [0.0, 10.1, 1000.0, 2000.0, 3000.0]


def test_nothing_but_the_next_day_wakes_a_spent_one() -> None:
    async def scene() -> Stage:
        async with refused(2) as stage:
            for paused in (True, False):
                stage.monitor.pause(paused=paused)
                await asyncio.sleep(100)
            stage.monitor.add(jobs(3)[2])
            stage.monitor.remove(OTHER)
            stage.monitor.set_pace(Pace.EAGER)
            stage.monitor.set_focus(focused=False)
            await asyncio.sleep(1000)
        return stage

    assert len(run_virtual(scene()).api.calls) == 3


def test_a_day_that_was_spent_before_makes_no_call_until_the_next() -> None:
    async def scene() -> list[float]:
        ledger = CallLedger(memory_database(), "default")
        ledger.set_spent(NOW.date(), True)
        stage = Stage(jobs(2), quota_plan=KOLKATA, ledger=ledger)
        async with stage.running():
            await asyncio.sleep(RESET + 1)
        return [call.at for call in stage.api.calls]

    assert run_virtual(scene()) == [RESET, RESET]
