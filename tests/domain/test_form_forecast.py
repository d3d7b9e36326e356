"""The end of a job by the past of its form, and by its own readings."""

import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.jobs import NOW, watched
from zcbulk_tui.domain.concern import Concern, assess
from zcbulk_tui.domain.form_forecast import expected, forecast, unexpected
from zcbulk_tui.domain.form_past import FormPast, Quantity
from zcbulk_tui.domain.job import Counts, JobReading, JobState
from zcbulk_tui.domain.outlook import outlook
from zcbulk_tui.domain.planner import Terms, wait
from zcbulk_tui.domain.progress import Forecast, finish, motion
from zcbulk_tui.domain.snapshot import Fault, JobSnapshot
from zcbulk_tui.errors import Answer, JobUnknownError

DONE = JobState.COMPLETED

PAST = FormPast(
    7, Quantity(100, 0.2), Quantity(30, 0.3), 0.1, 0.0, {JobState.COMPLETED: 7}, seconds=700
)
"""Jobs at 100 records a second after 30 seconds."""

JOB = watched()._replace(started_at=NOW)


def at(seconds: float, processed: int | None) -> JobReading:
    """A reading of a job with 10,000 records, so many seconds after its start."""
    left = None if processed is None else 10_000 - processed
    counts = Counts(10_000, processed, None if processed is None else 0, left)
    return JobReading(JobState.IN_PROGRESS, "", counts, NOW + timedelta(seconds=seconds))


def ahead(*readings: JobReading, past: FormPast | None = PAST) -> Forecast | None:
    """The forecast of a job after its last reading."""
    return forecast(JOB, readings, motion(readings, NOW), past)


def sure(*readings: JobReading, past: FormPast | None = PAST) -> Forecast:
    """The same, where there is one."""
    found = ahead(*readings, past=past)
    assert found is not None
    return found


def snapshot(*readings: JobReading, past: FormPast | None = PAST) -> JobSnapshot:
    """The job after its readings."""
    return JobSnapshot(JOB, readings, past=past)


def test_without_a_past_nothing_is_claimed_and_nothing_is_other_than_before() -> None:
    assert ahead(at(5, 0), past=None) is None
    readings = at(40, 1_000), at(50, 2_000)
    moves = motion(readings, NOW)
    assert moves is not None
    assert ahead(*readings, past=None) == finish(moves, 8_000)
    assert expected(None, 10_000) is None
    assert unexpected(None) == 1
    assert not snapshot(at(9_000, 0), past=None).is_slow_for_form


@pytest.mark.parametrize("lacking", ["rate", "lag"])
def test_what_no_past_job_showed_is_not_claimed(lacking: str) -> None:
    past = FormPast(3, None if lacking == "rate" else PAST.rate, None, None, 0.0, {}, seconds=0.0)
    assert ahead(at(5, 0), past=past) is None
    assert expected(past, 10_000) is None
    assert not snapshot(at(9_000, 0), past=past).is_slow_for_form


def test_before_it_moves_a_job_ends_when_those_before_it_did() -> None:
    found = sure(at(5, 0))
    assert found.seconds == pytest.approx(130 - 5, rel=0.1)
    range_ = snapshot(at(5, 0)).remaining
    assert range_ is not None
    assert range_.least < 120 < range_.most < 200


def test_the_longer_it_waits_the_later_it_ends() -> None:
    ends = [waited + sure(at(waited, 0)).seconds for waited in (1, 20, 40, 60)]
    assert ends == sorted(ends)
    assert ends[-1] > ends[0] + 25


def test_one_that_waits_far_longer_than_any_is_not_like_them() -> None:
    assert ahead(at(3_000, 0)) is None
    ahead_of_it = outlook(JOB, [at(3_000, 0)], PAST)
    without = outlook(JOB, [at(3_000, 0)])
    assert ahead_of_it is not None
    assert without is not None
    assert ahead_of_it.finish is None
    assert ahead_of_it.quiet == without.quiet


def test_one_that_has_come_far_less_far_than_any_may_be_late_or_slow() -> None:
    """It came as far in 300 s as others in 40: a late job of 100 a second, or one of 4."""
    found = snapshot(at(300, 1_000)).remaining
    assert found is not None
    assert found.least < 120
    assert found.most > 600
    # The next reading shows which.
    slow, late = (snapshot(at(300, 1_000), at(320, done)).remaining for done in (1_100, 3_000))
    assert slow is not None
    assert late is not None
    assert slow.least > 300
    assert late.most < 120


def test_nothing_is_forecast_of_a_job_that_is_not_asked_any_more() -> None:
    gone = Fault(JobUnknownError("No such job", answer=Answer(404, 3100, "none")), NOW)
    readings = at(40, 1_000), at(50, 2_000)
    given_up = JobSnapshot(JOB, readings, gone, past=PAST)
    assert snapshot(*readings).remaining is not None
    assert (given_up.motion, given_up.forecast, given_up.remaining) == (None, None, None)


