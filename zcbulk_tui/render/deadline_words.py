"""Zoho's deadlines in words: which, when, and how much time is left."""

from datetime import datetime, tzinfo

from zcbulk_tui.domain.deadlines import Deadline, Kind, Urgency
from zcbulk_tui.render.figures import countdown
from zcbulk_tui.render.span import Look

NAME = {Kind.START: "Start by", Kind.RESULT: "Result until", Kind.INPUT: "File until"}

LOOK = {
    Urgency.CALM: Look.TEXT,
    Urgency.SOON: Look.WARNING,
    Urgency.NOW: Look.ERROR,
    Urgency.PAST: Look.ERROR,
}

_FROM = {
    Kind.START: "3 h from its creation",
    Kind.RESULT: "3 days from its end",
    Kind.INPUT: "3 days from the upload",
}


def moment(at: datetime, zone: tzinfo | None = None) -> str:
    """Returns a moment in full, as in "Sun 22 Nov 14:31 CET".

    Args:
        at: Aware.
        zone: Where the reader is; None for the zone of this machine.
    """
    return f"{at.astimezone(zone):%a %d %b %H:%M %Z}"


def describe(deadline: Deadline, now: datetime, zone: tzinfo | None = None) -> str:
    """Returns the time left and the date of a deadline."""
    at = moment(deadline.at, zone)
    left = (deadline.at - now).total_seconds()
    if left <= 0:
        return f"passed, {at}" if deadline.exact else f"passed, {at} at the latest"
    return f"{'' if deadline.exact else 'unknown, at most '}{countdown(left)} left, {at}"


def explain(deadline: Deadline) -> str:
    """Returns the reason for a deadline, as a sentence."""
    return (
        f"{_FROM[deadline.kind]}."
        if deadline.exact
        else f"{_FROM[deadline.kind]}, which was not seen."
    )
