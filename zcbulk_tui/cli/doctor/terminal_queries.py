"""Asking this terminal, and the tmux around the program, what they can do."""

import os
import re
import select
import termios
import time
import tty
from collections.abc import Mapping
from dataclasses import dataclass, field

from zcbulk_tui.cli.locale_names import is_utf8
from zcbulk_tui.cli.shutdown import line_comes_back
from zcbulk_tui.render import clipboard, notification
from zcbulk_tui.render.notification import TerminalSays
from zcbulk_tui.tui.terminal.tmux import tmux_options, tmux_terminal

TMUX_OPTIONS = ("focus-events", *clipboard.TMUX_OPTIONS)

# Back to the start of the line, and nothing in it: old terminals print questions that they do not
# understand.
_ERASE = "\r\x1b[K"

# "What are you?" Every terminal answers this, and answers in turn: what did not come before this
# answer does not come.
_IDENTIFY = "\x1b[c"
_IDENTITY = re.compile(rb"\x1b\[\?([0-9;]*)c")

_WHERE = "\x1b[6n"
_PLACE = re.compile(rb"\x1b\[[0-9]+;([0-9]+)R")

_DOES_FOCUS = "\x1b[?1004$p"
_MODE = re.compile(rb"\x1b\[\?1004;([0-9])\$y")
_NOT_KNOWN, _NEVER = 0, 4  # of what a terminal says of a mode

_NAME = re.compile(rb"\x1bP>\|([ -~]{1,100})(?:\x1b\\|\x07)")
_OSC_99 = re.compile(rb"\x1b\]99;i=zcbulk:p=\?[^\x07\x1b]*(?:\x1b\\|\x07)")

# One is wide, the other as wide as the terminal likes. No byte of theirs is a control character to
# a terminal that does not read UTF-8.
WIDE, AMBIGUOUS = "中", "·"


@dataclass(frozen=True, slots=True)
class Answers:
    """What the terminal and tmux answered.

    Attributes:
        columns: Width of the terminal; 0 if it does not say.
        lines: Height of the terminal; 0 if it does not say.
        encoding: The locale, or the name of an encoding; empty if there is none.
        attributes: How the terminal describes itself; None if it does not answer at all.
        wide: Cells that a wide character takes; None if that is not known.
        ambiguous: Cells that a character of ambiguous width takes; None if that is not known.
        focus: Whether it reports that it has the focus; None if that is not known.
        tmux: Options of the tmux that the program runs in.
        says: What the terminal says of itself, or tmux of the terminal around it.
    """

    columns: int = 80
    lines: int = 24
    encoding: str = "utf-8"
    attributes: frozenset[int] | None = None
    wide: int | None = None
    ambiguous: int | None = None
    focus: bool | None = None
    tmux: Mapping[str, str] = field(default_factory=dict)
    says: TerminalSays = field(default_factory=TerminalSays)


class Terminal:
    """A terminal that answers questions.

    Args:
        reader: Descriptor that its input is read from.
        writer: Descriptor that is written to.
        timeout: Seconds that an answer may take.
    """

    def __init__(self, reader: int, writer: int, timeout: float = 0.5) -> None:
        self._reader = reader
        self._writer = writer
        self._timeout = timeout

    @property
    def size(self) -> tuple[int, int]:
        """Columns and lines; zeros if the terminal does not say."""
        return os.get_terminal_size(self._writer)

    def ask(self, query: str) -> bytes:
        """Returns what came back, up to the terminal's description of itself.

        It ends with that description, unless the time was over first. Nothing that comes back is
        shown or left for whoever reads next, except for what comes too late.
        """
        modes = termios.tcgetattr(self._reader)
        with line_comes_back():
            try:
                tty.setcbreak(self._reader)
                os.write(self._writer, (query + _IDENTIFY).encode())
                return self._read()
            finally:
                # In one step with throwing away what is unread: no answer gets in between.
                termios.tcsetattr(self._reader, termios.TCSAFLUSH, modes)

    def _read(self) -> bytes:
        end = time.monotonic() + self._timeout
        answer = b""
        while not _IDENTITY.search(answer):
            left = end - time.monotonic()
            if left <= 0 or not select.select([self._reader], [], [], left)[0]:
                break
            got = os.read(self._reader, 1024)
            if not got:
                break
            answer += got
        return answer


def inquire(environ: Mapping[str, str], terminal: Terminal, encoding: str) -> Answers:
    """Sends all queries to the terminal, and to the tmux around the program."""
    columns, lines = terminal.size
    tmux = tmux_options(environ, TMUX_OPTIONS) if environ.get("TMUX") else {}
    attributes = _IDENTITY.search(terminal.ask(""))
    if not attributes:
        # One that is silent once is not queried again: it costs time, and answers that come late
        # end up on the command line of the shell.
        return Answers(columns, lines, encoding, tmux=tmux)
    mode = _MODE.search(terminal.ask(_DOES_FOCUS + _ERASE))
    says = tmux_terminal(environ) if environ.get("TMUX") else TerminalSays()
    if notification.can_be_asked(environ):
        said = terminal.ask(notification.QUERY_NAME + notification.QUERY_OSC_99 + _ERASE)
        name = _NAME.search(said)
        says = TerminalSays(name[1].decode() if name else "", _OSC_99.search(said) is not None)
    return Answers(
        columns,
        lines,
        encoding,
        frozenset(int(number) for number in attributes[1].split(b";") if number),
        _cells(WIDE, terminal) if is_utf8(encoding) else None,
        _cells(AMBIGUOUS, terminal) if is_utf8(encoding) else None,
        int(mode[1]) not in (_NOT_KNOWN, _NEVER) if mode else None,
        tmux,
        says,
    )


def _cells(character: str, terminal: Terminal) -> int | None:
    """How many cells a terminal shows a character in: how far the cursor moves."""
    place = _PLACE.search(terminal.ask(f"\r{character}{_WHERE}{_ERASE}"))
    return int(place[1]) - 1 if place else None
