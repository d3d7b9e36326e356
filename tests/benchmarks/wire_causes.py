"""What the bytes of the dashboard are spent on, told from what it has written."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.benchmarks.picture import Picture
from tests.benchmarks.pty_session import COLUMNS, LINES, Chunk

_TOKEN = re.compile(
    r"\x1b\[(?P<row>\d+);(?P<column>\d+)H"
    r"|(?P<style>\x1b\[[\d;]*m)"
    r"|(?P<other>\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b.|[\x00-\x1f\x7f])"
    r"|(?P<text>[^\x00-\x1f\x7f]+)",
    re.DOTALL,
)

_SAME_FRAME = 0.05
"""Seconds: what is written closer together is one frame."""

_TITLE = re.compile(r"\S+ IN|\S+")
_BAR_TITLE = "PROGRESS"
_PERCENT_CELLS = 5
"""Of the column behind the bar, with the gap before it."""

_RULE = "─" * 20
"""In the line that ends the list."""

_MOST = 25


@dataclass(slots=True)
class Spent:
    """Bytes by what they are, of one kind of stroke or of all."""

    strokes: int = 0
    moves: int = 0
    styles: int = 0
    changed: int = 0
    unchanged: int = 0
    other: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.moves + self.styles + self.changed + self.unchanged + self.other

    def add(self, more: "Spent") -> None:
        """Adds another."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(more, name))


@dataclass(slots=True)
class Stroke:
    """What was written at one place of the screen: all from one move of the cursor to the next."""

    row: int = -1
    spent: Spent = field(default_factory=lambda: Spent(strokes=1))
    changed: list[int] = field(default_factory=list)


class Layout(NamedTuple):
    """Where things stand on the screen.

    Attributes:
        header: The line with the titles of the columns.
        rows: The lines of jobs.
        owners: The title that each cell of such a line belongs to.
    """

    header: int
    rows: range
    owners: list[str]

    def place(self, stroke: Stroke) -> str:
        """Names where a stroke is, and what it has changed there."""
        if stroke.row < 0:
            return "before any move"
        if stroke.spent.total == stroke.spent.moves:
            return "moves alone"
        if stroke.row in self.rows:
            titles = dict.fromkeys(self.owners[column] for column in stroke.changed)
            return "row: " + (" ".join(titles) or "same text again")
        if stroke.row < self.header:
            line = f"line {stroke.row + 1} from the top"
        else:
            line = f"line {LINES - stroke.row} from the bottom"
        return line if stroke.changed else f"{line}: same text again"


def causes(chunks: Sequence[Chunk], begin: float, end: float) -> str:
    """Tells what was written between two moments, and why, as text.

    Args:
        chunks: All that was written.
        begin: When the counting begins.
        end: When it ends.
    """
    picture = Picture()
    for chunk in chunks:
        if chunk.at < begin:
            picture.feed(chunk.data)
    lines = picture.lines()
    layout = _layout(lines)
    cells = [list(line.ljust(COLUMNS)) for line in lines]
    by_place: dict[str, Spent] = {}
    by_column: Counter[str] = Counter()
    every, frames = Spent(), 0
    for frame in _frames(chunk for chunk in chunks if begin <= chunk.at < end):
        frames += 1
        for stroke in _strokes(frame, cells):
            every.add(stroke.spent)
            by_place.setdefault(layout.place(stroke), Spent()).add(stroke.spent)
            if stroke.row in layout.rows:
                by_column.update({layout.owners[column] for column in stroke.changed})
    told = [f"{frames:,} frames, {every.strokes / max(frames, 1):.1f} strokes in each; bytes:"]
    told += _rows({"all": every})
    told.append("\nby what had changed there:")
    most = sorted(by_place.items(), key=lambda item: -item[1].total)
    told += _rows(dict(most[:_MOST]))
    told.append("\nstrokes on rows by column that had changed:")
    told += [f"  {title:10} {times:7,}" for title, times in by_column.most_common()]
    return "\n".join(told)


def _frames(chunks: Iterable[Chunk]) -> Iterator[str]:
    data, last = b"", 0.0
    for at, more in chunks:
        if data and at - last > _SAME_FRAME:
            yield data.decode(errors="replace")
            data = b""
        data, last = data + more, at
    if data:
        yield data.decode(errors="replace")


def _strokes(frame: str, cells: list[list[str]]) -> Iterator[Stroke]:
    """Takes a frame apart, and carries it out on the cells of the screen."""
    stroke, column = Stroke(), 0
    for token in _TOKEN.finditer(frame):
        size = len(token[0].encode())
        if token["row"]:
            if stroke.spent.total:
                yield stroke
            stroke, column = Stroke(int(token["row"]) - 1), int(token["column"]) - 1
            stroke.spent.moves += size
        elif token["style"]:
            stroke.spent.styles += size
        elif token["text"] and stroke.row >= 0:
            _write(token["text"], stroke, column, cells)
            column += len(token["text"])
        else:
            stroke.spent.other += size
    if stroke.spent.total:
        yield stroke


def _write(text: str, stroke: Stroke, column: int, cells: list[list[str]]) -> None:
    """Writes text whose characters take one cell each, as the dashboard's do here."""
    for at, character in enumerate(text, start=column):
        size = len(character.encode())
        if at < COLUMNS and cells[stroke.row][at] != character:
            cells[stroke.row][at] = character
            stroke.changed.append(at)
            stroke.spent.changed += size
        else:
            stroke.spent.unchanged += size


def _layout(lines: Sequence[str]) -> Layout:
    header = next((row for row, line in enumerate(lines) if _BAR_TITLE in line), 0)
    titles = list(_TITLE.finditer(lines[header]))
    owners = [""] * COLUMNS
    at_bar = next((n for n, title in enumerate(titles) if title[0].startswith(_BAR_TITLE)), 0)
    for number, title in enumerate(titles):
        following = titles[number + 1] if number + 1 < len(titles) else title
        if number < at_bar:  # on the left side of its column
            begin, end = (title.start() if number else 0), following.start()
        elif number == at_bar:
            begin, end = title.start(), following.end() - _PERCENT_CELLS
        else:
            begin = titles[number - 1].end()
            begin = max(begin, title.end() - _PERCENT_CELLS) if number == at_bar + 1 else begin
            end = title.end()
        owners[begin:end] = [title[0]] * (end - begin)
    last = next((row for row in range(header + 1, LINES) if _RULE in lines[row]), LINES)
    return Layout(header, range(header + 1, last), owners)


def _rows(spent: dict[str, Spent]) -> list[str]:
    rows = [["", "strokes", "bytes", "each", "moves", "styles", "changed", "unchanged", "other"]]
    for place, one in spent.items():
        parts = (one.moves, one.styles, one.changed, one.unchanged, one.other)
        figures = (one.strokes, one.total, round(one.total / one.strokes), *parts)
        rows.append([place, *(f"{figure:,}" for figure in figures)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        f"  {row[0]:{widths[0]}}  "
        + "  ".join(text.rjust(width) for text, width in zip(row[1:], widths[1:], strict=True))
        for row in rows
    ]
