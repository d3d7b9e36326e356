"""The list of jobs: lines of three panes, each painted only where it differs.

Textual sends a changed region from the left edge of its widget on. So what changes together is a
widget of its own: the names hardly ever do, the bar by the cell, the numbers with every reading.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from zcbulk_tui.domain.lineage import Chain
from zcbulk_tui.domain.snapshot import JobSnapshot, Listed
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.render.columns import Columns, column_at, columns
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.lineage import Branch
from zcbulk_tui.render.order import SortBy
from zcbulk_tui.render.row import Row, header, row
from zcbulk_tui.render.span import Line, Span, divide
from zcbulk_tui.render.totals import Sum, sum_row
from zcbulk_tui.tui.job_rows import JobRows, ListLine, Place
from zcbulk_tui.tui.widgets.painter import strip
from zcbulk_tui.tui.widgets.view import top_for

_LEAST_FOR_TOTAL = 6
"""Lines from which on one of them can be spared for the total."""


class _Drawn(NamedTuple):
    """A line as it is on the screen."""

    parts: Row
    on_cursor: bool = False


class _Made(NamedTuple):
    """A row, and what it was made of; the same objects make the same row."""

    shown: JobSnapshot
    chain: Chain | None
    branch: Branch
    label: str
    row: Row

    def is_of(self, shown: JobSnapshot, chain: Chain | None, branch: Branch, label: str) -> bool:
        """Whether it would be made the same."""
        are_same = self.shown is shown and self.chain is chain
        return are_same and (self.branch, self.label) == (branch, label)


_BLANK = _Drawn(Row((), (), ()))


class JobList(Widget):
    """The titles of the columns, the jobs that are shown, and their total; and the cursor.

    The cursor stays on its job whatever happens to the others.

    Attributes:
        rows: The jobs; `paint` shows what has changed in it.
        shows_total: Whether the last line is that of the total.
        shows_profile: Whether there are several profiles, so that each row names its own.
        marks_production: Whether production is marked, where there are both.

    Args:
        rows: The jobs.
        glyphs: The characters to draw with.
        now: The time of day; aware.
        on_select: Called when the cursor has come to another job; called, not sent a message, so
            that what it draws is in the same frame.
        on_title: Called with the column whose title was clicked.
        on_open: Called when a job was clicked twice.
        hint: Returns what is shown where there is nothing to show, line by line.
    """

    def __init__(
        self,
        rows: JobRows,
        glyphs: Glyphs,
        now: Callable[[], datetime],
        *,
        on_select: Callable[[], None] = lambda: None,
        on_title: Callable[[SortBy], None] = lambda _: None,
        on_open: Callable[[], None] = lambda: None,
        hint: Callable[[], Sequence[Line]] = tuple,
        id: str,
    ) -> None:
        super().__init__(id=id)
        self.rows = rows
        self.glyphs = glyphs
        self.shows_total = False
        self.shows_profile = False
        self.marks_production = True
        self._now = now
        self._on_select = on_select
        self._on_title = on_title
        self._on_open = on_open
        self._hint = hint
        self._top = 0
        self._drawn: list[_Drawn] = []
        self._made: dict[Place, _Made] = {}
        self._made_for: Columns | None = None
        self._panes = tuple(_Pane(self, part) for part in range(len(Row._fields)))

    def compose(self) -> ComposeResult:
        """The panes, side by side."""
        yield from self._panes

    # The cursor.

    def select(self, index: int) -> None:
        """Puts the cursor on the place at `index`, or on the nearest."""
        if self.rows.select(index):
            self.paint()
            self._on_select()

    def select_job(self, key: Place) -> None:
        """Puts the cursor on a job, or where it is folded away, if it is shown."""
        index = self.rows.index_of(key)
        if index is not None:
            self.select(index)

    def move(self, by: int) -> None:
        """Moves the cursor down, or up for less than 0."""
        self.select(self.rows.cursor + by)

    def move_to_end(self, *, last: bool) -> None:
        """Moves the cursor to the first or to the last job."""
        self.select(len(self.rows.places) - 1 if last else 0)

    def scroll_rows(self, by: int) -> None:
        """Moves the view, and the cursor along with it where it would be lost."""
        list_lines, page = self.rows.list_lines, self.page
        self._top = max(0, min(self._top + by, len(list_lines) - page))
        line = self.rows.line
        in_view = [
            list_line
            for list_line in list_lines[self._top : self._top + page]
            if not isinstance(list_line, str)
        ]
        if in_view and not self._top <= line < self._top + page:
            self.select_job(in_view[0] if line < self._top else in_view[-1])
        self.paint()

    # The picture.

    @property
    def page(self) -> int:
        """Lines of jobs that are visible at once."""
        return max(self.size.height - 1 - self._has_total, 1)

    @property
    def columns(self) -> Columns:
        """The columns at the present width."""
        return self.columns_at(self.size.width)

    def columns_at(self, width: int) -> Columns:
        """The columns at a width."""
        is_mixed = self.shows_profile or len(+self.rows.environments) > 1
        mixed = self.marks_production and is_mixed
        return columns(width, profiles=self.shows_profile, mixed=mixed)

    def on_screen(self) -> list[Listed]:
        """The jobs on screen."""
        list_lines = self.rows.list_lines[self._top : self._top + self.page]
        return [self.rows.job_at(it) for it in list_lines if not isinstance(it, str)]

    def paint(self, *, all_rows: bool = False) -> None:
        """Shows what differs from what was drawn.

        Args:
            all_rows: Whether to look at every row, since time has passed; else only at jobs that
                were put since.
        """
        if not self.size.width:
            return
        if all_rows:
            self._made.clear()
        before, self._drawn = self._drawn, self._lines()
        pairs = list(zip_longest(before, self._drawn, fillvalue=_BLANK))
        differing = [(y, old, new) for y, (old, new) in enumerate(pairs) if old != new]
        for part, pane in enumerate(self._panes):
            lines = [
                y
                for y, old, new in differing
                if old.on_cursor != new.on_cursor or old.parts[part] != new.parts[part]
            ]
            if len(lines) > len(pairs) // 2:
                pane.refresh()  # as after scrolling; so many regions would take longer
            else:
                for y in lines:
                    pane.refresh_line(y)

    def repaint(self) -> None:
        """Draws everything anew."""
        self._drawn = self._lines() if self.size.width else []
        for pane in self._panes:
            pane.refresh()

    def on_resize(self) -> None:
        """Fits everything to the size."""
        self.repaint()

    def line(self, y: int, part: int) -> tuple[Line, bool]:
        """Returns the spans of a part of line `y`, and whether the cursor is on it."""
        if not self._drawn:
            self._drawn = self._lines()  # the first frame comes before it has its size
        drawn = self._drawn[y] if y < len(self._drawn) else _BLANK
        return drawn.parts[part], drawn.on_cursor

    def click(self, y: int, part: int, x: int, *, twice: bool) -> None:
        """Puts the cursor on the row at line `y`, or sorts by the title that is there."""
        list_line = self._place_at(y)
        if y == 0:
            column = column_at(self.columns, part, x)
            if column is not None:
                self._on_title(column)
        elif list_line is not None and not isinstance(list_line, str):
            self.select_job(list_line)
            if twice:
                self._on_open()

    def _place_at(self, y: int) -> ListLine | None:
        index = self._top + y - 1
        return self.rows.list_lines[index] if 0 < y <= self.page and index < self._count else None

    @property
    def _count(self) -> int:
        return len(self.rows.list_lines)

    @property
    def _has_total(self) -> bool:
        enough = self.size.height >= _LEAST_FOR_TOTAL
        return self.shows_total and enough and len(self.rows) > 0

    def _lines(self) -> list[_Drawn]:
        """The lines as they are to be, from the titles down."""
        at, now = self.columns, self._now()
        self.rows.set_time(now)
        list_lines = self.rows.list_lines
        if at != self._made_for:
            self._made.clear()
            self._made_for = at
        line = self.rows.line
        self._top = top_for(line, self._top, self.page, len(list_lines))
        if line == 1 and self._top == 1 and isinstance(list_lines[0], str):
            self._top = 0
        visible = list_lines[self._top : self._top + self.page]
        drawn = [_Drawn(header(at, self.rows.order, self.glyphs))]
        drawn += [
            self._drawn_at(list_line, now, at, on_cursor=index == line)
            for index, list_line in enumerate(visible, self._top)
        ]
        self._made = {key: made for key, made in self._made.items() if key in visible}
        if not list_lines:
            drawn += [_across(line, at) for line in self._hint()]
        if self._has_total:
            drawn += [_BLANK] * (self.page + 1 - len(drawn))
            drawn.append(self._total(at))
        return drawn

    def _drawn_at(
        self, list_line: ListLine, now: datetime, at: Columns, *, on_cursor: bool
    ) -> _Drawn:
        if isinstance(list_line, str):
            return self._sum(list_line, self.rows.total(list_line), at)
        rows, branch = self.rows, self.rows.branch(list_line)
        listed, line = rows.shown_at(list_line), rows.chain_line(list_line)
        chain, label = (line.chain if line is not None else None), rows.label(list_line)
        made = self._made.get(list_line)
        if made is None or not made.is_of(listed.snapshot, chain, branch, label):
            glyph = branch.glyph(self.glyphs)
            drawn = row(listed, now, at, self.glyphs, chain=chain, branch=glyph, label=label)
            made = self._made[list_line] = _Made(listed.snapshot, chain, branch, label, drawn)
        cursor = self.glyphs.cursor if on_cursor else " "
        is_marked = any(key in rows.marked for key in rows.jobs_at(list_line))
        names = (Span(cursor + (self.glyphs.mark if is_marked else " ")), *made.row.names[1:])
        return _Drawn(made.row._replace(names=names), on_cursor)

    def _total(self, at: Columns) -> _Drawn:
        asked = one_line(self.rows.query.strip())
        title = f"“{asked}”" if asked else "Total"
        return self._sum(title, self.rows.total(), at, of=len(self.rows) if asked else None)

    def _sum(self, title: str, total: Sum, at: Columns, *, of: int | None = None) -> _Drawn:
        return _Drawn(sum_row(title, total, at, self.glyphs, of=of))


def _across(line: Line, at: Columns) -> _Drawn:
    """A text that runs across the panes."""
    names, rest = divide(line, at.names_width)
    bar, numbers = divide(rest, at.bar)
    return _Drawn(Row(names, bar, numbers))


class _Pane(Widget):
    """One part of every line."""

    def __init__(self, jobs: JobList, part: int) -> None:
        super().__init__()
        self._jobs = jobs
        self._part = part

    def get_content_width(self, container: Size, viewport: Size) -> int:  # noqa: ARG002 - Textual's
        """Cells that the columns give to this part."""
        at = self._jobs.columns_at(container.width)
        return (at.names_width, at.bar, at.numbers_width)[self._part]

    def refresh_line(self, y: int) -> None:
        """Draws one line anew."""
        self.refresh(Region(0, y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        """Draws one line."""
        spans, on_cursor = self._jobs.line(y, self._part)
        return strip(self, spans, on_cursor=on_cursor)

    def on_click(self, event: events.Click) -> None:
        """Selects the row, or sorts by the column."""
        self._jobs.click(event.y, self._part, event.x, twice=event.chain > 1)

    def on_mouse_scroll_down(self) -> None:
        """Scrolls the list."""
        self._jobs.scroll_rows(3)

    def on_mouse_scroll_up(self) -> None:
        """Scrolls the list."""
        self._jobs.scroll_rows(-3)
