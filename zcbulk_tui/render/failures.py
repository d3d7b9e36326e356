"""Why records failed, as lines: the groups, where their records stand, and what that means."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from zcbulk_tui.domain.batch_rule import BATCH
from zcbulk_tui.domain.failures import (
    VALUE,
    FailureGroup,
    FailureReport,
    clustering,
    fewest_groups,
)
from zcbulk_tui.domain.text import counted, one_line
from zcbulk_tui.render.bar import layout
from zcbulk_tui.render.figures import number
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.preflight import share
from zcbulk_tui.render.span import Line, Look, Span, fit, fit_line, width, wrap
from zcbulk_tui.render.sparkline import sparkline

_RECORDS, _SHARE, _BAR = 9, 8, 10
"""Cells of the columns in front of the reason."""

_GAP = 2
_BEFORE = _RECORDS + 1 + _SHARE + 1 + _BAR + _GAP

_FIELDS = 24
_WITH_FIELDS = 100
"""The width from which on the fields have a column of their own."""

_INDENT = 2
_MOST_LINES = 6
"""Lines that a sentence, or a reason, may take."""

_MOST_SHOWN = 40
"""Groups that a report shows; the rest is counted."""

_NAMED_AT_MOST = 5

_MARKS = re.compile("(?<=[:,])")


def failure_lines(
    report: FailureReport, cells: int, glyphs: Glyphs, *, only: FailureGroup | None = None
) -> list[Line]:
    """Returns all that is said of failures, in lines of at most so many cells.

    Args:
        report: The failures.
        cells: The width, at least 60.
        glyphs: The characters.
        only: The one group that is shown; None for all, and what they mean.
    """
    lines: list[Line] = [failure_heading(report)]
    if report.groups:
        lines += [(), group_titles(cells)]
    if only is not None:
        return [*lines, *group_lines(only, report.records, cells, glyphs, most=_MOST_LINES)]
    for group in report.groups[:_MOST_SHOWN]:
        lines += group_lines(group, report.records, cells, glyphs, most=_MOST_LINES)
    if (more := len(report.groups) - _MOST_SHOWN) > 0:
        rest = sum(group.records for group in report.groups[_MOST_SHOWN:])
        said = f"and {counted(more, 'more group')} with {counted(rest, 'record')}"
        lines.append((Span(" " * _INDENT), Span(said, Look.DIM)))
    if report.blocks:
        lines += [(), *block_strip(report.blocks, cells, glyphs)]
    sentences = failure_sentences(report)
    if sentences:
        lines.append(())
    for text, look in sentences:
        lines += _wrapped(text, look, cells)
    return lines


def failure_heading(report: FailureReport) -> Line:
    """Returns how many failures there are, and in how many groups."""
    if not report.records:
        return (Span("No record failed", Look.SUCCESS),)
    groups = counted(len(report.groups), "group")
    return (
        Span(f"{counted(report.records, 'record')} failed", Look.FAILED),
        Span(f", in {groups}", Look.STRONG),
    )


def group_titles(cells: int) -> Line:
    """Returns the titles above groups."""
    titles = f"{fit('RECORDS', _RECORDS, right=True)} {fit('SHARE', _SHARE, right=True)} "
    reason = fit("REASON", _reason_cells(cells))
    fields = f"{' ' * _GAP}FIELDS" if cells >= _WITH_FIELDS else ""
    text = f"{titles}{' ' * (_BAR + _GAP)}{reason}{fields}"
    return (Span(fit(text, cells), Look.DIM),)


def group_lines(
    group: FailureGroup, records: int, cells: int, glyphs: Glyphs, *, most: int = 1
) -> list[Line]:
    """Returns a group: how many records, their share as a figure and as a bar, reason, fields.

    Args:
        group: The group.
        records: Failures in all.
        cells: The width, at least 60; each line takes exactly so many.
        glyphs: The characters.
        most: Lines that the reason may take; the first one has all the rest.
    """
    part = group.records / records if records else 0.0
    room = _reason_cells(cells)
    reason = _in_lines(one_line(group.reason, 400), room, most)
    front = (
        Span(fit(number(group.records, _RECORDS), _RECORDS, right=True)),
        Span(f" {fit(share(part), _SHARE, right=True)} ", Look.DIM),
        *_bar(group.records, records, glyphs),
        Span(" " * _GAP),
    )
    behind: tuple[Span, ...] = ()
    if cells >= _WITH_FIELDS:
        behind = (Span(" " * _GAP), Span(fit(_names(group.fields), _FIELDS), Look.STRONG))
    first = (*front, *fit_line(reason_spans(reason[0]), room), *behind)
    indent = Span(" " * _BEFORE)
    return [
        fit_line(first, cells),
        *(fit_line((indent, *reason_spans(line)), cells) for line in reason[1:]),
    ]


def reason_spans(reason: str) -> Line:
    """Returns a masked reason in which what stands for values is dim."""
    spans: list[Span] = []
    for at, text in enumerate(reason.split(VALUE)):
        spans += [Span(VALUE, Look.DIM)] if at else []
        spans += [Span(text)] if text else []
    return tuple(spans)


def block_strip(blocks: Sequence[int], cells: int, glyphs: Glyphs) -> list[Line]:
    """Returns the blocks of 200 records of an upload in its order, and their numbers below.

    A cell stands for one block or for several next to each other, and is the higher the more
    failures they have; the lowest one has none.

    Args:
        blocks: Failures in each.
        cells: The width, at least 40.
        glyphs: The characters.
    """
    if not blocks:
        return []
    count = min(len(blocks), cells)
    edges = [len(blocks) * at // count for at in range(count + 1)]
    means = [sum(blocks[start:end]) / (end - start) for start, end in pairwise(edges)]
    first, last = "block 1", f"{len(blocks):,}" if len(blocks) > 1 else ""
    gap = max(count - width(first) - width(last), 1)
    return [
        sparkline(means, glyphs, Look.FAILED),
        (Span(fit(f"{first}{' ' * gap}{last}", cells).rstrip(), Look.DIM),),
    ]


def failure_sentences(report: FailureReport) -> list[tuple[str, Look]]:
    """Returns what the groups and their places mean, and what was taken for granted."""
    return [*_saving(report), *_spreading(report), *_placing(report), *_assuming(report)]


def _saving(report: FailureReport) -> Iterator[tuple[str, Look]]:
    groups = fewest_groups(report)
    if groups is None or groups == len(report.groups):
        return
    which = "the largest group" if groups == 1 else f"the {groups} largest groups"
    saved = share(report.saved_by(groups))
    yield f"Fixing {which} saves {saved} of the failures.", Look.STRONG


def _spreading(report: FailureReport) -> Iterator[tuple[str, Look]]:
    spread = clustering(report)
    if spread is None:
        return
    blocks = f"{spread.holding:,} of {counted(spread.blocks, 'block')}"
    have = "has" if spread.holding == 1 else "have"
    random = f"at random it would be {spread.expected:,.0f} (estimate)"
    if report.is_packed:
        said = (
            f"{blocks} of {BATCH} records {have} a failure: suspect records were packed together "
            "before the upload, so this shows nothing of where they stand in the file."
        )
        yield f"{said[0].upper()}{said[1:]}", Look.TEXT
    elif spread.is_clustered:
        said = f"Failures cluster: {blocks} of {BATCH} records {have} one; {random}."
        yield said, Look.WARNING
    else:
        said = f"Failures do not cluster: {blocks} of {BATCH} records {have} one; {random}."
        yield said, Look.TEXT


def _placing(report: FailureReport) -> Iterator[tuple[str, Look]]:
    if not report.blocks:
        return
    found = f"The place in the uploaded file is known of {counted(report.placed, 'record')}"
    doubts = []
    if report.ambiguous:
        verb = "stands" if report.ambiguous == 1 else "stand"
        doubts.append(f"{report.ambiguous:,} {verb} in several lines, any of which it may be")
    lost = report.records - report.placed - report.ambiguous
    if lost > 0:
        doubts.append(f"{lost:,} {'is' if lost == 1 else 'are'} not found")
    look = Look.WARNING if doubts else Look.TEXT
    yield f"{'; '.join((found, *doubts))}.", look


def _assuming(report: FailureReport) -> Iterator[tuple[str, Look]]:
    for text in report.assumed:
        yield one_line(text, 400), Look.DIM


def _bar(records: int, total: int, glyphs: Glyphs) -> Line:
    if not total:
        return (Span(glyphs.left * _BAR, Look.LEFT),)
    of = layout(0, min(records, total), 0, total, _BAR)
    parts = (
        Span(glyphs.failed * of.failed, Look.FAILED),
        Span(glyphs.trace * of.trace, Look.FAILED),
        Span(glyphs.left * (_BAR - of.failed - of.trace), Look.LEFT),
    )
    return tuple(part for part in parts if part.text)


def _in_lines(reason: str, cells: int, most: int) -> list[str]:
    """A reason in lines: codes, which have no spaces, break behind their marks."""
    if " " in reason or most == 1 or width(reason) <= cells:
        return wrap(reason, cells, most)
    lines = [""]
    for piece in _MARKS.split(reason):
        if lines[-1] and width(lines[-1] + piece) > cells:
            lines.append("")
        lines[-1] += piece
    fits = len(lines) <= most and all(width(line) <= cells for line in lines)
    return lines if fits else wrap(reason, cells, most)


def _reason_cells(cells: int) -> int:
    return max(cells - _BEFORE - (_FIELDS + _GAP if cells >= _WITH_FIELDS else 0), 1)


def _names(fields: Sequence[str]) -> str:
    named = ", ".join(one_line(field, 60) for field in fields[:_NAMED_AT_MOST])
    more = len(fields) - _NAMED_AT_MOST
    return f"{named} and {more:,} more" if more > 0 else named


def _wrapped(text: str, look: Look, cells: int) -> Iterator[Line]:
    for line in wrap(text, max(cells - _INDENT, 1), _MOST_LINES):
        yield (Span(" " * _INDENT), Span(line, look))
