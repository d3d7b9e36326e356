"""Following jobs until they have ended: the sink of a monitor that somebody waits for."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from zcbulk_tui.domain.job import Counts, JobRef, WatchedJob
from zcbulk_tui.domain.snapshot import JobSnapshot, ServiceSnapshot
from zcbulk_tui.errors import (
    ExitCode,
    QuotaSpentError,
    ServiceError,
    SignedOutError,
    ZcbulkError,
)
from zcbulk_tui.monitor.events import Event, JobChanged, ServiceChanged


class ChangeKind(StrEnum):
    """What has changed."""

    READING = "reading"
    FAULT = "fault"
    ENDED = "ended"
    TIMEOUT = "timeout"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Change:
    """Something that whoever waits is told.

    Attributes:
        kind: What has changed.
        snapshot: The job; None where it concerns all of them.
        error: Why there is no reading, for now or for good; None where there is one.
        exit_code: That of the wait; None but for the last change.
    """

    kind: ChangeKind
    snapshot: JobSnapshot | None
    error: ZcbulkError | None = None
    exit_code: int | None = None


class UntilEnded:
    """Follows jobs until all have ended, or one; reports each change once.

    Args:
        jobs: The jobs, in the order of the reports.
        report: Takes the changes; must return at once.
        any_ends: Whether the first job that ends is the end of it.

    Attributes:
        over: Set when there is nothing left to wait for.
        exit_code: That of the wait, once it is over.
        is_late: Whether it has lasted long enough.
        snapshots: What is known of each job.
    """

    def __init__(
        self,
        jobs: Sequence[WatchedJob],
        report: Callable[[Change], None],
        *,
        any_ends: bool = False,
    ) -> None:
        self.over = asyncio.Event()
        self.exit_code: int = ExitCode.FINE
        self.is_late = False
        self.snapshots = {job.ref: JobSnapshot(job) for job in jobs}
        self._report = report
        self._any_ends = any_ends
        self._ended: dict[JobRef, ExitCode] = {}
        self._said: dict[JobRef, tuple[str, Counts]] = {}
        self._faults: dict[JobRef, str] = {}
        self._trouble = ""

    @property
    def open_jobs(self) -> list[WatchedJob]:
        """The jobs that have not ended."""
        return [it.job for ref, it in self.snapshots.items() if ref not in self._ended]

    def publish(self, event: Event) -> None:
        """See `Sink`."""
        if self.over.is_set():
            return
        match event:
            case JobChanged(snapshot) if snapshot.ref in self.snapshots:
                self._take(snapshot)
            case ServiceChanged(service):
                self._take_service(service)

    def time_out(self) -> None:
        """Ends the wait: it has lasted long enough."""
        self.is_late = not self.over.is_set()
        self._stop(ChangeKind.TIMEOUT, ExitCode.worst({*self._ended.values(), ExitCode.TIMEOUT}))

    def interrupt(self, exit_code: int) -> None:
        """Ends the wait: somebody wants that."""
        self._stop(ChangeKind.INTERRUPTED, exit_code)

    def _take(self, snapshot: JobSnapshot) -> None:
        ref = snapshot.ref
        self.snapshots[ref] = snapshot
        if ref in self._ended:
            return
        end = snapshot.exit_code
        if end is not None:
            self._end(snapshot, end)
        elif snapshot.fault is not None:
            error = snapshot.fault.error
            if self._faults.get(ref) != error.title:
                self._faults[ref] = error.title
                self._report(Change(ChangeKind.FAULT, snapshot, error))
        elif snapshot.last is not None:
            said = (snapshot.last.raw_state, snapshot.last.counts)
            was_fault = self._faults.pop(ref, None) is not None
            if was_fault or self._said.get(ref) != said:
                self._said[ref] = said
                self._report(Change(ChangeKind.READING, snapshot))

    def _end(self, snapshot: JobSnapshot, end: ExitCode) -> None:
        self._ended[snapshot.ref] = end
        is_over = self._any_ends or len(self._ended) == len(self.snapshots)
        exit_code = ExitCode.worst(self._ended.values()) if is_over else None
        fault = None if snapshot.is_final else snapshot.fault
        error = fault.error if fault is not None else None
        self._report(Change(ChangeKind.ENDED, snapshot, error, exit_code))
        if exit_code is not None:
            self._is_over(exit_code)

    def _take_service(self, service: ServiceSnapshot) -> None:
        error = _trouble(service)
        before, self._trouble = self._trouble, error.title if error is not None else ""
        if error is None or error.title == before:
            return
        # Beside a dashboard somebody may sign in again.
        is_end = isinstance(error, SignedOutError) and not service.poller
        exit_code = error.exit_code if is_end else None
        self._report(Change(ChangeKind.FAULT, None, error, exit_code))
        if exit_code is not None:
            self._is_over(exit_code)

    def _stop(self, kind: ChangeKind, exit_code: int) -> None:
        if self.over.is_set():
            return
        *others, last = (self.snapshots[job.ref] for job in self.open_jobs)
        for snapshot in others:
            self._report(Change(kind, snapshot))
        self._report(Change(kind, last, exit_code=exit_code))
        self._is_over(exit_code)

    def _is_over(self, exit_code: int) -> None:
        self.exit_code = exit_code
        self.over.set()


def _trouble(service: ServiceSnapshot) -> ZcbulkError | None:
    """What keeps all jobs from being read; a network that fails is a fault of each."""
    if service.paused:
        return ServiceError("Polls are paused", next_step="Press p in the dashboard to resume.")
    if service.held_by is not None:
        return service.held_by
    if service.spent is not None and not service.spent.allows_polls:
        return QuotaSpentError(
            "The calls that polls may use today are used up",
            "Polls go on when Zoho's day begins anew.",
        )
    return None
