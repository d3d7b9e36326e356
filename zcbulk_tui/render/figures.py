"""Numbers and times as short texts.

What changes by itself changes in coarse steps: an unchanged row is not redrawn.
"""

import math
from datetime import datetime, tzinfo

from zcbulk_tui.domain.progress import Remaining

_PLENTY = 10_000
"""Counts from here on are rounded to hundreds."""

_STEPS = (15, 30, 60, 120, 240, 480, 900, 1800, 3600)
"""Each about twice the one before it: a row is drawn anew the more rarely the older it is."""


def number(value: int | None, cells: int = 9) -> str:
    """Returns a count with grouped digits, in millions or more to make it fit; "–" for None."""
    if value is None:
        return "–"
    text = f"{value:,}"
    for unit, letter in ((1e6, "M"), (1e9, "B"), (1e12, "T")):
        for decimals in (1, 0):
            if len(text) > cells:
                text = f"{value / unit:,.{decimals}f}{letter}"
    return text


def roughly(value: int, *, least: int = 0) -> str:
    """Returns an estimate with three digits that count, as in "70,400".

    Args:
        value: The estimate.
        least: What was read, below which it cannot be.
    """
    step = 10 ** max(len(str(value)) - 3, 0)
    return f"{max(round(value / step) * step, least):,}"


def at_least(value: int) -> str:
    """Returns a count that goes down all the time: exact while it is short, else by hundreds."""
    return f"{value:,}" if value < _PLENTY else f"{value // 100 * 100:,}+"


def percent(share: float | None) -> str:
    """Returns a share as whole percent; 100 only when nothing is missing."""
    if share is None:
        return "–"
    # The nudge makes up for what a float loses: 0.57 * 100 is a little less than 57.
    return str(min(int(share * 100 + 1e-9), 99) if share < 1 else 100)


def rate(per_second: float | None) -> str:
    """Returns records a second in 5 cells at most: with a decimal for slow ones, then by 1,000."""
    if per_second is None:
        return "–"
    if 0 < per_second < 9.95:
        return f"{per_second:.1f}"
    if 9999.5 <= per_second < 999_500:
        return f"{per_second / 1000:.0f}k"
    return number(round(per_second), 5)


def duration(seconds: float) -> str:
    """Returns a duration in its two largest units, as in "1h48m" or "4m12s"."""
    whole = max(int(seconds), 0)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days}d{hours}h" if hours else f"{days}d"
    if hours:
        return f"{hours}h{minutes:02}m"
    if minutes:
        return f"{minutes}m{rest:02}s" if rest else f"{minutes}m"
    return f"{rest}s"


def spread(least: float, most: float) -> str:
    """Returns a range of durations, as in "1m to 1m35s"; "about 1m" where both look the same."""
    first, last = duration(least), duration(most)
    return f"about {last}" if first == last else f"{first} to {last}"


def countdown(seconds: float) -> str:
    """Returns a time that runs out: by the minute, by the ten seconds in the last ten minutes."""
    step = 60 if seconds >= 600 else 10
    return duration(seconds // step * step) if seconds >= step else f"{step}s"


def age(seconds: float) -> str:
    """Returns how old something is, in steps that grow with it: "now", "15s", … "1m", … "3h"."""
    if seconds < _STEPS[0]:
        return "now"
    if seconds >= _STEPS[-1]:
        hours = int(seconds // 3600)
        return f"{hours}h" if hours < 48 else f"{hours // 24}d"
    return duration(max(step for step in _STEPS if step <= seconds))


def soon(seconds: float) -> str:
    """Returns how far ahead something is, at most: "now", "15s", "30s", … "1h" and more."""
    if seconds <= 1:
        return "now"
    return duration(next((step for step in _STEPS if seconds <= step), -(-seconds // 3600) * 3600))


def remaining(time: Remaining | None, since: float) -> str:
    """Returns how long a job still takes, as a range.

    Args:
        time: The forecast at the last reading.
        since: Seconds since that reading.
    """
    if time is None:
        return "unknown"
    if time.most == math.inf:
        # It stands still: nothing of what is left has passed meanwhile.
        least = _rounded(min(time.least, 1000 * 86400.0))
        return f">{_unit(least)}" if least else "unknown"
    least, most = (_rounded(max(seconds - since, 0.0)) for seconds in (time.least, time.most))
    low, high = _unit(least), _unit(most)
    if most == 0:
        return "soon"
    if most >= 1000 * 86400:
        return "over 1,000d"
    return f"~{high}" if low == high else f"{low}–{high}"


def clock(moment: datetime, now: datetime, zone: tzinfo | None = None) -> str:
    """Returns a past moment: the time of day, or the date when it was on another day.

    Args:
        moment: Aware.
        now: Aware.
        zone: Where the reader is; None for the zone of this machine.
    """
    local, today = moment.astimezone(zone), now.astimezone(zone)
    return f"{local:%H:%M}" if local.date() == today.date() else f"{local:%d %b}"


def _rounded(seconds: float) -> int:
    """Returns seconds rounded to a sensible unit: 10 seconds, 1 or 10 minutes, an hour."""
    unit = 10 if seconds < 55 else 60 if seconds < 3600 else 600 if seconds < 36000 else 3600
    return round(seconds / unit) * unit


def _unit(seconds: int) -> str:
    if seconds < 60:
        return f"{seconds}s"
    if seconds < 3600:
        return f"{seconds // 60}m"
    hours, minutes = divmod(seconds // 60, 60)
    if hours >= 1000:
        return f"{-(-hours // 24)}d"  # rounded up, for 41d after 999h would be a step back
    return f"{hours}h{minutes:02}m" if minutes else f"{hours}h"
