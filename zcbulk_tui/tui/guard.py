"""Sees to it that the app can always be left, and that it ends when its terminal is gone."""

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

from zcbulk_tui.tui import hang_up, last_steps
from zcbulk_tui.tui.output_gate import waiting
from zcbulk_tui.tui.signals import LOST, SignalHandling

_PATIENCE = 1.7
"""Seconds after the key that leaves until the process has gone, or is ended as it is."""

_ROUNDS = 5
"""Rounds of the loop in which a message has gone through a queue."""

_INPUT = 0

_SAID = "zcbulk-tui: Something hung, and was not waited for.\r\n"


class Ending(Protocol):
    """The end of the process, which comes in time once it has begun."""

    @property
    def code(self) -> int | None:
        """The exit code; None until the end has begun."""

    def start(self, heard: Callable[[int], None], last_steps: Callable[[int], int]) -> None:
        """Starts to hear of signals, and has the last steps done before a forced end."""

    def begin(self, code: int) -> None:
        """Begins the end; may be called in every thread."""

    def end_after(self, seconds: float) -> None:
        """Ends the process after some time, in order or not."""

    def hear_signals(self) -> None:
        """Hears of signals before the loop does."""


class Guard:
    """Begins the end, and makes it where the loop does not.

    Args:
        app: To be ended; not running yet.
        ending: The end of the process; None where that is none of the app's business.
        leave_keys: Textual's names of the keys that end the app, also while its loop hangs.
        title_back: Returns what gives the terminal its title back.

    Attributes:
        has_terminal: Whether the terminal is taken, and has not been given back.
    """

    def __init__(
        self,
        app: App[None],
        ending: Ending | None,
        leave_keys: Collection[str],
        title_back: Callable[[], str],
    ) -> None:
        self._app = app
        self._ending = ending
        self._leave_keys = leave_keys
        self._title_back = title_back
        self._driver: Driver | None = None
        self.has_terminal = False
        self._signals = SignalHandling(app, self.begin)
        if ending is not None:
            self._signals.take()
            app.driver_class = self._watched(app.driver_class)
            ending.start(self._signals.hear, self._take_last_steps)

    @property
    def is_ending(self) -> bool:
        """Whether the end has begun."""
        return self._ending is not None and self._ending.code is not None

    def loop_runs(self) -> None:
        """To be called in the loop before the terminal is taken."""
        if self._ending is not None:
            self._signals.loop_runs()
            if self._ending.code is not None:
                self._app.exit(return_code=self._ending.code)

    def handlers_changed(self) -> None:
        """To be called when the loop has taken other signals."""
        if self._ending is not None:
            self._ending.hear_signals()

    def begin(self, code: int) -> None:
        """The app is about to end; may be called in every thread."""
        if self._ending is not None:
            self._ending.begin(code)

    def leave(self, words: str) -> None:
        """Gives the terminal back where the app has not, and writes the last words to it."""
        self.has_terminal = False
        last_steps.leave(_output(), self._title_back() + words, has_modes=True, lags=False)

    def _lost(self) -> None:
        last_steps.drop_output(_output())
        self._signals.end(LOST)

    def _pressed(self, key: str) -> None:
        if self._ending is None or key not in self._leave_keys or self._is_typed(key):
            return
        answered = Event()
        # The key is on its way to the app, and goes from there to the screen.
        to_screen = partial(self._after_rounds, answered.set)
        to_app = partial(self._after_rounds, partial(self._app.call_later, to_screen))
        self._signals.in_loop(to_app)
        timer = Timer(_PATIENCE, self._look, [self._ending, answered])
        timer.daemon = True
        timer.start()

    def _after_rounds(self, callback: Callable[[], object], rounds: int = _ROUNDS) -> None:
        """Calls back when all that waits in the loop has had some turns."""
        if rounds:
            asyncio.get_running_loop().call_soon(self._after_rounds, callback, rounds - 1)
        else:
            callback()

    def _look(self, ending: Ending, answered: Event) -> None:
        if self.is_ending or not answered.is_set():
            ending.begin(0)
            ending.end_after(0)

    def _is_typed(self, key: str) -> bool:
        try:
            return len(key) == 1 and isinstance(self._app.focused, Input)
        except ScreenStackError:
            return False

    def _take_last_steps(self, code: int) -> int:
        """Leaves the terminal in the place of the loop; returns the exit code."""
        hangs = False
        if self._driver is not None:
            back = self._title_back() if self.has_terminal else ""
            hangs = last_steps.leave(
                _output(),
                back + _SAID,
                has_modes=self.has_terminal,
                lags=last_steps.has_writer() and waiting(self._driver) > 0,
            )
        return code or (LOST if hangs else 1)

    def _watched(self, driver_class: type[Driver]) -> type[Driver]:
        """Returns the same driver, which has the guard see what it does."""
        guard = self

        def process_message(self: Driver, message: Message) -> None:
            driver_class.process_message(self, message)
            if isinstance(message, Key):
                guard._pressed(message.key)

        def start_application_mode(self: Driver) -> None:
            if guard._driver is None:
                hang_up.watch({_INPUT, _output()}, guard._lost)
            guard._driver, guard.has_terminal = self, True
            driver_class.start_application_mode(self)

        def stop_application_mode(self: Driver) -> None:
            driver_class.stop_application_mode(self)
            guard.has_terminal = False

        methods = (process_message, start_application_mode, stop_application_mode)
        return type(driver_class.__name__, (driver_class,), {m.__name__: m for m in methods})


def _output() -> int:
    return sys.__stderr__.fileno() if sys.__stderr__ else 2
