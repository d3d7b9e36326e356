"""Row maps: what is written is found again, and nothing else is believed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.csv_files import source_of
from zcbulk_tui.data.row_map import RowMap, Runs, RunWriter, sent_records
from zcbulk_tui.errors import DataError


def write(path: Path, lines: list[int]) -> None:
    pieces: list[bytes] = []
    runs = RunWriter(pieces.append)
    for line in lines:
        runs.add(line)
    runs.close()
    path.write_bytes(b"".join(pieces))


@given(st.lists(st.integers(1, 12) | st.integers(1, 2**40)))
def test_the_line_of_each_record_is_found(
    tmp_path_factory: pytest.TempPathFactory, lines: list[int]
) -> None:
    path = tmp_path_factory.getbasetemp() / "lines.csv"
    write(path, lines)
    row_map = RowMap.read(path)
    assert len(row_map) == len(lines)
    assert [row_map.line(record) for record in range(1, len(lines) + 1)] == lines
    assert list(row_map.lines()) == lines
    for record in (0, len(lines) + 1):
        with pytest.raises(IndexError):
            row_map.line(record)


@given(
    st.lists(st.integers(1, 30), unique=True, min_size=1),
    st.integers(0, 30),
    st.lists(st.booleans(), min_size=30, max_size=30),
)
def test_the_record_of_each_line_is_found(
    tmp_path_factory: pytest.TempPathFactory, found: list[int], cut: int, moved: list[bool]
) -> None:
    path = tmp_path_factory.getbasetemp() / "lines.csv"
    lines = sorted(found)[:cut] or sorted(found)
    lines.sort(key=lambda line: moved[line - 1])
    write(path, lines)
    row_map = RowMap.read(path)
    for line in range(32):
        assert row_map.record(line) == (lines.index(line) + 1 if line in lines else None)


def test_runs_in_memory_are_the_same() -> None:
    runs = Runs()
    lines = [2, 3, 4, 6, 9, 10]
    assert [runs.add(line) for line in lines] == [1, 2, 3, 4, 5, 6]
    row_map = RowMap.of_whole(runs)
    assert len(row_map) == 6
    assert [row_map.line(record) for record in range(1, 7)] == lines
    assert [row_map.record(line) for line in (1, 2, 5, 10, 11)] == [None, 1, None, 6, None]


@pytest.mark.parametrize(("lines", "in_order"), [([], True), ([2, 3, 9], True), ([3, 9, 2], False)])
def test_records_that_were_moved_are_not_in_order(
    tmp_path: Path, lines: list[int], in_order: bool
) -> None:
    write(tmp_path / "a", lines)
    assert RowMap.read(tmp_path / "a").is_in_order is in_order


def test_lines_one_after_the_other_are_one_run(tmp_path: Path) -> None:
    write(tmp_path / "a", [2, 3, 4, 6, 7, 3])
    assert (tmp_path / "a").read_text() == "record,line,records\n1,2,3\n4,6,2\n6,3,1\n"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"record,line\n",
        b"record,line,records\n2,2,1\n",
        b"record,line,records\n1,2,1\n3,3,1\n",
        b"record,line,records\n1,0,1\n",
        b"record,line,records\n1,2,0\n",
        b"record,line,records\n1,2,-1\n",
        b"record,line,records\n1,2\n",
        b"record,line,records\n1,2,3,4\n",
        b"record,line,records\n1,x,3\n",
        b"record,line,records\n1,99999999999999999999999,3\n",
        b"record,line,records\n1,2,\xff\n",
        b"\0",
    ],
)
def test_what_is_no_row_map_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(DataError, match="cannot be used"):
        RowMap.read(tmp_path / "a")


def test_a_missing_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be used"):
        RowMap.read(tmp_path / "a")


@pytest.mark.parametrize("lines", [[1], [3], [2, 7], [9], [2**40]])
def test_a_row_map_of_another_file_is_refused(tmp_path: Path, lines: list[int]) -> None:
    source = source_of(tmp_path, 'Name\n"two\nlines"\nAda\nBob\nCyd\n')
    write(tmp_path / "lines", lines)
    with pytest.raises(DataError, match="cannot be made out"):
        sent_records(source, [RowMap.read(tmp_path / "lines")])


def test_sent_records_are_those_of_all_maps(tmp_path: Path) -> None:
    source = source_of(tmp_path, 'Name\n"two\nlines"\nAda\nBob\nCyd\n')
    maps = []
    for number, lines in enumerate([[5, 2], [4]]):
        write(tmp_path / f"{number}", lines)
        maps.append(RowMap.read(tmp_path / f"{number}"))
    assert list(sent_records(source, maps)) == [1, 2, 3]
    assert list(sent_records(source, [])) == []
