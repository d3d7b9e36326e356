"""Replays traces: what a way of polling sees of them, and when."""

import asyncio
import contextlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from tests.benchmarks.traces import Trace
from tests.support.contexts import PROFILE, make_context
from tests.support.databases import memory_database
from tests.support.jobs import REF
from tests.support.virtual_time import run_virtual
from zcbulk_tui.creator.wire import parse_state
from zcbulk_tui.domain.budget import Pace, QuotaPlan, Reason
from zcbulk_tui.domain.call_limits import Slot
from zcbulk_tui.domain.job import Action, Counts, JobReading, JobRef, JobState, WatchedJob
from zcbulk_tui.domain.outlook import UNREAD, Outlook
from zcbulk_tui.domain.planner import Terms, wait
from zcbulk_tui.domain.progress import estimated_since, remember
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.domain.windows import Recalled
from zcbulk_tui.errors import Answer
from zcbulk_tui.monitor.events import Event, JobChanged
from zcbulk_tui.monitor.monitor import Monitor
from zcbulk_tui.monitor.plan import Rule
from zcbulk_tui.monitor.quota_tracker import QuotaTracker
from zcbulk_tui.store.quota import CallLedger

MIDNIGHT = datetime(2026, 3, 11, tzinfo=UTC)
"""When a replay begins."""

AMPLE = QuotaPlan(daily_calls=10_000_000, share=1, reserve=0, zone=UTC)
"""A budget that no plan has to heed."""

_MOST_DAYS = 3


@dataclass(frozen=True, slots=True)
class Policy:
    """A way of polling.

    Attributes:
        name: As it is given on the command line.
        interval: Seconds between two polls of a job; None for the planner.
        dearer: By how much a call is dearer than the pace says.
    """

    name: str
    interval: float | None = None
    dearer: float = 1.0

    @property
    def rule(self) -> Rule:
        """What the monitor polls by."""
        seconds = self.interval
        if seconds is None and self.dearer == 1:
            return wait
        if seconds is None:
            return lambda ahead, on: wait(ahead, on._replace(price=on.price * self.dearer))

        def fixed(ahead: Outlook, _: Terms) -> tuple[float, Reason]:
            return 0.0 if ahead == UNREAD else seconds, Reason.ANY_TIME

        return fixed


@dataclass(slots=True)
class Watched:
    """What was seen of a trace.

    Attributes:
        trace: The trace.
        readings: When each poll came, in seconds of the trace, and what was known after it.
    """

    trace: Trace
    readings: list[tuple[float, JobSnapshot]] = field(default_factory=list)

    @property
    def delay(self) -> float:
        """Seconds from the job's end to the poll that saw it; infinite if none did."""
        at, snapshot = self.readings[-1] if self.readings else (0.0, None)
        seen = snapshot is not None and snapshot.is_final
        return at - self.trace.ended_at if seen else math.inf

    @property
    def shown_errors(self) -> Iterator[float]:
        """The error of the shown progress at each second, as a share of all records.

        What is shown is the last reading and what is estimated since, from the first reading on.
        """
        until = [at for at, _ in self.readings[1:]] + [math.inf]
        for (since, snapshot), before in zip(self.readings, until, strict=True):
            last, moves = snapshot.last, snapshot.motion
            if last is None or last.counts.processed is None or not self.trace.total:
                continue
            end = min(before, self.trace.ended_at)
            for second in range(math.ceil(since), math.ceil(end)):
                event = self.trace.at(second)
                if event.success is None or event.failed is None:
                    continue
                now = last.read_at + timedelta(seconds=second - since)
                shown = last.counts.processed + estimated_since(moves, last, now)
                yield abs(shown - event.success - event.failed) / self.trace.total


@dataclass(slots=True)
class Account:
    """What a day, or several, cost.

    Attributes:
        calls: When each was made, in seconds since midnight.
        by_day: How many were made on each day.
        least_reserve: The fewest calls that were ever left for commands.
    """

    calls: list[float] = field(default_factory=list)
    by_day: list[int] = field(default_factory=list)
    least_reserve: int = 0


def alone(trace: Trace, policy: Policy, pace: Pace, quota_plan: QuotaPlan) -> Watched:
    """Replays a trace on an account of its own."""
    if policy.interval is not None and quota_plan is AMPLE:
        return _by_the_clock(trace, policy.interval)
    (watched,), _ = together([trace], policy, pace, quota_plan)
    return watched


def together(
    traces: Sequence[Trace],
    policy: Policy,
    pace: Pace,
    quota_plan: QuotaPlan,
    *,
    is_one_form: bool = False,
) -> tuple[list[Watched], Account]:
    """Replays traces on one account, each from its start in the day.

    Args:
        traces: The jobs.
        policy: How they are polled.
        pace: What a call is worth.
        quota_plan: What may be spent.
        is_one_form: Whether all are jobs of one form, whose past is learnt; else each has its own.
    """

    async def replay() -> tuple[list[Watched], Account]:
        return await _Replay(traces, policy, pace, quota_plan, is_one_form=is_one_form).run()

    return run_virtual(replay())


