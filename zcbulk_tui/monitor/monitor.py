"""The loop: wait until a job is due, ask about it, write down and say what came back, plan anew."""

import asyncio
import random
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from zcbulk_tui.domain import planner
from zcbulk_tui.domain.budget import Cause, Pace
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, JobReading, JobRef
from zcbulk_tui.domain.planner import DayPlan
from zcbulk_tui.domain.records import ControlRecord, EventKind
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.domain.windows import Recalled
from zcbulk_tui.errors import AlreadyEndedError, HeldError, UsageError, ZcbulkError
from zcbulk_tui.monitor.aftermath import Aftermath
from zcbulk_tui.monitor.call_limiter import CallLimiter, Priority
from zcbulk_tui.monitor.calls import Admission, Calls, Slots
from zcbulk_tui.monitor.clock import ClockWatch
from zcbulk_tui.monitor.control import Control, Sender, too_late
from zcbulk_tui.monitor.editing import Editing
from zcbulk_tui.monitor.events import CommandEnded, Sink
from zcbulk_tui.monitor.following import TICK, Follower
from zcbulk_tui.monitor.looks import Looks
from zcbulk_tui.monitor.plan import Plan, Rule
from zcbulk_tui.monitor.polled_job import PolledJob
from zcbulk_tui.monitor.ports import JobApi
from zcbulk_tui.monitor.profile_context import ProfileContext
from zcbulk_tui.monitor.quota_tracker import QuotaTracker
from zcbulk_tui.monitor.recorder import Recorder
from zcbulk_tui.monitor.service import Service
from zcbulk_tui.monitor.timekeeper import Timekeeper
from zcbulk_tui.monitor.waiting import Waiting

SETTLE = 2.0
"""Seconds between the answer to a command and the poll that shows what it did."""

_OF_OTHERS = 4.0
"""Seconds after which a job is read to which another window has sent a command.

By then that window has read it itself, unless it cannot.
"""

_RETRY, _AFTER_COMMAND = "retry", "settle"
"""Why a poll is made that no rule and no key asks for."""


