"""The loop: wait until a job is due, ask about it, say what came back, plan the next time."""

import asyncio
import contextlib
import math
import random
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, datetime

from zcbulk_tui.domain import backoff, planner
from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.day_plan import DayPlan
from zcbulk_tui.domain.job import Action, JobRef, WatchedJob
from zcbulk_tui.domain.planner import Pace
from zcbulk_tui.errors import (
    AlreadyEndedError,
    ServiceError,
    UndocumentedError,
    UsageError,
    ZcbulkError,
)
from zcbulk_tui.monitor.clock import SleepWatch
from zcbulk_tui.monitor.control import send
from zcbulk_tui.monitor.gate import CallGate, Priority
from zcbulk_tui.monitor.plan import Plan, Rule
from zcbulk_tui.monitor.ports import (
    CommandEnded,
    JobApi,
    JobChanged,
    JobRemoved,
    Sink,
    WatchList,
)
from zcbulk_tui.monitor.service import Service
from zcbulk_tui.monitor.spending import Spending
from zcbulk_tui.monitor.track import Track

SETTLE = 2.0
"""Seconds between the answer to a command and the poll that shows what it did."""

_LOOK_UP = 60.0
"""Seconds after which the clock is looked at, whatever is due: the machine may have slept."""


class Monitor:
    """Watches jobs and commands them. Everything happens on the loop that `run` runs on.

    A job has at most one call in flight, be it a poll or a command, and its next poll is planned
    only after the last one has ended: so readings are published in the order of their making.

    Args:
        api: Zoho Creator.
        sink: Takes the events.
        watch_list: Told of jobs that come and go.
        spending: What may be spent on calls.
        rule: Tells when a job is asked next.
        read_only: Whether commands are refused.
        now: The time of day; aware.
        luck: Random numbers from 0 to 1.
    """

    def __init__(
        self,
        api: JobApi,
        sink: Sink,
        watch_list: WatchList,
        spending: Spending,
        *,
        rule: Rule = planner.wait,
        read_only: bool = False,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        luck: Callable[[], float] = random.random,
    ) -> None:
        self._api = api
        self._sink = sink
        self._watch_list = watch_list
        self._spending = spending
        self._read_only = read_only
        self._now = now
        self._luck = luck
        self._tracks: dict[JobRef, Track] = {}
        self._plan = Plan(self._tracks, spending, rule, now)
        self._service = Service(sink, spending, now, luck)
        self._gate = CallGate()
        self._sign_in_failures = 0
        self._sleep = SleepWatch(now)
        self._today = spending.budget.day.date
        self._wake = asyncio.Event()
        self._tasks: asyncio.TaskGroup | None = None

    # What the user can ask for.

    def watch(self, jobs: Iterable[WatchedJob]) -> None:
        """Begins to watch jobs that are on the watch list already."""
        new = [Track(job) for job in jobs if job.ref not in self._tracks]
        self._tracks.update((track.job.ref, track) for track in new)
        for track in new:
            self._plan.by_rule(track)
        self._renew(at_once=True)
        self._wake.set()

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
        self._plan.discard(ref)
        self._sink.publish(JobRemoved(ref))
        self._renew(at_once=True)

    def poll_now(self, refs: Iterable[JobRef]) -> None:
        """Asks about jobs before their time: one call each, also where polls are paused or over.

        A job whose answer is under way, or that waits for its turn already, is not asked twice.

        Raises:
            QuotaSpentError: The day's calls do not allow it; nothing is asked then.
        """
        tracks = [self._tracks[ref] for ref in refs if ref in self._tracks]
        self._spending.check(len(tracks))
        for track in tracks:
            self._ask_soon(track, Priority.KEY)

    def set_pace(self, pace: Pace) -> None:
        """Sets how much waiting a call is worth, for all jobs."""
        self._spending.pace = pace
        self._respend()

    def set_focus(self, *, focused: bool) -> None:
        """Takes whether anybody looks."""
        self._spending.focused = focused
        self._respend()

    def enter_true_figure(self, used: int) -> None:
        """Takes the number of calls that everybody made today from Zoho's billing page."""
        self._spending.enter_true_figure(used)
        self._respend()

    def day_plan(self) -> DayPlan:
        """Returns the plan for the rest of the day."""
        return self._plan.of_the_day()

    def pause(self, *, paused: bool) -> None:
        """Stops or resumes the scheduled polls of all jobs."""
        self._service.pause(paused=paused)
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
            track.conclude(await send(self._api, ref, track.command, self._command_slot))
        command = track.command
        self._sink.publish(CommandEnded(track.job, command))
        self._plan.by_rule(track)
        if command.error is None:
            self._spending.not_spent()
            self._bring_forward(self._service.note_success())
        else:
            self._bring_forward(self._service.note_failure(command.error))
            wait = self._service.hold_if_asked(command.error, failures=1)
            if wait is not None:
                self._plan.retry(track, wait)
        self._tell(track)
        if command.outcome is Outcome.ACCEPTED:
            asyncio.get_running_loop().call_later(SETTLE, self._ask_soon, track, Priority.COMMAND)
        elif command.outcome is Outcome.SENT or isinstance(command.error, AlreadyEndedError):
            self._ask_soon(track, Priority.COMMAND)
        return command

    async def run(self) -> None:
        """Polls until cancelled."""
        async with asyncio.TaskGroup() as self._tasks:
            try:
                while True:
                    await self._poll_next()
            finally:
                self._tasks = None

    # One poll.

    async def _poll_next(self) -> None:
        await self._until_due()
        if not await self._can_sign():
            return
        await self._gate.enter(Priority.SCHEDULE)
        # The wait for the gate may have been long: what was due may not be any more.
        ref = self._plan.pop_due(self._time()) if self._may_poll() else None
        await self._admit(self._tracks.get(ref) if ref else None, Cause.PLAN)

    async def _can_sign(self) -> bool:
        """Whether a call can be signed; where it cannot, polls rest, and no call is counted."""
        failures = self._sign_in_failures + 1  # those that fail together have failed once
        try:
            await self._api.sign_in()
        except ZcbulkError as error:
            self._sign_in_failures = failures
            self._service.note_no_token(error, failures)
            return False
        self._sign_in_failures = 0
        self._service.note_token()
        return True

    def _ask_soon(self, track: Track, priority: Priority) -> None:
        if self._tasks is not None and not track.lock.locked() and not track.is_waiting:
            self._tasks.create_task(self._extra_poll(track, priority))

    async def _extra_poll(self, track: Track, priority: Priority) -> None:
        # The lock comes after the gate: a command must not wait for a poll that waits itself.
        track.is_waiting = True
        try:
            if not await self._can_sign():
                return
            await self._gate.enter(priority)
        finally:
            track.is_waiting = False
        cause = Cause.COMMAND if priority is Priority.COMMAND else Cause.KEY
        await self._admit(track if self._spending.budget.left_for(cause) else None, cause)

    async def _admit(self, track: Track | None, cause: Cause) -> None:
        """Makes a call that the gate has let through, unless there is no use for it any more.

        It is counted here, before anything else can happen: no two calls share one of the day's.
        """
        wanted = track is not None and self._tracks.get(track.job.ref) is track
        if track is None or not wanted or track.lock.locked() or self._tasks is None:
            self._gate.give_back()
            return
        self._spending.count(cause)
        await track.lock.acquire()
        self._tasks.create_task(self._admitted_poll(track))

    async def _admitted_poll(self, track: Track) -> None:
        try:
            await self._poll(track)
        finally:
            self._gate.leave()
            track.lock.release()

    async def _poll(self, track: Track) -> None:
        settled = None
        try:
            reading = await self._api.status(track.job.ref)
        except ZcbulkError as error:
            self._fail(track, error)
        else:
            settled = track.read(reading)
            self._plan.by_rule(track)
            self._bring_forward(self._service.note_success())
        self._tell(track)
        if settled is not None:
            self._sink.publish(CommandEnded(track.job, settled))

    def _fail(self, track: Track, error: ZcbulkError) -> None:
        """Notes a failed poll, and plans when to try again, if at all."""
        self._bring_forward(self._service.note_failure(error))
        track.fail(error, self._now())
        wait = self._service.hold_if_asked(error, track.failures)
        # A clear no stays a no; one that nobody can explain may pass.
        if wait is None and isinstance(error, ServiceError | UndocumentedError):
            asked = error.retry_after if isinstance(error, ServiceError) else None
            wait = backoff.delay(track.failures, self._luck(), asked)
        if wait is None:
            self._plan.never(track)
        else:
            self._plan.retry(track, wait)

    def _tell(self, track: Track) -> None:
        """After a call: publishes what it brought, and what it changed for the other jobs."""
        if self._tracks.get(track.job.ref) is track:
            self._wake.set()
            self._publish(track)
        self._renew()
        self._service.tell_spending()

    # What concerns all jobs.

    def _renew(self, *, at_once: bool = False) -> None:
        """Sets the terms anew, and tells of the polls that this moves."""
        for track in self._plan.renew(at_once=at_once):
            self._publish(track)

    def _respend(self) -> None:
        """After a change of what may be spent: plans all anew, and tells."""
        self._renew(at_once=True)
        self._wake.set()
        self._service.tell_spending()

    async def _until_due(self) -> None:
        while True:
            self._wake.clear()
            slept = self._sleep.seconds()
            if slept:
                self._plan.forward(slept)
                self._service.slept(slept)
            if not self._spending.budget.left_for_polls:
                self._spending.look()
            if self._spending.budget.day.date != self._today:
                self._today = self._spending.budget.day.date
                self._respend()
            wait = self._seconds_to_poll()
            if wait <= 0:
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(wait, _LOOK_UP)):
                    await self._wake.wait()

    def _seconds_to_poll(self) -> float:
        due = self._plan.next_due()
        if due is None or self._service.paused:
            return math.inf
        if not self._spending.budget.left_for_polls:
            return self._spending.seconds_to_reset
        return max(due - self._time(), self._service.held_for)

    def _may_poll(self) -> bool:
        return self._seconds_to_poll() <= 0

    def _bring_forward(self, outage_began: datetime | None) -> None:
        """After an outage, if there was one: asks at once about the jobs that it has hit.

        Not about those that failed before it: an answer that stays bad for one job looks like an
        outage that every answer for another job ends.
        """
        if outage_began is None:
            return
        for track in self._tracks.values():
            hit = track.failing_since is not None and track.failing_since >= outage_began
            if hit and track.next_poll_at is not None and not track.lock.locked():
                self._plan.retry(track, 0.0)
                self._wake.set()

    @contextlib.asynccontextmanager
    async def _command_slot(self) -> AsyncIterator[None]:
        async with self._gate.call(Priority.COMMAND):
            self._spending.count(Cause.COMMAND)
            yield

    def _publish(self, track: Track) -> None:
        self._sink.publish(JobChanged(track.snapshot()))

    @staticmethod
    def _time() -> float:
        return asyncio.get_running_loop().time()
