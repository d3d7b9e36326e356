"""Nights and stops of the queue: one of each, whichever process is first."""

import os
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.contexts import PROFILE
from tests.support.databases import memory_database
from tests.support.insertions import FORM, insertion
from tests.support.jobs import NOW, watched
from zcbulk_tui.domain.insertion import QueueStop, Step, StepRecord
from zcbulk_tui.domain.job import Counts, JobReading, JobState, WatchedJob
from zcbulk_tui.domain.night import ErrorBudget, NightPlan
from zcbulk_tui.errors import ConfigError, HeldError, UsageError
from zcbulk_tui.store import database as module
from zcbulk_tui.store.database import Database, open_database
from zcbulk_tui.store.insertions import Insertions
from zcbulk_tui.store.memory import Memory
from zcbulk_tui.store.nights import Nights
from zcbulk_tui.store.opening import open_store
from zcbulk_tui.store.queue_stops import QueueStops
from zcbulk_tui.store.watch_list import WatchList
from zcbulk_tui.store.windows import NoWindow

UNTIL = NOW + timedelta(hours=8)
PLAN = NightPlan(UNTIL, ErrorBudget(500, 0.03), Path("/reports/night.md"))
STOP = QueueStop(NOW, "512 of 9,800 records failed", "error budget")


def test_a_night_is_the_same_for_another_process(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with closing(open_database(path)) as one, closing(open_database(path)) as other:
        armed = Nights(one, PROFILE).arm(PLAN, "anna@jump1", NOW)
        assert (armed.until, armed.budget, armed.report) == PLAN
        assert Nights(other, PROFILE).current() == armed
        assert Nights(other, "eu").current() is None


def test_one_night_is_armed_at_a_time() -> None:
    nights = Nights(memory_database(), PROFILE)
    first = nights.arm(PLAN, "anna@jump1", NOW)
    with pytest.raises(UsageError, match="armed until") as caught:
        nights.arm(PLAN, "ben@jump2", NOW)
    assert "anna@jump1" in str(caught.value)
    assert "zcbulk-tui watch --until off, or W" in caught.value.next_step
    assert nights.end(first, UNTIL)
    assert nights.arm(PLAN, "ben@jump2", UNTIL).id != first.id


def test_another_profile_is_named_with_what_disarms_its_night() -> None:
    nights = Nights(memory_database(), "eu")
    nights.arm(PLAN, "anna@jump1", NOW)
    with pytest.raises(UsageError) as caught:
        nights.arm(PLAN, "ben@jump2", NOW)
    assert "zcbulk-tui watch --until off --profile eu, or W" in caught.value.next_step


def test_a_night_ends_once(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with closing(open_database(path)) as one, closing(open_database(path)) as other:
        night = Nights(one, PROFILE).arm(PLAN, "anna@jump1", NOW)
        assert Nights(other, PROFILE).end(night, UNTIL)
        assert not Nights(one, PROFILE).end(night, UNTIL + timedelta(seconds=5), "ben@jump2")
        found = Nights(one, PROFILE).find(night.id)
        assert found is not None
        assert (found.ended_at, found.ended_by, found.late) == (UNTIL, "", timedelta())


@pytest.mark.parametrize(
    ("after", "by", "late"), [(59, "", 0), (7200, "", 7200), (-3600, "anna@jump1", 0)]
)
def test_how_late_a_night_has_ended(after: int, by: str, late: int) -> None:
    nights = Nights(memory_database(), PROFILE)
    night = nights.arm(PLAN, "anna@jump1", NOW)
    nights.end(night, UNTIL + timedelta(seconds=after), by)
    found = nights.find(night.id)
    assert found is not None
    assert found.late == timedelta(seconds=late)


@pytest.mark.parametrize(
    ("wrong", "reads"),
    [
        ("nights SET until = 9e18", lambda database: Nights(database, PROFILE).current()),
        ("nights SET report = x'07'", lambda database: Nights(database, PROFILE).last()),
        ("queue_stops SET at = 'soon'", lambda database: QueueStops(database, PROFILE).current()),
    ],
)
def test_values_that_make_no_sense_are_an_error(
    wrong: str, reads: Callable[[Database], object]
) -> None:
    database = memory_database()
    Nights(database, PROFILE).arm(PLAN, "anna@jump1", NOW)
    QueueStops(database, PROFILE).stop(STOP)
    database.connection.execute(f"UPDATE {wrong}")
    with pytest.raises(ConfigError, match="make no sense"):
        reads(database)


@pytest.mark.parametrize("lose", [Path.unlink, lambda path: os.truncate(path, 4096)])
def test_a_file_that_is_begun_anew_has_the_night(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lose: Callable[[Path], None]
) -> None:
    monkeypatch.setattr(module, "_GRACE", 0.0)
    path = tmp_path / "state" / "state.db"
    with closing(open_store(path, NOW).database) as database:
        nights = Nights(database, PROFILE)
        over = nights.arm(PLAN, "anna@jump1", NOW)
        nights.end(over, NOW)
        night = nights.arm(PLAN, "anna@jump1", NOW)
        nights.stop_queue(night, STOP)
        night = night._replace(stopped_at=NOW)
        assert nights.current() == night
        database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        lose(path)
        database.look()
        database.look()
        assert database.begun_anew == 1
        assert Nights(database, PROFILE).current() == night
        assert nights.end(night, UNTIL)


def test_a_report_is_due_until_it_is_written() -> None:
    nights = Nights(memory_database(), PROFILE)
    night = nights.arm(PLAN, "anna@jump1", NOW)
    assert nights.unreported(NOW) == []
    nights.end(night, UNTIL)
    assert [it.id for it in nights.unreported(NOW)] == [night.id]
    assert nights.unreported(UNTIL + timedelta(days=7)) == []
    nights.reported(night, UNTIL)
    assert nights.unreported(NOW) == []
    assert nights.last() == nights.find(night.id)


def test_a_budget_stops_the_queue_once_in_a_night() -> None:
    database = memory_database()
    nights, stops = Nights(database, PROFILE), QueueStops(database, PROFILE)
    night = nights.arm(PLAN, "anna@jump1", NOW)
    assert nights.stop_queue(night, STOP)
    assert stops.current() == STOP
    assert stops.go_on()
    assert not nights.stop_queue(night, STOP)
    assert stops.current() is None


def test_the_first_stop_stays() -> None:
    stops = QueueStops(memory_database(), PROFILE)
    assert not stops.go_on()
    assert stops.stop(STOP)
    assert not stops.stop(STOP._replace(why="by hand", by="ben@jump2"))
    assert stops.current() == STOP


@pytest.mark.parametrize("step", Step)
def test_no_step_begins_while_the_queue_is_stopped(step: Step) -> None:
    database = memory_database()
    insertions = Insertions(database, PROFILE)
    queued = insertion()
    insertions.add([queued])
    begun = queued.with_step(step, StepRecord(NOW))
    insertions.stops.stop(STOP)
    with pytest.raises(HeldError):
        insertions.begin(begun, step)
    insertions.stops.go_on()
    insertions.begin(begun, step)


def _queued(database: Database, job: WatchedJob) -> None:
    made = insertion(job.ref.job_id, FORM, job_id=job.ref.job_id, is_over=True)
    Insertions(database, PROFILE).add([made])


def test_a_budget_counts_jobs_of_the_queue_that_were_started_in_the_night() -> None:
    database = memory_database()
    memory = Memory(database, PROFILE, NoWindow(database, PROFILE))
    before, within = NOW - timedelta(hours=1), NOW + timedelta(minutes=5)
    jobs = {
        "before": watched("1", "before")._replace(started_at=before),
        "within": watched("2", "within")._replace(started_at=within),
        "seen": watched("3", "seen"),
        "elsewhere": watched("4", "elsewhere")._replace(started_at=within),
        "waits": watched("5", "waits"),
    }
    WatchList(database, PROFILE).add_all(jobs.values())
    for name, job in jobs.items():
        if name != "elsewhere":
            _queued(database, job)
    counts = Counts(100, 20, 3)
    for name, state in (("seen", JobState.IN_PROGRESS), ("waits", JobState.READY)):
        memory.read(jobs[name].ref, JobReading(state, state.value, counts, within))
    nights = Nights(database, PROFILE)
    found = nights.jobs(nights.arm(PLAN, "anna@jump1", NOW))
    assert [it.label for it in found] == ["within", "seen"]
    assert [it.reading and it.reading.counts.failed for it in found] == [None, 3]
