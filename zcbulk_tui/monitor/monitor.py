"""The loop: wait until a job is due, ask about it, say what came back, plan the next time."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from zcbulk_tui.domain import backoff
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, JobRef, WatchedJob
from zcbulk_tui.domain.planner import Intervals, next_poll_in
from zcbulk_tui.domain.snapshot import ServiceSnapshot
from zcbulk_tui.errors import (
    AlreadyEndedError,
    BusyError,
    QuotaSpentError,
    ServiceError,
    UnclearError,
    UndocumentedError,
    UnreachableError,
    UsageError,
    ZcbulkError,
)
from zcbulk_tui.monitor.control import send
from zcbulk_tui.monitor.gate import CallGate, Priority
from zcbulk_tui.monitor.ports import (
    CommandEnded,
    JobApi,
    JobChanged,
    JobRemoved,
    ServiceChanged,
    Sink,
    WatchList,
)
from zcbulk_tui.monitor.schedule import Schedule
from zcbulk_tui.monitor.track import Track

SETTLE = 2.0
"""Seconds between the answer to a command and the poll that shows what it did."""

_UNANSWERED = (UnreachableError, UnclearError)


class Monitor:
    """Watches jobs and commands them. Everything happens on the loop that `run` runs on.

    A job has at most one call in flight, be it a poll or a command, and its next poll is planned
    only after the last one has ended: so readings are published in the order of their making.

    Args:
        api: Zoho Creator.
        sink: Takes the events.
        watch_list: Told of jobs that come and go.
        intervals: How often to poll.
        read_only: Whether commands are refused.
        now: The time of day; aware.
        luck: Random numbers from 0 to 1.
    """

    def __init__(
        self,
        api: JobApi,
        sink: Sink,
        watch_list: WatchList,
        *,
        intervals: Intervals | None = None,
        read_only: bool = False,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        luck: Callable[[], float] = random.random,
    ) -> None:
        self._api = api
        self._sink = sink
        self._watch_list = watch_list
        self._intervals = intervals or Intervals()
        self._read_only = read_only
        self._now = now
        self._luck = luck
        self._tracks: dict[JobRef, Track] = {}
        self._schedule = Schedule()
        self._service = ServiceSnapshot()
        self._gate = CallGate()
        self._held_until = 0.0
        self._wake = asyncio.Event()
        self._tasks: asyncio.TaskGroup | None = None

    # What the user can ask for.

    def watch(self, jobs: Iterable[WatchedJob]) -> None:
        """Begins to watch jobs that are on the watch list already."""
        for job in jobs:
            if job.ref not in self._tracks:
                self._tracks[job.ref] = Track(job)
                self._plan(self._tracks[job.ref], 0.0)

    def add(self, job: WatchedJob) -> None:
        """Puts a job on the watch list and begins to watch it.

        Raises:
            ConfigError: The watch list cannot be written; the job is not watched then.
        """
        self._watch_list.add(job)
        self.watch([job])
        self._publish(self._tracks[job.ref])

    def remove(self, ref: JobRef) -> None:
        """Takes a job off the watch list; nothing changes at Zoho.

        Raises:
            ConfigError: The watch list cannot be written; the job is still watched then.
        """
        self._watch_list.remove(ref)
        self._tracks.pop(ref, None)
        self._schedule.discard(ref)
        self._sink.publish(JobRemoved(ref))

    def poll_now(self, refs: Iterable[JobRef]) -> None:
        """Asks about jobs before their time: one call each, also where polls are paused or over.

        A job whose answer is under way, or that waits for its turn already, is not asked twice.
        """
        for ref in refs:
            if ref in self._tracks:
                self._ask_soon(self._tracks[ref], Priority.KEY)

    def pause(self, *, paused: bool) -> None:
        """Stops or resumes the scheduled polls of all jobs."""
        self._update_service(paused=paused)
        self._wake.set()

    async def command(self, ref: JobRef, action: Action) -> Command:
        """Starts or aborts a job: sent once, and never again by itself.

        After an unclear answer the polls tell what became of it; another `CommandEnded` follows.

        Returns:
            The command as the server's answer leaves it.
        """
        if self._read_only:
            raise UsageError("This is read-only", next_step="Restart without --read-only.")
        track = self._tracks[ref]
        async with track.lock:
            track.command = Command(action, self._now())
            self._publish(track)
            track.command = await send(self._api, ref, track.command, self._command_slot)
        command = track.command
        self._sink.publish(CommandEnded(track.job, command))
        self._note_answer(answered=not isinstance(command.error, _UNANSWERED))
        wait = SETTLE if command.outcome is Outcome.ACCEPTED else self._usual_wait(track)
        if command.error is not None:
            wait = self._hold_if_asked(command.error, failures=1) or wait
        self._conclude(track, wait)
        if command.outcome is Outcome.SENT or isinstance(command.error, AlreadyEndedError):
            self._ask_soon(track, Priority.COMMAND)
        return command

    async def run(self) -> None:
        """Polls until cancelled."""
        async with asyncio.TaskGroup() as self._tasks:
            while True:
                await self._until_due()
                await self._gate.enter(Priority.SCHEDULE)
                # The wait for the gate may have been long: what was due may not be any more.
                ref = self._schedule.pop_due(self._time()) if self._may_poll() else None
                track = self._tracks.get(ref) if ref else None
                if track is None or track.lock.locked():
                    self._gate.give_back()
                    continue
                await track.lock.acquire()
                self._tasks.create_task(self._admitted_poll(track))

    # One poll.

    def _ask_soon(self, track: Track, priority: Priority) -> None:
        if self._tasks is not None and not track.lock.locked() and not track.is_waiting:
            self._tasks.create_task(self._extra_poll(track, priority))

    async def _extra_poll(self, track: Track, priority: Priority) -> None:
        # The lock comes after the gate: a command must not wait for a poll that waits itself.
        track.is_waiting = True
        try:
            await self._gate.enter(priority)
        finally:
            track.is_waiting = False
        if track.lock.locked():
            self._gate.give_back()
            return
        await track.lock.acquire()
        await self._admitted_poll(track)

    async def _admitted_poll(self, track: Track) -> None:
        try:
            await self._poll(track)
        finally:
            self._gate.leave()
            track.lock.release()

    async def _poll(self, track: Track) -> None:
        self._count_call()
        settled = None
        try:
            reading = await self._api.status(track.job.ref)
        except ZcbulkError as error:
            wait = self._fail(track, error)
        else:
            settled = track.read(reading)
            self._note_answer(answered=True)
            wait = self._usual_wait(track)
        self._conclude(track, wait)
        if settled is not None:
            self._sink.publish(CommandEnded(track.job, settled))

    def _conclude(self, track: Track, wait: float | None) -> None:
        """After a call: plans the next poll and publishes, unless the job was removed meanwhile."""
        self._sink.publish(ServiceChanged(self._service))
        if self._tracks.get(track.job.ref) is track:
            self._plan(track, wait)
            self._publish(track)

    def _fail(self, track: Track, error: ZcbulkError) -> float | None:
        """Notes a failed poll; returns the seconds until the next one, None for never."""
        self._note_answer(answered=not isinstance(error, _UNANSWERED))
        track.fail(error, self._now())
        hold = self._hold_if_asked(error, track.failures)
        if hold is not None:
            return hold
        if isinstance(error, ServiceError):
            return backoff.delay(track.failures, self._luck(), error.retry_after)
        # A clear no stays a no; one that nobody can explain may pass.
        if isinstance(error, UndocumentedError):
            return backoff.delay(track.failures, self._luck())
        return None

    def _usual_wait(self, track: Track) -> float | None:
        """Seconds until the next poll by the last reading; a job never read waits for a key."""
        return next_poll_in(track.last.state, self._intervals) if track.last else None

    def _plan(self, track: Track, wait: float | None) -> None:
        ref = track.job.ref
        if wait is None:
            track.next_poll_at = None
            self._schedule.discard(ref)
            return
        track.next_poll_at = self._now() + timedelta(seconds=wait)
        self._schedule.put(ref, self._time() + wait)
        self._wake.set()

    # What concerns all jobs.

    async def _until_due(self) -> None:
        while True:
            self._wake.clear()
            due = None if self._service.paused else self._schedule.next_due()
            wait = None if due is None else max(due, self._held_until) - self._time()
            if wait is not None and wait <= 0:
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._wake.wait()

    def _may_poll(self) -> bool:
        return not self._service.paused and self._held_until <= self._time()

    def _hold_if_asked(self, error: ZcbulkError, failures: int) -> float | None:
        """Leaves Zoho in peace where it asks for it: no scheduled poll of any job for a while.

        Returns:
            For how many seconds; None where the error asks for nothing of the kind.
        """
        if isinstance(error, BusyError):
            asked = error.retry_after or backoff.BUSY
            seconds = backoff.delay(failures, self._luck(), asked)
        elif isinstance(error, QuotaSpentError):
            seconds = backoff.QUOTA
        else:
            return None
        self._held_until = max(self._held_until, self._time() + seconds)
        until = self._now() + timedelta(seconds=seconds)
        self._update_service(held_until=until, held_by=error)
        return seconds

    def _note_answer(self, *, answered: bool) -> None:
        if answered and self._held_until <= self._time() and self._service.held_by:
            self._update_service(held_until=None, held_by=None)
        if answered == self._service.answered:
            return
        outage_began = self._service.changed_at if self._service.answered is False else None
        self._update_service(answered=answered, changed_at=self._now())
        if outage_began is not None:
            self._bring_forward(outage_began)

    def _bring_forward(self, outage_began: datetime) -> None:
        """After an outage: asks at once about the jobs that it has hit.

        Not about those that failed before it: an answer that stays bad for one job looks like an
        outage that every answer for another job ends.
        """
        for track in self._tracks.values():
            hit = track.failing_since is not None and track.failing_since >= outage_began
            if hit and track.next_poll_at is not None and not track.lock.locked():
                self._plan(track, 0.0)

    @contextlib.asynccontextmanager
    async def _command_slot(self) -> AsyncIterator[None]:
        async with self._gate.call(Priority.COMMAND):
            self._count_call()
            yield

    def _count_call(self) -> None:
        # Told together with what the call brings, so that both are seen at once.
        self._service = replace(self._service, calls=self._service.calls + 1)

    def _update_service(self, **changes: Any) -> None:
        self._service = replace(self._service, **changes)
        self._sink.publish(ServiceChanged(self._service))

    def _publish(self, track: Track) -> None:
        self._sink.publish(JobChanged(track.snapshot()))

    @staticmethod
    def _time() -> float:
        return asyncio.get_running_loop().time()
