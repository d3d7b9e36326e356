"""What screens have in common: the keys of the table, and that their first answer counts."""

from collections.abc import Sequence
from typing import ClassVar

from textual.await_complete import AwaitComplete
from textual.containers import VerticalScroll
from textual.screen import Screen, ScreenResultType
from textual.widgets import Input

from zcbulk_tui.tui.keys import Context, Key
from zcbulk_tui.tui.widgets import painter
from zcbulk_tui.tui.widgets.line_list import LineList


class ClosedOnce(Screen[ScreenResultType]):
    """A screen whose first answer counts: two keys may come before it is gone."""

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Closes the screen with a result, unless it is closed already."""
        is_on_top = self.app.screen is self
        return super().dismiss(result) if is_on_top else AwaitComplete()


class Form(ClosedOnce[ScreenResultType]):
    """A dialog with fields, whose first Esc does not drop what was typed."""

    def on_mount(self) -> None:
        """Takes what stands in the fields before anything is typed."""
        self._untyped = self._asked = self._typed_values

    @property
    def _typed_values(self) -> list[str]:
        return [field.value for field in self.query(Input)]

    def may_drop(self) -> bool:
        """Whether what was typed may be dropped: nothing was, or this has been asked already."""
        typed = self._typed_values
        if typed in (self._untyped, self._asked):
            return True
        self._asked = typed
        self.query_one(VerticalScroll).border_subtitle = "Esc again drops what you have typed."
        return False


class KeyedScreen(ClosedOnce[ScreenResultType]):
    """A screen with keys of the table; its own are an action each in a subclass.

    Attributes:
        CONTEXT: Which of the keys it has; its `BINDINGS` are those of this context.
        keys: All keys, some of them the user's own.
    """

    CONTEXT: ClassVar[Context]
    AUTO_FOCUS = ""
    COMPONENT_CLASSES: ClassVar[set[str]] = painter.COMPONENT_CLASSES

    def __init__(self, keys: Sequence[Key]) -> None:
        super().__init__()
        self.keys = keys

    # Moving.

    @property
    def page_lines(self) -> int:
        """Lines of a page."""
        raise NotImplementedError

    def move(self, lines: int) -> None:
        """Moves the cursor or the view; up if `lines` is negative."""
        raise NotImplementedError

    def move_to_end(self, *, last: bool) -> None:
        """Moves to the first or the last line."""
        raise NotImplementedError

    def move_pages(self, pages: float) -> None:
        """Moves by pages, or parts of one; up if `pages` is negative."""
        lines = max(int(abs(pages) * self.page_lines), 1)
        self.move(lines if pages > 0 else -lines)

    def action_down(self) -> None:
        self.move(1)

    def action_up(self) -> None:
        self.move(-1)

    def action_top(self) -> None:
        self.move_to_end(last=False)

    def action_bottom(self) -> None:
        self.move_to_end(last=True)

    def action_page_down(self) -> None:
        self.move_pages(1)

    def action_page_up(self) -> None:
        self.move_pages(-1)

    def action_half_down(self) -> None:
        self.move_pages(0.5)

    def action_half_up(self) -> None:
        self.move_pages(-0.5)

    # Closing.

    def action_back(self) -> None:
        """Leaves what is open on the screen; closes the screen where nothing is."""
        self.action_close()

    def action_close(self) -> None:
        """Closes the screen."""
        self.dismiss()

    # The program.

    async def action_help(self) -> None:
        await self.run_action("app.help")

    def action_palette(self) -> None:
        self.app.action_command_palette()

    async def action_redraw(self) -> None:
        await self.run_action("app.redraw")

    def action_suspend(self) -> None:
        self.app.action_suspend_process()


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
