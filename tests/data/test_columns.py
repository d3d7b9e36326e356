"""Headers beside the fields of a form."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.data.forms import AMOUNT, CITY, EMAIL, FIELDS, fields
from tests.support.text import HOSTILE, is_one_safe_line
from zcbulk_tui.data.columns import Header, read_header
from zcbulk_tui.domain.form import FieldType, FormField, FormFields
from zcbulk_tui.domain.preflight import Gap, Kind, Severity


def found(header: Header) -> list[tuple[Kind, str, int | None, str]]:
    """What is wrong with a header: kind, name, position, hint."""
    return [(each.kind, each.column, each.position, each.hint) for each in header.findings]


def test_a_header_of_link_names() -> None:
    names = ["Email", "Name.first_name", "City", "Amount", "Since", "Level"]
    header = read_header(names, 1, FIELDS)
    assert not header.findings
    assert [column.name for column in header.columns] == names
    assert header.columns[0].field is EMAIL
    assert header.columns[1].field is None
    assert header.columns[3].field is AMOUNT


@pytest.mark.parametrize(
    ("name", "kind", "hint"),
    [
        ("Emial", Kind.UNKNOWN_COLUMN, "Email"),
        ("Zebra", Kind.UNKNOWN_COLUMN, ""),
        ("E-mail address", Kind.DISPLAY_NAME, "Email"),
        ("customer  SINCE", Kind.DISPLAY_NAME, "Since"),
        ("email", Kind.OTHER_CASE, "Email"),
        (" City ", Kind.SPACES_AROUND, "City"),
        ("Name", Kind.NEEDS_SUBFIELD, "Name.first_name"),
        ("Name.frist_name", Kind.UNKNOWN_COLUMN, "Name.first_name"),
        ("Nome.first_name", Kind.UNKNOWN_COLUMN, ""),
        ("", Kind.BLANK_NAME, ""),
        ("  ", Kind.BLANK_NAME, ""),
    ],
)
def test_names_that_are_not_right(name: str, kind: Kind, hint: str) -> None:
    header = read_header(["Amount", name], 3, FIELDS)
    of_name = [each for each in header.findings if each.kind is not Kind.MISSING_MANDATORY]
    assert [(each.kind, each.hint, each.position) for each in of_name] == [(kind, hint, 2)]
    assert of_name[0].lines == (3,)
    assert of_name[0].blocks


@pytest.mark.parametrize("name", ["E-mail address", "email", " Email"])
def test_a_field_that_is_meant_is_checked_and_not_missing(name: str) -> None:
    header = read_header([name], 1, FIELDS)
    assert header.columns[0].field is EMAIL
    assert Kind.MISSING_MANDATORY not in [each.kind for each in header.findings]


def test_a_mandatory_field_without_a_column() -> None:
    assert found(read_header(["City"], 1, fields(EMAIL, CITY))) == [
        (Kind.MISSING_MANDATORY, "Email", None, "")
    ]
    name = FormField("Name", "Name", 29, is_mandatory=True, subfields=("first_name",))
    assert found(read_header(["City"], 1, fields(name, CITY))) == [
        (Kind.MISSING_MANDATORY, "Name", None, "Name.first_name")
    ]
    assert not read_header(["Name.first_name"], 1, fields(name)).findings


def test_the_same_name_twice() -> None:
    assert found(read_header(["City", "Amount", "City"], 1, None)) == [
        (Kind.DUPLICATE_COLUMN, "City", 3, "as column 1")
    ]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["Email", "email"], [(Kind.DUPLICATE_COLUMN, "email", 2, "as column 1")]),
        (["email", "Email"], [(Kind.DUPLICATE_COLUMN, "email", 1, "as column 2")]),
        (
            ["Email", "E-mail address"],
            [(Kind.DUPLICATE_COLUMN, "E-mail address", 2, "as column 1")],
        ),
        (
            ["email", "E-mail address"],
            [
                (Kind.OTHER_CASE, "email", 1, "Email"),
                (Kind.DUPLICATE_COLUMN, "E-mail address", 2, "as column 1"),
            ],
        ),
        (
            ["email", "email"],
            [
                (Kind.OTHER_CASE, "email", 1, "Email"),
                (Kind.DUPLICATE_COLUMN, "email", 2, "as column 1"),
            ],
        ),
        (
            ["Email", "email", "email"],
            [
                (Kind.DUPLICATE_COLUMN, "email", 2, "as column 1"),
                (Kind.DUPLICATE_COLUMN, "email", 3, "as column 2"),
            ],
        ),
    ],
)
def test_two_columns_of_one_field(
    names: list[str], expected: list[tuple[Kind, str, int, str]]
) -> None:
    assert found(read_header(names, 1, FIELDS)) == expected


def test_an_auto_number_cannot_be_set() -> None:
    header = read_header(["No"], 1, fields(FormField("No", "No", FieldType.AUTO_NUMBER)))
    [finding] = header.findings
    assert (finding.kind, finding.severity) == (Kind.CANNOT_BE_SET, Severity.WARNS)


@pytest.mark.parametrize(
    ("form", "names", "expected"),
    [
        (None, ["A"], [(Gap.NO_FIELDS, ())]),
        (FIELDS, ["Email", "City"], [(Gap.EXISTING_RECORDS, ("Email",))]),
        (fields(FormField("X", "X", 77)), ["X"], [(Gap.UNKNOWN_TYPE, ("X",))]),
        (fields(FormField("X", "X", 18)), ["X"], [(Gap.UNKNOWN_TYPE, ("X",))]),
        (fields(FormField("X", "X", 14)), ["X"], [(Gap.CHOICES, ("X",))]),
        (fields(FormField("X", "X", 29)), ["X.first_name"], [(Gap.SUBFIELDS, ("X",))]),
        (fields(CITY), ["City"], []),
    ],
)
def test_what_cannot_be_checked(
    form: FormFields | None, names: Sequence[str], expected: list[tuple[Gap, tuple[str, ...]]]
) -> None:
    header = read_header(names, 1, form)
    assert [(each.gap, each.columns) for each in header.not_checked] == expected


@given(
    st.lists(st.text() | st.sampled_from([*HOSTILE.values(), "Email", "email", "Name."])),
    st.sampled_from([None, FIELDS]),
)
def test_whatever_a_header_says_is_safe_to_show(names: list[str], form: FormFields | None) -> None:
    header = read_header(names, 1, form)
    assert len(header.columns) == len(names)
    for finding in header.findings:
        assert is_one_safe_line(finding.column)
        assert finding.column
        assert is_one_safe_line(finding.hint)


def test_thousands_of_unknown_names_take_no_time() -> None:
    known = fields(*(FormField(f"Field_{n}", f"Field {n}", 1) for n in range(300)))
    header = read_header([f"Fjeld_{n}" * 10 for n in range(5_000)], 1, known)
    assert len(header.findings) == 5_000
