"""The polling schedule: when to poll each job, and what the rest of the day will cost.

A call is worth the waiting that it saves. So a job is polled once the waiting that is to be
expected since its last reading reaches the `price` of a call, in seconds: where it ends by u with
the chance F(u), that is the integral of F(u). At a constant hazard rate h the polls are then
sqrt(2 price / h) seconds apart, which is the optimum (J. B. Keller, Optimum checking schedules for
systems subject to random failure, 1974), and a sure end is polled as late as a call is worth. What
may end a job adds up, and one price holds for all jobs: as calls get dearer all polls get rarer,
each by the amount that adds the least waiting.
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from zcbulk_tui.domain.budget import Pace, Reason, Spent
from zcbulk_tui.domain.form_forecast import ANY_TIME, ON_THE_WAY
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

_SHORT = 120.0
"""Least seconds over which that chance is spread."""

_ANY_TIME_STILL = 5500.0
"""Mean seconds until a job ends unexpectedly while no movement is visible."""

_SETTLES = 0.75
"""Seconds that a job usually takes to finish after its last record."""

_EXACT = 0.7
"""Part of the price that the waiting for a forecast end may reach: the poll improves it, too."""

_PEAKED = 1.365
"""Scale of the double power law that has the deciles of a logistic distribution of scale 1."""

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

_CALLS_A_JOB = 19.5
"""Calls per job at a price of 1, by benchmark; they fall with a power of the price."""

_FALL = 0.46
"""That power."""

_APPROACH = 3.0
"""Polls near a forecast end at a price of 1, by benchmark; they fall with a power of the price."""

_APPROACH_FALL = 0.3
"""That power."""

_FOR_FAILURES = 1.2
"""How many more polls a job with failures takes."""

_ROUTINE = 0.8
"""Share of the polls at any time that are made, since a job may end sooner than is forecast."""

_ROUTINE_STILL = 0.53
"""The same where no movement is visible, since it may begin."""

_FOR_NOW = 0.75
"""Share of the calls left that current jobs may plan with."""

_OVERDRAFT = 1.6
"""Factor by which the plan may exceed the calls left before patience grows: forecasts save some."""

_A_SECOND = 36 / 60
"""Calls a second on average, below the 50 a minute [LIM][RLY]."""

_BURST = 600.0
"""Least seconds over which that average is taken."""

_LATE = 2.5
"""Ratio of the 90th percentile of the wait for an end to its usual length."""

_DAY = 86400.0

_NEAR = 1e-8
"""How exactly the time of a poll is found, as a fraction of it."""

_MOST_STEPS = 60
"""Steps within which it is found, or left as it is."""


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
    latest, reason = _latest(ahead, on)
    if _expected(ahead, latest) <= on.price:
        return max(latest, _SOONEST), reason
    seconds = _when_expected(ahead, on.price, latest)
    return max(seconds, _SOONEST), max(_waits(ahead, seconds))[1]


def calls(ahead: Outlook, on: Terms, seconds: float) -> float:
    """Estimates the polls that a job takes until its end, or within `seconds`."""
    made = _ROUTINE_STILL if ahead.finish is None else _ROUTINE
    span = horizon(ahead)
    return _polls(ahead, on, span, made) * min(seconds / span, 1.0)


def _polls(ahead: Outlook, on: Terms, span: float, made: float) -> float:
    """Estimates the polls until the horizon, of which such a share of the routine ones is made."""
    routine = made * span / _alone(ahead, on) if ahead.runs else 0.0
    if ahead.finish is not None:
        approach = _APPROACH * math.pow(on.price, -_APPROACH_FALL)
        more = _FOR_FAILURES if ahead.aborts else 1.0
        return (approach + routine) * more
    quiet = ahead.quiet or _FRESH
    begun = quiet.seconds + quiet.least
    # The density of polls, by the chance that the spell lasts until then.
    looks = math.sqrt(quiet.weight * begun / on.price / 2)
    looks *= _power_integral(0.5 - quiet.weight, math.log1p(span / begun))
    return math.hypot(looks, routine) + 0.5


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
        today += calls(one, on, means.seconds)
        if one != UNREAD:
            span = horizon(one)
            a_second += _polls(one, on, span, 1.0) / max(span, _BURST)
    return max(today / (max(means.left, 1) * _FOR_NOW), a_second / _A_SECOND)


def _seen_within(ahead: Outlook, on: Terms) -> float:
    """Returns the seconds within which the end of a running job is seen in most cases.

    The approach to a forecast ends where its spread is about the price; see `_behind`.
    """
    if ahead.finish is None:
        return wait(ahead, on)[0]
    return min(_LATE * math.sqrt(2 * on.price * (on.price + 1)), _alone(ahead, on))


def _latest(ahead: Outlook, on: Terms) -> tuple[float, Reason]:
    """Returns the seconds to the latest poll, whatever may be expected, and the reason for it."""
    if ahead.deadline is not None:
        return ahead.deadline, Reason.DEADLINE
    if ahead.runs:
        return _patience(ahead, on), Reason.ANY_TIME
    return _DAY, Reason.UNSTARTED


def _patience(ahead: Outlook, on: Terms) -> float:
    """Returns the most seconds between polls of a running job.

    As calls get dearer the forecast is trusted more: patience then begins only when the end may be
    near.
    """
    if ahead.finish is None:
        return on.patience
    early = max(ahead.finish.seconds - _EARLY * ahead.finish.spread, 0.0)
    trust = min(max(math.log(on.price / DEAR) / math.log(DEAREST / DEAR), 0.0), 1.0)
    return on.patience + trust * early


def _when_expected(ahead: Outlook, price: float, latest: float) -> float:
    """Returns the seconds after which the expected waiting is the price; less than `latest`.

    Its square root is nearly a straight line, so that false position finds it in a few steps, by
    the Illinois method: an end that stays twice counts half.
    """
    aim = math.sqrt(price)
    low, below, high, above = 0.0, -aim, latest, math.sqrt(_expected(ahead, latest)) - aim
    seconds, kept_low = latest, None
    for _ in range(_MOST_STEPS):
        before, seconds = seconds, (low * above - high * below) / (above - below)
        if abs(seconds - before) < _NEAR * (1 + seconds):
            break
        off = math.sqrt(_expected(ahead, seconds)) - aim
        if off < 0:
            low, below = seconds, off
            above = above / 2 if kept_low is False else above
        else:
            high, above = seconds, off
            below = below / 2 if kept_low else below
        kept_low = off >= 0
    return seconds


def _expected(ahead: Outlook, seconds: float) -> float:
    """Returns the seconds of waiting to be expected if the next poll is so far off."""
    return sum(waiting for waiting, _ in _waits(ahead, seconds))


def _waits(ahead: Outlook, seconds: float) -> Iterator[tuple[float, Reason]]:
    """Yields the waiting to be expected if the next poll is so far off, by what is waited for."""
    quiet = math.inf if ahead.quiet is None else _behind_quiet(ahead.quiet, seconds)
    # A stalled job must move before it can finish, or fail.
    if ahead.finish is not None:
        due = _behind_finish(ahead.finish, seconds) / _EXACT
        yield min(due, quiet), Reason.UNMOVED if quiet < due else Reason.FINISH
    elif ahead.quiet is not None:
        yield quiet, Reason.UNMOVED if ahead.runs else Reason.UNSTARTED
    if ahead.aborts:
        failing = sum(one.chance * _behind(one.at, seconds) for one in ahead.aborts)
        yield min(failing, quiet), Reason.FAILURES
    if ahead.runs:
        yield _hazard(ahead) * seconds * seconds / 2, Reason.ANY_TIME


def _hazard(ahead: Outlook) -> float:
    """Returns the rate per second at which a running job ends unexpectedly."""
    if ahead.finish is None:
        return ahead.unexpected / _ANY_TIME_STILL
    usual = ON_THE_WAY / max(ahead.age + ahead.finish.seconds, _SHORT) + 1 / ANY_TIME
    return ahead.unexpected * usual


def _alone(ahead: Outlook, on: Terms) -> float:
    """Returns the most seconds between polls of a running job, whatever its forecast."""
    return min(math.sqrt(2 * on.price / _hazard(ahead)), _patience(ahead, on))


def _behind(forecast: Forecast, seconds: float) -> float:
    """Returns the waiting to be expected for what is forecast, and has not happened yet.

    The logistic distribution integrates to spread * log(1 + e^x), where x is the time from its
    middle in spreads; e^x is the odds that it has happened by then.
    """
    spread, middle = forecast.spread, forecast.seconds / forecast.spread
    odds = math.exp(-middle)
    since = _log_1_exp(seconds / spread - middle) - math.log1p(odds)
    return max(spread * (1 + odds) * since - seconds * odds, 0.0)


def _behind_finish(forecast: Forecast, seconds: float) -> float:
    """Returns the waiting to be expected for the end of a job.

    However vague a forecast is, no job ends at once, and many end far later: so not the time but
    its logarithm is spread evenly to both sides. The chance of an end rises with a power of the
    time up to the middle, and that of none falls with it behind.
    """
    middle = forecast.seconds + _SETTLES
    power = middle / (_PEAKED * forecast.spread)
    if seconds <= middle:
        return seconds * math.pow(seconds / middle, power) / (2 * (power + 1))
    since = math.log(seconds / middle)
    lacking = middle * _power_integral(1 - power, since) / 2
    return middle / (2 * (power + 1)) + seconds - middle - lacking


def _behind_quiet(quiet: Quiet, seconds: float) -> float:
    """Returns the waiting to be expected for the end of a quiet spell: h(t) = weight / t."""
    begun = quiet.seconds + quiet.least
    grown = math.log1p(seconds / begun)
    return max(seconds - begun * _power_integral(1 - quiet.weight, grown), 0.0)


def _power_integral(power: float, end: float) -> float:
    """Returns the integral of e^(power * u) from 0 to `end`."""
    return math.expm1(power * end) / power if abs(power) > _NEAR else end


def _log_1_exp(x: float) -> float:
    """Returns log(1 + e^x), where e^x may be too large for a float."""
    return x if x > 40 else math.log1p(math.exp(x))


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
