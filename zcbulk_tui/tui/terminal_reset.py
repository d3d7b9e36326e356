"""Gives a terminal back where Textual no longer can."""

import os
import sys
import termios
from contextlib import suppress

_AS_BEFORE = (
    "\x1b[?1000;1003;1015;1006;1016;2004;1004;2048l"  # mouse, pastes, focus, sizes
    "\x1b[<u"  # the keyboard of kitty
    "\x1b[?7;25h\x1b[?1049l\r"
)


class TerminalReset:
    """Brings back the terminal as it was when this was made."""

    def __init__(self) -> None:
        self._found: list[int | list[bytes | int]] | None = None
        with suppress(OSError, ValueError, termios.error):
            self._found = termios.tcgetattr(_descriptor())

    def reset(self) -> None:
        """Turns off all that the dashboard turns on."""
        with suppress(OSError, ValueError, termios.error):
            os.write(sys.__stderr__.fileno() if sys.__stderr__ else -1, _AS_BEFORE.encode())
        if self._found is not None:
            with suppress(OSError, ValueError, termios.error):
                termios.tcsetattr(_descriptor(), termios.TCSANOW, self._found)


def _descriptor() -> int:
    return sys.__stdin__.fileno() if sys.__stdin__ else -1
