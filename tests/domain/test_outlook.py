"""What may happen to a job next: which of it for which readings, and never nonsense."""

import math
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.jobs import NOW, reading, watched
from tests.support.properties import histories_of_one_job, moments
from zcbulk_tui.domain.budget import Pace
from zcbulk_tui.domain.form_past import FormPast
from zcbulk_tui.domain.job import Counts, JobReading, JobState
from zcbulk_tui.domain.outlook import UNREAD, Outlook, Quiet, outlook
from zcbulk_tui.domain.planner import Terms, wait
from zcbulk_tui.domain.progress import finish, motion

FINAL = [state for state in JobState if state.is_final]
WAITING = [JobState.CREATED, JobState.READY]
START_WITHIN = 3 * 3600.0
RECORDS = 100_000
"""Of a job with failures: 500 batches, of which 25 may fail, which are up to 5,000 records."""

times = st.none() | moments.map(lambda at: NOW + timedelta(seconds=at))


def seen(
    *readings: JobReading, started_at: datetime | None = None, known: bool | None = None
) -> Outlook:
    """The outlook of a job that is not over."""
    ahead = outlook(watched()._replace(started_at=started_at), readings, None, known)
    assert ahead is not None
    return ahead


def expects(ahead: Outlook) -> set[str]:
    """The names of what an outlook expects."""
    expected = {name for name in ahead._fields if name not in ("runs", "age", "unexpected")}
    return {name for name in expected if getattr(ahead, name)}


def failing(*points: tuple[float, int, int]) -> list[JobReading]:
    """Readings by moments, with records that went in and that failed."""
    return [
        JobReading(
            JobState.IN_PROGRESS, "", Counts(RECORDS, done, bad), NOW + timedelta(seconds=at)
        )
        for at, done, bad in points
    ]


def with_failures(*points: tuple[float, int, int], known: bool | None = None) -> Outlook:
    """The outlook of a job with such readings."""
    return seen(*failing(*points), known=known)


@given(histories_of_one_job(), times, times)
def test_no_history_makes_it_raise_or_tell_nonsense(
    readings: list[JobReading], created_at: datetime | None, started_at: datetime | None
) -> None:
    job = watched()._replace(created_at=created_at, started_at=started_at)
    ahead = outlook(job, readings)
    if ahead is None:
        assert readings[-1].state.is_final
        return
    assert ahead is UNREAD or expects(ahead)
    quiet = ahead.quiet
    assert quiet is None or (0 <= quiet.seconds < math.inf and 0 < quiet.weight < math.inf)
    for forecast in (ahead.finish, *(one.at for one in ahead.aborts)):
        assert forecast is None or (
            0 <= forecast.seconds < math.inf and 0 < forecast.spread < math.inf
        )
    assert all(0 <= one.chance <= 1 for one in ahead.aborts)
    assert sum(one.chance for one in ahead.aborts) <= 1 + 1e-9
    assert 0 <= ahead.age < math.inf
    assert ahead.deadline is None or 0 < ahead.deadline < math.inf


@given(histories_of_one_job(), times)
def test_only_what_may_move_has_a_forecast(
    readings: list[JobReading], started_at: datetime | None
) -> None:
    ahead = outlook(watched()._replace(started_at=started_at), readings)
    if ahead is None or ahead.finish is None:
        assert ahead is None or not ahead.aborts
        return
    assert readings[-1].state in (JobState.IN_PROGRESS, JobState.UNKNOWN)
    moves, left = motion(readings, started_at), readings[-1].counts.left
    assert moves is not None
    assert left
    assert ahead.finish == finish(moves, left)
    assert (ahead.quiet is None) == (moves.still == 0)


def test_of_a_job_that_was_never_read_anything_may_be() -> None:
    assert outlook(watched(), ()) is UNREAD
    assert expects(UNREAD) == set()
    assert not UNREAD.runs


@pytest.mark.parametrize("state", FINAL)
def test_nothing_happens_to_a_job_that_is_over(state: JobState) -> None:
    assert outlook(watched(), [reading(0, 5), reading(9, 10_000, state=state)]) is None


@pytest.mark.parametrize("state", WAITING)
def test_a_job_that_waits_may_be_started_until_its_deadline(state: JobState) -> None:
    ahead = seen(reading(0, None, None, state), reading(60, None, None, state))
    assert expects(ahead) == {"quiet", "deadline"}
    assert ahead.quiet is not None
    assert ahead.quiet.seconds == 60
    assert not ahead.runs


