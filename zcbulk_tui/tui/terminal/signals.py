"""Signals: each one that would end the process ends the app instead."""

import asyncio
import signal
from collections.abc import Callable

from textual.app import App

_NOT_FATAL = {
    *("SIGKILL", "SIGSTOP"),  # cannot be handled
    *("SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL"),  # faults: a handler of Python's would not run
    *("SIGCHLD", "SIGURG", "SIGWINCH"),  # end nothing by default
    *("SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGCONT"),  # see `Suspension`
    *("SIGPIPE", "SIGXFSZ"),  # errors of what is written
    *("SIGINFO", "SIGCLD"),
}

TERMINAL_LOST = 128 + signal.SIGHUP
"""The exit code after the terminal was lost."""


class SignalHandling:
    """Ends the app on each signal that would end the process.

    Args:
        app: The app to end; not running yet.
        before_exit: Called with the exit code before that, in any thread.
    """

    def __init__(self, app: App[None], before_exit: Callable[[int], None]) -> None:
        self._app = app
        self._before_exit = before_exit
        self._loop: asyncio.AbstractEventLoop | None = None
        names = _NOT_FATAL & signal.Signals.__members__.keys()
        # Real-time signals have no names, and end a process too.
        self._fatal = set(map(int, signal.valid_signals()))
        self._fatal -= {signal.Signals[name] for name in names}

    def install(self) -> None:
        """Installs the handlers; to be called in the main thread, before the app runs."""
        for number in self._fatal:
            signal.signal(number, lambda number, _: self.handle(number))
            signal.siginterrupt(number, False)
        # Only to interrupt a thread that waits in a write.
        signal.signal(signal.SIGURG, lambda *_: None)
        # The parent process may have blocked them.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, self._fatal)

    def loop_started(self) -> None:
        """To be called on the app's loop: from now on the app is ended there, in order."""
        self._loop = asyncio.get_running_loop()

    def handle(self, number: int) -> None:
        """Ends the app if a signal is a fatal one; may be called in any thread."""
        if number in self._fatal:
            self.exit(128 + number)

    def exit(self, code: int) -> None:
        """Ends the app with an exit code; may be called in any thread."""
        self._before_exit(code)
        self.call_on_loop(lambda: self._app.exit(return_code=code))

    def call_on_loop(self, callback: Callable[[], object]) -> None:
        """Calls back on the app's loop, if that runs; may be called in any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(callback)
