"""The one thing about a job that may need its operator, the worst first."""

from enum import IntEnum
from itertools import takewhile
from typing import NamedTuple

from zcbulk_tui.domain.deadlines import start_by
from zcbulk_tui.domain.job import JobState
from zcbulk_tui.domain.lineage import Chain
from zcbulk_tui.domain.risk import Level
from zcbulk_tui.domain.snapshot import JobSnapshot

STUCK = 600.0
"""Seconds for which the counts of a running job may stay the same before it counts as stuck."""

SLOW = 1 / 3
"""A job is slow below this part of its mean rate over the readings that are kept."""

_LEAST_SLOW = 60.0
"""Seconds for which it must have been that slow: rates of shorter times vary."""

_ENDED_BADLY = frozenset({JobState.SYSTEM_ABORTED, JobState.FAILED, JobState.EXPIRED})


class Concern(IntEnum):
    """What may be wrong with a job, from the worst down."""

    OVER_LIMIT = 0
    """More batches have failed than Zoho allows."""

    MAY_BE_ABORTED = 1
    """It may be aborted for its failures before its end."""

    UNCLEAR = 2
    """What became of a start or an abort is not known."""

    NO_ANSWER = 3
    """Its last poll brought no reading."""

    STUCK = 4
    """It runs, and its counts do not move."""

    START = 5
    """It expires unless it is started."""

    SLOW = 6
    """It is much slower than it was, or slower than 9 of 10 past jobs of its form."""

    ENDED_BADLY = 7
    """Zoho aborted it, it failed, or it expired."""

    FAILURES = 8
    """Some of its records failed."""

    NONE = 9


class Assessment(NamedTuple):
    """A concern, and how grave it is among those of its kind.

    Attributes:
        concern: The worst of the job's concerns.
        weight: The graver, the larger: a chance, a share of failed records, seconds without
            movement; for START the deadline, negated, in seconds since the epoch.
    """

    concern: Concern
    weight: float = 0.0


def assess(snapshot: JobSnapshot) -> Assessment:
    """Returns the worst concern about a job; the same as long as its snapshot is the same."""
    last = snapshot.last
    if last is None:
        return Assessment(Concern.NO_ANSWER if snapshot.is_failing else Concern.NONE)
    if last.state is JobState.IN_PROGRESS:
        danger = snapshot.risk
        if danger is not None and danger.level is Level.RED:
            return Assessment(Concern.OVER_LIMIT, danger.least / max(danger.allowed, 1))
        if danger is not None and danger.level is Level.AMBER:
            return Assessment(Concern.MAY_BE_ABORTED, danger.chance)
    if snapshot.command is not None and snapshot.command.is_unclear and not snapshot.is_final:
        return Assessment(Concern.UNCLEAR)
    if snapshot.is_failing:
        return Assessment(Concern.NO_ANSWER)
    if last.state is JobState.IN_PROGRESS:
        still = unmoved(snapshot)
        if still >= STUCK:
            return Assessment(Concern.STUCK, still)
        if _is_slow(snapshot) or snapshot.is_slow_for_form:
            return Assessment(Concern.SLOW)
    if last.state.is_waiting:
        return Assessment(Concern.START, -start_by(snapshot.job).at.timestamp())
    if last.state in _ENDED_BADLY:
        return Assessment(Concern.ENDED_BADLY)
    if last.counts.failed:
        return Assessment(Concern.FAILURES, last.counts.failed / (last.counts.total or 1))
    return Assessment(Concern.NONE)


def assess_chain(newest: JobSnapshot, chain: Chain) -> Assessment:
    """Returns the worst concern about a chain: that about its newest job, by the net result.

    Args:
        newest: How its newest job stands.
        chain: The chain.
    """
    own = assess(newest)
    if chain.unclear and own.concern > Concern.UNCLEAR:
        return Assessment(Concern.UNCLEAR)
    if own.concern < Concern.FAILURES:
        return own
    counts = chain.counts
    if counts.failed:
        return Assessment(Concern.FAILURES, counts.failed / (counts.total or 1))
    return Assessment(Concern.NONE)


def unmoved(snapshot: JobSnapshot) -> float:
    """Returns for how many seconds the last readings of a job say the same; 0 without any."""
    last = snapshot.last
    if last is None:
        return 0.0
    same = takewhile(
        lambda reading: (reading.state, reading.counts) == (last.state, last.counts),
        reversed(snapshot.readings),
    )
    since = min(reading.read_at for reading in same)
    return (last.read_at - since).total_seconds()


def relative_speed(snapshot: JobSnapshot) -> float | None:
    """Returns how fast a job moved between its last two readings, as a share of before them.

    None where too little was measured to say so, or where its counts stood still.
    """
    moving = [
        (reading.read_at.timestamp(), reading.counts.processed)
        for reading in snapshot.readings
        if reading.state is JobState.IN_PROGRESS and reading.counts.processed is not None
    ]
    if len(moving) < 3:
        return None
    (first, first_count), (before, before_count), (now, now_count) = moving[0], *moving[-2:]
    if now - before < _LEAST_SLOW or before <= first or now_count <= before_count:
        return None
    mean = (before_count - first_count) / (before - first)
    return (now_count - before_count) / (now - before) / mean if mean > 0 else None


def _is_slow(snapshot: JobSnapshot) -> bool:
    """Whether a job moved much more slowly between its last two readings than before them."""
    speed = relative_speed(snapshot)
    return speed is not None and speed < SLOW
