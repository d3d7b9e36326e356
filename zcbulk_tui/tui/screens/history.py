"""The history of a job: charts over time, and a cursor that steps from reading to reading."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from zcbulk_tui.domain.lineage import Chain
from zcbulk_tui.domain.records import History
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.history import Page, failure
from zcbulk_tui.render.timeline import Timeline, timeline
from zcbulk_tui.tui.key_line import legend
from zcbulk_tui.tui.keys import Context, Key, bindings
from zcbulk_tui.tui.screens.base import KeyedScreen
from zcbulk_tui.tui.widgets.lines import Lines

_TICK = 5.0
"""Seconds between two looks at the history."""

_PAGE = 10
"""Readings of a page."""

_KEYS = {
    "step_back step_forward": "step",
    "change_back change_forward": "change",
    "top bottom": "first, last",
    "back": "close",
}
"""What is said of the keys."""


class HistoryScreen(KeyedScreen[None]):
    """Shows a history.

    The cursor is on the last reading, and follows it, until it is moved; then it stays on its
    reading.

    Args:
        load: Returns all that is remembered of the job; raises `ConfigError` where it cannot be
            read.
        glyphs: The characters to draw with.
        now: The time of day; aware.
        keys: All keys, some of them the user's own.
        chain: Returns the chain that the job belongs to; None for none.
    """

    CSS_PATH = "history.tcss"
    CONTEXT = Context.HISTORY
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXT)

    def __init__(
        self,
        load: Callable[[], History],
        *,
        glyphs: Glyphs,
        now: Callable[[], datetime],
        keys: Sequence[Key],
        chain: Callable[[], Chain | None] = lambda: None,
    ) -> None:
        super().__init__(keys)
        self._load = load
        self._load_chain = chain
        self._chain: Chain | None = None
        self._glyphs = glyphs
        self._now = now
        self._lines = Lines(id="history")
        self._timeline: Timeline | None = None
        self._trouble: ConfigError | None = None
        self._page: Page | None = None
        self._cursor = -1

    @property
    def cursor(self) -> int:
        """The reading that the cursor is on; -1 where there is none."""
        return self._cursor

    def compose(self) -> ComposeResult:
        """One page."""
        yield self._lines

    def on_mount(self) -> None:
        """Begins to follow the history."""
        self._read()
        self.set_interval(_TICK, self.show_history)

    def on_resize(self) -> None:
        """Fits the page to the screen."""
        self._page = None
        self._show()

    def show_history(self) -> None:
        """Shows the history as it is now."""
        self._read()
        self._show()

    def _read(self) -> None:
        try:
            history = self._load()
        except ConfigError as error:
            self._trouble = error
            return
        self._trouble = None
        if (chain := self._load_chain()) != self._chain:
            self._chain, self._page = chain, None
        before = self._timeline
        if before is not None and before.history == history:
            return
        self._timeline, self._page = timeline(history), None
        if before is None or self._cursor == before.last or not history.readings:
            self._cursor = self._timeline.last
        else:
            self._cursor = self._timeline.find(before.readings[self._cursor], self._cursor)

    def _show(self) -> None:
        width, height = self.size
        if not width or not height:
            return
        keys = legend(self.keys, _KEYS, width)
        if self._trouble is not None:
            job = self._timeline.history.job if self._timeline else None
            self._lines.show(*failure(job, str(self._trouble), self._glyphs, width, height, keys))
        elif self._timeline is not None:
            self._page = self._page or Page(
                self._timeline, self._glyphs, width, height, keys, chain=self._chain
            )
            self._lines.show(*self._page.lines(self._cursor, self._now()))

    def _go(self, index: int) -> None:
        """Puts the cursor on a reading, or on the nearest there is."""
        if self._timeline is not None and self._timeline.readings:
            self._cursor = max(0, min(index, self._timeline.last))
            self._show()

    # Keys.

    @property
    def page_lines(self) -> int:
        """Readings of a page."""
        return _PAGE

    def move(self, lines: int) -> None:
        """Goes to another reading."""
        self._go(self._cursor + lines)

    def move_to_end(self, *, last: bool) -> None:
        """Goes to the first reading; or to the last one, and follows it from there."""
        if self._timeline is not None:
            self._go(self._timeline.last if last else 0)

    def action_step_back(self) -> None:
        """Goes to the reading before."""
        self.move(-1)

    def action_step_forward(self) -> None:
        """Goes to the next reading."""
        self.move(1)

    def action_change_back(self) -> None:
        """Goes to the change before."""
        if self._timeline is not None:
            self._go(self._timeline.change_before(self._cursor))

    def action_change_forward(self) -> None:
        """Goes to the next change."""
        if self._timeline is not None:
            self._go(self._timeline.change_after(self._cursor))
