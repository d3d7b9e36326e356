"""The limits on calls: in flight, by the minute and by the day, all for the whole account."""

from collections import deque
from dataclasses import dataclass

from zcbulk_tui.simulator.faults import RefusalError

MINUTE_SECONDS = 60.0
DAY_SECONDS = 86400.0


@dataclass(frozen=True, slots=True)
class Limits:
    """How many calls an account may make."""

    concurrent: int = 6
    """Concurrent calls [RLY]."""
    per_minute: int = 50
    """Calls in any 60 simulated seconds; of the units the sources give, the strictest [RLY]."""
    per_day: int | None = None
    """Calls from one simulated midnight, UTC, to the next [LIM]; None = no limit."""
    creates_per_minute: int | None = None
    """Jobs created in any 60 simulated seconds, as bulk read has it; None = no such limit."""
    retry_after: bool = False
    """Whether a refusal by the minute carries ``Retry-After``; no source shows one."""
    quota_refusal: str = "200-4000"
    """The answer once the calls of the day are spent, as a key of ``ERRORS``: that of [OAS], or
    403-4000, which is documented for another call [CUSTOM].
    """


class Meter:
    """Counts calls against limits. Refused calls are not counted, which is invented."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.in_flight = 0
        """Calls at work now, kept by the transports."""
        self._recent: deque[float] = deque()
        self._created: deque[float] = deque()
        self._day = -1
        self._calls_today = 0

    def count(self, now: float) -> None:
        """Count a call at a simulated moment.

        Raises:
            RefusalError: A limit is reached.
        """
        if self.in_flight > self.limits.concurrent:
            raise RefusalError("429-2955")
        if self.seconds_to_wait(now) > 0:
            raise RefusalError("429-2955")
        day = int(now // DAY_SECONDS)
        if day != self._day:
            self._day, self._calls_today = day, 0
        if self.limits.per_day is not None and self._calls_today >= self.limits.per_day:
            raise RefusalError(self.limits.quota_refusal)
        self._calls_today += 1
        self._recent.append(now)

    def count_create(self, now: float) -> None:
        """Count a create call, which has been counted as a call.

        Raises:
            RefusalError: The limit on them is reached.
        """
        _forget(self._created, now)
        limit = self.limits.creates_per_minute
        if limit is not None and len(self._created) >= limit:
            raise RefusalError("429-2955")
        self._created.append(now)

    def seconds_to_wait(self, now: float) -> float:
        """Simulated seconds until the limit by the minute has room for a call; 0 if it has."""
        _forget(self._recent, now)
        if len(self._recent) < self.limits.per_minute:
            return 0.0
        return self._recent[0] + MINUTE_SECONDS - now


def _forget(moments: deque[float], now: float) -> None:
    while moments and now - moments[0] >= MINUTE_SECONDS:
        moments.popleft()
