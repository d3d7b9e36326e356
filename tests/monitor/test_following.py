"""Several windows on one profile: one of them polls, and all show the same."""

import asyncio
from contextlib import AsyncExitStack
from itertools import pairwise
from pathlib import Path

import pytest

from tests.monitor.stage import Clock, ScriptedApi, Stage, jobs
from tests.monitor.windows import TICKS, counts, shared_profile
from tests.support.contexts import PROFILE
from tests.support.virtual_time import run_virtual
from zcbulk_tui.domain import planner
from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.call_limits import MINUTE
from zcbulk_tui.domain.control import Outcome
from zcbulk_tui.domain.job import Action, JobState
from zcbulk_tui.domain.records import CallRecord, EventKind, JobEvent
from zcbulk_tui.domain.windows import News
from zcbulk_tui.errors import Answer, BusyError, JobUnknownError, UnclearError, UnreachableError
from zcbulk_tui.monitor.events import CommandEnded, JobChanged
from zcbulk_tui.store.windows import NoWindow

S = JobState
REF = jobs(1)[0].ref
TWO = jobs(2)[1]


@pytest.mark.parametrize("count", [2, 3])
def test_one_window_polls_and_all_show_what_it_reads(tmp_path: Path, count: int) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            stages = [profile.window(f"pts/{n}", jobs(2)) for n in range(1, count + 1)]
            for stage in stages:
                stage.api.script("2", S.IN_PROGRESS, S.IN_PROGRESS, S.COMPLETED)
            async with AsyncExitStack() as stack:
                for stage in stages:
                    await stack.enter_async_context(stage.running())
                await asyncio.sleep(35 + TICKS)
            first, *others = stages
            assert len(first.api.calls) == 7
            for other in others:
                assert other.api.calls == []
                assert counts(other, "1") == counts(first, "1")
                assert counts(other, "2") == counts(first, "2")
                assert counts(other, "2")[-1][0] is S.COMPLETED
                assert (other.service.poller, other.service.windows) == ("pts/1", count)
                assert other.service.answered
            assert (first.service.poller, first.service.windows) == ("", count)

    run_virtual(scene())


def test_a_fault_is_shown_elsewhere_with_its_reason_and_since_when(tmp_path: Path) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            one, two = profile.window("pts/1", jobs(1)), profile.window("pts/2")
            gone = JobUnknownError("No such job", "Gone.", "x", answer=Answer(404, 3100, "none"))
            one.api.script("1", S.IN_PROGRESS, UnreachableError("down"), gone)
            async with one.running(), two.running():
                await asyncio.sleep(30)
            ours, theirs = one.job.fault, two.job.fault
            assert ours is not None
            assert theirs is not None
            assert type(theirs.error) is JobUnknownError
            assert (theirs.error.title, theirs.error.cause) == ("No such job", "Gone.")
            assert theirs.error.answer == Answer(404, 3100, "none")
            assert abs((theirs.since - ours.since).total_seconds()) < 0.01
            assert two.job.last is not None
            assert counts(two) == counts(one)

    run_virtual(scene())


def test_a_reading_that_is_known_already_is_not_shown_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scene() -> None:
        stage = Stage(jobs(1))
        async with stage.running():
            await asyncio.sleep(5)
            known = stage.job.last
            assert known is not None
            news = News([(REF, known)], is_any=True)
            monkeypatch.setattr(stage.context.memory, "news", lambda: news)
            shown = len(stage.all(JobChanged))
            assert stage.monitor._follower.catch_up()
            assert len(stage.all(JobChanged)) == shown

    run_virtual(scene())


def test_a_reading_ends_a_fault_elsewhere(tmp_path: Path) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            one, two = profile.window("pts/1", jobs(1)), profile.window("pts/2")
            one.api.script("1", UnreachableError("down"), S.IN_PROGRESS)
            async with one.running(), two.running():
                await asyncio.sleep(4)
                failing = two.job
                assert failing.fault is not None
                await asyncio.sleep(10)
            assert two.job.fault is None
            assert two.job.state is S.IN_PROGRESS

    run_virtual(scene())


