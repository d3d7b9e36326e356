"""How fast a job moves, when it may be done, and where it may be between two polls.

What a poll said is measured; everything here is an estimate, and is drawn as one.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from zcbulk_tui.domain.job import JobReading, JobState

HISTORY = 8
"""Readings of a job that are worth keeping for the estimates."""

_MARGIN = 0.1
"""The least width of a forecast, as a share of each side: Zoho's speed is never that steady."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a job has moved over its recent readings, in records a second.

    Attributes:
        mean: Over all of them together.
        slowest: Between the two readings with the least in between; 0 for a stall.
        fastest: Between the two with the most.
    """

    mean: float
    slowest: float
    fastest: float


@dataclass(frozen=True, slots=True)
class Remaining:
    """How long a job still takes, in seconds from its last reading."""

    least: float
    most: float


def pace(readings: Sequence[JobReading]) -> Pace | None:
    """Returns the pace over `readings`, oldest first; None when they do not tell one.

    Readings from before the last step backwards are not used: counts only shrink when the server
    has begun anew.
    """
    points: list[tuple[float, int]] = []
    for reading in readings:
        done = reading.counts.processed
        if reading.state is not JobState.IN_PROGRESS or done is None:
            continue
        if points and done < points[-1][1]:
            points.clear()
        points.append((reading.read_at.timestamp(), done))
    steps = [
        (later - earlier, after - before)
        for (earlier, before), (later, after) in itertools.pairwise(points)
        if later > earlier
    ]
    seconds = sum(duration for duration, _ in steps)
    if not seconds:
        return None
    speeds = [records / duration for duration, records in steps]
    return Pace(sum(records for _, records in steps) / seconds, min(speeds), max(speeds))


def remaining(readings: Sequence[JobReading]) -> Remaining | None:
    """Returns how long the job still takes; None when nothing recent supports a forecast."""
    speed = pace(readings)
    if speed is None or speed.mean <= 0:
        return None
    last = readings[-1]
    left = last.counts.left
    if left is None or last.state is not JobState.IN_PROGRESS:
        return None
    # A stall says nothing about the speed after it: the slow end is then half the mean.
    slow = max(min(speed.slowest, speed.mean * (1 - _MARGIN)), speed.mean / 2)
    fast = max(speed.fastest, speed.mean * (1 + _MARGIN))
    return Remaining(left / fast, left / slow)


def estimated_since(readings: Sequence[JobReading], now: datetime) -> int:
    """Records that have probably been processed since the last reading.

    At most what the mean pace brings in as long again as the last two readings are apart, and
    never all of what is left: only a poll can say that a job is done.
    """
    if len(readings) < 2:
        return 0
    last, before = readings[-1], readings[-2]
    speed = pace(readings)
    left = last.counts.left
    if speed is None or not left or last.state is not JobState.IN_PROGRESS:
        return 0
    trusted = (last.read_at - before.read_at).total_seconds() * 2
    age = max(min((now - last.read_at).total_seconds(), trusted), 0.0)
    return min(int(speed.mean * age), left - 1)
