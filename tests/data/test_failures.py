"""The failures of a job: their report, and any of their records."""

import csv
import io
import stat
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.benchmarks.failure_kinds import COLUMNS, Failure, Maker, Style, write
from tests.support.csv_files import cells as any_cells
from tests.support.csv_files import zip_of
from tests.support.text import is_one_safe_line
from zcbulk_tui.data.failures import FailureFile
from zcbulk_tui.data.reasons import NO_GROUP
from zcbulk_tui.domain.failures import NO_REASON, SAMPLES
from zcbulk_tui.errors import DataError

UPLOAD = ("Email", "City")
EMAIL, CITY = "Duplicate value <value> for Email", "INVALID_DATA-City"


def result_of(folder: Path, rows: Sequence[Sequence[str]], header: Sequence[str] = UPLOAD) -> Path:
    """A result with these records, each with its reason behind its cells."""
    path = folder / "failure.csv"
    text = io.StringIO(newline="")
    csv.writer(text).writerows([[*header, "Error"], *rows])
    path.write_bytes(text.getvalue().encode())
    return path


def some(count: int) -> list[list[str]]:
    """Records: every third one has a bad city; some have line breaks and other alphabets."""
    return [
        [f"u{n}@x.eu", "Zürich\n8000" if n % 5 == 0 else f"C{n}", CITY]
        if n % 3 == 0
        else [f"u{n}@x.eu", f"C{n}", f"Duplicate value 'u{n}@x.eu' for Email"]
        for n in range(count)
    ]


class Index:
    """Where the records of an upload stand: those of some cities, in lines below the header."""

    columns = ("City",)
    is_in_order = True

    def __init__(self, cities: Sequence[str]) -> None:
        self._cities = cities

    def __len__(self) -> int:
        return len(self._cities)

    def lines(self, cells: Sequence[str]) -> tuple[int, ...]:
        (wanted,) = cells
        return tuple(at + 2 for at, city in enumerate(self._cities) if city == wanted)

    def record(self, line: int) -> int | None:
        return line - 1 if 2 <= line < len(self._cities) + 2 else None


def test_the_report(tmp_path: Path) -> None:
    failures = FailureFile(result_of(tmp_path, some(100)), upload=UPLOAD)
    report = failures.report
    assert (report.records, report.columns) == (100, UPLOAD)
    assert [(it.reason, it.fields, it.records) for it in report.groups] == [
        (EMAIL, ("Email",), 66),
        (CITY, ("City",), 34),
    ]
    samples = report.groups[1].samples
    assert [it.record for it in samples] == [1, 4, 7, 10, 13]
    assert len(samples) == SAMPLES
    assert samples[0].cells == ("u0@x.eu", "Zürich\n8000")
    assert (samples[0].reason, samples[0].lines) == (CITY, ())
    assert list(failures.group_of[:4]) == [1, 0, 0, 1]
    assert (report.placed, report.ambiguous, list(report.blocks)) == (0, 0, [])


@pytest.mark.parametrize("reason", [None, EMAIL, CITY])
def test_any_rows_of_a_group(tmp_path: Path, reason: str | None) -> None:
    rows = some(3_000)
    failures = FailureFile(result_of(tmp_path, rows), upload=UPLOAD)
    expected = [
        (number, tuple(row[:2]))
        for number, row in enumerate(rows, 1)
        if reason is None or (row[2] == CITY) == (reason == CITY)
    ]
    for start, count in ((0, 3), (1, 1), (517, 40), (990, 2_000), (2_999, 5), (5_000, 1), (3, 0)):
        found = [(it.record, it.cells) for it in failures.rows(reason, start, count)]
        assert found == expected[start : start + count]


def test_a_group_that_is_none_has_no_rows(tmp_path: Path) -> None:
    failures = FailureFile(result_of(tmp_path, some(9)), upload=UPLOAD)
    assert failures.rows("none", 0, 9) == []
    assert failures.search("none", "u1", 0) is None


def test_search(tmp_path: Path) -> None:
    failures = FailureFile(result_of(tmp_path, some(1_000)), upload=UPLOAD)
    assert failures.search(None, "U999@X", 0) == 999
    assert failures.search(None, "zürich", 1) == 15
    assert failures.search(CITY, "zürich", 0) == 0
    assert failures.search(CITY, "ZÜRICH", 1) == 5
    assert failures.search(CITY, "u999@", 0) == 333
    assert failures.search(EMAIL, "u999@", 0) is None
    assert failures.search(None, "duplicate value 'u998", 900) == 998
    assert failures.search(None, "u5@", 6) is None


@pytest.mark.parametrize("reason", [None, CITY])
def test_export(tmp_path: Path, reason: str | None) -> None:
    rows = some(500)
    failures = FailureFile(result_of(tmp_path, rows), upload=UPLOAD)
    path = tmp_path / "out.csv"
    wanted = [row for row in rows if reason is None or row[2] == reason]
    assert failures.export(reason, path) == len(wanted)
    with path.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [[*UPLOAD, "Error"], *wanted]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    with pytest.raises(DataError, match="is there already"):
        failures.export(reason, path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["none/out.csv", "a\0b.csv", "x" * 300])
def test_an_export_that_cannot_be_written_leaves_nothing(tmp_path: Path, name: str) -> None:
    failures = FailureFile(result_of(tmp_path, some(5)), upload=UPLOAD)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(DataError) as caught:
        failures.export(None, tmp_path / name)
    assert "cannot be written" in str(caught.value)
    assert is_one_safe_line(str(caught.value))
    assert sorted(tmp_path.iterdir()) == before


