"""Named values under headings, in one column or in two."""

import itertools
from collections.abc import Iterable, Sequence

from zcbulk_tui.domain.text import one_line
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.span import Line, Look, Span, fit, fit_line, width, wrap

_NAME = 12
"""Cells of the names of values: those of the longest, “Result until”. None of them is cut."""

_MOST_LINES = 5
"""Lines that one value may take."""

_LEAST_COPIED = 19
"""Cells of a value beside the key that copies it: those of a job's id."""

_GAP = 2
"""Cells between two columns of groups."""

_LONGEST = 1000
"""Characters of a text that are read."""


class FieldGroup:
    """A heading, and values below it; each line takes exactly the width.

    Attributes:
        breadth: Cells between the margins.
        room: Cells for a value.
        lines: What has been written so far.
    """

    def __init__(self, title: str, cells: int, glyphs: Glyphs) -> None:
        self._cells = cells
        self.breadth = max(cells - 2, 1)
        self.room = max(cells - _NAME - 3, 1)
        rule = glyphs.rule * max(cells - len(title) - 3, 0)
        self._heading = fit_line([Span(f" {title} ", Look.DIM), Span(rule, Look.LEFT)], cells)
        self.lines: list[Line] = []

    def whole(self) -> list[Line]:
        """Returns the heading and the lines; nothing where there are none."""
        return [self._heading, *self.lines] if self.lines else []

    def across(self, spans: Iterable[Span]) -> None:
        """Writes over the whole width, a margin aside."""
        self.lines.append(fit_line([Span(" "), *spans], self._cells))

    def row(self, name: str, spans: Iterable[Span]) -> None:
        """Writes a value in one line."""
        label = Span(f" {fit(name, _NAME)} ", Look.DIM)
        self.lines.append(fit_line([label, *spans], self._cells))

    def text(self, name: str, text: str, look: Look = Look.TEXT) -> None:
        """Writes a text, in several lines where it is long; made safe."""
        for index, part in enumerate(wrap(one_line(text, _LONGEST), self.room, _MOST_LINES)):
            self.row("" if index else name, [Span(part, look)])

    def copied(self, name: str, value: str, key: str) -> None:
        """Writes a value, cut if need be, and which key copies it; empty for none."""
        hint = f"  {key} copies it" if key else ""
        room_left = self.room - len(hint)
        if room_left < _LEAST_COPIED:
            self.row(name, [Span(value)])
        else:
            self.row(name, [Span(fit(value, min(width(value), room_left))), Span(hint, Look.DIM)])


def column_width(cells: int, columns: int) -> int:
    """Returns the cells of each of so many columns."""
    return (cells - _GAP * (columns - 1)) // columns


def side_by_side(field_groups: Sequence[FieldGroup], cells: int) -> list[Line]:
    """Returns groups in two columns, taking turns, so that what comes first stands on top.

    Which column a section is in does not depend on how long the others are: nothing jumps.
    """
    left, right = (_stacked(field_groups[side::2]) for side in (0, 1))
    one = column_width(cells, 2)
    gap = Span(" " * (cells - 2 * one))
    empty: Line = (Span(" " * one),)
    pairs = itertools.zip_longest(left, right, fillvalue=empty)
    return [(*first, gap, *second) for first, second in pairs]


def _stacked(field_groups: Iterable[FieldGroup]) -> list[Line]:
    return [line for group in field_groups for line in group.whole()]
