"""All that lies between the app and its terminal: a slow line, a small window, the shell."""

from collections.abc import Callable, Iterable
from typing import Any

from rich.console import RenderableType
from textual.app import App
from textual.driver import Driver
from textual.events import Resize
from textual.message import Message
from textual.screen import Screen

from zcbulk_tui.render.window_title import Signs
from zcbulk_tui.tui import clipboard
from zcbulk_tui.tui.changed_cells import ChangedCells
from zcbulk_tui.tui.guard import Ending, Guard
from zcbulk_tui.tui.output_gate import OutputGate
from zcbulk_tui.tui.resizes import Resizes
from zcbulk_tui.tui.small_screen import SmallScreen
from zcbulk_tui.tui.suspension import Suspension
from zcbulk_tui.tui.terminal_signs import TerminalSigns
from zcbulk_tui.tui.yes_guard import YesGuard


class Terminal:
    """The terminal of the app.

    Args:
        app: The app; not running yet, so that the terminal is still as it was found.
        leave_keys: Textual's names of the keys that end the app, however small the terminal is.
        suspend_keys: Those that suspend it.
        on_slow: Called when the link turns out to be slow, and when it has long been fast again.
        ending: The end of the process; None where that is none of the app's business.
    """

    def __init__(
        self,
        app: App[None],
        *,
        leave_keys: Iterable[str],
        suspend_keys: Iterable[str],
        on_slow: Callable[[bool], None],
        ending: Ending | None,
    ) -> None:
        self._gate = OutputGate(app, on_slow=on_slow)
        self._app = app
        self._cells = ChangedCells(app)
        # What cannot be handled while the loop hangs ends the app then, as ctrl+c does elsewhere.
        self._guard = Guard(app, ending, {*leave_keys, "ctrl+c"}, self._title_back)
        self._signs: TerminalSigns | None = None
        self._suspension: Suspension | None = None
        self._resizes = Resizes(app)
        self._yes_guard = YesGuard(app, self._gate.lags)
        leave: dict[str, Callable[[], object]] = dict.fromkeys(leave_keys, app.exit)
        suspend: dict[str, Callable[[], object]] = dict.fromkeys(suspend_keys, self.suspend)
        self._small = SmallScreen(app, {**leave, **suspend})

    def begin(self) -> None:
        """Has the app end in order when it is to; must be called on its loop."""
        self._guard.loop_runs()

    @property
    def is_taken(self) -> bool:
        """Whether the terminal is taken, and has not been given back."""
        return self._guard.has_terminal

    def leave(self, words: str) -> None:
        """Gives the terminal back where the app has not, and writes the last words to it."""
        self._guard.leave(words)

    def ending(self, code: int) -> None:
        """Has the end of the process come in time."""
        self._guard.begin(code)

    def go_on(self) -> None:
        """Does the rest, which the first frame was not to wait for."""
        signs = self._signs = TerminalSigns(self._gate)
        self._suspension = Suspension(
            self._app,
            leaving=signs.hide,
            back=self._come_back,
            handlers_changed=self._guard.handlers_changed,
            is_ending=lambda: self._guard.is_ending,
        )
        self._suspension.begin()

    def end(self) -> None:
        """Gives back what is not part of the picture."""
        if self._signs is not None:
            self._signs.hide()

    def takes(self, event: Message) -> bool:
        """Whether the app must not see an event."""
        taken = (
            self._small.takes(event) or self._resizes.takes(event) or self._yes_guard.takes(event)
        )
        # The size as it is comes with the start. Of another, nobody knows what became of the lines.
        if isinstance(event, Resize) and (taken or event.size != self._app.size):
            self._cells.forget()
        return taken

    def only_changes(self, update: RenderableType | None) -> RenderableType | None:
        """Returns what to write in the place of an update of Textual's; None if that is nothing."""
        return self._cells.only(update)

    def drawn(self, screen: Screen[Any]) -> None:
        """To be called after a screen was drawn."""
        self._yes_guard.drawn(screen)

    def forget(self) -> None:
        """Something else may have written to the terminal: the next screen is written whole."""
        self._cells.forget()

    def _title_back(self) -> str:
        return self._signs.back if self._signs is not None else ""

    def _come_back(self) -> None:
        self._cells.forget()
        self._yes_guard.forget()
        if self._signs is not None:
            self._signs.show_again()

    def after_frame(self, driver: Driver | None) -> None:
        """To be called after every frame, be it drawn or not."""
        self._gate.after_frame(driver)
        self._small.after_frame()

    def suspend(self) -> None:
        """Leaves the terminal to the shell until the program is called back."""
        if self._suspension is not None:
            self._suspension.suspend()

    def show(self, signs: Signs) -> None:
        """Shows what stands beside the picture, once the first frame is out."""
        if self._signs is not None:
            self._signs.show(signs)

    def copy(self, text: str) -> None:
        """Puts a text into the terminal's clipboard."""
        clipboard.copy(self._gate, text)
