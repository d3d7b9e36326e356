"""What a call is worth: the pace, who looks, and the plan that comes of it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tests.monitor.stage import Clock, Stage, jobs
from tests.support.jobs import NOW
from tests.support.virtual_time import run_virtual
from zcbulk_tui.domain import planner
from zcbulk_tui.domain.budget import Pace, QuotaPlan
from zcbulk_tui.domain.job import JobState
from zcbulk_tui.domain.planner import DayPlan
from zcbulk_tui.monitor.events import JobChanged, ServiceChanged

pytestmark = pytest.mark.usefixtures("alone")

HOUR = 3600.0
MIDNIGHT = 13.5 * HOUR
MOMENT = timedelta(milliseconds=1)


def on_stage(count: int = 1, lasts: float = HOUR, **how: bool | Pace | QuotaPlan | Clock) -> Stage:
    """Jobs that move steadily, asked by the planner's own rule."""
    stage = Stage(jobs(count), rule=planner.wait, **how)  # type: ignore[arg-type]  # as it takes
    stage.api.lasts = {job.ref.job_id: lasts for job in jobs(count)}
    return stage


def calls_of(pace: Pace, lasts: float) -> int:
    async def scene() -> int:
        stage = on_stage(pace=pace, lasts=lasts)
        async with stage.running():
            await asyncio.sleep(lasts + 1300)
            assert stage.job.state is JobState.COMPLETED
        return len(stage.api.calls)

    return run_virtual(scene())


@pytest.mark.parametrize("lasts", [300, 2000, 10_000])
def test_the_more_waiting_a_call_is_worth_the_more_calls_are_made(lasts: float) -> None:
    eager, balanced, frugal = (
        calls_of(pace, lasts) for pace in (Pace.EAGER, Pace.BALANCED, Pace.FRUGAL)
    )
    assert eager > balanced > frugal > 2


def next_poll(stage: Stage) -> datetime:
    at = stage.job.next_poll_at
    assert at is not None
    return at


def test_a_new_pace_counts_at_once() -> None:
    async def scene() -> None:
        stage = on_stage(lasts=3 * HOUR)
        async with stage.running():
            await asyncio.sleep(HOUR)
            usual = next_poll(stage)
            stage.monitor.set_pace(Pace.FRUGAL)
            assert next_poll(stage) > usual
            assert stage.spent.pace is stage.spent.pace_in_force is Pace.FRUGAL
            stage.monitor.set_pace(Pace.EAGER)
            assert next_poll(stage) < usual
            stage.monitor.set_pace(Pace.BALANCED)
            assert abs(next_poll(stage) - usual) < MOMENT

    run_virtual(scene())


def test_a_new_pace_can_make_a_job_due_at_once() -> None:
    async def scene() -> tuple[float, list[float]]:
        stage = on_stage(pace=Pace.FRUGAL)
        stage.api.lasts.clear()
        stage.api.script("1", JobState.UNKNOWN)
        async with stage.running():
            await asyncio.sleep(2 * HOUR)
            before = stage.api.times()[-1]
            wait = next_poll(stage).timestamp() - NOW.timestamp() - before
            await asyncio.sleep(before + 0.9 * wait - 2 * HOUR)
            stage.monitor.set_pace(Pace.EAGER)
            now = asyncio.get_running_loop().time()
            await asyncio.sleep(1)
        return now, stage.api.times()

    now, times = run_virtual(scene())
    assert times[-1] == round(now, 1)


@pytest.mark.parametrize(("moved", "planned"), [(1.04, 0), (1.06, 2), (1 / 1.04, 0), (1 / 1.06, 2)])
def test_polls_are_planned_anew_where_the_price_moves_by_a_twentieth(
    monkeypatch: pytest.MonkeyPatch, moved: float, planned: int
) -> None:
    async def scene() -> int:
        stage = on_stage(2)
        async with stage.running():
            await asyncio.sleep(60)
            on = stage.quota.terms(stage.monitor._plan.outlooks())
            other = on._replace(price=on.price * moved)
            monkeypatch.setattr(stage.quota, "terms", lambda _: other)
            return len(stage.monitor._plan.renew())

    assert run_virtual(scene()) == planned


def test_a_new_day_of_calls_is_reported_before_any_poll_is_due() -> None:
    async def scene() -> None:
        clock = Clock(NOW.replace(hour=23, minute=50))
        stage = on_stage(6, lasts=20 * HOUR, now=clock, quota_plan=QuotaPlan(10, 1, 0, UTC))
        async with stage.running():
            await asyncio.sleep(590)
            calls = len(stage.api.calls)
            assert next_poll(stage) > clock() + timedelta(seconds=120)
            await asyncio.sleep(80)
            assert stage.spent.budget.day.date == NOW.date() + timedelta(days=1)
            assert len(stage.api.calls) == calls

    run_virtual(scene())


def test_jobs_that_are_over_or_wait_for_another_try_are_not_planned_anew() -> None:
    async def scene() -> None:
        stage = on_stage(2, lasts=100)
        async with stage.running():
            await asyncio.sleep(HOUR)
            told = len(stage.all(JobChanged))
            stage.monitor.set_pace(Pace.EAGER)
            assert len(stage.all(JobChanged)) == told
            calls = len(stage.api.calls)
            await asyncio.sleep(HOUR)
            assert len(stage.api.calls) == calls

    run_virtual(scene())


