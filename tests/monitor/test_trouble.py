"""Faults: what backs off, what stops, what holds everything, and how it recovers."""

import asyncio
import itertools

import pytest

from tests.monitor.stage import Stage, jobs
from tests.support.virtual_time import run_virtual
from zcbulk_tui.domain.job import JobState
from zcbulk_tui.errors import (
    BusyError,
    JobUnknownError,
    RefusedError,
    ServiceError,
    SignInError,
    UnclearError,
    UndocumentedError,
    UnreachableError,
    UnreadableError,
    ZcbulkError,
)
from zcbulk_tui.monitor.events import JobChanged

pytestmark = pytest.mark.usefixtures("alone")

RUNNING = JobState.IN_PROGRESS


@pytest.mark.parametrize(
    "error",
    [
        UnreachableError("down"),
        UnclearError("dropped"),
        UnreadableError("nonsense"),
        ServiceError("2930"),
        UndocumentedError("code 99999"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_passing_trouble_backs_off_doubling_to_a_cap_forever(error: ZcbulkError) -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(1))
        stage.api.script("1", error)
        async with stage.running():
            await asyncio.sleep(24 * 3600)
        return stage

    stage = run_virtual(scene())
    times = stage.api.times()
    waits = [round(after - before) for before, after in itertools.pairwise(times)]
    assert waits[:7] == [5, 10, 20, 40, 80, 160, 300]
    assert set(waits[7:]) == {300}
    assert times[-1] > 24 * 3600 - 301


def test_jitter_spreads_the_waits_over_their_upper_half() -> None:
    async def scene(luck: float) -> float:
        stage = Stage(jobs(1), luck=lambda: luck)
        stage.api.script("1", UnreachableError("down"))
        async with stage.running():
            await asyncio.sleep(6)
        return stage.api.times()[1]

    assert run_virtual(scene(0.0)) == pytest.approx(2.6)
    assert run_virtual(scene(1.0)) == pytest.approx(5.1)


@pytest.mark.parametrize(
    "error",
    [SignInError("token"), JobUnknownError("no such job"), RefusedError("not allowed")],
    ids=lambda error: type(error).__name__,
)
def test_a_clear_no_stops_the_polls_of_that_job_alone(error: ZcbulkError) -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(2))
        stage.api.script("1", error)
        async with stage.running():
            await asyncio.sleep(1000)
        return stage

    stage = run_virtual(scene())
    assert stage.api.times("1") == [0.0]
    assert len(stage.api.times("2")) > 90


def test_a_stopped_job_is_asked_again_on_a_key_and_goes_on() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(1))
        stage.api.script("1", SignInError("token"), RUNNING)
        async with stage.running():
            await asyncio.sleep(100)
            stage.monitor.poll_now([jobs(1)[0].ref])
            await asyncio.sleep(15)
        return stage

    stage = run_virtual(scene())
    assert stage.api.times() == [0.0, 100.0, 110.1]
    assert stage.job.fault is None


def test_the_last_good_reading_stays_and_the_fault_tells_since_when() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(1))
        stage.api.script("1", RUNNING, UnreachableError("down"))
        async with stage.running():
            await asyncio.sleep(60)
        return stage

    snapshot = run_virtual(scene()).job
    assert snapshot.state is RUNNING
    assert snapshot.fault is not None
    assert snapshot.fault.since.second == 10  # of the first failure, not of the last


def test_after_an_outage_every_job_is_asked_as_soon_as_one_is_answered() -> None:
    luck = itertools.cycle([0.0, 0.3, 0.9, 0.5, 1.0])

    async def scene() -> Stage:
        stage = Stage(jobs(10), luck=lambda: next(luck))
        stage.api.down_until = 200
        async with stage.running():
            await asyncio.sleep(400)
        return stage

    stage = run_virtual(scene())
    answered = [
        event.snapshot.last.read_at.timestamp()
        for job in jobs(10)
        for event in [
            next(
                event
                for event in stage.all(JobChanged)
                if event.snapshot.ref == job.ref and event.snapshot.last
            )
        ]
        if event.snapshot.last
    ]
    # Each was up to 160 s away from its next try.
    assert max(answered) - min(answered) < 1


@pytest.mark.parametrize(
    ("error", "quiet"),
    [
        (BusyError("429"), 60),
        (BusyError("429", retry_after=7), 7),
        (BusyError("429", retry_after=200), 200),
    ],
    ids=["429", "Retry-After 7", "Retry-After 200"],
)
def test_too_many_calls_holds_the_polls_of_all_jobs(error: ZcbulkError, quiet: float) -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(2))
        stage.api.script("1", RUNNING, error, RUNNING)
        async with stage.running():
            await asyncio.sleep(15)
            assert stage.service.held_by is error
            await asyncio.sleep(2000)
        return stage

    stage = run_virtual(scene())
    held_from = 10.2
    between = [call.at for call in stage.api.calls if held_from < call.at < held_from + quiet - 0.5]
    assert not between
    assert stage.service.held_by is None
    assert max(stage.api.times("2")) > held_from + quiet


def test_an_error_of_this_program_is_not_swallowed() -> None:
    async def scene() -> None:
        stage = Stage(jobs(1))

        async def broken(*_: object) -> None:
            raise ZeroDivisionError

        stage.api.status = broken  # type: ignore[assignment,method-assign]  # the point of the test
        await stage.monitor.run()

    with pytest.raises(ExceptionGroup) as caught:
        run_virtual(scene())
    assert caught.group_contains(ZeroDivisionError)
