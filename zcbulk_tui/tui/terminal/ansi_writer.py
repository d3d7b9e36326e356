"""Writes the cells of a line that have changed, as control sequences of few bytes."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import repeat
from typing import NamedTuple
from unicodedata import category

from rich.cells import get_character_cell_size
from rich.color import ColorSystem
from rich.console import Console
from rich.style import Style
from textual.strip import Strip

_CHEAP_GAP = 4
"""Bytes of unchanged text between two changes that are written again: to move the cursor over them
takes about as many."""

_AMBIGUOUS_FROM = "\U0001f000"
"""From this character on terminals disagree on which symbols are one cell wide and which two."""


class Pen(NamedTuple):
    """A style as SGR codes, separated by semicolons.

    Attributes:
        attributes: The codes of bold, dim, underlined and the like.
        colour: That of the text.
        background: That of the background.
    """

    attributes: str = ""
    colour: str = ""
    background: str = ""


_NO_STYLE = Pen()

Cell = tuple[str, Pen]
"""A character and its style. Of a wide character the second cell holds an empty text."""


class Line:
    """What a line of the terminal shows, as far as it is known; at first nothing is.

    Args:
        width: Its cells.

    Attributes:
        cells: One for each column; None where the content is unknown.
    """

    def __init__(self, width: int) -> None:
        self.cells: list[Cell | None] = [None] * width

    def copy(self) -> "Line":
        """Returns a line with the same cells."""
        line = Line(0)
        line.cells = self.cells.copy()
        return line

    def put(self, x: int, length: int, cells: Sequence[Cell] | None) -> None:
        """Records what was written.

        Args:
            x: The first column.
            length: The width of the text, where its cells are unknown.
            cells: Its cells; None if they are unknown.
        """
        end = x + (length if cells is None else len(cells))
        if end > len(self.cells):  # where the rest went depends on the terminal
            self.cells[:] = [None] * len(self.cells)
        elif x < end:
            # On each side half of a wide character may have been overwritten.
            if _is_second(self.cells[x]):
                self.cells[x - 1] = None
            if end < len(self.cells) and _is_second(self.cells[end]):
                self.cells[end] = None
            self.cells[x:end] = [None] * length if cells is None else cells


class AnsiWriter:
    """Collects the control sequences of one frame.

    Args:
        console: Renders the strips that cannot be split into cells.
        colours: The colours that the terminal has.
    """

    def __init__(self, console: Console, colours: ColorSystem) -> None:
        self._console = console
        self._colours = colours
        self._parts: list[str] = []
        self._pen = _NO_STYLE
        self._row = self._x = -1

    def write_line(self, row: int, shown: Line, pieces: Iterable[tuple[int, Strip]]) -> Line:
        """Writes the cells of a line that change.

        Args:
            row: The row, from 0.
            shown: What the line shows now.
            pieces: What it is to show: strips, each with its first column.

        Returns:
            What the line shows afterwards.
        """
        line = shown.copy()
        parts = [(x, strip, cells_of(strip, self._colours)) for x, strip in pieces]
        # Where terminals may disagree on a width, each piece is written whole at its column.
        is_known = None not in shown.cells and all(
            cells is not None and x + len(cells) <= len(shown.cells) for x, _, cells in parts
        )
        for x, strip, cells in parts:
            if cells is None or not is_known:
                self._move(row, x)
                self._set_pen(_NO_STYLE)
                self._parts.append(strip.render(self._console))
                self._row = -1
            else:
                for begin, end in _runs(line.cells[x : x + len(cells)], cells):
                    self._write(row, x + begin, cells[begin:end])
            line.put(x, strip.cell_length, cells)
        return line

    def sequence(self) -> str:
        """Ends the frame: returns all of it, with the style reset at its end."""
        self._set_pen(_NO_STYLE)
        return "".join(self._parts)

    def _write(self, row: int, x: int, cells: Sequence[Cell]) -> None:
        self._move(row, x)
        for character, pen in cells:
            if pen is not self._pen:
                self._set_pen(pen)
            self._parts.append(character)
        self._x += len(cells)

    def _move(self, row: int, x: int) -> None:
        if row != self._row:
            self._parts.append(f"\x1b[{row + 1};{x + 1}H")
        elif (gap := x - self._x) > 0:
            self._parts.append(f"\x1b[{gap if gap > 1 else ''}C")
        self._row, self._x = row, x

    def _set_pen(self, pen: Pen) -> None:
        if pen != self._pen:
            self._parts.append(_change(self._pen, pen))
        self._pen = pen


def cells_of(strip: Strip, colours: ColorSystem) -> list[Cell] | None:
    """Returns the cells of a strip; None if it has links, controls or characters of unsure width.

    Args:
        strip: Styled text.
        colours: The colours that the terminal has; others are replaced by the nearest.
    """
    cells: list[Cell] = []
    for text, style, control in strip:
        pen = _NO_STYLE if style is None else _pen(style, colours)
        characters = text if text.isascii() and text.isprintable() else _characters(text)
        if control or pen is None or characters is None:
            return None
        cells.extend(zip(characters, repeat(pen)))
    return cells


@lru_cache(512)
def _characters(text: str) -> tuple[str, ...] | None:
    """The text of each cell; None if terminals may disagree on a width."""
    cells: list[str] = []
    for character in text:
        size, kind = get_character_cell_size(character), category(character)[0]
        is_plain_wide = size == 2 and kind in "LNPZ"
        is_plain = size == 1 and kind not in "MC" and character < _AMBIGUOUS_FROM
        if not is_plain and not is_plain_wide:
            return None
        cells += (character, "") if size == 2 else character
    return tuple(cells)


@lru_cache(512)
def _pen(style: Style, colours: ColorSystem) -> Pen | None:
    """The pen of a style; None for a link, which SGR codes cannot express."""
    if style.link:
        return None
    colour, background = (
        ";".join(each.downgrade(colours).get_ansi_codes(foreground)) if each else ""
        for each, foreground in ((style.color, True), (style.bgcolor, False))
    )
    codes = Strip.render_ansi(style, colours)
    ends_with = ";".join(filter(None, (colour, background)))
    return Pen(codes.removesuffix(ends_with).rstrip(";"), colour, background)


@lru_cache(512)
def _change(before: Pen, after: Pen) -> str:
    """The sequence that changes one pen into another."""
    # Something is to be turned off: that resets all, and sets the rest again.
    turns_off = before.attributes not in ("", after.attributes) or any(
        old and not new for old, new in zip(before, after, strict=True)
    )
    if turns_off:
        return f"\x1b[{';'.join(('0' * any(after), *filter(None, after)))}m"
    changed = (new for old, new in zip(before, after, strict=True) if new != old)
    return f"\x1b[{';'.join(changed)}m"


def _runs(old: Sequence[Cell | None], new: Sequence[Cell]) -> Iterator[tuple[int, int]]:
    """The ranges to write: whole characters, across gaps that cost less than moving the cursor."""
    if old == new:
        return
    begin = end = -1
    for at, (was, cell) in enumerate(zip(old, new, strict=True)):
        if was == cell or at < end:
            continue
        if begin < 0 or (at > end and not _is_cheap(new[end - 1 : at])):
            if begin >= 0:
                yield begin, end
            begin = at - _is_second(cell)
        end = at + 1 + (at + 1 < len(new) and _is_second(new[at + 1]))
    yield begin, end


def _is_cheap(gap: Sequence[Cell]) -> bool:
    """Whether unchanged cells cost little to write; the first cell is the last one that changed."""
    (_, pen), *rest = gap
    text = "".join([character for character, _ in rest])
    return (
        len(gap) <= _CHEAP_GAP + 1
        and len(text.encode()) <= _CHEAP_GAP
        and all(other == pen for _, other in rest)
    )


def _is_second(cell: Cell | None) -> bool:
    """Whether a cell is the second one of a wide character."""
    return cell is not None and not cell[0]
