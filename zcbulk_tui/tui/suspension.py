"""Leaving the terminal to the shell for a while, and taking it back.

Textual suspends inside of signal handlers, where it may wait for a lock that it holds itself; takes
a terminal twice that was never left; and stops without a shell that could wake it. So this is done
here, between two steps of the loop.
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

_WITH_CONT = 0.02
"""Seconds for a signal that ends the program to be heard of, when it comes along with SIGCONT."""


class Suspension:
    """Stops the program on SIGTSTP or by a key, and shows everything anew when it goes on.

    Args:
        app: To be suspended.
        leaving: Called before the terminal is left.
        back: Called when the terminal has been taken again.
        handlers_changed: Called when signals have been taken.
        is_ending: Whether the program is about to end, so that it takes no terminal again.
    """

    def __init__(
        self,
        app: App[Any],
        *,
        leaving: Callable[[], None],
        back: Callable[[], None],
        handlers_changed: Callable[[], None] = lambda: None,
        is_ending: Callable[[], bool] = lambda: False,
    ) -> None:
        self._app = app
        self._leaving = leaving
        self._back = back
        self._handlers_changed = handlers_changed
        self._is_ending = is_ending

    def begin(self) -> None:
        """Takes the signals; must be called on the app's loop, once there is a driver."""
        if self._driver() is not None:
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGTSTP, self.suspend)
            loop.add_signal_handler(signal.SIGCONT, self._take_again)
            self._take_those_of_the_background()

    def _take_those_of_the_background(self) -> None:
        """Takes the signals that Textual gives back each time that it takes the terminal."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTTIN, signal.SIGTTOU):
            loop.add_signal_handler(number, self._wait_for_the_terminal)
            # What the background must not do is not to be tried again and again.
            signal.siginterrupt(number, True)
        self._handlers_changed()

    def suspend(self) -> None:
        """Leaves the terminal to the shell; returns when the program is in front again.

        Where no shell would get the terminal, it comes back at once: the kernel does not stop a
        program that nobody could wake.
        """
        if (driver := self._driver()) is None:
            return
        with self._terminal_left(driver), _handling(signal.SIGCONT, signal.SIG_IGN):
            with _handling(signal.SIGTSTP, signal.SIG_DFL):
                # All of the job: a wrapper that waits for this program has to stop as well.
                os.kill(0, signal.SIGTSTP)
            self._stay_stopped_behind()

    def _wait_for_the_terminal(self) -> None:
        """The terminal was used from the background, or somebody says so."""
        if self._is_ending():
            return
        if _is_in_front():
            self.suspend()
        else:
            self._take_again()

    def _take_again(self) -> None:
        """Somebody else has stopped the program, and the shell has had the terminal since."""
        if (driver := self._driver()) is None:
            return
        with _handling(signal.SIGCONT, signal.SIG_IGN):
            self._stay_stopped_behind()
            with self._terminal_left(driver):
                pass

    @contextmanager
    def _terminal_left(self, driver: Driver) -> Iterator[None]:
        self._leaving()
        driver.suspend_application_mode()
        yield
        if self._is_ending():
            return
        driver.resume_application_mode()
        self._take_those_of_the_background()
        self._back()
        self._app.refresh(layout=True)

    def _stay_stopped_behind(self) -> None:
        """Stops again for as long as the shell has the program go on in the background."""
        while not _is_in_front():
            time.sleep(_WITH_CONT)
            if self._is_ending():
                return
            os.kill(0, signal.SIGSTOP)

    def _driver(self) -> Driver | None:
        """What drives a terminal that can be left now; App.suspend does not give it away."""
        driver = self._app._driver
        # At the end the terminal has been given back already, and must not be taken again.
        can_leave = self._app.is_running and driver is not None and driver.can_suspend
        return driver if can_leave else None


@contextmanager
def _handling(number: signal.Signals, handler: Handlers) -> Iterator[None]:
    before = signal.signal(number, handler)
    try:
        yield
    finally:
        signal.signal(number, before)


def _is_in_front() -> bool:
    try:
        return os.tcgetpgrp(sys.__stdin__.fileno() if sys.__stdin__ else -1) == os.getpgrp()
    except OSError:
        # The terminal is gone; what ends the program is on its way.
        return True
