"""The help: every key, read off the table of keys, and what the signs of the list mean."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.span import Line, Look, Span, fit, fit_line, line_width
from zcbulk_tui.render.span import width as cells
from zcbulk_tui.tui import help_lines
from zcbulk_tui.tui.keys import Key
from zcbulk_tui.tui.screens.closing import ClosedByKey, ClosedOnce, keys_of
from zcbulk_tui.tui.widgets import painter
from zcbulk_tui.tui.widgets.lines import Lines

_KEY_LINE = (
    ("Esc", "close"),
    ("/", "filter"),
    ("j k", "scroll"),
    ("PgUp PgDn", "page"),
    ("g G", "top, bottom"),
)


class HelpScreen(ClosedByKey, ClosedOnce[None]):
    """Shows the keys.

    Args:
        keys: What can be done.
        read_only: Whether the keys that change something at Zoho are left out.
        glyphs: The characters to draw with.
    """

    CSS_PATH = "help.tcss"
    AUTO_FOCUS = ""
    COMPONENT_CLASSES: ClassVar[set[str]] = painter.COMPONENT_CLASSES
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Close"),
        Binding("q", "close", "Close"),
        Binding("slash", "filter", "Filter"),
        Binding("j,down", "scroll(1)", show=False),
        Binding("k,up", "scroll(-1)", show=False),
        Binding("g,home", "top", show=False),
        Binding("G,end", "bottom", show=False),
        Binding("pagedown,space", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("ctrl+d", "page(0.5)", show=False),
        Binding("ctrl+u", "page(-0.5)", show=False),
    ]

    def __init__(self, keys: Sequence[Key], *, read_only: bool, glyphs: Glyphs) -> None:
        super().__init__()
        there = [key for key in keys if not (key.controls and read_only)]
        self._glyphs = glyphs
        self._all = help_lines.sections(there, glyphs)
        self.closed_by = keys_of(keys, "help")
        self._filter = ""
        self._drawn: list[Line] = []
        self._top = 0
        self._head = Lines(id="help-head")
        self._body = Lines(id="help-body")
        self._foot = Lines(id="help-foot")

    def compose(self) -> ComposeResult:
        """From top to bottom; the field takes the place of the keys."""
        yield self._head
        yield self._body
        yield self._foot
        field = Input(placeholder="words, as in: abort", compact=True, id="help-filter")
        field.cursor_blink = False
        yield field

    def on_resize(self) -> None:
        """Fits the lines to the size."""
        self.call_after_refresh(self._draw)

    # Showing.

    def _draw(self) -> None:
        """Makes the lines anew: another width, or another filter."""
        width = self.size.width
        found = help_lines.sought(self._all, self._filter)
        self._drawn = help_lines.lines(found, help_lines.sign_cells(self._all, width), width)
        if not found:
            self._drawn = [(Span(" Nothing matches. Esc clears the filter.", Look.DIM),)]
        self._show()

    def _show(self) -> None:
        width, rows, page = self.size.width, len(self._drawn), self._page
        self._top = max(0, min(self._top, rows - page))
        last = min(self._top + page, rows)
        place = f"{self._top + 1}-{last} of {rows} " if rows > page else ""
        title = Span(" Help", Look.STRONG)
        place = fit(place, max(width - cells(title.text), 0), right=True)
        self._head.show(
            (title, Span(place, Look.DIM)), (Span(self._glyphs.rule * width, Look.LEFT),)
        )
        self._body.show(*self._drawn[self._top : last])
        self._foot.show(self._key_line(width))

    def _key_line(self, width: int) -> Line:
        spans: list[Span] = []
        for key, does in _KEY_LINE:
            label = "clear the filter" if key == "Esc" and self._filter else does
            more = [*spans, Span(f" {key} ", Look.STRONG), Span(f"{label} ")]
            spans = more if line_width(more) <= width else spans
        return fit_line(spans, width)

    @property
    def _page(self) -> int:
        return max(self._body.size.height, 1)

    # Keys.

    def action_scroll(self, lines: int) -> None:
        """Scrolls by lines."""
        self._top += lines
        self._show()

    def action_page(self, pages: float) -> None:
        """Scrolls by pages; a line of the last one stays."""
        lines = max(int(abs(pages) * self._page) - 1, 1)
        self.action_scroll(lines if pages > 0 else -lines)

    def action_top(self) -> None:
        """Scrolls to the first line."""
        self.action_scroll(-self._top)

    def action_bottom(self) -> None:
        """Scrolls to the last line."""
        self.action_scroll(len(self._drawn))

    def on_mouse_scroll_down(self) -> None:
        """Scrolls."""
        self.action_scroll(3)

    def on_mouse_scroll_up(self) -> None:
        """Scrolls."""
        self.action_scroll(-3)

    def action_filter(self) -> None:
        """Goes to the field."""
        self.add_class("filtering")
        self.query_one("#help-filter").focus()

    def action_leave(self) -> None:
        """Leaves the field and clears it, or closes the help."""
        if self.has_class("filtering") or self._filter:
            self.query_one("#help-filter", Input).clear()
            self._leave_field()
        else:
            self.action_close()

    def action_close(self) -> None:
        """Closes the help."""
        self.dismiss()

    @on(Input.Changed, "#help-filter")
    def _typed(self, event: Input.Changed) -> None:
        if event.value != self._filter:
            self._filter, self._top = event.value, 0
            self._draw()

    @on(Input.Submitted, "#help-filter")
    def _leave_field(self) -> None:
        self.set_focus(None)
        self.remove_class("filtering")