def test_a_command_and_what_became_of_it_are_shown_elsewhere(tmp_path: Path) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            one, two = profile.window("pts/1", jobs(1)), profile.window("pts/2")
            one.api.script("1", S.READY, S.IN_PROGRESS)
            one.api.commands.append("Job started")
            async with one.running(), two.running():
                await asyncio.sleep(3)
                await one.monitor.command(REF, Action.START)
                await asyncio.sleep(1.5)
                command = two.job.command
                assert command is not None
                assert (command.outcome, command.said) == (Outcome.ACCEPTED, "Job started")
                assert two.job.job.started_at == command.sent_at
                await asyncio.sleep(5)
                assert two.job.state is S.IN_PROGRESS

    run_virtual(scene())


def test_a_job_that_a_script_has_added_and_started_is_read_as_soon_as_one_started_here(
    tmp_path: Path,
) -> None:
    async def scene() -> list[float]:
        with shared_profile(tmp_path) as profile:
            window = profile.window("pts/1", jobs(1), rule=planner.wait)
            async with window.running():
                await asyncio.sleep(10.2)
                script = profile.window("-", shows_list=False)
                script.api.commands.append("Job started")
                async with script.running():
                    script.list.add(TWO)
                    script.monitor.add(TWO)
                    await script.monitor.command(TWO.ref, Action.START)
                await asyncio.sleep(10)
            return [call.at for call in window.api.calls if call.job_id == "2"]

    first, *_ = run_virtual(scene())
    assert first < 16


def test_an_unclear_command_is_settled_in_every_window(tmp_path: Path) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            one, two = profile.window("pts/1", jobs(1)), profile.window("pts/2")
            one.api.script("1", S.IN_PROGRESS, S.USER_ABORTED)
            two.api.script("1", UnreachableError("down"))
            two.api.commands.append(UnclearError("timeout"))
            async with one.running(), two.running():
                await asyncio.sleep(3)
                await two.monitor.command(REF, Action.ABORT)
                await asyncio.sleep(TICKS)
                assert not one.job.allows(Action.ABORT)
                assert one.api.times() == [0.0]
                await asyncio.sleep(10)
            for stage in (one, two):
                assert stage.job.command is not None
                assert stage.job.command.outcome is Outcome.TOOK_EFFECT

    run_virtual(scene())


def test_the_window_that_sent_a_command_tells_what_another_one_found_of_it(tmp_path: Path) -> None:
    async def scene() -> list[Outcome]:
        with shared_profile(tmp_path) as profile:
            one, two = profile.window("pts/1", jobs(1)), profile.window("pts/2")
            one.api.script("1", S.IN_PROGRESS, S.USER_ABORTED)
            two.api.script("1", UnreachableError("down"))
            two.api.commands.append(UnclearError("timeout"))
            async with one.running(), two.running():
                await asyncio.sleep(3)
                await two.monitor.command(REF, Action.ABORT)
                await asyncio.sleep(20)
            return [event.command.outcome for event in two.all(CommandEnded)]

    assert run_virtual(scene()) == [Outcome.SENT, Outcome.TOOK_EFFECT]


def test_a_command_on_its_way_from_another_window_is_not_judged_by_a_poll(tmp_path: Path) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            one, two = profile.window("pts/1", jobs(1)), profile.window("pts/2")
            two.api.latency = 15
            two.api.commands.append("Job aborted")
            async with one.running(), two.running():
                await asyncio.sleep(3)
                command = asyncio.create_task(two.monitor.command(REF, Action.ABORT))
                await asyncio.sleep(12)  # a poll of the other window finds it running still
                assert one.api.times() == [0.0, 10.1]
                assert not one.job.allows(Action.ABORT)
                assert one.all(CommandEnded) == []
                assert (await command).outcome is Outcome.ACCEPTED

    run_virtual(scene())


