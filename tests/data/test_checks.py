"""What is found in records, however many come at a time."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.data.forms import FIELDS, fields
from tests.support.text import is_one_safe_line
from zcbulk_tui.data import checks
from zcbulk_tui.data.checks import Found, RecordChecks
from zcbulk_tui.data.columns import read_header
from zcbulk_tui.data.rows import Record
from zcbulk_tui.domain.form import FieldType, FormField, FormFields
from zcbulk_tui.domain.preflight import SAMPLES, SHOWN, Finding, Gap, Kind, Severity

HEADER = ["Email", "City", "Amount", "Since", "Level"]


def check(
    records: Sequence[Record],
    form: FormFields | None = FIELDS,
    *,
    header: Sequence[str] = HEADER,
    at_once: int = 1_000,
    budget: int | None = None,
) -> Found:
    """Checks records, some at a time."""
    checking = RecordChecks(read_header(header, 1, form), budget=budget)
    for first in range(0, len(records), at_once):
        checking.check(records[first : first + at_once])
    return checking.finish()


def rows(*some: list[str]) -> list[Record]:
    """Records from line 2 on."""
    return list(enumerate(some, 2))


def one(found: Found, kind: Kind) -> Finding:
    """The only finding of a kind."""
    [finding] = [each for each in found.findings if each.kind is kind]
    return finding


GOOD = ["a@b.co", "Paris", "12.50", "31-Jan-2026", "Gold"]


def test_a_good_record() -> None:
    found = check(rows(GOOD))
    assert found.findings == []
    assert len(found.suspects) == 0
    assert found.records == 1


def test_values_by_column_and_kind() -> None:
    found = check(
        rows(
            GOOD,
            ["nobody", "Paris", "x", "2026-01-31", "Gold"],
            ["c@d.ef", "Paris", "y", "2026-01-31", "Gold"],
        )
    )
    amount = one(found, Kind.NOT_A_NUMBER)
    assert (amount.column, amount.position, amount.count) == ("Amount", 3, 2)
    assert (amount.lines, amount.samples) == ((3, 4), ("x", "y"))
    since = one(found, Kind.DATE_FORMAT)
    assert (since.severity, since.samples) == (Severity.WARNS, ("2026-01-31",))
    assert list(found.suspects) == [2, 3]


def test_what_only_warns_makes_no_record_suspect() -> None:
    found = check(rows(["a@b.co", "Pa\nris", "1", "2026-01-31", "Iron"]))
    kinds = {each.kind: each.makes_suspects for each in found.findings}
    assert kinds == dict.fromkeys((Kind.DATE_FORMAT, Kind.NOT_A_CHOICE, Kind.LINE_BREAK), False)
    assert len(found.suspects) == 0


def dated(*dates: str) -> list[Record]:
    """Records that are good but for their dates, if at all."""
    return rows(*([f"u{at}@b.co", "Paris", "1", day, "Gold"] for at, day in enumerate(dates)))


def test_a_doubt_that_is_rare_in_its_column_makes_records_suspect() -> None:
    found = check(dated(*["31-Jan-2026"] * 9, "2026-01-31"))
    since = one(found, Kind.DATE_FORMAT)
    assert (since.severity, since.is_exception, since.makes_suspects) == (
        Severity.WARNS,
        True,
        True,
    )
    assert list(found.suspects) == [10]


def test_a_value_beyond_a_limit_makes_its_record_suspect_and_does_not_block() -> None:
    found = check(
        rows(*[GOOD[1:3]] * 18, ["Llanfairpwll", "1"], ["Bern", "12345678901"]),
        form=fields(
            FormField("City", "City", FieldType.SINGLE_LINE, max_char=10),
            FormField("Amount", "Amount", FieldType.CURRENCY, max_char=10),
        ),
        header=["City", "Amount"],
    )
    for kind in (Kind.TOO_LONG, Kind.TOO_MANY_DIGITS):
        assert (one(found, kind).blocks, one(found, kind).makes_suspects) == (False, True)
    assert list(found.suspects) == [19, 20]


def test_a_doubt_of_many_is_what_the_form_takes() -> None:
    # 2 of 10 values, for what is empty is in no format.
    found = check(dated(*[""] * 30, *["31-Jan-2026"] * 8, *["2026-01-31"] * 2))
    assert not one(found, Kind.DATE_FORMAT).makes_suspects
    assert len(found.suspects) == 0


@given(
    st.lists(st.sampled_from(["", "31-Jan-2026", "2026-01-31"]), min_size=1, max_size=40),
    st.integers(1, 40),
)
def test_exceptions_do_not_depend_on_how_many_come_at_a_time(dates: list[str], some: int) -> None:
    records = dated(*dates)
    together, apart = check(records), check(records, at_once=some)
    assert list(together.suspects) == list(apart.suspects)
    assert together.findings == apart.findings
    others = [at for at, day in enumerate(dates, 1) if day.startswith("2026")]
    filled = sum(map(bool, dates))
    assert list(together.suspects) == (others if len(others) * 10 <= filled else [])


def test_doubts_that_do_not_fit_in_memory_only_warn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_DOUBT_BYTES", 2)
    found = check(dated(*["31-Jan-2026"] * 30, "2026-01-31"))
    assert not one(found, Kind.DATE_FORMAT).makes_suspects
    assert len(found.suspects) == 0


def test_records_of_other_lengths() -> None:
    found = check(rows(GOOD, GOOD[:3], [*GOOD, "", "x"], ["c@d.ef", *GOOD[1:]]))
    few, many = one(found, Kind.TOO_FEW_VALUES), one(found, Kind.TOO_MANY_VALUES)
    assert (few.lines, few.samples, few.hint, few.column) == ((3,), ("3",), "5", "")
    assert (many.lines, many.samples) == ((4,), ("7",))
    assert list(found.suspects) == [2, 3]
    assert len(found.findings) == 2


def test_empty_records() -> None:
    found = check(rows(GOOD, [], [""] * 5, ["", ""]))
    empty = one(found, Kind.EMPTY_RECORD)
    assert (empty.count, empty.lines, empty.severity) == (2, (4, 5), Severity.BLOCKS)
    blank = one(found, Kind.BLANK_LINE)
    assert (blank.count, blank.lines, blank.severity) == (1, (3,), Severity.WARNS)
    assert len(found.findings) == 2
    assert list(found.suspects) == [3, 4]
    warned = one(check(rows([""] * 5), None), Kind.EMPTY_RECORD)
    assert warned.severity is Severity.WARNS


def test_duplicates_are_the_later_ones_whatever_stands_between() -> None:
    found = check(rows(GOOD, [], GOOD, GOOD[:1], ["c@d.ef", *GOOD[1:]], GOOD), at_once=2)
    again = one(found, Kind.DUPLICATE)
    assert (again.count, again.lines) == (2, (4, 7))
    assert again.samples == ("line 4 as line 2", "line 7 as line 2")
    assert {3, 6} <= set(found.suspects)


def test_duplicates_beyond_the_memory_are_said_to_be_unchecked() -> None:
    found = check(rows(GOOD, GOOD, GOOD), budget=24)
    assert one(found, Kind.DUPLICATE).count == 1
    [gap] = found.not_checked
    assert (gap.gap, gap.columns, gap.record) == (Gap.DUPLICATES_BEYOND, ("Email",), 3)


def test_without_fields_the_file_itself_is_checked() -> None:
    found = check(rows(["3.88883E+18", "a\0b", "x\ny", "3888833000000110000", ""]), None)
    assert {each.kind for each in found.findings} == {
        *(Kind.SCIENTIFIC, Kind.NUL, Kind.LINE_BREAK, Kind.ROUNDED)
    }


def test_memory_does_not_grow_with_what_is_found() -> None:
    found = check(rows(*([f"bad {n}", "Paris", "", "", ""] for n in range(500))))
    mail = one(found, Kind.NOT_AN_EMAIL)
    assert mail.count == 500
    assert (len(mail.lines), len(mail.samples)) == (SHOWN, SAMPLES)
    assert len(found.suspects) == 500


_cells = st.sampled_from(
    [
        *("", " ", "a@b.co", "c@d.ef", "x" * 11, "Paris", "1", "1.5", "1e5", "31-Jan-2026"),
        *("Gold", "a\0", "a\n", "a\x1b", "\ufffd", "3.88883E+18", "12345678901234500"),
    ]
) | st.text(max_size=3)
_rows = st.lists(
    st.lists(_cells, min_size=5, max_size=5) | st.lists(_cells, max_size=7), max_size=30
)


@given(_rows, st.integers(1, 10), st.sampled_from([None, FIELDS]))
def test_the_same_is_found_however_many_come_at_a_time(
    values: list[list[str]], at_once: int, form: FormFields | None
) -> None:
    together, apart = (check(rows(*values), form, at_once=each) for each in (1_000, at_once))
    assert sorted(together.findings, key=repr) == sorted(apart.findings, key=repr)
    assert list(together.suspects) == list(apart.suspects)
    assert together.records == apart.records == len(values)


@given(_rows, st.sampled_from([None, FIELDS]))
def test_findings_are_bounded_true_and_safe(
    values: list[list[str]], form: FormFields | None
) -> None:
    found = check(rows(*values), form)
    keys = [(each.kind, each.position) for each in found.findings]
    assert len(keys) == len(set(keys))
    for each in found.findings:
        assert 1 <= each.count <= len(values)
        assert len(each.lines) == min(each.count, SHOWN)
        assert list(each.lines) == sorted(set(each.lines))
        assert len(set(each.samples)) == len(each.samples) <= SAMPLES
        assert all(map(is_one_safe_line, each.samples))
    blocked = {line for each in found.findings if each.blocks for line in each.lines}
    assert blocked <= {record + 1 for record in found.suspects}
    assert bool(found.suspects) == any(each.blocks for each in found.findings)


def test_a_unique_column_that_is_not_the_first() -> None:
    key = FormField("Key", "Key", FieldType.NUMBER, is_unique=True)
    found = check(
        rows(["x", "1"], ["y", "2"], ["z", "1"]),
        fields(FormField("A", "A", 1), key),
        header=["A", "Key"],
    )
    assert one(found, Kind.DUPLICATE).lines == (4,)
