"""The list of the log: entries, a line each."""

from collections.abc import Callable, Sequence
from datetime import datetime

from zcbulk_tui.render import log
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.span import Line
from zcbulk_tui.tui.log_entries import LogEntry
from zcbulk_tui.tui.widgets.line_list import LineList


class LogList(LineList):
    """The entries, and the cursor.

    Args:
        glyphs: The characters to draw with.
        now: The time of day; aware.
        on_select: See `LineList`.
    """

    def __init__(
        self, glyphs: Glyphs, now: Callable[[], datetime], on_select: Callable[[], None], *, id: str
    ) -> None:
        super().__init__(self._line, glyphs.cursor, on_select, id=id)
        self._glyphs = glyphs
        self._now = now
        self._entries: Sequence[LogEntry] = ()

    @property
    def selected(self) -> LogEntry | None:
        """The entry under the cursor."""
        return self._entries[self.cursor] if self._entries else None

    def put_entries(self, entries: Sequence[LogEntry], cursor: int) -> None:
        """Takes other entries; the cursor stays on its line if it can."""
        line = self.cursor - self.top
        self._entries = entries
        self.top = cursor - line
        self.put(len(entries), cursor)

    def _line(self, place: int, width: int) -> Line:
        return log.entry(self._entries[place].record, self._now(), width, glyphs=self._glyphs)
