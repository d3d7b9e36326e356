"""What a terminal shows after it has been sent some bytes."""

import random
import re
import time

import pyte

from tests.benchmarks.pty_session import COLUMNS, LINES, PtySession, pump, wait_until

# pyte prints the ends of these: private sequences, and those with a byte in between.
_FOREIGN = re.compile(
    rb"\x1b\[[<=>][0-?]*[@-~]|\x1b\[[0-?]*[ -/]+[@-~]|\x1b[P_^].*?\x1b\\", re.DOTALL
)

_UNFINISHED = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*|[P_^][^\x1b]*\x1b?)?\Z")


_PAUSE = (0.12, 0.28)
"""Seconds between two keys."""


class Picture:
    """A terminal of the size of `PtySession`, in memory. Slow: not for while the time is taken."""

    def __init__(self) -> None:
        self._screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self._screen)
        self._rest = b""
        self._seen = 0

    def feed(self, data: bytes) -> None:
        """Takes bytes; what is incomplete at their end waits for the rest."""
        data = self._rest + data
        unfinished = _UNFINISHED.search(data)
        end = unfinished.start() if unfinished else len(data)
        self._rest = data[end:]
        self._stream.feed(_FOREIGN.sub(b"", data[:end]))

    def follow(self, session: PtySession, until: float | None = None) -> None:
        """Takes what a program has written since the last time.

        Args:
            session: Always the same one.
            until: What it wrote after this moment is left for later.
        """
        for chunk in session.chunks[self._seen :]:
            if until is not None and chunk.at > until:
                break
            self.feed(chunk.data)
            self._seen += 1

    def lines(self) -> list[str]:
        """The lines on screen, from the top."""
        return [str(line) for line in self._screen.display]


def wait_for_line(
    session: PtySession, picture: Picture, pattern: str, timeout: float = 60.0
) -> re.Match[str]:
    """Reads until a line on screen matches, and returns the match.

    Raises:
        MeasurementError: None does in time.
    """
    found: re.Match[str] | None = None

    def is_there() -> bool:
        nonlocal found
        picture.follow(session)
        found = next(filter(None, (re.search(pattern, line) for line in picture.lines())), None)
        return found is not None

    wait_until(session, is_there, timeout, f"line like “{pattern}” on screen")
    assert found is not None
    return found


def press(session: PtySession, picture: Picture, key: bytes) -> tuple[int, float]:
    """Presses a key after a while, when the picture is up to date.

    Returns:
        How many chunks had come before, and when it was pressed.
    """
    pump([session], random.uniform(*_PAUSE))
    picture.follow(session)
    pump([session], 0)
    picture.follow(session)
    before, pressed = len(session.chunks), time.perf_counter()
    session.send(key)
    pump([session], _PAUSE[0])
    return before, pressed
