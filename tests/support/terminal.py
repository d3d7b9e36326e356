"""A program on a terminal of its own, and the picture that it draws there."""

import errno
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

import pyte

_FULL = 5
"""Looks in a row at which a terminal takes nothing: the kernel may be moving what it has taken."""

_READ = 65536

_KEY_PACE = 0.1
"""Seconds between two keys."""

_READING_TIME = 1.2
"""Seconds that a question is on screen before it is answered."""

_TOO_SOON = "Too soon for a yes"
"""What the program says of a yes that may have been text."""

_TRIES = 5

ENTER, ESCAPE, TAB = "\r", "\x1b", "\t"

ALTERNATE_SCREEN = 1049
AUTOWRAP, CURSOR = 7, 25
MOUSE = frozenset({1000, 1003})
BRACKETED_PASTE = 2004
"""Private modes of a terminal that a full-screen program turns on or off."""

# Makes the pseudo-terminal the controlling one of its session, and becomes the program.
_BECOME = """\
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""

# pyte prints the ends of these: private sequences, and those with a byte in between.
_FOREIGN = re.compile(rb"\x1b\[[<=>][0-?]*[@-~]|\x1b\[[0-?]*[ -/]+[@-~]")
_UNFINISHED = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*)?\Z")
_PRIVATE_MODE = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")


def lines_of(screen: pyte.Screen) -> list[str]:
    """Returns the lines that a terminal shows, as wide as it is.

    The cell after a character of two cells holds nothing. Pyte's own way looks up the width of each
    character, which takes many times as long.
    """
    columns = range(screen.columns)
    rows = (screen.buffer[number] for number in range(screen.lines))
    return ["".join([row[column].data for column in columns]) for row in rows]


class Terminal:
    """Runs a program as the leader of a session on a new pseudo-terminal, until the context ends.

    It is read only while something is waited for. It answers no query.

    Args:
        command: The program and its arguments.
        environment: All of its environment.
        columns: Width.
        lines: Height.

    Attributes:
        written: All that the program wrote and that was read.
        modes: The private modes that are on.
        attributes: The line settings before the program began.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        columns: int = 120,
        lines: int = 36,
    ) -> None:
        self._master, self._slave = os.openpty()
        os.set_blocking(self._master, False)
        self.written = bytearray()
        self.modes = {AUTOWRAP, CURSOR}
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)
        self._rest = b""
        self._lines: list[str] | None = None  # None after something was drawn
        self._last_sent = 0.0
        self._set_size(columns, lines)
        self.attributes = self._attributes()
        self._process = subprocess.Popen(
            [sys.executable, "-ISc", _BECOME, *command],
            env=environment,
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            start_new_session=True,
        )

    # What a person can do.

    def press(self, *keys: str) -> None:
        """Presses keys one after the other, or inserts texts, each in one piece."""
        for key in keys:
            # Somebody who presses keys is not faster; what comes faster is text.
            time.sleep(max(self._last_sent + _KEY_PACE - time.monotonic(), 0.0))
            self.send(key.encode())

    def answer(self, key: str, question: str) -> None:
        """Presses a key as somebody does who has read the question that is on screen.

        Where the program reads late, keys may look like text to it; it says so, and the key is
        pressed again.

        Args:
            key: The key.
            question: A text of the question, which goes when it is answered.
        """
        for _ in range(_TRIES):
            self._read_for(_READING_TIME)
            said_before = _TOO_SOON in self.text
            self.press(key)
            if said_before:
                self._read_for(_READING_TIME)
            self.wait_until(lambda: question not in self.text or _TOO_SOON in self.text, "answer")
            if question not in self.text:
                return
        raise AssertionError(f"No answer after {_TRIES} tries:\n{self.text}")

    def send(self, data: bytes) -> None:
        """Sends bytes at once, as a terminal or what lies before it may do."""
        os.write(self._master, data)
        self._last_sent = time.monotonic()

    def paste(self, text: str) -> None:
        """Pastes a text, as terminals do it while bracketed paste is on."""
        assert BRACKETED_PASTE in self.modes
        self.press(f"\x1b[200~{text}\x1b[201~")

    def resize(self, columns: int, lines: int) -> None:
        """Changes the size; the program is told by the kernel."""
        self._screen.resize(lines, columns)
        self._lines = None
        self._set_size(columns, lines)

    def fill(self, timeout: float = 30.0) -> None:
        """Reads nothing, and has the program draw until nothing more fits into the terminal."""
        end = time.monotonic() + timeout
        looks, full = 0, 0
        while full < _FULL:
            assert time.monotonic() < end, "The program writes little."
            # Another size each time: everything has to be drawn anew.
            self.resize(self._screen.columns - 1 + 2 * (looks % 2), self._screen.lines)
            time.sleep(0.1)  # nothing reports that a terminal is full
            looks += 1
            full = 0 if select.select([], [self._slave], [], 0)[1] else full + 1

    def hang_up(self) -> None:
        """Closes the terminal for good, as a connection that breaks off does."""
        os.close(self._slave)
        os.close(self._master)
        self._master = self._slave = -1

    def send_signal(self, number: int) -> None:
        """Sends the program a signal."""
        self._process.send_signal(number)

    # What can be seen.

    @property
    def pid(self) -> int:
        """Of the program."""
        return self._process.pid

    @property
    def lines(self) -> list[str]:
        """The lines on screen, from the top, as wide as the screen."""
        if self._lines is None:
            self._lines = lines_of(self._screen)
        return self._lines

    @property
    def text(self) -> str:
        """The screen without the blanks at its ends."""
        return "\n".join(line.rstrip() for line in self.lines).rstrip()

    def line_with(self, text: str) -> str:
        """The first line that has a text; empty if none has."""
        return next((line for line in self.lines if text in line), "")

    def colour_of(self, text: str) -> str:
        """The colour of the first character of a text on screen; empty if it is not there."""
        for number, line in enumerate(self.lines):
            if (at := line.find(text)) >= 0:
                return str(self._screen.buffer[number][at].fg)
        return ""

    def is_as_it_was(self) -> bool:
        """Whether the terminal is left as it was before the program."""
        return self.modes == {AUTOWRAP, CURSOR} and self.has_its_attributes_back()

    def is_raw(self) -> bool:
        """Whether keys reach the program one by one, and make no signals."""
        local = self._attributes()[3]
        return not local & (termios.ICANON | termios.ISIG)

    def has_its_attributes_back(self) -> bool:
        """Whether the line settings are those from before the program."""
        return self._attributes() == self.attributes

    # Waiting.

    def wait_for(self, text: str, timeout: float = 30.0) -> None:
        """Waits until a text is on screen."""
        self.wait_until(lambda: text in self.text, f"“{text}” on screen", timeout)

    def wait_until_gone(self, text: str, timeout: float = 30.0) -> None:
        """Waits until a text is no longer on screen."""
        self.wait_until(lambda: text not in self.text, f"screen without “{text}”", timeout)

    def wait_for_line(self, pattern: str, timeout: float = 30.0) -> re.Match[str]:
        """Waits until a line on screen matches, and returns the match."""
        found: list[re.Match[str]] = []

        def matches() -> bool:
            found[:] = filter(None, (re.search(pattern, line) for line in self.lines))
            return bool(found)

        self.wait_until(matches, f"line like “{pattern}”", timeout)
        return found[0]

    def wait_until(
        self, condition: Callable[[], bool], what: str = "that", timeout: float = 30.0
    ) -> None:
        """Reads until a condition holds; fails with the screen as it is when that takes too long.

        The condition is looked at after every read, and ten times a second without one.
        """
        end = time.monotonic() + timeout
        while not condition():
            ended = self._process.poll() is not None
            got = self._read(0.0 if ended else 0.1)
            if (ended and not got) or time.monotonic() > end:
                if condition():
                    return
                why = (
                    f"after the end ({self._process.returncode})" if ended else f"in {timeout:g} s"
                )
                raise AssertionError(f"No {what} {why}:\n{self.text}")

    def exit_code(self, timeout: float = 30.0, *, reading: bool = True) -> int:
        """Waits for the end of the program, and reads the rest unless told not to."""
        end = time.monotonic() + timeout
        while self._process.poll() is None and time.monotonic() < end:
            if reading:
                self._read(0.05)
            else:
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(0.05)
        code = self._process.poll()
        assert code is not None, f"No end in {timeout:g} s:\n{self.text}"
        if self._master >= 0:
            while self._read(0.0):
                pass
        return code

    def _read_for(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._read(left)

    def _read(self, timeout: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], timeout)
        if not ready:
            return False
        try:
            data = os.read(self._master, _READ)
        except BlockingIOError:
            return False
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            return False
        self.written += data
        self._show(data)
        return bool(data)

    def _show(self, data: bytes) -> None:
        """Draws what was read; what is incomplete at its end waits for the rest."""
        data = self._rest + data
        unfinished = _UNFINISHED.search(data)
        end = unfinished.start() if unfinished else len(data)
        self._rest = data[end:]
        data = data[:end]
        for numbers, switch in _PRIVATE_MODE.findall(data):
            change = self.modes.add if switch == b"h" else self.modes.discard
            for number in numbers.split(b";"):
                change(int(number))
        self._stream.feed(_FOREIGN.sub(b"", data))
        self._lines = None

    def _attributes(self) -> list[Any]:
        return termios.tcgetattr(self._slave)

    def _set_size(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        for descriptor in (self._slave, self._master):
            if descriptor >= 0:
                os.close(descriptor)
