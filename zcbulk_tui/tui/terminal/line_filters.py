"""The last step of drawing, where the terminal shows ASCII only or colours are off."""

import os
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.filter import LineFilter, Monochrome

from zcbulk_tui.render.glyphs import to_ascii

_NO_COLOUR_STYLE = Path(__file__).parents[1] / "screens" / "no_colour.tcss"


class AsciiFilter(LineFilter):
    """Draws every line, of ours and of Textual's own widgets, in ASCII."""

    def apply(
        self,
        segments: list[Segment],
        background: Color,  # noqa: ARG002 - part of the signature of Textual
    ) -> list[Segment]:
        """Returns the segments of a line in ASCII."""
        return [Segment(to_ascii(text), style, control) for text, style, control in segments]


class NoColourFilter(LineFilter):
    """Draws every line without colours; what is bold, dim, reversed or underlined stays so."""

    def apply(
        self,
        segments: list[Segment],
        background: Color,  # noqa: ARG002 - part of the signature of Textual
    ) -> list[Segment]:
        """Returns the segments of a line without colours."""
        return [
            Segment(text, style and _without_colour(style), control)
            for text, style, control in segments
        ]


@lru_cache(1024)
def _without_colour(style: Style) -> Style:
    return style.without_color


# One of each: Textual's strips cache the result by filter.
_ASCII = AsciiFilter()
_NO_COLOUR = NoColourFilter()


def apply_no_color(app: App[Any]) -> None:
    """Sets whether an app draws colours by NO_COLOR (https://no-color.org); an empty value is none.

    Textual counts an empty value too.
    """
    app.no_color = bool(os.environ.get("NO_COLOR"))
    if app.no_color:
        app.css_path.append(_NO_COLOUR_STYLE)


def line_filters(
    app: App[Any], filters: Sequence[LineFilter], *, ascii_only: bool
) -> Iterator[LineFilter]:
    """Yields the filters of an app's lines.

    Args:
        app: The app.
        filters: Those of Textual. Its filter of colours leaves greys, and makes dim text coloured.
        ascii_only: Whether the terminal shows ASCII only.
    """
    if app.no_color:
        yield _NO_COLOUR
    else:
        yield from (each for each in filters if not isinstance(each, Monochrome))
    if ascii_only:
        yield _ASCII
