"""Estimates from readings: never more than what is left, and silence instead of nonsense."""

import math
from datetime import datetime, timedelta
from itertools import groupby, pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.support.jobs import NOW, reading
from tests.support.properties import histories_of_one_job, moments
from zcbulk_tui.domain.batch_rule import BATCH
from zcbulk_tui.domain.job import Counts, JobReading, JobState
from zcbulk_tui.domain.progress import (
    HISTORY,
    Begun,
    Motion,
    estimated_since,
    finish,
    motion,
    remaining,
    remember,
)

MAY_MOVE = (JobState.IN_PROGRESS, JobState.UNKNOWN)
NOT_RUNNING = [state for state in JobState if state not in MAY_MOVE]

histories = histories_of_one_job().filter(bool)
times_of_start = st.none() | moments.map(lambda at: NOW + timedelta(seconds=at))
motions = st.builds(
    Motion,
    rate=st.floats(1e-6, 1e6),
    seconds=st.floats(1e-3, 1e6),
    noise=st.floats(0, 1e6),
    still=st.just(0.0) | st.floats(1e-3, 1e6),
    vague=st.booleans(),
    begun=st.none() | st.builds(Begun, st.floats(0, 1), st.floats(0, 1)),
)
repetitive = st.lists(
    st.builds(
        reading,
        moments,
        st.integers(0, 2),
        state=st.sampled_from([JobState.READY, JobState.IN_PROGRESS]),
    ),
    max_size=50,
)
"""Histories in which many readings in a row say the same."""


def said(one: JobReading) -> tuple[JobState, Counts]:
    return one.state, one.counts


def remembered(readings: list[JobReading]) -> tuple[JobReading, ...]:
    kept: tuple[JobReading, ...] = ()
    for one in readings:
        kept = remember(kept, one)
    return kept


def moved(*points: tuple[float, int | None], total: int = 10_000) -> Motion:
    """How a job moves that was read at these moments with as many records done."""
    moves = motion([reading(at, done, total) for at, done in points])
    assert moves is not None
    return moves


@given(repetitive)
def test_of_a_row_that_says_the_same_the_first_and_the_last_are_kept(
    readings: list[JobReading],
) -> None:
    ends = []
    for _, same in groupby(readings, said):
        row = list(same)
        ends += [row[0], row[-1]] if len(row) > 1 else row
    assert remembered(readings) == tuple(ends[-HISTORY:])


@given(st.lists(st.integers(0, 10_000), unique=True, max_size=3 * HISTORY))
def test_nothing_is_dropped_while_all_differ(done: list[int]) -> None:
    readings = [reading(at, count) for at, count in enumerate(done)]
    assert remembered(readings) == tuple(readings[-HISTORY:])


@given(histories, times_of_start)
def test_what_moves_does_so_at_a_rate_above_nothing(
    readings: list[JobReading], started_at: datetime | None
) -> None:
    moves = motion(readings, started_at)
    if moves is not None:
        assert all(map(math.isfinite, moves[:4]))
        assert moves.begun is None or 0 <= moves.begun.share <= 1
        assert moves.rate > 0
        assert moves.seconds > 0
        assert moves.noise >= 0
        assert moves.still >= 0


@given(histories, times_of_start)
def test_a_forecast_is_a_range_from_now_on(
    readings: list[JobReading], started_at: datetime | None
) -> None:
    moves = motion(readings, started_at)
    left = remaining(moves, readings[-1])
    if left is not None:
        assert moves is not None
        assert 0 <= left.least <= left.most
        assert math.isfinite(left.least)
        assert math.isinf(left.most) == (moves.still > 0)


@given(histories, times_of_start, moments, moments)
def test_an_estimate_never_exceeds_what_is_left_and_never_falls(
    readings: list[JobReading], started_at: datetime | None, one: float, other: float
) -> None:
    moves, last = motion(readings, started_at), readings[-1]
    sooner, later = sorted((one, other))
    before, after = (
        estimated_since(moves, last, NOW + timedelta(seconds=at)) for at in (sooner, later)
    )
    assert 0 <= before <= after <= max((last.counts.left or 0) - 1, 0)


@pytest.mark.parametrize(
    "readings",
    [
        pytest.param([], id="none"),
        pytest.param([reading(0, 100)], id="one"),
        pytest.param([reading(0, 100), reading(10, 100)], id="nothing moved"),
        pytest.param([reading(0, 100), reading(0, 200)], id="at the same time"),
        pytest.param([reading(10, 100), reading(0, 200)], id="clock ran backwards"),
        pytest.param([reading(0, 100), reading(10, None)], id="counts missing"),
        pytest.param([reading(0, 500), reading(10, 100)], id="counts began anew"),
        *(
            pytest.param([reading(0, 0, state=state), reading(10, 100)], id=f"was {state}")
            for state in NOT_RUNNING
        ),
        *(
            pytest.param([reading(0, 0), reading(9, 50), reading(10, 100, state=state)], id=state)
            for state in NOT_RUNNING
        ),
    ],
)
def test_no_motion_without_two_moments_of_a_running_job(readings: list[JobReading]) -> None:
    assert motion(readings) is None


