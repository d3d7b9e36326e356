"""How jobs end, as the exit code of a wait."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.jobs import NOW, watched
from zcbulk_tui.domain.job import Counts, JobReading, JobState
from zcbulk_tui.domain.snapshot import Fault, JobSnapshot
from zcbulk_tui.errors import (
    WORST_FIRST,
    ExitCode,
    JobUnknownError,
    SignedOutError,
    UnreachableError,
    ZcbulkError,
)

JOB = watched("1")


def read(state: JobState, failed: int | None = 0) -> JobSnapshot:
    counts = Counts(100, 100 - (failed or 0), failed, 0)
    return JobSnapshot(JOB, (JobReading(state, state.value, counts, NOW),))


@pytest.mark.parametrize(
    ("snapshot", "code"),
    [
        (read(JobState.COMPLETED), ExitCode.FINE),
        (read(JobState.COMPLETED, None), ExitCode.FINE),
        (read(JobState.COMPLETED, 1), ExitCode.FAILED_RECORDS),
        *(
            (read(state), ExitCode.ENDED_BADLY)
            for state in JobState
            if state.is_final and state is not JobState.COMPLETED
        ),
        *((read(state, 5), None) for state in JobState if not state.is_final),
        (JobSnapshot(JOB), None),
    ],
)
def test_how_a_job_has_ended(snapshot: JobSnapshot, code: ExitCode | None) -> None:
    assert snapshot.exit_code is code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (JobUnknownError("unknown"), ExitCode.REFUSED),
        (UnreachableError("down"), None),
        (SignedOutError("out"), None),
    ],
)
def test_only_what_ends_the_polls_of_a_job_ends_the_wait_for_it(
    error: ZcbulkError, code: ExitCode | None
) -> None:
    fault = Fault(error, NOW)
    assert replace(read(JobState.IN_PROGRESS), fault=fault).exit_code is code
    # What is over stays as it was read.
    assert replace(read(JobState.COMPLETED), fault=fault).exit_code is ExitCode.FINE


@given(st.lists(st.sampled_from(WORST_FIRST)))
def test_of_several_the_worst_counts(codes: list[ExitCode]) -> None:
    found = ExitCode.worst(codes)
    assert found in codes or not codes
    assert all(WORST_FIRST.index(found) <= WORST_FIRST.index(code) for code in codes)


def test_the_order_that_is_documented() -> None:
    assert ExitCode.worst([ExitCode.FINE, ExitCode.TIMEOUT, ExitCode.ENDED_BADLY]) == 11
    assert ExitCode.worst([ExitCode.FAILED_RECORDS, ExitCode.TIMEOUT]) == 12
    assert ExitCode.worst([ExitCode.ENDED_BADLY, ExitCode.REFUSED]) == 1
