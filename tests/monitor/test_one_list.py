"""What is chosen in one window holds in all of them: the list, a pause, a pace, who looks."""

import asyncio
from contextlib import AsyncExitStack
from itertools import groupby
from pathlib import Path

import pytest

from tests.monitor.stage import Stage, jobs
from tests.monitor.windows import TICKS, SharedProfile, asked, labels, shared_profile
from tests.support.jobs import NOW, watched
from tests.support.virtual_time import run_virtual
from zcbulk_tui.domain.budget import Pace, Reason
from zcbulk_tui.domain.job import JobState
from zcbulk_tui.domain.outlook import UNREAD, Outlook
from zcbulk_tui.domain.planner import Terms
from zcbulk_tui.domain.records import EventKind, JobEvent
from zcbulk_tui.monitor.events import JobRemoved, ServiceChanged
from zcbulk_tui.store.watch_list import WatchList
from zcbulk_tui.store.windows import SILENT

ONE, TWO = jobs(2)
WANTED = watched("9", "Wanted")


def by_pace(ahead: Outlook, terms: Terms) -> tuple[float, Reason]:
    """Asks after 10 s for each second of waiting that a call must save."""
    return (0.0, Reason.UNREAD) if ahead is UNREAD else (10 * terms.price, Reason.ANY_TIME)


def pair(profile: SharedProfile) -> tuple[Stage, Stage]:
    return profile.window("pts/1", [ONE]), profile.window("pts/2")


def paces(stage: Stage) -> list[Pace]:
    """The paces that a window has shown, one after the other."""
    told = [event.service.spent for event in stage.all(ServiceChanged)]
    return [pace for pace, _ in groupby(spent.pace for spent in told if spent is not None)]


@pytest.mark.parametrize("here", [0, 1], ids=["in the one that polls", "in another one"])
def test_a_job_that_is_added_appears_everywhere_and_is_polled_once(
    tmp_path: Path, here: int
) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            windows = one, two = pair(profile)
            async with one.running(), two.running():
                await asyncio.sleep(3)
                windows[here].monitor.add(TWO)
                await asyncio.sleep(TICKS)
            for stage in windows:
                assert labels(stage) == {"1": "Job 1", "2": "Job 2"}
                assert stage.job.last is not None
            assert len(one.api.times("2")) == 1
            assert two.api.calls == []

    run_virtual(scene())


@pytest.mark.parametrize("here", [0, 1], ids=["in the one that polls", "in another one"])
def test_a_job_that_is_removed_goes_everywhere_and_is_asked_no_more(
    tmp_path: Path, here: int
) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            windows = one, two = profile.window("pts/1", [ONE, TWO]), profile.window("pts/2")
            async with one.running(), two.running():
                await asyncio.sleep(3)
                windows[here].monitor.remove(TWO.ref)
                await asyncio.sleep(30)
            for stage in windows:
                assert [event.ref for event in stage.all(JobRemoved)] == [TWO.ref]
            assert one.api.times("2") == [0.0]

    run_virtual(scene())


def test_a_job_that_is_removed_and_added_anew_keeps_its_readings(tmp_path: Path) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            one, two = pair(profile)
            one.api.script("1", JobState.COMPLETED)
            async with one.running(), two.running():
                await asyncio.sleep(3)
                two.monitor.remove(ONE.ref)
                await asyncio.sleep(TICKS)
                two.monitor.add(ONE._replace(label="Again"))
                await asyncio.sleep(TICKS)
            for stage in (one, two):
                assert labels(stage) == {"1": "Again"}
                assert stage.job.state is JobState.COMPLETED
            assert one.api.times() == [0.0]

    run_virtual(scene())


def test_what_an_import_changes_of_a_job_is_shown_everywhere(tmp_path: Path) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            one, two = pair(profile)
            script = profile.window("script")
            script.context.windows.leave()
            async with one.running(), two.running():
                await asyncio.sleep(3)
                changed = ONE._replace(label="Customers", tags=("nightly",), note="From the ERP")
                script.list.add(changed)
                event = JobEvent(NOW, EventKind.EDITED, "Changed", ONE.ref, "Customers")
                script.context.memory.happened(event)
                await asyncio.sleep(TICKS)
            for stage in (one, two):
                job = stage.job.job
                assert (job.label, job.tags, job.note) == (
                    "Customers",
                    ("nightly",),
                    "From the ERP",
                )

    run_virtual(scene())


