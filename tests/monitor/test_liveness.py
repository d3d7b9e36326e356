"""The heartbeat in virtual time: it stops within one period of whatever leaves jobs unwatched."""

import asyncio
from collections.abc import Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from tests.monitor.stage import Stage, jobs
from tests.monitor.windows import shared_profile
from tests.support.virtual_time import run_virtual, virtual_now
from zcbulk_tui.domain.budget import QuotaPlan
from zcbulk_tui.domain.job import JobState
from zcbulk_tui.errors import ServiceError, SignedOutError
from zcbulk_tui.monitor.liveness import OVERDUE, Heartbeat

PERIOD = 60.0


class Outside:
    """Takes heartbeats.

    Attributes:
        beats: When they came.
        trouble: Why they do not arrive; None while they do.
        red: Whether something needs somebody at once.
        lasts: Seconds that each takes.
    """

    def __init__(self) -> None:
        self.beats: list[float] = []
        self.trouble: Exception | None = None
        self.red = False
        self.lasts = 0.0

    async def send(self) -> None:
        self.beats.append(asyncio.get_running_loop().time())
        await asyncio.sleep(self.lasts)
        if self.trouble is not None:
            raise self.trouble

    def since(self, moment: float) -> list[float]:
        return [beat for beat in self.beats if beat > moment]


@asynccontextmanager
async def living(stage: Stage, outside: Outside, period: float = PERIOD) -> Any:
    """A window that sends heartbeats while its context is open."""
    heartbeat = Heartbeat(
        stage.monitor,
        stage.context,
        outside.send,
        period=period,
        is_red=lambda: outside.red,
        now=virtual_now,
    )
    async with stage.running():
        task = asyncio.create_task(heartbeat.run())
        try:
            yield heartbeat
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def said(stage: Stage) -> list[str]:
    rows = stage.database.rows("SELECT text FROM events WHERE kind = 'heartbeat' ORDER BY id")
    return [text for (text,) in rows]


@pytest.mark.parametrize("period", [10.0, 60.0])
def test_it_is_sent_every_period_while_all_is_well(period: float) -> None:
    outside = Outside()

    async def watch() -> None:
        stage = Stage(jobs(2))
        async with living(stage, outside, period):
            await asyncio.sleep(10 * period + 1)
        assert said(stage) == []

    run_virtual(watch())
    assert len(outside.beats) == 11
    assert outside.beats == pytest.approx([period * number for number in range(11)])


def test_it_goes_on_while_there_is_nothing_to_poll() -> None:
    outside = Outside()

    async def watch() -> None:
        stage = Stage(jobs(1))
        stage.api.script("1", JobState.COMPLETED)
        async with living(stage, outside):
            await asyncio.sleep(601)

    run_virtual(watch())
    assert len(outside.beats) == 11


def paused(stage: Stage, _: Outside) -> None:
    stage.monitor.pause(paused=True)


def unpaused(stage: Stage, _: Outside) -> None:
    stage.monitor.pause(paused=False)


def no_answer(stage: Stage, _: Outside) -> None:
    stage.api.down_until = 1e9


def answers(stage: Stage, _: Outside) -> None:
    stage.api.down_until = 0.0


def signed_out(stage: Stage, _: Outside) -> None:
    stage.api.no_token = SignedOutError("There is no sign-in")


def signed_in(stage: Stage, _: Outside) -> None:
    stage.api.no_token = None


def red(_: Stage, outside: Outside) -> None:
    outside.red = True


def not_red(_: Stage, outside: Outside) -> None:
    outside.red = False


Change = Callable[[Stage, Outside], None]


