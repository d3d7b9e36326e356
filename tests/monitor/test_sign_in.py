"""Without a token no call is made and none is counted; with one, all goes on by itself."""

import asyncio
import itertools
from datetime import timedelta

import pytest

from tests.monitor.stage import ScriptedApi, Stage, jobs
from tests.support.jobs import NOW
from tests.support.virtual_time import run_virtual
from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.control import Outcome
from zcbulk_tui.domain.job import Action, JobState, WatchedJob
from zcbulk_tui.errors import (
    BusyError,
    ConfigError,
    ServiceError,
    SignedOutError,
    SignInBusyError,
    UnclearError,
    UnreachableError,
    ZcbulkError,
)
from zcbulk_tui.monitor.events import CommandEnded, ServiceChanged
from zcbulk_tui.monitor.once import read_all

RUNNING = JobState.IN_PROGRESS
REF = jobs(1)[0].ref
OUT = SignedOutError("The profile is not signed in")


def without_token(error: ZcbulkError, count: int = 1) -> Stage:
    """A monitor that cannot sign its calls."""
    stage = Stage(jobs(count))
    stage.api.no_token = error
    return stage


def looks(stage: Stage) -> list[float]:
    """When it was looked for a token, in seconds rounded to tenths."""
    return [round(at, 1) for at in stage.api.looks]


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize(
    "error",
    [OUT, SignInBusyError("few"), UnreachableError("down"), UnclearError("?"), ConfigError("bad")],
    ids=lambda error: type(error).__name__,
)
def test_no_call_is_made_and_none_is_counted(error: ZcbulkError) -> None:
    async def scene() -> Stage:
        stage = without_token(error, 3)
        async with stage.running():
            await asyncio.sleep(1)
            stage.monitor.poll_now(job.ref for job in jobs(3))
            await asyncio.sleep(3600)
        return stage

    stage = run_virtual(scene())
    assert stage.api.calls == []
    assert not stage.ledger.counted
    assert stage.service.no_token is error


@pytest.mark.parametrize("error", [OUT, ConfigError("no client id")], ids=["out", "configuration"])
def test_what_the_user_must_do_is_looked_for_every_15_seconds(error: ZcbulkError) -> None:
    async def scene() -> Stage:
        stage = without_token(error, 2)
        async with stage.running():
            await asyncio.sleep(50)
            assert stage.service.held_until == NOW + timedelta(seconds=60)
            stage.api.no_token = None
            await asyncio.sleep(20)
        return stage

    stage = run_virtual(scene())
    assert looks(stage)[:5] == [0, 15, 30, 45, 60]
    assert (stage.api.times("1")[0], stage.api.times("2")[0]) == (60.0, 60.0), "by itself, at once"
    assert stage.service.no_token is None
    assert (stage.service.held_until, stage.service.held_by) == (None, None)
    assert stage.counted(Cause.PLAN) == len(stage.api.calls)


def test_a_pause_of_the_accounts_server_is_kept_to_the_second() -> None:
    async def scene() -> Stage:
        stage = without_token(SignInBusyError("ten in ten minutes", retry_after=432))
        async with stage.running():
            await asyncio.sleep(1)
            assert stage.service.held_until == NOW + timedelta(seconds=432)
            stage.api.no_token = None
            await asyncio.sleep(440)
        return stage

    stage = run_virtual(scene())
    assert looks(stage)[:2] == [0, 432]
    assert stage.api.times() == [432.0]


def test_an_accounts_server_that_is_away_is_an_outage_and_is_asked_less_and_less() -> None:
    async def scene() -> Stage:
        stage = without_token(UnreachableError("down"))
        async with stage.running():
            await asyncio.sleep(1000)
            assert (stage.service.answered, stage.service.changed_at) == (False, NOW)
            stage.api.no_token = None
            await asyncio.sleep(300)
        return stage

    stage = run_virtual(scene())
    waits = [after - before for before, after in itertools.pairwise(looks(stage)[:9])]
    assert waits == [5, 10, 20, 40, 80, 160, 300, 300]
    assert stage.service.answered is True
    assert stage.api.times()[0] == looks(stage)[9]


def test_keys_that_fail_together_have_failed_once() -> None:
    async def scene() -> Stage:
        stage = without_token(ServiceError("unknown"), 9)
        sign_in = stage.api.sign_in

        async def slow() -> None:
            await asyncio.sleep(1)
            await sign_in()

        stage.api.sign_in = slow  # type: ignore[method-assign]  # as a request takes its time
        async with stage.running():
            await asyncio.sleep(3)
            stage.monitor.poll_now(job.ref for job in jobs(9))
            await asyncio.sleep(1.5)
        return stage

    held = run_virtual(scene()).service.held_until
    assert held == NOW + timedelta(seconds=4 + 10)