def test_while_nobody_looks_polls_are_rarer_and_then_as_before() -> None:
    async def scene() -> None:
        stage = on_stage(pace=Pace.EAGER, lasts=3 * HOUR)
        async with stage.running():
            await asyncio.sleep(HOUR)
            usual = next_poll(stage)
            stage.monitor.set_focus(focused=False)
            assert (stage.spent.pace, stage.spent.pace_in_force) == (Pace.EAGER, Pace.FRUGAL)
            assert next_poll(stage) > usual
            stage.monitor.set_focus(focused=True)
            assert stage.spent.pace_in_force is Pace.EAGER
            assert abs(next_poll(stage) - usual) < MOMENT

    run_virtual(scene())


def calls_unfocused(*, frugal_unfocused: bool) -> int:
    async def scene() -> int:
        stage = on_stage(lasts=2000, frugal_unfocused=frugal_unfocused)
        async with stage.running():
            stage.monitor.set_focus(focused=False)
            await asyncio.sleep(HOUR)
        return len(stage.api.calls)

    return run_virtual(scene())


def test_the_focus_counts_where_it_is_set_to() -> None:
    assert calls_unfocused(frugal_unfocused=True) == calls_of(Pace.FRUGAL, 2000)
    assert calls_unfocused(frugal_unfocused=False) == calls_of(Pace.BALANCED, 2000)


def test_the_focus_changes_nothing_where_it_does_not_count() -> None:
    async def scene() -> None:
        stage = on_stage(lasts=3 * HOUR, frugal_unfocused=False)
        async with stage.running():
            await asyncio.sleep(HOUR)
            usual = next_poll(stage)
            stage.monitor.set_focus(focused=False)
            assert stage.spent.pace_in_force is Pace.BALANCED
            assert next_poll(stage) == usual

    run_virtual(scene())


def test_a_pace_chosen_while_nobody_looks_counts_when_somebody_does() -> None:
    async def scene() -> None:
        stage = on_stage()
        async with stage.running():
            stage.monitor.set_focus(focused=False)
            stage.monitor.set_pace(Pace.EAGER)
            assert (stage.spent.pace, stage.spent.pace_in_force) == (Pace.EAGER, Pace.FRUGAL)
            stage.monitor.set_focus(focused=True)
            assert stage.spent.pace_in_force is Pace.EAGER
            assert isinstance(stage.events[-1], ServiceChanged)

    run_virtual(scene())


def planned(quota_plan: QuotaPlan, *, count: int = 3, pace: Pace = Pace.BALANCED) -> DayPlan:
    """The plan after a while, when the first job is over."""

    async def scene() -> DayPlan:
        stage = on_stage(count, lasts=2 * HOUR, quota_plan=quota_plan, pace=pace)
        stage.api.lasts["1"] = 60
        async with stage.running():
            await asyncio.sleep(HOUR)
            return stage.monitor.day_plan()

    return run_virtual(scene())


def test_the_plan_has_an_entry_for_each_job_that_is_not_over() -> None:
    plan = planned(QuotaPlan(1000, 1, 20, UTC))
    assert [one.snapshot.ref for one in plan.jobs] == [job.ref for job in jobs(3)[1:]]
    for one in plan.jobs:
        assert one.snapshot.state is JobState.IN_PROGRESS
        assert 1 < one.calls < 100


def test_the_plan_tells_what_each_pace_would_bring() -> None:
    plan = planned(QuotaPlan(100_000, 1, 20, UTC))
    frugal, balanced, eager = plan.effects
    assert [effect.pace for effect in plan.effects] == [Pace.FRUGAL, Pace.BALANCED, Pace.EAGER]
    assert frugal.calls < balanced.calls < eager.calls
    assert frugal.within is not None
    assert balanced.within is not None
    assert eager.within is not None
    assert frugal.within > balanced.within > eager.within > 0
    assert sum(one.calls for one in plan.jobs) == pytest.approx(balanced.calls, abs=1)


def test_the_plan_promises_no_more_than_is_left() -> None:
    plan = planned(QuotaPlan(60, 1, 10, UTC), count=40)
    assert len(plan.jobs) == 39
    assert max(effect.calls for effect in plan.effects) <= 50


def test_the_plan_comes_about_true() -> None:
    async def scene() -> tuple[float, int]:
        stage = on_stage(4, lasts=2 * HOUR, quota_plan=QuotaPlan(2000, 1, 20, UTC))
        async with stage.running():
            await asyncio.sleep(HOUR)
            before = len(stage.api.calls)
            promised = sum(one.calls for one in stage.monitor.day_plan().jobs)
            await asyncio.sleep(MIDNIGHT - HOUR)
        return promised, len(stage.api.calls) - before

    promised, made = run_virtual(scene())
    assert made / 2 < promised < made * 2


def test_of_nothing_there_is_an_empty_plan() -> None:
    async def scene() -> DayPlan:
        return Stage().monitor.day_plan()

    plan = run_virtual(scene())
    assert plan.jobs == ()
    assert [(effect.calls, effect.within) for effect in plan.effects] == [(0, None)] * 3