def test_without_motion_nothing_is_told() -> None:
    assert remaining(None, reading(0, 100)) is None
    assert estimated_since(None, reading(0, 100), NOW + timedelta(seconds=60)) == 0


def test_without_counts_nothing_is_told() -> None:
    moves = moved((0, 100), (10, 200))
    assert remaining(moves, reading(20, None)) is None
    assert estimated_since(moves, reading(20, None), NOW + timedelta(seconds=60)) == 0


@pytest.mark.parametrize(
    ("points", "rate", "seconds"),
    [
        pytest.param([(0, 100), (10, 1100), (20, 2100)], 100, 20, id="steady"),
        pytest.param([(0, 100), (10, 600), (20, 2100)], 100, 20, id="unsteady"),
        pytest.param([(0, 100), (10, None), (20, 300)], 10, 20, id="a gap is bridged"),
        pytest.param([(0, 9), (10, 5000), (20, 100), (30, 300)], 20, 10, id="counts began anew"),
        pytest.param([(0, 100), (10, 300), (20, 300)], 20, 10, id="before it stood still"),
        pytest.param([(0, 100), (10, 300), (20, 300), (30, 700)], 20, 30, id="with a pause"),
        pytest.param([(0, 100), (10, 300), (5, 500), (15, 700)], 20, 20, id="clock set back"),
        pytest.param(
            [(0, 100), (10, 5000), (20, 6000), (70, 7500), (120, 9000)], 30, 100, id="of late"
        ),
    ],
)
def test_the_rate_is_that_of_the_time_in_which_it_moved(
    points: list[tuple[float, int | None]], rate: float, seconds: float
) -> None:
    moves = moved(*points)
    assert moves.rate == pytest.approx(rate)
    assert moves.seconds == pytest.approx(seconds)
    assert not moves.vague


def test_failed_records_are_progress() -> None:
    readings = [
        JobReading(JobState.IN_PROGRESS, "", Counts(100, 1, failed), NOW + timedelta(seconds=at))
        for at, failed in ((0, 0), (10, 50))
    ]
    moves = motion(readings)
    assert moves is not None
    assert moves.rate == 5


@pytest.mark.parametrize("points", [[(0, 0), (10, 100)], [(-50, 0), (0, 0), (10, 100)]])
def test_a_beginning_within_the_only_step_makes_the_rate_vague(
    points: list[tuple[float, int | None]],
) -> None:
    assert moved(*points).vague
    assert moved(*points).rate > 100 / 10, "it did not move for all of the time"
    assert not moved(*points, (20, 200)).vague


def test_a_start_that_was_seen_counts_as_a_reading_of_nothing() -> None:
    once = motion([reading(10, 100)], NOW)
    assert once == moved((0, 0), (10, 100))
    assert once.vague
    twice = motion([reading(10, 100), reading(20, 200)], NOW)
    assert twice is not None
    assert not twice.vague


@pytest.mark.parametrize("late", [0, 10, 60])
def test_a_start_behind_the_first_reading_tells_nothing(late: float) -> None:
    readings = [reading(0, 100), reading(10, 200), reading(20, 300)]
    assert motion(readings, NOW + timedelta(seconds=late)) == motion(readings)


@given(st.integers(1, 10), st.floats(1, 1e5))
def test_a_queue_before_it_moves_is_not_slowness(polls: int, waited: float) -> None:
    queue: list[tuple[float, int | None]] = [(-waited * poll, 0) for poll in range(polls, 0, -1)]
    run: list[tuple[float, int | None]] = [(10, 1000), (20, 2000), (30, 3000)]
    moves = moved(*queue, (0, 0), *run)
    assert moves.rate == pytest.approx(100)
    assert moves.noise == pytest.approx(moved((0, 1), *run[1:]).noise, rel=1)


@given(
    st.integers(1, 1000).filter(lambda step: step % BATCH),
    st.floats(0.5, 1000),
    st.integers(2, HISTORY),
    st.integers(1, 10**6),
)
def test_the_forecast_of_a_steady_job_is_centred_right(
    step: int, pause: float, polls: int, left: int
) -> None:
    total = step * polls + left
    moves = moved(*((pause * poll, step * poll) for poll in range(1, polls + 1)), total=total)
    exact = left * pause / step
    assert finish(moves, left).seconds == pytest.approx(exact, rel=1e-3)
    forecast = remaining(moves, reading(0, step * polls, total))
    assert forecast is not None
    assert forecast.least < exact < forecast.most


