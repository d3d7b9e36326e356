"""Events and commands beside the readings of a job: as marks below a chart, and in words."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from zcbulk_tui.domain.job import Action
from zcbulk_tui.domain.records import ControlRecord, EventKind
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.render.chart import Grid
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.span import Line, Look, Span
from zcbulk_tui.render.timeline import Happening, Timeline

_MARK = {
    EventKind.ALERT: "!",
    EventKind.FAULT: "!",
    EventKind.STATE: "*",
    EventKind.COMMAND: "*",
}
"""The marks of events; that of the others is a dot."""

_RANK = "SX!*"
"""Marks by their weight, the heaviest first, where several would stand in one column."""


def marks(timeline: Timeline, on: Grid, glyphs: Glyphs) -> list[Span]:
    """Returns a cell for each column: the mark of what happened there, or a blank."""
    found: dict[int, Span] = {}
    for happening, time in zip(timeline.happenings, timeline.times, strict=True):
        column, new = on.column(time), mark(happening, glyphs)
        if column not in found or _weight(new) > _weight(found[column]):
            found[column] = new
    return [found.get(column, Span(" ")) for column in range(on.width)]


def listed(
    happenings: Sequence[Happening],
    beside: range,
    lines: int,
    now: datetime,
    glyphs: Glyphs,
    zone: tzinfo | None = None,
) -> list[Line]:
    """Returns what happened, oldest first: some of it, and around that as much as there is room.

    Args:
        happenings: What happened, oldest first.
        beside: Which of them are to be seen, and are marked.
        lines: How many lines there are.
        now: Aware.
        glyphs: The characters.
        zone: Where the reader is; None for the zone of this machine.
    """
    if not happenings:
        return [(Span(" No events and no commands.", Look.DIM),)]
    middle = (beside.start + beside.stop - lines + 1) // 2
    top = max(min(middle, beside.start, len(happenings) - lines), 0)
    found: list[Line] = []
    for index in range(top, min(top + lines, len(happenings))):
        happening, is_here = happenings[index], index in beside
        here = Span(glyphs.cursor if is_here else " ", Look.STRONG)
        told = f" {moment(happening.at, now, zone)}  {happened(happening)}"
        look = Look.TEXT if is_here else Look.DIM
        found.append((here, mark(happening, glyphs), Span(told, look)))
    return found


def mark(happening: Happening, glyphs: Glyphs) -> Span:
    """Returns the character for an event or a command."""
    if isinstance(happening, ControlRecord):
        return Span("S" if happening.command.action is Action.START else "X", Look.STRONG)
    text = _MARK.get(happening.kind, glyphs.separator)
    return Span(text, Look.WARNING if text == "!" else Look.TEXT)


def happened(happening: Happening) -> str:
    """Returns an event or a command in a few words, as one safe line."""
    if isinstance(happening, ControlRecord):
        command = happening.command
        why = f" “{command.said}”" if command.said else f" {command.error or ''}"
        who = f" by {happening.operator}" if happening.operator else ""
        name = command.action.value.capitalize()
        return one_line(f"{name}{who}: {command.outcome.value}.{why}", 300)
    return one_line(
        f"Pace: {happening.text}" if happening.kind is EventKind.PACE else happening.text, 300
    )


def moment(at: datetime, now: datetime, zone: tzinfo | None = None) -> str:
    """Returns a moment to the second, with the date when it was on another day."""
    local = at.astimezone(zone)
    is_today = local.date() == now.astimezone(zone).date()
    return f"{local:%H:%M:%S}" if is_today else f"{local:%d %b %H:%M:%S}"


def _weight(span: Span) -> int:
    return -_RANK.index(span.text) if span.text in _RANK else -len(_RANK)
