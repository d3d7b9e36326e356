"""The heartbeat for those outside: sent as long as jobs are watched, and nothing is red.

Its silence is the alarm, so that it is also given when this machine dies. It stops for whatever
leaves jobs unwatched, a pause by the user included.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from zcbulk_tui.domain.records import EventKind
from zcbulk_tui.errors import FaultError, ZcbulkError
from zcbulk_tui.monitor.monitor import Monitor
from zcbulk_tui.monitor.parts import Part
from zcbulk_tui.monitor.profile_context import ProfileContext
from zcbulk_tui.monitor.recorder import Recorder

OVERDUE = timedelta(minutes=3)
"""How late a poll may be: a call, its retries and the turn of others take no longer."""

_TICK = 5.0
"""Seconds between two looks whether what keeps it from being sent has passed."""

_LEAST = 1.0
"""Seconds between two heartbeats, however long the first one took."""

_ELSEWHERE = "another window polls"
"""Why it is not sent from here, which is no news: that window sends it."""


class Heartbeat(Part):
    """Sends a heartbeat every so many seconds while all is well.

    Args:
        monitor: Watches the jobs.
        context: Where this window works.
        send: Sends one; raises `ZcbulkError` where it does not arrive.
        period: Seconds between two of them.
        is_red: Returns whether something needs somebody at once.
        now: The time of day; aware.
    """

    part = "heartbeat"
    without_it = "No heartbeat is sent any more."

    def __init__(
        self,
        monitor: Monitor,
        context: ProfileContext,
        send: Callable[[], Awaitable[None]],
        *,
        period: float,
        is_red: Callable[[], bool],
        now: Callable[[], datetime],
    ) -> None:
        self._monitor = monitor
        self._context = context
        self._send = send
        self._period = period
        self._is_red = is_red
        self._now = now
        self._recorder = Recorder(context.memory, now)
        self._silent = _ELSEWHERE
        self._lost = ""

    async def run(self) -> None:
        """Sends until cancelled."""
        while True:
            began = _time()
            self._note(why := self.why_silent())
            if why:
                await asyncio.sleep(_TICK)
                continue
            await self._beat()
            await asyncio.sleep(max(began + self._period - _time(), _LEAST))

    def why_silent(self) -> str:
        """Returns why no heartbeat is sent now, as a clause; empty where one is."""
        monitor, service = self._monitor, self._monitor.service.own
        if not monitor.polls_for_all:
            return _ELSEWHERE
        if self._context.memory.trouble:
            return "what happens is not saved"
        if not self._context.windows.is_sure:
            return _ELSEWHERE
        if service.failed:
            return f"the {service.failed[0]} failed"
        if service.paused:
            return "polls are paused"
        if service.no_token is not None:
            return "no call can be signed"
        if service.answered is False:
            return "the last call was not answered"
        latest = self._now() - OVERDUE
        due = [snapshot.next_poll_at for snapshot in monitor.snapshots()]
        if any(at is not None and at < latest for at in due):
            return "a poll is overdue"
        return "something is critical" if self._is_red() else ""

    async def _beat(self) -> None:
        try:
            await self._send()
        except ZcbulkError as error:
            self._fail(error)
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, the monitor goes on without it
            self._fail(FaultError.of("The heartbeat", error))
            return
        if self._lost:
            self._recorder.event(EventKind.HEARTBEAT, "The heartbeat arrives again")
        self._lost = ""

    def _fail(self, error: ZcbulkError) -> None:
        if self._lost != error.title:
            self._recorder.event(EventKind.HEARTBEAT, error.title, error=error)
        self._lost = error.title

    def _note(self, why: str) -> None:
        """Writes down once that it stops, and once that it goes on."""
        before, self._silent = self._silent, why
        # What has not begun does not stop.
        if why == before or _ELSEWHERE in (why, before):
            return
        text = f"The heartbeat stops: {why}" if why else "The heartbeat goes on"
        self._recorder.event(EventKind.HEARTBEAT, text)


def _time() -> float:
    return asyncio.get_running_loop().time()
