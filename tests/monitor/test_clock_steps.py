"""The time of day that is set: it costs no calls, and makes nothing younger or older."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.monitor.stage import Clock, ScriptedApi, Stage, jobs
from tests.support.jobs import NOW
from tests.support.properties import examples
from tests.support.virtual_time import run_virtual
from zcbulk_tui.domain import planner
from zcbulk_tui.domain.budget import QuotaPlan
from zcbulk_tui.domain.job import Counts, JobReading, JobRef, JobState
from zcbulk_tui.monitor.events import Event, JobChanged

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
YEARS = 56 * 365 * DAY
JOBS = 3
SHORT_DAY = QuotaPlan(250, 1, 20, UTC)
AMPLE = QuotaPlan(10**6, 1, 0, UTC)

Step = tuple[float, float]
"""How long after the one before, and by how many seconds the clock is set."""

STEPS: dict[str, Sequence[Step]] = {
    "5 min back": [(HOUR, -5 * MINUTE)],
    "5 min forward": [(HOUR, 5 * MINUTE)],
    "1 h back": [(HOUR, -HOUR)],
    "1 h forward": [(HOUR, HOUR)],
    "2 d back": [(HOUR, -2 * DAY)],
    "2 d forward": [(HOUR, 2 * DAY)],
    "2 d forward, and back": [(HOUR, 2 * DAY), (HOUR / 2, -2 * DAY)],
    "back again and again": [(300, -300)] * 20,
    "by half a second, again and again": [(30, -0.5)] * 100,
    "to 1970": [(HOUR, -YEARS)],
    "from 1970": [(2, -YEARS), (HOUR, YEARS)],
    "a slow drift": [(20, 0.4)] * 200,
}


class Still(ScriptedApi):
    """Jobs whose counts stand still; the last one moves."""

    async def _status(self, ref: JobRef) -> JobReading:
        reading = await super()._status(ref)
        done = int(asyncio.get_running_loop().time()) if ref.job_id == str(JOBS) else 5
        return JobReading(reading.state, reading.raw_state, Counts(10**6, done, 0), self.now())


class Ran(NamedTuple):
    """What came of a run."""

    calls: int
    stage: Stage
    negative: list[timedelta]


def run(
    steps: Sequence[Step],
    *,
    seconds: float = 2 * HOUR,
    has_other_clock: bool = True,
    begin: datetime = NOW,
    quota_plan: QuotaPlan = SHORT_DAY,
    sleeps: bool = False,
) -> Ran:
    """Watches jobs for so long while the clock is set, or the machine sleeps."""
    negative: list[timedelta] = []

    async def scene() -> Stage:
        clock = Clock(begin)
        elapsed: Callable[[], float] | None = clock.elapsed if has_other_clock else None
        stage = Stage(
            jobs(JOBS),
            api=Still(now=clock),
            rule=planner.wait,
            now=clock,
            elapsed=elapsed,
            quota_plan=quota_plan,
        )
        publish = stage.publish

        def check(event: Event) -> None:
            if isinstance(event, JobChanged):
                snapshot, now = event.snapshot, clock()
                negative.extend(now - one.read_at for one in snapshot.readings if one.read_at > now)
                if snapshot.job.added_at > now:
                    negative.append(now - snapshot.job.added_at)
            publish(event)

        stage.publish = check  # type: ignore[method-assign]  # to look at each
        async with stage.running():
            left = seconds
            for wait, step in steps:
                await asyncio.sleep(wait)
                (clock.sleep if sleeps else clock.jump)(step)
                left -= wait
            await asyncio.sleep(left)
        return stage

    stage = run_virtual(scene())
    return Ran(len(stage.api.calls), stage, negative)


@pytest.fixture(scope="module", autouse=True)
def seldom() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("zcbulk_tui.monitor.monitor.TICK", 60.0)
        yield


@pytest.fixture(scope="module")
def undisturbed() -> int:
    return run([]).calls


@pytest.mark.parametrize("has_other_clock", [True, False], ids=["with another clock", "without"])
@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS)
def test_a_clock_that_is_set_costs_no_calls(
    undisturbed: int, steps: Sequence[Step], has_other_clock: bool
) -> None:
    if not has_other_clock and any(step >= HOUR for _, step in steps):
        pytest.skip("that time may have passed in sleep, as far as can be known")
    ran = run(steps, has_other_clock=has_other_clock)
    assert undisturbed * 0.9 <= ran.calls <= undisturbed + JOBS
    assert ran.negative == []
    assert sum(ran.stage.ledger.counted.values()) == ran.calls
    assert len(ran.stage.ledger.polls()) == 1  # no other day has begun


@pytest.fixture(scope="module")
def usual() -> int:
    return run([], quota_plan=AMPLE).calls


@pytest.mark.parametrize("has_other_clock", [True, False])
def test_a_night_of_sleep_costs_one_call_for_each_job(usual: int, has_other_clock: bool) -> None:
    night = [(HOUR, 8 * HOUR)]
    ran = run(night, sleeps=True, has_other_clock=has_other_clock, quota_plan=AMPLE)
    assert ran.calls <= usual + JOBS
    assert ran.negative == []


@pytest.mark.parametrize("back", [10 * MINUTE, HOUR, 23 * HOUR, 25 * HOUR, 2 * DAY, 40 * DAY])
def test_a_clock_set_back_over_midnight_opens_no_fresh_day(back: float) -> None:
    begin = NOW.replace(hour=23, minute=30)
    small = QuotaPlan(30, 1, 0, UTC)
    ran = run([(31 * MINUTE, -back)], begin=begin, quota_plan=small, seconds=3 * HOUR)
    polls = ran.stage.ledger.polls()
    assert max(polls.values()) <= 30
    assert sum(polls.values()) == ran.calls <= 60
    assert set(polls) <= {NOW.date(), NOW.date() + timedelta(days=1)} or back > 23 * HOUR


def test_a_clock_that_stays_set_back_begins_a_day_anew_when_the_one_in_force_is_over() -> None:
    begin, small = NOW.replace(hour=23, minute=30), QuotaPlan(30, 1, 0, UTC)
    set_at = 31 * MINUTE
    ran = run([(set_at, -2 * DAY)], begin=begin, quota_plan=small, seconds=DAY + 2 * HOUR)
    ledger = ran.stage.ledger
    # The date had calls of its own before it was begun anew.
    assert ledger.most_polls() <= 30
    assert 0 < ledger.day(NOW.date()).total < ledger.polls()[NOW.date()]


def test_the_spent_day_stays_spent_in_every_process() -> None:
    async def scene() -> None:
        clock = Clock()
        one = Stage(jobs(1), now=clock, elapsed=clock.elapsed, quota_plan=QuotaPlan(9, 1, 0, UTC))
        async with one.running():
            await asyncio.sleep(1000)
            assert one.quota.budget.left == 0
            clock.jump(-2 * DAY)
            await asyncio.sleep(20)
            assert one.quota.budget.left == 0
            other = Stage(
                now=clock,
                elapsed=clock.elapsed,
                quota_plan=QuotaPlan(9, 1, 0, UTC),
                ledger=one.ledger,
                database=one.database,
            )
            assert other.quota.budget.left == 0

    run_virtual(scene())


waits = st.floats(1, 1300)
steps = st.one_of(
    st.floats(-3 * DAY, 3 * DAY), st.sampled_from([-HOUR, HOUR, -300.0, 300.0, -YEARS])
)


@examples(4, thorough=12)
@given(moves=st.lists(st.tuples(waits, steps), max_size=5))
def test_whatever_the_clock_does_it_costs_one_call_for_each_job_at_most(
    usual: int, moves: list[Step]
) -> None:
    ran = run(moves, quota_plan=AMPLE)
    assert ran.calls <= usual + JOBS
    assert ran.negative == []
    assert JobState.IN_PROGRESS in {event.snapshot.state for event in ran.stage.all(JobChanged)}
