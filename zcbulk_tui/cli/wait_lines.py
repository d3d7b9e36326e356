"""What is printed while a command waits: a line per change, or a block that is drawn in place."""

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from zcbulk_tui.cli.output import print_error
from zcbulk_tui.cli.waiting import Report
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.errors import Occasion
from zcbulk_tui.monitor.until_ended import Change, ChangeKind
from zcbulk_tui.render.glyphs import ASCII, UNICODE
from zcbulk_tui.render.span import width
from zcbulk_tui.render.waiting import block, sentence

_PACE = 1.0
"""Seconds between two looks whether something would be drawn in another way."""


def make_report(*, to_errors: bool = False) -> Report:
    """Returns what shows how a wait goes.

    Args:
        to_errors: Whether lines go to the standard error, since the standard output is for JSON.
    """
    if to_errors:
        return Lines(print_error)
    if sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb":
        return Block()
    return Lines(_print_now)


def _print_now(text: str) -> None:
    print(text, flush=True)


class Lines(Report):
    """A line for each change; what goes wrong goes to the standard error, once.

    Args:
        say: Prints a line.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._faults = set[str]()

    def changed(self, change: Change) -> None:
        """See `Report`."""
        error, snapshot = change.error, change.snapshot
        if change.kind is ChangeKind.READING:
            self._faults.clear()
        if error is not None:
            # What keeps all jobs from being read is said once, not for each.
            if error.title not in self._faults or change.exit_code is not None:
                self._faults.add(error.title)
                print_error(_in_words(change))
        elif snapshot is not None and change.kind in (ChangeKind.READING, ChangeKind.ENDED):
            self._say(sentence(snapshot))


class Block(Report):
    """A line with a bar for each job, drawn in place on the standard output.

    The cursor stands below the last line all the time: whatever ends the program, the terminal is
    as it should be.
    """

    pace = _PACE

    def __init__(self) -> None:
        self._drawn: list[str] = []
        self._size = (0, 0)
        self._faults = set[str]()

    def changed(self, change: Change) -> None:
        """See `Report`."""
        if change.kind is ChangeKind.READING:
            self._faults.clear()
        error = change.error
        if error is not None and (error.title not in self._faults or change.exit_code is not None):
            self._faults.add(error.title)
            self._clear()
            print_error(_in_words(change))

    def draw(self, snapshots: Sequence[JobSnapshot]) -> None:
        """See `Report`."""
        columns, rows = shutil.get_terminal_size()
        if (columns, rows) != self._size:
            # How a terminal breaks lines that it has no room for any more, nobody knows.
            if max(map(width, self._drawn), default=0) > columns or len(self._drawn) >= rows:
                self._drawn = []
            self._size = (columns, rows)
        self._put(self._block(snapshots, rows - 1))

    def resumed(self) -> None:
        """Begins a new block below what others have written."""
        self._drawn = []

    def close(self, snapshots: Sequence[JobSnapshot]) -> None:
        """Draws all jobs, however many there are, where any have been drawn or have ended."""
        if self._drawn or any(it.is_final for it in snapshots):
            self._put(self._block(snapshots, None))
            self._drawn = []

    def _block(self, snapshots: Sequence[JobSnapshot], height: int | None) -> list[str]:
        columns = shutil.get_terminal_size().columns
        glyphs = ASCII if sys.stdout.encoding == "ascii" else UNICODE
        # The last cell stays free: what is written there may be erased with the end of the line.
        return block(snapshots, datetime.now(UTC), max(columns - 1, 1), height, glyphs)

    def _put(self, lines: list[str]) -> None:
        if lines == self._drawn:
            return
        before = self._drawn
        parts = [f"\x1b[{len(before)}A" if before else "", "\r"]
        for place, line in enumerate(lines):
            is_same = place < len(before) and before[place] == line
            parts.append("\n" if is_same else f"{line}\x1b[K\n")
        if len(lines) < len(before):
            parts.append("\x1b[J")
        self._drawn = lines
        sys.stdout.write("".join(parts))
        sys.stdout.flush()

    def _clear(self) -> None:
        if self._drawn:
            sys.stdout.write(f"\x1b[{len(self._drawn)}A\r\x1b[J")
            sys.stdout.flush()
            self._drawn = []


def _in_words(change: Change) -> str:
    error, snapshot = change.error, change.snapshot
    assert error is not None  # noqa: S101 - for the type checker: the callers look
    if change.kind is ChangeKind.ENDED and snapshot is not None:
        return f"{snapshot.job.label}: {error.told(Occasion.ONCE)}"
    if change.exit_code is not None:
        return str(error)
    return f"Waiting. {error}"
