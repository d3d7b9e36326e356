import pytest

from zcbulk_tui.simulator.cells import INVALID, MISSING, TOO_LONG, check_of
from zcbulk_tui.simulator.fields import Field, Kind


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
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
    ],
    ids=lambda value: value.kind.name if isinstance(value, Field) else "",
)
def test_cells(field: Field, good: list[str], bad: list[tuple[str, str]]) -> None:
    check = check_of(field)
    assert [check(cell) for cell in good] == [None] * len(good)
    assert [(cell, check(cell)) for cell, _ in bad] == bad