def test_a_job_waits_from_its_last_change_of_state_on() -> None:
    created, ready = WAITING
    states = {0: created, 50: created, 60: ready, 100: ready}
    ahead = seen(*(reading(at, 0, state=state) for at, state in states.items()))
    assert ahead.quiet is not None
    assert ahead.quiet.seconds == 40


@pytest.mark.parametrize(
    ("before", "deadline"),
    [
        pytest.param(START_WITHIN, START_WITHIN - 600, id="ten minutes before"),
        pytest.param(601, 1, id="a second before that"),
        pytest.param(600, 605, id="then five seconds behind"),
        pytest.param(1, 6, id="a second before"),
        pytest.param(-4, 1, id="four seconds behind"),
        pytest.param(-5, None, id="no more"),
        pytest.param(-1e6, None, id="long ago"),
    ],
)
@pytest.mark.parametrize("state", WAITING)
def test_a_job_that_waits_is_looked_at_before_and_behind_its_deadline(
    state: JobState, before: float, deadline: float | None
) -> None:
    last = reading(START_WITHIN - before, 0, state=state)
    assert seen(last).deadline == deadline, "three hours after it was put on the list"
    older = watched()._replace(created_at=NOW - timedelta(hours=1))
    ahead = outlook(older, [replace(last, read_at=last.read_at - timedelta(hours=1))])
    assert ahead is not None
    assert ahead.deadline == deadline, "three hours after its creation"


@pytest.mark.parametrize("counts", [0, 100, None], ids=["nothing done", "some done", "no counts"])
@pytest.mark.parametrize("state", [JobState.IN_PROGRESS, JobState.UNKNOWN])
def test_a_job_that_was_not_seen_to_move_is_quiet(state: JobState, counts: int | None) -> None:
    readings = [reading(at, counts, state=state) for at in (10, 40)]
    ahead = seen(*readings)
    assert expects(ahead) == {"quiet"}
    assert ahead.runs
    assert ahead.quiet is not None
    assert ahead.quiet.seconds == 30


def test_a_job_that_has_not_moved_is_quiet_since_its_start() -> None:
    readings = reading(10, 0), reading(40, 0)
    assert seen(*readings, started_at=NOW).quiet == quiet_of(*readings)._replace(seconds=40)


def test_a_job_that_still_waits_after_its_start_is_quiet_since_then() -> None:
    readings = [reading(at, 0, state=JobState.READY) for at in (0, 3600, 3602)]
    ahead = seen(*readings, started_at=NOW + timedelta(seconds=3600))
    assert ahead.quiet is not None
    assert ahead.quiet.seconds == 2


def test_counts_that_fail_to_come_end_the_forecast() -> None:
    last = JobReading(JobState.IN_PROGRESS, "", Counts(), NOW + timedelta(seconds=30))
    assert expects(seen(reading(0, 100), reading(10, 200))) == {"finish"}
    assert expects(seen(reading(0, 100), reading(10, 200), last)) == {"quiet"}


def test_a_job_that_moves_has_a_forecast() -> None:
    ahead = seen(reading(0, 100), reading(10, 1100))
    assert expects(ahead) == {"finish"}
    assert ahead.runs
    assert ahead.finish is not None
    assert ahead.finish.seconds == pytest.approx(89)


def test_a_job_that_moves_no_more_has_both() -> None:
    ahead = seen(reading(0, 100), reading(10, 1100), reading(20, 1100), reading(25, 1100))
    assert expects(ahead) == {"quiet", "finish"}
    assert ahead.quiet is not None
    assert ahead.quiet.seconds == 15


def quiet_of(*readings: JobReading) -> Quiet:
    ahead = seen(*readings)
    assert expects(ahead) == {"quiet"}
    assert ahead.quiet is not None
    return ahead.quiet


def test_a_job_whose_counts_are_full_ends_at_any_moment() -> None:
    moving = reading(0, 100), reading(10, 9_000)
    full = quiet_of(*moving, reading(20, 10_000))
    assert full.seconds == 0
    assert quiet_of(*moving, reading(20, 10_000), reading(50, 10_000)).seconds == 30
    assert full.weight > quiet_of(reading(0, 0)).weight, "sooner than another one begins to move"


