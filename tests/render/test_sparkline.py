"""The rate and the failures of a job in one line each."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.drawn import text
from tests.render.histories import read
from tests.support.properties import histories_of_one_job
from zcbulk_tui.domain.job import JobReading, JobState
from zcbulk_tui.render.glyphs import ASCII, UNICODE, Glyphs
from zcbulk_tui.render.span import Look, line_width
from zcbulk_tui.render.sparkline import failures, rates, sparkline, trail

SIZES = st.integers(1, 50)


@pytest.mark.parametrize(
    "readings",
    [
        [],
        [read(0, 5)],
        [read(0, 5), read(9, 5)],
        [read(0, None), read(9, 5)],
        [read(0, 50), read(9, 5)],
        [read(9, 5), read(9, 50)],
    ],
    ids=["none", "one", "still", "unknown", "anew", "no time"],
)
def test_where_nothing_moved_there_is_no_trail(readings: list[JobReading]) -> None:
    assert trail(readings) is None


def test_the_trail_begins_where_records_begin_to_move() -> None:
    waits = [read(at, 0, state=JobState.READY) for at in (0, 50, 100)]
    found = trail([*waits, read(110, 20), read(120, 30)])
    assert found is not None
    assert found.seconds == 20
    assert found.mean == 1.5
    assert len(found.readings) == 3


def test_each_cell_has_the_mean_of_its_time() -> None:
    found = trail([read(0, 0), read(10, 100), read(20, 100), read(40, 300)])
    assert found is not None
    assert rates(found, 4) == [10, 0, 10, 10]
    assert rates(found, 2) == [5, 10]
    assert rates(found, 1) == [7.5]
    assert rates(found, 8) == [10, 10, 0, 0, 10, 10, 10, 10]


def test_what_is_not_known_is_blank() -> None:
    found = trail([read(0, 0), read(10, 100), read(20, None), read(30, 300), read(40, 301)])
    assert found is not None
    known = rates(found, 4)
    assert known == [10, None, None, pytest.approx(0.1)]
    assert text(sparkline(known, UNICODE, Look.RUNNING)) == "█  ▂"


def test_failures_are_those_at_the_end_of_each_cell() -> None:
    found = trail([read(0, 0), read(10, 90, 10), read(20, 180, 20), read(40, 300, 20)])
    assert found is not None
    assert failures(found, 4) == [10, 20, 20, 20]
    assert failures(found, 8) == [0, 10, 10, 20, 20, 20, 20, 20]


@pytest.mark.parametrize(
    ("glyphs", "drawn"), [(UNICODE, "▁▂▂▅█"), (ASCII, ".:::#")], ids=["unicode", "ascii"]
)
def test_none_some_and_most_are_told_apart(glyphs: Glyphs, drawn: str) -> None:
    line = sparkline([0, 0.001, 1, 6, 10], glyphs, Look.RUNNING)
    assert text(line) == drawn
    assert line[0].look is Look.LEFT


def test_nothing_at_all_is_flat() -> None:
    assert text(sparkline([0, 0, None], UNICODE, Look.FAILED)) == "▁▁ "
    assert sparkline([], UNICODE, Look.FAILED) == ()


@given(histories_of_one_job(), SIZES)
def test_every_trail_fills_its_cells(readings: Sequence[JobReading], cells: int) -> None:
    found = trail(readings)
    if found is None:
        return
    assert found.seconds > 0
    fast = rates(found, cells)
    assert len(fast) == cells
    assert any(rate is not None for rate in fast)
    peak = max(move.records / (move.end - move.begin) for move in found.moves)
    assert all(rate is None or 0 <= rate <= peak * 1.000_001 for rate in fast)
    assert line_width(sparkline(fast, UNICODE, Look.RUNNING)) == cells
    assert len(failures(found, cells)) == cells