def test_a_key_looks_at_once() -> None:
    async def scene() -> Stage:
        stage = without_token(OUT, 2)
        async with stage.running():
            await asyncio.sleep(5)
            stage.monitor.poll_now([REF])
            await asyncio.sleep(1)
            assert looks(stage) == [0, 5]
            stage.api.no_token = None
            stage.monitor.poll_now([REF])
            await asyncio.sleep(1)
        return stage

    stage = run_virtual(scene())
    assert stage.api.times("1") == [6.0]
    assert stage.service.no_token is None
    assert stage.counted(Cause.KEY) == 1


def test_a_command_is_refused_and_costs_nothing() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(2))
        async with stage.running():
            await asyncio.sleep(1)
            stage.api.no_token = OUT
            await stage.monitor.command(REF, Action.ABORT)
            await asyncio.sleep(5)
        return stage

    stage = run_virtual(scene())
    (ended,) = stage.all(CommandEnded)
    assert (ended.command.outcome, ended.command.error) == (Outcome.REFUSED, OUT)
    assert stage.api.sent(Action.ABORT) == 0
    assert stage.counted(Cause.COMMAND) == 0
    assert stage.service.no_token is OUT
    assert stage.service.held_until == NOW + timedelta(seconds=16)


def test_a_job_whose_token_is_refused_is_asked_again_after_the_sign_in() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(2))
        stage.api.script("1", RUNNING, OUT, RUNNING)
        async with stage.running():
            await asyncio.sleep(10.5)
            assert stage.service.no_token is OUT
            stage.api.no_token = OUT
            await asyncio.sleep(100)
            assert stage.api.times("1") == [0.0, 10.1]
            stage.api.no_token = None
            await asyncio.sleep(20)
        return stage

    stage = run_virtual(scene())
    assert stage.api.times("1")[2] == looks(stage)[looks(stage).index(10.1) + 8]
    assert stage.job.fault is None


def test_calls_under_way_when_the_token_ends_do_not_hide_it() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(3))
        stage.api.script("2", RUNNING, OUT)
        async with stage.running():
            await asyncio.sleep(10.15)
            stage.api.no_token = OUT
            await asyncio.sleep(5)
        return stage

    stage = run_virtual(scene())
    assert stage.service.no_token is OUT
    assert len(stage.api.calls) == 6


def test_that_zoho_asked_for_peace_outlives_a_look_for_a_token() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(2))
        stage.api.script("1", BusyError("429", retry_after=200), RUNNING)
        async with stage.running():
            await asyncio.sleep(50)
            stage.api.no_token = OUT
            stage.monitor.poll_now([REF])
            await asyncio.sleep(10)
            stage.api.no_token = None
            await asyncio.sleep(300)
        return stage

    stage = run_virtual(scene())
    assert min(at for at in stage.api.times("2") if at > 1) >= 200


def test_paused_polls_look_for_no_token() -> None:
    async def scene() -> Stage:
        stage = without_token(OUT)
        stage.monitor.pause(paused=True)
        async with stage.running():
            await asyncio.sleep(600)
        return stage

    assert run_virtual(scene()).api.looks == []


def test_each_reason_is_told_when_it_changes() -> None:
    other = SignedOutError("Zoho has ended the sign-in")

    async def scene() -> Stage:
        stage = without_token(OUT)
        async with stage.running():
            await asyncio.sleep(40)
            stage.api.no_token = other
            await asyncio.sleep(40)
        return stage

    told = [event.service.no_token for event in run_virtual(scene()).all(ServiceChanged)]
    assert [error for error, _ in itertools.groupby(told) if error] == [OUT, other]


def test_a_script_asks_nothing_without_a_token() -> None:
    async def scene() -> ScriptedApi:
        stage = without_token(OUT, 3)
        with pytest.raises(SignedOutError):
            await read_all(stage.api, jobs(3), stage.quota, stage.context, stage.api.now)
        assert not stage.ledger.counted
        return stage.api

    assert run_virtual(scene()).calls == []


@pytest.mark.parametrize("watched", [jobs(0), jobs(1)], ids=["an empty list", "all jobs are over"])
def test_a_login_and_a_logout_elsewhere_are_noticed_without_a_poll(
    watched: list[WatchedJob],
) -> None:
    async def scene() -> tuple[Stage, list[ZcbulkError | None]]:
        stage = Stage(watched, is_signed_in=lambda: stage.api.no_token is None)
        stage.api.script("1", JobState.COMPLETED)
        said = []
        async with stage.running():
            await asyncio.sleep(5.5)
            for no_token in (OUT, None):
                stage.api.no_token = no_token
                await asyncio.sleep(1)
                said.append(stage.service.no_token)
        return stage, said

    stage, said = run_virtual(scene())
    assert said == [OUT, None]
    assert len(stage.api.calls) == len(watched)


def test_a_revoked_sign_in_is_tried_again_where_no_job_is_polled() -> None:
    async def scene() -> Stage:
        stage = without_token(OUT, 0)
        async with stage.running():
            await stage.monitor._can_sign()
            await asyncio.sleep(50)
            stage.api.no_token = None
            await asyncio.sleep(15)
        return stage

    stage = run_virtual(scene())
    assert stage.service.no_token is None
    assert len(looks(stage)) == 5