class Monitor:
    """Watches jobs and commands them. Everything happens on the loop that `run` runs on.

    A job has at most one call in flight, be it a poll or a command, and its next poll is planned
    only after the last one has ended: so readings are published in the order of their making.

    Args:
        api: Zoho Creator.
        sink: Takes the events.
        context: Where this window works, and what it shares with the others.
        quota: What may be spent on calls.
        rule: Returns when a job is polled next.
        polls: Whether jobs are polled by a rule; else they are read only on request,
            or to see what became of a command.
        read_only: Whether commands are refused.
        is_signed_in: Returns at once whether there is a way to sign calls; asked every second.
        now: The time of day; aware.
        elapsed: A clock that nobody can set and that goes on while the machine sleeps; None where
            there is none.
        luck: Random numbers from 0 to 1.

    Attributes:
        calls: Makes the calls, others' too: they share the minute and the day.
        service: How the calls go, others' too.
    """

    def __init__(
        self,
        api: JobApi,
        sink: Sink,
        context: ProfileContext,
        quota: QuotaTracker,
        *,
        rule: Rule = planner.wait,
        polls: bool = True,
        read_only: bool = False,
        is_signed_in: Callable[[], bool] = lambda: True,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        elapsed: Callable[[], float] | None = None,
        luck: Callable[[], float] = random.random,
    ) -> None:
        self._api = api
        self._sink = sink
        self._context = context
        self._memory = context.memory
        self._quota = quota
        self._polls = polls
        self._read_only = read_only
        self._is_signed_in = is_signed_in
        self._was_signed_in = True
        self._now = now
        self._luck = luck
        self._polled_jobs: dict[JobRef, PolledJob] = {}
        self._plan = Plan(self._polled_jobs, quota, rule, now)
        self.service = Service(sink, quota, context.memory, now, luck, self._plan.bring_forward)
        self._limiter = CallLimiter(context.rate_limiter)
        self.calls = Calls(self._limiter, quota, context.memory, now)
        self._recorder = Recorder(context.memory, now)
        self._aftermath = Aftermath(context.memory, self._recorder, now)
        self._control = Control(api, context, self.calls, self._aftermath, now)
        self._follower = Follower(
            context,
            self._polled_jobs,
            self._plan,
            self.service,
            quota,
            self._recorder,
            sink,
            self._read_after_others,
            now,
        )
        editing = Editing(
            context,
            self._polled_jobs,
            self._follower,
            self._recorder,
            self._changed,
            lambda polled_job: self._ask_soon(polled_job, Priority.KEY, "e"),
        )
        self.add, self.edit, self.remove = editing.add, editing.edit, editing.remove
        self.adopt = editing.adopt
        self.put_back, self.change_environment = editing.put_back, editing.change_environment
        self._looks = Looks(self._aftermath, self.service, self._follower, self._look)
        self._timekeeper = Timekeeper(
            ClockWatch(now, elapsed),
            self._polled_jobs,
            self._plan,
            self.service,
            self._aftermath,
            self._publish,
        )
        self._sign_in_failures = 0
        self._waiting = Waiting(
            self._plan,
            quota,
            self.service,
            self._follower,
            self._timekeeper.notice,
            self._respend,
        )
        self._tasks: asyncio.TaskGroup | None = None

    # What the user can ask for.

    def watch(self, jobs: Iterable[Recalled]) -> None:
        """Begins to watch jobs that are on the watch list already, and publishes each."""
        self._timekeeper.notice()
        fresh = (job for job in jobs if job.snapshot.ref not in self._polled_jobs)
        past, contract = self._memory.form_past, self._context.contract
        new = [PolledJob(job, self._now(), past, contract) for job in fresh]
        self._polled_jobs.update((polled_job.job.ref, polled_job) for polled_job in new)
        for polled_job in new:
            self._plan.by_rule(polled_job)
            self._publish(polled_job)
            self._looks.later(polled_job)
        self._renew(at_once=True)
        self._waiting.wake()

    def poll_now(self, refs: Iterable[JobRef], *, key: str = "r") -> None:
        """Asks about jobs before their time: one call each, also where polls are paused or over.

        A job whose answer is under way, or that waits for its turn already, is not polled twice.

        Raises:
            QuotaSpentError: The day's calls do not allow it; no call is made then.
        """
        polled_jobs = [self._polled_jobs[ref] for ref in refs if ref in self._polled_jobs]
        self._quota.check(len(polled_jobs))
        for polled_job in polled_jobs:
            self._ask_soon(polled_job, Priority.KEY, key)

    def set_pace(self, pace: Pace) -> None:
        """Sets how much waiting a call is worth, for all jobs."""
        self._quota.pace = pace
        self._recorder.event(EventKind.PACE, pace.value)
        self._respend()

    def set_focus(self, *, focused: bool) -> None:
        """Takes whether anybody looks."""
        self._follower.focused = focused
        self._follower.heartbeat()
        self._respend()

    def enter_true_figure(self, used: int) -> None:
        """Takes the number of calls that everybody made today from Zoho's billing page."""
        self._quota.enter_true_figure(used)
        self._respend()

    def day_plan(self) -> DayPlan:
        """Returns the plan for the rest of the day."""
        return self._plan.of_the_day()

    def pause(self, *, paused: bool) -> None:
        """Stops or resumes the scheduled polls of all jobs."""
        self.service.pause(paused=paused)
        kind = EventKind.PAUSED if paused else EventKind.RESUMED
        self._recorder.event(kind, f"Polls {kind.value}")
        self._waiting.wake()

    async def command(
        self,
        ref: JobRef,
        action: Action,
        shown: JobReading | None = None,
        sender: Sender = Sender(),  # noqa: B008 - a constant
    ) -> Command:
        """Starts or aborts a job: sent once, and never again by itself.

        After an unclear answer the status is read at the times of `LOOKS` until it shows what
        became of it; another `CommandEnded` follows. Until then no other command is sent.

        Args:
            ref: The job.
            action: What to ask of it.
            shown: The reading on the screen when the user decided.
            sender: Who sends it.

        Returns:
            The command as the server's answer leaves it.

        Raises:
            HeldError: It was not sent, since an earlier command or a stop stands in its way.
            ConfigError: It was not sent, since whether there is a stop cannot be read.
            UsageError: It was not sent, since it makes no sense any more.
        """
        if self._read_only:
            raise UsageError("This is read-only", next_step="Restart without --read-only.")
        self._follower.catch_up()
        polled_job = self._polled_jobs.get(ref)
        if polled_job is None:
            raise too_late("Another window has taken the job off the list.")
        self._control.check(polled_job, action)
        async with polled_job.lock:
            self._follower.catch_up()
            self._follower.learn(polled_job)
            self._control.check(polled_job, action)
            try:
                record = self._control.begin(polled_job, action, shown, sender)
            except HeldError:
                self._follower.learn(polled_job)
                raise
            self._publish(polled_job)
            try:
                command = (await self._control.send(polled_job, record, sender)).command
            except asyncio.CancelledError:
                self._publish(polled_job)
                raise
        self._sink.publish(CommandEnded(polled_job.job, command))
        if command.outcome is Outcome.ACCEPTED and polled_job.last is None:
            self._plan.retry(polled_job, 2 * SETTLE)  # the poll that shows the effect is its first
        else:
            self._plan.by_rule(polled_job)
        if command.error is None:
            self._quota.not_spent()
            self.service.note_success()
        elif not isinstance(command.error, HeldError):  # else no call was made
            self.service.note_failure(command.error)
            wait = self.service.hold_if_asked(command.error, failures=1)
            if wait is not None:
                self._plan.retry(polled_job, wait)
        self._tell(polled_job)
        if command.outcome is Outcome.ACCEPTED:
            loop = asyncio.get_running_loop()
            loop.call_later(SETTLE, self._ask_soon, polled_job, Priority.COMMAND, _AFTER_COMMAND)
        elif isinstance(command.error, AlreadyEndedError):
            self._ask_soon(polled_job, Priority.COMMAND, _AFTER_COMMAND)
        self._looks.later(polled_job)
        return command

    @property
    def polls_for_all(self) -> bool:
        """Whether this window polls, and no other one."""
        return self._polls and self._follower.polls

    def snapshot(self, ref: JobRef) -> JobSnapshot | None:
        """Returns what is known of a job; None where it is not watched."""
        polled_job = self._polled_jobs.get(ref)
        return None if polled_job is None else polled_job.snapshot()

    def snapshots(self) -> Iterator[JobSnapshot]:
        """Returns what is known of each job."""
        return (polled_job.snapshot() for polled_job in self._polled_jobs.values())

    def is_looking(self, ref: JobRef) -> bool:
        """Whether some of the looks at what became of a job's last command are still to come."""
        return ref in self._polled_jobs and self._looks.are_to_come(self._polled_jobs[ref])

    async def run(self) -> None:
        """Polls until cancelled."""
        async with asyncio.TaskGroup() as self._tasks:
            following = self._tasks.create_task(self._follow())
            try:
                while self._polls:
                    await self._poll_next()
                await following
            finally:
                self._tasks = None
                following.cancel()
                for polled_job in self._polled_jobs.values():
                    polled_job.stop_looking()
                self._context.windows.leave()

    async def _follow(self) -> None:
        while True:
            self._timekeeper.notice()
            if self._follower.tick():
                self._respend()
                for polled_job in self._polled_jobs.values():
                    self._looks.later(polled_job)
            self._notice_sign_in()
            await asyncio.sleep(TICK)

    def _notice_sign_in(self) -> None:
        """Reports a login or logout in another terminal, also where no poll would meet it."""
        before, self._was_signed_in = self._was_signed_in, self._is_signed_in()
        # Where polls are planned, they try again by themselves.
        is_idle = self._plan.next_due() is None and self.service.awaits_token
        if self._tasks is not None and (self._was_signed_in is not before or is_idle):
            self._tasks.create_task(self._can_sign())

    # One poll.

    async def _poll_next(self) -> None:
        await self._waiting.until_due()
        if not await self._can_sign():
            return
        place = await self._limiter.enter(Priority.SCHEDULE)
        # The wait for the gate may have been long: what was due may not be any more.
        now = asyncio.get_running_loop().time()
        ref = self._plan.pop_due(now) if self._waiting.is_over() else None
        polled_job = self._polled_jobs.get(ref) if ref else None
        await self._admit(
            place, polled_job, Cause.PLAN, (polled_job and polled_job.reason) or _RETRY
        )

    async def _can_sign(self) -> bool:
        """Whether a call can be signed; where it cannot, polls rest, and no call is counted."""
        failures = self._sign_in_failures + 1  # those that fail together have failed once
        try:
            await self._api.sign_in()
        except ZcbulkError as error:
            self._sign_in_failures = failures
            self.service.note_no_token(error, failures)
            return False
        self._sign_in_failures = 0
        self.service.note_token()
        return True

    def _look(self, polled_job: PolledJob) -> bool:
        """Looks at what became of a job's last command; returns whether that can be done now."""
        if self._tasks is None or polled_job.lock.locked() or polled_job.is_waiting:
            return False
        self._ask_soon(polled_job, Priority.COMMAND, _AFTER_COMMAND)
        return True

    def _read_after_others(self, polled_job: PolledJob, reads_itself: bool) -> None:
        """Reads a job that another process has commanded, unless its effect is known by then."""
        loop, record = asyncio.get_running_loop(), polled_job.record
        noticed = loop.time()
        age = (self._now() - record.at).total_seconds() if record else 0.0

        def read() -> None:
            self._follower.learn(polled_job)
            is_seen = polled_job.record is not None and polled_job.record.settled is not None
            if self._follower.polls and polled_job.asked_at <= noticed and not is_seen:
                self._ask_soon(polled_job, Priority.COMMAND, _AFTER_COMMAND)

        # A script ends with its answer. The clock may have been set since.
        loop.call_later(_OF_OTHERS if reads_itself else SETTLE - min(max(age, 0.0), SETTLE), read)

    def _ask_soon(self, polled_job: PolledJob, priority: Priority, why: str) -> None:
        if self._tasks is not None and not polled_job.lock.locked() and not polled_job.is_waiting:
            self._tasks.create_task(self._extra_poll(polled_job, priority, why))

    async def _extra_poll(self, polled_job: PolledJob, priority: Priority, why: str) -> None:
        # The lock comes after the gate: a command must not wait for a poll that waits itself.
        polled_job.is_waiting = True
        try:
            if not await self._can_sign():
                self._looks.missed(polled_job)
                return
            place = await self._limiter.enter(priority)
        finally:
            polled_job.is_waiting = False
        cause = Cause.COMMAND if priority is Priority.COMMAND else Cause.KEY
        may = self._quota.budget.left_for(cause)
        if not may:
            self._looks.missed(polled_job)
        await self._admit(place, polled_job if may else None, cause, why)

    async def _admit(
        self, place: float, polled_job: PolledJob | None, cause: Cause, why: str
    ) -> None:
        """Makes a call that the gate has let through, unless there is no use for it any more.

        It is counted here, before anything else can happen: no two calls share one of the day's.
        """
        wanted = polled_job is not None and self._polled_jobs.get(polled_job.job.ref) is polled_job
        if polled_job is None or not wanted or polled_job.lock.locked() or self._tasks is None:
            self._limiter.give_back(place)
            return
        admission = self.calls.admit(place, cause)
        await polled_job.lock.acquire()
        self._tasks.create_task(self._admitted_poll(polled_job, admission, why))

    async def _admitted_poll(self, polled_job: PolledJob, admission: Admission, why: str) -> None:
        priority = Priority.COMMAND if admission.cause is Cause.COMMAND else Priority.KEY
        slots = Slots(self.calls, polled_job.job, admission.cause, why, priority, admission)
        try:
            await self._poll(polled_job, slots)
        finally:
            slots.close()
            polled_job.lock.release()

    async def _poll(self, polled_job: PolledJob, slots: Slots) -> None:
        asked = (
            self._aftermath.asking(polled_job.job.ref, polled_job.record)
            if polled_job.record
            else []
        )
        answer = await self._ask(polled_job, slots)
        self._timekeeper.notice()
        # What another window has read meanwhile comes first, and that window reports it.
        self._follower.catch_up()
        before, settled = polled_job.snapshot(), list[ControlRecord]()
        if isinstance(answer, ZcbulkError):
            self._fail(polled_job, answer)
            self._recorder.fault(before, answer)
        else:
            polled_job.read(answer, self._now())
            self._recorder.reading(before, polled_job.snapshot(), answer)
            settled = self._aftermath.read(asked, answer)
            for record in settled:
                polled_job.learn(record)
            self._plan.by_rule(polled_job)
            self.service.note_success()
        self._tell(polled_job)
        for record in settled:
            if record.command.outcome is not Outcome.ACCEPTED:
                self._sink.publish(CommandEnded(polled_job.job, record.command))

    async def _ask(self, polled_job: PolledJob, slots: Slots) -> JobReading | ZcbulkError:
        try:
            return await self._api.status(polled_job.job.ref, slots)
        except ZcbulkError as error:
            return error

    def _fail(self, polled_job: PolledJob, error: ZcbulkError) -> None:
        """Notes a failed poll, and plans when to try again, if at all."""
        self.service.note_failure(error)
        polled_job.fail(error, self._now())
        wait = self.service.hold_if_asked(error, polled_job.failures)
        if polled_job.is_given_up:
            self._plan.never(polled_job)
            return
        if wait is None:
            failing = sum(it.is_failing for it in self._polled_jobs.values())
            wait = self.service.retry_after(error, polled_job.failures, max(failing, 1))
        # The looks ask again. What more there was would cost more than was announced.
        self._plan.retry(polled_job, max(wait, self._aftermath.looks_last(polled_job.record)))

    def _tell(self, polled_job: PolledJob) -> None:
        """After a call: publishes what it brought, and what it changed for the other jobs."""
        self._waiting.wake()
        if self._polled_jobs.get(polled_job.job.ref) is polled_job:
            self._publish(polled_job)
            self._looks.later(polled_job)
        self._renew()
        self.service.report_quota()

    # What concerns all jobs.

    def _renew(self, *, at_once: bool = False) -> None:
        """Sets the terms anew, and publishes the polls that this moves."""
        for polled_job in self._plan.renew(at_once=at_once):
            self._publish(polled_job)

    def _respend(self) -> None:
        """After a change of what may be spent: plans all anew, and publishes the plan."""
        self._renew(at_once=True)
        self._waiting.wake()
        self.service.report_quota()

    def _changed(self) -> None:
        """After a change of what is watched."""
        self._renew(at_once=True)
        self._waiting.wake()

    def _publish(self, polled_job: PolledJob) -> None:
        self._follower.tell(polled_job)
