"""Estimates from readings: never more than what is left, and silence instead of nonsense."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.jobs import NOW, reading
from zcbulk_tui.domain.job import Counts, JobReading, JobState
from zcbulk_tui.domain.progress import Pace, Remaining, estimated_since, pace, remaining

NOT_RUNNING = [state for state in JobState if state is not JobState.IN_PROGRESS]


@st.composite
def histories_of_one_job(draw: st.DrawFn) -> list[JobReading]:
    """Readings as the wire lets them through: no part exceeds the total, any may be missing.

    Nothing orders their moments, for clocks stand still and run backwards; most counts grow.
    """
    total = draw(st.integers(0, 10**6))
    done = draw(st.lists(st.integers(0, total), max_size=8))
    readings = []
    for success in sorted(done) if draw(st.booleans()) else done:
        failed = draw(st.integers(0, total - success))
        known = draw(st.just((True, True, True, False)) | st.tuples(*[st.booleans()] * 4))
        values = (total, success, failed, total - success - failed)
        counts = Counts(
            *(value if told else None for value, told in zip(values, known, strict=True))
        )
        state = draw(states)
        at = NOW + timedelta(seconds=draw(moments))
        readings.append(JobReading(state, state.value, counts, at))
    return readings


states = st.just(JobState.IN_PROGRESS) | st.sampled_from(JobState)
moments = st.integers(-60, 60) | st.floats(-1e5, 1e5)
histories = histories_of_one_job()


@given(histories)
def test_a_pace_lies_between_its_bounds(readings: list[JobReading]) -> None:
    speed = pace(readings)
    if speed is not None:
        assert speed.slowest >= 0
        assert speed.slowest <= speed.mean * (1 + 1e-9)
        assert speed.mean <= speed.fastest * (1 + 1e-9)


@given(histories)
def test_a_forecast_is_a_range_from_now_on(readings: list[JobReading]) -> None:
    forecast = remaining(readings)
    if forecast is not None:
        assert 0 <= forecast.least <= forecast.most < float("inf")


@given(histories, moments)
def test_an_estimate_never_exceeds_what_is_left(readings: list[JobReading], now: float) -> None:
    estimate = estimated_since(readings, NOW + timedelta(seconds=now))
    left = readings[-1].counts.left if readings else None
    assert 0 <= estimate <= max((left or 0) - 1, 0)


@pytest.mark.parametrize(
    "readings",
    [
        pytest.param([], id="none"),
        pytest.param([reading(0, 100)], id="one"),
        pytest.param([reading(0, 100), reading(0, 200)], id="at the same time"),
        pytest.param([reading(10, 100), reading(0, 200)], id="clock ran backwards"),
        pytest.param([reading(0, 100), reading(10, None)], id="counts missing"),
        pytest.param([reading(0, 500), reading(10, 100)], id="counts began anew"),
        *(
            pytest.param([reading(0, 0, state=state), reading(10, 100)], id=f"was {state}")
            for state in NOT_RUNNING
        ),
    ],
)
def test_no_pace_without_two_moments_of_a_running_job(readings: list[JobReading]) -> None:
    assert pace(readings) is None
    assert remaining(readings) is None
    assert estimated_since(readings, NOW + timedelta(seconds=60)) == 0


def test_a_steady_pace() -> None:
    readings = [reading(0, 0), reading(10, 1000), reading(20, 2000)]
    assert pace(readings) == Pace(100, 100, 100)
    forecast = remaining(readings)
    assert forecast is not None
    assert forecast.least == pytest.approx(8000 / 110)
    assert forecast.most == pytest.approx(8000 / 90)


def test_failed_records_are_progress() -> None:
    readings = [
        JobReading(JobState.IN_PROGRESS, "", Counts(100, 0, failed), NOW + timedelta(seconds=at))
        for at, failed in ((0, 0), (10, 50))
    ]
    assert pace(readings) == Pace(5, 5, 5)


def test_a_changing_pace_widens_the_forecast() -> None:
    readings = [reading(0, 0), reading(10, 500), reading(20, 2000)]
    assert pace(readings) == Pace(100, 50, 150)
    assert remaining(readings) == Remaining(8000 / 150, 8000 / 50)


def test_only_readings_since_the_counts_began_anew_count() -> None:
    readings = [reading(0, 0), reading(10, 5000), reading(20, 100), reading(30, 300)]
    assert pace(readings) == Pace(20, 20, 20)


def test_a_gap_in_the_counts_is_bridged() -> None:
    assert pace([reading(0, 0), reading(10, None), reading(20, 200)]) == Pace(10, 10, 10)


def test_a_stall_stands_still_and_forecasts_nothing() -> None:
    readings = [reading(0, 100), reading(10, 100)]
    assert pace(readings) == Pace(0, 0, 0)
    assert remaining(readings) is None
    assert estimated_since(readings, NOW + timedelta(seconds=60)) == 0


def test_a_recent_stall_doubles_the_slow_end() -> None:
    readings = [reading(0, 0), reading(10, 2000), reading(20, 2000)]
    forecast = remaining(readings)
    assert forecast is not None
    assert forecast.most == 8000 / 50


@pytest.mark.parametrize("state", NOT_RUNNING)
def test_a_job_that_does_not_run_has_no_forecast(state: JobState) -> None:
    readings = [reading(0, 0), reading(10, 100), reading(20, 200, state=state)]
    assert remaining(readings) is None
    assert estimated_since(readings, NOW + timedelta(seconds=30)) == 0


@pytest.mark.parametrize(
    ("now", "estimate"),
    [
        pytest.param(10, 0, id="at once"),
        pytest.param(15, 500, id="5 s"),
        pytest.param(30, 2000, id="20 s"),
        pytest.param(31, 2000, id="trusted for two intervals"),
        pytest.param(1e6, 2000, id="not for ever"),
        pytest.param(5, 0, id="clock before the reading"),
    ],
)
def test_the_estimate_grows_with_the_age_of_the_reading(now: float, estimate: int) -> None:
    readings = [reading(0, 0), reading(10, 1000)]
    assert estimated_since(readings, NOW + timedelta(seconds=now)) == estimate


@pytest.mark.parametrize(
    ("done", "estimate"),
    [pytest.param(9_990, 9), pytest.param(9_999, 0), pytest.param(10_000, 0)],
)
def test_only_a_reading_can_say_that_a_job_is_done(done: int, estimate: int) -> None:
    readings = [reading(0, 0), reading(10, done)]
    assert estimated_since(readings, NOW + timedelta(seconds=20)) == estimate


def test_a_clock_that_runs_backwards_estimates_nothing() -> None:
    readings = [reading(0, 0), reading(10, 1000), reading(5, 1200)]
    assert estimated_since(readings, NOW + timedelta(seconds=8)) == 0