def test_its_own_rate_takes_over() -> None:
    """At 200 a second, twice as fast as those before it."""
    readings = [at(30 + 5 * n, 1_000 * n) for n in range(1, 9)]
    ratios = [(10_000 - 1_000 * n) / 200 / sure(*readings[:n]).seconds for n in (1, 2, 4, 8)]
    assert ratios[:3] == sorted(ratios[:3])
    assert ratios[0] < 0.95
    assert ratios[-1] == pytest.approx(1, abs=0.1)


def test_a_form_of_which_much_is_known_narrows_the_range() -> None:
    readings = at(40, 1_000), at(50, 2_000)
    assert sure(*readings).spread < sure(*readings, past=None).spread


def test_the_planner_begins_with_the_past() -> None:
    found = outlook(JOB, [at(5, 0)], PAST)
    assert found is not None
    assert found.quiet is None
    assert found.finish == ahead(at(5, 0))
    assert found.unexpected == unexpected(PAST)


def ended(count: int, badly: int) -> FormPast:
    """So many past jobs of 500 seconds, of which so many were aborted."""
    endings = {JobState.COMPLETED: count - badly, JobState.USER_ABORTED: badly}
    return PAST._replace(jobs=count, endings=endings, seconds=500.0 * count)


def test_the_more_jobs_completed_the_rarer_an_unexpected_end_is() -> None:
    factors = [1.0, *(unexpected(ended(count, 0)) for count in (1, 5, 20))]
    assert factors == sorted(factors, reverse=True)
    assert factors[1] > 0.7
    assert factors[-1] < 0.2


def test_a_form_that_ends_badly_as_often_as_others_changes_nothing() -> None:
    """One in six or so does."""
    assert unexpected(ended(19, 3)) == pytest.approx(1, abs=0.1)
    assert unexpected(ended(19, 9)) > 2


@pytest.mark.parametrize("readings", [[at(5, 0)], [at(40, 1_000), at(50, 2_000)]])
def test_a_form_whose_jobs_complete_is_polled_less(readings: list[JobReading]) -> None:
    waits = []
    for badly in (0, 4):
        found = outlook(JOB, readings, ended(8, badly))
        assert found is not None
        waits.append(wait(found._replace(quiet=None, finish=Forecast(9_000, 90)), Terms(0.8))[0])
    assert waits[0] > 1.5 * waits[1]


def test_what_is_to_be_expected_of_a_file() -> None:
    found = expected(PAST, 10_000)
    assert found is not None
    assert found.least < 130 < found.most
    assert found.jobs == 7


@pytest.mark.parametrize(
    ("reading", "concern"),
    [
        pytest.param(at(30, 0), Concern.NONE, id="as usual"),
        pytest.param(at(300, 0), Concern.SLOW, id="does not begin"),
        pytest.param(at(90, 5_000), Concern.NONE, id="on its way"),
        pytest.param(at(200, 5_000), Concern.SLOW, id="late"),
    ],
)
def test_a_job_is_slow_beside_those_of_its_form(reading: JobReading, concern: Concern) -> None:
    assert assess(snapshot(reading)).concern is concern
    assert assess(snapshot(reading, past=None)).concern is Concern.NONE


def test_one_whose_counts_do_not_move_is_stuck_and_not_slow() -> None:
    stuck = snapshot(at(200, 5_000), at(900, 5_000))
    assert stuck.is_slow_for_form
    assert assess(stuck).concern is Concern.STUCK


quantities = st.builds(Quantity, st.floats(0.01, 1e6), st.floats(0.01, 5))
pasts = st.builds(
    FormPast,
    st.integers(1, 20),
    st.none() | quantities,
    st.none() | quantities,
    st.none() | st.floats(0, 2),
    st.floats(0, 1),
    st.just({JobState.COMPLETED: 1}),
    st.floats(0, 1e6),
)
courses = st.lists(
    st.tuples(st.floats(0, 1e5), st.none() | st.integers(0, 10_000)), min_size=1, max_size=8
)


@given(pasts, courses)
def test_whatever_is_known_a_forecast_makes_sense(
    past: FormPast, course: list[tuple[float, int | None]]
) -> None:
    known = snapshot(*(at(*it) for it in sorted(course, key=lambda it: it[0])), past=past)
    found, time = known.forecast, known.remaining
    if found is not None:
        assert -1e-9 <= found.seconds < math.inf
        assert 0 < found.spread < math.inf
    if time is not None:
        assert 0 <= time.least <= time.most
    assert known.is_slow_for_form in (True, False)
    assert outlook(known.job, known.readings, past) is not None
