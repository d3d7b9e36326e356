"""What screens have in common: the keys of the table, and that their first answer counts."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.await_complete import AwaitComplete
from textual.command import CommandPalette
from textual.message import Message
from textual.screen import Screen, ScreenResultType
from textual.widgets import Input, OptionList

from zcbulk_tui.tui.keys import Context, Key
from zcbulk_tui.tui.widgets import painter


class ClosedOnce(Screen[ScreenResultType]):
    """A screen whose first answer counts: two keys may come before it is gone."""

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Closes the screen with a result, unless it is closed already."""
        is_on_top = self.app.screen is self
        return super().dismiss(result) if is_on_top else AwaitComplete()


class CommandPaletteScreen(CommandPalette, ClosedOnce[None]):
    """Textual's command palette, which carries out one command: more keys may come behind it."""

    @on(Input.Submitted)
    @on(OptionList.OptionSelected)
    def _drop_when_closed(self, event: Message) -> None:
        if self.app.screen is not self:
            event.stop().prevent_default()


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
