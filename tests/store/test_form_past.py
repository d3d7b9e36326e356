"""The past jobs of a form, as the memory has them."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.store.failing_database import unreadable
from tests.support.contexts import PROFILE, make_context
from tests.support.databases import memory_database
from tests.support.jobs import NOW, REF, watched
from tests.support.pasts import give_past
from zcbulk_tui.domain.form_past import MOST_JOBS, FormPast
from zcbulk_tui.domain.job import Counts, Environment, JobReading, JobRef, JobState
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.store.database import Database, open_database
from zcbulk_tui.store.form_past import read_form_past, with_pasts
from zcbulk_tui.store.memory import Memory
from zcbulk_tui.store.retention import Policy, thin

RECORDS, RATE, LAG = 60_000, 20.0, 60.0
"""Each job moves at this rate after this lag, and so ends after 51 minutes."""


@pytest.fixture
def database() -> Iterator[Database]:
    with closing(memory_database()) as opened:
        yield opened


@pytest.fixture
def memory(database: Database) -> Memory:
    return make_context(database).memory


def ref(number: int) -> JobRef:
    return REF._replace(job_id=str(number))


def ran(
    memory: Memory, of: JobRef, day: int = 0, every: float = 30.0, *, ends: bool = True
) -> None:
    """A job ran, and was read every so many seconds, at first after half of them."""
    started_at = NOW + timedelta(days=day)
    memory.know([watched(of.job_id)._replace(ref=of, started_at=started_at)])
    at = every / 2
    while True:
        done = min(max(int((at - LAG) * RATE), 0), RECORDS)
        is_over = done == RECORDS and ends
        state = JobState.COMPLETED if is_over else JobState.IN_PROGRESS
        counts = Counts(RECORDS, done, 0, RECORDS - done)
        memory.read(of, JobReading(state, state.value, counts, started_at + timedelta(seconds=at)))
        if done == RECORDS:
            return
        at += every


def test_a_form_without_jobs_that_ended_has_no_past(database: Database, memory: Memory) -> None:
    assert read_form_past(database, PROFILE, REF) is None
    ran(memory, ref(1), ends=False)
    assert read_form_past(database, PROFILE, REF) is None


@pytest.mark.parametrize("every", [5.0, 30.0, 200.0])
def test_rate_and_lag_of_past_jobs_are_read(
    database: Database, memory: Memory, every: float
) -> None:
    for number in range(3):
        ran(memory, ref(number), number, every)
    past = read_form_past(database, PROFILE, REF)
    assert past is not None
    assert past.rate is not None
    assert past.lag is not None
    assert past.jobs == 3
    assert past.rate.middle == pytest.approx(RATE, rel=0.02)
    assert past.lag.middle == pytest.approx(LAG, rel=0.15)
    assert past.endings == {JobState.COMPLETED: 3}


def test_what_stays_of_old_readings_shows_the_same_rate(database: Database, memory: Memory) -> None:
    for number in range(3):
        ran(memory, ref(number), number)
    policy = Policy(timedelta(days=1), timedelta(days=900), timedelta(days=900))
    ran(memory, ref(9)._replace(form="Other"), 20)
    assert thin(database, policy, NOW + timedelta(days=21)).readings > 200
    past = read_form_past(database, PROFILE, REF)
    assert past is not None
    assert past.rate is not None
    assert past.jobs == 3
    assert past.rate.middle == pytest.approx(RATE, rel=0.05)


@pytest.mark.parametrize(
    "other",
    [
        REF._replace(form="Other"),
        REF._replace(app="other"),
        REF._replace(owner="other"),
        REF._replace(origin="https://www.zohoapis.eu"),
        REF._replace(environment=Environment.DEVELOPMENT),
    ],
)
def test_jobs_of_another_form_are_not_its_past(
    database: Database, memory: Memory, other: JobRef
) -> None:
    ran(memory, REF)
    assert read_form_past(database, PROFILE, other) is None
    assert read_form_past(database, "other", REF) is None


def test_the_newest_jobs_count(database: Database, memory: Memory) -> None:
    for number in range(MOST_JOBS + 3):
        ran(memory, ref(number), number, 300.0)
    past = read_form_past(database, PROFILE, REF)
    assert past is not None
    assert past.jobs == MOST_JOBS


def test_a_form_is_read_once_and_again_when_a_job_of_it_ends(
    database: Database, memory: Memory
) -> None:
    assert memory.form_past(REF) is None
    asked: list[str] = []
    database.connection.set_trace_callback(asked.append)
    assert memory.form_past(ref(5)) is None
    assert asked == []
    database.connection.set_trace_callback(None)
    ran(memory, ref(1), ends=False)
    assert memory.form_past(REF) is None
    ran(memory, ref(2))
    past = memory.form_past(REF)
    assert past is not None
    assert past.jobs == 1


def test_a_form_that_could_not_be_read_is_read_later(
    database: Database, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_past(database, REF, [200.0, 210.0], profile=PROFILE)
    tries = 0

    def counted(*values: Any) -> FormPast | None:
        nonlocal tries
        tries += 1
        return read_form_past(*values)

    monkeypatch.setattr("zcbulk_tui.store.form_past.read_form_past", counted)
    with unreadable(database):
        assert memory.form_past(REF) is None
        assert memory.form_past(REF) is None
        assert tries == 1, "not for each look at a job"
        memory.news()
        assert memory.form_past(REF) is None
    memory.news()
    past = memory.form_past(REF)
    assert past is not None
    assert past.jobs == 2
    memory.news()
    assert memory.form_past(REF) is past
    assert tries == 3


def test_the_end_that_another_window_read_counts_here(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with closing(open_database(path)) as mine, closing(open_database(path)) as theirs:
        memory, other = make_context(mine).memory, make_context(theirs, name="pts/2").memory
        assert memory.form_past(REF) is None
        ran(other, ref(1), every=600.0)
        memory.news()
        past = memory.form_past(REF)
    assert past is not None
    assert past.jobs == 1


def test_jobs_are_given_the_past_of_their_form_unless_they_are_over(
    database: Database, memory: Memory
) -> None:
    ran(memory, ref(1))
    over = memory.known(watched("1"))
    running, elsewhere = (
        JobSnapshot(watched("7")._replace(ref=it)) for it in (ref(7), REF._replace(form="Other"))
    )
    found = with_pasts(database, PROFILE, [over, running, elsewhere])
    assert [it.past is not None for it in found] == [False, True, False]
