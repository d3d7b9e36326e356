"""Spans to strips: where the looks of `render` meet the theme."""

from collections.abc import Iterable
from typing import Any

from rich.segment import Segment
from rich.text import Text
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from zcbulk_tui.render.span import Line, Look, Span, line_width

_CLASS = {look: f"look--{look}" for look in Look}

_CURSOR = "row--cursor"

_HAS_OWN_GROUND = frozenset((Look.BADGE, Look.PRODUCTION))
"""What is not seen without it, so that the cursor leaves it as it is."""

COMPONENT_CLASSES = {*_CLASS.values(), _CURSOR}
"""Of the screen that spans are drawn on. Not of each widget: Textual works out every class of every
widget before the first frame."""


def strip(widget: Widget, spans: Iterable[Span], *, on_cursor: bool = False) -> Strip:
    """Returns spans as one line of a widget, in the colours of its screen."""
    style_of = widget.screen.get_component_rich_style
    highlight = style_of(_CURSOR, partial=True) if on_cursor else None
    segments = []
    for text, look in spans:
        style = style_of(_CLASS[look])
        if highlight and look not in _HAS_OWN_GROUND:
            style += highlight
        segments.append(Segment(text, style))
    line = Strip(segments, line_width(spans))
    padding = style_of(_CLASS[Look.TEXT])
    return line.adjust_cell_length(widget.size.width, padding + highlight if highlight else padding)


def text(screen: Screen[Any], lines: Iterable[Line]) -> Text:
    """Returns lines as a text for a `Static`, in the colours of its screen."""
    style_of = screen.get_component_rich_style
    parts = (
        Text.assemble(*((text, style_of(_CLASS[look])) for text, look in line)) for line in lines
    )
    return Text("\n").join(parts)
