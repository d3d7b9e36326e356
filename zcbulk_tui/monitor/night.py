"""A night: the window that polls judges its budget, ends it, and has its report written."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from zcbulk_tui.domain.insertion import QueueStop
from zcbulk_tui.domain.night import LATE, ErrorBudget, Night, NightPlan, exceeded
from zcbulk_tui.domain.night_text import LONGEST
from zcbulk_tui.domain.records import EventKind
from zcbulk_tui.errors import ConfigError, FaultError, ZcbulkError
from zcbulk_tui.monitor.events import NightChanged, ReportNotWritten, Sink
from zcbulk_tui.monitor.monitor import Monitor
from zcbulk_tui.monitor.parts import Part
from zcbulk_tui.monitor.ports import NightReports
from zcbulk_tui.monitor.profile_context import ProfileContext
from zcbulk_tui.monitor.recorder import Recorder
from zcbulk_tui.store.nights import Nights

TICK = 1.0
"""Seconds between two looks at the night."""

BY_BUDGET = "error budget"
"""Who a stop is by that the budget of a night has caused."""

_FIRST_WAIT, _LONGEST_WAIT = 30.0, 900.0
"""Seconds until a report is tried again that could not be written; twice as long each time."""


class _Wait(NamedTuple):
    """Why a report is not written yet.

    Attributes:
        until: In the loop's time.
        seconds: How long it waits.
        why: The title of the error.
    """

    until: float
    seconds: float
    why: str


class NightWatch(Part):
    """The night of a profile, as one window follows it.

    A night is stored: the window that polls goes on with it, whichever armed it. After a gap, as of
    a machine that slept, the first window that polls ends what should have ended.

    Args:
        monitor: Says whether this window polls, and how calls go.
        context: Where this window works.
        nights: Keeps the nights.
        reports: Writes their reports.
        sink: Takes the events.
        now: The time of day; aware.
        default_budget: What a night gets of which nothing else is said.

    Attributes:
        default_budget: See above.
        reports: See above.
        trouble: Why a report is not written yet; None where none waits.
    """

    part = "night watch"
    without_it = (
        "While this window polls, no night ends at its time, and no report is written; the queue "
        "still keeps to the budget."
    )

    def __init__(
        self,
        monitor: Monitor,
        context: ProfileContext,
        nights: Nights,
        reports: NightReports,
        sink: Sink,
        *,
        now: Callable[[], datetime],
        default_budget: ErrorBudget,
    ) -> None:
        self.default_budget = default_budget
        self.reports = reports
        self.trouble: ZcbulkError | None = None
        self._monitor = monitor
        self._operator = context.operator
        self._recorder = Recorder(context.memory, now)
        self._nights = nights
        self._sink = sink
        self._now = now
        self._shown: Night | None = None
        self._ended: Night | None = None
        self._waits: dict[int, _Wait] = {}
        self._written: set[int] = set()

    # What the user can ask for.

    def arm(self, plan: NightPlan) -> Night:
        """Arms a night, for every window.

        Raises:
            UsageError: One is armed already.
            ConfigError: It cannot be written; none is armed then.
            FaultError: Nothing would end it.
        """
        self.check_runs()
        night = arm(self._nights, self._recorder, plan, self._operator, self._now())
        self._show()
        return night

    def disarm(self, night: Night) -> bool:
        """Ends a night before its time, and has its report written; returns whether this did.

        Raises:
            ConfigError: It cannot be written; nothing is changed then.
            FaultError: Nothing would write its report.
        """
        self.check_runs()
        is_done = disarm(self._nights, self._recorder, night, self._operator, self._now())
        self._show()
        return is_done

    def judge(self) -> None:
        """Stops the queue if the budget of the night is exceeded; for the window that polls.

        Raises:
            ConfigError: The night cannot be read or written; nothing is changed then.
        """
        night = self._nights.current()
        if night is None or night.stopped_at is not None:
            return
        why = exceeded(night.budget, self._nights.jobs(night))
        if why is None:
            return
        stop = QueueStop(self._now(), why, BY_BUDGET)
        if self._nights.stop_queue(night, stop):
            self._recorder.event(EventKind.NIGHT, f"Queue stopped by the {BY_BUDGET}: {why}")

    # The loop.

    async def run(self) -> None:
        """Follows the night until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(TICK)

    async def look(self) -> None:
        """Looks at the night, and does what is due; where nothing can be read, the next time."""
        try:
            self._show()
            if not self._monitor.polls_for_all:
                return
            if self._shown is not None:
                self.judge()
                end_if_due(self._nights, self._recorder, self._shown, self._now())
                self._show()
            for night in self._nights.unreported(self._now() - LONGEST):
                await self._report(night)
            self._show()
        except ConfigError:
            return

    def _show(self) -> None:
        """Publishes a night that is new or has changed, one that has ended, and its report."""
        before, now = self._shown, self._nights.current()
        self._shown = now
        if before is not None and (now is None or now.id != before.id):
            self._ended = self._nights.find(before.id)
            self._sink.publish(NightChanged(now, self._ended))
        elif now != before:
            self._sink.publish(NightChanged(now))
        if self._ended is not None and self._ended.reported_at is None:
            found = self._nights.find(self._ended.id)
            if found is not None and found.reported_at is not None:
                self._ended = None
                self._sink.publish(NightChanged(now, found))

    async def _report(self, night: Night) -> None:
        wait = self._waits.get(night.id)
        if night.id in self._written or (wait is not None and wait.until > _time()):
            return
        self._ended = night
        try:
            await asyncio.to_thread(self.reports.write, night, self._monitor.service.own.no_token)
        except ZcbulkError as error:
            self._not_written(night, error)
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, the monitor goes on without it
            self._not_written(night, FaultError.of("The report", error))
            return
        self._waits.pop(night.id, None)
        self.trouble = None
        # Where that cannot be written down now, the report is not written again and again.
        self._written.add(night.id)
        self._nights.reported(night, self._now())
        self._recorder.event(EventKind.NIGHT, f"Report written: {night.report}")

    def _not_written(self, night: Night, error: ZcbulkError) -> None:
        wait = self._waits.get(night.id)
        seconds = min(wait.seconds * 2, _LONGEST_WAIT) if wait else _FIRST_WAIT
        self._waits[night.id] = _Wait(_time() + seconds, seconds, error.title)
        self.trouble = error
        if wait is None or wait.why != error.title:
            said = "The report of the night is not written yet; it is tried again"
            self._recorder.event(EventKind.NIGHT, said, error=error)
            self._sink.publish(ReportNotWritten(error.kept()))


