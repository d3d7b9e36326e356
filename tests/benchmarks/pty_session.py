"""A program on a terminal of its own, and what it writes there, by the moment."""

import errno
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple, Self

COLUMNS, LINES = 120, 40

_READ = 65536

_INVISIBLE = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]"  # control sequences
    rb"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # commands to the system, such as a title
    rb"|\x1b[PX^_].*?\x1b\\"  # strings
    rb"|\x1b[ -/]*[0-~]"
    rb"|[\x00-\x20\x7f]",
    re.DOTALL,
)

_LAST_WORDS = 2000
"""Bytes of output that are kept to say how a program ended."""

_LAST_MOMENTS = 5.0
"""Seconds for a program to end that has let go of its terminal."""

_FIRST_TEXT = 8
"""Visible characters that make a first frame: fewer may be the odds and ends of a set-up."""


class MeasurementError(Exception):
    """A measurement could not be made."""


class Chunk(NamedTuple):
    """What one read brought; `at` is a moment of `time.perf_counter`."""

    at: float
    data: bytes


class PtySession:
    """Runs a program in a new session on a new pseudo-terminal, until the context ends.

    The terminal answers no query, as the plainest do. When this process goes, in whatever way, the
    terminal goes with it, and the kernel hangs up on the program: none is ever left behind.

    Args:
        command: The program and its arguments.
        environment: All of its environment.
        directory: Where it runs.

    Attributes:
        started_at: When it was spawned.
        byte_count: Bytes read so far.
        chunks: All that was read so far.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], directory: str
    ) -> None:
        self._master, slave = os.openpty()
        self.resize(COLUMNS, LINES)
        os.set_blocking(self._master, False)
        self.byte_count = 0
        self.chunks: list[Chunk] = []
        self._forgotten = b""
        self._command = command
        self.started_at = time.perf_counter()
        try:
            self._process = subprocess.Popen(
                command,
                env=dict(environment),
                cwd=directory,
                preexec_fn=lambda: os.login_tty(slave),  # there are no threads here to deadlock
            )
        except BaseException:  # whatever it is, the terminal must not stay open
            os.close(self._master)
            raise
        finally:
            os.close(slave)

    @property
    def pid(self) -> int:
        """Of the program."""
        return self._process.pid

    def fileno(self) -> int:
        """For select."""
        return self._master

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        os.close(self._master)

    def resize(self, columns: int, lines: int) -> None:
        """Gives the terminal another size."""
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def forget(self) -> None:
        """Drops what was read so far; a picture that follows is to be begun anew."""
        self._forgotten = self._end_of_output()
        self.chunks.clear()

    def send(self, keys: bytes) -> None:
        """Presses keys."""
        os.write(self._master, keys)

    def take(self) -> None:
        """Reads once.

        Raises:
            MeasurementError: The program has ended.
        """
        try:
            data = os.read(self._master, _READ)
        except BlockingIOError:
            return
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            data = b""
        if not data:
            raise MeasurementError(self._how_it_ended())
        self.chunks.append(Chunk(time.perf_counter(), data))
        self.byte_count += len(data)

    def _how_it_ended(self) -> str:
        with suppress(subprocess.TimeoutExpired):  # it may live on without its terminal
            self._process.wait(_LAST_MOMENTS)
        said = _INVISIBLE.sub(b" ", self._end_of_output()).decode(errors="replace")
        status = self._process.returncode
        return f"{' '.join(self._command)} ended with {status}: …{said[-300:]}"

    def _end_of_output(self) -> bytes:
        """What was written last, forgotten or not: a program's last words, perhaps."""
        read = b"".join(chunk.data for chunk in self.chunks[-3:])
        return (self._forgotten + read)[-_LAST_WORDS:]

    def wait_for_text(self, *, text: str = "", timeout: float = 60.0) -> float:
        """Returns the seconds from the spawn until something visible, or `text`, was written.

        Blanks do not count: `text` has none. To be called at the start, before the screen is drawn
        over.
        """
        wanted = text.encode()

        def is_there() -> bool:
            visible = _INVISIBLE.sub(b"", b"".join(chunk.data for chunk in self.chunks))
            return wanted in visible if wanted else len(visible) >= _FIRST_TEXT

        wait_until(self, is_there, timeout, f"“{text or 'anything'}” on screen")
        return self.chunks[-1].at - self.started_at

    def wait_for_silence(self, seconds: float, timeout: float = 60.0) -> None:
        """Waits until nothing has been written for so long."""
        last = time.perf_counter()
        end = last + timeout
        while (now := time.perf_counter()) < last + seconds:
            if now > end:
                raise MeasurementError(f"{' '.join(self._command)} never falls silent")
            before = self.byte_count
            pump([self], last + seconds - now, once=True)
            if self.byte_count > before:
                last = time.perf_counter()


def pump(sessions: Sequence[PtySession], seconds: float, *, once: bool = False) -> None:
    """Reads what the programs write for so long, or until the first of it with `once`."""
    end = time.perf_counter() + seconds
    while True:
        left = max(end - time.perf_counter(), 0.0)
        ready, _, _ = select.select(sessions, [], [], left)
        for session in ready:
            session.take()
        if not left or (once and ready):
            return


def wait_until(
    session: PtySession, condition: Callable[[], bool], timeout: float, what: str
) -> None:
    """Reads until a condition holds, which is looked at after every read.

    Raises:
        MeasurementError: It does not in time.
    """
    end = time.perf_counter() + timeout
    while not condition():
        left = end - time.perf_counter()
        if left <= 0:
            raise MeasurementError(f"No {what} within {timeout:g} s")
        pump([session], left, once=True)
