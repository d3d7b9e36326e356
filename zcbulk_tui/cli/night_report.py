"""The report of a night: put together from the memory and the results on this disk, and written."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from zcbulk_tui.cli.report_json import report_object
from zcbulk_tui.cli.state import memory_file
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.data.failures import FailureFile
from zcbulk_tui.data.matching import read_header
from zcbulk_tui.data.new_files import NewFile, sync_folder
from zcbulk_tui.domain.control import Outcome
from zcbulk_tui.domain.deadlines import KEPT
from zcbulk_tui.domain.insertion import SourceFile
from zcbulk_tui.domain.job import Action, JobRef
from zcbulk_tui.domain.lineage import Chain
from zcbulk_tui.domain.night import Night
from zcbulk_tui.domain.night_text import report_name
from zcbulk_tui.domain.records import CallRecord, ControlRecord, EventKind, JobEvent
from zcbulk_tui.domain.report import MissingResult, NightReport, Reason, ReportedJob
from zcbulk_tui.domain.result import Result, ResultKind, ResultStage, wanted
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import DataError, UsageError, ZcbulkError
from zcbulk_tui.render.report import markdown
from zcbulk_tui.store import recall
from zcbulk_tui.store.alerts import AlertStore
from zcbulk_tui.store.archive import Archive
from zcbulk_tui.store.database import Database, open_database
from zcbulk_tui.store.insertions import Insertions
from zcbulk_tui.store.queue import as_they_stand
from zcbulk_tui.store.ran_jobs import RanJob, ran_jobs
from zcbulk_tui.store.results import Results, is_there
from zcbulk_tui.user_files import whole_path

FOLDER = "reports"
"""The folder, in the state folder, that reports go to unless the settings name another one."""

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


class Reports:
    """What writes the reports of a profile's nights; see `NightReports`.

    Args:
        profile: Whose nights.
        database: The memory; one in a file is opened anew, since this works in a thread.
        folder: Where reports go by default.
        now: The time of day; aware.
        makes_folder: Whether the folder is made where it is missing: one that the user has named
            may be on a disk that is not there.
    """

    def __init__(
        self,
        profile: str,
        database: Database,
        folder: Path,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        makes_folder: bool = True,
    ) -> None:
        self._makes_folder = makes_folder
        self._profile = profile
        self._database = database
        self._folder = folder
        self._now = now

    def path_for(self, until: datetime) -> Path:
        """See `NightReports`."""
        return self._folder / report_name(until)

    def check(self, report: Path) -> None:
        """See `NightReports`."""
        shown = one_line(str(report), 300)
        try:
            is_folder, has_folder = report.is_dir(), report.parent.is_dir()
        except OSError as error:  # also a name that is too long
            why = f"{one_line(error.strerror or str(error), 120)}."
            raise UsageError(f"{shown} cannot be written", why, "Name another file.") from error
        if is_folder:
            raise UsageError(f"{shown} is a folder", next_step="Name a file in it.")
        is_made = self._makes_folder and report.parent == self._folder
        if not is_made and not has_folder:
            raise UsageError(
                f"There is no folder for {shown}", next_step="Make it, or name another file."
            )

    def write(self, night: Night, no_token: ZcbulkError | None) -> None:
        """See `NightReports`."""
        path, now = self._database.path, self._now()
        database = self._database if path is None else open_database(path, is_only_read=True)
        try:
            until = night.ended_at or now
            report = gather(
                database,
                self._profile,
                night.began_at,
                until,
                now,
                night=night,
                no_token=no_token.title if no_token is not None else "",
            )
        finally:
            if path is not None:
                database.close()
        if self._makes_folder and night.report.parent == self._folder:
            with suppress(OSError):  # the writing says why
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_files(report, night.report)


def night_reports(settings: Settings, database: Database) -> Reports:
    """Returns what writes the reports of a profile, where its settings say."""
    named = settings.night.reports
    folder = memory_file().parent / FOLDER if named is None else whole_path(named)
    return Reports(settings.profile, database, folder, makes_folder=named is None)


def write_files(report: NightReport, path: Path) -> None:
    """Writes a report as Markdown, and as JSON beside it; each in the place of one that is there.

    Only this user may read them. Each appears whole, or not at all.

    Raises:
        DataError: One of them cannot be written.
    """
    text = json.dumps(report_object(report), indent=2, ensure_ascii=False)
    for where, content in ((path, markdown(report)), (path.with_suffix(".json"), f"{text}\n")):
        _replace(where, content)


def _replace(path: Path, text: str) -> None:
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
        raise DataError(
            f"The report {one_line(str(path))} cannot be written",
            f"The system says: {one_line(said)}.",
            "To print it at any time: zcbulk-tui report",
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
) -> Iterator[ControlRecord]:
    """The starts without an effect, as far as was read; their files have left the queue."""
    jobs = recall.in_full(database, profile)
    waiting = {it.ref for it in jobs if it.state is not None and it.state.is_waiting}
    for record in last:
        command = record.command
        is_mine = record.profile == profile and record.job.ref in waiting
        if is_mine and command.action is Action.START and command.outcome in _WITHOUT_EFFECT:
            yield record


def _reported(ran: RanJob, results: Sequence[Result], insertions: Insertions) -> ReportedJob:
    job = ReportedJob(ran.job, ran.last, ran.before, ran.started_at, ran.ended_at, ran.is_queued)
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
