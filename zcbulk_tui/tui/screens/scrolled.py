"""The screens over the list of jobs whose keys move a text or a list of lines."""

from textual.containers import VerticalScroll
from textual.screen import ScreenResultType

from zcbulk_tui.tui.screens.base import KeyedScreen
from zcbulk_tui.tui.widgets.line_list import LineList


class ScrolledScreen(KeyedScreen[ScreenResultType]):
    """A screen with one `VerticalScroll`, which the keys scroll."""

    @property
    def scrolled(self) -> VerticalScroll:
        """What is scrolled; it has no focus, so that all keys are those of the screen."""
        return self.query_one(VerticalScroll)

    @property
    def page_lines(self) -> int:
        """Lines of a page."""
        return self.scrolled.scrollable_content_region.height

    def move(self, lines: int) -> None:
        """Scrolls."""
        self.scrolled.scroll_relative(y=lines, animate=False)

    def move_to_end(self, *, last: bool) -> None:
        """Scrolls to the first or the last line."""
        (self.scrolled.scroll_end if last else self.scrolled.scroll_home)(animate=False)


class ListScreen(KeyedScreen[ScreenResultType]):
    """A screen with one list of lines, whose cursor the keys move; a subclass makes the list."""

    _list: LineList

    @property
    def page_lines(self) -> int:
        """Lines that are visible at once."""
        return self._list.page

    def move(self, lines: int) -> None:
        """Moves the cursor."""
        self._list.select(self._list.cursor + lines)

    def move_to_end(self, *, last: bool) -> None:
        """Moves the cursor to the first or the last line."""
        self._list.select(self._list.count - 1 if last else 0)
