"""The terminal as the app sees it: one object for all that this package does."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from rich.console import RenderableType
from textual.app import App
from textual.driver import Driver
from textual.events import Resize
from textual.message import Message
from textual.screen import Screen

from zcbulk_tui.render import escapes
from zcbulk_tui.render.window_title import TitleState
from zcbulk_tui.tui.notices import Announcement
from zcbulk_tui.tui.terminal.exit_watchdog import Ending, ExitWatchdog
from zcbulk_tui.tui.terminal.frame_diff import FrameDiff
from zcbulk_tui.tui.terminal.input_driver import InputDriver
from zcbulk_tui.tui.terminal.notification import Notifications, TerminalAnswer
from zcbulk_tui.tui.terminal.output_gate import OutputGate
from zcbulk_tui.tui.terminal.resize_throttle import ResizeThrottle
from zcbulk_tui.tui.terminal.size import SmallScreen, clamp
from zcbulk_tui.tui.terminal.suspension import Suspension
from zcbulk_tui.tui.terminal.window_title import WindowTitle
from zcbulk_tui.tui.terminal.yes_guard import YesGuard
from zcbulk_tui.tui.textual_internals import driver_of


class AppTerminal:
    """The terminal of the app.

    Args:
        app: The app; not running yet, so that the terminal is still as it was found.
        leave_keys: Textual's names of the keys that end the app, however small the terminal is.
        suspend_keys: Those that suspend it.
        on_slow: Called with True when the link turns out to be slow, and with False when it has
            long been fast again.
        ending: The end of the process; None leaves the process alone.
        ascii_only: Whether the terminal shows ASCII only.
        notifies: Whether it may be asked to notify its user.
    """

    def __init__(
        self,
        app: App[None],
        *,
        leave_keys: Iterable[str],
        suspend_keys: Iterable[str],
        on_slow: Callable[[bool], None],
        ending: Ending | None,
        ascii_only: bool = False,
        notifies: bool = False,
    ) -> None:
        self._app = app
        self._gate = OutputGate(app, on_slow=on_slow)
        self._notifications = Notifications(app, self._gate, ascii_only=ascii_only)
        self._notifies = notifies
        self._frame_diff = FrameDiff(app)
        # While the loop hangs, ctrl+c ends the app as it does in other programs.
        self._watchdog = ExitWatchdog(app, ending, {*leave_keys, "ctrl+c"}, self._title_restore)
        self._title: WindowTitle | None = None
        self._suspension: Suspension | None = None
        self._yes_guard = YesGuard(app, self._gate.lags)
        leave: dict[str, Callable[[], object]] = dict.fromkeys(leave_keys, app.exit)
        suspend: dict[str, Callable[[], object]] = dict.fromkeys(suspend_keys, self.suspend)
        self._resize_throttle = ResizeThrottle(app)
        self._small_screen = SmallScreen(app, {**leave, **suspend})

    # The life of the app, in its order.

    def loop_started(self) -> None:
        """To be called on the app's loop before it takes the terminal: signals end it in order."""
        self._watchdog.loop_started()

    def first_frame_shown(self) -> None:
        """Starts what the first frame does not wait for: title, suspending, a question."""
        title = self._title = WindowTitle(self._gate)
        self._suspension = Suspension(
            self._app,
            on_leave=title.hide,
            on_return=self._returned,
            handlers_changed=self._watchdog.handlers_changed,
            is_ending=lambda: self._watchdog.is_ending,
        )
        self._suspension.begin()
        # Another driver might take the answer for keys.
        if self._notifies and isinstance(driver_of(self._app), InputDriver):
            self._notifications.ask()

    def begin_exit(self, code: int) -> None:
        """Begins the end of the process, which comes within seconds, with an exit code."""
        self._watchdog.begin(code)

    def exit_from_thread(self, code: int) -> None:
        """Ends the app with an exit code; may be called in any thread."""
        self._watchdog.exit_app(code)

    def end(self) -> None:
        """Restores the title, before the terminal is left."""
        if self._title is not None:
            self._title.hide()

    @property
    def is_taken(self) -> bool:
        """Whether the app has the terminal, and has not restored it."""
        return self._watchdog.has_terminal

    def restore(self, last_words: str) -> None:
        """Restores the terminal where the app has not, and writes last words to it."""
        self._watchdog.restore(last_words)

    # What comes from the terminal.

    def intercepts(self, event: Message) -> bool:
        """Whether the app must not see an event; also keeps sizes within bounds."""
        if isinstance(event, TerminalAnswer):
            self._notifications.take(event.says)
            return True
        if isinstance(event, Resize):
            clamp(event)
        is_taken = (
            self._small_screen.intercepts(event)
            or self._resize_throttle.intercepts(event)
            or self._yes_guard.intercepts(event)
        )
        if isinstance(event, Resize):
            self._resized(event, is_taken=is_taken)
        return is_taken

    def _resized(self, event: Resize, *, is_taken: bool) -> None:
        if is_taken or event.size != self._app.size:
            self._frame_diff.invalidate()  # terminals move or cut lines, each in its own way
        elif self._title is not None:
            # A size that has come back. The first one, which comes with the start, is no change.
            self.redraw()

    # What goes to the terminal.

    def diff(self, update: RenderableType | None) -> RenderableType | None:
        """Returns what to write in place of an update of Textual's; None for nothing."""
        return self._frame_diff.diff(update)

    def screen_drawn(self, screen: Screen[Any]) -> None:
        """To be called after a screen was drawn."""
        self._yes_guard.screen_drawn(screen)

    def after_frame(self, driver: Driver | None) -> None:
        """To be called after every frame, drawn or not."""
        self._gate.after_frame(driver)
        self._small_screen.after_frame()

    def redraw(self) -> None:
        """Draws the whole screen again, since the terminal may show anything."""
        self._frame_diff.invalidate()
        self._app.refresh(layout=True)

    def suspend(self) -> None:
        """Leaves the terminal to the shell until the program is brought back."""
        if self._suspension is not None:
            self._suspension.suspend()

    def set_title(self, title_state: TitleState) -> None:
        """Shows the window's title and progress, once the first frame is out."""
        if self._title is not None:
            self._title.show(title_state)

    def copy(self, text: str) -> None:
        """Copies a text to the terminal's clipboard, also from inside tmux and screen."""
        self._gate.write("clipboard", escapes.copy(text, escapes.around(os.environ)))

    def announce(self, announcement: Announcement) -> None:
        """Rings the bell, and has the terminal notify its user; each only if it is to."""
        if announcement.bell:
            self._notifications.ring()
        if announcement.notification:
            self._notifications.notify(announcement.title, announcement.body)

    def _title_restore(self) -> str:
        return self._title.restore_sequence if self._title is not None else ""

    def _returned(self) -> None:
        """After a suspension: the terminal shows something else."""
        self._yes_guard.invalidate()
        if self._title is not None:
            self._title.show_again()
        self.redraw()