def test_a_pause_that_another_window_chose_stops_the_polls_until_it_is_ended(
    tmp_path: Path,
) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            one, two = pair(profile)
            async with one.running(), two.running():
                await asyncio.sleep(5)
                two.monitor.pause(paused=True)
                await asyncio.sleep(50)
                assert [stage.service.paused for stage in (one, two)] == [True, True]
                two.monitor.pause(paused=False)
                await asyncio.sleep(10)
                assert [stage.service.paused for stage in (one, two)] == [False, False]
            assert len(one.api.times()) == 2
            assert 55 <= one.api.times()[1] < 57

    run_virtual(scene())


def test_a_pause_goes_on_when_another_window_takes_over(tmp_path: Path) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            one, two = pair(profile)
            async with two.running():
                async with one.running():
                    await asyncio.sleep(5)
                    one.monitor.pause(paused=True)
                    await asyncio.sleep(TICKS)
                await asyncio.sleep(60)
                assert two.service.poller == ""
                assert two.service.paused
            assert two.api.calls == []

    run_virtual(scene())


def test_a_pause_that_is_chosen_while_nobody_polls_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            one, two = pair(profile)
            monkeypatch.setattr(one.context.windows, "leave", lambda: None)
            async with two.running():
                async with one.running():
                    await asyncio.sleep(5)
                two.monitor.pause(paused=True)
                await asyncio.sleep(60)
                assert two.service.paused
            assert two.api.calls == []

    run_virtual(scene())


@pytest.mark.parametrize("here", [0, 1], ids=["in the one that polls", "in another one"])
def test_a_pace_holds_for_all_windows_wherever_it_is_chosen(tmp_path: Path, here: int) -> None:
    async def scene() -> list[float]:
        with shared_profile(tmp_path) as profile:
            one = profile.window("pts/1", [ONE], rule=by_pace)
            two = profile.window("pts/2", rule=by_pace)
            async with one.running(), two.running():
                await asyncio.sleep(20)
                (one, two)[here].monitor.set_pace(Pace.FRUGAL)
                await asyncio.sleep(130)
            for stage in (one, two):
                assert paces(stage) == [Pace.BALANCED, Pace.FRUGAL]
            return one.api.times()

    # Every 8 seconds, and every 50 from then on.
    assert run_virtual(scene()) == [0.0, 8.1, 16.2, 66.3, 116.4]


def test_polls_are_frugal_only_while_nobody_looks_at_any_window(tmp_path: Path) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            one, two = pair(profile)

            def eased() -> bool:
                return one.spent.pace_in_force is Pace.FRUGAL

            async with one.running(), two.running():
                await asyncio.sleep(3)
                one.monitor.set_focus(focused=False)
                await asyncio.sleep(TICKS)
                assert not eased()
                two.monitor.set_focus(focused=False)
                await asyncio.sleep(TICKS)
                assert eased()
                two.monitor.set_focus(focused=True)
                await asyncio.sleep(TICKS)
                assert not eased()

    run_virtual(scene())


def test_nobody_looks_at_a_window_that_is_gone(tmp_path: Path) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            one, two = pair(profile)
            async with one.running():
                async with two.running():
                    one.monitor.set_focus(focused=False)
                    await asyncio.sleep(TICKS)
                    looked_at = one.spent
                    assert looked_at.pace_in_force is Pace.BALANCED
                await asyncio.sleep(TICKS)
                assert one.spent.pace_in_force is Pace.FRUGAL

    run_virtual(scene())


def test_each_window_shows_its_own_jobs_and_the_one_that_polls_asks_for_all(
    tmp_path: Path,
) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            one = profile.window("pts/1", [ONE])
            two = profile.window("pts/2", [WANTED], shows_list=False)
            async with one.running():
                async with two.running():
                    await asyncio.sleep(25)
                    assert (labels(one), labels(two)) == ({"1": "Job 1"}, {"9": "Wanted"})
                    assert two.job.last is not None
                    assert asked(one) == {"1", "9"}
                    assert one.list.jobs() == [ONE]
                closed = asyncio.get_running_loop().time()
                await asyncio.sleep(60)
                assert asked(one, closed + TICKS) == {"1"}
            assert two.api.calls == []
            assert two.all(JobRemoved) == []

    run_virtual(scene())


