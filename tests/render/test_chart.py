"""Charts: columns hold what was read, their cells add up, nothing that failed is lost."""

from datetime import timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.drawn import text
from tests.render.histories import histories, history, read
from tests.support.jobs import NOW
from zcbulk_tui.domain.records import History
from zcbulk_tui.render.chart import counts_chart, fill, grid, labels, rate_chart, rates, stack
from zcbulk_tui.render.glyphs import ASCII, UNICODE, Glyphs
from zcbulk_tui.render.span import Look, line_width, width
from zcbulk_tui.render.timeline import timeline

SETS = pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
UTC1 = timezone(timedelta(hours=1))


@SETS
def test_every_character_of_a_chart_takes_one_cell(glyphs: Glyphs) -> None:
    of_axes = [glyphs.side, glyphs.corner, glyphs.tick, glyphs.notch, glyphs.here]
    for character in [*glyphs.levels, *of_axes]:
        assert len(character) == width(character) == 1
        assert character.isascii() is (glyphs is ASCII)
    assert glyphs.tick != glyphs.rule
    assert glyphs.here not in (glyphs.rule, glyphs.notch)
    assert glyphs.levels[-1] == glyphs.success
    assert glyphs.failed not in glyphs.levels


@given(
    st.integers(0, 10**12),
    st.integers(0, 10**12),
    st.integers(0, 10**12),
    st.integers(1, 30),
    st.sampled_from([UNICODE, ASCII]),
)
def test_the_cells_of_a_column_add_up(
    success: int, failed: int, left: int, height: int, glyphs: Glyphs
) -> None:
    most = max(success + failed + left, 1)
    cells = stack(success, failed, most, height, glyphs)
    looks = [cell.look for cell in cells]
    lost, gone_in = looks.count(Look.FAILED), looks.count(Look.SUCCESS)
    assert len(cells) == height
    assert lost + gone_in + sum(cell.text == " " for cell in cells) == height
    assert bool(lost) is bool(failed), "failed records are seen, and only these"
    if height > 1:
        assert bool(gone_in) is bool(success)
    if not left and success + failed:
        assert cells[-1].text != " ", "all of it reaches the top"
    if left and height > 2 and not failed:
        assert cells[-1].text != glyphs.success, "less does not"
    assert abs(lost - failed * height / most) < 2, "one for the other part, one for what is left"


@given(st.floats(0, 1e6), st.floats(0.1, 1e6), st.integers(1, 9))
def test_a_rate_that_is_not_zero_is_seen(rate: float, most: float, height: int) -> None:
    cells = fill(min(rate, most), most, height, UNICODE.levels, Look.RUNNING)
    assert len(cells) == height
    assert (cells[0].text == " ") is (not rate)


@given(histories(), st.integers(1, 60), st.integers(1, 9), st.sampled_from([UNICODE, ASCII]))
def test_any_history_makes_charts_of_one_size(
    of: History, cells: int, height: int, glyphs: Glyphs
) -> None:
    line = timeline(of)
    on = grid(line.moments, cells)
    columns = on.columns(line.moments)
    assert len(columns) <= cells
    means = rates(line, columns)
    assert all(mean is None or mean >= 0 for mean in means)
    drawn = counts_chart(line, columns, height, glyphs)
    speed = rate_chart(means, max((mean or 0 for mean in means), default=0), height, glyphs)
    assert [line_width(row) for row in [*drawn, *speed]] == [len(columns)] * 2 * height


@given(histories(), st.integers(1, 60))
def test_every_reading_is_in_one_column_and_it_is_where_its_moment_is(
    of: History, cells: int
) -> None:
    line = timeline(of)
    on = grid(line.moments, cells)
    found = []
    for number, column in enumerate(on.columns(line.moments)):
        for index in range(column.first, column.last + 1):
            assert on.column(line.moments[index]) == number
            found.append(index)
    assert found == list(range(len(of.readings)))


def rows(of: History, cells: int, height: int) -> list[str]:
    line = timeline(of)
    columns = grid(line.moments, cells).columns(line.moments)
    return [text(row) for row in counts_chart(line, columns, height, ASCII)]


def test_a_column_without_a_reading_holds_the_last_one() -> None:
    of = history(read(0, 500), read(60, 750), read(100, 1000))
    columns = grid(timeline(of).moments, 10).columns(timeline(of).moments)
    assert [column.is_read for column in columns] == [True, *[False] * 5, True, *[False] * 2, True]
    assert rows(of, 10, 4) == ["         #", "      ####", "##########", "##########"]


def test_the_rate_between_two_readings_is_shown_for_all_the_time_between_them() -> None:
    line = timeline(history(read(0, 0), read(60, 600), read(90, 660), read(100, 700)))
    columns = grid(line.moments, 10).columns(line.moments)
    assert rates(line, columns) == [None, *[10.0] * 6, 2.0, 2.0, pytest.approx(100 / 40)]


def test_failed_records_stand_on_top_and_differ_without_colour() -> None:
    of = history(read(0, 500), read(50, 500, 1), read(100, 500, 500))
    assert rows(of, 3, 4) == ["  x", " |x", "###", "###"], "a trace where they are few"


def test_without_a_total_the_most_that_was_seen_is_the_top() -> None:
    of = history(read(0, 30, 0, None), read(50, 40, 20, None))
    assert timeline(of).most == 60
    assert rows(of, 2, 3) == [" x", ".#", "##"]


@pytest.mark.parametrize("total", [None, 0])
def test_nothing_to_draw_is_drawn_as_nothing(total: int | None) -> None:
    of = history(read(0, None, None, total), read(50, 0, 0, total))
    assert rows(of, 4, 2) == ["    ", "    "]


def test_readings_of_one_moment_share_the_first_column() -> None:
    of = history(read(0, 100), read(0, 1000))
    assert rows(of, 5, 2) == ["#", "#"]


@pytest.mark.parametrize(
    ("seconds", "cells", "expected"),
    [
        (0, 40, [(0, "11:30:00")]),
        (40, 80, [(0, "11:30:00"), (20, "11:30:10"), (40, "11:30:20"), (60, "11:30:30")]),
        (3600, 60, [(0, "11:30"), (15, "11:45"), (30, "12:00"), (45, "12:15")]),
        (86400, 60, [(0, "11 Mar 11:30"), (16, "18:00"), (31, "12 Mar 00:00"), (46, "06:00")]),
        (5 * 86400, 50, [(0, "11 Mar 11:30"), (15, "13 Mar"), (35, "15 Mar")]),
        (100, 5, [(0, "11:30")]),
    ],
    ids=["a moment", "seconds", "an hour", "a day", "days", "narrow"],
)
def test_round_local_times_are_written_below(
    seconds: float, cells: int, expected: list[tuple[int, str]]
) -> None:
    on = grid((0.0, seconds), cells)
    assert [tuple(label) for label in labels(NOW, on, UTC1)] == expected


@given(st.floats(0, 1e8), st.integers(1, 200))
def test_times_do_not_run_into_each_other(seconds: float, cells: int) -> None:
    found = labels(NOW, grid((0.0, seconds), cells), UTC1)
    assert found[0].column == 0
    for one, next_one in pairwise(found):
        assert one.column + len(one.text) < next_one.column
    for label in found[1:]:
        assert label.column + len(label.text) <= cells
