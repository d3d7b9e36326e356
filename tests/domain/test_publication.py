"""What is published of a profile: each of its jobs once, chains as one line."""

from collections import Counter
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.support.jobs import NOW, reading, watched
from zcbulk_tui.domain.job import Counts, JobState
from zcbulk_tui.domain.publication import TRUSTED, Publication, Stamp
from zcbulk_tui.domain.snapshot import JobSnapshot, ServiceSnapshot

RUNNING = (reading(-20, 2_000), reading(-10, 3_000), reading(0, 4_000))


def published(*jobs: JobSnapshot) -> Publication:
    return Publication("eu", jobs, ServiceSnapshot(), NOW)


@given(st.lists(st.integers(0, 8), max_size=8))
def test_each_job_is_in_one_line(repairs: list[int]) -> None:
    """Job n repairs the job of that number, if there is one, be it itself or a later one."""
    jobs = [
        JobSnapshot(watched(str(number))._replace(repairs=str(other) if other else ""))
        for number, other in enumerate(repairs, 1)
    ]
    lines = published(*jobs).lines
    found = Counter(listed.snapshot.ref for line in lines for listed in line.jobs)
    assert found == Counter(job.ref for job in jobs)
    assert all((line.chain is not None) == (len(line.jobs) > 1) for line in lines)


def test_a_chain_stands_in_the_place_of_its_first_job_under_its_name() -> None:
    repair = JobSnapshot(watched("2", "Repair")._replace(repairs="1"), RUNNING)
    other = JobSnapshot(watched("3", "Other"))
    lines = published(repair, other, JobSnapshot(watched("1", "First"))).lines
    assert [line.listed.snapshot.job.label for line in lines] == ["Other", "First"]
    assert lines[1].listed.snapshot.state is JobState.IN_PROGRESS
    assert [listed.snapshot.job.label for listed in lines[1].jobs] == ["First", "Repair"]


def test_what_is_estimated_is_at_most_what_is_left() -> None:
    (line,) = published(JobSnapshot(watched(), RUNNING)).lines
    assert line.estimate(NOW) == 0
    assert line.estimate(NOW + timedelta(seconds=10)) == 1_000
    assert line.estimate(NOW + timedelta(hours=1)) == 5_999
    assert line.counts == Counts(10_000, 4_000, 0)


def test_nothing_is_known_of_a_job_that_was_not_read() -> None:
    (line,) = published(JobSnapshot(watched())).lines
    assert line.counts == Counts()
    assert line.estimate(NOW) == 0


def test_a_stamp_says_until_when_it_may_be_trusted() -> None:
    assert Stamp.at(NOW) == (NOW, NOW + TRUSTED)
