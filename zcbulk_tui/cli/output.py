"""What commands print: what cannot be printed ends no command, and shows in the exit code.

A full disk, a closed stream or a reader that has gone must not keep a start from being looked
after, nor end anything in a traceback. So nothing that prints raises; what was lost is remembered,
and said at the end.
"""

import errno
import io
import json
import os
import re
import shutil
import signal
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import IO

from zcbulk_tui.cli.colours import Choice, are_wanted, painted
from zcbulk_tui.domain.commands import PROGRAM
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import OutputError
from zcbulk_tui.render.span import Line, Span, fit, fit_line, plain, width

_NOBODY_READS = 128 + signal.SIGPIPE
"""The exit code where the reader of a pipe has gone, as in ``| head -1``, as others end, too."""

_ERASE = "\r\x1b[K"
"""Takes away what stands in the line of the cursor."""

_COMMAND, _INDENT, _GOES_ON = f": {PROGRAM} ", "  ", " \\"
"""How a command begins that a sentence ends with, and how it stands in lines of its own."""

_WORD, _SHELL_WORD = re.compile(r"\S+"), re.compile(r"(?:'[^']*'|\S)+")
"""A word of a text, and one of a command, in which a quoted part stays whole."""

_PROGRAM = f"{PROGRAM}: "
"""What stands before what goes to the standard error."""

_WIDTH = 100
"""Cells of a report where there is no terminal."""


def print_error(text: str) -> None:
    """Writes what went wrong to the standard error, in one line where that is no terminal.

    On a terminal no word of it is broken, and it takes the place of a line that is shown for a
    while, as by `ProgressLine`.
    """
    begin = ""
    if sys.stderr.isatty():
        begin = _ERASE
        text = "\n".join(prose(text, shutil.get_terminal_size().columns - len(_PROGRAM)))
    print(f"{begin}{_PROGRAM}{text}", file=sys.stderr)


def print_prose(text: str) -> None:
    """Writes sentences to the standard output; on a terminal, no word of them is broken."""
    for line in wrapped(text, indent=0):
        print(line, flush=True)


def prose(text: str, cells: int) -> list[str]:
    """Returns sentences in lines of at most so many cells, broken between words.

    A command that they end with, and that does not fit, stands on lines of its own, as a shell
    takes them. A word that is longer than a line stays whole.
    """
    if width(text) <= cells:
        return [text]
    said, sign, typed = text.rpartition(_COMMAND)
    if not sign:
        return _broken(text, cells)
    room = cells - len(_INDENT) - len(_GOES_ON)
    lines = _broken(_COMMAND.removeprefix(":") + typed, room, _SHELL_WORD)
    return [
        *_broken(f"{said}:", cells),
        *(f"{_INDENT}{line}{_GOES_ON}" for line in lines[:-1]),
        f"{_INDENT}{lines[-1]}",
    ]


def _broken(text: str, cells: int, words: re.Pattern[str] = _WORD) -> list[str]:
    lines = [""]
    for word in words.findall(text):
        line = f"{lines[-1]} {word}".strip()
        if width(line) > cells and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = line
    return lines


def print_lines(lines: Iterable[str | Line]) -> None:
    """Prints lines as they come; on a terminal, none is longer than it is wide.

    Spans are printed in their colours where `Output.colour` has asked for it.
    """
    cells = terminal_width()
    in_colour = isinstance(sys.stdout, SafeWriter) and sys.stdout.in_colour
    for line in lines:
        if isinstance(sys.stdout, SafeWriter) and sys.stdout.failure is not None:
            return  # whoever reads has gone: the rest need not be made
        spans: Line = (Span(line),) if isinstance(line, str) else line
        if cells is not None:
            spans = fit_line(spans, cells)
        spans = _stripped(spans)
        print(painted(spans) if in_colour else plain(spans))


def _stripped(line: Line) -> Line:
    """A line without the blanks at its end."""
    spans = list(line)
    while spans:
        last = spans.pop()
        if text := last.text.rstrip():
            return (*spans, Span(text, last.look))
    return ()


