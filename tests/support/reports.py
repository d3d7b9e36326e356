"""Reports of nights, for tests."""

from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import strategies as st

from tests.support.insertions import insertion
from tests.support.jobs import NOW, REF, watched
from zcbulk_tui.domain.alerts import Alert, AlertKind, Severity
from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.insertion import QueuedFile, QueueStop, Stage
from zcbulk_tui.domain.job import Action, Counts, JobReading, JobState
from zcbulk_tui.domain.lineage import Attempt, Chain
from zcbulk_tui.domain.night import ErrorBudget, Night
from zcbulk_tui.domain.records import ControlRecord, EventKind, JobEvent
from zcbulk_tui.domain.report import MissingResult, NightReport, Reason, ReportedJob
from zcbulk_tui.domain.result import Result, ResultFile, ResultKind, ResultStage
from zcbulk_tui.domain.snapshot import JobKey
from zcbulk_tui.errors import UnclearError

BEGAN, ENDED = NOW, NOW + timedelta(hours=8)

NIGHT = Night(
    7,
    "default",
    BEGAN,
    ENDED,
    "anna@jump1",
    ErrorBudget(500, 0.03),
    Path("/reports/night.md"),
    ended_at=ENDED,
)


def reported(
    label: str = "Orders",
    success: int | None = 1_000,
    failed: int | None = 0,
    left: int | None = 0,
    state: JobState = JobState.COMPLETED,
    *,
    reasons: tuple[Reason, ...] = (),
    before: int | None = None,
    at: datetime = ENDED,
    job_id: str = REF.job_id,
) -> ReportedJob:
    """Returns a job of a report."""
    total = (
        None if None in (success, failed, left) else (success or 0) + (failed or 0) + (left or 0)
    )
    reading = JobReading(state, state.value, Counts(total, success, failed, left), at)
    earlier = JobReading(JobState.IN_PROGRESS, "In-progress", Counts(total, before, 0), BEGAN)
    return ReportedJob(
        watched(job_id, label),
        reading,
        None if before is None else earlier,
        BEGAN,
        None,
        ENDED if state.is_final else None,
        is_queued=True,
        reasons=reasons,
    )


def report(*jobs: ReportedJob, **more: object) -> NightReport:
    """Returns the report of a night."""
    return NightReport("default", BEGAN, ENDED, ENDED, NIGHT, jobs, **more)  # type: ignore[arg-type]  # the caller names its fields


def full_report() -> NightReport:
    """Returns a report with something of everything."""
    bad = reported("Stock | *old*", 900, 100, 500, JobState.SYSTEM_ABORTED, before=10)
    mixed = reported(
        "Orders EU",
        1_970,
        30,
        job_id="2",
        reasons=(Reason("INVALID_DATA-Number", ("Number",), 28), Reason("DUPLICATE", (), 2)),
    )
    running = reported("Prices", 5, 1, 94, JobState.IN_PROGRESS)
    job = watched(label="Lost")
    lost = Command(Action.START, BEGAN, Outcome.SENT, error=UnclearError("No answer"))
    unclear = ControlRecord("key", job, "default", "anna@jump1", lost)
    started = Command(Action.START, BEGAN, Outcome.ACCEPTED, "Job started")
    done = ControlRecord("other", mixed.job, "default", "ben@jump2", started)
    file = ResultFile(ResultKind.FAILURE, Path("/results/f.csv"), 9, "ab" * 32, 30, ENDED)
    fetched = Result(mixed.job.ref, ResultKind.FAILURE, ResultStage.ON_DISK, 1, None, 30, file)
    return report(
        bad,
        mixed,
        running,
        chains=(
            Chain(
                (Attempt("Orders EU", BEGAN, JobKey("default", mixed.job.ref), mixed.reading),),
                0,
                30,
            ),
        ),
        commands=(done,),
        events=(JobEvent(BEGAN, EventKind.NIGHT, "Night until 18:30 armed by anna@jump1"),),
        alerts=(
            Alert(1, AlertKind.STUCK, Severity.WARNING, "Nothing moves", BEGAN, "default"),
            Alert(
                2,
                AlertKind.ENDED_BADLY,
                Severity.CRITICAL,
                "It was aborted",
                BEGAN,
                "default",
                bad.job.ref,
                bad.job.label,
                cleared_at=ENDED,
            ),
        ),
        calls={Cause.PLAN: 12, Cause.COMMAND: 3},
        calls_left=163,
        fetched=(fetched,),
        unclear=(unclear,),
        files=(QueuedFile(insertion(), Stage.UNCLEAR),),
        stop=QueueStop(ENDED, "512 of 9,800 records failed", "error budget"),
        missing=(MissingResult(bad.job, ResultKind.UNPROCESSED, 500, None, ENDED),),
        no_token="The sign-in was revoked",
    )


COUNTS = st.none() | st.integers(0, 10**9)
LABELS = st.text(max_size=30)

REASONS = st.builds(Reason, st.text(min_size=1, max_size=30), st.just(()), st.integers(1, 10**6))

REPORTED = st.builds(
    reported,
    LABELS,
    COUNTS,
    COUNTS,
    COUNTS,
    st.sampled_from(JobState),
    reasons=st.lists(REASONS, max_size=3, unique_by=lambda it: it.reason).map(tuple),
    before=st.none() | st.integers(0, 1_000),
)
"""Any job of a report."""

REPORTS = st.lists(REPORTED, max_size=6).map(lambda jobs: report(*jobs))
"""Any report of jobs."""
