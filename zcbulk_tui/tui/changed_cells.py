"""Sends the terminal only the cells that differ from what it shows.

Textual sends a changed region from the left edge of its widget on. What it would send is compared
here with what the terminal shows. No public name offers Textual's updates: where they are not as
they are known here, they are sent as Textual makes them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import is_
from typing import Any, cast

from rich.console import COLOR_SYSTEMS, Console, RenderableType
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.app import App
from textual.strip import Strip

from zcbulk_tui.tui.strokes import Line, Strokes, cells_of

_Piece = tuple[int, Strip]
"""A column, and what is to be written from there on."""


class ChangedCells:
    """Knows what the terminal shows.

    Attributes:
        is_on: Whether anything is left out; if not, all is sent as Textual makes it.

    Args:
        app: What it draws is sent.
    """

    def __init__(self, app: App[Any]) -> None:
        self.is_on = True
        self._app = app
        self._width = self._height = 0
        self._written: list[list[Strip] | None] = []  # of a line, if as a whole
        self._lines: dict[int, Line] = {}  # made of what was written when they are needed
        self._cursor = app.cursor_position

    def forget(self) -> None:
        """The terminal may show anything; the next whole screen is sent as Textual makes it."""
        self._width = self._height = 0

    def only(self, update: RenderableType | None) -> RenderableType | None:
        """Returns what to send in the place of an update; None if all of it is shown already.

        It counts as shown when it is rendered: that is when Textual writes it.
        """
        if update is None:
            return None
        try:
            if self.is_on and not self._app.is_inline:
                # Textual calls them renderable itself, though they are no more than written.
                if type(update) is LayoutUpdate:
                    return cast("RenderableType | None", self._of_screen(update))
                if type(update) is ChopsUpdate and len(update.chops) == self._height:
                    return cast("RenderableType | None", self._of_regions(update))
        except (AttributeError, LookupError, TypeError, ValueError):
            # A Textual that makes its updates in another way.
            self.is_on = False
        self.forget()
        return update

    def _of_screen(self, update: LayoutUpdate) -> CompositorUpdate | None:
        x, y, width, height = update.region
        written = [list(line) for line in update.strips]
        if x or y or len(written) != height:
            raise ValueError(update.region)

        def note() -> None:
            self._written[:] = written

        if (width, height) == (self._width, self._height):
            rows = [row for row in range(height) if self._differs(row, written[row])]
            return self._difference({row: [*_placed(written[row])] for row in rows}, note)

        def note_all() -> None:
            self._width, self._height = width, height
            self._cursor = self._app.cursor_position
            self._lines.clear()
            note()

        return _Update(update.render_segments, note_all)

    def _differs(self, row: int, strips: Sequence[Strip]) -> bool:
        """Whether a line may look different now."""
        before = self._written[row]
        return before is None or len(before) != len(strips) or not all(map(is_, before, strips))

    def _of_regions(self, update: ChopsUpdate) -> CompositorUpdate | None:
        pieces: dict[int, list[_Piece]] = {}
        for row, begin, end in update.spans:
            line = zip(update.chop_ends[row], update.chops[row].items(), strict=False)
            pieces.setdefault(row, []).extend(_cut(line, begin, end))

        def note() -> None:
            for row in pieces:
                self._written[row] = None

        return self._difference(pieces, note)

    def _difference(
        self, pieces: Mapping[int, Sequence[_Piece]], note_written: Callable[[], None]
    ) -> CompositorUpdate | None:
        console = self._app.console
        colours = COLOR_SYSTEMS[console.color_system or "truecolor"]
        strokes = Strokes(console, colours)
        lines = {}
        for row, parts in pieces.items():
            line = self._lines.get(row)
            if line is None:
                line = Line(self._width)
                for x, strip in _placed(self._written[row] or ()):
                    line.put(x, strip.cell_length, cells_of(strip, colours))
            lines[row] = strokes.draw(row, line, parts)
        sequence, cursor = strokes.end(), self._app.cursor_position

        def note() -> None:
            note_written()
            self._lines.update(lines)
            self._cursor = cursor

        if sequence or cursor != self._cursor:  # Textual ends every update with its place
            return _Update(lambda _: sequence, note)
        note()  # the same, made anew
        return None


class _Update(CompositorUpdate):
    def __init__(self, render: Callable[[Console], str], note: Callable[[], None]) -> None:
        self._render = render
        self._note = note

    def render_segments(self, console: Console) -> str:
        """Returns what is written, and takes it as shown."""
        sequence = self._render(console)
        self._note()
        return sequence


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
