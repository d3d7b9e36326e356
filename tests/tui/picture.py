"""The words of a picture of the screen."""

import html
import re

_TEXT = re.compile(r'<text[^>]*\sy="([\d.]+)"[^>]*>([^<]*)</text>')


def text_of(svg: str) -> list[str]:
    """Returns the lines of text in a screenshot, from the top, without blanks at their ends."""
    lines: dict[float, str] = {}
    for y, text in _TEXT.findall(svg):
        lines[float(y)] = lines.get(float(y), "") + html.unescape(text).replace("\xa0", " ")
    return [lines[y].rstrip() for y in sorted(lines)]
