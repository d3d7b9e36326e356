"""The failures of a job as lines: groups, where they stand in the file, what was assumed."""

from collections.abc import Sequence
from itertools import pairwise

from zcbulk_tui.domain.failures import FailedRow, FailureGroup, FailureReport
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.render.cells import cell
from zcbulk_tui.render.failed_rows import place
from zcbulk_tui.render.figures import number
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.preflight import share
from zcbulk_tui.render.span import Line, Look, Span, fit, fit_line, wrap
from zcbulk_tui.render.sparkline import sparkline

_ROOMY = 76
"""Cells from which on there are bars, and a column of fields."""

_BAR = 12
_SHARE = 7
_MOST = 0.8
"""Groups that are more than this share of the failures are worth a sentence."""


def worth(report: FailureReport) -> str:
    """Returns which groups matter most, as a sentence; empty where there is one or none."""
    if len(report.groups) < 2:
        return ""
    groups = next(n for n in range(1, len(report.groups) + 1) if report.saved_by(n) >= _MOST)
    if groups == len(report.groups):
        return ""
    these = "the first group" if groups == 1 else f"the first {groups} groups"
    return f"Fixing {these} saves {share(report.saved_by(groups))}."


def strip(report: FailureReport, cells: int, glyphs: Glyphs) -> list[Line]:
    """Returns where in the file the failures stand, in two lines; none where that is not known."""
    blocks = report.blocks
    if not blocks:
        return []
    room = max(cells - 2, 1)
    parts = blocks_in(room, blocks)
    hit = sum(count > 0 for count in blocks)
    each = -(-len(blocks) // len(parts))
    said = f"{hit:,} of {len(blocks):,} blocks of 200 records have failures"
    if each > 1:
        said = f"{said}; a sign is {each:,} blocks"
    unplaced = report.records - report.placed
    if unplaced:
        said = f"{said}; of {unplaced:,} failures the place is not certain"
    drawn = sparkline(parts, glyphs, Look.FAILED)
    return [
        fit_line([Span(" "), *drawn], cells),
        fit_line([Span(f" {said}.", Look.DIM)], cells),
    ]


def blocks_in(cells: int, blocks: Sequence[int]) -> list[int]:
    """Returns the failures in each of at most so many parts of equally many blocks."""
    if len(blocks) <= cells:
        return list(blocks)
    edges = [len(blocks) * part // cells for part in range(cells + 1)]
    return [sum(blocks[a:b]) for a, b in pairwise(edges)]


def heading(report: FailureReport, cells: int) -> Line:
    """Returns the titles over the groups."""
    count, fields = _count_width(report), _fields_width(report, cells)
    spans = [Span(f" {fit('RECORDS', count, right=True)}  {fit('SHARE', _SHARE, right=True)}  ")]
    if cells >= _ROOMY:
        spans.append(Span(f"{'':{_BAR}}  {fit('FIELDS', fields)}  "))
    return fit_line([Span(span.text, Look.DIM) for span in [*spans, Span("REASON")]], cells)


def group_line(group: FailureGroup, report: FailureReport, cells: int, glyphs: Glyphs) -> Line:
    """Returns a group as a line; its first cell is for the cursor."""
    part = group.records / report.records if report.records else 0.0
    spans = [
        Span(f" {fit(number(group.records, 11), _count_width(report), right=True)}  ", Look.FAILED),
        Span(f"{fit(share(part), _SHARE, right=True)}  "),
    ]
    if cells >= _ROOMY:
        filled = max(round(part * _BAR), 1)
        spans += [
            Span(glyphs.success * filled, Look.FAILED),
            Span(glyphs.left * (_BAR - filled), Look.LEFT),
            Span(
                f"  {fit(one_line(', '.join(group.fields)) or '–', _fields_width(report, cells))}  "
            ),
        ]
    return fit_line([*spans, Span(one_line(group.reason, 400))], cells)


def _count_width(report: FailureReport) -> int:
    most = report.groups[0].records if report.groups else 0
    return max(len(number(most, 11)), len("RECORDS"))


def _fields_width(report: FailureReport, cells: int) -> int:
    longest = max((len(", ".join(group.fields)) for group in report.groups), default=0)
    return max(min(longest, cells // 5), len("FIELDS"))


def group_lines(group: FailureGroup, columns: Sequence[str], cells: int, height: int) -> list[Line]:
    """Returns a group in full: its reason, and samples of the cells that it concerns."""
    texts = wrap(one_line(group.reason, 1000), max(cells - 2, 1), 2)
    lines = [fit_line([Span(f" {text}", Look.STRONG)], cells) for text in texts]
    for row in group.samples[: max(height - len(lines), 0)]:
        lines.append(fit_line(_sample(row, group, columns), cells))
    return lines[:height]


def _sample(row: FailedRow, group: FailureGroup, columns: Sequence[str]) -> list[Span]:
    spans = [
        Span(
            f" line {fit(place(row), 9)} " if row.lines else f" record {row.record:<6,} ", Look.DIM
        )
    ]
    places = [columns.index(name) for name in group.fields if name in columns]
    for at in places or range(min(3, len(row.cells))):
        value = cell(row.cells[at], 200) if at < len(row.cells) else ""
        look = Look.WARNING if places else Look.TEXT
        spans += [Span(f" {one_line(columns[at], 40)} ", Look.DIM), Span(value or "(empty)", look)]
    if one_line(row.reason) != group.reason and not places:
        spans.append(Span(f"  {one_line(row.reason)}", Look.DIM))
    return spans


def assumed(report: FailureReport, cells: int, height: int) -> list[Line]:
    """Returns what was taken for granted of the result, in so many lines at most."""
    text = " ".join(report.assumed)
    if not text or height <= 0:
        return []
    return [
        fit_line([Span(f" {part}", Look.DIM)], cells)
        for part in wrap(f"Assumed: {text}", max(cells - 2, 1), height)
    ]
