"""Proposals: made where everything speaks for them, and else not."""

from datetime import UTC, datetime

import pytest

from zcbulk_tui.domain.failures import FailedRow, FailureGroup
from zcbulk_tui.domain.form import FieldType, FormField, FormFields
from zcbulk_tui.domain.repair import Change, Rule
from zcbulk_tui.domain.suggestions import field_of, suggest

COLUMNS = ("Id", "Notes")


def group(reason: str, *cells: str, fields: tuple[str, ...] = ("Notes",)) -> FailureGroup:
    rows = tuple(FailedRow(at, reason, (str(at), cell)) for at, cell in enumerate(cells, start=1))
    return FailureGroup(reason, fields, len(rows), rows)


def field(kind: int, max_char: int | None = None) -> FormField:
    return FormField("Notes", "Notes", kind, max_char=max_char)


LIMIT, INVALID = "LIMIT_EXCEEDED-Notes", "INVALID_DATA-Notes"
TEXT = field(FieldType.MULTI_LINE, 5)


@pytest.mark.parametrize(
    ("found", "of_form", "rule"),
    [
        (group(LIMIT, "123456", "1234567"), TEXT, Rule(Change.TRUNCATE, LIMIT, "Notes", length=5)),
        (group(LIMIT, "123456", "12345"), TEXT, None),
        (group(LIMIT, "123456"), None, None),
        (group(LIMIT, "123456"), field(FieldType.MULTI_LINE), None),
        (group(LIMIT, "123456"), field(FieldType.NUMBER, 5), None),
        (
            group(INVALID, "2026-01-31", "2026-02-01"),
            field(FieldType.DATE),
            Rule(Change.DATE, INVALID, "Notes", formats=("%Y-%m-%d",)),
        ),
        (
            group(INVALID, "31/01/2026", "01/02/2026"),
            None,
            Rule(Change.DATE, INVALID, "Notes", formats=("%d/%m/%Y",)),
        ),
        (group(INVALID, "03/01/2026", "01/02/2026"), field(FieldType.DATE), None),
        (group(INVALID, "2026-01-31", "soon"), field(FieldType.DATE), None),
        (group(INVALID, "2026-01-31"), field(FieldType.NUMBER), None),
        (group(INVALID, "2026-01-31"), field(FieldType.DATE_TIME), None),
        (
            group(INVALID, "2026-01-31 14:05"),
            field(FieldType.DATE_TIME),
            Rule(Change.DATE, INVALID, "Notes", formats=("%Y-%m-%d %H:%M",)),
        ),
        (group(INVALID, "31-Jan-2026"), field(FieldType.DATE), None),
        (group(INVALID, " a@b.co", "c@d.ef "), None, Rule(Change.TRIM, INVALID, "Notes")),
        (group(INVALID, " a@b.co", "c@d.ef"), None, None),
        (
            group(INVALID, "A@b.co"),
            field(FieldType.EMAIL),
            Rule(Change.LOWER, INVALID, "Notes"),
        ),
        (group(INVALID, "A@b.co"), None, None),
        (group("DUPLICATE_DATA-Notes", "a"), None, Rule(Change.DROP, "DUPLICATE_DATA-Notes")),
        (group("MANDATORY_NOT_FOUND-Notes", ""), TEXT, None),
        (group(INVALID, " a", fields=("Notes", "Id")), None, None),
        (group(INVALID, " a", fields=("Elsewhere",)), None, None),
        (group(INVALID), TEXT, None),
        (group("SOMETHING", "a", fields=()), TEXT, None),
    ],
)
def test_a_proposal(found: FailureGroup, of_form: FormField | None, rule: Rule | None) -> None:
    made = suggest(found, COLUMNS, of_form)
    assert (None if made is None else made.rule) == rule
    if made is not None:
        assert made.why.endswith(".")
        assert "  " not in made.why


def test_neighbours_of_a_failed_record_are_sent_again_as_they_are() -> None:
    for reason in ("CANNOT_PROCESS", "Another record of the batch failed", "Not processed"):
        made = suggest(group(reason, "a", fields=()), COLUMNS, None)
        assert made is not None
        assert made.rule == Rule(Change.KEEP, reason)
        assert "nothing speaks against the records" in made.why


def test_the_field_of_a_column() -> None:
    fields = FormFields((field(FieldType.DATE),), datetime(2026, 1, 1, tzinfo=UTC))
    assert field_of("Notes", fields) == fields.fields[0]
    assert field_of("Name.first_name", fields) is None
    assert field_of("Notes", None) is None
