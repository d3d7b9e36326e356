"""The day that calls count to, where the clock was set."""

from datetime import UTC, datetime, timedelta

import pytest

from zcbulk_tui.domain.budget import QuotaPlan
from zcbulk_tui.domain.day_in_force import DayInForce, begin, go_on

PLAN = QuotaPlan(daily_calls=1_000, share=1, reserve=0, zone=UTC)
MIDNIGHT = datetime(2026, 3, 12, tzinfo=UTC)
HOUR = 3600.0


def set_back_a_day() -> DayInForce:
    """A day that began anew: the clock ran a day ahead, and was set back in the evening."""
    ahead = begin(PLAN, MIDNIGHT + timedelta(hours=23), 0.0)
    # That day ends by its own clock, an hour later; by then the other one shows the day before.
    back = go_on(ahead, PLAN, MIDNIGHT - timedelta(minutes=1), HOUR)
    assert (back.day, back.anew, back.has_begun) == (MIDNIGHT.date() - timedelta(1), True, True)
    return back


def test_midnight_of_a_clock_that_was_set_back_begins_no_day_of_calls() -> None:
    back = set_back_a_day()
    later = go_on(back, PLAN, MIDNIGHT + timedelta(minutes=1), HOUR + 120)
    assert later.day == back.day, "its calls would be those of a day that had them already"
    assert later.shown == MIDNIGHT.date()
    over = go_on(later, PLAN, MIDNIGHT + timedelta(days=1), later.ends)
    assert over.day == MIDNIGHT.date() + timedelta(days=1)


@pytest.mark.parametrize("seconds", [1.0, 60.0])
def test_midnight_of_any_other_clock_begins_one(seconds: float) -> None:
    day = begin(PLAN, MIDNIGHT - timedelta(seconds=seconds), 0.0)
    # It runs a little faster than the clock that nobody can set.
    next_one = go_on(day, PLAN, MIDNIGHT, seconds - 0.5)
    assert next_one.day == MIDNIGHT.date()
