"""When to poll a job again: the one place that decides it, and the plan of the day that follows.

A call is worth what it shortens the wait for the news. Where the news may come with the chance
h(t) in each second t, and a call must save `price` seconds of waiting, asking is best spread over
time with the density sqrt(h(t) / (2 price)) (J. B. Keller, Optimum checking schedules for systems
subject to random failure, 1974). So every rule here is a chance, and there is one price for all
jobs: the dearer calls are, the rarer all polls become, each by as much as costs the least waiting.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from zcbulk_tui.domain.budget import Pace, Reason, Spent
from zcbulk_tui.domain.outlook import UNREAD, Outlook, Quiet
from zcbulk_tui.domain.progress import Forecast
from zcbulk_tui.domain.snapshot import JobSnapshot

PATIENCE = 1170.0
"""Seconds for which no running job is left alone while there are calls: nearly 20 minutes."""

DEAR = 64.0
"""The price up to which jobs that may still come today make the calls of now dearer."""

DEAREST = 1000.0
"""The price from which on waiting for longer saves nothing."""

_SOONEST = 1.0
"""Seconds that are always between two polls of a job."""

# The chances are invented, since no source tells how long anything takes at Zoho. A wrong value
# costs some calls or some seconds, no more. `tests.benchmarks.polling` is what they are judged by.
_ANY_TIME = 5 * 3600.0
"""Seconds of moving in which one end out of nowhere is expected."""

_ANY_TIME_STILL = 1.25 * 3600.0
"""The same while nothing moves, or nothing can be seen to."""

_EARLY = 2.0
"""How many spreads before the middle of its forecast the end of a job may be."""

_FRESH = Quiet(0.0, 0.2)
"""A job of which nothing is known."""

_TYPICAL = 1500.0
"""Seconds that such a job may take."""

_FINISHING = 60.0
"""Seconds that the end of a job may take, beyond what its counts tell."""

_FORESEEABLE = 3600.0
"""Seconds that are planned for; what a job takes later is paid for later."""

_JOBS_A_DAY = 20
"""Jobs that are expected in a day."""

_CALLS_A_JOB = 23.0
"""Calls that a job takes at a price of 1, as the benchmark tells; they fall with a power of it."""

_FALL = 0.44
"""That power."""

_FOR_NOW = 0.75
"""Share of the calls left that the jobs of now may plan with."""

_OVERDRAFT = 1.6
"""How far the plan may exceed what is left before the patience gives: forecasts save some."""

_A_SECOND = 40 / 60
"""Calls a second on average, below the 50 a minute [LIM][RLY]."""

_BURST = 600.0
"""Seconds over which that average is taken, at least."""

_LATE = 2.5
"""How much longer than usual the wait for an end may be, in nine of ten cases."""

_DAY = 86400.0


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms calls are made now, the same for all jobs.

    Attributes:
        price: Seconds of waiting that a call must save.
        patience: Seconds for which no running job is left alone.
    """

    price: float
    patience: float = PATIENCE


@dataclass(frozen=True, slots=True)
class Means:
    """What there is to spend.

    Attributes:
        left: Calls that polls may still use today.
        seconds: Until the day ends.
    """

    left: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Effect:
    """What a pace would bring.

    Attributes:
        pace: The pace.
        calls: Calls that the jobs of now would take today.
        within: Seconds within which the end of a running job would be seen, for most of them; None
            if none runs, or no call is left.
    """

    pace: Pace
    calls: int
    within: float | None


def wait(ahead: Outlook, on: Terms) -> tuple[float, Reason]:
    """Returns the seconds from a job's last reading to its next poll, and what that is for."""
    if ahead == UNREAD:
        return 0.0, Reason.UNREAD
    seconds, reason = min(_reasons(ahead, on))
    return max(seconds, _SOONEST), reason


def calls(ahead: Outlook, on: Terms, seconds: float) -> float:
    """Returns about how many polls a job will take until its end, or for so many `seconds`."""
    span = horizon(ahead)
    today = min(seconds / span, 1.0)
    routine = span / _alone(ahead, on) if ahead.runs else 0.0
    if ahead.finish is not None:
        approach = 1.2 * math.log1p(ahead.finish.spread / on.price)
        return (approach + routine + 0.5) * today
    quiet = ahead.quiet or _FRESH
    looks = math.sqrt(quiet.seconds + span) - math.sqrt(quiet.seconds)
    looks *= math.sqrt(2 * quiet.weight / on.price)
    return (max(looks, routine) + 0.5) * today


def horizon(ahead: Outlook) -> float:
    """Returns for how many seconds after its last reading a job is planned for."""
    if ahead.finish is not None:
        return min(ahead.finish.seconds + _FINISHING, _FORESEEABLE)
    quiet = ahead.quiet or _FRESH
    # What has lasted for a while is as likely as not to last for as long again.
    longer = max(quiet.seconds, _FINISHING if quiet.weight >= 1 else _TYPICAL)
    return min(longer, _FORESEEABLE)


