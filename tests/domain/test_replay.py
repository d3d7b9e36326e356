"""A whole course of a job, polled as the planner asks: its end is seen, soon and for few calls."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.jobs import NOW, watched
from zcbulk_tui.domain.budget import Pace, Reason
from zcbulk_tui.domain.job import Counts, JobReading, JobState
from zcbulk_tui.domain.outlook import Outlook, outlook
from zcbulk_tui.domain.planner import DEAREST, PATIENCE, Terms, wait
from zcbulk_tui.domain.progress import remember

RECORDS = 100_000


@dataclass(frozen=True)
class Course:
    """What becomes of a job.

    Attributes:
        seconds: When it ends.
        steps: Moments from which on so many records are in and so many have failed, in order;
            none for a job that moves steadily.
        start_seen: Whether its start is known.
    """

    seconds: float
    steps: tuple[tuple[float, int, int], ...] = ()
    start_seen: bool = True

    def at(self, seconds: float) -> JobReading:
        """What a call says so many seconds after the start."""
        state = JobState.COMPLETED if seconds >= self.seconds else JobState.IN_PROGRESS
        done, failed = int(RECORDS * min(seconds / self.seconds, 1)), 0
        if self.steps:
            passed = [(done, failed) for at, done, failed in self.steps if at <= seconds]
            done, failed = passed[-1] if passed else (0, 0)
        counts = Counts(RECORDS, done, failed, RECORDS - done - failed)
        return JobReading(state, state.value, counts, NOW + timedelta(seconds=seconds))


class Wait(NamedTuple):
    """A wait for a poll: what was ahead, how long it was, and what for."""

    ahead: Outlook
    seconds: float
    reason: Reason


def waits(course: Course, on: Terms, known: Sequence[float] = (0.0,)) -> list[Wait]:
    """Polls a job until its end is seen, after the readings of some known moments."""
    job = watched()._replace(started_at=NOW if course.start_seen else None)
    *before, at = known
    readings = tuple(course.at(earlier) for earlier in before)
    waited: list[Wait] = []
    while True:
        readings = remember(readings, course.at(at))
        ahead = outlook(job, readings)
        if ahead is None:
            return waited
        waited.append(Wait(ahead, *wait(ahead, on)))
        at += waited[-1].seconds


@st.composite
def courses(draw: st.DrawFn) -> Course:
    """Any course: counts that grow by any steps at any moments, with some failures or none."""
    seconds = draw(st.floats(1, 600) | st.floats(1, 20_000))
    count = draw(st.integers(0, 8))
    shares = st.lists(st.floats(0, 1), min_size=count, max_size=count).map(sorted)
    bad = draw(st.just(0.0) | st.floats(0, 0.045))
    steps = []
    for at, share in zip(draw(shares), draw(shares), strict=True):
        failed = int(RECORDS * share * bad)
        steps.append((at * seconds, int(RECORDS * share) - failed, failed))
    return Course(seconds, tuple(steps) or ((0.0, 0, 0),), draw(st.booleans()))


any_terms = st.builds(
    Terms, st.floats(0.25, 5) | st.floats(0.25, DEAREST), st.floats(PATIENCE, 5_000)
)


@given(courses(), any_terms)
def test_the_end_of_any_course_is_seen_within_a_bounded_number_of_polls(
    course: Course, on: Terms
) -> None:
    polls = len(waits(course, on)) + 1
    by_the_price = (course.seconds / on.price) ** 0.5
    by_patience = course.seconds / PATIENCE
    assert polls <= (len(course.steps) + 1) * (10 + 2 * by_the_price) + 1.5 * by_patience


@given(courses(), any_terms)
def test_no_wait_is_longer_than_patience_and_the_forecast(course: Course, on: Terms) -> None:
    for ahead, seconds, _ in waits(course, on):
        assert 1 <= seconds <= on.patience + (ahead.finish.seconds if ahead.finish else 0)


@given(courses(), any_terms)
def test_an_end_is_seen_no_later_than_the_last_wait_lasts(course: Course, on: Terms) -> None:
    *before, last = [one.seconds for one in waits(course, on)]
    assert sum(before) < course.seconds
    assert sum(before) + last >= course.seconds


@pytest.mark.parametrize("minutes", [5, 10, 20, 60])
@pytest.mark.parametrize(
    ("pace", "polls", "seconds_late"),
    [(Pace.EAGER, 16, 1.5), (Pace.BALANCED, 12, 2), (Pace.FRUGAL, 9, 5)],
)
def test_a_steady_job_takes_few_polls_and_its_end_is_seen_soon(
    pace: Pace, polls: int, seconds_late: float, minutes: int
) -> None:
    course = Course(60.0 * minutes)
    seen = waits(course, Terms(pace.price))
    assert sum(one.seconds for one in seen) - course.seconds <= seconds_late
    assert sum(one.reason is not Reason.ANY_TIME for one in seen) + 1 <= polls


@given(st.floats(300, 10_000), st.floats(0.25, 5))
def test_the_steps_towards_a_sure_end_become_shorter_and_shorter(
    seconds: float, price: float
) -> None:
    known = [share * seconds for share in (0.2, 0.3, 0.4, 0.5)]
    seen = waits(Course(seconds), Terms(price), known)
    approach = [one.seconds for one in seen if one.reason is Reason.FINISH]
    routine = len(seen) - len(approach)
    assert all(one.reason is Reason.ANY_TIME for one in seen[:routine])
    assert all(later < earlier or later == 1 for earlier, later in pairwise(approach))
    assert len(approach) <= 14
    late = known[-1] + sum(one.seconds for one in seen) - seconds
    assert 0 <= late <= 1 + price


def odd_answer(odd: str, poll: int) -> Counts:
    """Counts as no document has them, at the n-th poll."""
    if odd == "there and back":
        done = 1000 + poll % 2
        return Counts(RECORDS, done, 0, RECORDS - done)
    if odd == "no total":
        return Counts(None, poll, 0, None)
    if odd == "now and then":
        return Counts(RECORDS, poll, 0, RECORDS - poll) if poll % 2 else Counts()
    return Counts(RECORDS, poll, 0, RECORDS - poll)


@pytest.mark.parametrize("state", [JobState.IN_PROGRESS, JobState.UNKNOWN])
@pytest.mark.parametrize("odd", ["there and back", "no total", "now and then", "one by one"])
def test_no_answer_that_never_ends_is_asked_for_all_the_time(odd: str, state: JobState) -> None:
    at, polls = 0.0, 0
    readings: tuple[JobReading, ...] = ()
    while at < 86400:
        moment = NOW + timedelta(seconds=at)
        reading = JobReading(state, "?", odd_answer(odd, polls), moment)
        readings = remember(readings, reading)
        ahead = outlook(watched(), readings)
        assert ahead is not None
        at += wait(ahead, Terms(Pace.BALANCED.price))[0]
        polls += 1
    assert polls < 1500, "on average more than a minute apart"
