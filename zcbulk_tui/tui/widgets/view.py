"""Which rows of a list are in view."""

_CONTEXT = 2
"""Rows that stay on screen when the view moves on."""


def top_for(cursor: int, top: int, page: int, rows: int) -> int:
    """Returns the first row in view, so that the cursor is in it.

    A view that moves is sent whole, so it moves by most of a page: on a slow line one key in a page
    takes long, and not every one.

    Args:
        cursor: The row of the cursor.
        top: The first row in view so far.
        page: Rows that are visible at once; at least 1.
        rows: How many there are.
    """
    if cursor < top:
        top = cursor - page + 1 + _CONTEXT
    elif cursor >= top + page:
        top = cursor - _CONTEXT
    # The cursor stays in view however short the page, with no empty lines below the last row.
    top = min(max(top, cursor - page + 1), cursor)
    return max(min(top, rows - page), 0)
