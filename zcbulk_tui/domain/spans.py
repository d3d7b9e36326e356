"""Spans of time as users write them: ``90s``, ``30m``, ``2h10m``, ``1d``, ``1w``."""

import re
from datetime import timedelta

_PART = re.compile(r"([0-9]{1,6})([smhdw])", re.ASCII)

_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}


def read_span(text: str) -> timedelta | None:
    """Returns the span that a text means; None where it is none, or longer than can be counted.

    It is made of numbers with a unit each: s, m, h, d or w, as in ``2h10m``.
    """
    stripped = text.strip()
    parts = _PART.findall(stripped)
    if not parts or "".join(map("".join, parts)) != stripped:
        return None
    try:
        return sum((int(count) * _UNITS[unit] for count, unit in parts), timedelta())
    except OverflowError:
        return None
