"""What the monitor keeps of one job."""

import asyncio
from dataclasses import replace
from datetime import datetime

from zcbulk_tui.domain.control import Command, Outcome, told_by
from zcbulk_tui.domain.job import Action, JobReading, WatchedJob
from zcbulk_tui.domain.outlook import outlook
from zcbulk_tui.domain.planner import Reason
from zcbulk_tui.domain.progress import remember
from zcbulk_tui.domain.snapshot import Fault, JobSnapshot
from zcbulk_tui.errors import ZcbulkError


class Track:
    """A watched job: its readings, its trouble, its last command.

    Attributes:
        job: The job.
        lock: Held while a call about the job is under way.
        is_waiting: Whether a poll before its time waits for the gate.
        failures: Failed polls in a row.
        outlook: What may happen to it next, by its last reading; None once it is over.
        asked_at: When that reading was made, in the loop's time.
        next_poll_at: See `JobSnapshot`.
        reason: See `JobSnapshot`.
        command: See `JobSnapshot`.
    """

    def __init__(self, job: WatchedJob) -> None:
        self.job = job
        self.lock = asyncio.Lock()
        self.is_waiting = False
        self.failures = 0
        self.outlook = outlook(job, ())
        self.asked_at = asyncio.get_running_loop().time()
        self.next_poll_at: datetime | None = None
        self.reason: Reason | None = None
        self.command: Command | None = None
        self._readings: tuple[JobReading, ...] = ()
        self._fault: Fault | None = None

    @property
    def last(self) -> JobReading | None:
        """The newest good reading."""
        return self._readings[-1] if self._readings else None

    @property
    def failing_since(self) -> datetime | None:
        """When the first of the failed polls in a row happened."""
        return self._fault.since if self._fault else None

    def read(self, reading: JobReading) -> Command | None:
        """Takes a good reading, which ends any trouble.

        Returns:
            The last command, if its answer was unclear and this reading tells what became of it.
        """
        self._readings = remember(self._readings, reading)
        self.asked_at = asyncio.get_running_loop().time()
        self._fault = None
        self.failures = 0
        self.outlook = outlook(self.job, self._readings)
        if self.command is None or self.command.outcome is not Outcome.SENT:
            return None
        outcome = told_by(reading.state, self.command.action)
        if outcome is Outcome.SENT:
            return None
        self.conclude(self.command.ended(outcome))
        return self.command

    def conclude(self, command: Command) -> None:
        """Takes what became of a command."""
        self.command = command
        began = command.outcome in (Outcome.ACCEPTED, Outcome.TOOK_EFFECT)
        if command.action is Action.START and began:
            self.job = replace(self.job, started_at=command.sent_at)

    def fail(self, error: ZcbulkError, now: datetime) -> None:
        """Takes a failed poll; the readings stay."""
        self._fault = Fault(error, self._fault.since if self._fault else now)
        self.failures += 1

    def snapshot(self) -> JobSnapshot:
        """A copy for others."""
        return JobSnapshot(
            self.job, self._readings, self._fault, self.next_poll_at, self.reason, self.command
        )
