"""What a report tells of a night: facts as they are stored, each measured, and their sums."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from zcbulk_tui.domain.alerts import Alert
from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.insertion import BAD_ENDS, QueuedFile, QueueStop
from zcbulk_tui.domain.job import Counts, JobReading, WatchedJob
from zcbulk_tui.domain.lineage import Chain
from zcbulk_tui.domain.night import Night
from zcbulk_tui.domain.records import ControlRecord, JobEvent
from zcbulk_tui.domain.result import Result, ResultKind, ResultStage
from zcbulk_tui.domain.snapshot import JobKey


class Reason(NamedTuple):
    """Records that failed for one reason; the values in it that differ are masked.

    Attributes:
        reason: The reason, masked.
        fields: The columns that it names.
        records: How many records.
    """

    reason: str
    fields: tuple[str, ...]
    records: int


@dataclass(frozen=True, slots=True)
class ReportedJob:
    """A job that ran or ended in the span of a report.

    Attributes:
        job: The job.
        reading: Its last reading up to the end of the span; None for none.
        before: Its last reading before the span; None for none.
        started_at: When its start was accepted; None if unknown; aware.
        started_before: The first reading that shows it started, where that is all that is known of
            its start; None for no such reading, or with a `started_at`; aware.
        ended_at: When its end was first read; None while it runs; aware.
        is_queued: Whether it came from the queue.
        reasons: Why records failed, the most frequent first.
        no_reasons: Why that is not known, as a sentence without full stop; empty where it is, or
            none failed.
    """

    job: WatchedJob
    reading: JobReading | None = None
    before: JobReading | None = None
    started_at: datetime | None = None
    started_before: datetime | None = None
    ended_at: datetime | None = None
    is_queued: bool = False
    reasons: tuple[Reason, ...] = ()
    no_reasons: str = ""

    @property
    def counts(self) -> Counts:
        """What its last reading says; nothing without one."""
        return self.reading.counts if self.reading is not None else Counts()

    @property
    def is_over(self) -> bool:
        """Whether its end was read."""
        return self.reading is not None and self.reading.state.is_final

    @property
    def ended_badly(self) -> bool:
        """Whether it was aborted, failed or expired."""
        return self.reading is not None and self.reading.state in BAD_ENDS


class MissingResult(NamedTuple):
    """A result that is not on this disk.

    Attributes:
        job: The job.
        kind: Which result.
        records: Records in it, by the job's last reading; None if unknown.
        stage: Where it stands; None where nothing is known of it.
        deleted_at: When Zoho deletes it, at the latest; aware.
    """

    job: WatchedJob
    kind: ResultKind
    records: int | None
    stage: ResultStage | None
    deleted_at: datetime


class Unstarted(NamedTuple):
    """A start without an effect, of a job that waits for another one.

    Attributes:
        record: The start.
        running: The other job of the same form that runs, by its last reading; None for none.
    """

    record: ControlRecord
    running: WatchedJob | None = None


class Sums(NamedTuple):
    """Records of several jobs, by their last readings.

    Attributes:
        success: That are in.
        failed: That failed; one that was sent again counts as its last attempt left it.
        left: That were not processed; the same holds for them.
        unknown: Jobs of which a count is not known; they are in none of the figures that they lack.
    """

    success: int
    failed: int
    left: int
    unknown: int


@dataclass(frozen=True, slots=True)
class NightReport:
    """All that a report tells.

    Attributes:
        profile: Whose jobs.
        began_at: Where the span begins; aware.
        ended_at: Where it ends; aware.
        made_at: When this was put together: what needs a person stands as it stood then; aware.
        night: The night that it is about; None for another span.
        jobs: Those that ran or ended in it, in the order of their starts.
        chains: Those that one of these jobs belongs to.
        commands: What was started and aborted in it, oldest first.
        events: What else was done in it, and by whom: files, the queue, the night; oldest first.
        alerts: Those that were raised in it, oldest first.
        calls: Calls in it, by what they were made for; those that count for their days.
        calls_left: Those of the day that were left after the last of them; None for no call.
        fetched: The results that came to this disk in it.
        unclear: Commands of which it is not known what became.
        unstarted: Starts without an effect, of jobs that wait for another one.
        files: Those that wait for their user.
        stop: Why the queue stands still; None where it does not.
        missing: The results that are not on this disk.
        no_token: Why no call can be signed, as a sentence without full stop; empty where that is
            not so.
    """

    profile: str
    began_at: datetime
    ended_at: datetime
    made_at: datetime
    night: Night | None = None
    jobs: tuple[ReportedJob, ...] = ()
    chains: tuple[Chain, ...] = ()
    commands: tuple[ControlRecord, ...] = ()
    events: tuple[JobEvent, ...] = ()
    alerts: tuple[Alert, ...] = ()
    calls: Mapping[Cause, int] | None = None
    calls_left: int | None = None
    fetched: tuple[Result, ...] = ()
    unclear: tuple[ControlRecord, ...] = ()
    unstarted: tuple[Unstarted, ...] = ()
    files: tuple[QueuedFile, ...] = ()
    stop: QueueStop | None = None
    missing: tuple[MissingResult, ...] = ()
    no_token: str = ""

    @property
    def sums(self) -> Sums:
        """What the jobs have brought, by their last readings."""
        counts = [it.counts for it in self.jobs]
        chains = [self.chain_of(it) for it in self.jobs]
        net = {id(it): it.counts for it in chains if it is not None}
        # A chain of which its counts are not known adds those of each of its jobs.
        unknown = {at for at, it in net.items() if it.failed is None or it.left is None}
        alone = [
            it
            for it, chain in zip(counts, chains, strict=True)
            if chain is None or id(chain) in unknown
        ]
        outcomes = [*alone, *(it for at, it in net.items() if at not in unknown)]
        return Sums(
            sum(it.success or 0 for it in counts),
            sum(it.failed or 0 for it in outcomes),
            sum(it.left or 0 for it in outcomes),
            sum(None in (it.success, it.failed, it.left) for it in counts),
        )

    @property
    def seen_sums(self) -> tuple[int, int]:
        """Records that failed and that were not processed, in each job on its own."""
        counts = [it.counts for it in self.jobs]
        return sum(it.failed or 0 for it in counts), sum(it.left or 0 for it in counts)

    def chain_of(self, job: ReportedJob) -> Chain | None:
        """Returns the chain that a job belongs to; None for none."""
        key = JobKey(self.profile, job.job.ref)
        return next((it for it in self.chains if key in (a.key for a in it.attempts)), None)

    def is_mended(self, job: ReportedJob) -> bool:
        """Whether all that a job left out was sent again, or is about to be."""
        chain, counts = self.chain_of(job), job.counts
        if chain is None or not (counts.failed or counts.left):
            return False
        return not chain.rest(JobKey(self.profile, job.job.ref))

    @property
    def failed_once(self) -> bool:
        """Whether a record failed, even if it was sent again."""
        return any(it.counts.failed for it in self.jobs)

    @property
    def before(self) -> int:
        """Records that were in before the span, of jobs that ran already."""
        readings = [it.before for it in self.jobs if it.before is not None]
        return sum(it.counts.success or 0 for it in readings)

    @property
    def running(self) -> list[ReportedJob]:
        """The jobs that have not ended, as far as was read."""
        return [it for it in self.jobs if not it.is_over]

    @property
    def ended_badly(self) -> list[ReportedJob]:
        """The jobs that were aborted, failed or expired."""
        return [it for it in self.jobs if it.ended_badly]

    @property
    def with_failures(self) -> list[ReportedJob]:
        """The jobs that were completed with failed records."""
        return [it for it in self.jobs if it.is_over and not it.ended_badly and it.counts.failed]

    @property
    def reasons(self) -> list[tuple[Reason, list[str]]]:
        """Why records failed, over all jobs, the most frequent first, each with its jobs."""
        records: Counter[str] = Counter()
        fields: dict[str, tuple[str, ...]] = {}
        labels: dict[str, list[str]] = {}
        for job in self.jobs:
            for reason in job.reasons:
                records[reason.reason] += reason.records
                fields.setdefault(reason.reason, reason.fields)
                labels.setdefault(reason.reason, []).append(job.job.label)
        return [
            (Reason(text, fields[text], count), labels[text])
            for text, count in sorted(records.items(), key=lambda item: (-item[1], item[0]))
        ]
