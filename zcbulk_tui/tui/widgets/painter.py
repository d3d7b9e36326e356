"""Spans to strips: where the looks of `render` meet the theme."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from rich.segment import Segment
from rich.style import Style
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


def strip(widget: Widget, spans: Sequence[Span], *, on_cursor: bool = False) -> Strip:
    """Returns spans as one line of a widget, in the colours of its screen."""
    style_of = widget.screen.get_component_rich_style
    highlight = style_of(_CURSOR, partial=True) if on_cursor else None
    padding = style_of(_CLASS[Look.TEXT])
    if highlight:
        padding += highlight
    width = widget.size.width
    if not spans:
        return _blank(width, padding)
    segments = []
    for text, look in spans:
        style = style_of(_CLASS[look])
        if highlight and look not in _HAS_OWN_GROUND:
            style += highlight
        segments.append(Segment(text, style))
    return Strip(segments, line_width(spans)).adjust_cell_length(width, padding)


@lru_cache(maxsize=8)
def _blank(width: int, style: Style) -> Strip:
    """One strip for all blank lines of a width: it remembers what it was cut and coloured into."""
    return Strip.blank(width, style)


def text(screen: Screen[Any], lines: Iterable[Line]) -> Text:
    """Returns lines as a text for a `Static`, in the colours of its screen."""
    style_of = screen.get_component_rich_style
    parts = (
        Text.assemble(*((text, style_of(_CLASS[look])) for text, look in line)) for line in lines
    )
    return Text("\n").join(parts)
