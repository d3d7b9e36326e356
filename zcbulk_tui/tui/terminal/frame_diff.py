"""Sends the terminal only the cells that differ from what it shows.

Textual sends a changed region from the left edge of its widget on. Here each update of Textual's is
compared with what the terminal shows. Updates have private names only: where Textual has others,
each update is sent as Textual makes it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import is_
from typing import Any

from rich.console import COLOR_SYSTEMS, RenderableType
from textual.app import App
from textual.strip import Strip

from zcbulk_tui.tui.terminal.ansi_writer import AnsiWriter, Line, cells_of
from zcbulk_tui.tui.textual_internals import (
    ChangedRegions,
    WholeScreen,
    as_changed_regions,
    as_whole_screen,
    new_update,
)

_Piece = tuple[int, Strip]
"""A strip, after its first column."""


class FrameDiff:
    """Compares each frame with what the terminal shows.

    Args:
        app: The app that draws the frames.

    Attributes:
        is_on: Whether unchanged cells are left out; if not, frames are sent as Textual makes them.
    """

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self.is_on = True
        self._width = self._height = 0
        self._written: list[list[Strip] | None] = []  # by row; None after a part was written
        self._lines: dict[int, Line] = {}  # by row; made from `_written` when first needed
        self._cursor = app.cursor_position

    def invalidate(self) -> None:
        """Assumes that the terminal may show anything: the next whole screen is sent whole."""
        self._width = self._height = 0

    def diff(self, update: RenderableType | None) -> RenderableType | None:
        """Returns what to send in place of an update, or None if the terminal shows it already.

        What is returned counts as shown once it is rendered, since Textual then writes it.
        """
        if update is None:
            return None
        try:
            if self.is_on and not self._app.is_inline:
                if (screen := as_whole_screen(update)) is not None:
                    return self._diff_screen(screen)
                regions = as_changed_regions(update)
                if regions is not None and len(regions.chops) == self._height:
                    return self._diff_regions(regions)
        except (AttributeError, LookupError, TypeError, ValueError):
            # The updates of this Textual are made in another way.
            self.is_on = False
        self.invalidate()
        return update

    def _diff_screen(self, update: WholeScreen) -> RenderableType | None:
        x, y, width, height = update.region
        written = [list(line) for line in update.strips]
        if x or y or len(written) != height:
            raise ValueError(update.region)

        def record() -> None:
            self._written[:] = written

        if (width, height) == (self._width, self._height):
            rows = [row for row in range(height) if self._may_differ(row, written[row])]
            return self._diff_pieces({row: [*_placed(written[row])] for row in rows}, record)

        def record_all() -> None:
            self._width, self._height = width, height
            self._cursor = self._app.cursor_position
            self._lines.clear()
            record()

        return new_update(update.render_segments, record_all)

    def _may_differ(self, row: int, strips: Sequence[Strip]) -> bool:
        """Whether a row may look different: a strip that was not drawn again is the same object."""
        before = self._written[row]
        return before is None or len(before) != len(strips) or not all(map(is_, before, strips))

    def _diff_regions(self, update: ChangedRegions) -> RenderableType | None:
        pieces: dict[int, list[_Piece]] = {}
        for row, begin, end in update.spans:
            line = zip(update.chop_ends[row], update.chops[row].items(), strict=False)
            pieces.setdefault(row, []).extend(_cut(line, begin, end))

        def record() -> None:
            for row in pieces:
                self._written[row] = None

        return self._diff_pieces(pieces, record)

    def _diff_pieces(
        self,
        pieces: Mapping[int, Sequence[_Piece]],
        record_written: Callable[[], None],
    ) -> RenderableType | None:
        console = self._app.console
        colours = COLOR_SYSTEMS[console.color_system or "truecolor"]
        writer = AnsiWriter(console, colours)
        lines = {}
        for row, parts in pieces.items():
            line = self._lines.get(row)
            if line is None:
                line = Line(self._width)
                for x, strip in _placed(self._written[row] or ()):
                    line.put(x, strip.cell_length, cells_of(strip, colours))
            lines[row] = writer.write_line(row, line, parts)
        sequence, cursor = writer.sequence(), self._app.cursor_position

        def record() -> None:
            record_written()
            self._lines.update(lines)
            self._cursor = cursor

        if sequence or cursor != self._cursor:  # Textual moves the cursor after every update
            return new_update(lambda _: sequence, record)
        record()  # other strips, but the same cells
        return None


def _placed(strips: Iterable[Strip]) -> Iterator[_Piece]:
    x = 0
    for strip in strips:
        yield x, strip
        x += strip.cell_length


def _cut(
    line: Iterable[tuple[int, tuple[int, Strip | None]]], begin: int, end: int
) -> Iterator[_Piece]:
    """The pieces that Textual would send for a span of a line, of the same cells."""
    for stop, (x, strip) in line:
        if strip is not None and x < end and stop > begin:
            yield x, strip if stop <= end else strip.crop(0, end - x)
