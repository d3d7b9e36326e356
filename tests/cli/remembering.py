"""A memory that commands read: filled as a dashboard fills it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from tests.support.jobs import NOW, REF
from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, Counts, JobReading, JobRef, JobState, WatchedJob
from zcbulk_tui.domain.records import CallRecord, ControlRecord, EventKind, JobEvent
from zcbulk_tui.errors import Answer, RefusedError
from zcbulk_tui.store.archive import Archive
from zcbulk_tui.store.database import FILE_NAME, Database, open_database
from zcbulk_tui.store.memory import Memory
from zcbulk_tui.store.watch_list import WatchList
from zcbulk_tui.store.windows import Windows

JOB = WatchedJob(REF, "Employees", NOW, None, None, "anna@jump1, key a", ("eu", "hr"), "=1+1")
OTHER = WatchedJob(REF._replace(job_id="2"), "Orders", NOW)


@contextmanager
def database(home: Path) -> Iterator[Database]:
    """The database of somebody with this home."""
    with closing(open_database(home / "state" / FILE_NAME)) as opened:
        yield opened


def put_on_list(home: Path, *jobs: WatchedJob, profile: str = "default") -> None:
    """Watches jobs."""
    with database(home) as opened:
        WatchList(opened, profile).add_all(jobs)


def watch_list(home: Path, profile: str = "default") -> list[WatchedJob]:
    """The jobs that are watched."""
    with database(home) as opened:
        return Archive(opened, profile).jobs()


def remember(home: Path, start: datetime = NOW, *, profile: str = "default") -> None:
    """Leaves what an hour of a job leaves: two readings, an event, a call, a refused command."""
    put_on_list(home, JOB, OTHER, profile=profile)

    def at(minutes: float) -> datetime:
        return start + timedelta(minutes=minutes)

    refusal = RefusedError("Zoho refuses it", answer=Answer(200, 2945, "Not now"))
    command = Command(Action.ABORT, at(2), Outcome.REFUSED, error=refusal)
    with database(home) as opened:
        memory = Memory(opened, profile, Windows(opened, profile, "test"))
        first, second = reading(at(0), 1000, 0), reading(at(10), 6900, 100)
        memory.read(REF, first)
        memory.happened(JobEvent(at(1), EventKind.STATE, "ready → running", REF, "Employees"))
        memory.happened(JobEvent(at(3), EventKind.PAUSED, "polls paused"))
        answer = Answer(200, 3000, "")
        called = CallRecord(at(1), Cause.PLAN, "start", "GET status", 0.2, 99, answer, "", REF, "")
        memory.called(called)
        memory.commanded(
            ControlRecord("k1", JOB, profile, "anna@jump1", command, first, "PATCH {}")
        )
        memory.read(REF, second)


def reading(at: datetime, success: int, failed: int) -> JobReading:
    """A reading of a job that runs, with 10,000 records in all."""
    counts = Counts(10_000, success, failed, 10_000 - success - failed)
    return JobReading(JobState.IN_PROGRESS, "In-progress", counts, at, 3000)


def url(ref: JobRef) -> str:
    """A job's status URL."""
    path = f"{ref.owner}/{ref.app}/form/{ref.form}/insert/{ref.job_id}"
    return f"{ref.origin}/creator/v2.1/bulk/{path}"
