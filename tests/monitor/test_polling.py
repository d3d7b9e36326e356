"""The loop: when jobs are asked, how often, and in which order the answers are published."""

import asyncio
import itertools

import pytest

from tests.monitor.stage import ScriptedApi, Stage, jobs
from tests.support.virtual_time import run_virtual
from zcbulk_tui.domain import planner
from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.job import Action, JobState
from zcbulk_tui.errors import ConfigError, UnreachableError
from zcbulk_tui.monitor.events import JobChanged, JobRemoved

pytestmark = pytest.mark.usefixtures("alone")

S = JobState


@pytest.mark.parametrize(
    ("state", "times"),
    [
        (S.IN_PROGRESS, [0.0, 10.1, 20.2]),
        (S.UNKNOWN, [0.0, 10.1, 20.2]),
        (S.READY, [0.0]),
        (S.COMPLETED, [0.0]),
    ],
    ids=lambda value: value.value if isinstance(value, S) else "",
)
def test_a_job_is_asked_when_the_rule_says(state: S, times: list[float]) -> None:
    async def scene() -> ScriptedApi:
        stage = Stage(jobs(1))
        stage.api.script("1", state)
        async with stage.running():
            await asyncio.sleep(30)
        return stage.api

    assert run_virtual(scene()).times() == times


@pytest.mark.parametrize("state", [state for state in S if state.is_final], ids=str)
def test_a_final_state_ends_the_polls(state: S) -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(1))
        stage.api.script("1", S.IN_PROGRESS, state)
        async with stage.running():
            await asyncio.sleep(1000)
        return stage

    stage = run_virtual(scene())
    assert len(stage.api.calls) == 2
    assert stage.job.next_poll_at is None


def test_an_unknown_state_is_polled_on() -> None:
    async def scene() -> ScriptedApi:
        stage = Stage(jobs(1), rule=planner.wait)
        stage.api.script("1", S.UNKNOWN)
        async with stage.running():
            await asyncio.sleep(6 * 3600)
        return stage.api

    times = run_virtual(scene()).times()
    assert max(after - before for before, after in itertools.pairwise(times)) < 1300


def test_six_calls_at_once_fifty_a_minute_and_one_a_job() -> None:
    async def scene() -> ScriptedApi:
        stage = Stage(jobs(200), api=ScriptedApi(latency=2.0))
        async with stage.running():
            await asyncio.sleep(240)
        return stage.api

    api = run_virtual(scene())
    assert api.most_at_once == 6
    assert api.most_for_one_job == 1
    starts = [call.at for call in api.calls]
    assert max(sum(at <= other < at + 60 for other in starts) for at in starts) <= 50
    # What the limit allows is used: 48 a minute, since two are kept back for keys.
    assert len(starts) > 3 * 48


def test_no_job_starves_when_calls_are_short() -> None:
    async def scene() -> ScriptedApi:
        stage = Stage(jobs(100))
        async with stage.running():
            await asyncio.sleep(400)
        return stage.api

    api = run_virtual(scene())
    asked = [len(api.times(str(number))) for number in range(1, 101)]
    assert min(asked) >= max(asked) - 1


def test_readings_are_published_in_the_order_of_their_making() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(20), api=ScriptedApi(latency=7.0))
        async with stage.running():
            for _ in range(30):
                stage.monitor.poll_now([job.ref for job in jobs(20)])
                await asyncio.sleep(3)
        return stage

    stage = run_virtual(scene())
    for job in jobs(20):
        seen = [
            event.snapshot.last.read_at
            for event in stage.all(JobChanged)
            if event.snapshot.ref == job.ref and event.snapshot.last
        ]
        assert len(seen) > 1
        assert seen == sorted(seen)
    assert stage.api.most_for_one_job == 1


def test_a_key_is_not_kept_waiting_by_polls_that_are_due() -> None:
    async def scene() -> list[float]:
        stage = Stage(jobs(200))
        async with stage.running():
            await asyncio.sleep(5)
            assert len(stage.api.calls) == 48  # the minute's polls are spent
            stage.api.commands.append("Job aborted successfully")
            await stage.monitor.command(jobs(1)[0].ref, Action.ABORT)
            return [call.at for call in stage.api.calls if call.action]

    (sent,) = run_virtual(scene())
    assert sent == pytest.approx(5, abs=0.1)


