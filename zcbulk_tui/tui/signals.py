"""Ending when the system asks for it, also where the terminal holds on."""

import asyncio
import os
import signal
import sys
import termios
import threading
from contextlib import suppress

from textual.app import App

_GRACE = 2.0
"""Seconds for an orderly end."""


class SignalHandling:
    """Ends the app on SIGTERM, SIGHUP and SIGINT.

    An orderly end waits until the terminal has taken the last frame. A terminal that takes nothing,
    as behind a hung SSH, must not keep the program: after a while it ends as it is.

    Args:
        app: To be ended; not running yet, so that the terminal is still as it was found.
    """

    def __init__(self, app: App[None]) -> None:
        self._app = app
        self._found: list[int | list[bytes | int]] | None = None
        with suppress(OSError, ValueError, termios.error):
            self._found = termios.tcgetattr(sys.__stdin__.fileno() if sys.__stdin__ else -1)

    def begin(self) -> None:
        """Takes the signals; must be called on the app's loop."""
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._end, number)

    def _end(self, number: signal.Signals) -> None:
        last_resort = threading.Timer(_GRACE, self._give_up, [number])
        last_resort.daemon = True
        last_resort.start()
        self._app.exit()

    def _give_up(self, number: signal.Signals) -> None:
        if self._found is not None and sys.__stdin__ is not None:
            with suppress(OSError, ValueError, termios.error):
                termios.tcsetattr(sys.__stdin__.fileno(), termios.TCSANOW, self._found)
        os._exit(128 + number)