@pytest.mark.parametrize("silent", [False, True], ids=["ended", "fell silent"])
def test_another_window_takes_over_and_asks_nothing_before_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, silent: bool
) -> None:
    async def scene() -> tuple[Stage, float]:
        with shared_profile(tmp_path) as profile:
            one, two = profile.window("pts/1", jobs(2)), profile.window("pts/2")
            for stage in (one, two):
                stage.api.script("2", S.READY)
            if silent:
                monkeypatch.setattr(one.context.windows, "leave", lambda: None)
            async with two.running():
                async with one.running():
                    await asyncio.sleep(25)
                ended = asyncio.get_running_loop().time()
                await asyncio.sleep(95)
            assert one.api.times("1") == [0.0, 10.1, 20.2]
            assert one.api.times("2") == [0.0]
            taken = [event for event in two.archive.log() if isinstance(event, JobEvent)]
            assert [event.text for event in taken if event.kind is EventKind.POLLER] == [
                "pts/1 is gone: polled from here now"
            ]
            assert (two.service.poller, two.service.windows) == ("", 1)
            return two, ended

    two, ended = run_virtual(scene())
    first = two.api.times("1")[0]
    assert max(30.3, ended) <= first <= ended + 10
    assert [round(later - first) % 10 for later in two.api.times("1")[:3]] == [0] * 3
    assert [round(at) for at in two.api.times("2")] == [100]


def test_of_two_that_are_left_one_takes_over(tmp_path: Path) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            stages = [profile.window(f"pts/{n}", jobs(1)) for n in (1, 2, 3)]
            one, two, three = stages
            async with two.running(), three.running():
                async with one.running():
                    await asyncio.sleep(5)
                    assert [stage.context.windows.status.polls for stage in stages] == [
                        True,
                        False,
                        False,
                    ]
                await asyncio.sleep(60)
            assert sorted(bool(stage.api.calls) for stage in (two, three)) == [False, True]
            assert counts(two)[-3:] == counts(three)[-3:]

    run_virtual(scene())


def test_one_that_was_silent_for_a_while_follows_when_it_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            one, two = profile.window("pts/1", jobs(1)), profile.window("pts/2")
            monkeypatch.setattr(one.context.windows, "leave", lambda: None)
            async with two.running():
                async with one.running():
                    await asyncio.sleep(5)
                await asyncio.sleep(20)
                async with one.running():
                    await asyncio.sleep(60)
            assert one.api.times() == [0.0]
            assert len(two.api.calls) >= 7
            assert one.job.last is not None
            assert two.job.last is not None
            assert one.job.last.counts == two.job.last.counts

    run_virtual(scene())


def test_a_window_that_takes_over_leaves_zoho_in_peace_as_long_as_it_asked(tmp_path: Path) -> None:
    async def scene() -> Stage:
        with shared_profile(tmp_path) as profile:
            one, two = profile.window("pts/1", jobs(1)), profile.window("pts/2")
            one.api.script("1", BusyError("Zoho asks for fewer calls", retry_after=100))
            async with two.running():
                async with one.running():
                    await asyncio.sleep(5)
                await asyncio.sleep(150)
            return two

    two = run_virtual(scene())
    assert two.api.times()
    assert two.api.times()[0] >= 100


def test_the_minute_holds_for_the_keys_and_polls_of_all_windows(tmp_path: Path) -> None:
    async def scene() -> tuple[Stage, Stage]:
        with shared_profile(tmp_path) as profile:
            one, two = profile.window("pts/1", jobs(40)), profile.window("pts/2")
            async with one.running(), two.running():
                await asyncio.sleep(3)
                two.monitor.poll_now([job.ref for job in jobs(40)], key="R")
                await asyncio.sleep(130)
            return one, two

    one, two = run_virtual(scene())
    made = sorted(call.at for stage in (one, two) for call in stage.api.calls)
    assert len(two.api.calls) == 40
    assert max(sum(at <= later < at + MINUTE for later in made) for at in made) == 48


