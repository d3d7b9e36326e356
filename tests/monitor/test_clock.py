"""The time of day that is set, and machines that sleep: loop time stands still meanwhile."""

import asyncio
import itertools
from datetime import UTC, timedelta

import pytest

from tests.monitor.stage import Clock, Stage, jobs
from tests.support.jobs import NOW
from tests.support.virtual_time import run_virtual
from zcbulk_tui.domain import planner
from zcbulk_tui.domain.budget import QuotaPlan, Reason
from zcbulk_tui.domain.outlook import UNREAD, Outlook
from zcbulk_tui.domain.planner import Terms
from zcbulk_tui.errors import UnreachableError
from zcbulk_tui.monitor.clock import ClockWatch, Moved

pytestmark = pytest.mark.usefixtures("alone")

LOOK_UP = 61.0
"""Seconds within which it is noticed that a machine slept."""

HOUR = 3600.0


def seldom(ahead: Outlook, _: Terms) -> tuple[float, Reason]:
    """Asks each 5000 s."""
    return (0.0 if ahead is UNREAD else 5000.0), Reason.ANY_TIME


def test_what_came_due_while_the_machine_slept_is_asked_soon_after() -> None:
    async def scene() -> list[float]:
        clock = Clock()
        stage = Stage(jobs(1), rule=seldom, now=clock)
        async with stage.running():
            await asyncio.sleep(2000)
            clock.jump(HOUR)
            await asyncio.sleep(LOOK_UP)
        return stage.api.times()

    first, second = run_virtual(scene())
    assert first == 0
    assert 2000 < second <= 2000 + LOOK_UP


def test_what_is_not_due_yet_is_asked_as_much_earlier_as_the_machine_slept() -> None:
    async def scene() -> list[float]:
        clock = Clock()
        stage = Stage(jobs(1), rule=seldom, now=clock)
        async with stage.running():
            await asyncio.sleep(100)
            clock.jump(HOUR)
            await asyncio.sleep(6500)
        return stage.api.times()

    # The next one is planned as ever.
    assert run_virtual(scene()) == [0.0, pytest.approx(1400.1), pytest.approx(6400.2)]


def test_a_failed_job_is_tried_again_soon_after_too() -> None:
    async def scene() -> list[float]:
        clock = Clock()
        stage = Stage(jobs(1), now=clock)
        stage.api.script("1", *[UnreachableError("down")] * 9, UnreachableError("down"))
        async with stage.running():
            await asyncio.sleep(1000)
            before = len(stage.api.times())
            clock.jump(HOUR)
            await asyncio.sleep(LOOK_UP)
        return stage.api.times()[before:]

    assert run_virtual(scene())


def test_a_machine_that_slept_through_the_reset_asks_again() -> None:
    async def scene() -> list[float]:
        clock = Clock()
        stage = Stage(jobs(1), now=clock, quota_plan=QuotaPlan(10, 1, 0, UTC))
        async with stage.running():
            await asyncio.sleep(1000)
            assert len(stage.api.times()) == 10
            clock.jump(14 * HOUR)
            await asyncio.sleep(LOOK_UP)
            assert stage.spent.budget.day.date == NOW.date() + timedelta(days=1)
        return stage.api.times()[10:]

    assert run_virtual(scene())[0] <= 1000 + LOOK_UP


def test_a_paused_monitor_stays_paused_while_the_machine_sleeps() -> None:
    async def scene() -> list[float]:
        clock = Clock()
        stage = Stage(jobs(1), now=clock)
        async with stage.running():
            await asyncio.sleep(5)
            stage.monitor.pause(paused=True)
            clock.jump(HOUR)
            await asyncio.sleep(1000)
        return stage.api.times()

    assert run_virtual(scene()) == [0.0]


@pytest.mark.parametrize("back", [4.0, HOUR, 400 * 24 * HOUR])
def test_a_clock_set_back_stops_no_polls(back: float) -> None:
    async def scene() -> list[float]:
        clock = Clock()
        stage = Stage(jobs(1), now=clock)
        async with stage.running():
            await asyncio.sleep(25)
            clock.jump(-back)
            await asyncio.sleep(75)
        return stage.api.times()

    assert run_virtual(scene()) == [pytest.approx(10.1 * poll) for poll in range(10)]


def test_a_clock_set_back_stops_no_polls_of_the_planner() -> None:
    async def scene() -> list[float]:
        clock = Clock()
        stage = Stage(jobs(1), now=clock, rule=planner.wait)
        stage.api.lasts["1"] = 20 * HOUR
        async with stage.running():
            await asyncio.sleep(2 * HOUR)
            clock.jump(-HOUR)
            await asyncio.sleep(2 * HOUR)
        return stage.api.times()

    times = run_virtual(scene())
    gaps = [after - before for before, after in itertools.pairwise(times)]
    assert max(gaps) < 1300
    assert times[-1] > 4 * HOUR - 1300


def test_a_clock_set_back_to_a_day_that_is_used_up_allows_no_more_polls_of_it() -> None:
    async def scene() -> Stage:
        clock = Clock(NOW.replace(hour=23, minute=50))
        stage = Stage(jobs(1), now=clock, quota_plan=QuotaPlan(20, 1, 0, UTC))
        async with stage.running():
            await asyncio.sleep(650)  # 50 s into the next day
            clock.jump(-HOUR)
            await asyncio.sleep(3000)
            assert len(stage.api.calls) == 25
            await asyncio.sleep(HOUR)
        return stage

    stage = run_virtual(scene())
    assert stage.ledger.polls() == {NOW.date(): 20, NOW.date() + timedelta(days=1): 20}


def test_small_corrections_of_the_clock_move_no_polls() -> None:
    async def scene() -> list[float]:
        clock = Clock()
        stage = Stage(jobs(1), now=clock, rule=seldom)
        async with stage.running():
            for correction in (2, -3, 4, -4, 1):
                await asyncio.sleep(500)
                clock.jump(correction)
            await asyncio.sleep(3000)
        return stage.api.times()

    assert run_virtual(scene()) == [0.0, pytest.approx(5000.1)]


@pytest.mark.parametrize(("lag", "slept"), [(4.9, 0.0), (5.1, 5.1), (HOUR, HOUR)])
def test_what_a_clock_that_goes_on_in_sleep_is_ahead_by_counts_as_sleep_from_5_s_on(
    lag: float, slept: float
) -> None:
    async def scene() -> Moved:
        clock = Clock()
        watch = ClockWatch(clock, clock.elapsed)
        assert watch.look() == Moved()
        clock.sleep(lag)
        return watch.look()

    moved = run_virtual(scene())
    assert moved.slept == pytest.approx(slept)
    assert moved.step == 0


def test_a_fault_is_as_old_as_before_when_the_clock_is_set() -> None:
    async def scene() -> None:
        clock = Clock()
        stage = Stage(jobs(1), now=clock, elapsed=clock.elapsed)
        stage.api.script("1", UnreachableError("down"))
        async with stage.running():
            await asyncio.sleep(60)
            before = stage.job.fault
            assert before is not None
            clock.jump(-3600.0)
            await asyncio.sleep(70)
            assert stage.job.fault is not None
            assert stage.job.fault.since == before.since - timedelta(hours=1)

    run_virtual(scene())
