"""The error budget of a night: what was read decides, and when a share is worth something."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.jobs import NOW
from zcbulk_tui.domain.job import Counts, JobReading, JobState
from zcbulk_tui.domain.night import LEAST_PROCESSED, ErrorBudget, NightJob, exceeded

S = JobState


def job(success: int | None, failed: int | None, state: JobState = S.IN_PROGRESS) -> NightJob:
    return NightJob("Orders", JobReading(state, state.value, Counts(None, success, failed), NOW))


@pytest.mark.parametrize(
    ("budget", "jobs", "why"),
    [
        (ErrorBudget(500), [job(9_000, 499)], None),
        (ErrorBudget(500), [job(9_288, 512)], "512 of 9,800 records failed"),
        (ErrorBudget(500), [job(5_000, 250), job(4_750, 250)], "500 of 10,250 records failed"),
        (ErrorBudget(1), [job(0, 1)], "1 of 1 record failed"),
        (ErrorBudget(share=0.03), [job(97, 3)], None),
        (ErrorBudget(share=0.03), [job(96, 4)], None),
        (ErrorBudget(share=0.03), [job(190, 10)], "10 of 200 records failed"),
        (ErrorBudget(share=0.03), [job(96, 4, S.COMPLETED)], "4 of 100 records failed"),
        (ErrorBudget(share=0.03), [job(970, 30)], None),
        (ErrorBudget(share=1.0), [job(0, 1_000)], None),
        (ErrorBudget(share=0.01), [job(1_000, 0)], None),
        (ErrorBudget(10), [job(None, None)], None),
        (ErrorBudget(10), [job(None, 10)], "10 of 10 records failed"),
        (ErrorBudget(10), [NightJob("Orders", None)], None),
        (ErrorBudget(10), [job(1_000, 10, S.USER_ABORTED)], "10 of 1,010 records failed"),
        (ErrorBudget(10), [job(1_000, 2, S.SYSTEM_ABORTED)], "Zoho aborted Orders"),
        (ErrorBudget(), [job(0, 10**6, S.SYSTEM_ABORTED)], None),
        (ErrorBudget(10, 0.5), [], None),
    ],
)
def test_what_was_read_exceeds_a_budget(
    budget: ErrorBudget, jobs: list[NightJob], why: str | None
) -> None:
    assert exceeded(budget, jobs) == why


COUNTS = st.integers(0, 10**6)
JOBS = st.lists(st.builds(job, COUNTS, COUNTS, st.sampled_from([S.IN_PROGRESS, S.COMPLETED])))


@given(JOBS, st.integers(1, 10**6), st.floats(0.001, 1))
def test_a_budget_is_exceeded_exactly_where_one_of_its_limits_is(
    jobs: list[NightJob], failed: int, share: float
) -> None:
    both = exceeded(ErrorBudget(failed, share), jobs)
    one, other = exceeded(ErrorBudget(failed), jobs), exceeded(ErrorBudget(share=share), jobs)
    assert both == (one or other)


@given(JOBS, st.integers(1, 10**6))
def test_more_failed_records_never_mend_it(jobs: list[NightJob], failed: int) -> None:
    budget = ErrorBudget(failed)
    if exceeded(budget, jobs) is not None:
        assert exceeded(budget, [*jobs, job(10**6, 1)]) is not None


def test_a_share_counts_from_a_batch_on() -> None:
    budget = ErrorBudget(share=0.5)
    assert exceeded(budget, [job(0, LEAST_PROCESSED - 1)]) is None
    assert exceeded(budget, [job(0, LEAST_PROCESSED)]) is not None


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        (ErrorBudget(500, 0.03), "500 failed records, or more than 3 % failed"),
        (ErrorBudget(1), "1 failed record"),
        (ErrorBudget(share=0.0025), "more than 0.25 % failed"),
        (ErrorBudget(), "no limit"),
    ],
)
def test_a_budget_in_words(budget: ErrorBudget, said: str) -> None:
    assert str(budget) == said