def print_json(found: object) -> None:
    """Prints what was found as JSON, as all commands do."""
    print(json.dumps(found, indent=2))


def page_width(least: int) -> int:
    """Returns how wide a report is: as the terminal, at least so many cells, or 100 without one."""
    if not sys.stdout.isatty():
        return _WIDTH
    return max(shutil.get_terminal_size().columns, least)


def terminal_width() -> int | None:
    """Returns the cells of a line on the terminal; None where there is none, and no limit."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def wrapped(text: str, indent: int = 2) -> list[str]:
    """Returns a text in lines of a terminal's width, indented from the second on; else in one."""
    cells = terminal_width()
    if cells is None or width(text) <= cells:
        return [text]
    first, *others = prose(text, max(cells - indent, 1))
    return [first, *(" " * indent + line for line in others)]


def in_columns(
    heads: Sequence[str],
    rows: Iterable[Sequence[str | Span]],
    *,
    giving: Mapping[str, int],
    drops: Sequence[str] = (),
    right: int | None = None,
) -> list[Line]:
    """Returns a table as lines, its columns as wide as what is in them.

    A terminal that has no room for all gets shorter texts first, then fewer columns; so no figure
    and no id is ever cut in two.

    Args:
        heads: The names of the columns.
        rows: Their cells.
        giving: Columns of text that give way in this order, each with the cells that it keeps.
        drops: Columns that are left out in this order, once the others have given way.
        right: The first of the columns that are aligned to the right; None for none.
    """
    table = [[_span(cell) for cell in row] for row in (heads, *rows)]
    widths = [max(width(cell.text) for cell in cells) for cells in zip(*table, strict=True)]
    shown = list(range(len(heads)))
    room = terminal_width()
    if room is not None:
        least = [
            min(giving.get(name, cells), cells) for name, cells in zip(heads, widths, strict=True)
        ]
        for name in drops:
            if sum(least[place] + 1 for place in shown) - 1 <= room:
                break
            shown.remove(heads.index(name))
        too_wide = sum(widths[place] + 1 for place in shown) - 1 - room
        for place in (heads.index(name) for name in giving if heads.index(name) in shown):
            gives = max(min(too_wide, widths[place] - least[place]), 0)
            widths[place] -= gives
            too_wide -= gives
    return [
        tuple(_fitted([(row[at], widths[at], right is not None and at >= right) for at in shown]))
        for row in table
    ]


def _span(cell: str | Span) -> Span:
    return cell if isinstance(cell, Span) else Span(cell)


def _fitted(row: Iterable[tuple[Span, int, bool]]) -> Iterator[Span]:
    for place, (cell, cells, is_right) in enumerate(row):
        if place:
            yield Span(" ")
        yield Span(fit(cell.text, cells, right=is_right), cell.look)


class SafeWriter:
    """A stream that takes whatever is printed, and remembers what kept it from being written.

    After a failure nothing more is written: a gap in the middle would not be seen.

    Args:
        stream: Where it is written; None where whoever started this has closed it.

    Attributes:
        stream: That stream.
        failure: Why something could not be written; None while all was.
        is_used: Whether anything was to be written.
        in_colour: Whether lines are written in colours.
    """

    def __init__(self, stream: IO[str] | None) -> None:
        self.stream = stream
        self.failure: Exception | None = None
        self.is_used = False
        self.in_colour = False

    @property
    def encoding(self) -> str:
        """That of the stream."""
        return getattr(self.stream, "encoding", None) or "utf-8"

    @property
    def errors(self) -> str:
        """What stands for characters that the stream does not take."""
        return getattr(self.stream, "errors", None) or "strict"

    def write(self, text: str, /) -> int:
        """Writes a text, if that can be done; returns its length in any case."""
        self.is_used = self.is_used or bool(text)
        if text and self.failure is None:
            try:
                if self.stream is None:
                    raise OSError(errno.EBADF, "It is closed")
                self.stream.write(text)
            except (OSError, ValueError) as error:  # ValueError: it was closed in the meantime
                self.failure = error
        return len(text)

    def writelines(self, texts: Iterable[str], /) -> None:
        """Writes one text after the other; the rest is not made once one cannot be written."""
        for text in texts:
            self.write(text)
            if self.failure is not None:
                return

    def flush(self) -> None:
        """Hands on what was written, if that can be done."""
        if self.stream is not None and self.failure is None:
            try:
                self.stream.flush()
            except (OSError, ValueError) as error:
                self.failure = error

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        try:
            return self.stream is not None and self.stream.isatty()
        except ValueError:
            return False

    def fileno(self) -> int:
        """Its descriptor.

        Raises:
            OSError: It has none.
        """
        if self.stream is None:
            raise OSError(errno.EBADF, "It is closed")
        return self.stream.fileno()