def _by_the_clock(trace: Trace, interval: float) -> Watched:
    """Polls a trace at a fixed interval; as the monitor would, and a hundred times as fast."""
    watched = Watched(trace)
    job = _job(0)
    readings: tuple[JobReading, ...] = ()
    polls = math.ceil(trace.ended_at / interval)
    for at in (poll * interval for poll in range(polls + 1)):
        readings = remember(readings, reading_of(trace, at, MIDNIGHT + timedelta(seconds=at)))
        watched.readings.append((at, JobSnapshot(job, readings)))
    return watched


class _Replay:
    """The monitor over traces; it is the monitor's `JobApi` and its `Sink`."""

    def __init__(
        self,
        traces: Sequence[Trace],
        policy: Policy,
        pace: Pace,
        quota_plan: QuotaPlan,
        *,
        is_one_form: bool,
    ) -> None:
        self._watched = {
            _job(number, 0 if is_one_form else number).ref: Watched(trace)
            for number, trace in enumerate(traces)
        }
        self._policy = policy
        self._quota = QuotaTracker(
            CallLedger(memory_database(), PROFILE), quota_plan, pace=pace, now=_now
        )
        self._account = Account(least_reserve=self._quota.budget.reserve_left)
        self._left = len(traces)
        self._all_seen = asyncio.Event()

    async def run(self) -> tuple[list[Watched], Account]:
        context = make_context(clock=_time)
        monitor = Monitor(self, self, context, self._quota, rule=self._policy.rule, now=_now)
        # There is no other window to look at, and days to pass.
        seldom = patch("zcbulk_tui.monitor.monitor.TICK", 300.0)
        seldom.start()
        polling = asyncio.create_task(monitor.run())
        try:
            async with asyncio.timeout(_MOST_DAYS * 86400):
                for start, refs in self._starts():
                    await asyncio.sleep(start - _time())
                    jobs = [WatchedJob(ref, "", _now(), started_at=_now()) for ref in refs]
                    context.memory.know(jobs)
                    monitor.watch(Recalled(JobSnapshot(job)) for job in jobs)
                await self._all_seen.wait()
        except TimeoutError:
            pass
        polling.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await polling
        seldom.stop()
        days = range(int(_time() // 86400) + 1)
        self._account.by_day = [
            sum(day == at // 86400 for at in self._account.calls) for day in days
        ]
        return list(self._watched.values()), self._account

    def _starts(self) -> list[tuple[float, list[JobRef]]]:
        """The moments at which jobs start, and which."""
        starts: dict[float, list[JobRef]] = {}
        for ref, watched in self._watched.items():
            starts.setdefault(watched.trace.start or 0.0, []).append(ref)
        return sorted(starts.items())

    async def sign_in(self) -> None:
        """Nobody has to."""

    async def status(self, ref: JobRef, slot: Slot) -> JobReading:
        async with slot("GET status"):
            return self._read(ref)

    def _read(self, ref: JobRef) -> JobReading:
        trace = self._watched[ref].trace
        self._account.calls.append(_time())
        reserve = self._quota.budget.reserve_left
        self._account.least_reserve = min(self._account.least_reserve, reserve)
        return reading_of(trace, _time() - (trace.start or 0.0), _now())

    async def control(self, ref: JobRef, action: Action, slot: Slot) -> Answer:
        raise NotImplementedError

    def publish(self, event: Event) -> None:
        if not isinstance(event, JobChanged) or event.snapshot.last is None:
            return
        watched = self._watched[event.snapshot.ref]
        known = watched.readings[-1][1].last if watched.readings else None
        if event.snapshot.last is known:
            return
        watched.readings.append((_time() - (watched.trace.start or 0.0), event.snapshot))
        if event.snapshot.is_final:
            self._left -= 1
            if not self._left:
                self._all_seen.set()


def reading_of(trace: Trace, at: float, now: datetime) -> JobReading:
    """Returns what is read of a trace so many seconds after its start, as read at a moment."""
    event = trace.at(at)
    counts = Counts(trace.total, event.success, event.failed, event.unprocessed)
    state = parse_state(event.status)
    if at >= trace.ended_at and not state.is_final:
        state = JobState.COMPLETED  # the last event is the end, whatever word stands for it
    return JobReading(state, event.status, counts, now)


def _job(number: int, form: int = 0) -> WatchedJob:
    ref = JobRef(REF.origin, REF.owner, REF.app, f"{REF.form}{form}", str(number))
    return WatchedJob(ref, "", MIDNIGHT, started_at=MIDNIGHT)


def _now() -> datetime:
    return MIDNIGHT + timedelta(seconds=_time())


def _time() -> float:
    return asyncio.get_running_loop().time()