@pytest.mark.parametrize(
    ("breaks", "mends", "why"),
    [
        pytest.param(paused, unpaused, "polls are paused", id="paused"),
        pytest.param(no_answer, answers, "the last call was not answered", id="no answer"),
        pytest.param(signed_out, signed_in, "no call can be signed", id="signed out"),
        pytest.param(red, not_red, "something is critical", id="red"),
    ],
)
def test_it_stops_and_goes_on(breaks: Change, mends: Change, why: str) -> None:
    outside = Outside()

    async def watch() -> None:
        stage = Stage(jobs(1))
        async with living(stage, outside):
            await asyncio.sleep(100)
            breaks(stage, outside)
            await asyncio.sleep(200)
            mends(stage, outside)
            await asyncio.sleep(330)
        assert said(stage) == [f"The heartbeat stops: {why}", "The heartbeat goes on"]

    run_virtual(watch())
    # What a poll has to show first is known with the next one.
    assert [beat for beat in outside.beats if 100 + PERIOD < beat < 300] == []
    assert outside.since(300)


def test_it_stops_when_polls_are_overdue_as_the_days_calls_are_spent() -> None:
    outside = Outside()
    plan = QuotaPlan(daily_calls=40, share=1, reserve=10, zone=UTC)

    async def watch() -> None:
        stage = Stage(jobs(1), quota_plan=plan)
        async with living(stage, outside):
            await asyncio.sleep(700)
        assert said(stage) == ["The heartbeat stops: a poll is overdue"]
        last = stage.api.calls[-1].at
        assert max(outside.beats) < last + OVERDUE.total_seconds() + PERIOD + 20

    run_virtual(watch())
    assert outside.since(100)


def test_it_stops_when_nothing_can_be_written() -> None:
    outside = Outside()

    async def watch() -> None:
        stage = Stage(jobs(1))
        async with living(stage, outside) as heartbeat:
            await asyncio.sleep(100)
            stage.database.never_kept = "The disk is full"
            await asyncio.sleep(300)
            assert heartbeat.why_silent() == "what happens is not saved"

    run_virtual(watch())
    assert outside.since(100 + PERIOD) == []


def test_it_comes_from_the_window_that_polls_and_stops_with_its_death(tmp_path: Path) -> None:
    one, other = Outside(), Outside()

    async def watch() -> None:
        with shared_profile(tmp_path) as shared:
            first, second = shared.window("pts/1", jobs(1)), shared.window("pts/2")
            async with living(second, other):
                async with living(first, one):
                    await asyncio.sleep(130)
                assert other.beats == []
                await asyncio.sleep(130)
            assert said(first) == []

    run_virtual(watch())
    assert len(one.beats) == 3
    assert 130 < other.beats[0] < 145


@pytest.mark.parametrize(
    ("error", "title"),
    [
        (ServiceError("The heartbeat did not reach it"), "The heartbeat did not reach it"),
        (KeyError("a secret"), "The heartbeat failed: a fault in this program"),
    ],
    ids=["not reached", "a fault"],
)
def test_what_does_not_arrive_is_said_once_and_tried_again(error: Exception, title: str) -> None:
    outside = Outside()

    async def watch() -> None:
        stage = Stage(jobs(1))
        async with living(stage, outside):
            await asyncio.sleep(30)
            outside.trouble = error
            await asyncio.sleep(300)
            assert stage.monitor.polls_for_all
            outside.trouble = None
            await asyncio.sleep(60)
        assert said(stage) == [
            title,
            "The heartbeat arrives again",
        ]

    run_virtual(watch())
    assert len(outside.beats) == 7


def test_one_that_takes_long_does_not_put_off_the_next() -> None:
    outside = Outside()
    outside.lasts = 10.0

    async def watch() -> None:
        async with living(Stage(jobs(1)), outside, period=10.0):
            await asyncio.sleep(60)

    run_virtual(watch())
    assert outside.beats == pytest.approx([0, 11, 22, 33, 44, 55])


def test_it_costs_no_call() -> None:
    outside = Outside()

    async def watch(alive: bool) -> int:
        stage = Stage(jobs(1))
        async with living(stage, outside) if alive else stage.running():
            await asyncio.sleep(300)
        return len(stage.api.calls)

    assert run_virtual(watch(alive=True)) == run_virtual(watch(alive=False))
