"""When a job is asked again: for every reason in time, and not more often than the price allows."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.jobs import NOW, reading, watched
from tests.support.properties import histories_of_one_job
from zcbulk_tui.domain.budget import Pace, Reason
from zcbulk_tui.domain.call_limits import CALLS_PER_MINUTE
from zcbulk_tui.domain.outlook import UNREAD, Outlook, Quiet, outlook
from zcbulk_tui.domain.planner import (
    DEAR,
    DEAREST,
    PATIENCE,
    Means,
    Terms,
    calls,
    effect,
    horizon,
    terms,
    wait,
)
from zcbulk_tui.domain.progress import Forecast
from zcbulk_tui.domain.risk import PossibleAbort

DAY = 86_400.0
PLENTY = 10**7
SEARCH = 1.01
"""How far a price may be off that was found by halving an interval."""


times = st.floats(0, 3600) | st.floats(0, 1e9)
quiets = st.builds(Quiet, times, st.floats(0.003, 10), st.sampled_from((0.05, 1.5, 15.0)))
forecasts = st.builds(Forecast, times, st.floats(0.5, 600) | st.floats(0.5, 1e9))
running = st.builds(
    Outlook,
    quiet=st.none() | quiets,
    finish=st.none() | forecasts,
    aborts=st.lists(st.builds(PossibleAbort, st.floats(0, 1), forecasts), max_size=3).map(tuple),
    age=times,
    deadline=st.none(),
    runs=st.just(True),
    unexpected=st.just(1.0) | st.floats(0.05, 20),
)
waiting = st.builds(
    Outlook,
    quiet=quiets,
    finish=st.none(),
    aborts=st.just(()),
    deadline=st.none() | st.floats(0.001, 10_800),
    runs=st.just(False),
)
read = histories_of_one_job().map(lambda history: outlook(watched(), history) or UNREAD)
outlooks = running | waiting | read | st.just(UNREAD)
jobs = st.lists(running | waiting | st.just(UNREAD), max_size=8)
prices = st.floats(0.1, DEAREST)
on_any_terms = st.builds(Terms, prices, st.floats(PATIENCE, 1e6))
means = st.builds(Means, st.integers(0, 1000) | st.integers(0, PLENTY), st.floats(0, 90_000))
paces = st.sampled_from(Pace)


@given(outlooks, on_any_terms)
def test_a_job_is_asked_again_at_some_time_but_not_at_once(ahead: Outlook, on: Terms) -> None:
    seconds, reason = wait(ahead, on)
    assert math.isfinite(seconds)
    assert (reason is Reason.UNREAD) == (ahead is UNREAD)
    if ahead is not UNREAD:
        assert seconds >= 1


@given(outlooks, prices, prices, st.floats(PATIENCE, 1e6))
def test_the_dearer_calls_are_the_longer_is_the_wait(
    ahead: Outlook, one: float, other: float, patience: float
) -> None:
    cheap, dear = (wait(ahead, Terms(price, patience))[0] for price in sorted((one, other)))
    assert cheap <= dear * (1 + 1e-9) + 1e-6


@given(running, on_any_terms)
def test_patience_with_a_running_job_ends(ahead: Outlook, on: Terms) -> None:
    seconds, _ = wait(ahead, on)
    assert seconds <= on.patience + (ahead.finish.seconds if ahead.finish else 0)
    if on.price <= DEAR:
        assert seconds <= on.patience


@given(waiting, on_any_terms)
def test_no_deadline_is_missed(ahead: Outlook, on: Terms) -> None:
    seconds, reason = wait(ahead, on)
    if ahead.deadline is not None:
        assert seconds <= max(ahead.deadline, 1)
    assert reason in (Reason.DEADLINE, Reason.UNSTARTED)


@given(outlooks, on_any_terms, st.floats(0, 90_000))
def test_the_calls_of_a_job_are_some_number(ahead: Outlook, on: Terms, seconds: float) -> None:
    assert 0 < horizon(ahead) < math.inf
    assert 0 <= calls(ahead, on, seconds) < math.inf
    assert calls(ahead, on, 0) == 0
    assert calls(ahead, on, seconds) <= calls(ahead, on, DAY * 2)


@given(outlooks, prices, prices)
def test_the_dearer_calls_are_the_fewer_are_planned(
    ahead: Outlook, one: float, other: float
) -> None:
    cheap, dear = (calls(ahead, Terms(price), DAY) for price in sorted((one, other)))
    assert dear <= cheap * (1 + 1e-9)


@given(quiets, times, st.floats(0.1, 64))
def test_the_longer_nothing_happened_the_longer_is_the_wait_but_as_a_smaller_share(
    quiet: Quiet, longer: float, price: float
) -> None:
    young = quiet.seconds + 1
    old = young + longer
    soon, late = (
        wait(Outlook(Quiet(age, quiet.weight), runs=False), Terms(price))[0] for age in (young, old)
    )
    assert soon <= late * (1 + 1e-6)
    if soon > 1 and late > 1:
        assert late / old <= soon / young * (1 + 1e-6)


@pytest.mark.parametrize("weight", [0.2, 1.25])
def test_a_quiet_that_ends_more_readily_is_looked_at_sooner(weight: float) -> None:
    waits = [wait(Outlook(Quiet(300, one)), Terms(0.8))[0] for one in (weight, 2 * weight)]
    assert waits[1] < waits[0]


@given(st.floats(1, 1e4), st.floats(0.25, 5))
def test_the_wait_for_a_sure_forecast_ends_shortly_behind_it(seconds: float, price: float) -> None:
    on = Terms(price, patience=1e6)
    sure = wait(Outlook(finish=Forecast(seconds, 0.5), runs=False), on)[0]
    assert seconds - 1.5 <= sure <= max(seconds + 2 + price, 1)


def test_the_less_sure_a_forecast_is_the_sooner_is_the_look() -> None:
    waits = [
        wait(Outlook(finish=Forecast(600, spread), runs=False), Terms(0.8))[0]
        for spread in (1, 10, 50, 200)
    ]
    assert all(later < sooner for sooner, later in pairwise(waits))


@pytest.mark.parametrize(
    ("ahead", "reason"),
    [
        (UNREAD, Reason.UNREAD),
        (Outlook(Quiet(0, 0.2)), Reason.UNMOVED),
        (Outlook(Quiet(1e6, 0.2)), Reason.ANY_TIME),
        (Outlook(finish=Forecast(20, 1)), Reason.FINISH),
        (Outlook(finish=Forecast(20_000, 1)), Reason.ANY_TIME),
        (Outlook(Quiet(500, 1), finish=Forecast(1, 1)), Reason.UNMOVED),
        (
            Outlook(finish=Forecast(100, 1), aborts=(PossibleAbort(0.5, Forecast(20, 1)),)),
            Reason.FAILURES,
        ),
        (Outlook(Quiet(1e4, 0.003), deadline=5, runs=False), Reason.DEADLINE),
        (Outlook(Quiet(1e4, 0.003), runs=False), Reason.UNSTARTED),
    ],
)
def test_a_poll_is_for_what_comes_first(ahead: Outlook, reason: Reason) -> None:
    assert wait(ahead, Terms(0.8))[1] is reason


@given(st.floats(0.1, DEAREST), st.floats(PATIENCE, 1e6))
def test_a_job_that_was_never_read_is_read_at_once(price: float, patience: float) -> None:
    assert wait(UNREAD, Terms(price, patience)) == (0, Reason.UNREAD)


def test_a_job_that_has_just_been_started_tells_nothing_yet() -> None:
    ahead = outlook(watched()._replace(started_at=NOW), ())
    assert ahead is not None
    soon = wait(ahead, Terms(Pace.BALANCED.price))[0]
    assert 1 <= soon < 20
    assert wait(ahead, Terms(DEAREST))[0] == PATIENCE


@given(jobs, means, paces)
def test_the_terms_are_within_their_bounds(ahead: list[Outlook], has: Means, pace: Pace) -> None:
    on = terms(ahead, has, pace)
    assert pace.price <= on.price <= DEAREST
    assert PATIENCE <= on.patience < math.inf
    assert on.patience == PATIENCE or on.price == DEAREST, "patience gives last"


def test_where_calls_are_short_current_jobs_plan_with_three_quarters_of_them() -> None:
    ahead, has = [seen_running()] * 3, Means(20, DAY / 24)
    on = terms(ahead, has, Pace.EAGER)
    assert Pace.EAGER.price < on.price < DEAREST
    assert sum(calls(one, on, has.seconds) for one in ahead) == pytest.approx(15, rel=0.01)


@given(jobs, means, st.integers(0, PLENTY), paces)
def test_the_more_calls_are_left_the_cheaper_they_are(
    ahead: list[Outlook], has: Means, more: int, pace: Pace
) -> None:
    poor = terms(ahead, has, pace)
    rich = terms(ahead, Means(has.left + more, has.seconds), pace)
    assert rich.price <= poor.price * SEARCH
    assert rich.patience <= poor.patience


@given(jobs, jobs, means, paces)
def test_the_more_jobs_there_are_the_dearer_are_calls(
    ahead: list[Outlook], others: list[Outlook], has: Means, pace: Pace
) -> None:
    few, many = terms(ahead, has, pace), terms([*ahead, *others], has, pace)
    assert few.price <= many.price * SEARCH
    assert few.patience <= many.patience


@given(jobs, means)
def test_who_is_frugal_takes_calls_to_be_at_least_as_dear(ahead: list[Outlook], has: Means) -> None:
    frugal, balanced, eager = (terms(ahead, has, pace).price for pace in Pace)
    assert frugal * SEARCH >= balanced
    assert balanced * SEARCH >= eager


@given(paces)
def test_the_price_is_that_of_the_pace_while_calls_are_plenty(pace: Pace) -> None:
    few_jobs = [seen_running(), UNREAD, Outlook(Quiet(60, 0.003), deadline=5000, runs=False)]
    assert terms(few_jobs, Means(PLENTY, DAY / 2), pace) == Terms(pace.price)
    assert terms([], Means(PLENTY, DAY / 2), pace) == Terms(pace.price)


def seen_running() -> Outlook:
    ahead = outlook(watched(), [reading(0, 100), reading(60, 1000)])
    assert ahead is not None
    return ahead


@given(jobs, st.floats(0, DAY), paces)
def test_with_nothing_left_there_are_terms_all_the_same(
    ahead: list[Outlook], seconds: float, pace: Pace
) -> None:
    assert terms(ahead, Means(0, seconds), pace).price >= pace.price
    assert effect(ahead, Means(0, seconds), pace).calls == 0


@given(jobs, means, paces)
def test_a_pace_brings_no_more_calls_than_are_left(
    ahead: list[Outlook], has: Means, pace: Pace
) -> None:
    brings = effect(ahead, has, pace)
    assert brings.pace is pace
    assert 0 <= brings.calls <= has.left
    assert (brings.within is not None) == (has.left > 0 and any(one.runs for one in ahead))
    assert brings.within is None or 0 <= brings.within < math.inf


def test_who_is_frugal_sees_the_end_later_and_for_fewer_calls() -> None:
    on = [effect([seen_running()] * 3, Means(PLENTY, DAY / 2), pace) for pace in Pace]
    within = [one.within for one in on]
    assert within == sorted(within, key=lambda seconds: -(seconds or 0))
    assert [one.calls for one in on] == sorted(one.calls for one in on)


@pytest.mark.parametrize("pace", Pace)
@pytest.mark.parametrize("left", [250, 10_000, PLENTY])
@pytest.mark.parametrize("count", [100, 300, 900])
def test_hundreds_of_jobs_on_their_way_stay_below_the_limit_of_a_minute(
    count: int, left: int, pace: Pace
) -> None:
    on_their_way = [
        Outlook(finish=Forecast(seconds, 2 + seconds / 12))
        for seconds in (3600 * (job + 0.5) / count for job in range(count))
    ]
    on = terms(on_their_way, Means(left, DAY / 2), pace)
    assert sum(60 / wait(one, on)[0] for one in on_their_way) < CALLS_PER_MINUTE


@pytest.mark.parametrize("left", [250, 10_000, PLENTY])
@pytest.mark.parametrize("count", [100, 300, 900])
def test_hundreds_of_jobs_that_do_not_move_stay_below_the_limit_of_a_minute(
    count: int, left: int
) -> None:
    still = [Outlook(Quiet(3600 * (job + 0.5) / count, 0.2)) for job in range(count)]
    on = terms(still, Means(left, DAY / 2), Pace.EAGER)
    assert sum(60 / wait(one, on)[0] for one in still) < CALLS_PER_MINUTE


def test_a_burst_waits_its_turn_and_makes_no_call_dearer_until_it_fills_ten_minutes() -> None:
    def ending(jobs: int) -> tuple[float, float]:
        ahead = [Outlook(finish=Forecast(20.0, 3.0))] * jobs
        on = terms(ahead, Means(PLENTY, DAY / 2), Pace.EAGER)
        return on.price, sum(calls(one, on, DAY / 2) for one in ahead)

    price, _ = ending(30)
    assert price == Pace.EAGER.price
    price, polls = ending(60)
    assert price > Pace.EAGER.price
    assert polls < 10 * CALLS_PER_MINUTE
