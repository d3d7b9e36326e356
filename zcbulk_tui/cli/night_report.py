"""The report of a night: put together from the memory and the results on this disk, and written."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from zcbulk_tui.cli.named_files import check_replaceable
from zcbulk_tui.cli.report_json import is_report as is_json_report
from zcbulk_tui.cli.report_json import report_text
from zcbulk_tui.data.failures import FailureFile
from zcbulk_tui.data.matching import read_header
from zcbulk_tui.data.new_files import NewFile, is_disk_failure, sync_folder
from zcbulk_tui.domain.commands import command
from zcbulk_tui.domain.control import Outcome
from zcbulk_tui.domain.deadlines import KEPT
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.insertion import SourceFile
from zcbulk_tui.domain.job import Action, JobRef, JobState
from zcbulk_tui.domain.lineage import Chain
from zcbulk_tui.domain.night import Night
from zcbulk_tui.domain.records import CallRecord, ControlRecord, EventKind, JobEvent
from zcbulk_tui.domain.report import (
    MissingResult,
    NightReport,
    Reason,
    ReportedJob,
    Unstarted,
)
from zcbulk_tui.domain.result import Result, ResultKind, ResultStage, wanted
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import DataError, NoRoomError
from zcbulk_tui.render.report import is_report as is_markdown_report
from zcbulk_tui.render.report import markdown
from zcbulk_tui.store import recall
from zcbulk_tui.store.alerts import AlertStore
from zcbulk_tui.store.archive import Archive
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.insertions import Insertions, as_they_stand
from zcbulk_tui.store.ran_jobs import RanJob, ran_jobs
from zcbulk_tui.store.results import Results, is_there

_DONE = frozenset(
    {
        EventKind.ADDED,
        EventKind.REMOVED,
        EventKind.INSERT,
        EventKind.NIGHT,
        EventKind.PAUSED,
        EventKind.RESUMED,
        EventKind.POLLER,
    }
)
"""The events that say what was done, and by whom or what."""

_WITHOUT_EFFECT = frozenset({Outcome.REFUSED, Outcome.NO_EFFECT})


def write_files(report: NightReport, path: Path) -> None:
    """Writes a report as Markdown, and as JSON beside it; each in the place of an earlier one.

    Only this user may read them. Each appears whole, or not at all.

    Raises:
        UsageError: One of them cannot be written, or another file has its name.
    """
    check_report(path)
    _replace(path, markdown(report), report.profile)
    _replace(_beside(path), report_text(report), report.profile)


def check_report(report: Path) -> None:
    """Makes sure that a report replaces nothing but an earlier one, nor does the JSON beside it.

    Raises:
        UsageError: It would.
    """
    check_replaceable(report, is_markdown_report)
    check_replaceable(_beside(report), is_json_report)


def _beside(report: Path) -> Path:
    """Where the JSON of a report goes."""
    return report.with_suffix(".json")


def _replace(path: Path, text: str, profile: str) -> None:
    try:
        file = NewFile(path.parent)
        try:
            file.write(text.encode())
            file.finish()
            file.path.replace(path)
        finally:
            file.discard()
        sync_folder(path.parent)
    except (OSError, ValueError) as error:  # ValueError: a path with a null in it
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise (NoRoomError if is_disk_failure(error) else DataError)(
            f"The report {one_line(str(path))} cannot be written",
            f"The system says: {one_line(said)}.",
            f"To print it at any time: {command('report', profile)}",
        ) from error


def gather(
    database: Database,
    profile: str,
    since: datetime,
    until: datetime,
    now: datetime,
    *,
    night: Night | None = None,
    no_token: str = "",
) -> NightReport:
    """Puts a report together.

    Args:
        database: The memory.
        profile: Whose jobs.
        since: Where its span begins; aware.
        until: Where it ends; aware.
        now: Aware.
        night: The night that it is about; None for another span.
        no_token: Why no call can be signed; empty where that is not so.

    Raises:
        ConfigError: The memory cannot be read.
    """
    archive, insertions = Archive(database, profile), Insertions(database, profile)
    with database.making_sense():
        ran = ran_jobs(database, profile, since, until)
    results = Results(database, profile).all()
    by_job: dict[JobRef, list[Result]] = {}
    for result in results:
        by_job.setdefault(result.ref, []).append(result)
    jobs = tuple(_reported(it, by_job.get(it.job.ref, ()), insertions) for it in ran)
    log = [it for it in reversed(archive.log(since=since)) if it.at <= until]
    calls = [it for it in log if isinstance(it, CallRecord)]
    fetched = [it for it in results if it.file and since <= it.file.fetched_at <= until]
    last = recall.last_commands(database, profile)
    return NightReport(
        profile,
        since,
        until,
        now,
        night,
        jobs,
        tuple(_chains(archive, {it.job.ref for it in ran})),
        tuple(it for it in log if isinstance(it, ControlRecord)),
        tuple(it for it in log if isinstance(it, JobEvent) and it.kind in _DONE),
        tuple(it for it in AlertStore(database, profile).since(since) if it.at <= until),
        Counter(it.cause for it in calls if it.is_counted),
        calls[-1].left if calls else None,
        tuple(sorted(fetched, key=lambda it: it.file.fetched_at if it.file else now)),
        tuple(it for it in last.values() if it.profile == profile and it.is_unclear),
        tuple(_unstarted(database, profile, last.values())),
        tuple(it for it in as_they_stand(database, profile) if it.stage.needs_user),
        insertions.stops.current(),
        tuple(_missing(database, profile, ran, by_job, now)),
        no_token,
    )


def _unstarted(
    database: Database, profile: str, last: Iterable[ControlRecord]
) -> Iterator[Unstarted]:
    """The starts without an effect, as far as was read; their files have left the queue."""
    jobs = recall.in_full(database, profile)
    waiting = {it.ref for it in jobs if it.state is not None and it.state.is_waiting}
    running = {FormRef.of(it.ref): it.job for it in jobs if it.state is JobState.IN_PROGRESS}
    for record in last:
        command = record.command
        is_mine = record.profile == profile and record.job.ref in waiting
        if is_mine and command.action is Action.START and command.outcome in _WITHOUT_EFFECT:
            yield Unstarted(record, running.get(FormRef.of(record.job.ref)))


def _reported(ran: RanJob, results: Sequence[Result], insertions: Insertions) -> ReportedJob:
    job = ReportedJob(
        ran.job,
        ran.last,
        ran.before,
        ran.started_at,
        ran.started_before,
        ran.ended_at,
        ran.is_queued,
    )
    if not job.counts.failed:
        return job
    if not job.is_over:
        return replace(job, no_reasons="Zoho makes the result at its end")
    found = next((it for it in results if it.kind is ResultKind.FAILURE), None)
    reasons, why = _reasons(found, insertions, ran.job.ref)
    return replace(job, reasons=reasons, no_reasons=why)


def _reasons(
    result: Result | None, insertions: Insertions, ref: JobRef
) -> tuple[tuple[Reason, ...], str]:
    """Why records of a job failed; or why that is not known."""
    file = result.file if result is not None and result.stage is ResultStage.ON_DISK else None
    if file is None or not is_there(file):
        return (), "its result is not on this disk"
    insertion = insertions.of_job(ref)
    try:
        header = _header(insertion.source) if insertion is not None else None
        groups = FailureFile(file.path, upload=header).report.groups
    except DataError as error:
        return (), error.title
    return tuple(Reason(it.reason, it.fields, it.records) for it in groups), ""


def _header(source: SourceFile) -> Sequence[str] | None:
    with suppress(DataError):  # it is not there any more: its columns are told apart without it
        return read_header(source)
    return None


def _chains(archive: Archive, refs: set[JobRef]) -> Iterator[Chain]:
    seen: set[int] = set()
    for ref, chain in archive.chains().items():
        if ref in refs and id(chain) not in seen:
            seen.add(id(chain))
            yield chain


def _missing(
    database: Database,
    profile: str,
    ran: Iterable[RanJob],
    results: dict[JobRef, list[Result]],
    now: datetime,
) -> Iterator[MissingResult]:
    """The results that are worth a call and not on this disk, of jobs whose results Zoho has."""
    with database.making_sense():
        lately = {it.job.ref: it for it in ran_jobs(database, profile, now - KEPT, now)}
    for it in (*lately.values(), *(it for it in ran if it.job.ref not in lately)):
        if it.last is None or it.ended_at is None:
            continue
        snapshot = JobSnapshot(it.job, (it.last,))
        known = {result.kind: result for result in results.get(it.job.ref, ())}
        for kind in wanted(snapshot):
            result = known.get(kind)
            stage = None if result is None else result.stage
            is_here = result is not None and result.file is not None and is_there(result.file)
            if is_here or stage is ResultStage.REMOVED:
                continue
            deleted_at = it.ended_at + KEPT
            is_past = deleted_at <= now
            records = kind.records_of(snapshot)
            yield MissingResult(
                it.job, kind, records, ResultStage.GONE if is_past else stage, deleted_at
            )
