"""What past jobs of a form show: known truths come out, and changes age the past out."""

import math
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.benchmarks.form_families import first_movement, jobs, make_form
from tests.benchmarks.replay import reading_of
from tests.support.jobs import NOW
from zcbulk_tui.domain.form_past import MOST_JOBS, FormPast, PastJob, form_past, past_job
from zcbulk_tui.domain.job import Counts, JobReading, JobState

RUNS, DONE = JobState.IN_PROGRESS, JobState.COMPLETED


def at(seconds: float, processed: int | None, state: JobState = RUNS) -> JobReading:
    """A reading of a job with 10,000 records, so many seconds after its start."""
    left = None if processed is None else 10_000 - processed
    counts = Counts(10_000, processed, 0 if processed is not None else None, left)
    return JobReading(state, state.value, counts, NOW + timedelta(seconds=seconds))


def job(rate: float, lag: float, number: int = 0, ending: JobState = DONE) -> PastJob:
    """A past job; the larger its number, the later it ended."""
    ended_at = NOW + timedelta(hours=number)
    return PastJob(ended_at, ending, 10_000, 10_000, 100, rate, lag, 0.01)


def shown(*readings: JobReading) -> PastJob:
    """What readings show of a job that was started now."""
    found = past_job(NOW, readings)
    assert found is not None
    return found


def learnt(jobs: Sequence[PastJob]) -> FormPast:
    """What jobs show together."""
    past = form_past(jobs)
    assert past is not None
    return past


def test_of_steady_movement_rate_and_lag_are_found() -> None:
    # It moved at 100/s from 30 s on, and ended at 130 s.
    found = shown(at(20, 0), at(50, 2_000), at(90, 6_000), at(131, 10_000, DONE))
    assert found.rate == pytest.approx(100, rel=0.06)
    assert found.lag == pytest.approx(30, abs=2)
    assert (found.records, found.processed, found.ending) == (10_000, 10_000, DONE)


def test_without_bias_rate_and_lag_are_found_of_jobs_that_are_read_seldom() -> None:
    rates, lags = [], []
    for number in range(50):
        chance = random.Random(f"unbiased/{number}")
        form = replace(make_form(chance), aborts=0.0)
        (trace,) = jobs(form, chance, 1)
        moments, now = [], 0.0
        while now < trace.ended_at:
            now += chance.uniform(0.04, 0.12) * trace.ended_at
            moments.append(now)
        found = shown(*(reading_of(trace, it, NOW + timedelta(seconds=it)) for it in moments))
        lag = first_movement(trace)
        assert found.rate is not None
        rates.append(math.log(found.rate * (trace.ended_at - lag) / trace.total))
        if found.lag is not None:
            lags.append((found.lag - lag) / trace.ended_at)
    assert abs(fmean(rates)) < 0.015
    assert len(lags) > 20
    assert abs(fmean(lags)) < 0.01


@pytest.mark.parametrize(
    "readings",
    [
        pytest.param([], id="none"),
        pytest.param([at(5, 0), at(50, 2_000)], id="not ended"),
        pytest.param([at(5, None, JobState.EXPIRED)], id="never ran"),
    ],
)
def test_a_job_that_shows_nothing_is_none(readings: list[JobReading]) -> None:
    assert past_job(NOW, readings) is None


def test_the_last_word_on_how_a_job_ended_counts() -> None:
    aborted = Counts(10_000, 0, 10_000, 0)
    last = JobReading(JobState.SYSTEM_ABORTED, "", aborted, NOW + timedelta(seconds=200))
    found = shown(at(20, 0), at(131, 10_000, DONE), last)
    assert found.ending is JobState.SYSTEM_ABORTED
    assert found.ended_at == NOW + timedelta(seconds=131)
    assert learnt([found]).failed_share == 1
    assert past_job(NOW, [at(20, 0), at(131, 10_000, DONE), at(140, 500)]) is None


def test_of_jobs_without_a_record_no_share_has_failed() -> None:
    empty = JobReading(DONE, "", Counts(0, 0, 0, 0), NOW + timedelta(seconds=9))
    assert learnt([shown(empty)]).failed_share is None