class Output:
    """Both streams of a command.

    Args:
        out: The standard output.
        err: The standard error.
    """

    def __init__(self, out: SafeWriter, err: SafeWriter) -> None:
        self._out = out
        self._err = err

    def flush(self) -> None:
        """Hands on what was printed."""
        self._out.flush()
        self._err.flush()

    def colour(self, choice: Choice, environ: Mapping[str, str]) -> None:
        """Has lines printed in colours, or without; see `colours.are_wanted`."""
        self._out.in_colour = are_wanted(choice, environ, is_terminal=self._out.isatty())

    @property
    def is_empty(self) -> bool:
        """Whether nothing was printed to the standard output."""
        return not self._out.is_used

    def exit_code(self, code: int) -> int:
        """Says what was not written; returns the exit code that this makes of another one.

        Args:
            code: That of the command; one that is not 0 stays.
        """
        self.flush()
        failures = [each.failure for each in (self._out, self._err) if each.failure is not None]
        if not failures:
            return code
        if self._out.failure is not None and not _is_gone(self._out.failure):
            done = "" if code else "Done, but "
            what = "what was to be printed could not be written"
            said = f"{done}{what}: {_reason(self._out.failure)}."
            self._err.write(f"{_PROGRAM}{said[0].upper()}{said[1:]}\n")
            self._err.flush()
        if code:
            return code
        return _NOBODY_READS if all(map(_is_gone, failures)) else OutputError.exit_code


@contextmanager
def guarded() -> Iterator[Output]:
    """Puts `SafeWriter` in the place of the standard streams; one for input is always there."""
    _fill_descriptors()
    before = (sys.stdin, sys.stdout, sys.stderr)
    out, err = (SafeWriter(stream) for stream in before[1:])
    _put(before[0] or io.TextIOWrapper(io.BufferedReader(_ClosedInput()), "utf-8"), out, err)
    try:
        yield Output(out, err)
    finally:
        _put(*before)


class _ClosedInput(io.RawIOBase):
    """Stands for a standard input that was closed: to read it fails, as to read what is not there.

    Without it a list or a secret that never came would count as an empty one.
    """

    def readable(self) -> bool:
        return True

    def readinto(self, _: object, /) -> int:
        raise OSError(errno.EBADF, "It is closed")


def has_reader() -> bool:
    """Whether somebody may still read what is printed: false once a pipe is known to be broken."""
    stream = sys.stdout
    return not (
        isinstance(stream, SafeWriter) and stream.failure is not None and _is_gone(stream.failure)
    )


def inner(stream: object) -> object:
    """Returns the stream that a `SafeWriter` stands for; any other as it is."""
    return stream.stream if isinstance(stream, SafeWriter) else stream


def _put(*streams: object) -> None:
    for name, stream in zip(("stdin", "stdout", "stderr"), streams, strict=True):
        setattr(sys, name, stream)


def _fill_descriptors() -> None:
    """Opens those of the standard streams that are closed.

    Else the next file gets such a number, and whatever prints past Python prints into that file.
    """
    with suppress(OSError):
        while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
            pass
        os.close(descriptor)


def _is_gone(error: Exception) -> bool:
    return isinstance(error, BrokenPipeError)


def _reason(error: Exception) -> str:
    words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return one_line(words, 120)
