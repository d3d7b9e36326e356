"""Records of a result found in the source by their content, and never by their place."""

import itertools
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.data.source_files import csv_of, lines_of, source_file
from tests.support.csv_files import cells
from zcbulk_tui.data.matching import (
    HashTable,
    index_source,
    key_of,
    loose_key_of,
    read_header,
    read_lines,
)
from zcbulk_tui.errors import DataError

HEADER = ["Id", "Name", "City"]
ROWS = [
    HEADER,
    ["1", "Ada", "Paris"],
    ["2", "Bob\nand Cyd", "Rome"],
    ["1", "Ada", "Rome"],
    ["1", "Ada", "Paris"],
    ["3", " Dan ", "Oslo"],
    ["4"],
]


def test_whole_records(tmp_path: Path) -> None:
    index = index_source(source_file(tmp_path, ROWS), HEADER)
    assert (len(index), index.header, index.columns) == (6, tuple(HEADER), tuple(HEADER))
    assert index.has_all_columns
    assert index.lines(["1", "Ada", "Paris"]) == (2, 6)
    assert index.lines(["2", "Bob\nand Cyd", "Rome"]) == (3,)
    assert index.lines(["1", "Ada", "Rome"]) == (5,)
    assert index.lines(["4", "", ""]) == index.lines(["4"]) == (8,)
    assert index.lines(["5", "", ""]) == ()
    assert [index.record(line) for line in (2, 3, 5, 8)] == [1, 2, 3, 6]
    assert [index.record(line) for line in (1, 4, 9)] == [None, None, None]


def test_some_columns(tmp_path: Path) -> None:
    index = index_source(source_file(tmp_path, ROWS), ["Name", "Id"])
    assert not index.has_all_columns
    assert index.lines(["Ada", "1"]) == (2, 5, 6)
    assert not index.are_same([1, 3])
    assert index.are_same([1, 4])


def test_white_space_counts_unless_nothing_is_found(tmp_path: Path) -> None:
    index = index_source(source_file(tmp_path, ROWS), HEADER)
    assert index.has(["3", " Dan ", "Oslo"])
    assert not index.has(["3", "Dan", "Oslo"])
    assert index.lines(["3", "Dan", "Oslo"]) == (7,)
    assert index.lines(["2", "Bob and  Cyd", " Rome"]) == (3,)
    key = loose_key_of(["3", "Dan", "Oslo"])
    assert index.records(key) == []
    assert index.records(key, loosely=True) == [5]


def test_records_whose_cells_differ_in_white_space_alone_are_rivals(tmp_path: Path) -> None:
    rows = [*ROWS, ["5", "Eve", "Bonn "], ["6", "Flo", "Bonn"]]
    index = index_source(source_file(tmp_path, rows), ["City"])
    assert index.has_rivals
    # A server that trims makes one of the other.
    assert index.lines(["Bonn"]) == index.lines(["Bonn "]) == (9, 10)
    assert not index.are_same([7, 8])
    assert not index_source(source_file(tmp_path, rows[:-1]), ["City"]).has_rivals
    copies = [*rows[:-1], rows[-2]]
    assert not index_source(source_file(tmp_path, copies), ["City"]).has_rivals
    # Whole records are the same but for that.
    assert not index_source(source_file(tmp_path, rows), HEADER).has_rivals


def test_only_the_records_of_the_upload(tmp_path: Path) -> None:
    source = source_file(tmp_path, ROWS, uploaded=[1, 3, 5, 2])
    index = index_source(source, HEADER)
    assert len(index) == 4
    assert index.lines(["1", "Ada", "Paris"]) == (2,)
    assert index.lines(["4", "", ""]) == ()
    assert [index.record(line) for line in (2, 3, 5, 7)] == [1, 4, 2, 3]
    assert index.record(6) is None


def test_as_its_user_said_that_it_is_read(tmp_path: Path) -> None:
    rows = [["Id", "Name"], ["1", "Zoë; née Müller"]]
    source = source_file(tmp_path, rows, encoding="windows-1252", delimiter=";")
    assert index_source(source, ["Id", "Name"]).lines(rows[1]) == (2,)


def test_a_source_that_is_another_is_not_used(tmp_path: Path) -> None:
    source = source_file(tmp_path, ROWS)
    with pytest.raises(DataError, match="is another file than the one that was sent"):
        index_source(source._replace(sha256="0" * 64), HEADER)
    with pytest.raises(DataError, match=r"Which records of customers\.csv were in part 2"):
        index_source(source._replace(part=2, parts=3), HEADER)
    with pytest.raises(DataError, match="cannot be used"):
        index_source(source._replace(row_map=tmp_path / "none"), HEADER)
    with pytest.raises(DataError, match="has no column “Town”"):
        index_source(source, ["Id", "Town"])
    with pytest.raises(DataError, match="has no column “Id”"):
        index_source(source, ["Id", "Id"])
    source.path.unlink()
    with pytest.raises(DataError, match="There is no file"):
        index_source(source, HEADER)


def test_some_lines_are_read_as_they_are(tmp_path: Path) -> None:
    source = source_file(tmp_path, ROWS)
    assert read_header(source) == tuple(HEADER)
    assert read_lines(source, [3, 7]) == {3: ROWS[2], 7: ROWS[5]}
    assert read_lines(source, [4, 99]) == read_lines(source, []) == {}


def test_columns_with_one_name_are_two(tmp_path: Path) -> None:
    index = index_source(source_file(tmp_path, [["A", "A"], ["1", "2"], ["2", "1"]]), ["A", "A"])
    assert index.lines(["2", "1"]) == (3,)


CELLS = st.lists(st.text(st.sampled_from("a \0"), max_size=3), min_size=1, max_size=3)


@given(CELLS, CELLS)
def test_other_cells_have_another_key(one: list[str], other: list[str]) -> None:
    def meant(row: list[str]) -> list[str]:
        return list(itertools.dropwhile(lambda cell: not cell, reversed(row)))

    assert (key_of(one) == key_of(other)) == (meant(one) == meant(other))


@given(st.lists(st.integers(0, 7) | st.integers(0, 2**64 - 1)))
def test_a_table(keys: list[int]) -> None:
    table = HashTable()
    for number, key in enumerate(keys):
        table.add(key, number)
    assert len(table) == len(keys)
    expected = {key: [at for at, each in enumerate(keys) if each == key] for key in keys}
    assert {key: list(numbers) for key, numbers in table.groups()} == expected
    for key in (*keys, 5):
        assert list(table.of(key)) == expected.get(key, [])


@given(
    st.lists(st.lists(cells, min_size=2, max_size=2), min_size=1, max_size=8),
    st.sampled_from([["A", "B"], ["B"], ["B", "A"]]),
)
def test_each_record_is_found_where_it_is(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], columns: list[str]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    table = [["A", "B"], *rows]
    index = index_source(source_file(folder, table), columns)
    picked = [[row["AB".index(name)] for name in columns] for row in rows]
    # Of some columns alone, cells that differ in white space are told apart by nothing.
    seen = [tuple(row if len(columns) == 2 else [" ".join(row[0].split())]) for row in picked]
    counts = Counter(seen)
    lines = lines_of(table)
    assert csv_of(table).count("\n") + csv_of(table).count("\r") >= len(rows)
    for line, row, shown in zip(lines, picked, seen, strict=True):
        found = index.lines(row)
        assert line in found
        assert len(found) == counts[shown]
        assert index.record(line) == lines.index(line) + 1
