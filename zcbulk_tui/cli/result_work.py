"""Fetches results for a command, and says on the terminal how they come along."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from zcbulk_tui.cli import failing
from zcbulk_tui.cli.client import open_client
from zcbulk_tui.cli.context import recorded_context
from zcbulk_tui.cli.event_loop import Ending, beside, cancelled_by_signals
from zcbulk_tui.cli.job_names import in_words
from zcbulk_tui.cli.progress import ProgressLine
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.commands import command
from zcbulk_tui.domain.job import JobReading, JobRef, JobState, WatchedJob
from zcbulk_tui.domain.result import Result, ResultKind, ResultStage
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.domain.text import counted
from zcbulk_tui.domain.windows import Recalled
from zcbulk_tui.errors import (
    NoRoomError,
    QuotaSpentError,
    RefusedError,
    ResultGoneError,
    ResultNotReadyError,
    SignInError,
    ZcbulkError,
)
from zcbulk_tui.monitor.events import Event, ResultChanged
from zcbulk_tui.monitor.monitor import Monitor
from zcbulk_tui.monitor.once import read_all
from zcbulk_tui.monitor.ports import JobApi, ResultApi
from zcbulk_tui.monitor.profile_context import ProfileContext
from zcbulk_tui.monitor.quota_tracker import QuotaTracker
from zcbulk_tui.monitor.result_fetcher import ResultFetcher
from zcbulk_tui.render.figures import duration
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.results import Results, is_there

_GIVES_UP_AFTER = 100.0
"""Seconds in which a command tries again what passes; a result that is being made has more time."""


class FetchingApi(JobApi, ResultApi, Protocol):
    """Zoho Creator, as far as jobs are read and their results are fetched."""


class Outcome(NamedTuple):
    """What has become of one result that was wanted.

    Attributes:
        job: The job.
        kind: Which result.
        result: How it stands; None where nothing was asked of Zoho.
        records: How many records it should hold, by the job's last reading; None if unknown.
        error: Why it is not on the disk; None where it is, or where it can hold nothing.
        is_of_job: Whether that is so of all results of the job.
    """

    job: WatchedJob
    kind: ResultKind
    result: Result | None
    records: int | None
    error: ZcbulkError | None
    is_of_job: bool = False


class Progress:
    """The sink of the fetcher: prints a line whenever a result has come further.

    Args:
        jobs: The jobs that it is about.
        say: Prints a line.

    Attributes:
        changed: Set with every event.
        is_waited_for: Whether a result that was not to be had is tried again here.
    """

    def __init__(self, jobs: Sequence[WatchedJob], say: Callable[[str], None]) -> None:
        self.changed = asyncio.Event()
        self.is_waited_for: Callable[[Result], bool] = lambda _: True
        self._labels = {job.ref: job.label for job in jobs}
        self._say = say
        self._line = ProgressLine()

    def publish(self, event: Event) -> None:
        """See `Sink`."""
        if isinstance(event, ResultChanged) and event.result.ref in self._labels:
            result = event.result
            name = f"{self._labels[result.ref]}, {result.kind.word}"
            if event.got is not None:
                self._line.say(f"{name}: {event.got:,} bytes")
            else:
                self.clear()
                is_over = result.error is not None and not self.is_waited_for(result)
                if line := "" if is_over else said(result, datetime.now(UTC)):
                    self._say(f"{name}: {line}")
        self.changed.set()

    def clear(self) -> None:
        """Takes the line of the download away."""
        self._line.clear()


def said(result: Result, now: datetime) -> str:
    """Returns what a line says of a try; empty for nothing, since the end says it."""
    if result.stage is ResultStage.ON_DISK and result.file is not None:
        return f"on the disk, {counted(result.file.records, 'record')}"
    if result.stage is ResultStage.DUE and result.error is not None:
        wait = (result.next_try - now).total_seconds() if result.next_try else 0.0
        again = f"next try in {duration(max(wait, 0.0))}"
        return f"{result.error.title}; {again} ({counted(result.tries, 'call')} so far)"
    return ""


async def fetch(
    settings: Settings,
    jobs: Sequence[WatchedJob],
    kinds: Sequence[ResultKind],
    say: Callable[[str], None],
    progress: Progress,
    ending: Ending,
) -> list[Outcome]:
    """Fetches results of jobs that are not on the disk, and waits for them.

    Args:
        settings: The configuration.
        jobs: The jobs; one that is not known to be over is read first, which costs a call.
        kinds: Which results.
        say: Prints a line.
        progress: Prints how they come along.
        ending: Learns of the signal that ends it.

    Returns:
        What has become of each.

    Raises:
        ZcbulkError: Nothing could be fetched at all.
    """
    # What is half there is removed before the process ends.
    with cancelled_by_signals(ending), recorded_context(settings) as recorded:
        context, quota, database = recorded
        work = _Work(settings, jobs, kinds, say, progress, context, quota, database)
        if work.is_done():
            return work.outcomes()
        async with open_client(settings) as client:
            await work.run(client)
        return work.outcomes()


class _Work:
    """What a command does for some jobs; for arguments see `fetch`."""

    def __init__(
        self,
        settings: Settings,
        jobs: Sequence[WatchedJob],
        kinds: Sequence[ResultKind],
        say: Callable[[str], None],
        progress: Progress,
        context: ProfileContext,
        quota: QuotaTracker,
        database: Database,
    ) -> None:
        self._settings = settings
        self._jobs = jobs
        self._kinds = kinds
        self._say = say
        self._progress = progress
        self._context = context
        self._quota = quota
        self._results = Results(database, settings.profile)
        self._errors: dict[JobRef, ZcbulkError] = {}
        self._stuck_since: dict[tuple[JobRef, ResultKind], float] = {}

    def is_done(self) -> bool:
        """Whether no call is needed: everything is on the disk, or can hold nothing."""
        return all(
            self._on_disk(job.ref, kind) or self._is_empty(job, kind)
            for job in self._jobs
            for kind in self._kinds
        )

    async def run(self, api: FetchingApi) -> None:
        """Reads the jobs that may not be over, and fetches the results of those that are.

        Raises:
            ZcbulkError: Nothing could be fetched at all.
        """
        await self._read(api)
        monitor = Monitor(api, self._progress, self._context, self._quota, polls=False)
        memory = self._context.memory
        monitor.watch(
            Recalled(memory.known(job), memory.last_command(job.ref)) for job in self._jobs
        )
        fetcher = ResultFetcher(
            api,
            monitor,
            self._context,
            self._quota,
            self._results,
            failing.result_folder(),
            self._progress,
            now=lambda: datetime.now(UTC),
            by_itself=lambda: False,
            cause=Cause.SCRIPT,
        )
        refs = [job.ref for job in self._jobs if job.ref not in self._errors]
        price = fetcher.price(refs, self._kinds)
        if not price:
            return
        self._quota.check(price)
        self._progress.is_waited_for = self._is_waited_for
        left = self._quota.budget.left_for_polls
        self._say(
            f"To fetch: {counted(price, 'result')}, {counted(price, 'call')} of {left:,} that are "
            "left; where Zoho still makes one, each other try costs 1 more."
        )
        async with beside(monitor.run, fetcher.run):
            await asyncio.sleep(0)  # so that they have begun
            fetcher.fetch(refs, self._kinds)
            while any(self._goes_on(fetcher, ref, kind) for ref in refs for kind in self._kinds):
                self._progress.changed.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(1.0):
                        await self._progress.changed.wait()

    async def _read(self, api: FetchingApi) -> None:
        unread = [job for job in self._jobs if not self._snapshot(job).is_final]
        found = await read_all(api, unread, self._quota, self._context, lambda: datetime.now(UTC))
        for job, reading in zip(unread, found, strict=True):
            if isinstance(reading, ZcbulkError):
                self._errors[job.ref] = reading
            elif not reading.state.is_final:
                self._errors[job.ref] = _not_over(job, reading, self._settings.profile)
        for job in self._jobs:
            if self._snapshot(job).state is JobState.EXPIRED:
                self._errors[job.ref] = RefusedError(
                    "The job has no results",
                    "Its status is “Expired”: it was not started in time, or it ended more than "
                    "3 days ago, and Zoho keeps results no longer.",
                )

    def _goes_on(self, fetcher: ResultFetcher, ref: JobRef, kind: ResultKind) -> bool:
        """Whether a result is still waited for."""
        if not fetcher.is_asked(ref, kind):
            return False
        result = self._results.find(ref, kind)
        if result is not None and result.stage is ResultStage.FETCHING:
            return True
        if result is None or result.error is None:
            return self._quota.budget.left_for(Cause.SCRIPT) > 0
        return self._is_waited_for(result)

    def _is_waited_for(self, result: Result) -> bool:
        """Whether the next try of a result that was not to be had is one of this command."""
        key, error = (result.ref, result.kind), result.error
        if isinstance(error, ResultNotReadyError):
            self._stuck_since.pop(key, None)
            return self._quota.budget.left_for(Cause.SCRIPT) > 0
        if error is None or isinstance(error, SignInError | QuotaSpentError | NoRoomError):
            return False  # another try would fail the same way: the user has to act
        if not error.passes:
            return True  # it is tried once more, after a minute, if at all
        now = asyncio.get_running_loop().time()
        wait = 0.0
        if result.next_try is not None:
            wait = (result.next_try - datetime.now(UTC)).total_seconds()
        # A try that comes too late is not waited for.
        return now + max(wait, 0.0) < self._stuck_since.setdefault(key, now) + _GIVES_UP_AFTER

    def outcomes(self) -> list[Outcome]:
        """Returns what has become of each."""
        return [self._outcome(job, kind) for job in self._jobs for kind in self._kinds]

    def _outcome(self, job: WatchedJob, kind: ResultKind) -> Outcome:
        result = self._on_disk(job.ref, kind)
        records = kind.records_of(self._snapshot(job))
        if result is not None or (job.ref not in self._errors and self._is_empty(job, kind)):
            return Outcome(job, kind, result, records, None)
        result = self._results.find(job.ref, kind)
        if job.ref in self._errors:
            return Outcome(job, kind, result, records, self._errors[job.ref], is_of_job=True)
        error = result.error if result is not None else None
        if error is None and result is not None and result.stage is ResultStage.GONE:
            error = ResultGoneError("There is no result file")
        return Outcome(job, kind, result, records, error or _out_of_calls(self._quota))

    def _on_disk(self, ref: JobRef, kind: ResultKind) -> Result | None:
        result = self._results.find(ref, kind)
        return result if result is not None and is_there(result.file) else None

    def _is_empty(self, job: WatchedJob, kind: ResultKind) -> bool:
        snapshot = self._snapshot(job)
        return snapshot.is_final and kind.records_of(snapshot) == 0

    def _snapshot(self, job: WatchedJob) -> JobSnapshot:
        return self._context.memory.known(job)


def _not_over(job: WatchedJob, reading: JobReading, profile: str) -> ZcbulkError:
    return RefusedError(
        "The job is not over",
        f"Its status is “{reading.raw_state}”, and Zoho makes results when a job ends.",
        f"Fetch them then: {command(f'results {job.ref.job_id}', profile)}",
    )


def _out_of_calls(quota: QuotaTracker) -> ZcbulkError:
    try:
        quota.check(1)
    except QuotaSpentError as error:
        return error
    return RefusedError("It was not fetched", next_step="Give the command again.")


def named(outcome: Outcome) -> str:
    """Returns which result an outcome is about."""
    return f"{in_words(outcome.job)}, {outcome.kind.word}"
