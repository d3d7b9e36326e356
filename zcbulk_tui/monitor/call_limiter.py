"""The one gate that every call to Zoho goes through: 6 at once, 50 a minute [LIM][RLY]."""

import asyncio
import heapq
import itertools
from enum import IntEnum

from zcbulk_tui.domain.call_limits import CALLS_AT_ONCE
from zcbulk_tui.store.rate_limiter import RateLimiter


class Priority(IntEnum):
    """Who goes first when calls have to wait."""

    COMMAND = 0
    KEY = 1
    SCHEDULE = 2


class CallLimiter:
    """Lets calls through in order of priority, then of arrival.

    Args:
        rate_limiter: Has a place for each call that may be made in a minute, here or elsewhere.
    """

    def __init__(self, rate_limiter: RateLimiter) -> None:
        self._rate_limiter = rate_limiter
        self._in_flight = 0
        self._waiting: list[tuple[Priority, int, asyncio.Future[float]]] = []
        self._arrivals = itertools.count()
        self._timer: asyncio.TimerHandle | None = None

    async def enter(self, priority: Priority) -> float:
        """Waits until one call may be made, and counts it; returns its place in the minute."""
        turn: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (priority, next(self._arrivals), turn))
        self._admit()
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give_back(turn.result())
            raise

    def leave(self) -> None:
        """Ends a call."""
        self._in_flight -= 1
        self._admit()

    def give_back(self, place: float | None = None) -> None:
        """Ends a call that was not made after all; its place in the minute does not count.

        Args:
            place: That place; None for the one taken last.
        """
        self._rate_limiter.give_back(place)
        self.leave()

    def _admit(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        loop = asyncio.get_running_loop()
        while self._waiting and self._in_flight < CALLS_AT_ONCE:
            priority, _, turn = self._waiting[0]
            if turn.cancelled():
                heapq.heappop(self._waiting)
                continue
            wait = self._rate_limiter.take(urgent=priority is Priority.COMMAND)
            if wait > 0:
                self._timer = loop.call_later(wait, self._admit)
                return
            heapq.heappop(self._waiting)
            self._in_flight += 1
            turn.set_result(self._rate_limiter.taken_at)
