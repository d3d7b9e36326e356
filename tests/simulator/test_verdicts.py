from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulator.support import csv_of
from zcbulk_tui.simulator.cells import Flaw
from zcbulk_tui.simulator.faults import RefusalError
from zcbulk_tui.simulator.fields import Field, Kind
from zcbulk_tui.simulator.files import InsertFile
from zcbulk_tui.simulator.outcomes import Outcome
from zcbulk_tui.simulator.physics import BATCH_RECORDS
from zcbulk_tui.simulator.verdicts import InsertRules, Verdict, judge

FIELDS = (
    Field("Key", mandatory=True, unique=True, max_char=10),
    Field("Number", Kind.NUMBER),
)


def verdict(rows: list[list[str]], *, strict: bool, header: str = "Key,Number") -> Verdict:
    data = csv_of([header.split(","), *rows])
    return judge(InsertFile("rows.csv", data), FIELDS, InsertRules(strict))


def good(count: int, begin: int = 0) -> list[list[str]]:
    return [[f"K{number}", "1"] for number in range(begin, begin + count)]


BAD = ["K-bad", "many"]


def test_in_the_strict_reading_one_bad_record_fails_its_batch() -> None:
    found = verdict([*good(300), BAD, *good(149, 300)], strict=True)
    assert found.records == 450
    assert found.bad == {301: (Flaw("INVALID_DATA", "Number"),)}
    assert found.failed_by_batch == {2: 200}
    assert found.failed_batches == [2]
    assert [number for number, _ in found.inserted(3)] == [*range(1, 201), *range(401, 451)]
    assert [number for number, _ in found.inserted(2)] == [*range(1, 201)]


def test_in_the_lenient_reading_it_fails_alone() -> None:
    found = verdict([*good(300), BAD, *good(149, 300)], strict=False)
    assert found.failed_by_batch == {2: 1}
    assert found.failed_batches == []
    assert [number for number, _ in found.inserted(3)] == [*range(1, 301), *range(302, 451)]


def test_in_the_lenient_reading_a_batch_of_bad_records_fails() -> None:
    found = verdict([*good(200), BAD, BAD], strict=False)
    assert (found.failed_by_batch, found.failed_batches) == ({2: 2}, [2])


@pytest.mark.parametrize(
    ("row", "flaws"),
    [
        (["", "1"], [("MANDATORY_NOT_FOUND", "Key")]),
        (["K" * 11, "1"], [("LIMIT_EXCEEDED", "Key")]),
        (["", "many"], [("MANDATORY_NOT_FOUND", "Key"), ("INVALID_DATA", "Number")]),
        (["K0", "1"], [("DUPLICATE_DATA", "Key")]),
        (["K1", "1", ""], [("INVALID_DATA", "")]),
        (["K1"], []),
    ],
)
def test_flaws(row: list[str], flaws: list[tuple[str, str]]) -> None:
    assert list(verdict([*good(1), row], strict=False).bad.get(2, ())) == flaws


def test_neighbours_of_a_bad_record_fail_for_a_reason_of_their_own() -> None:
    found = verdict([*good(300), BAD, *good(149, 300)], strict=True)
    failed = list(found.of(Outcome.FAILURE, 3))
    assert [record.number for record in failed] == list(range(201, 401))
    assert Counter(record.flaws for record in failed) == {
        (Flaw("CANNOT_PROCESS"),): 199,
        (Flaw("INVALID_DATA", "Number"),): 1,
    }
    assert [record.number for record in found.of(Outcome.UNPROCESSED, 1)] == list(range(201, 451))


def test_a_row_has_as_many_cells_as_there_are_columns() -> None:
    found = verdict([["K1"], ["K2", "1", "2"]], strict=False)
    assert [record.cells for record in found.of(Outcome.SUCCESS, 1)] == [["K1", ""]]
    assert [record.cells for record in found.of(Outcome.FAILURE, 1)] == [["K2", "1"]]


def test_a_value_is_taken_by_an_inserted_record_only() -> None:
    rows = [*good(199), BAD, ["K0", "1"]]
    # The first batch fails as a whole in the strict reading, and leaves its values.
    assert verdict(rows, strict=True).bad.keys() == {200}
    assert verdict(rows, strict=False).bad.keys() == {200, 201}


def test_empty_values_of_a_unique_field_are_no_duplicates() -> None:
    fields = (Field("Key", unique=True), Field("Number"))
    data = csv_of([["Key", "Number"], ["", "1"], ["", "2"]])
    assert judge(InsertFile("a.csv", data), fields, InsertRules()).bad == {}


@pytest.mark.parametrize(
    ("header", "unknown"),
    [
        ("Key,Number", []),
        ("Number,Key", []),
        ("Key,Amount", ["Amount"]),
        ("Key, Number", [" Number"]),
        ("Key,Number,Key", ["Key"]),
        ("Key,,Number", [""]),
    ],
)
def test_unknown_columns(header: str, unknown: list[str]) -> None:
    assert verdict([], strict=True, header=header).unknown_columns == unknown


def test_a_mandatory_field_without_a_column_fails_every_record() -> None:
    found = verdict([["1"], ["2"]], strict=False, header="Number")
    missing = (Flaw("MANDATORY_NOT_FOUND", "Key"),)
    assert found.bad == {1: missing, 2: missing}


def test_a_header_of_blanks_is_no_csv() -> None:
    with pytest.raises(RefusalError, match="unsupported"):
        judge(InsertFile("rows.csv", b",,\n1,2,3\n"), FIELDS, InsertRules())


rows_by_goodness = st.lists(st.sampled_from([0] * 60 + [1]), max_size=1500)


@given(rows_by_goodness, st.booleans())
def test_inserted_and_failed_records_add_up(bad: list[int], strict: bool) -> None:
    rows = [BAD if is_bad else [f"K{n}", "1"] for n, is_bad in enumerate(bad)]
    found = verdict(rows, strict=strict)
    batches = -(-len(rows) // BATCH_RECORDS)
    inserted = [values["Key"] for _, values in found.inserted(batches)]
    assert found.records == len(rows)
    assert len(found.bad) == sum(bad)
    assert len(inserted) + sum(found.failed_by_batch.values()) == len(rows)
    assert max(Counter(inserted).values(), default=0) <= 1
    assert "K-bad" not in inserted
