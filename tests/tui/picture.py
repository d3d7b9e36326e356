"""The words of a picture, and of the screen."""

import html
import re
from typing import Any

from textual._context import visible_screen_stack
from textual.app import App

_TEXT = re.compile(r'<text[^>]*\sy="([\d.]+)"[^>]*>([^<]*)</text>')


def text_of(svg: str) -> list[str]:
    """Returns the lines of text in a screenshot, from the top, without blanks at their ends."""
    lines: dict[float, str] = {}
    for y, text in _TEXT.findall(svg):
        lines[float(y)] = lines.get(float(y), "") + html.unescape(text).replace("\xa0", " ")
    return [lines[y].rstrip() for y in sorted(lines)]


def text_on(app: App[Any]) -> list[str]:
    """Returns what `text_of` does of a screenshot of an app's screen, without drawing the picture.

    A picture has the title a little below the first line, and nothing where a segment is blank.
    """
    visible_screen_stack.set(app._background_screens)
    strips = app.screen._compositor.render_strips()
    # A screen that has just been opened has none.
    words = ["".join(part.text for part in strip if part.text.strip(" ")) for strip in strips]
    first, *others = (line.replace("\xa0", " ").rstrip() for line in (words or [""]))
    return [first, app.title, *others]
