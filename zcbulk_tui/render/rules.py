"""Rules that repair records, in words, and what they make of records, as lines."""

from zcbulk_tui.domain.repair import Change, Preview, RepairFile, Rule
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.render.cells import cell
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.span import Line, Look, Span, fit, fit_line, width

NAMES = {
    Change.TRIM: "trim blanks",
    Change.UPPER: "in capitals",
    Change.LOWER: "in small letters",
    Change.SET: "set a value",
    Change.REPLACE: "replace a text",
    Change.TRUNCATE: "cut to a length",
    Change.DATE: "rewrite a date",
    Change.COPY: "take another column",
    Change.DROP: "leave the record out",
}
"""What the changes are called."""


def words(rule: Rule) -> str:
    """Returns what a rule does, as a phrase."""
    field, value = one_line(rule.field, 40), one_line(rule.value, 40)
    match rule.change:
        case Change.TRIM:
            return f"trim {field}"
        case Change.UPPER:
            return f"{field} in capitals"
        case Change.LOWER:
            return f"{field} in small letters"
        case Change.SET:
            return f"set {field} to “{value}”" if value else f"empty {field}"
        case Change.REPLACE:
            return f"replace “{one_line(rule.find, 20)}” by “{value}” in {field}"
        case Change.TRUNCATE:
            return f"cut {field} to {rule.length:,} characters"
        case Change.DATE:
            return f"{field} from {', '.join(one_line(it, 20) for it in rule.formats)} to dd-MMM-yyyy"
        case Change.COPY:
            return f"{field} from {value}"
        case Change.DROP:
            return "leave the record out"


def preview(shown: Preview, cells: int, glyphs: Glyphs) -> list[Line]:
    """Returns a record before and after: a line for each column that the rules touch."""
    if shown.after is None:
        said = ", ".join(f"{one_line(n)} {cell(v, 60)}" for n, v in zip(shown.columns, shown.before, strict=False))
        spans = [Span(" left out ", Look.WARNING), Span(f" {said}", Look.DIM)]
        return [fit_line(spans, cells)]
    name_width = min(max(map(width, map(one_line, shown.columns)), default=0), max(cells // 5, 6))
    side = max((cells - name_width - 7) // 2, 4)
    lines = []
    for name, before, after in zip(shown.columns, shown.before, shown.after, strict=False):
        is_same = before == after
        look = Look.DIM if is_same else Look.SUCCESS
        spans = [
            Span(f" {fit(one_line(name), name_width)}  ", Look.DIM),
            Span(fit(cell(before), side), Look.DIM if is_same else Look.FAILED),
            Span(" → ", Look.DIM),
            Span("as it is" if is_same else cell(after) or "(empty)", look),
        ]
        lines.append(fit_line(spans, cells))
    return lines or [fit_line([Span(" No rule touches it.", Look.DIM)], cells)]


_BECAME = (
    ("repaired", "repaired"),
    ("unchanged", "as they are"),
    ("unprocessed", "not reached before"),
    ("dropped", "left out by a rule"),
    ("held", "held back, no rule changes them"),
    ("unknown", "not found in the source for certain"),
)


def became(file: RepairFile) -> str:
    """Returns what became of every record, as a sentence: those in the file, and the others."""
    parts = [f"{count:,} {said}" for name, said in _BECAME if (count := getattr(file, name))]
    records = "1 record" if file.records == 1 else f"{file.records:,} records"
    return f"{records} to insert: {', '.join(parts)}."
