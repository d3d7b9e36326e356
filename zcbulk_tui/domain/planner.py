"""The polling schedule: when to poll each job, and what the rest of the day will cost.

A call is worth the waiting that it saves. Where an event has the hazard rate h(t) per second, and a
call must save `price` seconds of waiting, the best density of polls is sqrt(h(t) / (2 price)) (J.
B. Keller, Optimum checking schedules for systems subject to random failure, 1974). So every rule
here is a hazard rate, and one price holds for all jobs: as calls get dearer all polls get rarer,
each by the amount that adds the least waiting.
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from zcbulk_tui.domain.budget import Pace, Reason, Spent
from zcbulk_tui.domain.outlook import UNREAD, Outlook, Quiet
from zcbulk_tui.domain.progress import Forecast
from zcbulk_tui.domain.snapshot import JobSnapshot

PATIENCE = 1170.0
"""Most seconds between two polls of a running job while there are calls: nearly 20 minutes."""

DEAR = 64.0
"""Highest price to which jobs expected later today may raise the current one."""

DEAREST = 1000.0
"""Highest price: waiting longer saves nothing."""

_SOONEST = 1.0
"""Least seconds between two polls of a job."""

# The rates are invented, since no source says how long anything takes at Zoho. A wrong value costs
# some calls or some seconds, no more. `tests.benchmarks.polling` measures them.
_ANY_TIME = 5 * 3600.0
"""Mean seconds until a moving job ends unexpectedly."""

_ANY_TIME_STILL = 1.25 * 3600.0
"""Mean seconds until a job ends unexpectedly while no movement is visible."""

_EARLY = 2.0
"""How many spreads before the middle of its forecast a job may finish."""

_FRESH = Quiet(0.0, 0.2)
"""The spell assumed for a job about which nothing is known."""

_TYPICAL = 1500.0
"""Seconds that such a job is expected to take."""

_FINISHING = 60.0
"""Seconds that a job may take to finish after its last record."""

_FORESEEABLE = 3600.0
"""Planning horizon per job, in seconds."""

_JOBS_A_DAY = 20
"""Jobs expected in a day."""

_CALLS_A_JOB = 23.0
"""Calls per job at a price of 1, by benchmark; they fall with a power of the price."""

_FALL = 0.44
"""That power."""

_FOR_NOW = 0.75
"""Share of the calls left that current jobs may plan with."""

_OVERDRAFT = 1.6
"""Factor by which the plan may exceed the calls left before patience grows: forecasts save some."""

_A_SECOND = 40 / 60
"""Calls a second on average, below the 50 a minute [LIM][RLY]."""

_BURST = 600.0
"""Least seconds over which that average is taken."""

_LATE = 2.5
"""Ratio of the 90th percentile of the wait for an end to its usual length."""

_DAY = 86400.0


class Terms(NamedTuple):
    """The terms for calls, the same for all jobs.

    Attributes:
        price: Seconds of waiting that a call must save.
        patience: Most seconds between two polls of a running job.
    """

    price: float
    patience: float = PATIENCE


class Means(NamedTuple):
    """The calls available to polls.

    Attributes:
        left: Calls that polls may still use today.
        seconds: Seconds until the day ends.
    """

    left: int
    seconds: float


class Effect(NamedTuple):
    """What a pace would bring.

    Attributes:
        pace: The pace.
        calls: Calls that current jobs would take today.
        within: Seconds within which the end of most running jobs would be seen; None if none runs,
            or no call is left.
    """

    pace: Pace
    calls: int
    within: float | None


def wait(ahead: Outlook, on: Terms) -> tuple[float, Reason]:
    """Returns the seconds from a job's last reading to its next poll, and the reason for it."""
    if ahead == UNREAD:
        return 0.0, Reason.UNREAD
    seconds, reason = min(_reasons(ahead, on))
    return max(seconds, _SOONEST), reason


