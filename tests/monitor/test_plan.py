"""When the polls of many jobs are planned anew."""

import asyncio

import pytest

from tests.monitor.stage import Stage, jobs
from tests.support.virtual_time import run_virtual, virtual_now
from zcbulk_tui.domain.budget import Pace, Reason
from zcbulk_tui.domain.outlook import UNREAD, Outlook
from zcbulk_tui.domain.planner import Terms

pytestmark = pytest.mark.usefixtures("alone")


def by_price(ahead: Outlook, on: Terms) -> tuple[float, Reason]:
    """Asks at once for what was not read, and then the later the dearer a call is."""
    return (0.0 if ahead is UNREAD else 1_000 * on.price), Reason.ANY_TIME


def test_what_the_user_chooses_is_planned_at_once_however_many_jobs_there_are() -> None:
    """What readings change waits for the next look at the terms, where there are so many."""

    async def scene() -> list[float]:
        stage = Stage(jobs(70), rule=by_price, frugal_unfocused=False)
        seen = []
        async with stage.running():
            await asyncio.sleep(200)
            for pace in (Pace.FRUGAL, Pace.EAGER, Pace.FRUGAL):
                stage.monitor.set_pace(pace)
                due = [it.next_poll_at for it in stage.monitor.snapshots()]
                assert None not in due
                waits = [(at - virtual_now()).total_seconds() for at in due if at is not None]
                seen.append(min(waits))
                await asyncio.sleep(0.5)
        return seen

    frugal, eager, again = run_virtual(scene())
    assert eager < frugal - 1_000
    assert again > eager + 1_000
