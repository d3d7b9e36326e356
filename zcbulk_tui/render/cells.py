"""Cells of a CSV on the screen: safe, and so that blanks around a value are seen."""

from zcbulk_tui.domain.text import one_line

_LONGEST = 2_000
"""Characters of a cell that are shown at most."""

_SPACE = "␣"
"""Shows the blanks around a cell."""

_MOST_SPACES = 3


def cell(text: str, limit: int = _LONGEST) -> str:
    """Returns a cell as one safe line, with a sign for each blank at its ends, three at most.

    Args:
        text: The cell.
        limit: Characters of it, at most.
    """
    inner = text.strip()
    if inner == text:
        return one_line(text, limit)
    before = len(text) - len(text.lstrip()) if inner else len(text)
    behind = len(text) - len(text.rstrip()) if inner else 0
    signs = [_SPACE * min(count, _MOST_SPACES) for count in (before, behind)]
    return f"{signs[0]}{one_line(inner, limit)}{signs[1]}"