def test_a_key_in_a_window_that_does_not_poll_asks_from_there_and_moves_the_plan(
    tmp_path: Path,
) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            one, two = profile.window("pts/1", jobs(1)), profile.window("pts/2")
            async with one.running(), two.running():
                await asyncio.sleep(5)
                two.monitor.poll_now([REF])
                await asyncio.sleep(15)
            assert two.api.times() == [5.0]
            assert one.api.times() == [0.0, 15.1]
            day = one.spent.budget.day
            assert (day.of(Cause.PLAN), day.of(Cause.KEY)) == (2, 1)
            assert two.spent.budget.day == day
            keys = [entry for entry in one.archive.log() if isinstance(entry, CallRecord)]
            assert [(call.cause, call.why) for call in keys if call.cause is Cause.KEY] == [
                (Cause.KEY, "r")
            ]

    run_virtual(scene())


def test_what_two_windows_read_at_once_is_told_once(tmp_path: Path) -> None:
    async def scene() -> list[str]:
        with shared_profile(tmp_path) as profile:
            one, two = profile.window("pts/1", jobs(1)), profile.window("pts/2")
            one.api.script("1", S.READY, S.COMPLETED)
            two.api.script("1", S.COMPLETED)
            async with one.running(), two.running():
                await asyncio.sleep(5.05)
                one.monitor.poll_now([REF])
                await asyncio.sleep(0.05)
                two.monitor.poll_now([REF])
                await asyncio.sleep(TICKS)
            history = one.archive.history(REF)
            assert history is not None
            assert len(history.readings) == 3
            return [event.text for event in history.events]

    assert run_virtual(scene()) == ["First read: ready", "ready → completed"]


def test_a_clock_that_is_set_back_breaks_nothing(tmp_path: Path) -> None:
    async def scene() -> None:
        clock = Clock()
        with shared_profile(tmp_path, clock) as profile:
            api = ScriptedApi(now=clock)
            one, two = profile.window("pts/1", jobs(1), api=api), profile.window("pts/2", api=api)
            api.commands.extend([UnclearError("timeout")] * 2)
            api.script("1", S.IN_PROGRESS)
            async with one.running(), two.running():
                await asyncio.sleep(25)
                await one.monitor.command(REF, Action.ABORT)
                await asyncio.sleep(5)
                clock.jump(-3600)
                await asyncio.sleep(60)
                assert counts(two)[-1] == counts(one)[-1]
                await one.monitor.command(REF, Action.ABORT)
                await asyncio.sleep(35)
            steps = api.times()
            assert max(later - at for at, later in pairwise(steps)) < 12
            log = [entry for entry in one.archive.log() if isinstance(entry, CallRecord)]
            assert len(log) == len(api.calls)
            history = one.archive.history(REF)
            assert history is not None
            assert len(history.readings) == len(steps)
            assert len(history.commands) == 2

    run_virtual(scene())


def test_the_last_command_is_the_last_one_also_where_the_clock_was_set_back(
    tmp_path: Path,
) -> None:
    async def scene() -> None:
        clock = Clock()
        with shared_profile(tmp_path, clock) as profile:
            one, two = profile.window("pts/1", jobs(1)), profile.window("pts/2")
            one.api.script("1", S.READY)
            one.api.commands.extend(["Job started", UnclearError("timeout")])
            async with one.running(), two.running():
                await asyncio.sleep(3)
                await one.monitor.command(REF, Action.START)
                clock.jump(-3600)
                one.api.script("1", UnreachableError("down"))
                await asyncio.sleep(5)
                await one.monitor.command(REF, Action.START)
                await asyncio.sleep(TICKS)
                assert not two.job.allows(Action.START)

    run_virtual(scene())


def test_a_command_beside_a_window_does_not_claim_its_place(tmp_path: Path) -> None:
    """It stands as one that polls, for itself, as long as it lasts."""

    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            window, script = profile.window("pts/1", jobs(1)), profile.window("-", shows_list=False)
            async with window.running():
                await asyncio.sleep(1)
                time = asyncio.get_running_loop().time
                none = NoWindow(script.database, PROFILE, clock=time)
                assert none.status.poller == "pts/1"
                follower = script.monitor._follower
                follower._context = follower._context._replace(windows=none)
                async with script.running():
                    await asyncio.sleep(60)
            events = [event for event in window.archive.log() if isinstance(event, JobEvent)]
            assert [event for event in events if event.kind is EventKind.POLLER] == []

    run_virtual(scene())
