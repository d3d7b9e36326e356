"""The report is put together from the memory and the results on this disk, and written whole."""

import json
import stat
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from tests.support import json_outputs
from tests.support.contexts import PROFILE
from tests.support.databases import memory_database
from tests.support.insertions import FORM, insertion
from tests.support.jobs import NOW, watched
from tests.support.reports import BEGAN, ENDED, NIGHT, REPORTS, full_report, report, reported
from zcbulk_tui.cli.night_report import gather, write_files
from zcbulk_tui.cli.report_json import report_object
from zcbulk_tui.cli.report_writer import Reports
from zcbulk_tui.domain.alerts import AlertKind, Severity
from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.insertion import QueueStop
from zcbulk_tui.domain.job import Action, Counts, JobReading, JobState, WatchedJob
from zcbulk_tui.domain.night import NightPlan
from zcbulk_tui.domain.records import NOT_COUNTED, CallRecord, ControlRecord, EventKind, JobEvent
from zcbulk_tui.domain.report import NightReport
from zcbulk_tui.domain.result import Result, ResultFile, ResultKind, ResultStage
from zcbulk_tui.errors import DataError, SignedOutError, UndocumentedError, UsageError
from zcbulk_tui.render.report import needs
from zcbulk_tui.store.alerts import AlertStore
from zcbulk_tui.store.database import Database, open_database
from zcbulk_tui.store.insertions import Insertions
from zcbulk_tui.store.memory import Memory
from zcbulk_tui.store.nights import Nights
from zcbulk_tui.store.results import Results
from zcbulk_tui.store.watch_list import WatchList
from zcbulk_tui.store.windows import NoWindow

S = JobState


@given(REPORTS)
def test_each_report_is_what_the_schema_says(made: NightReport) -> None:
    shown = json.loads(json.dumps(report_object(made)))
    json_outputs.check_value("report", shown)
    sums = shown["sums"]
    assert sums["jobs"] == len(shown["jobs"]) == len(made.jobs)
    assert sums["failed"] == sum(
        it["last"]["failed"] or 0 for it in shown["jobs"] if it["last"] is not None
    )


def test_a_full_one_is_what_the_schema_says() -> None:
    shown = json.loads(json.dumps(report_object(full_report())))
    json_outputs.check_value("report", shown)
    assert shown["calls"] == {
        "plan": 12,
        "key": 0,
        "command": 3,
        "script": 0,
        "total": 15,
        "left": 163,
    }
    assert len(shown["needs_person"]) == 7


