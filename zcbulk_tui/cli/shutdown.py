"""Ending this process in time, whatever hangs in it.

Handlers of signals run in the main thread, and an orderly end is made there. It may be stuck in a
terminal or a pipe that nobody reads, or in a disk that does not answer. So a thread of its own
hears of signals, counts the seconds since the end has begun, and ends the process when they are
over.
"""

import atexit
import os
import select
import signal
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Lock, Thread, current_thread, main_thread
from types import FrameType
from typing import Any, NoReturn

GRACE = 1.5
"""Seconds for an orderly end."""

_LAST_STEPS = 0.3
"""Seconds for what is done after them; it may hang as well."""

_LOOK = b"\0"
"""No signal has this number."""


class Shutdown:
    """The end of this process, which comes in time once it has begun.

    It hears of signals by itself; handlers in the main thread run all the same.

    Attributes:
        code: The exit code; None until the end has begun.
    """

    def __init__(self) -> None:
        self.code: int | None = None
        self._heard: Callable[[int], None] = lambda _: None
        self._last_steps: Callable[[int], int] = lambda code: code
        self._ends_at: float | None = None
        self._last_turn = Lock()
        self._found = _line_settings()
        self._forward = -1
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)
        self._thread = Thread(target=self._watch, name="shutdown", daemon=True)

    def begin(self, code: int) -> None:
        """Begins the end, if it has not begun; may be called in every thread, and in a handler.

        Args:
            code: The exit code; one that is not 0 takes the place of one that is.
        """
        self.code = self.code or code
        self.end_after(GRACE)

    def end_after(self, seconds: float) -> None:
        """Ends the process after some time; the earliest counts."""
        at = time.monotonic() + seconds
        self._ends_at = at if self._ends_at is None else min(at, self._ends_at)
        with suppress(OSError):
            os.write(self._writer, _LOOK)

    def made(self) -> None:
        """The end has been made in order, and only the interpreter is left to end.

        Does not return where the process is being ended as it is: what that does to the main thread
        must not look like an orderly end.
        """
        if not self._last_turn.acquire(blocking=False):
            Event().wait()

    def hear_signals(self) -> None:
        """Hears of signals before the loop does, which takes them for itself with each handler."""
        fd = signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        if fd != self._writer:
            self._forward = fd

    def _watch(self) -> None:
        while True:
            left = None if self._ends_at is None else self._ends_at - time.monotonic()
            if left is not None and left <= 0:
                self._end_now()
            if select.select([self._reader], [], [], left)[0]:
                data = os.read(self._reader, 64)
                if not data:
                    os.close(self._reader)
                    return
                self._hear(data.replace(_LOOK, b""))

    def _hear(self, signals: bytes) -> None:
        if not signals:
            return
        if self._forward >= 0:
            with suppress(OSError):
                os.write(self._forward, signals)
        for number in signals:
            self._heard(number)

    def _end_now(self) -> None:
        if self._last_turn.acquire(blocking=False):
            steps = Thread(target=self._take_last_steps, name="last steps", daemon=True)
            with suppress(RuntimeError):  # no more threads may be had
                steps.start()
                steps.join(_LAST_STEPS)
        os._exit(1 if self.code is None else self.code)

    def _take_last_steps(self) -> None:
        end_children()
        self.give_back_line()
        self.code = self._last_steps(self.code or 0)

    def give_back_line(self) -> None:
        """Gives the terminal the settings that it had when this was made."""
        # Not from the background: the shell has set the terminal as it likes it.
        if self._found is not None and sys.__stdin__ is not None and not is_behind():
            with suppress(OSError, ValueError, termios.error):
                termios.tcsetattr(sys.__stdin__.fileno(), termios.TCSANOW, self._found)

    def start(
        self,
        heard: Callable[[int], None],
        last_steps: Callable[[int], int] = lambda code: code,
    ) -> None:
        """Starts to hear and to count.

        Args:
            heard: Called in a thread of its own with the number of each signal that has a handler.
            last_steps: Called there before the process is ended as it is; takes and returns the
                exit code.
        """
        self._heard = heard
        self._last_steps = last_steps
        self._thread.start()
        with suppress(ValueError):  # not in the main thread
            self.hear_signals()

    def stop(self) -> None:
        """Stops that, where the process goes on."""
        with suppress(ValueError):
            signal.set_wakeup_fd(self._forward)
        writer, self._writer = self._writer, -1
        os.close(writer)
        self._thread.join()


@contextmanager
def line_comes_back() -> Iterator[None]:
    """A context that changes the terminal's settings, and gives them back also at a signal."""
    before: dict[signal.Signals, Any] = {}

    def leave(number: int, _: FrameType | None) -> None:
        raise SystemExit(128 + number)

    with suppress(ValueError):  # not in the main thread
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            if is_unhandled(number):
                before[number] = signal.signal(number, leave)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Lets signals that end the process leave the context first, as an exception does.

    So what was half written is removed. Only in the main thread, and not where they are caught.
    """

    def end(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    numbers = [it for it in (signal.SIGTERM, signal.SIGHUP) if is_unhandled(it)]
    is_main = current_thread() is main_thread()
    before = {it: signal.signal(it, end) for it in numbers} if is_main else {}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def is_unhandled(number: signal.Signals) -> bool:
    """Whether a signal does what it does by default, with or without the end of all children."""
    return signal.getsignal(number) in (signal.SIG_DFL, _end_with_children)


def end_children_at_signals() -> None:
    """Has TERM and HUP end the children first, where they end this process at once.

    A child with a session of its own hears of neither.
    """
    with suppress(ValueError):  # not in the main thread
        for number in (signal.SIGTERM, signal.SIGHUP):
            if is_unhandled(number):
                signal.signal(number, _end_with_children)


def _end_with_children(number: int, _: FrameType | None) -> None:
    end_children()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def leave(code: int) -> NoReturn:
    """Ends the process, and does of what the interpreter does then only what is needed.

    It can wait for ever for a lock of a thread that was abandoned in the middle of an import.
    """
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # full, or closed
            stream.flush()
    os._exit(code)


def end_children() -> None:
    """Ends the processes that this one has started, and theirs, as a hanging `token_command`.

    Of one that has a group of its own, all of the group ends: also what was started by a process
    that is gone. Only where the system lists them (Linux).
    """
    with suppress(OSError, ValueError):
        for child in _children(os.getpid()):
            with suppress(OSError):  # it has ended just now
                kill = os.killpg if os.getpgid(child) == child else os.kill
                kill(child, signal.SIGKILL)


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):
            for child in map(int, (task / "children").read_text().split()):
                found += [child, *_children(child)]
    return found


def is_behind() -> bool:
    """Whether another program has the terminal now."""
    try:
        return os.tcgetpgrp(sys.__stdin__.fileno() if sys.__stdin__ else -1) != os.getpgrp()
    except (OSError, ValueError):
        return False


def _line_settings() -> list[int | list[bytes | int]] | None:
    with suppress(OSError, ValueError, termios.error):
        return termios.tcgetattr(sys.__stdin__.fileno() if sys.__stdin__ else -1)
    return None