@pytest.mark.parametrize(
    ("points", "left", "seconds"),
    [
        pytest.param([(0, 200), (10, 1200), (20, 2200)], 1000, 9, id="half a batch is done"),
        pytest.param([(0, 200), (100, 400)], 600, 250, id="a batch lasts longer than a step"),
        pytest.param([(0, 200), (100, 400), (130, 400)], 600, 235, id="and goes on meanwhile"),
        pytest.param([(0, 200), (100, 400), (900, 400)], 600, 205, id="but is not done"),
        pytest.param([(0, 200), (100, 400)], 401, 250, id="a short one takes as long"),
        pytest.param([(0, 200), (100, 401)], 402, 200, id="no batches"),
    ],
)
def test_counts_that_grow_by_batches_hide_what_is_done_of_one(
    points: list[tuple[float, int | None]], left: int, seconds: float
) -> None:
    assert finish(moved(*points), left).seconds == pytest.approx(seconds)


def test_when_a_batch_began_is_known_by_how_often_it_was_looked() -> None:
    close, wide = (moved((0, 200), (100, 400), (at, 400), (200, 600)).begun for at in (199, 101))
    assert close is not None
    assert wide is not None
    assert close.spread < wide.spread


@given(st.integers(1, 999), st.integers(1, 9000))
def test_noise_widens_the_forecast(off: int, left: int) -> None:
    even = moved((0, 10), (10, 1010), (20, 2010), total=2010 + left)
    uneven = moved((0, 10), (10, 1010 - off), (20, 2010), total=2010 + left)
    assert finish(uneven, left).seconds == pytest.approx(finish(even, left).seconds)
    assert finish(uneven, left).spread > finish(even, left).spread


def test_the_more_is_known_the_narrower_is_the_forecast() -> None:
    points: list[tuple[float, int | None]] = [(0, 0), *((10 * n, 500 * n) for n in range(1, 9))]
    spreads = [finish(moved(*points[:n], total=100_000), 50_000).spread for n in (2, 3, 5, 9)]
    assert all(later < earlier for earlier, later in pairwise(spreads))


@given(motions, st.integers(0, 10**6), st.integers(0, 10**6))
def test_what_is_farther_off_is_less_sure(moves: Motion, one: int, other: int) -> None:
    near, far = (finish(moves, left) for left in sorted((one, other)))
    assert near.seconds <= far.seconds
    assert 0 < near.spread <= far.spread


@given(motions, st.integers(1, 9_999), st.floats(0, 1e6))
def test_what_stands_still_has_no_end_in_sight(moves: Motion, done: int, age: float) -> None:
    assume(moves.still)
    last = reading(0, done)
    forecast = remaining(moves, last)
    assert forecast is not None
    assert forecast.most == math.inf
    assert estimated_since(moves, last, NOW + timedelta(seconds=age)) == 0


def test_a_stall_lasts_from_the_last_step_on() -> None:
    assert moved((0, 100), (10, 200)).still == 0
    assert moved((0, 100), (10, 200), (40, 200)).still == 30
    assert moved((0, 100), (10, 200), (40, 200), (45, 200)).still == 35
    assert moved((0, 100), (10, 200), (40, 200), (45, 201)).still == 0


@pytest.mark.parametrize(
    ("now", "estimate"),
    [
        pytest.param(20, 0, id="at once"),
        pytest.param(25, 500, id="5 s"),
        pytest.param(40, 2000, id="as long as it was seen to move"),
        pytest.param(1e6, 7899, id="never all of it"),
        pytest.param(15, 0, id="clock before the reading"),
    ],
)
def test_the_estimate_grows_with_the_age_of_the_reading(now: float, estimate: int) -> None:
    moves = moved((0, 100), (10, 1100), (20, 2100))
    assert estimated_since(moves, reading(20, 2100), NOW + timedelta(seconds=now)) == estimate


def test_an_old_reading_tells_nothing_of_now() -> None:
    readings = [reading(0, 0, 10**9), reading(10, 1000, 10**9)]
    moves, last = motion(readings), readings[-1]
    hour, day = (estimated_since(moves, last, NOW + timedelta(hours=hours)) for hours in (1, 24))
    assert 0 < hour == day < 1000 * 1200


@pytest.mark.parametrize(("done", "estimate"), [(9_990, 9), (9_999, 0), (10_000, 0)])
def test_only_a_reading_can_say_that_a_job_is_done(done: int, estimate: int) -> None:
    moves, later = moved((0, 1), (10, done)), NOW + timedelta(seconds=20)
    assert estimated_since(moves, reading(10, done), later) == estimate
