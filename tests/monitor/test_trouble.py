"""Faults: what backs off, what stops, what holds everything, and how it recovers."""

import asyncio
import itertools
from random import Random

import pytest

from tests.monitor.stage import Stage, jobs
from tests.support.contract import REFUSALS
from tests.support.virtual_time import run_virtual
from zcbulk_tui.creator.faults import to_error
from zcbulk_tui.domain.budget import Reason
from zcbulk_tui.domain.job import JobState
from zcbulk_tui.domain.outlook import UNREAD
from zcbulk_tui.errors import Answer as ErrorAnswer
from zcbulk_tui.errors import (
    BetweenError,
    BusyError,
    JobRefusedError,
    JobUnknownError,
    QuotaSpentError,
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

RUNNING, ANY = JobState.IN_PROGRESS, Reason.ANY_TIME


@pytest.mark.parametrize(
    ("error", "cap"),
    [
        (UnreachableError("down"), 300),
        (UnclearError("dropped"), 600),
        (UnreadableError("nonsense"), 600),
        (ServiceError("2930"), 600),
        (BetweenError("portal"), 600),
        (UndocumentedError("code 99999"), 600),
        (SignInError("IAM error"), 600),
        (RefusedError("not allowed"), 600),
    ],
    ids=lambda value: type(value).__name__,
)
def test_passing_trouble_backs_off_doubling_to_a_cap_forever(
    error: ZcbulkError, cap: float
) -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(1))
        stage.api.script("1", error)
        async with stage.running():
            await asyncio.sleep(2 * 3600)
        return stage

    stage = run_virtual(scene())
    times = stage.api.times()
    waits = [round(after - before) for before, after in itertools.pairwise(times)]
    assert waits[:6] == [5, 10, 20, 40, 80, 160]
    assert set(waits[8:]) == {cap}
    assert times[-1] > 2 * 3600 - cap - 1


def test_of_an_error_that_stands_nothing_is_kept_of_how_it_came_about() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(1))
        error = UnclearError("dropped")
        error.__cause__ = error.__context__ = OSError("reset")
        stage.api.script("1", error)
        async with stage.running():
            await asyncio.sleep(1)
        return stage

    fault = run_virtual(scene()).job.fault
    assert fault is not None
    # They hold the frames, and so what was sent and its access token, for as long as it stands.
    assert fault.error.__traceback__ is None
    assert fault.error.__cause__ is None
    assert fault.error.__context__ is None


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
    [JobUnknownError("no such job"), JobRefusedError("another user's")],
    ids=lambda error: type(error).__name__,
)
def test_an_answer_that_names_the_job_stops_the_polls_of_that_job_alone(error: ZcbulkError) -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(2))
        stage.api.script("1", error)
        async with stage.running():
            await asyncio.sleep(300)
        return stage

    stage = run_virtual(scene())
    assert stage.api.times("1") == [0.0]
    assert len(stage.api.times("2")) > 27


@pytest.mark.parametrize("key", ["r", "e"])
def test_a_stopped_job_is_asked_again_on_a_key_and_goes_on(key: str) -> None:
    async def scene() -> Stage:
        (job,) = jobs(1)
        stage = Stage([job])
        stage.api.script("1", JobUnknownError("no such job"), RUNNING)
        async with stage.running():
            await asyncio.sleep(100)
            assert stage.job.next_poll_at is None
            if key == "r":
                stage.monitor.poll_now([job.ref])
            else:
                stage.monitor.edit(job._replace(note="Asked the admin"))
            await asyncio.sleep(15)
        return stage

    stage = run_virtual(scene())
    assert stage.api.times() == [0.0, 100.0, 110.1]
    assert stage.job.fault is None


def test_the_alert_at_its_end_costs_no_call() -> None:
    async def scene() -> Stage:
        (job,) = jobs(1)
        stage = Stage([job])
        stage.api.script("1", JobUnknownError("no such job"))
        async with stage.running():
            await asyncio.sleep(100)
            stage.monitor.edit(job._replace(alert_on_end=True))
            await asyncio.sleep(15)
        return stage

    stage = run_virtual(scene())
    assert stage.api.times() == [0.0]
    assert stage.job.job.alert_on_end


def test_an_edit_costs_no_call_while_a_job_is_polled_anyway() -> None:
    async def scene() -> Stage:
        (job,) = jobs(1)
        stage = Stage([job])
        stage.api.script("1", JobState.READY)
        async with stage.running():
            await asyncio.sleep(50)
            stage.monitor.edit(job._replace(note="Soon"))
            await asyncio.sleep(40)
        return stage

    assert run_virtual(scene()).api.times() == [0.0]


