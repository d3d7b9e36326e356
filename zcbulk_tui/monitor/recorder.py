"""Writing down what happens to a job: the calls, and what they brought."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from zcbulk_tui.domain.alerts import alerts
from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.job import JobReading, WatchedJob
from zcbulk_tui.domain.records import CallRecord, EventKind, JobEvent
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.errors import Answer, ZcbulkError
from zcbulk_tui.monitor.ports import Memory
from zcbulk_tui.monitor.spending import Spending

_CUT_SHORT = "Cut short before an answer came"


class CallInProgress:
    """A call that is under way.

    Attributes:
        answer: What came back, as far as it is known; None for nothing.
        failure: What went wrong; empty for nothing.
    """

    def __init__(self) -> None:
        self.answer: Answer | None = None
        self.failure = _CUT_SHORT

    def succeeded(self, answer: Answer | None) -> None:
        """Takes the answer that says that it was carried out."""
        self.answer, self.failure = answer, ""


class Recorder:
    """Writes down what happens.

    Args:
        memory: Keeps it.
        spending: Tells what is left of the day.
        now: The time of day; aware.
    """

    def __init__(self, memory: Memory, spending: Spending, now: Callable[[], datetime]) -> None:
        self._memory = memory
        self._spending = spending
        self._now = now

    @contextmanager
    def call(
        self, job: WatchedJob, cause: Cause, why: str, request: str
    ) -> Iterator[CallInProgress]:
        """A context for one call, which is written down when it has ended, however it does.

        Args:
            job: The job.
            cause: What for.
            why: The rule, the key or the command that asked for it.
            request: How it is put.
        """
        at, began = self._now(), _time()
        call = CallInProgress()
        try:
            yield call
        except ZcbulkError as error:
            call.answer, call.failure = error.answer, error.title
            raise
        finally:
            self._memory.called(
                CallRecord(
                    at,
                    cause,
                    why,
                    request,
                    _time() - began,
                    self._spending.budget.left,
                    call.answer,
                    call.failure,
                    job.ref,
                    job.label,
                )
            )

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
        for text in alerts(before, after):
            self.event(EventKind.ALERT, text, job, at=reading.read_at)

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


def _time() -> float:
    return asyncio.get_running_loop().time()