def arm(nights: Nights, recorder: Recorder, plan: NightPlan, operator: str, now: datetime) -> Night:
    """Arms a night, and writes that down; for errors see `Nights.arm`."""
    night = nights.arm(plan, operator, now)
    until = f"{night.until.astimezone():%H:%M on %d %b}"
    said = f"Night until {until} armed by {operator}; the queue stops at: {night.budget}"
    recorder.event(EventKind.NIGHT, said)
    return night


def disarm(nights: Nights, recorder: Recorder, night: Night, operator: str, now: datetime) -> bool:
    """Ends a night before its time, and writes that down; for errors see `Nights.end`."""
    if not nights.end(night, now, operator):
        return False
    recorder.event(EventKind.NIGHT, f"Night disarmed by {operator}")
    return True


def end_if_due(nights: Nights, recorder: Recorder, night: Night, now: datetime) -> bool:
    """Ends a night whose time has come, and writes that down; returns whether this did.

    Raises:
        ConfigError: It cannot be written; nothing is changed then.
    """
    if now < night.until or not nights.end(night, now):
        return False
    said = f"Night ended, armed by {night.operator}"
    if now - night.until > LATE:
        said += f"; late: no window polled at {night.until.astimezone():%H:%M}"
    recorder.event(EventKind.NIGHT, said)
    return True


def _time() -> float:
    return asyncio.get_running_loop().time()