def test_pause_holds_scheduled_polls_and_lets_keys_through() -> None:
    async def scene() -> list[float]:
        stage = Stage(jobs(1))
        async with stage.running():
            await asyncio.sleep(1)
            stage.monitor.pause(paused=True)
            assert stage.service.paused
            await asyncio.sleep(99)
            stage.monitor.poll_now([jobs(1)[0].ref])
            await asyncio.sleep(100)
            stage.monitor.pause(paused=False)
            await asyncio.sleep(1)
        return stage.api.times()

    assert run_virtual(scene()) == [0.0, 100.0, 200.0]


def test_a_manual_poll_replans() -> None:
    async def scene() -> list[float]:
        stage = Stage(jobs(1))
        async with stage.running():
            await asyncio.sleep(4)
            stage.monitor.poll_now([jobs(1)[0].ref])
            await asyncio.sleep(16)
        return stage.api.times()

    assert run_virtual(scene()) == [0.0, 4.0, 14.1]


def test_a_removed_job_is_neither_asked_nor_published_again() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(1), api=ScriptedApi(latency=5))
        async with stage.running():
            await asyncio.sleep(1)  # its first answer is on the way
            stage.monitor.remove(jobs(1)[0].ref)
            await asyncio.sleep(100)
        return stage

    stage = run_virtual(scene())
    assert stage.api.times() == [0.0]
    assert len(stage.all(JobRemoved)) == 1
    assert not stage.all(JobChanged)


def test_a_job_added_anew_while_its_poll_is_under_way_keeps_a_plan() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(1), api=ScriptedApi(latency=5))
        async with stage.running():
            await asyncio.sleep(1)
            stage.monitor.remove(jobs(1)[0].ref)
            stage.monitor.add(jobs(1)[0])
            await asyncio.sleep(40)
        return stage

    stage = run_virtual(scene())
    # The answer to the poll of before is nobody's; the job is asked on by itself.
    assert stage.api.times()[-3:] == [1.0, 16.0, 31.0]
    assert stage.job.last is not None
    assert len(stage.job.readings) == 3


def test_a_job_removed_while_its_poll_fails_stays_away() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(2), api=ScriptedApi(latency=5))
        stage.api.script("1", UnreachableError("down"))
        async with stage.running():
            await asyncio.sleep(1)
            stage.monitor.remove(jobs(1)[0].ref)
            await asyncio.sleep(300)
        return stage

    stage = run_virtual(scene())
    assert stage.api.times("1") == [0.0]
    assert len(stage.api.times("2")) > 18


def test_an_added_job_is_kept_shown_and_asked() -> None:
    async def scene() -> Stage:
        stage = Stage()
        async with stage.running():
            await asyncio.sleep(1)
            stage.monitor.add(jobs(1)[0])
            assert stage.all(JobChanged)[0].snapshot.last is None
            await asyncio.sleep(1)
        return stage

    stage = run_virtual(scene())
    (job,) = jobs(1)
    assert stage.list.jobs() == [job._replace(added_by="anna@jump1, key a")]
    assert stage.api.times() == [1.0]


def test_a_job_that_cannot_be_kept_is_not_watched() -> None:
    async def scene() -> Stage:
        stage = Stage()
        stage.database.connection.execute("PRAGMA query_only = TRUE")  # as if the disk were full
        async with stage.running():
            with pytest.raises(ConfigError):
                stage.monitor.add(jobs(1)[0])
            await asyncio.sleep(100)
        return stage

    assert not run_virtual(scene()).api.calls


def test_calls_are_counted() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(3))
        async with stage.running():
            await asyncio.sleep(25)
        return stage

    stage = run_virtual(scene())
    assert stage.spent.budget.day.of(Cause.PLAN) == len(stage.api.calls) == 9
    assert stage.ledger.polls() == {stage.spent.budget.day.date: 9}
