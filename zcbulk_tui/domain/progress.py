"""How fast a job moves, when it may be done, and where it may be between two polls.

What a poll said is measured; everything here is an estimate, and is drawn as one.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from zcbulk_tui.domain.job import JobReading, JobState

HISTORY = 8
"""Readings of a job that are worth keeping for the estimates: with 12 none became any better."""

_MOVING = frozenset({JobState.IN_PROGRESS, JobState.UNKNOWN})
"""States in which counts may move; a name that we do not know may be one for running."""

_PRIOR = 0.3
"""How far a speed may be off that was seen once, as a share of it."""

_PRIOR_VAGUE = 0.8
"""The same where the job began to move at an unknown moment of the time it was seen for."""

_WANDERS = 0.08
"""How far a speed wanders off on the way, however steady it was, as a share of it."""

_CLOCK = 1.0
"""Seconds by which any forecast is off: counts grow by steps."""

_LATE_START = 0.75
"""Share of a stretch that a job is taken to have moved for when it began somewhere within it."""

_ESTIMATED = 1200.0
"""Seconds after a reading for which anything is estimated; polls are not further apart."""

_DECILE = math.log(9)
"""From the middle of a logistic distribution to its first and last tenth, in spreads."""


@dataclass(frozen=True, slots=True)
class Motion:
    """How the counts of a job have moved of late.

    Attributes:
        rate: Records a second while it moved; above 0.
        seconds: How long it was seen to move at that rate.
        noise: How unsteady the rate is: the variance of the time that a stretch takes, in seconds
            squared for each second of it.
        still: Seconds before the last reading in which nothing moved; 0 if something did.
        vague: Whether the rate is only the least that it can be, since the job began to move at an
            unknown moment of the time.
    """

    rate: float
    seconds: float
    noise: float
    still: float
    vague: bool


@dataclass(frozen=True, slots=True)
class Forecast:
    """When something may happen: a logistic distribution over time.

    Attributes:
        seconds: Until its middle, from the last reading.
        spread: Its scale, in seconds; 0.9 of it in all lies within 2.9 of these on each side.
    """

    seconds: float
    spread: float


@dataclass(frozen=True, slots=True)
class Remaining:
    """How long a job still takes, in seconds from its last reading.

    Attributes:
        least: It will hardly be sooner.
        most: It will hardly be later; infinite for a job that stands still.
    """

    least: float
    most: float


def remember(readings: tuple[JobReading, ...], new: JobReading) -> tuple[JobReading, ...]:
    """Returns the readings with a new one, as many as are worth keeping, oldest first.

    Of a row of readings that say the same, the first and the last tell all.
    """
    if len(readings) > 1 and all(
        (old.state, old.counts) == (new.state, new.counts) for old in readings[-2:]
    ):
        readings = readings[:-1]
    return (*readings, new)[-HISTORY:]


def redated(readings: tuple[JobReading, ...], now: datetime) -> tuple[JobReading, ...]:
    """Returns readings, oldest first, as a clock would have dated them that now shows `now`.

    Where one seems to be later than the one after it, or than now, the clock was set back: it and
    all before it move back as far as they must, and keep their distances.

    Args:
        readings: In the order in which they came.
        now: Aware.
    """
    latest, back, found = now, timedelta(0), []
    for reading in reversed(readings):
        at = reading.read_at - back
        if at > latest:
            back += at - latest
            at = latest
        found.append(reading if at == reading.read_at else replace(reading, read_at=at))
        latest = at
    return tuple(reversed(found)) if back else readings


def motion(readings: Sequence[JobReading], started_at: datetime | None = None) -> Motion | None:
    """Returns how the counts move; None when they have not been seen to, or move no more.

    Readings from before the last step backwards are not used: counts only shrink when the server
    has begun anew. Of the rest those are used in which as many records moved as are left.

    Args:
        readings: Oldest first.
        started_at: When the job was started, as far as it is known: its counts were 0 then.
    """
    if not readings or readings[-1].state not in _MOVING:
        return None
    steps, began_within = _steps(readings, started_at)
    still = 0.0
    while steps and not steps[-1].records:
        still += steps.pop().seconds
    if not steps:
        return None
    vague = began_within and len(steps) == 1
    if began_within and len(steps) > 2:
        del steps[0]
    elif began_within:
        steps[0] = _Step(steps[0].seconds * _LATE_START, steps[0].records)
    recent = _recent(steps, readings[-1].counts.left or 0)
    seconds = sum(step.seconds for step in recent)
    rate = sum(step.records for step in recent) / seconds
    if not rate:
        return None
    scatter = sum((step.records / rate - step.seconds) ** 2 / step.seconds for step in recent)
    prior = _PRIOR_VAGUE if vague else _PRIOR
    return Motion(rate, seconds, (prior**2 * seconds + scatter) / len(recent), still, vague)


def finish(moves: Motion, left: int) -> Forecast:
    """Returns when `left` records will have been processed at the rate that was seen."""
    seconds = left / moves.rate
    variance = (
        moves.noise * seconds * (1 + seconds / moves.seconds)
        + (_WANDERS * seconds) ** 2
        + _CLOCK**2
    )
    return Forecast(seconds, math.sqrt(3 * variance) / math.pi)


def remaining(moves: Motion | None, last: JobReading) -> Remaining | None:
    """Returns how long the job still takes; None when nothing recent supports a forecast.

    Args:
        moves: How the counts moved up to the last reading.
        last: That reading.
    """
    left = last.counts.left
    if moves is None or left is None or last.state is not JobState.IN_PROGRESS:
        return None
    forecast = finish(moves, left)
    margin = forecast.spread * _DECILE
    most = math.inf if moves.still else forecast.seconds + margin
    return Remaining(max(forecast.seconds - margin, 0.0), most)


def estimated_since(moves: Motion | None, last: JobReading, now: datetime) -> int:
    """Records that have probably been processed since the last reading.

    What the rate brings in as long as it was seen for, and from then on what it brings if the job
    takes as long as it may; no more once the reading is old. Nothing for a job that stood still
    when it was last read, and never all of what is left: only a poll can say that a job is done.

    Args:
        moves: How the counts moved up to the last reading.
        last: That reading.
        now: Aware.
    """
    left, within = last.counts.left, remaining(moves, last)
    if moves is None or moves.still or not left or within is None:
        return 0
    age = min(max((now - last.read_at).total_seconds(), 0.0), _ESTIMATED)
    sure = min(age, moves.seconds)
    moved = moves.rate * sure + left / within.most * (age - sure)
    return min(int(moved), left - 1)


class _Step(NamedTuple):
    """What moved between two readings."""

    seconds: float
    records: int


def _steps(readings: Sequence[JobReading], started_at: datetime | None) -> tuple[list[_Step], bool]:
    """Returns the steps since the job began to move, and whether it did so within the first."""
    points = [
        (reading.read_at.timestamp(), reading.counts.processed)
        for reading in readings
        if reading.state in _MOVING and reading.counts.processed is not None
    ]
    if started_at is not None and points and started_at.timestamp() < points[0][0]:
        points.insert(0, (started_at.timestamp(), 0))
    steps: list[_Step] = []
    began_within = False
    for (earlier, before), (later, after) in itertools.pairwise(points):
        if after < before:
            steps.clear()
        elif later > earlier and (steps or after > before):
            began_within = not before if not steps else began_within
            steps.append(_Step(later - earlier, after - before))
    return steps, began_within


def _recent(steps: list[_Step], left: int) -> list[_Step]:
    """Returns the last steps, at least two if there are, in which `left` records moved."""
    moved = 0
    for used, step in enumerate(reversed(steps), 1):
        moved += step.records
        if used > 1 and moved >= left:
            return steps[-used:]
    return steps
