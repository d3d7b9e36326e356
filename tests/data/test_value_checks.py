"""What values must be, one by one and as slices of columns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.contracts import contract_of
from zcbulk_tui.data.value_checks import Slice, ValueCheck, character_checks, checks_of
from zcbulk_tui.domain.contract import UNKNOWN, Contract, Question
from zcbulk_tui.domain.form import FieldType, FormField
from zcbulk_tui.domain.preflight import Kind, Severity


def part(*values: str) -> Slice:
    """A slice of a column."""
    return Slice(values, " ".join(values), max(map(len, values)))


def kinds(field: FormField | None, value: str, contract: Contract = UNKNOWN) -> set[Kind]:
    """What is found in a value."""
    checks = (*character_checks(), *checks_of(field, contract))
    return {check.kind for check in checks if check.failing(part("", value))}


def of(field_type: int) -> FormField:
    """A field of a type."""
    return FormField("Field", "Field", field_type)


@pytest.mark.parametrize(
    ("field_type", "fine"),
    [
        (FieldType.NUMBER, ["0", "-1", "+12", " 7 ", "12.0"]),
        (FieldType.DECIMAL, ["1.5", ".5", "5.", "-0.001"]),
        (FieldType.EMAIL, ["a@b.co", "a.b+c@d-e.f.org", "ü@ü.de", " a@b.co "]),
        (FieldType.URL, ["https://a.b/c?d", "ftp://host", " "]),
        (
            FieldType.DATE,
            ["31-Jan-2026", "1-feb-2024", "29-Feb-2024", "29-Feb-2000", "30-Apr-2026"],
        ),
        (FieldType.DATE_TIME, ["31-Jan-2026 23:59:59"]),
        (FieldType.DECISION_BOX, ["true", "false", "TRUE", " False"]),
        (FieldType.SINGLE_LINE, ["x" * 255, "1E10", "3888833000000114027"]),
        (FieldType.MULTI_LINE, ["x" * 999]),
        (77, ["x" * 999]),
    ],
)
def test_values_that_are_fine(field_type: int, fine: list[str]) -> None:
    for value in ["", *fine]:
        assert kinds(of(field_type), value) == set(), value


@pytest.mark.parametrize(
    ("field_type", "kind", "bad"),
    [
        (
            FieldType.NUMBER,
            Kind.NOT_A_NUMBER,
            ["x", "1,234", "1.2.3", "-", ".", "1 2", "٣", "²", "NaN", "0x1", "12 %"],
        ),
        (FieldType.CURRENCY, Kind.NOT_A_NUMBER, ["$1", "1.234,50"]),
        (FieldType.EMAIL, Kind.NOT_AN_EMAIL, ["a", "a@", "@b.co", "a@b", "a b@c.de", "a@b@c.de"]),
        (FieldType.NUMBER, Kind.NOT_WHOLE, ["12.5", "-.5", " +0.01 "]),
        (FieldType.URL, Kind.NO_SCHEME, ["www.zoho.com", "zoho.com/x"]),
        (FieldType.URL, Kind.NOT_A_URL, ["zoho", "a b.com", "http://", "://x.y"]),
        (
            FieldType.DATE,
            Kind.DATE_FORMAT,
            [
                *("2026-01-31", "31/01/2026", "31-Feb-2026", "30-Feb-2024", "31-Apr-2026"),
                *("0-Jan-2026", "29-Feb-2023", "29-Feb-1900"),
            ],
        ),
        (
            FieldType.DATE_TIME,
            Kind.DATE_TIME_FORMAT,
            ["31-Jan-2026", "31-Jan-2026 24:00:00", "2026-01-31T10:00:00"],
        ),
        (FieldType.DECISION_BOX, Kind.NOT_A_DECISION, ["yes", "1", "0", "wahr"]),
        (FieldType.SINGLE_LINE, Kind.TOO_LONG, ["x" * 256]),
        (FieldType.SINGLE_LINE, Kind.SCIENTIFIC, ["3.88883E+18", "1,5e+12", "-2E+100"]),
        (FieldType.NUMBER, Kind.SCIENTIFIC, ["3.88883E+18", "1E5"]),
        (FieldType.DROP_DOWN, Kind.SCIENTIFIC, ["3.88883E+18"]),
        (FieldType.NUMBER, Kind.ROUNDED, ["3888833000000110000", "12345678901234500"]),
        (77, Kind.ROUNDED, ["3888833000000110000"]),
    ],
)
def test_values_that_are_not(field_type: int, kind: Kind, bad: list[str]) -> None:
    for value in bad:
        assert kinds(of(field_type), value) == {kind}, value


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("a\0b", Kind.NUL),
        ("a\x1bb", Kind.CONTROL_CHARACTER),
        ("a\x85b", Kind.CONTROL_CHARACTER),
        ("a\nb", Kind.LINE_BREAK),
        ("a\rb", Kind.LINE_BREAK),
        ("a\ufffdb", Kind.REPLACEMENT_CHARACTER),
    ],
)
def test_characters(value: str, kind: Kind) -> None:
    assert kinds(None, value) == {kind}


@pytest.mark.parametrize("value", ["a\tb", "a\u00a0b", "ü", "日本", "🙂", "\u200d"])
def test_characters_that_are_fine(value: str) -> None:
    assert kinds(None, value) == set()


@pytest.mark.parametrize("value", ["", " ", "\t"])
def test_mandatory(value: str) -> None:
    field = FormField("Field", "Field", FieldType.MULTI_LINE, is_mandatory=True)
    assert kinds(field, value) == {Kind.MANDATORY_EMPTY}


@pytest.mark.parametrize(
    ("field_type", "limit", "kind", "hint"),
    [
        (FieldType.SINGLE_LINE, None, Kind.TOO_LONG, "the usual 255"),
        (FieldType.SINGLE_LINE, 3, Kind.TOO_LONG, "3"),
        (FieldType.MULTI_LINE, 2_000, Kind.TOO_LONG, "2,000"),
        (FieldType.RICH_TEXT, 3, Kind.TOO_LONG, "3"),
        (FieldType.EMAIL, 3, Kind.TOO_LONG, "3"),
        (FieldType.URL, 3, Kind.TOO_LONG, "3"),
        (FieldType.SINGLE_LINE, 0, Kind.TOO_LONG, "the usual 255"),
        (FieldType.NUMBER, 3, Kind.TOO_MANY_DIGITS, "3"),
        (FieldType.CURRENCY, 3, Kind.TOO_MANY_DIGITS, "3"),
    ],
)
def test_a_limit_is_a_doubt_that_warns(
    field_type: FieldType, limit: int | None, kind: Kind, hint: str
) -> None:
    [found] = [
        each
        for each in checks_of(FormField("Field", "Field", field_type, max_char=limit))
        if each.kind in (Kind.TOO_LONG, Kind.TOO_MANY_DIGITS)
    ]
    assert (found.kind, found.severity, found.hint) == (kind, Severity.WARNS, hint)
    assert found.is_doubt


@pytest.mark.parametrize(
    ("field_type", "value"),
    [
        (FieldType.DATE, "31-Jan-2026"),
        (FieldType.DATE_TIME, "31-Jan-2026 14:05:00"),
        (FieldType.DECISION_BOX, "false"),
        (FieldType.DROP_DOWN, "Platinum"),
        (77, "of no known type"),
    ],
)
def test_only_texts_have_a_length(field_type: int, value: str) -> None:
    assert kinds(FormField("Field", "Field", field_type, max_char=3), value) == set()


@pytest.mark.parametrize("field_type", [FieldType.MULTI_LINE, FieldType.NUMBER])
def test_a_limit_of_nothing_is_none(field_type: int) -> None:
    assert kinds(FormField("Field", "Field", field_type, max_char=0), "12345") == set()


def test_digits_are_counted_before_the_point() -> None:
    field = FormField("Field", "Field", FieldType.DECIMAL, max_char=3)
    for value in ("123", "-123.4567", " 999 ", ".12345", "123."):
        assert kinds(field, value) == set(), value
    assert kinds(field, "1234.5") == {Kind.TOO_MANY_DIGITS}
    assert kinds(field, "no number") == {Kind.NOT_A_NUMBER}


def test_choices() -> None:
    one = FormField("Field", "Field", FieldType.RADIO, choices=("Gold", "Silver"))
    several = FormField("Field", "Field", FieldType.MULTI_SELECT, choices=("Gold", "a,b"))
    assert kinds(one, "Gold") == kinds(several, "Gold, Gold") == kinds(several, "a,b") == set()
    for field, value in ((one, "gold"), (one, "Gold,Silver"), (several, "Gold,Iron")):
        assert kinds(field, value) == {Kind.NOT_A_CHOICE}


_FIELDS = [
    None,
    *map(of, FieldType),
    FormField("Field", "Field", FieldType.EMAIL, is_mandatory=True, max_char=5),
    FormField("Field", "Field", FieldType.CHECK_BOX, choices=("Gold", "Silver")),
]
_CHECKS = [
    *character_checks(),
    *(check for field in _FIELDS for check in checks_of(field)),
]

_values = st.one_of(
    st.text(max_size=8),
    st.from_regex(r"[0-9eE+. \x00\n-]{0,20}", fullmatch=True),
    st.from_regex(r"[1-9][0-9]{14}0{0,4}", fullmatch=True),
    st.from_regex(r"[0-3]?[0-9]-(Jan|feb|Apr)-[0-9]{4}( [0-2][0-9]:00:00)?", fullmatch=True),
    st.sampled_from(["", " ", "true", "False", "Gold", "Gold,Silver", "a@b.co", "http://x"]),
)


@given(st.sampled_from(_CHECKS), st.lists(st.lists(_values, min_size=1), min_size=1, max_size=4))
def test_a_slice_is_judged_as_its_values_are(check: ValueCheck, slices: list[list[str]]) -> None:
    for values in slices:
        one_by_one = [at for at, value in enumerate(values) if not check.passes(value)]
        assert check.failing(part(*values)) == one_by_one


@pytest.mark.parametrize(
    "value",
    ["a@" + "a." * 50_000, "@" * 100_000, "1" * 100_000 + "x", " " * 100_000 + "x", "a." * 50_000],
    ids=["dots", "ats", "digits", "spaces", "host"],
)
def test_no_value_takes_long(value: str) -> None:
    for check in _CHECKS:
        check.failing(part(value))


@pytest.mark.parametrize(
    ("known", "found"),
    [
        ({}, {"31-Jan-2026": None, "2026-01-31": Kind.DATE_FORMAT}),
        ({"yyyy-MM-dd": "read"}, {"31-Jan-2026": None, "2026-01-31": None, "": None}),
        (
            {"yyyy-MM-dd": "refused"},
            {"2026-01-31": Kind.DATE_REFUSED, "31/01/2026": Kind.DATE_FORMAT, " ": None},
        ),
        (
            {"dd-MMM-yyyy": "refused", "yyyy-MM-dd": "read"},
            {"31-Jan-2026": Kind.DATE_REFUSED, "2026-01-31": None},
        ),
    ],
)
def test_dates_are_checked_by_what_is_known_of_formats(
    known: dict[str, str], found: dict[str, Kind | None]
) -> None:
    contract = contract_of((Question.DATE_FORMATS, known))
    for value, kind in found.items():
        assert kinds(of(FieldType.DATE), value, contract) == ({kind} if kind else set()), value
    refused = [it for it in checks_of(of(FieldType.DATE), contract) if it.kind is Kind.DATE_REFUSED]
    assert all(it.severity is Severity.BLOCKS and not it.is_doubt for it in refused)


def test_a_time_of_day_is_another_format() -> None:
    known = {"dd-MMM-yyyy": "refused", "yyyy-MM-dd HH:mm:ss": "read"}
    contract = contract_of((Question.DATE_FORMATS, known))
    assert kinds(of(FieldType.DATE_TIME), "2026-01-31 14:05:00", contract) == set()
    assert kinds(of(FieldType.DATE_TIME), "31-Jan-2026 14:05:00", contract) == set()
