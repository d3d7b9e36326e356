"""Leaving the terminal without the loop: when it hangs, or the terminal does."""

import os
import select
import signal
import termios
import threading
from contextlib import suppress

_LEAVE = (
    "\x18\x1b\\"  # whatever sequence was cut
    "\x1b[?2026l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l\x1b[?2004l\x1b[?2048l"
    "\x1b[?1004l\x1b[<u\x1b[?7h\x1b[0m\x1b[?1049l\x1b[?25h"
)
"""Turns off what Textual turns on."""

_WRITER = "textual-output"
"""Textual's name of the thread that writes. Were it another one, a terminal that hangs would keep
the modes, and nothing else would change."""


def leave(descriptor: int, last_words: str, *, has_modes: bool, lags: bool) -> bool:
    """Gives the terminal back; of what it has not taken yet, nothing is shown.

    Args:
        descriptor: That Textual writes to; nothing can be written to it afterwards.
        last_words: What to write after that.
        has_modes: Whether the terminal is still as Textual likes it.
        lags: Whether it has not taken all that Textual has written.

    Returns:
        Whether the terminal hangs, so that it finds all this only when it goes on.
    """
    terminal = os.dup(descriptor)
    hangs = lags or not select.select([], [terminal], [], 0)[1]
    drop_output(descriptor)
    if hangs:
        # Makes room.
        with suppress(termios.error):
            termios.tcflush(terminal, termios.TCOFLUSH)
    text = (_LEAVE if has_modes or hangs else "") + last_words
    with suppress(OSError):
        os.write(terminal, text.encode())
    return hangs


def drop_output(descriptor: int) -> None:
    """Lets nothing more be written, and interrupts the thread that is writing."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
    for thread in _writers():
        if thread.ident is not None:
            signal.pthread_kill(thread.ident, signal.SIGURG)


def has_writer() -> bool:
    """Whether what Textual writes is on its way to the terminal."""
    return any(_writers())


def _writers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == _WRITER]
