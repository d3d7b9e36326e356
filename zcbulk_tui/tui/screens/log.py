"""The log: all that has happened, newest first, and a filter."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input

from zcbulk_tui.domain.records import Record
from zcbulk_tui.render import log
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.span import Line, Look, Span, fit_line
from zcbulk_tui.render.span import width as cells
from zcbulk_tui.tui.key_line import legend
from zcbulk_tui.tui.keys import Context, Key, bindings
from zcbulk_tui.tui.log_entries import LogEntries
from zcbulk_tui.tui.screens.scrolled import ListScreen
from zcbulk_tui.tui.widgets.field import Field
from zcbulk_tui.tui.widgets.lines import Lines
from zcbulk_tui.tui.widgets.log_list import LogList

_MOST_PAGES = 20
"""Pages that are read for one key."""

_TICK = 2.0
"""Seconds between two looks for new entries."""

_DETAIL = 3
"""Lines about the selected entry."""


class LogScreen(ListScreen[None]):
    """Shows the log.

    Attributes:
        is_reading: Whether older entries are being read, between keys.

    Args:
        load: Reads entries, newest first, as `Archive.log` does.
        glyphs: The characters to draw with.
        now: The time of day; aware.
        keys: All keys, some of them the user's own.
        filter: The words of the filter at first.
    """

    CSS_PATH = "log.tcss"
    CONTEXT = Context.LOG
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXT)

    def __init__(
        self,
        load: Callable[..., list[Record]],
        *,
        glyphs: Glyphs,
        now: Callable[[], datetime],
        keys: Sequence[Key],
        filter: str = "",
    ) -> None:
        super().__init__(keys)
        self._glyphs = glyphs
        self._now = now
        self._entries = LogEntries(load)
        self._filter = filter
        self._calls = True
        self._pages_left = _MOST_PAGES
        self.is_reading = False
        self._goes_to_the_end = False
        self._head = Lines(id="log-head")
        self._list: LogList = LogList(glyphs, now, self._selected, id="log-list")
        self._foot = Lines(id="log-foot")
        self._keys = Lines(id="log-keys")

    def compose(self) -> ComposeResult:
        """From top to bottom; the field takes the place of the keys."""
        yield self._head
        yield self._list
        yield self._foot
        yield self._keys
        yield Field(
            self._filter,
            placeholder="words, !word for without, kind:event, kind:command, job:name",
            id="log-filter",
        )

    def on_mount(self) -> None:
        """Reads the newest entries, and looks for more from now on."""
        self._entries.read_older()
        self._sift()
        self.set_interval(_TICK, self.look_for_news)

    def on_resize(self) -> None:
        """Fits the lines to the size, and fills the list."""
        self.call_after_refresh(self._selected)

    # Reading.

    def look_for_news(self) -> None:
        """Shows what has happened since; the first line is followed, any other stays."""
        entries = self._entries
        if not entries.loaded:
            entries.read_older()
            self._sift()
        elif entries.read_newer(self._now()):
            selected = self._list.selected if self._list.cursor else None
            self._list.put_entries(entries.shown, entries.place_of(selected) if selected else 0)
        self._show()

    def _sift(self) -> None:
        """Shows what passes the filter; the cursor stays on its entry, or goes to the next one."""
        selected = self._list.selected
        self._entries.sift(log.terms(self._filter.split()), calls=self._calls)
        place = self._entries.place_of(selected) if selected else 0
        self._list.put_entries(self._entries.shown, place)
        self._selected()

    def _selected(self) -> None:
        """Shows the entry under the cursor, and those below it."""
        self._goes_to_the_end = False
        self._go_on()

    def _go_on(self) -> None:
        """Reads older entries where they are wanted, at most so many pages from now on."""
        self._pages_left = _MOST_PAGES
        self._show()
        if not self.is_reading:
            self._read_on()

    def _read_on(self) -> None:
        entries = self._entries
        few_below = len(entries.shown) - self._list.cursor <= self._list.page
        if (
            (few_below or self._goes_to_the_end)
            and self._pages_left
            and not entries.complete
            and entries.trouble is None  # it is tried again with the next look for news
        ):
            self._pages_left -= 1
            self.is_reading = True
            entries.read_older()
            self.call_later(self._read_on)  # keys that were pressed meanwhile come first
            return
        last, at_the_end = len(entries.shown) - 1, self._goes_to_the_end
        if at_the_end or self.is_reading:
            self._list.put_entries(entries.shown, last if at_the_end else self._list.cursor)
            self._goes_to_the_end = self.is_reading = False
            self._show()

    # Showing.

    def _show(self) -> None:
        now, width, entries = self._now(), self.size.width, self._entries
        back_to = entries.loaded[-1].at if entries.loaded and not entries.complete else None
        view = log.View(len(entries.shown), len(entries.loaded), self._filter, self._calls, back_to)
        trouble = str(entries.trouble) if entries.trouble else ""
        self._list.hint = (
            Span(trouble, Look.WARNING) if trouble else Span(log.hint(view, now), Look.DIM)
        )
        self._list.paint()
        self._head.show(log.title(view, width, glyphs=self._glyphs), self._rule("", Look.DIM))
        selected = self._list.selected
        in_foot = trouble and selected  # else it is said in the place of the list
        self._foot.show(
            self._rule(f" {trouble} ", Look.WARNING)
            if in_foot
            else self._rule(log.note(view, now), Look.DIM),
            *(
                log.in_full(selected.record, width, _DETAIL, glyphs=self._glyphs)
                if selected
                else ()
            ),
        )
        actions = {
            "back": "close",
            "filter": "filter",
            "calls": "without calls" if self._calls else "with calls",
            "bottom": "further back",
            "top": "newest",
        }
        self._keys.show(legend(self.keys, actions, width))

    def _rule(self, note: str, look: Look) -> Line:
        """A line from edge to edge, with a note near its end."""
        width, rule = self.size.width, self._glyphs.rule
        before = max(width - cells(note) - 2, 0)
        spans = (Span(rule * before, Look.LEFT), Span(note, look), Span(rule * 2, Look.LEFT))
        return fit_line(spans, width)

    # Keys.

    def move_to_end(self, *, last: bool) -> None:
        """Goes to the last entry, after reading further back; or to the first, and follows it."""
        if last:
            self._goes_to_the_end = True
            self._go_on()
        else:
            self._list.select(0)

    def action_calls(self) -> None:
        """Leaves the calls out, or shows them again."""
        self._calls = not self._calls
        self._sift()

    def action_filter(self) -> None:
        """Goes to the field."""
        self.add_class("filtering")
        self.set_focus(self.query_one("#log-filter"))

    def action_back(self) -> None:
        """Leaves the field and clears it, or closes the screen."""
        if self.has_class("filtering"):
            self.query_one("#log-filter", Input).clear()
            self._leave_field()
        else:
            self.action_close()

    @on(Input.Changed, "#log-filter")
    def _typed(self, event: Input.Changed) -> None:
        if event.value != self._filter:
            self._filter = event.value
            self._sift()

    @on(Input.Submitted, "#log-filter")
    def _leave_field(self) -> None:
        self.set_focus(None)
        self.remove_class("filtering")
