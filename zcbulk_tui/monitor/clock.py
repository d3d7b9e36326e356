"""Noticing that this machine slept, while the loop's clock stood still."""

import asyncio
from collections.abc import Callable
from datetime import datetime

_TOLERANCE = 5.0
"""Seconds by which the clocks may come apart before it counts as sleep."""


class SleepWatch:
    """Compares the time of day with the loop's time, which does not pass while a machine sleeps.

    A time of day that is set forward looks the same: some polls then come early, no more.

    Args:
        now: The time of day; aware.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._apart: float | None = None

    def seconds(self) -> float:
        """Returns how long the machine has slept since the last time that this was asked for."""
        apart = self._now().timestamp() - asyncio.get_running_loop().time()
        slept = 0.0 if self._apart is None else apart - self._apart
        self._apart = apart
        return slept if slept > _TOLERANCE else 0.0