def calls(ahead: Outlook, on: Terms, seconds: float) -> float:
    """Estimates the polls that a job takes until its end, or within `seconds`."""
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
    """Returns the seconds after its last reading for which a job is planned."""
    if ahead.finish is not None:
        return min(ahead.finish.seconds + _FINISHING, _FORESEEABLE)
    quiet = ahead.quiet or _FRESH
    # A spell is as likely as not to last as long again.
    longer = max(quiet.seconds, _FINISHING if quiet.weight >= 1 else _TYPICAL)
    return min(longer, _FORESEEABLE)


def terms(ahead: Sequence[Outlook], means: Means, pace: Pace) -> Terms:
    """Returns the terms on which calls suffice for current jobs and those expected later today.

    The price is that of the pace, or higher where a usual day or the current jobs would need more
    than is left. If that does not suffice, patience grows.
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
    """Returns the calls needed on these terms as a fraction of those available, by day or minute.

    Current jobs may take most of today's calls. Of each minute's calls they may take less than all
    on average: a burst waits its turn, as does the first poll of many jobs.
    """
    today = a_second = 0.0
    for one in ahead:
        looks = calls(one, on, means.seconds)
        today += looks
        if one != UNREAD:
            a_second += looks / max(min(horizon(one), means.seconds), _BURST)
    return max(today / (max(means.left, 1) * _FOR_NOW), a_second / _A_SECOND)


def _seen_within(ahead: Outlook, on: Terms) -> float:
    """Returns the seconds within which the end of a running job is seen in most cases.

    The approach to a forecast ends where its spread is about the price; see `_behind`.
    """
    if ahead.finish is None:
        return wait(ahead, on)[0]
    return min(_LATE * math.sqrt(2 * on.price * (on.price + 1)), _alone(ahead, on))


def _reasons(ahead: Outlook, on: Terms) -> Iterator[tuple[float, Reason]]:
    """Yields the seconds to each poll that has a reason; the earliest applies."""
    quiet = _behind_quiet(ahead.quiet, on) if ahead.quiet else 0.0
    if ahead.finish is not None:
        # A stalled job must move before it can finish.
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
    """Returns the most seconds between polls of a running job, whatever its forecast.

    h(t) = 1 / `_ANY_TIME`. As calls get dearer the forecast is trusted more: patience then begins
    only when the end may be near.
    """
    if ahead.finish is None:
        return min(math.sqrt(2 * on.price * _ANY_TIME_STILL), on.patience)
    early = max(ahead.finish.seconds - _EARLY * ahead.finish.spread, 0.0)
    trust = min(max(math.log(on.price / DEAR) / math.log(DEAREST / DEAR), 0.0), 1.0)
    unexpected = ahead.unexpected or _ANY_TIME
    return min(math.sqrt(2 * on.price * unexpected), on.patience + trust * early)


def _behind(forecast: Forecast, on: Terms) -> float:
    """Returns the seconds to the poll for a forecast: before it if that is vague, else after it.

    For the logistic distribution sqrt(h) integrates to 2 sqrt(spread) asinh(e^x), where x is the
    time from its middle in double spreads.
    """
    double = 2 * forecast.spread
    whole = math.sqrt(on.price / double) + math.asinh(math.exp(-forecast.seconds / double))
    # For large x, sinh(x) is e^x / 2, and too large for a float.
    x = math.log(math.sinh(whole)) if whole < 30 else whole - math.log(2)
    return forecast.seconds + double * x


def _behind_quiet(quiet: Quiet, on: Terms) -> float:
    """Returns the seconds to the next poll in a quiet spell, growing with it: h(t) = weight / t."""
    root = math.sqrt(quiet.seconds) + math.sqrt(on.price / (2 * quiet.weight))
    return root * root - quiet.seconds


class PlannedJob(NamedTuple):
    """A job's share of the plan.

    Attributes:
        snapshot: The job.
        calls: Estimated polls until its end, or until the end of the day.
    """

    snapshot: JobSnapshot
    calls: float


class DayPlan(NamedTuple):
    """The plan for the rest of the day.

    Attributes:
        spent: Today's quota and pace.
        jobs: The polled jobs, in the order of the watch list.
        effects: What each pace would bring.
    """

    spent: Spent
    jobs: tuple[PlannedJob, ...]
    effects: tuple[Effect, ...]
