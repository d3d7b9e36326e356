"""Cells of a CSV on the screen: safe, and so that blanks around a value are seen."""

from zcbulk_tui.domain.text import one_line

_LONGEST = 2_000
"""Characters of a cell that are shown at most."""


def cell(text: str, limit: int = _LONGEST) -> str:
    """Returns a cell as one safe line; blanks at its ends are shown, and so quotes are around it.

    Args:
        text: The cell.
        limit: Characters of it, at most.
    """
    safe = one_line(text, limit)
    if not text:
        return ""
    ends_bare = text[:1].isspace() or text[-1:].isspace()
    if not ends_bare:
        return safe
    before = " " if text[:1].isspace() and safe else ""
    after = " " if text[-1:].isspace() else ""
    return f"“{before}{safe}{after}”"
