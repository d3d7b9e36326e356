"""The bound of the polling benchmark is one: no schedule, and no policy, costs less."""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, product
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.benchmarks.bound import PRICE, Law, bounds, is_system_abort, least_delay, optimum
from tests.benchmarks.traces import ABORTED_AT, DURATION, KINDS, Event, Trace, generate

# Whole numbers and quarters: floats add them up without an error.
weights = st.integers(1, 50).map(float)
prices = st.integers(0, 400).map(lambda quarters: quarters / 4)


@st.composite
def laws(draw: st.DrawFn, most: int) -> Law:
    times = sorted(draw(st.sets(st.integers(1, 200), min_size=1, max_size=most)))
    return Law([float(time) for time in times], [draw(weights) for _ in times])


def cost_under(law: Law, schedule: Sequence[float], price: float) -> float:
    """What it costs to poll at these moments until the end is seen, straight from the words."""
    total = 0.0
    for end, weight in zip(law.times, law.weights, strict=True):
        calls = 1 + sum(at < end for at in schedule)
        total += weight * (price * calls + schedule[calls - 1] - end)
    return total


def schedules(moments: Sequence[float], last: float) -> Iterator[list[float]]:
    """All that poll at some of these moments, and at the last one."""
    before = [at for at in moments if at < last]
    for count in range(len(before) + 1):
        for chosen in combinations(before, count):
            yield [*chosen, last]


def least_by_force(law: Law, moments: Sequence[float], price: float) -> float:
    return min(cost_under(law, one, price) for one in schedules(moments, law.times[-1]))


@given(laws(most=8), prices)
def test_brute_force_over_all_schedules_finds_no_other_optimum(law: Law, price: float) -> None:
    best, schedule = optimum(law, price)
    assert best == least_by_force(law, law.times, price)
    assert best == cost_under(law, schedule, price)


@given(laws(most=4), prices)
def test_calls_between_the_moments_of_a_law_gain_nothing(law: Law, price: float) -> None:
    halves = {at + part for at in (0.0, *law.times) for part in (-0.5, 0.0, 0.5) if at + part > 0}
    assert optimum(law, price)[0] == least_by_force(law, sorted(halves), price)


@given(laws(most=30), prices, prices)
def test_the_optimum_rises_with_the_price_and_ever_less(law: Law, one: float, other: float) -> None:
    low, high = sorted((one, other))
    cheap, middle, dear = (optimum(law, price)[0] for price in (low, (low + high) / 2, high))
    assert cheap <= middle <= dear
    assert middle >= (cheap + dear) / 2


def job(kind: str, ended_at: float, word: str = "Completed", due: float | None = None) -> Trace:
    events = (Event(0, "In-progress", 0, 0, 100), Event(ended_at, word, 100, 0, 0))
    return Trace(kind, 100, events, due=due)


def cost_of_aborts(low: float, high: float, schedule: Sequence[float]) -> float:
    """The mean cost if the end is uniform between these: an integral, call by call."""
    total, before = 0.0, 0.0
    for calls, at in enumerate(schedule, start=1):
        start, end = min(max(before, low), high), min(max(at, low), high)
        total += (end - start) * (PRICE * calls + at - (start + end) / 2)
        before = at
    return total / (high - low)


@given(
    due=st.floats(45, 11_000),
    completing=st.integers(0, 12),
    parts=st.lists(st.floats(0.001, 1), max_size=60),
)
def test_no_schedule_undercuts_the_bound_of_a_job_that_may_be_aborted(
    due: float, completing: int, parts: list[float]
) -> None:
    # One half of the two aborts is from outside, on average.
    traces = [job("abort", max(45.0, due * 0.5) - 1, "User Aborted", due)]
    traces += [job("abort", 60, "System Aborted"), *[job("stall", 60)] * completing]
    low, high = max(DURATION[0], ABORTED_AT[0] * due), min(DURATION[1], ABORTED_AT[1] * due)
    if high <= low:
        return
    fits = (high - low) / (due * (ABORTED_AT[1] - ABORTED_AT[0]))
    share = fits / (fits + completing * (due <= DURATION[1]))
    schedule = [*sorted(part * due for part in parts), due]
    whole = PRICE * (1 + sum(at < due for at in schedule))
    cost = share * cost_of_aborts(low, high, schedule) + (1 - share) * whole
    assert bounds(traces)[0] <= cost + 1e-9


