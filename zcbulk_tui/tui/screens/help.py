"""The help: every key, read off the table of keys, and what the signs of the list mean."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Input, Static

from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.span import Look, Span, fit
from zcbulk_tui.render.span import width as cells
from zcbulk_tui.tui import help_lines
from zcbulk_tui.tui.key_line import legend
from zcbulk_tui.tui.keys import Context, Key, bindings
from zcbulk_tui.tui.screens.scrolled import ScrolledScreen
from zcbulk_tui.tui.widgets import painter
from zcbulk_tui.tui.widgets.field import Field
from zcbulk_tui.tui.widgets.lines import Lines


class HelpScreen(ScrolledScreen[None]):
    """Shows the keys.

    Args:
        keys: All keys, some of them the user's own.
        read_only: Whether the keys that change something at Zoho are left out.
        glyphs: The characters to draw with.
    """

    CSS_PATH = "help.tcss"
    CONTEXT = Context.HELP
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(CONTEXT),
        Binding("space", "page_down", show=False),  # as other pagers have it
    ]

    def __init__(self, keys: Sequence[Key], *, read_only: bool, glyphs: Glyphs) -> None:
        super().__init__(keys)
        there = [key for key in keys if not (key.controls and read_only)]
        self._glyphs = glyphs
        self._all = help_lines.help_groups(there, glyphs)
        self._filter = ""
        self._rows = 0
        self._head = Lines(id="help-head")
        self._text = Static(id="help-text")
        self._foot = Lines(id="help-foot")

    def compose(self) -> ComposeResult:
        """From top to bottom; the field takes the place of the keys."""
        yield self._head
        with VerticalScroll(id="help-body", can_focus=False):
            yield self._text
        yield self._foot
        yield Field(placeholder="words, as in: abort", id="help-filter")

    def on_mount(self) -> None:
        """Shows the place whenever it changes, and the text in the colours of each theme."""
        self.watch(self.scrolled, "scroll_y", self._show_place, init=False)
        self.app.theme_changed_signal.subscribe(self, lambda _: self._draw())

    def on_unmount(self) -> None:
        """Lets the screen go, which the signal would keep in memory."""
        self.app.theme_changed_signal.unsubscribe(self)

    def on_resize(self) -> None:
        """Fits the lines to the size."""
        self.call_after_refresh(self._draw)

    # Showing.

    def _draw(self) -> None:
        """Makes the lines anew: another width, or another filter."""
        width = self.size.width
        found = help_lines.matching(self._all, self._filter)
        lines = help_lines.lines(found, help_lines.sign_cells(self._all, width), width)
        if not found:
            lines = [(Span(" Nothing matches. Esc clears the filter.", Look.DIM),)]
        self._rows = len(lines)
        self._text.update(painter.text(self, lines))
        actions = {
            "back": "clear the filter" if self._filter else "close",
            "filter": "filter",
            "down up": "scroll",
            "page_up page_down": "page",
            "top bottom": "top, bottom",
        }
        self._foot.show(legend(self.keys, actions, width))
        self._show_place()

    def _show_place(self) -> None:
        width, page, rows = self.size.width, self.page_lines, self._rows
        above = round(self.scrolled.scroll_y)
        place = f"{above + 1}-{min(above + page, rows)} of {rows} " if rows > page else ""
        title = Span(" Help", Look.STRONG)
        place = fit(place, max(width - cells(title.text), 0), right=True)
        self._head.show(
            (title, Span(place, Look.DIM)), (Span(self._glyphs.rule * width, Look.LEFT),)
        )

    # Keys.

    def action_filter(self) -> None:
        """Goes to the field."""
        self.add_class("filtering")
        self.set_focus(self.query_one("#help-filter"))

    def action_back(self) -> None:
        """Leaves the field and clears it, or closes the help."""
        if self.has_class("filtering") or self._filter:
            self.query_one("#help-filter", Input).clear()
            self._leave_field()
        else:
            self.action_close()

    @on(Input.Changed, "#help-filter")
    def _typed(self, event: Input.Changed) -> None:
        if event.value != self._filter:
            self._filter = event.value
            self.move_to_end(last=False)
            self._draw()

    @on(Input.Submitted, "#help-filter")
    def _leave_field(self) -> None:
        self.set_focus(None)
        self.remove_class("filtering")
