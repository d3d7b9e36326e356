"""Makes sure that the app can always be left, and that it ends when its terminal is gone.

An orderly exit runs on the app's event loop, which may hang. So the keys that leave the app are
watched where the terminal is read, in a thread of its own, and the process ends even if the loop
never sees them.
"""

import asyncio
import sys
from collections.abc import Callable, Collection
from functools import partial
from threading import Event, Timer
from typing import Protocol

from textual.app import App, ScreenStackError
from textual.driver import Driver
from textual.events import Key
from textual.message import Message
from textual.widgets import Input

from zcbulk_tui.tui.terminal import forced_exit, hangup
from zcbulk_tui.tui.terminal.signals import TERMINAL_LOST, SignalHandling
from zcbulk_tui.tui.textual_internals import queued_writes, writer_threads

_KEY_TIMEOUT = 1.7
"""Seconds from a key that leaves the app to a forced exit."""

_LOOP_TURNS = 5
"""Turns of the loop after which a message has passed a queue."""

_INPUT = 0

_FORCED = "zcbulk-tui: Something hung, and was not waited for.\r\n"


class Ending(Protocol):
    """The end of the process, which comes within seconds once it has begun."""

    @property
    def code(self) -> int | None:
        """The exit code; None until the end has begun."""

    def start(self, heard: Callable[[int], None], last_steps: Callable[[int], int]) -> None:
        """Starts its thread.

        Args:
            heard: Called there with the number of each signal that arrives.
            last_steps: Called there before a forced exit; takes and returns the exit code.
        """

    def begin(self, code: int) -> None:
        """Begins the end; may be called in any thread."""

    def end_after(self, seconds: float) -> None:
        """Ends the process after some seconds, in order or not."""

    def hear_signals(self) -> None:
        """Receives signals before the event loop does, which takes them with each new handler."""


class ExitWatchdog:
    """Begins the end of the process, and forces it where the event loop hangs.

    Args:
        app: The app to end; not running yet.
        ending: The end of the process; None leaves signals, keys and the process alone.
        leave_keys: Textual's names of the keys that end the app, also while its loop hangs.
        title_restore: Returns the sequence that restores the terminal's title.

    Attributes:
        has_terminal: Whether the app has the terminal, and has not restored it.
    """

    def __init__(
        self,
        app: App[None],
        ending: Ending | None,
        leave_keys: Collection[str],
        title_restore: Callable[[], str],
    ) -> None:
        self._app = app
        self._ending = ending
        self._leave_keys = leave_keys
        self._title_restore = title_restore
        self._driver: Driver | None = None
        self.has_terminal = False
        self._signals = SignalHandling(app, self.begin)
        if ending is not None:
            self._signals.install()
            app.driver_class = self._watched(app.driver_class)
            ending.start(self._signals.handle, self._restore_terminal)

    @property
    def is_ending(self) -> bool:
        """Whether the end has begun."""
        return self._ending is not None and self._ending.code is not None

    def loop_started(self) -> None:
        """To be called on the app's loop before it takes the terminal."""
        self._signals.loop_started()
        if self._ending is not None and self._ending.code is not None:
            self._app.exit(return_code=self._ending.code)

    def handlers_changed(self) -> None:
        """To be called when signal handlers have been added to the loop."""
        if self._ending is not None:
            self._ending.hear_signals()

    def begin(self, code: int) -> None:
        """Begins the end with an exit code; may be called in any thread."""
        if self._ending is not None:
            self._ending.begin(code)

    def exit_app(self, code: int) -> None:
        """Ends the app on its loop, with an exit code; may be called in any thread."""
        self._signals.call_on_loop(lambda: self._app.exit(return_code=code))

    def restore(self, last_words: str) -> None:
        """Restores the terminal where the app has not, and writes last words to it."""
        self.has_terminal = False
        forced_exit.restore(
            _output(), self._title_restore() + last_words, has_modes=True, lags=False
        )

    def _terminal_lost(self) -> None:
        forced_exit.drop_output(_output())
        self._signals.exit(TERMINAL_LOST)

    def _key_read(self, key: str) -> None:
        if self._ending is None or key not in self._leave_keys or self._is_typed(key):
            return
        handled = Event()
        # The key is queued for the app, and then for the screen.
        to_screen = partial(self._after_turns, handled.set)
        to_app = partial(self._after_turns, partial(self._app.call_later, to_screen))
        self._signals.call_on_loop(to_app)
        timer = Timer(_KEY_TIMEOUT, self._force_unless, [self._ending, handled])
        timer.daemon = True
        timer.start()

    def _after_turns(self, callback: Callable[[], object], turns: int = _LOOP_TURNS) -> None:
        """Calls back after some turns of the loop."""
        if turns:
            asyncio.get_running_loop().call_soon(self._after_turns, callback, turns - 1)
        else:
            callback()

    def _force_unless(self, ending: Ending, handled: Event) -> None:
        """Ends the process now, unless the key was handled and did not end the app."""
        if self.is_ending or not handled.is_set():
            ending.begin(0)
            ending.end_after(0)

    def _is_typed(self, key: str) -> bool:
        """Whether a key is a character for the field that has the focus."""
        try:
            return len(key) == 1 and isinstance(self._app.focused, Input)
        except ScreenStackError:
            return False

    def _restore_terminal(self, code: int) -> int:
        """Restores the terminal in place of the loop; returns the exit code."""
        hangs = False
        if self._driver is not None:
            title = self._title_restore() if self.has_terminal else ""
            hangs = forced_exit.restore(
                _output(),
                title + _FORCED,
                has_modes=self.has_terminal,
                lags=bool(writer_threads()) and queued_writes(self._driver) > 0,
            )
        return code or (TERMINAL_LOST if hangs else 1)

    def _watched(self, driver_class: type[Driver]) -> type[Driver]:
        """Returns the same driver, which reports keys and its hold on the terminal to this."""
        watchdog = self

        def process_message(self: Driver, message: Message) -> None:
            driver_class.process_message(self, message)
            if isinstance(message, Key):
                watchdog._key_read(message.key)

        def start_application_mode(self: Driver) -> None:
            if watchdog._driver is None:
                hangup.watch({_INPUT, _output()}, watchdog._terminal_lost)
            watchdog._driver, watchdog.has_terminal = self, True
            driver_class.start_application_mode(self)

        def stop_application_mode(self: Driver) -> None:
            driver_class.stop_application_mode(self)
            watchdog.has_terminal = False

        methods = (process_message, start_application_mode, stop_application_mode)
        return type(driver_class.__name__, (driver_class,), {m.__name__: m for m in methods})


def _output() -> int:
    return sys.__stderr__.fileno() if sys.__stderr__ else 2
