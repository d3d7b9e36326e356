"""The signals that would end the process end the app."""

import asyncio
import signal
from collections.abc import Callable

from textual.app import App

_NOT_DEADLY = {
    *("SIGKILL", "SIGSTOP"),  # nobody can take them
    *("SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL"),  # faults: no handler of Python's would come to run
    *("SIGCHLD", "SIGURG", "SIGWINCH"),  # of no consequence by themselves
    *("SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGCONT"),  # see `Suspension`
    *("SIGPIPE", "SIGXFSZ"),  # errors of what is written
    *("SIGINFO", "SIGCLD"),
}

LOST = 128 + signal.SIGHUP
"""The exit code after a terminal was lost."""


class SignalHandling:
    """Ends the app on each signal that would end the process.

    Args:
        app: To be ended; not running yet.
        begin: Called with the exit code first, in whatever thread.
    """

    def __init__(self, app: App[None], begin: Callable[[int], None]) -> None:
        self._app = app
        self._begin = begin
        self._loop: asyncio.AbstractEventLoop | None = None
        names = _NOT_DEADLY & signal.Signals.__members__.keys()
        # Those of real time have no names, and end a process, too.
        self._deadly = set(map(int, signal.valid_signals()))
        self._deadly -= {signal.Signals[name] for name in names}

    def take(self) -> None:
        """Takes the signals; must be called in the main thread, before the terminal is taken."""
        for number in self._deadly:
            signal.signal(number, lambda number, _: self.hear(number))
            signal.siginterrupt(number, False)
        # Interrupts a thread that writes, and does nothing else.
        signal.signal(signal.SIGURG, lambda *_: None)
        # Whoever started this may have had them held back.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, self._deadly)

    def loop_runs(self) -> None:
        """To be called in the loop: from now on the end is an orderly one."""
        self._loop = asyncio.get_running_loop()

    def hear(self, number: int) -> None:
        """Ends the app if a signal is a deadly one; may be called in every thread."""
        if number in self._deadly:
            self.end(128 + number)

    def end(self, code: int) -> None:
        """Ends the app; may be called in every thread."""
        self._begin(code)
        self.in_loop(lambda: self._app.exit(return_code=code))

    def in_loop(self, callback: Callable[[], object]) -> None:
        """Has something called in the loop, if that runs."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(callback)
