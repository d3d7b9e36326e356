"""What a reading shows that somebody should know: when it is told, and that it is told once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.jobs import NOW, watched
from zcbulk_tui.domain.alerts import LAST_CALL, alerts
from zcbulk_tui.domain.concern import STUCK
from zcbulk_tui.domain.deadlines import START_WITHIN
from zcbulk_tui.domain.job import Counts, JobReading, JobState, WatchedJob
from zcbulk_tui.domain.progress import remember
from zcbulk_tui.domain.snapshot import JobSnapshot

S = JobState
JOB = watched()

FAILS = "More than 5 % of its records have failed"
STILL = "Its counts have not moved for 10 minutes"
EXPIRES = "It expires within 30 minutes unless it is started"


def read(
    minutes: float, state: JobState = S.IN_PROGRESS, done: int = 0, failed: int | None = 0
) -> JobReading:
    """A reading of a job of 10,000 records, so many minutes after `NOW`."""
    at = NOW + timedelta(minutes=minutes)
    return JobReading(state, state.value, Counts(10_000, done, failed), at)


def told(readings: Sequence[JobReading], job: WatchedJob = JOB) -> list[list[str]]:
    """What is told with each of the readings, which are kept as the monitor keeps them."""
    said = []
    known = JobSnapshot(job)
    for reading in readings:
        after = JobSnapshot(job, remember(known.readings, reading))
        said.append(alerts(known, after))
        known = after
    return said


@pytest.mark.parametrize(
    ("failed", "said"), [(0, []), (500, []), (501, [FAILS]), (10_000, [FAILS]), (None, [])]
)
def test_more_than_a_twentieth_of_the_records_has_failed(
    failed: int | None, said: list[str]
) -> None:
    assert told([read(0, failed=failed)]) == [said]


@pytest.mark.parametrize("counts", [Counts(), Counts(0, 0, 5), Counts(None, 1, 5)])
def test_of_nothing_no_share_can_fail(counts: Counts) -> None:
    assert told([replace(read(0), counts=counts)]) == [[]]


def test_a_job_that_is_over_tells_what_its_end_shows() -> None:
    ended = read(5, S.SYSTEM_ABORTED, done=4000, failed=600)
    assert told([read(0, done=4000, failed=400), ended]) == [[], [FAILS]]


@pytest.mark.parametrize(
    ("minutes", "said"), [(9.9, []), (10, [STILL]), (11, [STILL]), (600, [STILL])]
)
def test_counts_that_have_not_moved_for_ten_minutes(minutes: float, said: list[str]) -> None:
    assert told([read(0), read(minutes)]) == [[], said]


@pytest.mark.parametrize("state", [state for state in S if state is not S.IN_PROGRESS])
def test_only_a_running_job_can_stand_still(state: JobState) -> None:
    assert STILL not in told([read(0, state), read(20, state)])[1]


def test_a_job_stands_still_from_when_it_began_to_run() -> None:
    readings = [read(0, S.READY), read(10), read(19), read(20)]
    assert [STILL in said for said in told(readings)] == [False, False, False, True]


def test_a_move_ends_it_and_another_standstill_is_told_anew() -> None:
    readings = [read(minute) for minute in (0, 10, 30)]
    readings += [read(minute, done=1) for minute in (31, 40, 41, 60)]
    assert [STILL in said for said in told(readings)] == [
        False,
        True,
        False,
        False,
        False,
        True,
        False,
    ]


@pytest.mark.parametrize("state", [S.CREATED, S.READY])
def test_a_job_that_waits_expires_soon(state: JobState) -> None:
    last_call = (START_WITHIN - LAST_CALL) / timedelta(minutes=1)
    readings = [read(minute, state) for minute in (0, last_call - 1, last_call, last_call + 10)]
    assert told(readings) == [[], [], [EXPIRES], []]


def test_the_deadline_is_that_of_the_creation_where_it_is_known() -> None:
    job = replace(JOB, created_at=NOW - timedelta(hours=2, minutes=30))
    assert told([read(0, S.READY)], job) == [[EXPIRES]]


@pytest.mark.parametrize("state", [state for state in S if not state.is_waiting])
def test_only_a_job_that_waits_expires(state: JobState) -> None:
    assert EXPIRES not in told([read(600, state)])[0]


def test_nothing_is_told_of_a_job_that_was_not_read() -> None:
    assert alerts(JobSnapshot(JOB), JobSnapshot(JOB)) == []


def test_several_can_be_told_at_once() -> None:
    readings = [read(0, failed=400), read(1, failed=501), read(11, failed=501)]
    assert told(readings) == [[], [FAILS], [STILL]]


steps = st.lists(
    st.tuples(
        st.sampled_from([0.5, 3.0, 7.5, 40.0]),
        st.sampled_from([S.READY, S.IN_PROGRESS, S.IN_PROGRESS, S.UNKNOWN, S.COMPLETED]),
        st.integers(0, 1),
        st.sampled_from([0, 500, 501, None]),
    ),
    max_size=30,
)


def lasting(readings: Sequence[JobReading]) -> set[str]:
    """What should be known after these readings, told from all of them."""
    last = readings[-1]
    found = set()
    if (last.counts.failed or 0) > 500:
        found.add(FAILS)
    since = last.read_at
    for old in reversed(readings):
        if (old.state, old.counts) != (last.state, last.counts):
            break
        since = old.read_at
    if last.state is S.IN_PROGRESS and last.read_at - since >= timedelta(seconds=STUCK):
        found.add(STILL)
    if last.state.is_waiting and last.read_at >= NOW + START_WITHIN - LAST_CALL:
        found.add(EXPIRES)
    return found


@given(steps)
def test_each_thing_is_told_when_it_begins_and_not_again_while_it_lasts(
    steps: list[tuple[float, JobState, int, int | None]],
) -> None:
    minute, readings = 0.0, []
    for wait, state, done, failed in steps:
        minute += wait
        readings.append(read(minute, state, done, failed))
    before: set[str] = set()
    for place, said in enumerate(told(readings), 1):
        now = lasting(readings[:place])
        assert set(said) == now - before
        assert len(said) == len(set(said))
        before = now
