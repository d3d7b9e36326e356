"""The list of jobs: rows of three panes, each painted only where it differs.

Textual sends a changed region from the left edge of its widget on. So what changes together is a
widget of its own: the names hardly ever do, the bar by the cell, the numbers with every reading.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime

from textual import events
from textual.app import ComposeResult
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from zcbulk_tui.domain.job import Environment, JobRef, JobState
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.render.columns import Columns, columns
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.row import Row, header, row
from zcbulk_tui.render.span import Span
from zcbulk_tui.tui.widgets.painter import strip
from zcbulk_tui.tui.widgets.view import top_for


class JobList(Widget):
    """The watched jobs, one row each, and the cursor.

    The cursor stays on its job whatever happens to the others.

    Attributes:
        states: How many jobs are in each state; None for those that have not been read.
        environments: How many jobs live in each environment.

    Args:
        glyphs: The characters to draw with.
        now: The time of day; aware.
        on_select: Called when the cursor has come to another job; called, not sent a message, so
            that what it draws is in the same frame.
    """

    def __init__(
        self,
        glyphs: Glyphs,
        now: Callable[[], datetime],
        *,
        on_select: Callable[[], None] = lambda: None,
        id: str,
    ) -> None:
        super().__init__(id=id)
        self.glyphs = glyphs
        self._now = now
        self._on_select = on_select
        self.states: Counter[JobState | None] = Counter()
        self.environments: Counter[Environment] = Counter()
        self._snapshots: dict[JobRef, JobSnapshot] = {}
        self._order: list[JobRef] = []
        self._cursor = 0
        self._top = 0
        self._drawn: dict[JobRef, Row] = {}
        self._changed: set[JobRef] = set()
        self._panes = tuple(_Pane(self, part) for part in range(len(Row._fields)))

    def compose(self) -> ComposeResult:
        """The panes, side by side."""
        yield from self._panes

    # The model.

    @property
    def snapshots(self) -> Iterable[JobSnapshot]:
        """All jobs, in their order."""
        return (self._snapshots[ref] for ref in self._order)

    @property
    def selected(self) -> JobSnapshot | None:
        """The job under the cursor."""
        return self._snapshots[self._order[self._cursor]] if self._order else None

    def __contains__(self, ref: JobRef) -> bool:
        return ref in self._snapshots

    def put(self, snapshot: JobSnapshot) -> None:
        """Takes a job, new or changed; `paint` shows it."""
        before = self._snapshots.get(snapshot.ref)
        if before is None:
            self._order.append(snapshot.ref)
            self.environments[snapshot.ref.environment] += 1
        else:
            self.states[before.state] -= 1
        self.states[snapshot.state] += 1
        self._snapshots[snapshot.ref] = snapshot
        self._changed.add(snapshot.ref)

    def drop(self, ref: JobRef) -> None:
        """Takes a job off the list."""
        index = self._order.index(ref)
        del self._order[index]
        self.states[self._snapshots.pop(ref).state] -= 1
        self.environments[ref.environment] -= 1
        self._drawn.pop(ref, None)
        if index < self._cursor or self._cursor == len(self._order):
            self._cursor = max(self._cursor - 1, 0)
        self._scroll_to_cursor()
        self.repaint()
        self._on_select()

    def select(self, index: int) -> None:
        """Puts the cursor on the job at `index`, or on the nearest there is."""
        index = max(0, min(index, len(self._order) - 1))
        if index == self._cursor or not self._order:
            return
        before, self._cursor = self._cursor, index
        if self._scroll_to_cursor():
            self.repaint()
        else:
            self._refresh_row(before)
            self._refresh_row(index)
        self._on_select()

    def select_job(self, ref: JobRef) -> None:
        """Puts the cursor on a job."""
        self.select(self._order.index(ref))

    def move(self, rows: int) -> None:
        """Moves the cursor down, or up for less than 0."""
        self.select(self._cursor + rows)

    def move_to_end(self, *, last: bool) -> None:
        """Moves the cursor to the first or to the last job."""
        self.select(len(self._order) - 1 if last else 0)

    def scroll_rows(self, rows: int) -> None:
        """Moves the view, and the cursor along with it where it would be lost."""
        top = max(0, min(self._top + rows, len(self._order) - self.page))
        if top == self._top:
            return
        self._top = top
        self.select(max(top, min(self._cursor, top + self.page - 1)))
        self.repaint()

    # The picture.

    @property
    def page(self) -> int:
        """Rows that are visible at once."""
        return max(self.size.height - 1, 1)

    @property
    def columns(self) -> Columns:
        """The columns at the present width."""
        return columns(self.size.width)

    def on_screen(self) -> list[JobSnapshot]:
        """The jobs on screen."""
        return [self._snapshots[ref] for ref in self._order[self._top : self._top + self.page]]

    def paint(self, *, all_rows: bool = False) -> None:
        """Shows what differs from what was drawn.

        Args:
            all_rows: Whether to look at every row, since time has passed; else only at jobs that
                were put since.
        """
        now, at = self._now(), self.columns
        changed, self._changed = self._changed, set()
        for offset, snapshot in enumerate(self.on_screen()):
            if not all_rows and snapshot.ref not in changed:
                continue
            drawn, new = self._drawn.get(snapshot.ref), row(snapshot, now, at, self.glyphs)
            if drawn == new:
                continue
            self._drawn[snapshot.ref] = new
            for part, pane in enumerate(self._panes):
                if drawn is None or drawn[part] != new[part]:
                    pane.refresh_line(offset + 1)

    def repaint(self) -> None:
        """Draws everything anew."""
        self._drawn.clear()
        for pane in self._panes:
            pane.refresh()

    def on_resize(self) -> None:
        """Keeps the cursor in view, and drops what was drawn for another width."""
        self._scroll_to_cursor()
        self.repaint()

    def line(self, y: int, part: int) -> tuple[tuple[Span, ...], bool]:
        """Returns the spans of a part of line `y`, and whether the cursor is on it."""
        if y == 0:
            return header(self.columns)[part], False
        index = self._top + y - 1
        if index >= len(self._order):
            return (), False
        ref = self._order[index]
        drawn = self._drawn.get(ref)
        if drawn is None:
            drawn = row(self._snapshots[ref], self._now(), self.columns, self.glyphs)
            self._drawn[ref] = drawn
        return drawn[part], index == self._cursor

    def click(self, y: int) -> None:
        """Puts the cursor on the row at line `y`."""
        if 0 < y <= len(self._order) - self._top:
            self.select(self._top + y - 1)

    def _scroll_to_cursor(self) -> bool:
        """Brings the cursor into view; returns whether the view moved."""
        before = self._top
        self._top = top_for(self._cursor, before, self.page, len(self._order))
        return self._top != before

    def _refresh_row(self, index: int) -> None:
        for pane in self._panes:
            pane.refresh_line(index - self._top + 1)


class _Pane(Widget):
    """One part of every row."""

    def __init__(self, jobs: JobList, part: int) -> None:
        super().__init__()
        self._jobs = jobs
        self._part = part

    def get_content_width(self, container: Size, viewport: Size) -> int:  # noqa: ARG002 - Textual's
        """Cells that the columns give to this part."""
        at = columns(container.width)
        return (at.names_width, at.bar, at.numbers_width)[self._part]

    def refresh_line(self, y: int) -> None:
        """Draws one line anew."""
        self.refresh(Region(0, y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        """Draws one line."""
        spans, on_cursor = self._jobs.line(y, self._part)
        if on_cursor and self._part == 0:
            spans = (Span(self._jobs.glyphs.cursor), *spans[1:])
        return strip(self, spans, on_cursor=on_cursor)

    def on_click(self, event: events.Click) -> None:
        """Selects the row."""
        self._jobs.click(event.y)

    def on_mouse_scroll_down(self) -> None:
        """Scrolls the list."""
        self._jobs.scroll_rows(3)

    def on_mouse_scroll_up(self) -> None:
        """Scrolls the list."""
        self._jobs.scroll_rows(-3)
