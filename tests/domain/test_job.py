"""States, what fits them, and the arithmetic of counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zcbulk_tui.domain.job import Action, Counts, JobState

WAITING = {JobState.CREATED, JobState.READY}
RUNNING = {JobState.IN_PROGRESS}
UNKNOWN = {JobState.UNKNOWN}
FINAL = {
    JobState.COMPLETED,
    JobState.USER_ABORTED,
    JobState.SYSTEM_ABORTED,
    JobState.ABORTED,
    JobState.FAILED,
    JobState.EXPIRED,
}

counters = st.none() | st.integers(0, 10**12)


def test_every_state_is_of_one_kind() -> None:
    assert set(JobState) == WAITING | RUNNING | UNKNOWN | FINAL


def test_the_names_are_those_of_the_json_output() -> None:
    assert " ".join(JobState) == (
        "created ready in_progress completed user_aborted system_aborted aborted failed expired "
        "unknown"
    )


@pytest.mark.parametrize("state", JobState)
def test_waiting_and_final(state: JobState) -> None:
    assert (state.is_waiting, state.is_final) == (state in WAITING, state in FINAL)


@pytest.mark.parametrize("state", [*JobState, None])
def test_start_fits_what_waits_and_what_is_not_known(state: JobState | None) -> None:
    assert Action.START.fits(state) is (state is None or state in WAITING | UNKNOWN)


@pytest.mark.parametrize("state", [*JobState, None])
def test_abort_fits_all_that_is_not_over(state: JobState | None) -> None:
    assert Action.ABORT.fits(state) is (state not in FINAL)


@pytest.mark.parametrize(
    ("counts", "processed", "left", "share"),
    [
        pytest.param(Counts(), None, None, None, id="nothing known"),
        pytest.param(Counts(10, 4, 1), 5, 5, 0.5, id="the rest of the total"),
        pytest.param(Counts(10, 4, 1, 3), 5, 3, 0.5, id="the server's figure first"),
        pytest.param(Counts(10, 4), None, None, None, id="failed not known"),
        pytest.param(Counts(10, None, 4), None, None, None, id="success not known"),
        pytest.param(Counts(None, 4, 1), 5, None, None, id="total not known"),
        pytest.param(Counts(10, None, None, 3), None, 3, None, id="only left known"),
        pytest.param(Counts(0, 0, 0), 0, 0, None, id="no records"),
        pytest.param(Counts(1, 1, 0, 0), 1, 0, 1.0, id="all in"),
    ],
)
def test_what_follows_from_counts(
    counts: Counts, processed: int | None, left: int | None, share: float | None
) -> None:
    assert (counts.processed, counts.left, counts.share_done) == (processed, left, share)


@given(counters, counters, counters, counters)
def test_a_missing_count_is_never_taken_for_zero(
    total: int | None, success: int | None, failed: int | None, unprocessed: int | None
) -> None:
    counts = Counts(total, success, failed, unprocessed)
    assert (counts.processed is None) == (success is None or failed is None)
    assert (counts.share_done is None) == (not total or counts.processed is None)
    assert (counts.left is None) == (
        unprocessed is None and (total is None or counts.processed is None)
    )
