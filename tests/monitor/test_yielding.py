"""A wait among dashboards: who polls, what, and that no call is made twice."""

import asyncio
from itertools import pairwise
from pathlib import Path

import pytest

from tests.monitor.stage import Stage, jobs
from tests.monitor.windows import asked, counts, shared_profile
from tests.support.virtual_time import run_virtual
from zcbulk_tui.domain.records import EventKind, JobEvent

HANDOVER = 4.5
"""Seconds within which another window has the lease."""


def polls(*stages: Stage) -> list[bool]:
    """Whether each works what the one that polls works: polls, queue and results."""
    return [stage.monitor.polls_for_all for stage in stages]


@pytest.mark.parametrize("with_wait", [False, True])
def test_beside_a_dashboard_a_wait_makes_no_call_and_causes_none(
    tmp_path: Path, with_wait: bool
) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            dashboard = profile.window("pts/1", jobs(2))
            async with dashboard.running():
                if with_wait:
                    await asyncio.sleep(3)
                    wait = profile.window("wait 1", jobs(1), shows_list=False, yields=True)
                    async with wait.running():
                        await asyncio.sleep(32)
                        assert polls(dashboard, wait) == [True, False]
                        assert wait.api.calls == []
                        assert counts(wait)[-1:] == counts(dashboard)[-1:]
                        assert dashboard.service.windows == 1
                else:
                    await asyncio.sleep(35)
            assert dashboard.api.times("1") == [0.0, 10.1, 20.2, 30.3]
            assert dashboard.api.times("2") == [0.0, 10.1, 20.2, 30.3]

    run_virtual(scene())


def test_a_wait_alone_polls_what_it_waits_for_and_not_the_list(tmp_path: Path) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            profile.window("pts/1", jobs(3)).context.windows.leave()
            wait = profile.window("wait 1", jobs(1), shows_list=False, yields=True)
            other = profile.window("wait 2", jobs(2)[1:], shows_list=False, yields=True)
            async with wait.running(), other.running():
                await asyncio.sleep(25)
            assert asked(wait) == {"1", "2"}
            assert asked(other) == set()
            assert counts(other, "2")

    run_virtual(scene())


def test_it_makes_way_for_a_dashboard_within_seconds_and_polls_again_when_that_closes(
    tmp_path: Path,
) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            wait = profile.window("wait 1", jobs(1), shows_list=False, yields=True)
            async with wait.running():
                await asyncio.sleep(15)
                assert polls(wait) == [True]
                dashboard = profile.window("pts/1", jobs(2)[1:])
                async with dashboard.running():
                    opened = asyncio.get_running_loop().time()
                    while not dashboard.monitor.polls_for_all:
                        # Until then it says who polls, and that it is the only window.
                        assert polls(wait, dashboard) != [True, True]
                        await asyncio.sleep(0.1)
                    assert asyncio.get_running_loop().time() < opened + HANDOVER
                    assert polls(wait, dashboard) == [False, True]
                    before = len(wait.api.calls)
                    await asyncio.sleep(30)
                    assert len(wait.api.calls) == before
                    assert asked(dashboard) == {"1", "2"}
                    assert len(counts(wait)) >= 4
                    assert counts(dashboard, "1") == []
                    assert (dashboard.service.poller, dashboard.service.windows) == ("", 1)
                    said = [
                        event.text
                        for event in dashboard.archive.log()
                        if isinstance(event, JobEvent) and event.kind is EventKind.POLLER
                    ]
                    assert said == ["wait 1 makes way: polled from here now"]
                calls = len(wait.api.calls)
                await asyncio.sleep(20)
                assert polls(wait) == [True]
                assert len(wait.api.calls) > calls

    run_virtual(scene())


def test_no_job_is_read_twice_at_a_handover(tmp_path: Path) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            wait = profile.window("wait 1", jobs(1), shows_list=False, yields=True)
            times: list[float] = []
            async with wait.running():
                await asyncio.sleep(9)
                dashboard = profile.window("pts/1")
                async with dashboard.running():
                    await asyncio.sleep(30)
                    times = sorted([*wait.api.times(), *dashboard.api.times()])
            assert len(times) >= 3
            assert all(later - one > 9.9 for one, later in pairwise(times))

    run_virtual(scene())
