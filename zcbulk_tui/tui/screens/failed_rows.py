"""The failed records of a group: a table, and the selected one with all its cells."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input

from zcbulk_tui.domain.failures import FailedRow
from zcbulk_tui.domain.text import counted, one_line
from zcbulk_tui.errors import ZcbulkError
from zcbulk_tui.render import failed_rows as render
from zcbulk_tui.render.figures import number
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.span import Line, Look, Span, fit_line
from zcbulk_tui.render.span import width as cells
from zcbulk_tui.tui.failed_rows import FailedRows, as_csv
from zcbulk_tui.tui.key_line import legend
from zcbulk_tui.tui.keys import Context, Key, bindings
from zcbulk_tui.tui.screens.ask_path import AskPathScreen
from zcbulk_tui.tui.screens.dialogs import NoticeScreen
from zcbulk_tui.tui.screens.reading import Reading, ReadingScreen
from zcbulk_tui.tui.widgets.field import Field
from zcbulk_tui.tui.widgets.line_list import LineList
from zcbulk_tui.tui.widgets.lines import Lines

_PAGE, _SEARCH, _EXPORT = "page", "search", "export"

_FOOT_SHARE = 0.4
_LEAST_FOOT = 4


class FailedRowsScreen(ReadingScreen[None]):
    """Shows failed records.

    Args:
        rows: The records.
        label: What their job is called.
        copy: Copies a text, and says what it is.
        glyphs: The characters to draw with.
        keys: All keys, some of them the user's own.
    """

    CSS_PATH = "failing.tcss"
    CONTEXT = Context.ROWS
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXT)

    def __init__(
        self,
        rows: FailedRows,
        label: str,
        copy: Callable[[str, str], None],
        *,
        glyphs: Glyphs,
        keys: Sequence[Key],
    ) -> None:
        super().__init__(glyphs, keys)
        self._rows = rows
        self._label = label
        self._copy = copy
        fields = rows.group.fields if rows.group is not None else ()
        self._concerned = [at for at, name in enumerate(rows.columns) if name in fields]
        self._chosen = self._concerned[0] if self._concerned else 0
        self._first = 0
        self._columns: render.Columns | None = None
        self._text = ""
        self._note = Span("")
        self._head = Lines(id="failing-head")
        self._heading = Lines(id="failing-heading")
        self._list = LineList(self._row_line, glyphs.cursor, self.show_lines, id="failing-list")
        self._foot = Lines(id="failing-foot")
        self._keys = Lines(id="failing-keys")

    def compose(self) -> ComposeResult:
        """From top to bottom; the field takes the place of the keys."""
        yield self._head
        yield self._heading
        yield self._list
        yield self._foot
        yield self._keys
        yield Field(placeholder="a text that a record holds", id="failing-search")

    def on_mount(self) -> None:
        """Begins to read."""
        self._list.hint = Span("There are no records.", Look.DIM)
        self._list.put(self._rows.count)

    def on_resize(self) -> None:
        """Fits the lines to the size."""
        self._columns = None
        self.call_after_refresh(self.show_lines)

    # Showing.

    def show_lines(self) -> None:
        """Shows what has been read, and has the rest read that is in view."""
        width, height = self.size
        if width <= 0:
            return
        self._read_on()
        self._fit_columns(width)
        rule: Line = (Span(self.glyphs.rule * width, Look.LEFT),)
        self._head.show(self._title(width), rule)
        if self._columns is not None:
            self._first = self._columns.first_for(self._chosen, self._first, width)
            self._heading.show(
                render.title(self._columns, self._first, self._chosen, width, self.glyphs)
            )
        self._list.paint()
        most = max(_LEAST_FOOT, int(height * _FOOT_SHARE))
        room = min(most, render.record_height(len(self._rows.columns), width))
        self._set_height(self._foot, room + 1)
        row = self._selected
        about = (
            render.record(
                row, self._rows.columns, self._chosen, self._concerned, width, room, self.glyphs
            )
            if row is not None
            else []
        )
        self._foot.show(self._rule(self._about(row), width), *about)
        actions = {
            "cell_left cell_right": "column",
            "search": "search",
            "next_match previous_match": "next, before",
            "copy_cell copy_row": "copy cell, record",
            "export": "export",
            "back": "close",
        }
        self._keys.show(legend(self.keys, actions, width))

    def _title(self, width: int) -> Line:
        at = f"{number(self._list.cursor + 1, 11)} of {number(self._rows.count, 11)} "
        what = "All failed records of " if self._rows.reason is None else "Failed records of "
        spans = [Span(f" {what}{one_line(self._label, 40)}", Look.STRONG)]
        if self._rows.reason is not None:
            spans.append(Span(f"  {one_line(self._rows.reason)}", Look.FAILED))
        return (*fit_line(spans, max(width - cells(at) - 1, 1)), Span(f" {at}", Look.DIM))

    def _about(self, row: FailedRow | None) -> Span:
        """What is said between list and record: a note, else where the record stands."""
        return self._note if self._note.text else Span(render.where(row) if row else "", Look.DIM)

    def _fit_columns(self, width: int) -> None:
        """Fits the columns to the first records, once they are there: then they stand still."""
        if self._columns is None and self._rows.row(self._list.cursor) is not None:
            places = range(self._list.top, min(self._list.top + 100, self._rows.count))
            rows = [row for place in places if (row := self._rows.row(place)) is not None]
            self._columns = render.columns(self._rows.columns, rows, width)

    def _row_line(self, place: int, width: int) -> Line:
        columns = self._columns or render.columns(self._rows.columns, (), width)
        return render.row_line(self._rows.row(place), columns, self._first, width, self._concerned)

    @property
    def _selected(self) -> FailedRow | None:
        return self._rows.row(self._list.cursor)

    # Reading.

    def _read_on(self) -> None:
        """Has the next page read that is missing in the view."""
        missing = self._rows.missing(self._list.top, self._list.page)
        if not missing or self.reads(_PAGE) is not None:
            return
        page = missing[0]

        def take(rows: Sequence[FailedRow]) -> None:
            self._rows.put(page, rows)
            self.show_lines()

        self.in_thread(_PAGE, lambda _: self._rows.read(page), take, self._failed)

    def _failed(self, error: ZcbulkError) -> None:
        self._say(str(error), Look.WARNING)

    def _say(self, text: str, look: Look = Look.STRONG) -> None:
        self._note = Span(text, look)
        self.show_lines()

    # Moving.

    def move(self, lines: int) -> None:
        """Moves the cursor."""
        self._note = Span("")
        super().move(lines)

    def move_to_end(self, *, last: bool) -> None:
        """Moves the cursor to the first or the last record."""
        self._note = Span("")
        super().move_to_end(last=last)

    def action_cell_left(self) -> None:
        """Goes to the column on the left."""
        self._choose(self._chosen - 1)

    def action_cell_right(self) -> None:
        """Goes to the column on the right."""
        self._choose(self._chosen + 1)

    def _choose(self, column: int) -> None:
        self._chosen = max(0, min(column, len(self._rows.columns) - 1))
        self.show_lines()

    # The search.

    def action_search(self) -> None:
        """Goes to the field."""
        self.add_class("filtering")
        self.set_focus(self.query_one("#failing-search"))

    @on(Input.Submitted, "#failing-search")
    def _entered(self, event: Input.Submitted) -> None:
        self._text = event.value
        self._leave_field()
        if self._text:
            self._search(backwards=False, start=self._list.cursor - 1)

    def _leave_field(self) -> None:
        self.set_focus(None)
        self.remove_class("filtering")

    def action_next_match(self) -> None:
        """Goes to the next record that holds the text."""
        self._search(backwards=False, start=self._list.cursor)

    def action_previous_match(self) -> None:
        """Goes to the record before that holds the text."""
        self._search(backwards=True, start=self._list.cursor)

    def _search(self, *, backwards: bool, start: int) -> None:
        text = self._text
        if not text:
            self.action_search()
            return
        find = self._rows.previous_match if backwards else self._rows.next_match

        def take(found: int | None) -> None:
            quoted = f"“{one_line(text, 40)}”"
            if found is None:
                self._say(f"No record holds {quoted}.", Look.WARNING)
                return
            wrapped = found >= start if backwards else found <= start
            where = "; from the other end" if wrapped else ""
            self._list.select(found)
            self._say(f"{quoted} found{where}")

        self._say(f"Searching for “{one_line(text, 40)}”. Esc ends the search.")
        self.in_thread(_SEARCH, lambda _: find(text, start), take, self._failed)

    def action_back(self) -> None:
        """Leaves the field, ends a search, or closes the screen."""
        if self.has_class("filtering"):
            self._leave_field()
        elif self.reads(_SEARCH) is not None:
            self.stop(_SEARCH)
            self._say("The search was ended.")
        else:
            self.action_close()

    # Taking something out.

    def action_copy_cell(self) -> None:
        """Copies the chosen cell."""
        row = self._selected
        if row is not None and self._chosen < len(row.cells):
            name = one_line(self._rows.columns[self._chosen], 40)
            self._copy(row.cells[self._chosen], f"the cell of {name}")

    def action_copy_row(self) -> None:
        """Copies the record."""
        row = self._selected
        if row is not None:
            self._copy(as_csv(row.cells), "the record")

    def action_export(self) -> None:
        """Asks for a path, and writes the records there."""

        def answered(path: Path | None) -> None:
            if path is not None:
                self._export(path)

        self.app.push_screen(
            AskPathScreen(
                f"Export {counted(self._rows.count, 'record')}",
                "To a new CSV that only you can read; it is as the result is.",
                "Export",
            ),
            answered,
        )

    def _export(self, path: Path) -> None:
        def work(_: Reading) -> int:
            return self._rows.export(path)

        def take(count: int) -> None:
            self._say(f"{counted(count, 'record')} written to {one_line(str(path), 60)}")

        def failed(error: ZcbulkError) -> None:
            self._note = Span("")
            self.show_lines()
            self.app.push_screen(NoticeScreen.of(error))

        self._say("Writing the records.")
        self.in_thread(_EXPORT, work, take, failed)
