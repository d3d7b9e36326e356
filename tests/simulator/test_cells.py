import pytest
from hypothesis import given
from hypothesis import strategies as st

from zcbulk_tui.simulator.cells import (
    INVALID,
    MISSING,
    TOO_LONG,
    DateFormat,
    check_of,
    quick_pattern,
)
from zcbulk_tui.simulator.fields import FORMS, Field, Form, Kind
from zcbulk_tui.simulator.samples import sample

CASES: list[tuple[Field, list[str], list[tuple[str, str]]]] = [
    (Field("A"), ["a" * 999], []),
    (Field("A", max_char=3), ["", "abc", "äöü"], [("abcd", TOO_LONG)]),
    (Field("A", mandatory=True), ["a"], [("", MISSING), (" \t", MISSING)]),
    (
        Field("A", Kind.EMAIL, max_char=12),
        ["", "a@example.io", "a@b.co"],
        [("a", INVALID), ("a@b", INVALID), ("a b@c.io", INVALID), ("aa@example.io", TOO_LONG)],
    ),
    (
        Field("A", Kind.NUMBER, max_char=3),
        ["", "0", "-12", "+123"],
        [
            ("1.0", INVALID),
            ("1,2", INVALID),
            ("x", INVALID),
            ("1234", TOO_LONG),
            ("٣", INVALID),
        ],
    ),
    (
        Field("A", Kind.CURRENCY, max_char=3),
        ["1", "-123.4567"],
        [(".5", INVALID), ("1,5", INVALID), ("€1", INVALID), ("1234.5", TOO_LONG)],
    ),
    (
        Field("A", Kind.DATE),
        ["01-Jan-2026", "29-Feb-2024", "31-Dec-1999"],
        [
            ("29-Feb-2026", INVALID),
            ("31-Apr-2026", INVALID),
            ("1-Jan-2026", INVALID),
            ("01-jan-2026", INVALID),
            ("2026-01-01", INVALID),
            ("29-Feb-1900", INVALID),
        ],
    ),
    (
        Field("A", Kind.DATE_TIME),
        ["01-Jan-2026 23:59:59"],
        [("01-Jan-2026", INVALID), ("01-Jan-2026 24:00:00", INVALID)],
    ),
    (Field("A", choices=("x", "y")), ["", "x"], [("z", INVALID), ("x,y", INVALID)]),
    (
        Field("A", Kind.MULTI_SELECT, choices=("x", "y")),
        ["x", "y, x"],
        [("x;y", INVALID), ("x,", INVALID)],
    ),
    (Field("A", Kind.DECISION_BOX), ["true", "false"], [("yes", INVALID)]),
    (Field("A", Kind.URL), ["https://a.b/c"], [("a.b", INVALID), ("https://", INVALID)]),
    (Field("A", Kind.AUTO_NUMBER), [""], [("1", INVALID)]),
    (Field("A", Kind.NAME, mandatory=True, subfields=("first_name",)), ["", "a"], []),
]

# Cells near the borders of what is good, and the right ones for other types.
cells = st.sampled_from(
    [cell for _, good, bad in CASES for cell in [*good, *(cell for cell, _ in bad)]]
)
altered = st.builds(
    lambda cell, place, char: cell[: place % (len(cell) + 1)] + char + cell[place:],
    cells,
    st.integers(0, 20),
    st.sampled_from(["", "1", ".", "a", " ", "\n", ",", "@"]),
)


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    CASES,
    ids=lambda value: value.kind.name if isinstance(value, Field) else "",
)
def test_cells(field: Field, good: list[str], bad: list[tuple[str, str]]) -> None:
    check = check_of(field)
    assert [check(cell) for cell in good] == [None] * len(good)
    assert [(cell, check(cell)) for cell, _ in bad] == bad


DATES = {
    DateFormat.NAMED_MONTH: ["29-Feb-2024", "31-Jan-2026", "30-Apr-2026"],
    DateFormat.ISO: ["2024-02-29", "2026-01-31", "2026-04-30"],
    DateFormat.US: ["02/29/2024", "01/31/2026", "04/30/2026"],
}
GOOD_DATES = [date for dates in DATES.values() for date in dates]
NO_DATES = ["29-Feb-2026", "31-Apr-2026", "2026-02-29", "2026-13-01", "02/30/2024", "31/01/2026"]


@pytest.mark.parametrize("form", DateFormat)
def test_only_dates_of_the_formats_that_are_read_are_good(form: DateFormat) -> None:
    for kind, time in ((Kind.DATE, ""), (Kind.DATE_TIME, " 23:59:59")):
        check = check_of(Field("A", kind), {form})
        good = [date for date in [*GOOD_DATES, *NO_DATES] if check(date + time) is None]
        assert good == DATES[form]
        every = check_of(Field("A", kind), list(DateFormat))
        assert {every(date + time) for date in GOOD_DATES} == {None}


dates = st.sampled_from([*GOOD_DATES, *NO_DATES])


@given(
    st.sampled_from([field for field, _, _ in CASES]),
    st.sets(st.sampled_from(DateFormat), min_size=1),
    st.text(max_size=12) | cells | altered | dates,
)
def test_the_quick_pattern_matches_no_bad_cell(
    field: Field, forms: set[DateFormat], cell: str
) -> None:
    if quick_pattern(field, forms).fullmatch(cell):
        assert check_of(field, forms)(cell) is None


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.link_name)
def test_the_quick_pattern_matches_nearly_all_good_cells(form: Form) -> None:
    patterns = {name: quick_pattern(field) for field in form.fields for name in field.columns()}
    header, *rows = sample(form.fields, 50)
    assert all(
        patterns[name].fullmatch(cell)
        for row in rows
        for name, cell in zip(header, row, strict=True)
    )