# Of four that complete and one that is aborted; no job is due after more than three hours but
# such a one, and its end draws near, so that it pays to look ever more often.
@pytest.mark.parametrize(("due", "share", "power"), [(5_000, 0.2, 1), (20_000, 1.0, 2)])
def test_the_bound_of_a_job_that_may_be_aborted_is_near_a_schedule(
    due: float, share: float, power: int
) -> None:
    traces = [job("abort", 1_000, "User Aborted", due), job("abort", 60, "System Aborted")]
    least = bounds([*traces, *[job("stall", 60)] * 4])[0]
    low, high = 0.02 * due, min(10_800.0, 0.98 * due)

    def cost(count: int) -> float:
        left = [(1 - part / count) ** power for part in range(1, count)]
        calls = [*(high - (high - low) * one for one in left), due if share < 1 else high]
        return share * cost_of_aborts(low, high, calls) + (1 - share) * PRICE * len(calls)

    best = min(map(cost, range(1, 300)))
    assert 0.97 * best < least < best


def blind_cost(schedule: Sequence[float]) -> float:
    """The mean cost if the end is log-uniform: an integral, call by call."""
    total, before = 0.0, DURATION[0]
    for calls, at in enumerate(schedule, start=1):
        total += (PRICE * calls + at) * math.log(at / before) - (at - before)
        before = at
    return total / math.log(DURATION[1] / DURATION[0])


def test_the_bound_of_a_blind_job_is_near_the_best_of_schedules_that_thin_out() -> None:
    def thinning(factor: float) -> Iterable[float]:
        at = DURATION[0]
        while at < DURATION[1]:
            at = min(DURATION[1], at + factor * math.sqrt(at * math.log(DURATION[1] / at)))
            yield at if DURATION[1] - at > 1 else (at := DURATION[1])

    (least,) = bounds([job("blind", 500)])
    cost = min(blind_cost(list(thinning(quarter / 20))) for quarter in range(10, 60))
    assert 0.99 * cost < least < cost


def test_an_oracle_that_fears_nothing_calls_once() -> None:
    surely = [job("clean", 500), job("abort", 80, "System Aborted"), job("odd", 5)]
    assert bounds(surely[:1]) == bounds(surely[2:]) == [PRICE]
    assert bounds(surely)[1] == PRICE
    assert bounds(surely)[0] > PRICE
    # Told the kinds, it fears nothing for others than clean ones.
    told = bounds([*surely, job("stall", 500)], told=True)
    assert told[0] > PRICE
    assert told[3] == PRICE


def test_traces_tell_when_jobs_were_due_that_are_aborted_from_outside() -> None:
    outside = 0
    for trace in generate(["abort", "clean"], 60, seed=3):
        if trace.kind == "clean" or is_system_abort(trace):
            assert trace.due is None
            continue
        outside += 1
        assert trace.due is not None
        *_, done, failed, _ = trace.events[-1]
        assert done is not None
        assert failed is not None
        # It ends at as much of its time as of its records, to a batch.
        assert trace.ended_at / trace.due == pytest.approx(
            (done + failed) / trace.total, abs=200 / trace.total
        )
    assert outside > 8


def test_fixed_intervals_pay_more_than_the_bound_in_each_kind() -> None:
    traces = list(generate(KINDS, 210, seed=11))
    costs = list(zip(traces, bounds(traces), bounds(traces, told=True), strict=True))
    for kind, interval in product(KINDS, (5, 15, 60)):
        of_kind = [cost for cost in costs if cost[0].kind == kind]
        calls = [math.ceil(trace.ended_at / interval) for trace, *_ in of_kind]
        delay = mean(
            interval * count - trace.ended_at
            for count, (trace, *_) in zip(calls, of_kind, strict=True)
        )
        paid = delay + PRICE * (1 + mean(calls))
        assert paid > mean(least for _, least, _ in of_kind)
        assert paid > mean(told for *_, told in of_kind)


FEW = [
    *(job("stall", 100.0 * number) for number in range(1, 10)),
    job("abort", 300, "User Aborted", 700),
    job("abort", 500, "System Aborted"),
]


@pytest.mark.parametrize("interval", [7.0, 37.0, 180.0])
def test_as_many_calls_as_a_fixed_interval_makes_leave_some_delay(interval: float) -> None:
    calls = [math.ceil(one.ended_at / interval) for one in FEW]
    delay = sum(interval * count - one.ended_at for count, one in zip(calls, FEW, strict=True))
    assert least_delay(FEW, sum(calls)) < delay


def test_further_calls_leave_ever_less_delay() -> None:
    bare, more, ample = (least_delay(FEW, len(FEW) * count) for count in (1, 2, 1_000))
    assert bare > more > ample == 0
    # A call when each job is due sees an abort by then: of ten jobs that may have one, one has.
    late = 0.0
    for due in (*range(100, 1000, 100), 700):
        low, high = max(40, 0.02 * due), 0.98 * due
        aborted = 0.1 * (high - low) / (0.96 * due)
        late += aborted / (aborted + 0.9) * (due - (low + high) / 2)
    assert late - 2 < bare < late
