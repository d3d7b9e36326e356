"""Simulated time: an injected clock, run faster or slower."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], float]
"""Seconds since the epoch, or since anything else a test prefers."""


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""As Creator writes them, whatever the locale of this machine [OAS]."""


def written(moment: float) -> str:
    """A moment in UTC as ``dd-MMM-yyyy HH:mm:ss`` [OAS]."""
    time = datetime.fromtimestamp(moment, UTC)
    return f"{time:%d}-{MONTHS[time.month - 1]}-{time:%Y %H:%M:%S}"


class Timeline:
    """Turns the seconds of a clock into simulated seconds.

    Both agree at the moment of creation, ``start``; from there simulated time runs ``speed`` times
    as fast.
    """

    def __init__(self, clock: Clock, speed: float = 1.0) -> None:
        if speed <= 0:
            raise ValueError("speed must be above 0")
        self._clock = clock
        self.speed = speed
        self.start = clock()

    def now(self) -> float:
        """The simulated moment, in the clock's own scale."""
        return self.start + (self._clock() - self.start) * self.speed
