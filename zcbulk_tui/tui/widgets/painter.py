"""Spans to strips: where the looks of `render` meet the theme."""

from collections.abc import Iterable

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from zcbulk_tui.render.span import Look, Span, line_width

_CLASS = {look: f"look--{look}" for look in Look}

LOOKS = set(_CLASS.values())
"""Component classes of every widget that draws spans."""


def strip(widget: Widget, spans: Iterable[Span], highlight: Style | None = None) -> Strip:
    """Returns a line in the colours of a widget.

    Args:
        widget: Has `LOOKS` among its component classes.
        spans: The line.
        highlight: Goes over the styles of the spans.
    """
    segments = []
    for text, look in spans:
        style = widget.get_component_rich_style(_CLASS[look])
        segments.append(Segment(text, style + highlight if highlight else style))
    return Strip(segments, line_width(spans))
