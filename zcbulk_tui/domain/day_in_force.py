"""The day that calls count towards, robust against clock changes.

A day begins when time passes midnight, not when the clock is set to a new date. After a jump
forward the day in force stays until time passes a midnight; after a jump back, until the day would
have ended by the clock that it began with.
"""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from zcbulk_tui.domain.budget import QuotaPlan

_SHORTEST = 20 * 3600.0
"""Least seconds of a day that began while the clock may be wrong."""

_LONGEST = 26 * 3600.0
"""Most seconds of a day, clock changes included."""


class DayInForce(NamedTuple):
    """The day that calls count towards.

    Attributes:
        day: The day.
        shown: The date that the clock shows.
        ends: When the day ends, in monotonic seconds, by the clock that it began with.
        seen: When this value was computed, in the same seconds.
        newest: The latest day that was ever in force.
        anew: Whether the date was in force before, since the clock was set back.
        has_begun: Whether the day began with this value.
    """

    day: date
    shown: date
    ends: float
    seen: float
    newest: date
    anew: bool = False
    has_begun: bool = False

    @property
    def may_be_yesterday(self) -> bool:
        """Whether the clock was set back past midnight, which makes Zoho's day uncertain."""
        return self.shown == self.day - timedelta(days=1)


def begin(quota_plan: QuotaPlan, now: datetime, elapsed: float) -> DayInForce:
    """Returns the day that the clock shows.

    Args:
        quota_plan: Knows the time zone of the quota.
        now: Aware.
        elapsed: Monotonic seconds.
    """
    shown = quota_plan.day(now)
    return DayInForce(shown, shown, _end(quota_plan, now, elapsed), elapsed, shown)


def go_on(before: DayInForce, quota_plan: QuotaPlan, now: datetime, elapsed: float) -> DayInForce:
    """Returns the day in force at a later time; the clock may have been set since `before`."""
    shown = quota_plan.day(now)
    is_over = elapsed >= before.ends
    if shown == before.day:
        ends = _end(quota_plan, now, elapsed) if is_over else before.ends
        return before._replace(shown=shown, ends=ends, seen=elapsed, has_begun=False)
    passed = max(elapsed - before.seen, 0.0)
    is_midnight = quota_plan.day(now - timedelta(seconds=min(passed, _LONGEST))) != shown
    if shown > before.day and not before.anew:
        is_over = is_over or is_midnight
    if not is_over:
        return before._replace(shown=shown, seen=elapsed, has_begun=False)
    anew = shown <= before.newest
    # Without a midnight on the clock it must have been set, and may be set again.
    is_doubtful = anew or not is_midnight
    ends = _end(quota_plan, now, elapsed, at_least=_SHORTEST if is_doubtful else 0.0)
    return DayInForce(shown, shown, ends, elapsed, max(shown, before.newest), anew, anew)


def _end(quota_plan: QuotaPlan, now: datetime, elapsed: float, at_least: float = 0.0) -> float:
    then = now + timedelta(seconds=at_least)
    return elapsed + (quota_plan.resets_at(then) - now).total_seconds()
