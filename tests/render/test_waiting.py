"""Jobs that are waited for, on a terminal of any size."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.jobs import NOW, watched
from zcbulk_tui.domain.job import Counts, JobReading, JobState
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.render.glyphs import ASCII, UNICODE, Glyphs
from zcbulk_tui.render.span import width
from zcbulk_tui.render.waiting import block, sentence


def job(number: int, state: JobState = JobState.IN_PROGRESS, done: int = 400) -> JobSnapshot:
    readings = tuple(
        JobReading(state, state.value, Counts(1000, success, 10), NOW - timedelta(seconds=age))
        for age, success in ((60, done - 100), (40, done))
    )
    return JobSnapshot(watched(str(number), f"Job {number}"), readings)


@pytest.mark.parametrize(
    ("snapshot", "said"),
    [
        (job(1), "Job 1: running, 41 %, 400 in, 10 failed"),
        (JobSnapshot(watched("2", "Job 2")), "Job 2: not read yet"),
    ],
)
def test_a_job_as_a_sentence(snapshot: JobSnapshot, said: str) -> None:
    assert sentence(snapshot) == said


def test_what_was_read_is_solid_and_what_is_estimated_is_not() -> None:
    head, line = block([job(1)], NOW, 100, None, UNICODE)
    assert head.split()[:2] == ["JOB", "PROGRESS"]
    assert "Job 1" in line
    assert UNICODE.success in line
    assert UNICODE.estimate in line
    # The age of the reading stands at the end.
    assert line.split()[-1] == "30s"


def test_where_there_is_no_room_those_that_have_ended_give_way() -> None:
    jobs = [job(1, JobState.COMPLETED), job(2), job(3, JobState.FAILED), job(4), job(5)]
    lines = block(jobs, NOW, 80, 5, UNICODE)
    assert [line.split()[2] for line in lines[1:-1]] == ["2", "4", "5"]
    assert lines[-1] == "  … and 2 more"
    assert len(block(jobs, NOW, 80, None, UNICODE)) == 6


@given(
    st.integers(1, 30),
    st.integers(1, 200),
    st.none() | st.integers(1, 40),
    st.sampled_from([ASCII, UNICODE]),
)
def test_it_never_takes_more_room_than_there_is(
    count: int, cells: int, height: int | None, glyphs: Glyphs
) -> None:
    lines = block([job(number) for number in range(count)], NOW, cells, height, glyphs)
    assert height is None or len(lines) <= height
    assert all(width(line) <= cells for line in lines)
    assert all(line == line.rstrip() for line in lines)