def test_a_result_that_changes_is_not_exported_by_half(tmp_path: Path) -> None:
    path = result_of(tmp_path, some(50))
    failures = FailureFile(path, upload=UPLOAD)
    result_of(tmp_path, some(49))
    with pytest.raises(DataError, match="changed"):
        failures.export(None, tmp_path / "out.csv")
    assert sorted(it.name for it in tmp_path.iterdir()) == ["failure.csv"]
    with pytest.raises(DataError, match="changed"):
        failures.rows(None, 0, 5)


def test_places_in_the_source(tmp_path: Path) -> None:
    cities = [f"C{n}" for n in range(450)]
    cities[7] = cities[8] = "Twice"
    rows = [["", city, CITY] for city in ("C3", "Twice", "C3", "C449", "nowhere")]
    failures = FailureFile(result_of(tmp_path, rows), upload=UPLOAD, source=Index(cities))
    report = failures.report
    assert (report.placed, report.ambiguous, list(report.blocks)) == (3, 1, [2, 0, 1])
    assert [it.lines for it in failures.rows(None, 0, 9)] == [(5,), (9, 10), (5,), (451,), ()]
    assert [it.lines for it in report.groups[0].samples] == [(5,), (9, 10), (5,), (451,), ()]


def test_a_source_with_other_columns_says_nothing(tmp_path: Path) -> None:
    path = result_of(tmp_path, [["a", NO_REASON]], ["Email"])
    report = FailureFile(path, upload=["Email"], source=Index(["Paris"])).report
    assert (report.placed, list(report.blocks)) == (0, [])
    assert "The places in the uploaded file are not known: it has other columns." in report.assumed


def test_records_that_went_in_are_no_failures(tmp_path: Path) -> None:
    path = tmp_path / "failure.csv"
    path.write_text(
        "Email,STATUS,RECORD_ID,ERRORS\na,ADDED,1,\nb,SKIPPED,,NOT_APPROVED\nc,ADDED,2,\n"
        "d,SKIPPED,,\n"
    )
    failures = FailureFile(path, upload=UPLOAD)
    assert failures.report.records == 2
    assert list(failures.group_of) == [NO_GROUP, 0, NO_GROUP, 1]
    assert [it.record for it in failures.rows(None, 0, 9)] == [2, 4]
    assert failures.report.groups[1].reason == NO_REASON
    assert failures.report.assumed[-1] == (
        "2 records are left out: the result says that they went in."
    )


@pytest.mark.parametrize("content", [b"", b"Email,City,Error\r\n"], ids=["no byte", "header"])
def test_a_result_without_failures(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "failure.csv"
    path.write_bytes(content)
    failures = FailureFile(path, upload=UPLOAD)
    assert (failures.report.records, failures.report.groups) == (0, ())
    assert (failures.rows(None, 0, 5), failures.search(None, "x", 0)) == ([], None)
    assert failures.export(None, tmp_path / "out.csv") == 0


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "cp1252", "gb18030"])
def test_any_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "failure.csv"
    rows = [f"u{n},Zürich {n},Value 'Zürich {n}' is unknown for City\r\n" for n in range(400)]
    path.write_bytes(f"Email,City,Error\r\n{''.join(rows)}".encode(encoding))
    named = {"cp1252": "windows-1252", "gb18030": "gb18030"}.get(encoding)
    failures = FailureFile(path, upload=UPLOAD, encoding=named)
    assert [it.cells[1] for it in failures.rows(None, 250, 2)] == ["Zürich 250", "Zürich 251"]
    assert [it.cells[0] for it in failures.rows(None, 399, 2)] == ["u399"]


def test_a_zip_as_it_comes_from_the_server(tmp_path: Path) -> None:
    plain = result_of(tmp_path, some(900))
    path = tmp_path / "failure.zip"
    path.write_bytes(zip_of([("1_failure.csv", plain.read_bytes())]))
    packed, unpacked = FailureFile(path, upload=UPLOAD), FailureFile(plain, upload=UPLOAD)
    assert packed.report == unpacked.report
    assert packed.rows(CITY, 250, 3) == unpacked.rows(CITY, 250, 3)


def test_how_far_it_is(tmp_path: Path) -> None:
    path, seen = result_of(tmp_path, some(9)), list[tuple[int, int]]()
    FailureFile(path, upload=UPLOAD, on_progress=lambda *it: seen.append(it))
    assert seen[-1] == (path.stat().st_size, path.stat().st_size)


@given(st.lists(st.tuples(any_cells, any_cells, any_cells), max_size=80), st.data())
def test_random_access_is_the_same_as_reading(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]], data: st.DataObject
) -> None:
    path = result_of(tmp_path_factory.mktemp("any"), rows)
    try:
        failures = FailureFile(path, upload=UPLOAD)
    except DataError:
        return  # a file that no reader takes
    expected = [tuple(row[:2]) for row in rows]
    assert [it.cells for it in failures.rows(None, 0, 99)] == expected
    start = data.draw(st.integers(0, len(rows)))
    assert [it.cells for it in failures.rows(None, start, 3)] == expected[start : start + 3]
    for group in failures.report.groups:
        assert is_one_safe_line(group.reason)
        of_group = failures.rows(group.reason, 0, 99)
        assert len(of_group) == group.records
        assert tuple(of_group[:SAMPLES]) == group.samples


def test_made_up_failures_one_after_the_other(tmp_path: Path) -> None:
    made: list[Failure] = list(Maker(Style.QUOTED).failures(700))
    path = tmp_path / "failure.csv"
    write(path, iter(made), Style.QUOTED)
    failures = FailureFile(path, upload=COLUMNS)
    found = failures.rows(None, 0, 700)
    assert [list(it.cells) for it in found] == [it.cells for it in made]
    assert sum(it.records for it in failures.report.groups) == 700
