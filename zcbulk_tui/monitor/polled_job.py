"""What the monitor keeps of one job."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from zcbulk_tui.domain.budget import Reason
from zcbulk_tui.domain.contract import UNKNOWN, Contract
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.form_past import FormPast
from zcbulk_tui.domain.job import Action, JobReading, JobRef, WatchedJob
from zcbulk_tui.domain.outlook import Outlook, outlook
from zcbulk_tui.domain.progress import redated, remember
from zcbulk_tui.domain.records import ControlRecord
from zcbulk_tui.domain.snapshot import Fault, JobSnapshot
from zcbulk_tui.domain.windows import Recalled
from zcbulk_tui.errors import ZcbulkError


class PolledJob:
    """A job that is polled: its readings, its trouble, its last command.

    Args:
        recalled: What is known of it so far.
        now: The time of day; aware.
        past_of: Returns what past jobs of a job's form show; None where there are none.
        contract: Returns what is known of the server of an origin.

    Attributes:
        job: The job.
        is_shown: Whether this window shows it; else it is polled for others.
        lock: Held while a call about the job is under way.
        is_waiting: Whether a poll before its time waits for the gate.
        failures: Failed polls in a row.
        outlook: What may happen to it next, by its last reading; None once it is over.
        asked_at: When that reading was made, in the loop's time.
        next_poll_at: See `JobSnapshot`.
        reason: See `JobSnapshot`.
        record: The last start or abort; None where there was none.
        look: When it is looked at what became of that; None for never.
    """

    def __init__(
        self,
        recalled: Recalled,
        now: datetime,
        past_of: Callable[[JobRef], FormPast | None] = lambda _: None,
        contract: Callable[[str], Contract] = lambda _: UNKNOWN,
    ) -> None:
        snapshot = recalled.snapshot
        self.job = _not_later(snapshot.job, now)
        self._contract = contract
        self.is_shown = recalled.is_shown
        self.lock = asyncio.Lock()
        self.is_waiting = False
        self.failures = 0
        self.next_poll_at: datetime | None = None
        self.reason: Reason | None = None
        self.record = recalled.record
        self.look: asyncio.TimerHandle | None = None
        self._past_of = past_of
        self._readings = redated(snapshot.readings, now)
        self._fault = snapshot.fault and Fault(snapshot.fault.error, min(snapshot.fault.since, now))
        self.outlook = self._outlook()
        self.asked_at = _asked_at(self.last, now)

    @property
    def _one_fails_its_batch(self) -> bool | None:
        """See `Contract.one_fails_its_batch`."""
        return self._contract(self.job.ref.origin).one_fails_its_batch

    @property
    def last(self) -> JobReading | None:
        """The newest good reading."""
        return self._readings[-1] if self._readings else None

    @property
    def failing_since(self) -> datetime | None:
        """When the first of the failed polls in a row happened."""
        return self._fault.since if self._fault else None

    @property
    def is_failing(self) -> bool:
        """Whether the last poll brought no reading, and it is tried again."""
        return self._fault is not None and not self.is_given_up

    @property
    def is_given_up(self) -> bool:
        """Whether no poll follows the one that failed: what it brought ends them, or it is over."""
        is_over = self.last is not None and self.last.state.is_final
        return self._fault is not None and (self._fault.error.ends_polls or is_over)

    @property
    def command(self) -> Command | None:
        """The last start or abort."""
        return self.record.command if self.record else None

    def take(self, job: WatchedJob, now: datetime) -> None:
        """Takes what the list says of the job."""
        self.job = _not_later(job, now)
        self.outlook = self._outlook()

    def read(self, reading: JobReading, now: datetime) -> None:
        """Takes a good reading, which ends any trouble."""
        self._readings = redated(remember(self._readings, reading), now)
        self.asked_at = _asked_at(self.last, now)
        self._fault = None
        self.failures = 0
        self.outlook = self._outlook()

    def note(self, record: ControlRecord) -> None:
        """Takes a start or an abort, or what more is known of it."""
        if self.record is not None and self.record.key == record.key:
            record = self.record.updated_by(record)
        command = record.command
        began = command.outcome in (Outcome.ACCEPTED, Outcome.TOOK_EFFECT)
        if command.action is Action.START and began:
            self.job = self.job._replace(started_at=command.sent_at)
        self.record = record._replace(job=self.job)

    def learn(self, record: ControlRecord) -> None:
        """Takes what more is known of a start or an abort, if it is the last one."""
        if self.record is not None and self.record.key == record.key:
            self.note(record)

    def stop_looking(self) -> None:
        """Plans no look at what became of the last command."""
        if self.look is not None:
            self.look.cancel()
            self.look = None

    def fail(self, error: ZcbulkError, now: datetime) -> None:
        """Takes a failed poll; the readings stay."""
        self._fault = Fault(error.kept(), self._fault.since if self._fault else now)
        self.failures += 1

    def redate(self, step: float) -> None:
        """Takes that the time of day was set by so many seconds: what is known is as old as ever.

        The record of a command keeps the time at which it says that it was sent.
        """
        by = timedelta(seconds=step)
        self._readings = tuple(replace(one, read_at=one.read_at + by) for one in self._readings)
        if self._fault is not None:
            self._fault = Fault(self._fault.error, self._fault.since + by)
        if self.next_poll_at is not None:
            self.next_poll_at += by
        job = self.job
        self.job = job._replace(
            added_at=job.added_at + by,
            created_at=job.created_at and job.created_at + by,
            started_at=job.started_at and job.started_at + by,
        )

    def snapshot(self) -> JobSnapshot:
        """A copy for others."""
        return JobSnapshot(
            self.job,
            self._readings,
            self._fault,
            self.next_poll_at,
            self.reason,
            self.command,
            self._past(),
            self._one_fails_its_batch,
        )

    def _outlook(self) -> Outlook | None:
        return outlook(self.job, self._readings, self._past(), self._one_fails_its_batch)

    def _past(self) -> FormPast | None:
        """What its form's past jobs show, as long as it may matter."""
        is_over = self.last is not None and self.last.state.is_final
        return None if is_over else self._past_of(self.job.ref)


def _not_later(job: WatchedJob, now: datetime) -> WatchedJob:
    """A job of which nothing happened later than now, however wrong a clock was then."""
    return job._replace(
        added_at=min(job.added_at, now),
        created_at=job.created_at and min(job.created_at, now),
        started_at=job.started_at and min(job.started_at, now),
    )


def _asked_at(reading: JobReading | None, now: datetime) -> float:
    """When a reading was made, in the loop's time; now where there is none, or none yet."""
    age = (now - reading.read_at).total_seconds() if reading else 0.0
    return asyncio.get_running_loop().time() - max(age, 0.0)
