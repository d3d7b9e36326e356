"""What is known of results stays, and only one process begins to fetch one."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.databases import memory_database
from tests.support.jobs import NOW, watched
from zcbulk_tui.domain.result import Result, ResultFile, ResultKind, ResultStage
from zcbulk_tui.errors import ConfigError, HeldError, ResultNotReadyError
from zcbulk_tui.store.database import open_database
from zcbulk_tui.store.process_locks import ProcessLocks
from zcbulk_tui.store.results import RESULTS, Results
from zcbulk_tui.store.retention import Policy, thin
from zcbulk_tui.store.watch_list import WatchList

JOB = watched("1")
DUE = Result(
    JOB.ref,
    ResultKind.FAILURE,
    tries=1,
    next_try=NOW,
    expected=7,
    error=ResultNotReadyError("being made", "A cause."),
)
FETCHING = DUE._replace(stage=ResultStage.FETCHING, tries=2, next_try=None)
FILE = ResultFile(ResultKind.FAILURE, Path("/x/failure.csv"), 12, "ab", 6, NOW)
THERE = FETCHING._replace(stage=ResultStage.ON_DISK, file=FILE, error=None)


def make() -> Results:
    return Results(memory_database(), "default")


def seen(result: Result) -> tuple[object, ...]:
    """Errors that are read anew are other objects with the same words."""
    return (result._replace(error=None), type(result.error), str(result.error))


def test_what_is_known_is_there_again() -> None:
    results = make()
    results.change(JOB, DUE, None)
    (found,) = results.all()
    assert seen(found) == seen(DUE)
    results.change(JOB, FETCHING, DUE)
    results.keep(THERE)
    assert results.of(JOB.ref) == [results.find(JOB.ref, ResultKind.FAILURE)] == [THERE]
    assert results.find(JOB.ref, ResultKind.SUCCESS) is None
    assert [job.ref for job in results.jobs()] == [JOB.ref]
    assert Results(results._database, "other").all() == []


def test_only_one_begins() -> None:
    results = make()
    results.change(JOB, FETCHING, None)
    with pytest.raises(HeldError):
        results.change(JOB, FETCHING, None)
    results.keep(DUE)
    results.change(JOB, FETCHING, DUE)
    with pytest.raises(HeldError):
        results.change(JOB, FETCHING, DUE)
    with pytest.raises(HeldError):
        results.change(JOB, FETCHING._replace(tries=3), DUE._replace(tries=2))
    assert results.all() == [FETCHING._replace(error=results.all()[0].error)]


def test_of_several_those_are_changed_that_stand_as_before() -> None:
    results = make()
    other = DUE._replace(kind=ResultKind.SUCCESS)
    results.change(JOB, DUE, None)
    results.change(JOB, other, None)
    results.change_some(
        [(FETCHING, DUE), (other._replace(tries=9), other._replace(tries=8)), (THERE, DUE)]
    )
    stands = {it.kind: (it.stage, it.tries) for it in results.all()}
    assert stands == {
        ResultKind.FAILURE: (ResultStage.FETCHING, 2),
        ResultKind.SUCCESS: (ResultStage.DUE, 1),
    }


def test_a_result_is_due_again_where_its_process_is_gone(tmp_path: Path) -> None:
    with closing(open_database(tmp_path / "state.db")) as database:
        results, other = Results(database, "default"), ProcessLocks(tmp_path)
        assert other.take(RESULTS)
        assert results.as_known([FETCHING]) == [FETCHING]
        with pytest.raises(HeldError), results.locked():
            pytest.fail("it is locked by another process")
        other.release(RESULTS)
        assert results.as_known([FETCHING]) == [FETCHING._replace(stage=ResultStage.DUE)]
        with results.locked():
            assert not other.take(RESULTS)
        assert other.take(RESULTS)


def test_it_says_what_cannot_be_read() -> None:
    results = make()
    results.change(JOB, DUE, None)
    results._database.connection.execute("UPDATE results SET stage = 'of another version'")
    with pytest.raises(ConfigError):
        results.all()


def test_old_ones_are_looked_for_once_a_day() -> None:
    results = make()
    times = [results.claim_removal(NOW + timedelta(hours=hour)) for hour in (0, 1, 23, 25)]
    assert times == [True, False, False, True]
    assert Results(results._database, "other").claim_removal(NOW)


@pytest.mark.parametrize(
    ("after", "stays"), [(THERE, True), (DUE, False), (DUE._replace(stage=ResultStage.GONE), False)]
)
def test_a_job_is_remembered_as_long_as_its_files_are_there(after: Result, stays: bool) -> None:
    results = make()
    results.change(JOB, after, None)
    policy = Policy(timedelta(days=7), timedelta(days=90), timedelta(days=1100))
    thin(results._database, policy, NOW + timedelta(days=365))
    assert bool(results.jobs()) is stays
    assert bool(results.all()) is stays


def test_they_go_with_their_job_to_another_profile() -> None:
    results = make()
    WatchList(results._database, "default").add(JOB)
    results.change(JOB, THERE, None)
    WatchList(results._database, "other").adopt("default", [JOB])
    assert results.all() == []
    assert Results(results._database, "other").all() == [THERE]
