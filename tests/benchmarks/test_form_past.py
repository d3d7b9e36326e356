"""What the benchmark of a form's past makes of what polls saw."""

import math
from dataclasses import replace

import pytest

from tests.benchmarks.form_families import Form
from tests.benchmarks.form_past import (
    LEARNT,
    Ranges,
    at_delay,
    cost,
    delay_if_aborted,
    stands_out,
)
from tests.benchmarks.replay import Watched
from tests.benchmarks.traces import Event, Trace
from tests.support.jobs import reading, watched
from zcbulk_tui.domain.job import JobState
from zcbulk_tui.domain.snapshot import JobSnapshot

FORM = Form(
    rate=10.0,
    rate_spread=0.2,
    lag=20.0,
    lag_spread=0.5,
    wander=0.1,
    memory=0.1,
    size=1_000.0,
    size_spread=0.1,
    failed_share=0.0,
    aborts=0.1,
)

STEADY = Trace(
    "form",
    1_000,
    (
        *(Event(float(t), "In-progress", 10 * t, 0, 1_000 - 10 * t) for t in range(101)),
        Event(102.0, "Completed", 1_000, 0, 0),
    ),
)
"""A record each tenth of a second, and two seconds for its end."""


def polled(trace: Trace, *moments: float) -> Watched:
    """A job that was polled at these moments, the last of which showed its end."""
    over = JobSnapshot(watched(), (reading(0, 10_000, state=JobState.COMPLETED),))
    return Watched(trace, [(at, over) for at in moments])


def test_an_abort_anywhere_waits_for_half_the_time_between_two_polls() -> None:
    often, seldom = (
        delay_if_aborted(polled(STEADY, *(float(at) for at in range(0, 140, step))))
        for step in (10, 20)
    )
    assert often == pytest.approx(5, abs=0.6)
    assert seldom == pytest.approx(10, abs=1.2)
    late = delay_if_aborted(polled(STEADY, 103.0))
    assert late == pytest.approx(103 - 52.5, abs=0.6)


def test_the_delay_is_weighed_by_how_often_jobs_of_the_form_are_aborted() -> None:
    life = [polled(STEADY, 103.0)] * (LEARNT + 1)
    never, sometimes, always = (
        cost([replace(FORM, aborts=share)], [life]) for share in (0.0, 0.1, 1.0)
    )
    assert never.delay == never.completed == 1.0
    assert always.delay == always.aborted > 40
    assert sometimes.delay == pytest.approx(0.9 * never.delay + 0.1 * always.delay)
    assert never.calls == 1


def test_jobs_that_were_aborted_count_for_their_calls_alone() -> None:
    event = STEADY.events[50]
    aborted = replace(STEADY, events=(*STEADY.events[:51], event._replace(status="User Aborted")))
    life = [polled(STEADY, 103.0)] * LEARNT + [polled(STEADY, 103.0), polled(aborted, 10.0, 99.0)]
    found = cost([FORM], [life])
    assert found.completed == 1.0
    assert found.calls == 1.5


@pytest.mark.parametrize(
    ("delay", "calls"),
    [(1.0, 20.0), (2.0, 15.0), (3.0, 10.0), (9.0, 10.0), (0.5, math.inf)],
)
def test_calls_at_a_delay_lie_between_those_around_it(delay: float, calls: float) -> None:
    assert at_delay([(3.0, 10.0), (1.0, 20.0)], delay) == calls
    assert at_delay([], delay) == math.inf


@pytest.mark.parametrize(
    ("change", "found"),
    [
        pytest.param({"rate": 30.0}, True, id="another rate"),
        pytest.param({"rate": 12.0}, False, id="within its spread"),
        pytest.param({"lag": 60.0}, False, id="a lag that matters little"),
        pytest.param({"lag": 600.0}, True, id="one that matters"),
        pytest.param({}, False, id="none"),
    ],
)
def test_a_change_stands_out_by_what_the_ends_of_its_jobs_differ_anyway(
    change: dict[str, float], found: bool
) -> None:
    assert stands_out(FORM, replace(FORM, **change)) is found


def test_ends_are_counted_beside_their_ranges() -> None:
    ranges = Ranges()
    moving = JobSnapshot(watched(), (reading(0, 100), reading(10, 1_100)))
    assert moving.remaining is not None
    for end in (moving.remaining.least + 1, moving.remaining.most + 1):
        ranges.take(moving, end)
    ranges.take(JobSnapshot(watched()), 5.0)
    assert (ranges.within, ranges.unknown) == ([True, False], 1)
    assert ranges.missed == 30