def chance(ahead: Outlook) -> float:
    """How likely failures end a job."""
    return sum(one.chance for one in ahead.aborts)


@pytest.mark.parametrize(
    ("points", "least", "most"),
    [
        pytest.param([(0, 2000, 0), (100, 9000, 0)], 0, 0, id="none"),
        pytest.param([(0, 2000, 0), (100, 52000, 2)], 0, 0.02, id="too few for the rest"),
        pytest.param([(0, 2000, 0), (100, 9000, 25)], 0.2, 0.8, id="maybe in too many"),
        pytest.param(
            [(0, 2000, 200), (99, 50000, 200), (100, 50300, 400)], 0, 0.2, id="in few batches"
        ),
        pytest.param([(0, 2000, 500), (100, 9000, 3500)], 0.9, 1, id="too many before the end"),
        pytest.param([(0, 9000, 4000), (100, 9500, 5900)], 0, 0, id="too many for long"),
    ],
)
def test_failures_may_end_a_job(
    points: list[tuple[float, int, int]], least: float, most: float
) -> None:
    ahead = with_failures(*points)
    assert expects(ahead) - {"quiet", "aborts"} == {"finish"}
    assert least <= chance(ahead) <= most


@pytest.mark.parametrize(
    ("points", "one_fails_its_batch", "least", "most"),
    [
        pytest.param([(0, 2000, 0), (100, 9000, 25)], True, 0, 0.05, id="far from the limit"),
        pytest.param([(0, 2000, 500), (100, 9000, 3500)], True, 0.9, 1, id="on its way there"),
        pytest.param([(0, 9000, 4000), (100, 9500, 4800)], True, 0.9, 1, id="near"),
        pytest.param([(0, 2000, 500), (100, 9000, 1500)], False, 0, 0.1, id="single ones"),
        pytest.param([(0, 200, 500), (100, 900, 1500)], False, 0.1, 1, id="nearly all"),
    ],
)
def test_what_is_known_of_bad_records_narrows_when_failures_may_end_a_job(
    points: list[tuple[float, int, int]], one_fails_its_batch: bool, least: float, most: float
) -> None:
    assert least <= chance(with_failures(*points, known=one_fails_its_batch)) <= most


def test_a_lull_in_failures_ends_no_danger() -> None:
    growing = [(at, 2000 + 100 * at, 100 * at) for at in (10, 20, 30)]
    lull = (40, 6000, 3000)
    assert chance(with_failures(*growing, lull)) > chance(with_failures(*growing)) / 2 > 0.25


@given(st.integers(26, 4999), st.floats(1, 600), st.floats(1.01, 10))
def test_failures_that_grow_faster_end_a_job_sooner(failed: int, seconds: float, by: float) -> None:
    fast, slow = (
        with_failures((0, 2000, 0), (after, 10_000, failed)).aborts
        for after in (seconds, seconds * by)
    )
    assert len(fast) == len(slow) > 0
    for soon, late in zip(fast, slow, strict=True):
        assert soon.at.seconds * by == pytest.approx(late.at.seconds, rel=1e-4)


def test_a_job_whose_start_was_accepted_is_not_taken_for_one_that_waits_for_it() -> None:
    job = watched()._replace(started_at=NOW)
    ahead, running = (
        outlook(job, [reading(2, 0, state=state)])
        for state in (JobState.READY, JobState.IN_PROGRESS)
    )
    assert ahead is not None
    assert running is not None
    assert ahead.runs
    assert expects(ahead) == expects(running) == {"quiet"}
    on = Terms(Pace.BALANCED.price)
    assert wait(ahead, on)[0] < wait(running, on)[0], "the start should show at once"


def test_failures_that_another_job_of_the_form_outlasted_hardly_end_this_one() -> None:
    points = (0, 2000, 0), (100, 9000, 25)
    past = FormPast(5, None, None, None, 0.0, {JobState.COMPLETED: 5})
    ahead = outlook(watched(), failing(*points), past)
    calm = outlook(watched(), failing(*points), past._replace(outlasted=60.0))
    assert ahead is not None
    assert calm is not None
    assert chance(ahead) == chance(with_failures(*points))
    assert chance(calm) < chance(ahead) / 5
