"""The table of failed records: every line fits, and what matters is in view."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.drawn import text
from zcbulk_tui.domain.failures import FailedRow, FailureGroup
from zcbulk_tui.render import failed_rows
from zcbulk_tui.render.cells import cell
from zcbulk_tui.render.glyphs import ASCII, UNICODE
from zcbulk_tui.render.span import line_width, width

NAMES = ("Article", "Warehouse", "Quantity", "Notes")


def row(
    *cells: str, lines: tuple[int, ...] = (1_234,), reason: str = "Enter a number"
) -> FailedRow:
    return FailedRow(7, reason, cells or ("A-1", "Köln", "3 pcs", "x" * 400), lines)


def test_a_record_stands_below_the_titles() -> None:
    of = failed_rows.columns(NAMES, [row()], 100)
    title = text(failed_rows.title(of, 0, 2, 100, UNICODE))
    line = text(failed_rows.row_line(row(), of, 0, 100))
    assert title.index("Article") == line.index("A-1")
    assert title.index("Warehouse") == line.index("Köln")
    assert title.index(f"{UNICODE.cursor}Quantity") == line.index("3 pcs")
    assert line.startswith(" Enter a number")
    assert "1,234" in line


@given(
    st.lists(st.text(max_size=40), max_size=6).map(tuple),
    st.integers(40, 200),
    st.integers(0, 3),
)
def test_every_line_takes_the_width(cells: tuple[str, ...], wide: int, chosen: int) -> None:
    failed = FailedRow(1, "Why?", cells, ())
    of = failed_rows.columns(NAMES, [failed], wide)
    first = of.first_for(chosen, 0, wide)
    lines = [
        failed_rows.title(of, first, chosen, wide, ASCII),
        failed_rows.row_line(failed, of, first, wide, {chosen}),
        failed_rows.row_line(None, of, first, wide),
        *failed_rows.record(failed, NAMES, chosen, {0}, wide, 8, UNICODE),
    ]
    assert {line_width(line) for line in lines} == {wide}
    assert len(lines) <= 3 + 8


def test_the_chosen_column_comes_into_view_and_the_view_stays_else() -> None:
    of = failed_rows.Columns([f"C{at}" for at in range(30)], [10] * 30, 20, 6)
    wide = 80
    assert of.first_for(0, 0, wide) == 0
    assert of.first_for(3, 0, wide) == 0
    moved = of.first_for(20, 0, wide)
    assert 15 < moved <= 20
    assert of.first_for(20, moved, wide) == of.first_for(19, moved, wide) == moved
    assert of.first_for(moved - 1, moved, wide) == moved - 1


@pytest.mark.parametrize(
    ("lines", "short", "said"),
    [
        ((), "–", "its line in the source is not known"),
        ((1_234,), "1,234", "line 1,234 of the source"),
        ((4, 1_234), "4?", "one of the lines 4, 1,234 of the source"),
        (tuple(range(1, 9)), "1?", "one of the lines 1, 2, 3, 4, 5… of the source"),
    ],
)
def test_a_place_is_certain_or_said_to_be_not(
    lines: tuple[int, ...], short: str, said: str
) -> None:
    assert failed_rows.place(row(lines=lines)) == short
    assert failed_rows.where(row(lines=lines)).endswith(said)


def test_the_chosen_cell_is_in_full_and_those_behind_it_follow() -> None:
    drawn = [text(it) for it in failed_rows.record(row(), NAMES, 3, {2}, 60, 10, UNICODE)]
    assert drawn[0].startswith(" Enter a number")
    assert drawn[1].count("x") + drawn[2].count("x") + drawn[3].count("x") > 120
    assert drawn[4].startswith(" Article")
    assert drawn[6].startswith(f"{UNICODE.trouble}Quantity")


def test_two_columns_where_there_is_room() -> None:
    narrow = failed_rows.record(row(), NAMES, 0, (), 80, 10, UNICODE)
    wide = failed_rows.record(row(), NAMES, 0, (), 120, 10, UNICODE)
    assert len(wide) == len(narrow) - 1


def test_samples_show_what_the_group_concerns() -> None:
    group = FailureGroup("Enter a number", ("Quantity",), 9, (row(), row(lines=())))
    first, second = (text(it) for it in failed_rows.samples(group, NAMES, 80, 5))
    assert "line 1,234" in first
    assert "Quantity 3 pcs" in first
    assert "Köln" not in first
    assert "record 7" in second
    unnamed = FailureGroup("Batch failed", (), 9, (row(),))
    assert "Warehouse Köln" in text(failed_rows.samples(unnamed, NAMES, 80, 5)[0])


@given(st.text(max_size=300), st.integers(1, 40), st.integers(1, 4))
def test_a_long_value_is_broken_and_loses_nothing_but_its_end(
    value: str, cells: int, lines: int
) -> None:
    safe = cell(value)
    parts = failed_rows.wrap_value(safe, cells, lines)
    assert 1 <= len(parts) <= lines
    assert all(width(part) <= max(cells, 2) for part in parts)
    if len(parts) < lines:
        assert "".join(parts) == safe


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("", ""),
        ("abc", "abc"),
        (" abc", "␣abc"),
        ("abc \t", "abc␣␣"),
        ("    abc", "␣␣␣abc"),
        ("  ", "␣␣"),
        ("a\nb", "a b"),
        ("a\x1b[2Jb", "a\N{REPLACEMENT CHARACTER}[2Jb"),
    ],
)
def test_a_cell_shows_what_cannot_be_seen(value: str, shown: str) -> None:
    assert cell(value) == shown