def test_it_is_written_for_this_user_alone_and_anew(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    path = folder / "night.md"
    for made in (report(), report(reported())):
        write_files(made, path)
    assert path.read_text().startswith("All went well: 1 job ran")
    assert json.loads((folder / "night.json").read_text())["sums"]["jobs"] == 1
    assert {stat.S_IMODE(it.stat().st_mode) for it in folder.iterdir()} == {0o600}
    assert {it.name for it in folder.iterdir()} == {"night.md", "night.json"}


@pytest.mark.parametrize("name", ["night.md", "night.json"])
def test_it_takes_the_place_of_an_earlier_report_only(tmp_path: Path, name: str) -> None:
    path, other = tmp_path / "night.md", tmp_path / name
    reports = Reports(PROFILE, memory_database(), tmp_path, makes_folder=False)
    other.write_text("")  # nothing would be lost
    reports.check(path)
    write_files(report(), path)
    reports.check(path)
    other.write_text('{"name": "somebody else\'s"}')
    with pytest.raises(UsageError, match=f"{name} is there already") as caught:
        reports.check(path)
    assert caught.value.next_step == "Name another file, or move that one away."
    with pytest.raises(UsageError, match=f"{name} is there already"):
        write_files(report(), path)
    assert other.read_text() == '{"name": "somebody else\'s"}'


def test_where_it_cannot_be_written_the_old_one_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    path = folder / "night.md"
    write_files(report(), path)

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(DataError, match="cannot be written") as caught:
        write_files(report(reported()), path)
    assert "No space left" in str(caught.value)
    assert caught.value.exit_code == 5
    assert caught.value.next_step.endswith(": zcbulk-tui report")
    assert path.read_text().startswith("No job ran")
    assert {it.name for it in folder.iterdir()} == {"night.md", "night.json"}


@pytest.mark.parametrize("makes_folder", [True, False])
def test_only_the_folder_of_its_own_is_made(tmp_path: Path, makes_folder: bool) -> None:
    folder = tmp_path / "reports"
    database = memory_database()
    reports = Reports(PROFILE, database, folder, now=lambda: ENDED, makes_folder=makes_folder)
    night = NIGHT._replace(report=reports.path_for(ENDED))
    if makes_folder:
        reports.write(night, SignedOutError("Signed out"))
        assert "No call can be signed: Signed out." in night.report.read_text()
        assert night.report.name == f"night-{ENDED.astimezone():%Y-%m-%d-%H%M}.md"
    else:
        with pytest.raises(DataError):
            reports.write(night, None)


class Kept:
    """A memory in which jobs have run."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.memory = Memory(database, PROFILE, NoWindow(database, PROFILE))

    def job(
        self, id: str, *readings: tuple[int, S, int, int, int], queued: bool = False
    ) -> WatchedJob:
        """Adds a job with readings: minutes, state, success, failed, left."""
        job = watched(id, f"Job {id}")
        WatchList(self.database, PROFILE).add_all([job])
        for minutes, state, success, failed, left in readings:
            counts = Counts(success + failed + left, success, failed, left)
            at = NOW + timedelta(minutes=minutes)
            self.memory.read(job.ref, JobReading(state, state.value, counts, at))
        if queued:
            made = insertion(id, FORM, job_id=id, is_over=True)
            Insertions(self.database, PROFILE).add([made])
        return job

    def gather(self, **more: Any) -> NightReport:
        return gather(self.database, PROFILE, BEGAN, ENDED, more.pop("now", ENDED), **more)


@pytest.fixture
def kept() -> Kept:
    return Kept(memory_database())


def test_which_jobs_ran_in_the_span(kept: Kept) -> None:
    kept.job("1", (-90, S.IN_PROGRESS, 5, 0, 5), (-60, S.COMPLETED, 10, 0, 0))
    kept.job("2", (-60, S.IN_PROGRESS, 4, 0, 6), (60, S.COMPLETED, 9, 1, 0))
    kept.job("3", (30, S.READY, 0, 0, 7))
    kept.job("4", (30, S.READY, 0, 0, 7), (40, S.IN_PROGRESS, 1, 0, 6), queued=True)
    kept.job("5", (470, S.IN_PROGRESS, 1, 0, 9), (500, S.COMPLETED, 10, 0, 0))
    kept.job("6", (490, S.IN_PROGRESS, 1, 0, 9))
    made = kept.gather()
    assert [(it.job.ref.job_id, it.is_queued, it.is_over) for it in made.jobs] == [
        ("2", False, True),
        ("4", True, False),
        ("5", False, False),
    ]
    assert made.before == 4
    # A first sight is no beginning: nobody has seen the start.
    assert made.jobs[0].started_at is None
    assert made.jobs[0].started_before == NOW - timedelta(minutes=60)
    assert made.jobs[0].ended_at == NOW + timedelta(minutes=60)
    assert (made.sums.success, made.sums.failed, made.sums.left) == (11, 1, 15)


def test_a_job_that_is_off_the_list_is_still_told_of(kept: Kept) -> None:
    job = kept.job("1", (60, S.SYSTEM_ABORTED, 1, 2, 3))
    WatchList(kept.database, PROFILE).remove(job.ref)
    (ended,) = kept.gather().ended_badly
    assert (ended.job.label, ended.started_at) == ("Job 1", None)
    assert ended.started_before == ended.ended_at  # it was first read at its end


def test_an_accepted_start_is_known_to_the_minute(kept: Kept) -> None:
    job = kept.job("1", (10, S.READY, 0, 0, 5), (30, S.IN_PROGRESS, 1, 0, 4))
    started = Command(Action.START, NOW + timedelta(minutes=20), Outcome.ACCEPTED)
    started_job = job._replace(started_at=started.sent_at)
    kept.memory.commanded(ControlRecord("key", started_job, PROFILE, "anna@jump1", started))
    (ran,) = kept.gather().jobs
    assert (ran.started_at, ran.started_before) == (started.sent_at, None)


def _result(kept: Kept, job: WatchedJob, path: Path, fetched_at: datetime) -> None:
    file = ResultFile(ResultKind.FAILURE, path, path.stat().st_size, "ab" * 32, 3, fetched_at)
    result = Result(job.ref, ResultKind.FAILURE, ResultStage.ON_DISK, 1, None, 3, file)
    Results(kept.database, PROFILE).change(job, result, None)


def test_why_records_failed_stands_in_groups_without_a_value(kept: Kept, tmp_path: Path) -> None:
    job = kept.job("1", (60, S.COMPLETED, 10, 3, 0))
    path = tmp_path / "failure.csv"
    path.write_text(
        "Email,Number,STATUS,ERRORS\r\n"
        "secret@canary.co,1,ERROR,INVALID_DATA-Number\r\n"
        "b@b.co,2,ERROR,INVALID_DATA-Number\r\n"
        "c@b.co,3,ERROR,DUPLICATE_DATA-Email\r\n"
    )
    _result(kept, job, path, NOW + timedelta(minutes=61))
    made = kept.gather()
    assert [(it.records, it.fields) for it, _ in made.reasons] == [
        (2, ("Number",)),
        (1, ("Email",)),
    ]
    assert [it.file and it.file.records for it in made.fetched] == [3]
    assert made.missing == ()
    assert "canary" not in json.dumps(report_object(made))


def test_a_result_that_is_missing_says_when_zoho_deletes_it(kept: Kept) -> None:
    kept.job("1", (60, S.SYSTEM_ABORTED, 10, 3, 5))
    made = kept.gather()
    assert [(it.kind, it.records) for it in made.missing] == [
        (ResultKind.FAILURE, 3),
        (ResultKind.UNPROCESSED, 5),
    ]
    assert {it.deleted_at for it in made.missing} == {NOW + timedelta(days=3, hours=1)}
    assert made.jobs[0].no_reasons == "its result is not on this disk"
    late = kept.gather(now=NOW + timedelta(days=4))
    assert {it.stage for it in late.missing} == {ResultStage.GONE}


def test_calls_are_counted_by_their_causes_within_the_span(kept: Kept) -> None:
    for minutes, cause, left in (
        *((-5, Cause.PLAN, 200), (5, Cause.PLAN, 199), (6, Cause.COMMAND, 198)),
        *((7, Cause.PLAN, 197), (490, Cause.KEY, 196)),
    ):
        at = NOW + timedelta(minutes=minutes)
        kept.memory.called(CallRecord(at, cause, "r", "GET status", 0.1, left, None, "", None, ""))
    unsent = f"api.example.com cannot be reached{NOT_COUNTED}"
    at = NOW + timedelta(minutes=8)
    kept.memory.called(
        CallRecord(at, Cause.PLAN, "r", "GET status", 0.1, 197, None, unsent, None, "")
    )
    made = kept.gather()
    assert made.calls == {Cause.PLAN: 2, Cause.COMMAND: 1}
    assert made.calls_left == 197


def test_what_was_done_and_raised_is_that_of_the_span(kept: Kept) -> None:
    for minutes in (-5, 5, 500):
        at = NOW + timedelta(minutes=minutes)
        kept.memory.happened(JobEvent(at, EventKind.NIGHT, f"At {minutes}"))
        kept.memory.happened(JobEvent(at, EventKind.STATE, "No deed of anybody"))
    alerts = AlertStore(kept.database, PROFILE)
    for minutes, kind in ((5, AlertKind.STALE), (500, AlertKind.QUOTA)):
        at = NOW + timedelta(minutes=minutes)
        assert alerts.raise_alert(kind, Severity.WARNING, "x", at) is not None
    made = kept.gather()
    assert [it.text for it in made.events] == ["At 5"]
    assert [it.kind for it in made.alerts] == [AlertKind.STALE]


def test_a_stopped_queue_and_files_that_wait_for_their_user_are_told(kept: Kept) -> None:
    stop = QueueStop(NOW, "by hand", "anna@jump1")
    insertions = Insertions(kept.database, PROFILE)
    insertions.stops.stop(stop)
    made = kept.gather()
    assert (made.stop, made.files) == (stop, ())


def test_a_thread_reads_by_a_connection_of_its_own(tmp_path: Path) -> None:
    with closing(open_database(tmp_path / "state.db")) as database:
        nights = Nights(database, PROFILE)
        plan = NightPlan(ENDED, NIGHT.budget, tmp_path / "reports" / "night.md")
        night = nights.arm(plan, "anna@jump1", BEGAN)
        Reports(PROFILE, database, tmp_path / "reports", now=lambda: ENDED).write(night, None)
        assert nights.current() == night  # the one of this thread is still open
    shown = json.loads((tmp_path / "reports" / "night.json").read_text())
    assert shown["night"]["id"] == night.id
    json_outputs.check_value("report", shown)


def test_reasons_of_a_running_job_come_with_its_end(kept: Kept) -> None:
    kept.job("1", (60, S.IN_PROGRESS, 10, 3, 5))
    (job,) = kept.gather().jobs
    assert (job.reasons, job.no_reasons) == ((), "Zoho makes the result at its end")


@pytest.mark.parametrize(
    ("state", "outcome", "is_told"),
    [
        (S.READY, Outcome.NO_EFFECT, True),
        (S.READY, Outcome.REFUSED, True),
        (S.READY, Outcome.ACCEPTED, False),
        (S.READY, Outcome.SENT, False),
        (S.IN_PROGRESS, Outcome.NO_EFFECT, False),
    ],
)
def test_a_start_without_an_effect_needs_a_person(
    kept: Kept, state: S, outcome: Outcome, is_told: bool
) -> None:
    job = kept.job("1", (5, state, 0, 0, 900), queued=True)
    command = Command(Action.START, NOW + timedelta(minutes=4), outcome)
    kept.memory.commanded(ControlRecord("key", job, PROFILE, "anna@jump1", command))
    said = [it for it in needs(kept.gather()) if it.startswith("Job 1: its start of ")]
    assert bool(said) is is_told
    assert all("`zcbulk-tui start 'Job 1'`" in it for it in said)


def test_a_refused_start_names_the_job_that_runs_in_its_form(kept: Kept) -> None:
    kept.job("1", (5, S.READY, 0, 0, 900))
    kept.job("2", (5, S.IN_PROGRESS, 1, 0, 900))
    job = kept.job("3", (5, S.READY, 0, 0, 900))
    refused = Command(Action.START, NOW, Outcome.REFUSED, error=UndocumentedError("Refused"))
    kept.memory.commanded(ControlRecord("key", job, PROFILE, "anna@jump1", refused))
    (unstarted,) = kept.gather().unstarted
    assert unstarted.running is not None
    assert unstarted.running.label == "Job 2"
