"""Restores the terminal without the event loop: when that hangs, or the terminal does."""

import os
import select
import signal
import termios
from contextlib import suppress

from zcbulk_tui.tui.textual_internals import writer_threads

_RESTORE = (
    "\x18\x1b\\"  # ends a sequence that was cut off
    "\x1b[?2026l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l\x1b[?2004l\x1b[?2048l"
    "\x1b[?1004l\x1b[<u\x1b[?7h\x1b[0m\x1b[?1049l\x1b[?25h"
)
"""Turns off every mode that Textual turns on, and leaves the alternate screen."""


def restore(descriptor: int, last_words: str, *, has_modes: bool, lags: bool) -> bool:
    """Restores the terminal; output that it has not read yet is discarded.

    Args:
        descriptor: Textual writes to it; nothing can be written to it afterwards.
        last_words: What to write after that.
        has_modes: Whether the modes that Textual turns on are still on.
        lags: Whether the terminal has not read all that Textual has written.

    Returns:
        Whether the terminal hangs, so that it shows this only once it reads again.
    """
    terminal = os.dup(descriptor)
    hangs = lags or not select.select([], [terminal], [], 0)[1]
    drop_output(descriptor)
    if hangs:
        # Makes room for what follows.
        with suppress(termios.error):
            termios.tcflush(terminal, termios.TCOFLUSH)
    text = (_RESTORE if has_modes or hangs else "") + last_words
    with suppress(OSError):
        os.write(terminal, text.encode())
    return hangs


def drop_output(descriptor: int) -> None:
    """Discards all further output, and interrupts a thread that waits for the terminal."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
    for thread in writer_threads():
        if thread.ident is not None:
            signal.pthread_kill(thread.ident, signal.SIGURG)
