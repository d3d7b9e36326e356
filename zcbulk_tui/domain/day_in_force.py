"""Which day a call counts to, also where the clock is set.

A day begins with a midnight that passes, not with a date that a clock is set to. So the day in
force stays where the date changes otherwise: where the clock goes on to a later one, until time
passes a midnight; where it went back, until the day would have ended by the clock it began by.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from zcbulk_tui.domain.budget import Allowance

_SHORTEST = 20 * 3600.0
"""Seconds that a day lasts at least of which the clock shows another one when it begins."""

_LONGEST = 26 * 3600.0
"""Seconds that no day is longer than, wherever its clocks are changed."""


@dataclass(frozen=True, slots=True)
class DayInForce:
    """The day that calls count to.

    Attributes:
        day: That day.
        shown: The day that the clock shows.
        ends: When it ends by the clock that it began by, in seconds that nobody can set.
        seen: When this was worked out, in the same seconds.
        newest: The latest day that was ever in force.
        anew: Whether it has the name of a day that had been before, since the clock was set back.
        has_begun: Whether it did so just now.
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
        """Whether the clock was set back over midnight: Zoho's day may be either of the two."""
        return self.shown == self.day - timedelta(days=1)


def begin(allowance: Allowance, now: datetime, elapsed: float) -> DayInForce:
    """Returns the day that the clock shows.

    Args:
        allowance: Knows whose midnight it is.
        now: Aware.
        elapsed: Seconds of a clock that nobody can set.
    """
    shown = allowance.day(now)
    return DayInForce(shown, shown, _end(allowance, now, elapsed), elapsed, shown)


def go_on(before: DayInForce, allowance: Allowance, now: datetime, elapsed: float) -> DayInForce:
    """Returns the day in force after some time, in which the clock may have been set."""
    shown = allowance.day(now)
    passed = max(elapsed - before.seen, 0.0)
    is_midnight = allowance.day(now - timedelta(seconds=min(passed, _LONGEST))) != shown
    is_over = elapsed >= before.ends
    if shown > before.day and not before.anew:
        is_over = is_over or is_midnight
    if not is_over:
        return replace(before, shown=shown, seen=elapsed, has_begun=False)
    if shown == before.day:
        return replace(
            before,
            shown=shown,
            ends=_end(allowance, now, elapsed),
            seen=elapsed,
            has_begun=False,
        )
    anew = shown <= before.newest
    # Where no midnight has passed by the clock, it was set, and may be set again.
    is_doubtful = anew or not is_midnight
    ends = _end(allowance, now, elapsed, at_least=_SHORTEST if is_doubtful else 0.0)
    return DayInForce(shown, shown, ends, elapsed, max(shown, before.newest), anew, anew)


def _end(allowance: Allowance, now: datetime, elapsed: float, at_least: float = 0.0) -> float:
    then = now + timedelta(seconds=at_least)
    return elapsed + (allowance.resets_at(then) - now).total_seconds()
