"""Two ways in which the time of day leaves the loop's time: this machine slept, or it was set.

Intervals are measured in the loop's time, which nobody can set. The time of day is for people: it
says when something happened, and which day it is. What is remembered in it moves along when it is
set, so that ages stay what they are.
"""

import asyncio
import sys
import time
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

_SLEPT = 5.0
"""Seconds by which the loop's time may lag before it counts as sleep."""

_SET = 1.0
"""Seconds by which the time of day may go wrong before it counts as set; a slow drift adds up."""


def awake_and_asleep() -> Callable[[], float] | None:
    """Returns a clock that nobody can set and that goes on while the machine sleeps.

    None where the system has none.
    """
    if hasattr(time, "CLOCK_BOOTTIME"):
        return lambda: time.clock_gettime(time.CLOCK_BOOTTIME)
    if sys.platform == "darwin":
        return lambda: time.clock_gettime(time.CLOCK_MONOTONIC)
    return None


class Moved(NamedTuple):
    """How the clocks have come apart.

    Attributes:
        slept: Seconds for which the machine slept, while the loop's time stood still.
        step: Seconds by which the time of day was set, forward or, below 0, back.
    """

    slept: float = 0.0
    step: float = 0.0


class ClockWatch:
    """Compares the time of day with clocks that nobody can set.

    Without a clock that goes on in sleep, a time of day that is set forward looks like sleep: some
    polls then come early, at most one for each job.

    Args:
        now: The time of day; aware.
        elapsed: A clock that goes on in sleep; None where there is none.
    """

    def __init__(
        self, now: Callable[[], datetime], elapsed: Callable[[], float] | None = None
    ) -> None:
        self._now = now
        self._elapsed = elapsed
        self._sleep_apart: float | None = None
        self._day_apart: float | None = None

    def look(self) -> Moved:
        """Returns what has happened to the clocks since the last call."""
        loop, day = asyncio.get_running_loop().time(), self._now().timestamp()
        elapsed = day if self._elapsed is None else self._elapsed()
        sleep_apart, day_apart = elapsed - loop, day - elapsed
        if self._sleep_apart is None or self._day_apart is None:
            self._sleep_apart, self._day_apart = sleep_apart, day_apart
        slept, step = sleep_apart - self._sleep_apart, day_apart - self._day_apart
        if self._elapsed is None:
            slept, step = max(slept, 0.0), min(slept, 0.0)
        slept, step = slept if slept > _SLEPT else 0.0, step if abs(step) > _SET else 0.0
        if slept or (step and self._elapsed is None):
            self._sleep_apart = sleep_apart
        if step:
            self._day_apart = day_apart
        return Moved(slept, step)