def test_a_window_of_its_own_jobs_polls_the_list_too_where_it_is_the_one_that_polls(
    tmp_path: Path,
) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            one = profile.window("pts/1", [WANTED], shows_list=False)
            two = profile.window("pts/2", [ONE])
            async with one.running(), two.running():
                await asyncio.sleep(25)
            assert (labels(one), labels(two)) == ({"9": "Wanted"}, {"1": "Job 1"})
            assert asked(one) == {"1", "9"}
            assert two.job.last is not None

    run_virtual(scene())


def test_a_job_that_is_listed_and_wanted_stays_where_it_is_wanted(tmp_path: Path) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            one = profile.window("pts/1", [ONE])
            two = profile.window("pts/2", [ONE], shows_list=False)
            async with one.running(), two.running():
                await asyncio.sleep(5)
                one.monitor.remove(ONE.ref)
                await asyncio.sleep(20)
                assert (labels(one), labels(two)) == ({}, {"1": "Job 1"})
                assert asked(one, 10) == {"1"}
                two.monitor.remove(ONE.ref)
                await asyncio.sleep(30)
                assert labels(two) == {}
            assert asked(one, 30) == set()

    run_virtual(scene())


def test_a_wanted_job_that_is_put_on_the_list_has_the_label_that_it_is_given(
    tmp_path: Path,
) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            one = profile.window("pts/1", [ONE])
            two = profile.window("pts/2", [WANTED], shows_list=False)
            async with one.running(), two.running():
                await asyncio.sleep(5)
                one.monitor.add(WANTED._replace(label="Customers"))
                await asyncio.sleep(TICKS)
            assert labels(one) == {"1": "Job 1", "9": "Customers"}
            assert labels(two) == {"9": "Customers"}

    run_virtual(scene())


def test_what_a_window_wants_is_polled_where_another_one_closes_at_that_moment(
    tmp_path: Path,
) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            one = profile.window("pts/1", [ONE])
            two = profile.window("pts/2", [TWO], shows_list=False)
            async with one.running():
                async with two.running():
                    await asyncio.sleep(4.5)
                three = profile.window("pts/2", [WANTED], shows_list=False)
                async with three.running():
                    await asyncio.sleep(20)
            assert asked(one, 10) == {"1", "9"}
            assert three.job.last is not None

    run_virtual(scene())


def test_a_window_that_was_silent_for_a_while_shows_its_own_jobs_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            one = profile.window("pts/1", [ONE])
            two = profile.window("pts/2", [WANTED], shows_list=False)
            monkeypatch.setattr(two.context.windows, "leave", lambda: None)
            async with one.running():
                async with two.running():
                    await asyncio.sleep(5)
                await asyncio.sleep(2 * SILENT + TICKS)
                async with two.running():
                    back = asyncio.get_running_loop().time()
                    await asyncio.sleep(20)
            assert labels(two) == {"9": "Wanted"}
            assert "9" in asked(one, back)

    run_virtual(scene())


@pytest.mark.parametrize("ends", [0, 1], ids=["the one that polls ends", "the other one ends"])
def test_only_what_a_window_shows_leaves_its_screen(tmp_path: Path, ends: int) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            windows = [
                profile.window("pts/1", jobs(3)[:2], shows_list=False),
                profile.window("pts/2", jobs(3)[1:], shows_list=False),
            ]
            async with AsyncExitStack() as running:
                async with windows[ends].running():
                    await running.enter_async_context(windows[1 - ends].running())
                    await asyncio.sleep(TICKS)
                await asyncio.sleep(TICKS)
                left = windows[1 - ends]
                assert left.all(JobRemoved) == []
                left.monitor.remove(jobs(2)[1].ref)
                assert left.all(JobRemoved) == [JobRemoved(jobs(2)[1].ref)]
                await asyncio.sleep(TICKS)
                assert len(left.all(JobRemoved)) == 1

    run_virtual(scene())


def test_jobs_that_were_another_profiles_are_watched_once_they_are_moved(tmp_path: Path) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            window = profile.window("pts/1", jobs(1))
            other = WatchList(window.database, "before")
            moved = watched("2", "Moved")
            other.add(moved)
            async with window.running():
                await asyncio.sleep(1)
                window.monitor.adopt("before", [moved])
                await asyncio.sleep(5)
            assert window.api.times("2") != []
            assert labels(window) == {"1": "Job 1", "2": "Moved"}

    run_virtual(scene())
