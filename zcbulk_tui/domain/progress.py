"""Rates, forecasts, and estimates between two polls.

Polls are measurements; everything here is an estimate, and is drawn as one.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from zcbulk_tui.domain.batch_rule import BATCH, batches_of
from zcbulk_tui.domain.job import JobReading, JobState

HISTORY = 8
"""Readings of a job that are worth keeping for the estimates."""

_MOVING = frozenset({JobState.IN_PROGRESS, JobState.UNKNOWN})
"""States in which counts may move; an unknown state may mean running."""

_NOISE = 2.2
"""Noise of a rate before any was seen: as if half of it came and went every ten seconds."""

_MOST_OFF = 0.4
"""Most that such noise makes a rate uncertain by, as a fraction of it, however short the time."""

_NOISE_STEPS = 3
"""Measured steps that weigh as much as that."""

_VAGUE = 0.4
"""Uncertainty of a rate, as a fraction of it, where the job began to move within the only step."""

_WANDERS = 0.02
"""Drift of even the steadiest rate, as a fraction of it."""

_CLOCK = 1.0
"""Least uncertainty of a forecast in seconds: counts grow in steps."""

_OVERDUE = 0.9
"""Share of a batch that counts as done once it takes longer than the rate says."""

_BATCHES_DIFFER = 0.2
"""Standard deviation of the time that a batch takes, as a fraction of it."""

_LATE_START = 0.75
"""Assumed moving fraction of an interval within which a job began to move."""

ESTIMATED = 1200.0
"""Seconds after a reading for which estimates hold; polls are no further apart."""

_DECILE = math.log(9)
"""Distance of the first and last decile of a logistic distribution from its middle, in spreads."""


class Begun(NamedTuple):
    """How much of a batch has been inserted that no count shows yet.

    Attributes:
        share: Of the batch; from 0 to 1.
        spread: Standard deviation of that share.
    """

    share: float
    spread: float


class Motion(NamedTuple):
    """How the counts of a job have moved lately.

    Attributes:
        rate: Records per second while moving; above 0.
        seconds: How long movement at that rate was observed.
        noise: Unsteadiness of the rate: the variance of the duration of an interval, in seconds
            squared per second.
        still: Seconds without movement before the last reading; 0 if there was some.
        vague: Whether the rate is only a lower bound, since the job began to move at an unknown
            time.
        begun: The batch that is being inserted, if the counts grow by whole batches.
    """

    rate: float
    seconds: float
    noise: float
    still: float
    vague: bool
    begun: Begun | None = None


class Forecast(NamedTuple):
    """When something may happen: a logistic distribution over time.

    Attributes:
        seconds: Until its middle, from the last reading.
        spread: Its scale, in seconds; 90 % of it lies within 2.9 spreads of the middle.
    """

    seconds: float
    spread: float


class Remaining(NamedTuple):
    """Remaining time of a job, in seconds from its last reading.

    Attributes:
        least: First decile of the forecast.
        most: Last decile of the forecast; infinite for a stalled job.
    """

    least: float
    most: float


def remember(readings: tuple[JobReading, ...], new: JobReading) -> tuple[JobReading, ...]:
    """Returns the readings with a new one, the last `HISTORY`, oldest first.

    Of a run of equal readings only the first and the last are kept.
    """
    if len(readings) > 1 and all(
        (old.state, old.counts) == (new.state, new.counts) for old in readings[-2:]
    ):
        readings = readings[:-1]
    return (*readings, new)[-HISTORY:]


def redated(readings: tuple[JobReading, ...], now: datetime) -> tuple[JobReading, ...]:
    """Returns readings re-dated by a clock that now shows `now`.

    A reading dated after its successor, or after now, proves that the clock was set back: it and
    all before it move back as far as necessary, and keep their distances.

    Args:
        readings: In order of arrival.
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
    """Returns how the counts move; None without observed movement, or in a state without any.

    Readings before the last step backwards are ignored: counts only shrink when the server starts
    over. Of the others, those are used in which as many records moved as are left.

    Args:
        readings: Oldest first.
        started_at: When the job was started, if known: its counts were 0 then.
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
    unseen = min(_NOISE, _MOST_OFF**2 * seconds)
    noise = (_NOISE_STEPS * unseen + scatter) / (_NOISE_STEPS + len(recent) - 1)
    if vague:
        noise += _VAGUE**2 * seconds
    begun = _begun(steps[-1], still, rate) if _grow_by_batches(readings) else None
    return Motion(rate, seconds, noise, still, vague, begun)


def finish(moves: Motion, left: int) -> Forecast:
    """Forecasts when `left` records will be processed at the observed rate.

    A batch is taken to last as long however few records it has, as the last one may.
    """
    takes, unsure = BATCH / moves.rate, _CLOCK
    seconds = left / moves.rate
    if moves.begun is not None:
        seconds = max(batches_of(left) - moves.begun.share, 0.0) * takes
        unsure = math.hypot(unsure, moves.begun.spread * takes)
    variance = (
        moves.noise * seconds * (1 + seconds / moves.seconds)
        + (_WANDERS * seconds) ** 2
        + unsure**2
    )
    return Forecast(seconds, math.sqrt(3 * variance) / math.pi)


def remaining(
    moves: Motion | None, last: JobReading, done: Forecast | None = None
) -> Remaining | None:
    """Returns the remaining time of a job; None when nothing recent supports a forecast.

    Args:
        moves: Movement of the counts up to the last reading.
        last: That reading.
        done: When it may finish, where more is known of that than how the counts moved.
    """
    left = last.counts.left
    if left is None or last.state is not JobState.IN_PROGRESS:
        return None
    forecast = finish(moves, left) if done is None and moves is not None else done
    if forecast is None:
        return None
    margin = forecast.spread * _DECILE
    most = math.inf if moves is not None and moves.still else forecast.seconds + margin
    return Remaining(max(forecast.seconds - margin, 0.0), most)


def estimated_since(moves: Motion | None, last: JobReading, now: datetime) -> int:
    """Estimates the records processed since the last reading.

    At the measured rate for as long as it was measured, then at the rate of the upper bound of the
    remaining time; constant once the reading is old. 0 for a job that stood still at its last
    reading, and never all that is left: only a poll can prove that a job is finished.

    Args:
        moves: Movement of the counts up to the last reading.
        last: That reading.
        now: Aware.
    """
    left, within = last.counts.left, remaining(moves, last)
    if moves is None or moves.still or not left or within is None:
        return 0
    age = min(max((now - last.read_at).total_seconds(), 0.0), ESTIMATED)
    sure = min(age, moves.seconds)
    moved = moves.rate * sure + left / within.most * (age - sure)
    return min(int(moved), left - 1)


class _Step(NamedTuple):
    """Movement between two readings."""

    seconds: float
    records: int


def _steps(readings: Sequence[JobReading], started_at: datetime | None) -> tuple[list[_Step], bool]:
    """Returns the steps since the job began to move, and whether that was within the first."""
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


def _grow_by_batches(readings: Sequence[JobReading]) -> bool:
    """Whether no count ever showed a part of a batch."""
    shown = [reading.counts for reading in readings if reading.counts.processed is not None]
    return all(it.processed == it.total or not (it.processed or 0) % BATCH for it in shown)


def _begun(last: _Step, still: float, rate: float) -> Begun:
    """Returns how much of the batch is done that began in the last step with movement."""
    takes = BATCH / rate
    least = min(still / takes, _OVERDUE)
    most = max(min((still + last.seconds) / takes, 1.0), least)
    return Begun((least + most) / 2, math.hypot((most - least) / math.sqrt(12), _BATCHES_DIFFER))


def _recent(steps: list[_Step], left: int) -> list[_Step]:
    """Returns the last steps in which `left` records moved, at least two if there are."""
    moved = 0
    for used, step in enumerate(reversed(steps), 1):
        moved += step.records
        if used > 1 and moved >= left:
            return steps[-used:]
    return steps
