"""Writing down what happens to a job."""

from collections.abc import Callable
from datetime import datetime

from zcbulk_tui.domain.job import JobReading, WatchedJob
from zcbulk_tui.domain.records import EventKind, JobEvent
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.errors import ZcbulkError
from zcbulk_tui.store.memory import Memory


class Recorder:
    """Writes down what happens.

    Args:
        memory: Keeps it.
        now: The time of day; aware.
    """

    def __init__(self, memory: Memory, now: Callable[[], datetime]) -> None:
        self._memory = memory
        self._now = now

    def reading(self, before: JobSnapshot, after: JobSnapshot, reading: JobReading) -> None:
        """Writes down a reading, and what it changed.

        Args:
            before: The job without it.
            after: The job with it.
            reading: What was read.
        """
        job = after.job
        self._memory.read(job.ref, reading)
        if before.fault is not None:
            since = before.fault.since.astimezone()
            said = f"Read again, after faults since {since:%H:%M}"
            self.event(EventKind.RECOVERED, said, job, at=reading.read_at)
        if before.last is None:
            first = f"First read: {reading.raw_state}"
            self.event(EventKind.STATE, first, job, at=reading.read_at)
        elif before.last.raw_state != reading.raw_state:
            change = f"{before.last.raw_state} → {reading.raw_state}"
            self.event(EventKind.STATE, change, job, at=reading.read_at)

    def fault(self, before: JobSnapshot, error: ZcbulkError) -> None:
        """Writes down a poll that brought no reading, unless it is as it was with the last one.

        Args:
            before: The job without it.
            error: Why there was none.
        """
        if before.fault is None or before.fault.error.title != error.title:
            self.event(EventKind.FAULT, error.title, before.job, error=error)

    def event(
        self,
        kind: EventKind,
        text: str,
        job: WatchedJob | None = None,
        *,
        error: ZcbulkError | None = None,
        at: datetime | None = None,
    ) -> None:
        """Writes down something that happened to one job or to all, now or at another time."""
        ref, label = (job.ref, job.label) if job else (None, "")
        self._memory.happened(JobEvent(at or self._now(), kind, text, ref, label, error))