STOPS = {7120, 7130, 11330, 1040, 2892, 2893, 2894}
"""Codes that name the job, its form, application or owner as wrong."""

NOT_OF_THE_JOB = {302, 405, 408, 415, 429, *range(500, 600)}
"""HTTP statuses that say something else, whatever the code: busy, failed, the wrong way."""

STATUSES = [200, 302, 400, 401, 403, 404, 405, 407, 408, 409, 413, 415, 418, 421, 425, 426, 429]
STATUSES += [431, 451, 500, 501, 502, 503, 504, 511, 599]
CODES = [None, 0, 16, 1000, 3000, 8888, 99999, *sorted({row.code for row in REFUSALS})]


ERRORS = {
    (http, code): to_error(ErrorAnswer(http, code, "words"))
    for http in STATUSES
    for code in CODES
    if (http, code) != (200, 3000)
}
"""What each answer means, also those that no document knows."""


@pytest.mark.parametrize("http", STATUSES)
def test_only_what_names_the_job_ends_its_polls(http: int) -> None:
    for code in CODES:
        error = ERRORS.get((http, code))
        is_stop = code in STOPS and http not in NOT_OF_THE_JOB
        assert error is None or error.ends_polls is is_stop, (http, code)


@pytest.mark.parametrize(
    "error", {type(error): error for error in ERRORS.values()}.values(), ids=type
)
def test_after_any_passing_fault_a_job_is_read_again(error: ZcbulkError) -> None:
    """Twice, then good answers; one of each kind, which alone decides."""

    async def scene() -> Stage:
        stage = Stage(jobs(1))
        stage.api.script("1", error, error, RUNNING)
        async with stage.running():
            # A day that is spent begins anew after midnight; all else is over in minutes.
            is_spent = isinstance(error, QuotaSpentError)
            await asyncio.sleep(14 * 3600 if is_spent else 400)
        return stage

    stage = run_virtual(scene())
    if error.ends_polls:
        assert stage.api.times() == [0.0]
    else:
        assert stage.job.fault is None
        assert stage.job.state is RUNNING
        assert stage.job.next_poll_at is not None


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
            await asyncio.sleep(2 * quiet)
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


@pytest.mark.parametrize(
    "error",
    [SignInError("IAM error"), UnclearError("503"), BetweenError("portal"), RefusedError("2933")],
    ids=lambda error: type(error).__name__,
)
def test_jobs_that_fail_together_take_turns_and_come_back_together(error: ZcbulkError) -> None:
    async def scene() -> tuple[Stage, int]:
        luck = Random(7).random
        stage = Stage(jobs(20), luck=luck, rule=lambda it, _: (600.0 * (it is not UNREAD), ANY))
        for job in jobs(20):
            stage.api.script(job.ref.job_id, error)
        async with stage.running():
            await asyncio.sleep(3600)
            spent = len(stage.api.calls)
            for job in jobs(20):
                stage.api.script(job.ref.job_id, RUNNING)
            await asyncio.sleep(1200)
        return stage, spent

    stage, spent = run_virtual(scene())
    assert spent < 130  # 12 for each of them, if each went by itself
    first = [next(at for at in stage.api.times(job.ref.job_id) if at > 3600) for job in jobs(20)]
    assert min(first) < 3600 + 900
    assert max(first) - min(first) < 60, "within what Zoho takes a minute"


def test_a_job_that_fails_alone_holds_up_no_other() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(3))
        stage.api.script("1", SignInError("IAM error"))
        async with stage.running():
            await asyncio.sleep(900)
        return stage

    stage = run_virtual(scene())
    assert len(stage.api.times("1")) < 11
    assert len(stage.api.times("2")) > 85


def test_a_job_that_is_over_stays_over_when_a_request_fails() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(1))
        stage.api.script("1", JobState.COMPLETED, UnreachableError("down"))
        async with stage.running():
            await asyncio.sleep(1)
            stage.monitor.poll_now([stage.job.ref])
            await asyncio.sleep(3600)
        return stage

    stage = run_virtual(scene())
    assert len(stage.api.times()) == 2, "nothing is tried again by itself"
    assert stage.job.fault is not None
    assert not stage.job.is_failing
    assert stage.job.next_poll_at is None
    assert stage.job.state is JobState.COMPLETED