def terms(ahead: Sequence[Outlook], means: Means, pace: Pace) -> Terms:
    """Returns the terms on which the calls last, for the jobs of now and those still to come today.

    The price is that of the pace, or higher: where a usual day would need more than is left, and
    where the jobs of now would. If nothing else helps, patience gives.
    """
    price = pace.price
    usual = _JOBS_A_DAY * means.seconds / _DAY * _CALLS_A_JOB * price**-_FALL
    short = usual / max(means.left, 1)
    low = min(price * max(short, 1.0) ** (1 / _FALL), max(DEAR, price))
    if _load(ahead, Terms(low), means) <= 1:
        return Terms(low)
    high = DEAREST
    least = _load(ahead, Terms(high), means)
    if least > 1:
        return Terms(high, PATIENCE * max(least * _FOR_NOW / _OVERDRAFT, 1.0))
    for _ in range(12):
        middle = math.sqrt(low * high)
        if _load(ahead, Terms(middle), means) <= 1:
            high = middle
        else:
            low = middle
    return Terms(high)


def effect(ahead: Sequence[Outlook], means: Means, pace: Pace) -> Effect:
    """Returns what a pace would bring."""
    on = terms(ahead, means, pace)
    needed = sum(calls(one, on, means.seconds) for one in ahead)
    within = sorted(_seen_within(one, on) for one in ahead if one.runs)
    usual = within[len(within) // 2] if within and means.left else None
    return Effect(pace, min(math.ceil(needed), means.left), usual)


def _load(ahead: Sequence[Outlook], on: Terms, means: Means) -> float:
    """What the jobs take on these terms, as a share of what they may: of the day or the minute.

    They may take most of today's calls. Of the minute's they may take less than all on average: a
    burst waits for its turn, and so does the first look at many jobs.
    """
    today = a_second = 0.0
    for one in ahead:
        looks = calls(one, on, means.seconds)
        today += looks
        if one != UNREAD:
            a_second += looks / max(min(horizon(one), means.seconds), _BURST)
    return max(today / (max(means.left, 1) * _FOR_NOW), a_second / _A_SECOND)


def _seen_within(ahead: Outlook, on: Terms) -> float:
    """Seconds within which the end of a running job is seen, more often than not by far.

    The approach to a forecast ends where its spread is about the price; see `_behind`.
    """
    if ahead.finish is None:
        return wait(ahead, on)[0]
    return min(_LATE * math.sqrt(2 * on.price * (on.price + 1)), _alone(ahead, on))


def _reasons(ahead: Outlook, on: Terms) -> Iterator[tuple[float, Reason]]:
    """The seconds to each poll that there is a reason for; the first one counts."""
    quiet = _behind_quiet(ahead.quiet, on) if ahead.quiet else 0.0
    if ahead.finish is not None:
        # What stands still must move before it can be done.
        due = _behind(ahead.finish, on)
        yield max(due, quiet), Reason.UNMOVED if quiet > due else Reason.FINISH
    elif ahead.quiet is not None:
        yield quiet, Reason.UNMOVED if ahead.runs else Reason.UNSTARTED
    if ahead.failing is not None:
        yield _behind_quiet(ahead.failing, on), Reason.FAILURES
    if ahead.limit is not None:
        yield _behind(ahead.limit, on), Reason.FAILURES
    if ahead.runs:
        yield _alone(ahead, on), Reason.ANY_TIME
    if ahead.deadline is not None:
        yield ahead.deadline, Reason.DEADLINE


def _alone(ahead: Outlook, on: Terms) -> float:
    """How long a running job may be left alone whatever is expected of it, in seconds.

    h(t) = 1 / `_ANY_TIME`. The dearer calls are, the more a forecast is trusted: patience then
    begins only when the end may be near.
    """
    if ahead.finish is None:
        return min(math.sqrt(2 * on.price * _ANY_TIME_STILL), on.patience)
    early = max(ahead.finish.seconds - _EARLY * ahead.finish.spread, 0.0)
    trust = min(max(math.log(on.price / DEAR) / math.log(DEAREST / DEAR), 0.0), 1.0)
    return min(math.sqrt(2 * on.price * _ANY_TIME), on.patience + trust * early)


def _behind(forecast: Forecast, on: Terms) -> float:
    """Seconds to the next poll for what is forecast: before it if that is vague, else behind it.

    For the logistic distribution sqrt(h) integrates to 2 sqrt(spread) asinh(e^x), where x is the
    time from its middle in double spreads.
    """
    double = 2 * forecast.spread
    whole = math.sqrt(on.price / double) + math.asinh(math.exp(-forecast.seconds / double))
    # sinh of much is half of e to it, and too large for a float.
    x = math.log(math.sinh(whole)) if whole < 30 else whole - math.log(2)
    return forecast.seconds + double * x


def _behind_quiet(quiet: Quiet, on: Terms) -> float:
    """Seconds to the next poll in a time of quiet, which grow as it lasts: h(t) = weight / t."""
    root = math.sqrt(quiet.seconds) + math.sqrt(on.price / (2 * quiet.weight))
    return root * root - quiet.seconds


@dataclass(frozen=True, slots=True)
class PlannedJob:
    """What the plan holds for a job.

    Attributes:
        snapshot: The job.
        calls: About how many polls it will take until its end, or until the day's.
    """

    snapshot: JobSnapshot
    calls: float


@dataclass(frozen=True, slots=True)
class DayPlan:
    """The plan for the rest of the day.

    Attributes:
        spent: How today's calls stand.
        jobs: The jobs that are polled, in the order of the watch list.
        effects: What each pace would bring.
    """

    spent: Spent
    jobs: tuple[PlannedJob, ...]
    effects: tuple[Effect, ...]
