"""Failed records as a table whose columns scroll, and one of them with all its cells."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from zcbulk_tui.domain.failures import FailedRow, FailureGroup
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.render.cells import cell
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.span import Line, Look, Span, divide, fit, fit_line, width, wrap

_LEAST, _MOST = 4, 24
"""Cells of a column."""

_LINE_LEAST = 6
_REASON_LEAST, _REASON_MOST = 14, 44
_GAP = 2
_SAMPLED = 3
"""Cells of a sample whose reason names no column."""

_TWO_COLUMNS = 100
"""Cells from which on the cells of a record stand in two columns."""

_REASON_LINES = 2
"""Lines that the reason of a record may take."""

_VALUE_LINES = 3
"""Lines that the chosen cell of a record may take."""


class Columns(NamedTuple):
    """How wide what is.

    Attributes:
        names: The names of the columns.
        widths: Cells of each.
        reason: Cells of the reason.
        line: Cells of the line in the source.
    """

    names: Sequence[str]
    widths: Sequence[int]
    reason: int
    line: int

    def first_for(self, chosen: int, first: int, cells: int) -> int:
        """Returns the first column in view, so that the chosen one is in it.

        Args:
            chosen: The chosen column.
            first: The first column in view so far.
            cells: The width of the screen.
        """
        if chosen <= first:
            return chosen
        while first < chosen and self._end(first, chosen) > self.room(cells):
            first += 1
        return first

    def room(self, cells: int) -> int:
        """Returns the cells that are left for the columns that scroll."""
        return max(cells - 1 - self.reason - self.line - 2 * _GAP, 1)

    def _end(self, first: int, last: int) -> int:
        return sum(size + _GAP for size in self.widths[first : last + 1]) - _GAP


def columns(names: Sequence[str], rows: Sequence[FailedRow], cells: int) -> Columns:
    """Returns how wide the columns are, by their names and by some records."""
    widths = []
    for at, name in enumerate(names):
        longest = max(
            (width(cell(it.cells[at], _MOST)) for it in rows if at < len(it.cells)), default=0
        )
        widths.append(max(min(max(longest, width(one_line(name)) + 1), _MOST), _LEAST))
    longest = max((width(one_line(row.reason, _REASON_MOST)) for row in rows), default=0)
    reason = max(min(longest, cells // 3, _REASON_MOST), _REASON_LEAST)
    line = max((len(place(row)) for row in rows), default=0)
    return Columns(names, widths, reason, max(line + 1, _LINE_LEAST))


def place(row: FailedRow) -> str:
    """Returns in which line of the source a record begins, as far as that is known."""
    if not row.lines:
        return "–"
    return f"{row.lines[0]:,}{'?' if len(row.lines) > 1 else ''}"


def title(of: Columns, first: int, chosen: int, cells: int, glyphs: Glyphs) -> Line:
    """Returns the titles; the chosen column has a mark before it."""
    spans = [
        Span(" "),
        Span(fit("REASON", of.reason) + " " * _GAP, Look.DIM),
        Span(fit("LINE", of.line, right=True) + " " * _GAP, Look.DIM),
    ]
    for at in range(first, len(of.names)):
        is_chosen = at == chosen
        mark = glyphs.cursor if is_chosen else " "
        name = fit(
            f"{mark}{one_line(of.names[at])}" if is_chosen else one_line(of.names[at]),
            of.widths[at],
        )
        spans.append(Span(name + " " * _GAP, Look.STRONG if is_chosen else Look.DIM))
    return fit_line(spans, cells)


def row_line(
    row: FailedRow | None, of: Columns, first: int, cells: int, concerned: Collection[int] = ()
) -> Line:
    """Returns a record as a line; its first cell is for the cursor.

    Args:
        row: The record; None where it is still being read.
        of: How wide what is.
        first: The first column in view.
        cells: The width.
        concerned: Places of the columns that the reason concerns.
    """
    if row is None:
        return fit_line([Span(" …", Look.DIM)], cells)
    spans = [
        Span(" "),
        Span(fit(one_line(row.reason, _REASON_MOST * 2), of.reason) + " " * _GAP, Look.FAILED),
        Span(fit(place(row), of.line, right=True) + " " * _GAP, Look.DIM),
    ]
    room = of.room(cells)
    for at in range(first, min(len(of.names), len(row.cells))):
        if room <= 0:
            break
        look = Look.WARNING if at in concerned else Look.TEXT
        shown = fit(cell(row.cells[at], of.widths[at] + 1), min(of.widths[at], room))
        spans.append(Span(shown + " " * min(_GAP, room - width(shown)), look))
        room -= of.widths[at] + _GAP
    return fit_line(spans, cells)


def where(row: FailedRow) -> str:
    """Returns where a record stands, as a phrase."""
    said = f"record {row.record:,} of the result"
    if not row.lines:
        return f"{said}, its line in the source is not known"
    if len(row.lines) == 1:
        return f"{said}, line {row.lines[0]:,} of the source"
    named = ", ".join(f"{line:,}" for line in row.lines[:5])
    more = "…" if len(row.lines) > 5 else ""
    return f"{said}, one of the lines {named}{more} of the source"


def record(
    row: FailedRow,
    names: Sequence[str],
    chosen: int,
    concerned: Collection[int],
    cells: int,
    height: int,
    glyphs: Glyphs,
) -> list[Line]:
    """Returns a record: its reason, the chosen cell in full, and those behind it.

    Args:
        row: The record.
        names: Names of its columns.
        chosen: The chosen column.
        concerned: Places of the columns that the reason concerns, which are marked.
        cells: The width.
        height: Lines, at most.
        glyphs: The characters.
    """
    reason = wrap(one_line(row.reason, 1000), max(cells - 2, 1), _REASON_LINES if height > 4 else 1)
    lines = [fit_line([Span(f" {part}", Look.FAILED)], cells) for part in reason]
    room = height - len(lines)
    if not names or room <= 0:
        return lines[:height]
    named = [one_line(name) for name in names]
    name_width = min(max(map(width, named)), max(cells // 4, 6))

    def name_of(at: int) -> list[Span]:
        mark = glyphs.trouble if at in concerned else " "
        look = Look.WARNING if at in concerned else Look.DIM
        return [Span(mark, Look.WARNING), Span(fit(named[at], name_width) + "  ", look)]

    def value_of(at: int) -> str:
        return cell(row.cells[at]) if at < len(row.cells) else ""

    value_width = max(cells - name_width - 4, 1)
    parts = wrap_value(value_of(chosen), value_width, min(_VALUE_LINES, room))
    for index, part in enumerate(parts):
        head = name_of(chosen) if not index else [Span(" " * (name_width + 3))]
        lines.append(fit_line([*head, Span(part, Look.STRONG)], cells))
    room = height - len(lines)
    behind = [*range(chosen + 1, len(named)), *range(chosen)]
    side = 2 if cells >= _TWO_COLUMNS else 1
    each = (cells - _GAP * (side - 1)) // side
    stands = -(-min(len(behind), room * side) // side) if room > 0 else 0
    for y in range(stands):
        spans: list[Span] = []
        for x in range(side):
            at = y + x * stands
            if at < len(behind):
                filled = fit_line([*name_of(behind[at]), Span(value_of(behind[at]))], each)
                spans += [*filled, Span(" " * _GAP)]
        lines.append(fit_line(spans, cells))
    return lines[:height]


def samples(group: FailureGroup, columns: Sequence[str], cells: int, height: int) -> list[Line]:
    """Returns samples of a group: where they stand, and the cells that it concerns."""
    return [fit_line(_sample(row, group, columns), cells) for row in group.samples[:height]]


def _sample(row: FailedRow, group: FailureGroup, columns: Sequence[str]) -> list[Span]:
    at_line = f" line {fit(place(row), 9)}" if row.lines else f" record {fit(f'{row.record:,}', 7)}"
    spans = [Span(at_line, Look.DIM)]
    concerned = [columns.index(name) for name in group.fields if name in columns]
    for at in concerned or range(min(_SAMPLED, len(columns))):
        value = cell(row.cells[at], 200) if at < len(row.cells) else ""
        look = Look.WARNING if concerned else Look.TEXT
        spans += [Span(f" {one_line(columns[at], 40)} ", Look.DIM), Span(value or "(empty)", look)]
    return spans


def record_height(columns: int, cells: int) -> int:
    """Returns how many lines a record with so many columns takes at most, in a width."""
    side = 2 if cells >= _TWO_COLUMNS else 1
    return _REASON_LINES + _VALUE_LINES + -(-max(columns - 1, 0) // side)


def wrap_value(text: str, cells: int, lines: int) -> list[str]:
    """Returns a value in lines, broken anywhere: its blanks count."""
    parts: list[str] = []
    rest = text
    while width(rest) > cells and len(parts) < lines - 1:
        head, _ = divide([Span(rest)], cells)
        part = head[0].text if head else rest[:1]
        parts.append(part)
        rest = rest[len(part) :]
    return [*parts, fit(rest, min(width(rest), cells))]
