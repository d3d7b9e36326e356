"""A field in which text is typed."""

from typing import Any

from textual.widgets import Input


class Field(Input):
    """A field of one line whose cursor stands still: a screen that waits sends nothing.

    Args:
        value: What it holds at first.
        more: See `textual.widgets.Input`.
    """

    def __init__(self, value: str = "", **more: Any) -> None:
        super().__init__(value, compact=True, **more)
        self.cursor_blink = False
