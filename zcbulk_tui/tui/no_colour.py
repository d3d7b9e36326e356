"""The last step of drawing where the user wants no colours (https://no-color.org)."""

import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.filter import LineFilter, Monochrome

_STYLE = Path(__file__).parent / "screens" / "no_colour.tcss"


class NoColourFilter(LineFilter):
    """Draws every line without any colour; what is bold, dim, reversed or underlined stays so."""

    def apply(
        self,
        segments: list[Segment],
        background: Color,  # noqa: ARG002 - part of the signature of Textual
    ) -> list[Segment]:
        """Returns the segments of a line without colours."""
        return [
            Segment(text, style and _plain(style), control) for text, style, control in segments
        ]


@lru_cache(1024)
def _plain(style: Style) -> Style:
    return style.without_color


_FILTER = NoColourFilter()


def settle(app: App[Any]) -> None:
    """Makes an app obey NO_COLOR as it is defined: an empty one counts for nothing."""
    app.no_color = bool(os.environ.get("NO_COLOR"))
    if app.no_color:
        app.css_path.append(_STYLE)


def line_filters(app: App[Any], filters: Sequence[LineFilter]) -> Sequence[LineFilter]:
    """Returns what an app's lines go through, given what Textual would have.

    Textual's own leave greys, and turn what is dim into a colour.
    """
    if app.no_color:
        return (_FILTER,)
    return [each for each in filters if not isinstance(each, Monochrome)]
