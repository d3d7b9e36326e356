"""What is typed of a night: when it ends, and its limits."""

import re
from datetime import UTC, datetime, time, timedelta, tzinfo
from pathlib import Path

from zcbulk_tui.domain.spans import read_span
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import UsageError

LONGEST = timedelta(days=7)
"""The longest night: every reading is kept for so long, by default."""

_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})", re.ASCII)

_NO_LIMIT = ("", "off", "none")

_DIGITS = 12
"""Of the longest number that is read: more than any limit has, with zeros before it."""


def read_until(text: str, now: datetime, zone: tzinfo | None = None) -> datetime:
    """Reads when a night ends.

    Args:
        text: A time of day, as in ``07:00``: the next one; a date and a time, as in
            ``2026-12-01T07:00``; or a span from now, as `read_span` has it: ``8h``, ``7h30m``.
        now: Aware.
        zone: The zone of what names none; None for this machine's.

    Returns:
        The moment, aware, in UTC. A time that the clock skips is as much later as it goes forward;
        of one that it shows twice, the first that is still to come.

    Raises:
        UsageError: It is none of these, is past, or too far ahead.
    """
    stripped = text.strip()
    until = _moment(stripped, now, zone)
    if until is None:
        raise UsageError(
            f"“{one_line(text, 60)}” is no time at which a night could end",
            next_step="Write a time of day (07:00), a date and a time (2026-12-01T07:00), or a "
            "span (8h).",
        )
    if until <= now:
        raise UsageError(
            f"{one_line(text, 60)} is in the past", next_step="Write a time that is to come."
        )
    if until > now + LONGEST:
        raise UsageError(
            f"{one_line(text, 60)} is too far ahead",
            f"A night lasts at most {LONGEST.days} days: for so long every reading is kept.",
            "Write an earlier time.",
        )
    return until


def is_span(text: str) -> bool:
    """Whether a span is written, not a time of day."""
    return read_span(text) is not None


def _moment(text: str, now: datetime, zone: tzinfo | None) -> datetime | None:
    span, clock = read_span(text), _CLOCK.fullmatch(text)
    try:
        if span is not None:
            return now.astimezone(UTC) + span
        if clock:
            return _next(time(int(clock[1]), int(clock[2])), now, zone)
        written = datetime.fromisoformat(text)
        if written.tzinfo is not None:
            return written.astimezone(UTC)
        moments = _moments(written, zone)
        return next((it for it in moments if it > now), moments[0])
    except (ValueError, OverflowError, OSError):  # also a moment that this machine cannot count
        return None


def _next(clock: time, now: datetime, zone: tzinfo | None) -> datetime:
    today = now.astimezone(zone).date()
    moments = (
        moment
        for days in range(3)
        for moment in _moments(datetime.combine(today + timedelta(days=days), clock), zone)
    )
    return next(moment for moment in moments if moment > now)


def _moments(local: datetime, zone: tzinfo | None) -> list[datetime]:
    """The moments at which a clock shows this: two where it goes back.

    Computed through timestamps: `astimezone` maps a time that is skipped to an hour before.
    """
    first, second = (
        datetime.fromtimestamp(local.replace(tzinfo=zone, fold=fold).timestamp(), UTC)
        for fold in (0, 1)
    )
    return [first, second] if second > first else [first]


def read_failed(text: str) -> int | None:
    """Reads the number of failed records that stops the queue; None for no limit.

    Raises:
        UsageError: It is none.
    """
    stripped = text.strip().replace(",", "")
    if stripped.lower() in _NO_LIMIT:
        return None
    is_whole = stripped.isascii() and stripped.isdecimal() and len(stripped) <= _DIGITS
    if not (is_whole and 0 < int(stripped) <= 10**9):
        raise UsageError(
            f"“{one_line(text, 40)}” is no number of records",
            next_step="Write a whole number from 1, or off for no limit.",
        )
    return int(stripped)


def read_share(text: str) -> float | None:
    """Reads the share of failed records above which the queue is stopped; None for no limit.

    Args:
        text: As in ``3%``, ``3 %`` or ``0.03``.

    Raises:
        UsageError: It is none.
    """
    stripped = text.strip()
    if stripped.lower() in _NO_LIMIT:
        return None
    try:
        share = float(stripped.removesuffix("%"))
        if stripped.endswith("%"):
            share /= 100
    except ValueError:
        share = -1.0
    if not 0 < share <= 1:
        raise UsageError(
            f"“{one_line(text, 40)}” is no share of records",
            next_step="Write it as 3% or 0.03, or off for no limit.",
        )
    return share


def report_name(until: datetime) -> str:
    """Returns what the report of a night is called by default, in this machine's zone."""
    return f"night-{until.astimezone():%Y-%m-%d-%H%M}.md"


def read_report(text: str) -> Path:
    """Reads where the report goes, as it was typed.

    Raises:
        UsageError: It cannot go there.
    """
    if not text.strip() or "\0" in text:
        raise UsageError("The file of the report is missing", next_step="Write a path.")
    path = Path(text.strip())
    if path.suffix.lower() == ".json":
        raise UsageError(
            "The report cannot have the suffix .json",
            "It is written as Markdown, and as JSON beside it, under the same name with .json.",
            "Name the Markdown file, as in night.md.",
        )
    return path
