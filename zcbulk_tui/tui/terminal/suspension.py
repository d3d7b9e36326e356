"""Suspends the program (ctrl+z), and resumes it.

Textual suspends inside of signal handlers, where it may wait for a lock that it holds itself; takes
a terminal twice that was never left; and stops without a shell that could resume it. So this is
done here, between two steps of the loop.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from signal import Handlers
from typing import Any

from textual.app import App
from textual.driver import Driver

from zcbulk_tui.tui.textual_internals import driver_of

_SIGNAL_DELAY = 0.02
"""Seconds for a signal that ends the program to arrive, when it comes along with SIGCONT."""


class Suspension:
    """Stops the program on SIGTSTP or by a key, and takes the terminal again when it continues.

    Args:
        app: The app to suspend.
        on_leave: Called before the terminal is left.
        on_return: Called when the terminal has been taken again; what it shows is unknown.
        handlers_changed: Called when signal handlers have been added to the loop.
        is_ending: Whether the program is about to end, so that it takes no terminal again.
    """

    def __init__(
        self,
        app: App[Any],
        *,
        on_leave: Callable[[], None],
        on_return: Callable[[], None],
        handlers_changed: Callable[[], None] = lambda: None,
        is_ending: Callable[[], bool] = lambda: False,
    ) -> None:
        self._app = app
        self._on_leave = on_leave
        self._on_return = on_return
        self._handlers_changed = handlers_changed
        self._is_ending = is_ending

    def begin(self) -> None:
        """Handles the signals from now on; to be called on the app's loop when it has a driver."""
        if self._driver() is not None:
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGTSTP, self.suspend)
            loop.add_signal_handler(signal.SIGCONT, self._take_again)
            self._handle_background_signals()

    def _handle_background_signals(self) -> None:
        """Handles the signals whose handlers Textual removes whenever it takes the terminal."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTTIN, signal.SIGTTOU):
            loop.add_signal_handler(number, self._background_access)
            # A read or write that the background must not do is not repeated for ever.
            signal.siginterrupt(number, True)
        self._handlers_changed()

    def suspend(self) -> None:
        """Leaves the terminal to the shell; returns when the program is in the foreground again.

        Without a shell it returns at once: the kernel does not stop a program that nobody could
        resume.
        """
        if (driver := self._driver()) is None:
            return
        with self._terminal_left(driver), _handling(signal.SIGCONT, signal.SIG_IGN):
            with _handling(signal.SIGTSTP, signal.SIG_DFL):
                # The whole process group: a wrapper that waits for this program has to stop too.
                os.kill(0, signal.SIGTSTP)
            self._stay_stopped_in_background()

    def _background_access(self) -> None:
        """The terminal was used from the background, or another process sent that signal."""
        if self._is_ending():
            return
        if _is_in_foreground():
            self.suspend()
        else:
            self._take_again()

    def _take_again(self) -> None:
        """Another process has stopped the program, and the shell has had the terminal since."""
        if (driver := self._driver()) is None:
            return
        with _handling(signal.SIGCONT, signal.SIG_IGN):
            self._stay_stopped_in_background()
            with self._terminal_left(driver):
                pass

    @contextmanager
    def _terminal_left(self, driver: Driver) -> Iterator[None]:
        self._on_leave()
        driver.suspend_application_mode()
        yield
        if self._is_ending():
            return
        driver.resume_application_mode()
        self._handle_background_signals()
        self._on_return()

    def _stay_stopped_in_background(self) -> None:
        """Stops again for as long as the shell continues the program in the background."""
        while not _is_in_foreground():
            time.sleep(_SIGNAL_DELAY)
            if self._is_ending():
                return
            os.kill(0, signal.SIGSTOP)

    def _driver(self) -> Driver | None:
        """The driver, if it has a terminal that can be left now."""
        driver = driver_of(self._app)
        # At the end the terminal has been restored already, and must not be taken again.
        can_leave = self._app.is_running and driver is not None and driver.can_suspend
        return driver if can_leave else None


@contextmanager
def _handling(number: signal.Signals, handler: Handlers) -> Iterator[None]:
    before = signal.signal(number, handler)
    try:
        yield
    finally:
        signal.signal(number, before)


def _is_in_foreground() -> bool:
    try:
        return os.tcgetpgrp(sys.__stdin__.fileno() if sys.__stdin__ else -1) == os.getpgrp()
    except OSError:
        # The terminal is gone, and the signal that ends the program is on its way.
        return True
