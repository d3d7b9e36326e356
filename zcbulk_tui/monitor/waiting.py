"""Waiting until a poll is due that may be made."""

import asyncio
import contextlib
import math
from collections.abc import Callable

from zcbulk_tui.monitor.following import Follower
from zcbulk_tui.monitor.plan import Plan
from zcbulk_tui.monitor.quota_tracker import QuotaTracker
from zcbulk_tui.monitor.service import Service

_LOOK_UP = 60.0
"""Seconds after which the clock is looked at, whatever is due: the machine may have slept."""


class Waiting:
    """Returns when the next scheduled poll may be made.

    Args:
        plan: What is due.
        quota: What may be spent.
        service: How long Zoho is left in peace.
        follower: Whether this window polls.
        notice_clock: Called before each wait: the machine may have slept, or its clock been set.
        on_new_day: Called when another day of calls has begun.
    """

    def __init__(
        self,
        plan: Plan,
        quota: QuotaTracker,
        service: Service,
        follower: Follower,
        notice_clock: Callable[[], None],
        on_new_day: Callable[[], None],
    ) -> None:
        self._plan = plan
        self._quota = quota
        self._service = service
        self._follower = follower
        self._on_new_day = on_new_day
        self._notice_clock = notice_clock
        self._today = quota.budget.day.date
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Has it looked again: something has changed."""
        self._woken.set()

    async def until_due(self) -> None:
        """Waits until a poll is due that may be made."""
        while True:
            self._woken.clear()
            self._notice_clock()
            budget = self._quota.budget
            if not budget.left_for_polls:
                self._quota.look()
                budget = self._quota.budget
            if budget.day.date != self._today:
                self._today = budget.day.date
                self._on_new_day()
            wait = self._seconds()
            if wait <= 0:
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(wait, _LOOK_UP)):
                    await self._woken.wait()

    def is_over(self) -> bool:
        """Whether a poll is due now, and surely is this window's to make."""
        return self._follower.surely_polls() and self._seconds() <= 0

    def _seconds(self) -> float:
        due = self._plan.next_due()
        if due is None or self._service.paused or not self._follower.polls:
            return math.inf
        if not self._quota.budget.left_for_polls:
            return self._quota.seconds_to_reset
        return max(due - asyncio.get_running_loop().time(), self._service.held_for)
