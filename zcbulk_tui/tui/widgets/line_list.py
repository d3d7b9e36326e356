"""A list of lines with a cursor: virtual, and drawn anew only where it differs."""

from collections.abc import Callable

from textual import events
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from zcbulk_tui.render.span import Line, Span, divide, wrap
from zcbulk_tui.tui.widgets import painter
from zcbulk_tui.tui.widgets.view import top_for

_WHEEL = 3
"""Lines that the wheel scrolls."""


class LineList(Widget):
    """So many lines, of which those in view are drawn, and the cursor.

    Attributes:
        cursor: The place of the selected line.
        count: How many there are.
        hint: What is said where there are none.

    Args:
        draw: Returns the line at a place, in a width; its first cell is for the cursor.
        mark: The glyph before the selected line.
        on_select: Called when the cursor has come to another line, or the view has moved; it calls
            `paint`, so that all that changes is in the same frame.
        on_open: Called after a second click on the selected line.
    """

    def __init__(
        self,
        draw: Callable[[int, int], Line],
        mark: str,
        on_select: Callable[[], None],
        *,
        id: str,
        on_open: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(id=id)
        self._draw = draw
        self._mark = mark
        self._on_select = on_select
        self._on_open = on_open
        self._drawn: list[tuple[Line, bool]] = []
        self.top = 0
        self.cursor = 0
        self.count = 0
        self.hint = Span("")

    @property
    def page(self) -> int:
        """Lines that are visible at once."""
        return max(self.size.height, 1)

    def put(self, count: int, cursor: int = 0) -> None:
        """Takes another number of lines; `paint` shows them."""
        self.count = count
        self.cursor = max(0, min(cursor, count - 1))
        self._scroll_to_cursor()

    def select(self, place: int) -> None:
        """Puts the cursor on the line at `place`, or the nearest; `paint` shows it."""
        self.cursor = max(0, min(place, self.count - 1))
        self._scroll_to_cursor()
        self._on_select()

    def paint(self) -> None:
        """Shows what differs from what was drawn."""
        before, self._drawn = self._drawn, self._lines()
        for y in range(max(len(before), len(self._drawn))):
            if before[y : y + 1] != self._drawn[y : y + 1]:
                self.refresh(Region(0, y, self.size.width, 1))

    def on_resize(self) -> None:
        """Keeps the cursor in view."""
        self._scroll_to_cursor()
        self._on_select()

    def render_line(self, y: int) -> Strip:
        """Draws one line."""
        spans, on_cursor = self._drawn[y] if y < len(self._drawn) else ((), False)
        return painter.strip(self, spans, on_cursor=on_cursor)

    def on_click(self, event: events.Click) -> None:
        """Selects the line; opens it after a second click."""
        place = self.top + event.y
        if event.button != 1 or place >= self.count:
            return
        if event.chain > 1 and place == self.cursor and self._on_open is not None:
            self._on_open()
        else:
            self.select(place)

    def on_mouse_scroll_down(self) -> None:
        """Scrolls."""
        self._scroll(_WHEEL)

    def on_mouse_scroll_up(self) -> None:
        """Scrolls."""
        self._scroll(-_WHEEL)

    def _lines(self) -> list[tuple[Line, bool]]:
        width = self.size.width
        if not self.count:
            texts = wrap(self.hint.text, max(width - 2, 1), self.page)
            return [((Span(f" {text}", self.hint.look),), False) for text in texts]
        lines = []
        for place in range(self.top, min(self.top + self.page, self.count)):
            line, selected = self._draw(place, width), place == self.cursor
            lines.append((self._marked(line) if selected else line, selected))
        return lines

    def _marked(self, line: Line) -> Line:
        """The line with the mark in its first cell."""
        return (Span(self._mark), *divide(line, 1)[1])

    def _scroll(self, lines: int) -> None:
        self.top = max(0, min(self.top + lines, self.count - self.page))
        self.select(max(self.top, min(self.cursor, self.top + self.page - 1)))

    def _scroll_to_cursor(self) -> None:
        self.top = top_for(self.cursor, self.top, self.page, self.count)
