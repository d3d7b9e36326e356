"""Zoho's deadlines in words: which, when, and how much time is left."""

from datetime import datetime, tzinfo

from zcbulk_tui.domain.deadlines import KEPT, Deadline, Kind, Urgency
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
    if deadline.exact:
        return f"{countdown(left)} left, {at}"
    if deadline.earliest is None:
        return f"unknown, at most {countdown(left)} left, {at}"
    least = countdown(max((deadline.earliest - now).total_seconds(), 0.0))
    most = countdown(left)
    return f"{most if least == most else f'{least} to {most}'} left, {at} at the latest"


def explain(deadline: Deadline, zone: tzinfo | None = None) -> str:
    """Returns the reason for a deadline, as a sentence."""
    begin = _FROM[deadline.kind]
    if deadline.exact:
        return f"{begin}."
    if deadline.earliest is None:
        return f"{begin}, which was not seen."
    least, most = ((it - KEPT).astimezone(zone) for it in (deadline.earliest, deadline.at))
    day = "" if least.date() == most.date() else "%d %b "
    return f"{begin}, which was between {least:{day}%H:%M:%S} and {most:{day}%H:%M:%S}."
