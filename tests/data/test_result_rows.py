"""The records of a result, one after the other."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.csv_files import cells, source_of
from zcbulk_tui.data.result_columns import ResultColumns, read_columns
from zcbulk_tui.data.result_rows import Picker, ResultRow, read_result


def test_reasons_and_data(tmp_path: Path) -> None:
    text = 'Email,City,Error\na@b.co,Paris,INVALID_DATA-City\n\n,"a\nb",NOT_APPROVED\nshort\n'
    source = source_of(tmp_path, text)
    columns, _ = read_columns(source, ["Email", "City"])
    assert list(read_result(source.path, columns)) == [
        ResultRow(1, "INVALID_DATA-City", ("a@b.co", "Paris")),
        ResultRow(2, "NOT_APPROVED", ("", "a\nb")),
        ResultRow(3, "", ("short", "")),
    ]


def test_records_that_went_in_are_left_out_and_counted(tmp_path: Path) -> None:
    source = source_of(tmp_path, "A,STATUS,RECORD_ID,ERRORS\nx,ADDED,1,\ny,SKIPPED,,NOT_APPROVED\n")
    columns, _ = read_columns(source, ["A"])
    assert list(read_result(source.path, columns)) == [ResultRow(2, "NOT_APPROVED", ("y",))]


@pytest.mark.parametrize("encoding", ["utf-16", "windows-1252"])
def test_other_encodings_and_delimiters(tmp_path: Path, encoding: str) -> None:
    codec = {"windows-1252": "cp1252"}.get(encoding, encoding)
    source = source_of(tmp_path, "City;Error\nZürich;NOT_APPROVED\n".encode(codec))
    columns, delimiter = read_columns(source, ["City"], encoding=encoding)
    rows = read_result(source.path, columns, encoding=encoding, delimiter=delimiter)
    assert list(rows) == [ResultRow(1, "NOT_APPROVED", ("Zürich",))]


@given(
    st.lists(st.integers(0, 5), unique=True, max_size=5),
    st.lists(st.integers(6, 8), unique=True, max_size=2),
    st.lists(cells, max_size=9),
)
def test_what_is_taken_out_of_a_record(
    places: list[int], reason: list[int], row: list[str]
) -> None:
    columns = ResultColumns((), tuple(places), ("",) * len(places), tuple(reason), ())
    why, found = Picker(columns)(row)
    assert found == tuple(row[at] if at < len(row) else "" for at in places)
    if len(reason) == 1:
        assert why == (row[reason[0]] if reason[0] < len(row) else "")
