"""Moments as they are typed."""

import re
from datetime import UTC, datetime, timedelta

from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import UsageError

_SPAN = re.compile(r"([0-9]{1,6})([mhdw])", re.ASCII)
_UNITS = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}


def parse_since(text: str, now: datetime) -> datetime:
    """Reads since when: a span back from now, or a date, with a time or without.

    Args:
        text: As in ``30m``, ``2h``, ``3d``, ``1w``, ``2026-03-11`` or ``2026-03-11T10:30``; what
            names no zone is in that of this machine.
        now: Aware.

    Returns:
        The moment, aware, in UTC.

    Raises:
        UsageError: It is none of these.
    """
    stripped = text.strip()
    try:
        if span := _SPAN.fullmatch(stripped):
            return (now - int(span[1]) * _UNITS[span[2]]).astimezone(UTC)
        return datetime.fromisoformat(stripped).astimezone(UTC)
    # The last two: a moment that this machine cannot count.
    except (ValueError, OverflowError, OSError):
        raise UsageError(
            f"“{one_line(text, 60)}” is no moment in the past",
            next_step="Write a span back from now (30m, 2h, 3d, 1w), a date (2026-03-11) or a "
            "date and a time (2026-03-11T10:30).",
        ) from None
