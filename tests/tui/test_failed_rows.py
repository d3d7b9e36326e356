"""Failed records page by page, and the search in both directions."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.failing import KINDS, Rows
from zcbulk_tui.tui.failed_rows import PAGE, FailedRows, as_csv, last_before

COUNTED_ON, _, QUANTITY = (kind.reason for kind in KINDS[:3])


@pytest.fixture
def source(tmp_path: Path) -> Rows:
    return Rows(10_000, tmp_path)


def test_a_page_is_read_once_and_then_known(source: Rows) -> None:
    rows = FailedRows(source, None)
    assert rows.count == 10_000
    assert rows.missing(PAGE - 5, 10) == [0, 1]
    assert rows.row(PAGE - 1) is None
    for page in rows.missing(PAGE - 5, 10):
        rows.put(page, rows.read(page))
    assert rows.missing(PAGE - 5, 10) == []
    row = rows.row(PAGE)
    assert row is not None
    assert row == source.rows(None, PAGE, 1)[0]


def test_at_the_end_no_page_is_wanted_that_is_not_there(source: Rows) -> None:
    rows = FailedRows(source, QUANTITY)
    assert rows.count == 400
    assert rows.missing(399, 50) == [1]
    rows.put(1, rows.read(1))
    assert rows.row(399) is not None
    assert rows.row(400) is None


def test_of_nothing_no_page_is_wanted(tmp_path: Path) -> None:
    rows = FailedRows(Rows(0, tmp_path), None)
    assert (rows.count, rows.missing(0, 40)) == (0, [])


def test_what_was_read_long_ago_goes(tmp_path: Path) -> None:
    rows = FailedRows(Rows(1_000_000, tmp_path), COUNTED_ON)
    for page in range(100):
        rows.put(page, rows.read(page))
    held = sum(rows.row(page * PAGE) is not None for page in range(100))
    assert held < 30
    assert rows.row(99 * PAGE) is not None


def test_the_search_goes_on_from_the_other_end(source: Rows) -> None:
    rows = FailedRows(source, QUANTITY)
    assert rows.next_match("39 pcs", 0) == 39
    assert rows.next_match("39 pcs", 39) == 139
    assert rows.next_match("39 pcs", 339) == 39
    assert rows.previous_match("39 pcs", 339) == 239
    assert rows.previous_match("39 pcs", 39) == 339
    assert rows.next_match("nowhere", 5) is None
    assert rows.previous_match("nowhere", 5) is None


@given(st.sets(st.integers(0, 300)), st.integers(0, 310))
def test_the_last_match_before_a_place_is_found(matches: set[int], end: int) -> None:
    def find(start: int) -> int | None:
        return min((at for at in matches if at >= start), default=None)

    assert last_before(find, end) == max((at for at in matches if at < end), default=None)


def test_to_look_back_costs_no_more_than_a_look_at_all() -> None:
    looked: list[tuple[int, int]] = []
    matches = set(range(0, 100_000, 500))

    def find(start: int) -> int | None:
        found = min((at for at in matches if at >= start), default=None)
        looked.append((start, found if found is not None else 100_000))
        return found

    assert last_before(find, 90_001) == 90_000
    assert last_before(find, 90_000) == 89_500
    assert sum(end - start for start, end in looked) < 10_000


def test_a_record_is_copied_as_a_line_of_a_csv() -> None:
    assert as_csv(("a", 'b "c"', "d,e", "f\ng")) == 'a,"b ""c""","d,e","f\ng"'
