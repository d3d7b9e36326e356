"""What rules do, in words, and what they make of records: before and after, side by side."""

from collections.abc import Iterator, Sequence

from zcbulk_tui.domain.repair import Change, Preview, RepairFile, Rule
from zcbulk_tui.domain.text import counted, one_line
from zcbulk_tui.render.cells import cell
from zcbulk_tui.render.glyphs import UNICODE, Glyphs
from zcbulk_tui.render.span import Line, Look, Span, fit, width, wrap

_LONGEST = 400
"""Characters of a cell that are looked at: more than a line shows."""

_NAME_CELLS = 24
"""The most cells that the names of columns take."""

_LEAST_CELLS = 8

_ARROW = "→"
"""Stands between before and after; in ASCII `render.glyphs.to_ascii` makes it ``>``."""

_LONG = 60
"""Characters from which on a cell says how many it has."""


def rule_text(rule: Rule) -> str:
    """Returns what a rule does, as in ``truncate Notes to 2,000 characters``."""
    name = one_line(rule.field, 60)
    match rule.change:
        case Change.TRIM:
            return f"trim spaces around {name}"
        case Change.UPPER:
            return f"change {name} to upper case"
        case Change.LOWER:
            return f"change {name} to lower case"
        case Change.SET:
            return f"set {name} to {_quoted(rule.value)}" if rule.value else f"empty {name}"
        case Change.REPLACE:
            return f"replace {_quoted(rule.find)} by {_quoted(rule.value)} in {name}"
        case Change.TRUNCATE:
            return f"truncate {name} to {counted(rule.length, 'character')}"
        case Change.DATE:
            formats = " or ".join(one_line(each, 40) for each in rule.formats)
            return f"write {name} as dd-MMM-yyyy, read as {formats}"
        case Change.COPY:
            return f"set {name} to the value of {one_line(rule.value, 60)}"
        case Change.DROP:
            return "leave the record out"
        case Change.KEEP:
            return "send the record again as it is"


def preview_lines(preview: Preview, cells: int, glyphs: Glyphs = UNICODE) -> list[Line]:
    """Returns a record before and after: a line for each column, one more where both do not fit.

    A column that changes has a glyph before its name, as well as its colour.

    Args:
        preview: The record.
        cells: The width, at least 40.
        glyphs: The characters in use.
    """
    if preview.after is None:
        return [_left_out(preview, cells, glyphs)]
    names = max((width(one_line(name, 60)) for name in preview.columns), default=0)
    room = min(max(names, _LEAST_CELLS), _NAME_CELLS, cells // 3)
    lines: list[Line] = []
    for name, before, after in zip(preview.columns, preview.before, preview.after, strict=True):
        lines += _column(name, before, after, room, cells, glyphs)
    return lines


def outcome_lines(made: RepairFile, cells: int) -> list[Line]:
    """Returns what became of every record, a line for each kind that there is, then the notes."""
    counts = (
        (made.repaired, "repaired by rules", Look.SUCCESS),
        (made.unchanged, "failed, sent again as they are", Look.TEXT),
        (made.unprocessed, "unprocessed, sent again", Look.TEXT),
        (made.resent, "sent again by an earlier repair: not in the file", Look.DIM),
        (made.dropped, "left out by a rule", Look.DIM),
        (made.held, "failed, changed by no rule: not in the file", Look.WARNING),
        (made.unknown, "not told apart in the source: not in the file", Look.WARNING),
    )
    shown = [each for each in counts if each[0]]
    figures = max((len(f"{count:,}") for count, _, _ in shown), default=1)
    lines: list[Line] = [
        (
            Span(f"  {count:>{figures},} ", Look.STRONG),
            Span(_at_most(text, cells - figures - 3), look),
        )
        for count, text, look in shown
    ]
    for note in made.notes:
        for text in wrap(note, max(cells - 2, 1), 4):
            lines.append((Span("  "), Span(text, Look.DIM)))
    return lines


def rules_lines(rules: Sequence[Rule], cells: int) -> list[Line]:
    """Returns each rule in words, with its number, and the reason that it is for."""
    lines: list[Line] = []
    for number, rule in enumerate(rules, start=1):
        of = f"  for {one_line(rule.reason, 80)}" if rule.reason else "  for every failed record"
        text = f"{number}. {rule_text(rule)}"
        kept = _at_most(text, cells)
        room = cells - width(kept)
        tail = (Span(_at_most(of, room), Look.DIM),) if room > _LEAST_CELLS else ()
        lines.append((Span(kept), *tail))
    return lines


def _left_out(preview: Preview, cells: int, glyphs: Glyphs) -> Line:
    said = f"{glyphs.failed} left out: "
    texts = f" {glyphs.separator} ".join(
        f"{one_line(name, 60)} {_cell(value, _LONGEST)}"
        for name, value in zip(preview.columns, preview.before, strict=True)
    )
    return (Span(said, Look.FAILED), Span(_at_most(texts, cells - width(said)), Look.DIM))


def _column(
    name: str, before: str, after: str, names: int, cells: int, glyphs: Glyphs
) -> Iterator[Line]:
    is_changed = before != after
    mark = f"{glyphs.mark if is_changed else ' '} "
    look = Look.STRONG if is_changed else Look.DIM
    head = Span(f"{mark}{fit(one_line(name, 60), names)}  ", look)
    room = cells - width(head.text)
    if not is_changed:
        yield (head, Span(_cell(before, room), Look.DIM))
        return
    between = f" {_ARROW} "
    first, second = _cell(before, _LONGEST), _cell(after, _LONGEST)
    if width(first) + width(second) + width(between) <= room:
        old, new = Span(first, Look.FAILED), Span(second, Look.SUCCESS)
        yield (head, old, Span(between, Look.DIM), new)
        return
    yield (head, Span(_cell(before, room), Look.FAILED))
    under = Span(f"{' ' * (width(head.text) - width(between) + 1)}{_ARROW} ", Look.DIM)
    yield (under, Span(_cell(after, room), Look.SUCCESS))


def _cell(text: str, cells: int) -> str:
    """Returns a cell, with its length where it is long."""
    if not text:
        return "(empty)"
    length = f" ({len(text):,} characters)" if len(text) > _LONG else ""
    return _at_most(cell(text, _LONGEST), cells - width(length)) + length


def _quoted(text: str) -> str:
    return f"“{cell(text, 40)}”"


def _at_most(text: str, cells: int) -> str:
    return fit(text, max(min(width(text), cells), 1))
