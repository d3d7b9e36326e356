"""An account that others use too: what they use is told by hand, or read from the database."""

import asyncio
from contextlib import closing
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from tests.monitor.stage import Stage, jobs
from tests.support.contexts import PROFILE
from tests.support.jobs import NOW
from tests.support.virtual_time import run_virtual
from zcbulk_tui.domain.budget import Cause, QuotaPlan
from zcbulk_tui.store.database import Database, open_database
from zcbulk_tui.store.quota import CallLedger

TODAY = NOW.date()
MIDNIGHT = (24 - 10.5) * 3600
"""When the next day begins in UTC, in virtual time."""


def small(daily_calls: int, reserve: int = 0, share: float = 1) -> QuotaPlan:
    return QuotaPlan(daily_calls, share, reserve, UTC)


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize(("used", "more"), [(0, 50), (50, 50), (90, 10), (100, 0), (5000, 0)])
def test_the_true_figure_lowers_what_is_left(used: int, more: int) -> None:
    async def scene() -> int:
        stage = Stage(jobs(1), quota_plan=small(100, reserve=0, share=0.6))
        async with stage.running():
            await asyncio.sleep(95)
            assert len(stage.api.calls) == 10
            stage.monitor.enter_true_figure(used)
            assert stage.spent.budget.left == more
            await asyncio.sleep(1000)
        return len(stage.api.calls)

    assert run_virtual(scene()) == 10 + more


@pytest.mark.usefixtures("alone")
def test_a_true_figure_that_was_too_high_is_put_right_and_polls_go_on_at_once() -> None:
    async def scene() -> list[float]:
        stage = Stage(jobs(1), quota_plan=small(100))
        async with stage.running():
            await asyncio.sleep(5)
            stage.monitor.enter_true_figure(100)
            await asyncio.sleep(995)
            stage.monitor.enter_true_figure(1)
            await asyncio.sleep(5)
        return stage.api.times()

    assert run_virtual(scene()) == [0.0, 1000.0]


@pytest.mark.usefixtures("alone")
def test_what_others_used_is_forgotten_with_the_day() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(1), quota_plan=small(30))
        async with stage.running():
            stage.monitor.enter_true_figure(25)
            await asyncio.sleep(MIDNIGHT + 1000)
        return stage

    assert run_virtual(scene()).ledger.polls() == {TODAY: 5, TODAY + timedelta(days=1): 30}


def stage_on(database: Database, name: str, quota_plan: QuotaPlan, profile: str = PROFILE) -> Stage:
    ledger = CallLedger(database, profile)
    return Stage(jobs(1), quota_plan=quota_plan, ledger=ledger, database=database, name=name)


def test_dashboards_on_one_database_spend_the_day_as_one_does(tmp_path: Path) -> None:
    async def scene() -> None:
        path = tmp_path / "state.db"
        with closing(open_database(path)) as here, closing(open_database(path)) as there:
            day = small(30, reserve=4)
            one, other = stage_on(here, "pts/1", day), stage_on(there, "pts/2", day)
            async with one.running(), other.running():
                await asyncio.sleep(400)
                assert [stage.spent.budget.day.of(Cause.PLAN) for stage in (one, other)] == [26, 26]
            assert (len(one.api.calls), len(other.api.calls)) == (26, 0)

    run_virtual(scene())


def test_a_dashboard_sees_what_another_one_was_told(tmp_path: Path) -> None:
    async def scene() -> None:
        path = tmp_path / "state.db"
        with closing(open_database(path)) as here, closing(open_database(path)) as there:
            one, other = stage_on(here, "pts/1", small(100)), stage_on(there, "pts/2", small(100))
            async with one.running(), other.running():
                await asyncio.sleep(25)
                other.monitor.enter_true_figure(100)
                await asyncio.sleep(100)
                assert (len(one.api.calls), len(other.api.calls)) == (3, 0)
                assert one.spent.budget.left == 0

    run_virtual(scene())


def test_profiles_on_one_database_do_not_share_the_day(tmp_path: Path) -> None:
    async def scene() -> None:
        path = tmp_path / "state.db"
        with closing(open_database(path)) as here, closing(open_database(path)) as there:
            one = stage_on(here, "pts/1", small(20))
            other = stage_on(there, "pts/2", small(20), profile="other")
            other.quota.look()
            async with one.running():
                await asyncio.sleep(300)
            assert len(one.api.calls) == 20
            assert other.quota.budget.left == 20

    run_virtual(scene())
