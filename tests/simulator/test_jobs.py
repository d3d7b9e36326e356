import pytest

from zcbulk_tui.simulator.jobs import Address, Job
from zcbulk_tui.simulator.physics import Counts, Run, State, Workload

THREE_HOURS = 3 * 3600.0
THREE_DAYS = 3 * 86400.0
CREATED = 500.0


@pytest.fixture
def job() -> Job:
    run = Run(Workload(10_000, 100), "seed")
    return Job("1", "Prices", Address("jason18", "store", "Prices"), CREATED, run)


def test_without_a_file_a_job_waits_and_has_nothing_to_count(job: Job) -> None:
    job.run = None
    assert job.state(CREATED) is State.WAITING
    assert job.counts(CREATED) == Counts(0, 0, 0, 0)


def test_with_a_file_it_is_ready_and_all_is_unprocessed(job: Job) -> None:
    assert job.state(CREATED) is State.READY
    assert job.counts(CREATED) == Counts(10_000, 0, 0, 10_000)


@pytest.mark.parametrize("uploaded", [True, False])
def test_not_started_within_three_hours_it_expires(job: Job, uploaded: bool) -> None:
    if not uploaded:
        job.run = None
    assert job.state(CREATED + THREE_HOURS - 1) is not State.EXPIRED
    assert job.state(CREATED + THREE_HOURS) is State.EXPIRED


def test_started_it_runs_beyond_the_three_hours_if_need_be(job: Job) -> None:
    job.started_at = CREATED + THREE_HOURS - 10
    assert job.state(CREATED + THREE_HOURS + 10) is State.RUNNING


def test_it_ends_as_its_run_does_and_expires_three_days_later(job: Job) -> None:
    assert job.run is not None
    job.started_at = CREATED
    ended = CREATED + job.run.duration
    assert job.state(ended - 0.1) is State.RUNNING
    assert job.state(ended) is State.COMPLETED
    assert job.state(ended + THREE_DAYS - 1) is State.COMPLETED
    assert job.state(ended + THREE_DAYS) is State.EXPIRED


def test_an_abort_by_the_user_freezes_the_counters(job: Job) -> None:
    job.started_at = CREATED
    job.aborted_at = CREATED + 50
    assert job.state(CREATED + 50) is State.USER_ABORTED
    frozen = job.counts(CREATED + 50)
    assert 0 < frozen.unprocessed < 10_000
    assert job.counts(CREATED + 5_000) == frozen
