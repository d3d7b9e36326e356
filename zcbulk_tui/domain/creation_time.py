"""When a job was created, as a user types it: Zoho's answers do not say."""

import re
from datetime import datetime, timedelta, tzinfo

from zcbulk_tui.domain.job import WatchedJob
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import UsageError

EXAMPLES = "14:05, 2026-11-29 14:05 or 2h ago"

_OLDEST = timedelta(days=30)

_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{1,2}:[0-9]{2}", re.ASCII)
_ISO = re.compile(r"[0-9-]{10}[ T][0-9:.]+(?:Z|[+-][0-9:]+)", re.ASCII)
_AGO = re.compile(
    r"(?=[0-9])(?:([0-9]{1,2})d)? ?(?:([0-9]{1,3})h)? ?(?:([0-9]{1,4})m)? ago",
    re.ASCII | re.IGNORECASE,
)


def write_created(at: datetime | None, zone: tzinfo | None = None) -> str:
    """Returns a time of creation as it is typed; empty where it is unknown.

    Args:
        at: Aware; None if unknown.
        zone: Where the user is; None for the zone of this machine.
    """
    return "" if at is None else f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def read_created(
    text: str, job: WatchedJob, now: datetime, zone: tzinfo | None = None
) -> datetime | None:
    """Returns the time of creation that a user typed; None where it is unknown.

    Args:
        text: As in `EXAMPLES`, or in ISO 8601 with its zone; empty for unknown.
        job: Says until when it must have been created.
        now: Aware.
        zone: Where the user is; None for the zone of this machine.

    Raises:
        UsageError: It is no time, or the job cannot have been created then.
    """
    typed = " ".join(text.split())
    if not typed:
        return None
    moment = _moment(typed, now, zone)
    shown = one_line(typed, 40)
    if moment > now:
        day = f"{(now - timedelta(days=1)).astimezone(zone):%Y-%m-%d}"
        raise UsageError(
            f"“{shown}” is still to come", next_step=f"For another day, write it as in {day} 14:05."
        )
    seen = min(filter(None, (job.added_at, job.started_at, now)))
    if moment > seen:
        raise UsageError(
            f"“{shown}” cannot be when it was created",
            f"It was there already at {write_created(seen, zone)}.",
        )
    if now - moment > _OLDEST:
        raise UsageError(
            f"“{shown}” cannot be when it was created",
            f"That is more than {_OLDEST.days} days ago, and Zoho deletes uploaded files after 3.",
        )
    return moment


def _moment(typed: str, now: datetime, zone: tzinfo | None) -> datetime:
    try:
        if _ISO.fullmatch(typed):
            return datetime.fromisoformat(typed)
        if _DATE.fullmatch(typed):
            date, clock = typed[:10], typed[11:].zfill(5)
            return _aware(datetime.fromisoformat(f"{date}T{clock}"), zone)
        if match := _CLOCK.fullmatch(typed):
            today = now.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0)
            return _aware(today.replace(hour=int(match[1]), minute=int(match[2])), zone)
    except (ValueError, OverflowError, OSError):  # the last: a time that this machine cannot count
        pass
    if match := _AGO.fullmatch(typed):
        days, hours, minutes = (int(part or 0) for part in match.groups())
        return now - timedelta(days=days, hours=hours, minutes=minutes)
    raise UsageError(
        f"“{one_line(typed, 40)}” is not a time", next_step=f"Write it as in {EXAMPLES}."
    )


def _aware(local: datetime, zone: tzinfo | None) -> datetime:
    """Returns the moment that a clock in a zone shows once.

    Raises:
        UsageError: The clock was set then, and has shown that time twice or not at all.
    """
    first, second = (local.replace(fold=fold, tzinfo=zone).astimezone(zone) for fold in (0, 1))
    if first.utcoffset() != second.utcoffset():
        raise UsageError(
            f"Clocks were set at {local:%H:%M} that day",
            next_step="Write it as in 2h ago.",
        )
    return first