@pytest.mark.parametrize(
    "readings",
    [
        pytest.param([at(5, 0), at(60, 10_000, DONE)], id="read too seldom"),
        pytest.param([at(5, 0), at(50, 2_000), at(90, 10_000, DONE)], id="moved in one reading"),
        pytest.param([at(5, 900), at(9, 200), at(90, 10_000, DONE)], id="began anew"),
        pytest.param([at(5, None), at(9, None), at(90, None, DONE)], id="without counts"),
    ],
)
def test_what_readings_do_not_show_is_not_claimed(readings: list[JobReading]) -> None:
    found = shown(*readings)
    assert (found.rate, found.lag, found.wander) == (None, None, None)
    past = learnt([found])
    assert (past.rate, past.lag, past.wander) == (None, None, None)


def test_without_a_start_there_is_no_lag_but_a_rate() -> None:
    found = past_job(None, [at(20, 0), at(50, 2_000), at(90, 6_000), at(131, 10_000, DONE)])
    assert found is not None
    assert found.lag is None
    assert found.rate == pytest.approx(100, rel=0.06)


def test_the_wander_of_a_steady_job_is_none_and_of_another_it_is_large() -> None:
    steady = shown(*(at(30 + 10 * n, 1_000 * n) for n in range(1, 10)), at(131, 10_000, DONE))
    # Each second piece takes a third of the time that the one before it took.
    uneven = shown(
        *(at(30 + 40 * (n // 2) + 30 * (n % 2), 2_000 * n) for n in range(1, 5)),
        at(140, 10_000, DONE),
    )
    assert steady.wander == pytest.approx(0, abs=1e-6)
    assert uneven.wander is not None
    assert uneven.wander > 0.3


def test_there_is_no_past_without_jobs() -> None:
    assert form_past([]) is None


def test_jobs_are_summed_up() -> None:
    ends = [DONE, DONE, JobState.SYSTEM_ABORTED]
    past = learnt([job(100, 30, number, ending) for number, ending in enumerate(ends)])
    assert past.jobs == 3
    assert past.rate is not None
    assert past.lag is not None
    assert past.rate.middle == pytest.approx(100)
    assert past.lag.middle == pytest.approx(30)
    assert past.wander == pytest.approx(0.1)
    assert past.failed_share == pytest.approx(0.01)
    assert past.endings == {DONE: 2, JobState.SYSTEM_ABORTED: 1}
    assert past.seconds == pytest.approx(300)


def test_what_a_job_outlasted_is_known_of_those_that_completed() -> None:
    # 50 batches, of which 2 may fail.
    assert learnt([job(100, 30)]).outlasted == pytest.approx(100 / 3)
    assert learnt([job(100, 30, ending=JobState.SYSTEM_ABORTED)]).outlasted == 0
    assert learnt([job(100, 30)._replace(records=None)]).outlasted == 0


def test_the_more_jobs_the_less_is_left_open() -> None:
    spreads = [
        it.spread for n in (1, 3, 10) if (it := learnt([job(100, 30, i) for i in range(n)]).rate)
    ]
    assert spreads == sorted(spreads, reverse=True)
    assert spreads[0] > 2 * spreads[-1]


def test_only_the_last_jobs_are_looked_at() -> None:
    assert learnt([job(100, 30, number) for number in range(MOST_JOBS + 5)]).jobs == MOST_JOBS


@pytest.mark.parametrize("change", [(300, 30), (100, 150), (30, 100)])
def test_a_change_ages_the_past_out_within_three_jobs(change: tuple[float, float]) -> None:
    chance = random.Random(3)
    before = [
        job(100 * chance.lognormvariate(0, 0.1), 30 * chance.lognormvariate(0, 0.2), number)
        for number in range(8)
    ]
    rate, lag = change
    after = [job(rate, lag, 10 + number) for number in range(3)]
    assert learnt(before).jobs == 8
    assert learnt([*before, *after]).jobs == 3


def test_one_job_that_is_an_exception_ages_nothing_out() -> None:
    before = [job(100, 30, number) for number in range(8)]
    assert learnt([*before, job(20, 30, 9)]).jobs == 9


@given(
    st.lists(st.tuples(st.floats(0.01, 1e6), st.floats(0, 1e5), st.integers(0, 1000)), min_size=1)
)
def test_whatever_the_jobs_what_they_show_makes_sense(
    rows: list[tuple[float, float, int]],
) -> None:
    past = learnt([job(*row) for row in rows])
    assert 1 <= past.jobs <= min(len(rows), MOST_JOBS)
    for quantity in (past.rate, past.lag):
        assert quantity is not None
        assert 0 < quantity.middle < math.inf
        assert 0 < quantity.spread < math.inf
