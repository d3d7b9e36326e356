"""The list of the log: virtual, and drawn anew only where it differs."""

from collections.abc import Callable, Sequence
from datetime import datetime

from textual import events
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from zcbulk_tui.render import log
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.span import Line, Span, wrap
from zcbulk_tui.tui.log_entries import LogEntry
from zcbulk_tui.tui.widgets import painter
from zcbulk_tui.tui.widgets.view import top_for


class LogList(Widget):
    """The entries, a line each, and the cursor; only lines that differ are drawn anew.

    Attributes:
        cursor: The place of the selected entry.
        hint: What is said where there are no entries.

    Args:
        glyphs: The characters to draw with.
        now: The time of day; aware.
        on_select: Called when the cursor has come to another entry, or the view has moved; it
            calls `paint`, so that all that changes is in the same frame.
    """

    def __init__(
        self, glyphs: Glyphs, now: Callable[[], datetime], on_select: Callable[[], None], *, id: str
    ) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._now = now
        self._on_select = on_select
        self._entries: Sequence[LogEntry] = ()
        self._top = 0
        self._drawn: list[tuple[Line, bool]] = []
        self.cursor = 0
        self.hint = Span("")

    @property
    def page(self) -> int:
        """Entries that are visible at once."""
        return max(self.size.height, 1)

    @property
    def selected(self) -> LogEntry | None:
        """The entry under the cursor."""
        return self._entries[self.cursor] if self._entries else None

    def put(self, entries: Sequence[LogEntry], cursor: int) -> None:
        """Takes other entries; the cursor stays on its line if it can."""
        line = self.cursor - self._top
        self._entries = entries
        self.cursor = max(0, min(cursor, len(entries) - 1))
        self._top = self.cursor - line
        self._scroll_to_cursor()

    def select(self, place: int) -> None:
        """Puts the cursor on the entry at `place`, or the nearest; `paint` shows it."""
        self.cursor = max(0, min(place, len(self._entries) - 1))
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
        self.paint()

    def render_line(self, y: int) -> Strip:
        """Draws one line."""
        spans, on_cursor = self._drawn[y] if y < len(self._drawn) else ((), False)
        return painter.strip(self, spans, on_cursor=on_cursor)

    def on_click(self, event: events.Click) -> None:
        """Selects the entry."""
        if self._top + event.y < len(self._entries):
            self.select(self._top + event.y)

    def on_mouse_scroll_down(self) -> None:
        """Scrolls the list."""
        self._scroll(3)

    def on_mouse_scroll_up(self) -> None:
        """Scrolls the list."""
        self._scroll(-3)

    def _lines(self) -> list[tuple[Line, bool]]:
        now, width = self._now(), self.size.width
        if not self._entries:
            texts = wrap(self.hint.text, max(width - 2, 1), self.page)
            return [((Span(f" {text}", self.hint.look),), False) for text in texts]
        visible = self._entries[self._top : self._top + self.page]
        lines = [log.entry(entry.record, now, width, glyphs=self._glyphs) for entry in visible]
        at = self.cursor - self._top
        return [
            ((Span(self._glyphs.cursor), *line[1:]), True) if y == at else (line, False)
            for y, line in enumerate(lines)
        ]

    def _scroll(self, rows: int) -> None:
        self._top = max(0, min(self._top + rows, len(self._entries) - self.page))
        self.select(max(self._top, min(self.cursor, self._top + self.page - 1)))

    def _scroll_to_cursor(self) -> None:
        self._top = top_for(self.cursor, self._top, self.page, len(self._entries))
