"""A memory in which every optional part of an output is there: all that a busy day leaves."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.cli.remembering import database
from tests.data.results import write_results
from tests.support.insertions import OTHER_FORM, insertion
from tests.support.jobs import REF
from zcbulk_tui.domain.budget import Budget, Cause, DayCalls, Pace, QuotaPlan, Spent
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.insertion import SourceFile, StepRecord
from zcbulk_tui.domain.job import Action, Counts, JobReading, JobState, WatchedJob
from zcbulk_tui.domain.records import CallRecord, ControlRecord, EventKind, JobEvent
from zcbulk_tui.domain.result import Result, ResultFile, ResultKind, ResultStage
from zcbulk_tui.domain.snapshot import ServiceSnapshot
from zcbulk_tui.errors import Answer, BusyError, RefusedError, UnclearError, UnreachableError
from zcbulk_tui.store.insertions import Insertions
from zcbulk_tui.store.memory import Memory
from zcbulk_tui.store.quota import CallLedger
from zcbulk_tui.store.results import Results
from zcbulk_tui.store.windows import Windows

RUNNING, WAITING, FAILING, ENDED, REPAIR, UNREAD = (
    f"388883300000011402{number}" for number in range(6)
)
"""The ids of its jobs, by how they stand."""

IDS = (RUNNING, WAITING, FAILING, ENDED, REPAIR, UNREAD)


def _job(job_id: str, label: str, at: datetime, **more: object) -> WatchedJob:
    made = WatchedJob(REF._replace(job_id=job_id), label, at)
    return made._replace(**more)  # type: ignore[arg-type]  # the caller names its fields


def _reading(state: JobState, counts: Counts, at: datetime) -> JobReading:
    return JobReading(state, state.value.upper(), counts, at, 3000)


@contextmanager
def busy_day(home: Path) -> Iterator[Windows]:
    """Fills the memory of a home, and keeps the window open that polls its jobs."""
    now = datetime.now(UTC)

    def ago(minutes: float) -> datetime:
        return now - timedelta(minutes=minutes)

    running = _job(RUNNING, "Orders EU", ago(60), tags=("eu",), note="By Monday", alert_on_end=True)
    ended = _job(ENDED, "Customers", ago(300), created_at=ago(290), started_at=ago(280))
    jobs = (
        running._replace(started_at=ago(50), created_at=ago(55), added_by="anna@jump1, key a"),
        _job(WAITING, "Suppliers", ago(20), created_at=ago(100)),
        _job(FAILING, "Stock", ago(30)),
        ended,
        _job(REPAIR, "Customers, repair 1", ago(200), repairs=ENDED),
        _job(UNREAD, "Prices", ago(1)),
    )
    with database(home) as opened:
        window = Windows(opened, "default", "pts/3")
        plan = QuotaPlan(1000, 1.0, 20, None)
        spent = Spent(Budget(plan, DayCalls(now.date())), now, Pace.EAGER, Pace.EAGER)
        held = BusyError("Zoho asks for a pause", answer=Answer(429, 2955, "Too many"))
        service = ServiceSnapshot(spent, held_until=ago(-1), held_by=held, answered=True)
        window.heartbeat(service, focused=True)
        memory = Memory(opened, "default", window)
        memory.add(*jobs)
        for minutes, done, failed in ((40, 1_000, 20), (30, 21_000, 400), (0.5, 80_000, 9_000)):
            counts = Counts(200_000, done, failed, 200_000 - done - failed)
            memory.read(jobs[0].ref, _reading(JobState.IN_PROGRESS, counts, ago(minutes)))
        memory.read(jobs[1].ref, _reading(JobState.READY, Counts(), ago(5)))
        memory.read(jobs[2].ref, _reading(JobState.IN_PROGRESS, Counts(10, 1, 0), ago(9)))
        lost = UnreachableError("Zoho cannot be reached", "No route.")
        memory.happened(
            JobEvent(ago(3), EventKind.FAULT, lost.title, jobs[2].ref, "Stock", error=lost)
        )
        ends = (Counts(100_000, 98_700, 1_300, 0), Counts(1_300, 712, 588, 0))
        for job, counts in zip(jobs[3:5], ends, strict=True):
            memory.read(job.ref, _reading(JobState.COMPLETED, counts, ago(100)))
        memory.happened(JobEvent(ago(2), EventKind.PAUSED, "polls paused"))
        refused = RefusedError("Zoho refuses it", "It is over.", answer=Answer(200, 2945, "No"))
        shown = _reading(JobState.IN_PROGRESS, Counts(5, 5, 0, 0), ago(12))
        for key, action, outcome, settled in (
            ("k1", Action.START, Outcome.ACCEPTED, shown),
            ("k2", Action.ABORT, Outcome.REFUSED, None),
        ):
            error = refused if outcome is Outcome.REFUSED else None
            command = Command(action, ago(11), outcome, "Done" if error is None else "", error)
            record = ControlRecord(
                key, jobs[0], "default", "anna@jump1", command, shown, "PATCH {}"
            )
            memory.commanded(record._replace(settled=settled))
        for ref, answer in ((jobs[0].ref, Answer(200, 3000, "")), (None, None)):
            failure = "" if answer is not None else "no answer"
            memory.called(
                CallRecord(ago(4), Cause.PLAN, "start", "GET", 0.25, 99, answer, failure, ref, "x")
            )
        _insert(Insertions(opened, "default"), ended, ago(285))
        _fetch(home, Results(opened, "default"), ended, now)
        ledger = CallLedger(opened, "default")
        for cause in Cause:
            ledger.count(now.astimezone().date(), cause, 3)
        ledger.set_elsewhere(now.astimezone().date(), 40)
        yield window
        opened.flush()


def _insert(queue: Insertions, ended: WatchedJob, at: datetime) -> None:
    """One file that became a job, as a part; one whose upload is unclear; one that waits."""
    own = SourceFile(Path("/data/all.csv"), "all.csv", 9_000_000, "cd" * 32, 100_000, 1, 2)
    made = insertion("made", FormRef.of(ended.ref), source=own, label=ended.label, queued_at=at)
    unclear = StepRecord(at, error=UnclearError("The answer to the create was lost"))
    queue.add(
        [
            made._replace(job_id=ended.ref.job_id, is_over=True),
            insertion("unclear", OTHER_FORM, create=unclear, repairs=ENDED),
            insertion("waits", OTHER_FORM),
        ]
    )


def _fetch(home: Path, results: Results, ended: WatchedJob, now: datetime) -> None:
    """One result on the disk, one that is tried again, one that was refused."""
    folder = home / "state" / "fetched"
    folder.mkdir(parents=True)
    rows = [([f"u{n}@x.eu", "x"], f"Duplicate value 'u{n}@x.eu' for Email") for n in range(5)]
    path = write_results(folder, ["Email", "City"], rows, []).failure
    assert path is not None
    file = ResultFile(ResultKind.FAILURE, path, path.stat().st_size, "ef" * 32, 5, now)
    refused = RefusedError("Zoho refuses it", answer=Answer(200, 7130, "Not yours"))
    for result in (
        Result(ended.ref, ResultKind.FAILURE, ResultStage.ON_DISK, 1, None, 1_300, file),
        Result(ended.ref, ResultKind.UNPROCESSED, ResultStage.DUE, 2, now, 7),
        Result(ended.ref, ResultKind.SUCCESS, ResultStage.REFUSED, 1, error=refused),
    ):
        results.change(ended, result, None)
