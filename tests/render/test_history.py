"""The page of a history: it fits, keeps its lines where they are, and tells what was read."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.drawn import text
from tests.render.histories import event, histories, history, read, start
from tests.render.strategies import moments
from tests.support.jobs import NOW, watched
from tests.support.text import HOSTILE, is_one_safe_line
from zcbulk_tui.domain.job import Counts, JobReading, JobState
from zcbulk_tui.domain.records import EventKind, History
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.render.glyphs import ASCII, UNICODE, Glyphs
from zcbulk_tui.render.history import Page, failure
from zcbulk_tui.render.span import Span, line_width
from zcbulk_tui.render.timeline import timeline

LATER = NOW + timedelta(seconds=130)

OF = history(
    read(0, 0, state=JobState.READY),
    read(20, 200),
    read(60, 500, 10),
    read(120, 700, 50),
    events=(
        event(-10, "Added by anna@jump1", EventKind.ADDED),
        event(20, "Ready, then running", EventKind.STATE),
        event(60, "Failed records: 10"),
        event(90, "eager", EventKind.PACE),
    ),
    commands=(start(5),),
)

KEYS = (Span(" q "), Span("close "))
"""The line at the foot."""


def page(
    of: History = OF, cursor: int = 3, width: int = 80, height: int = 24, glyphs: Glyphs = UNICODE
) -> list[str]:
    """The page, line by line."""
    return [
        text(line)
        for line in Page(timeline(of), glyphs, width, height, KEYS, UTC).lines(cursor, LATER)
    ]


def line_with(lines: list[str], words: str) -> str:
    (found,) = [line for line in lines if words in line]
    return found.strip()


def column_of(lines: list[str], glyph: str) -> int:
    (found,) = [line.index(glyph) for line in lines if glyph in line]
    return found


@given(histories(), moments, st.integers(1, 140), st.integers(1, 45), st.data())
def test_any_history_fits_any_page(
    of: History, now: datetime, width: int, height: int, data: st.DataObject
) -> None:
    line = timeline(of)
    cursor = data.draw(st.integers(0, line.last)) if of.readings else -1
    glyphs = data.draw(st.sampled_from([UNICODE, ASCII]))
    lines = Page(line, glyphs, width, height, KEYS, UTC).lines(cursor, now)
    assert [line_width(one) for one in lines] == [width] * height
    assert all(is_one_safe_line(text(one)) for one in lines)


@pytest.mark.parametrize(("width", "height"), [(120, 40), (80, 24), (60, 15)])
def test_all_parts_are_there(width: int, height: int) -> None:
    lines = page(width=width, height=height)
    for part in ("Employees", "1,000 │", "0 └", "10/s │", "10:30:00", UNICODE.here):
        assert line_with(lines, part)
    for part in ("10:32:00", "700", "50", "250", "4.0/s", "3000", "running", "“in_progress”"):
        assert any(part in line for line in lines[height // 2 :]), part
    assert "close" in lines[-1]


def test_the_reading_under_the_cursor_in_detail() -> None:
    lines = page(cursor=2)
    assert line_with(lines, "3 of 4") == (
        "3 of 4  10:31:00 · 1m ago  ▶ running “in_progress”  code 3000"
    )
    said = " ".join(line_with(lines, "success").split())
    assert said == "total 1,000 success 500 failed 10 left 490 7.8/s"
    assert "since the one before" in line_with(page(cursor=2, width=120), "success")


def test_what_was_not_told_is_a_dash() -> None:
    of = history(JobReading(JobState.UNKNOWN, "Odd", Counts(), NOW))
    lines = page(of, 0)
    assert line_with(lines, "“Odd”").endswith("? unknown “Odd”  no code")
    said = " ".join(line_with(lines, "success").split())
    assert said.startswith("total – success – failed – left – –/s")


def test_the_digits_of_large_counts_are_all_there() -> None:
    of = history(read(0, 12_345_678, 9, 98_765_432))
    assert "success 12,345,678 " in line_with(page(of, 0, width=100), "success")


def test_no_count_is_cut_where_more_are_left_than_any_total_tells() -> None:
    of = history(JobReading(JobState.IN_PROGRESS, "x", Counts(None, 5, 0, 123_456), NOW))
    assert "left 123,456 " in line_with(page(of, 0), "success")


def test_only_the_lines_of_the_cursor_differ_from_reading_to_reading() -> None:
    one, two = page(cursor=2), page(cursor=3)
    differing = [y for y in range(24) if one[y] != two[y]]
    here = next(y for y in range(24) if UNICODE.here in one[y])
    assert differing[0] == here
    assert all(y == here or y > here + 2 for y in differing)


def test_the_cursor_stands_below_its_reading() -> None:
    lines = page(cursor=0), page(cursor=2), page(cursor=3)
    left, middle, right = (column_of(one, UNICODE.here) for one in lines)
    ticks = line_with(lines[0], "0 └")
    begin = column_of(lines[0], "└┴") + 1
    assert (left, right) == (begin, 78)
    assert middle == begin + (right + 1 - begin) // 2
    assert ticks.count(UNICODE.tick) == 4


def test_several_readings_in_a_column_are_stepped_through_one_by_one() -> None:
    of = history(*[read(at, at) for at in range(300)])
    lines = [page(of, cursor) for cursor in (298, 299)]
    assert column_of(lines[0], UNICODE.here) == column_of(lines[1], UNICODE.here)
    assert line_with(lines[0], "299 of 300") != line_with(lines[1], "300 of 300")


def test_what_happened_since_the_reading_before_is_marked() -> None:
    marked = [line for line in page(cursor=1, width=100, height=40) if line.startswith("▌")]
    assert [line.split(maxsplit=1)[1].strip() for line in marked] == [
        "10:30:05  Start by anna@jump1: accepted. “Job started”",
        "10:30:20  Ready, then running",
    ]


@pytest.mark.parametrize("cursor", range(4))
def test_what_is_marked_is_in_view_where_there_is_little_room(cursor: int) -> None:
    lines = page(cursor=cursor, height=15)
    assert any(line.startswith("▌") for line in lines), "something happened before each of these"
    assert len([line for line in lines[-3:-1] if "10:" in line]) == 2, "and the room is used"


def test_marks_stand_below_the_time_of_what_happened() -> None:
    lines = page(width=90)
    times = next(y for y, line in enumerate(lines) if "10:30:00" in line and "└" not in line)
    marks, begin = lines[times + 1], lines[times].index("10:30:00")
    # 78 columns for 120 seconds; what happened before the first reading is at the edge.
    cells = 90 - begin - 1
    assert {marks.index(mark) - begin for mark in "·S*!"} == {
        0,
        5 * cells // 120,
        20 * cells // 120,
        60 * cells // 120,
    }
    assert marks.rstrip().endswith("·"), "a change of the pace"


def test_the_heaviest_mark_of_a_column_is_shown() -> None:
    of = history(
        read(0, 0),
        read(1000, 9),
        events=(
            event(500, "x", EventKind.STATE),
            event(500, "x"),
            event(500, "x", EventKind.ADDED),
        ),
    )
    lines = page(of, 0, height=15)
    assert any(line.strip() == "!" for line in lines)
    assert not any(line.strip() in ("*", "·") for line in lines)


def test_a_pace_is_said_to_be_one() -> None:
    assert line_with(page(height=40), "Pace").endswith("10:31:30  Pace: eager")


@pytest.mark.parametrize("height", [15, 24])
def test_without_a_reading_it_says_so(height: int) -> None:
    of = history(events=(event(0, "Added by anna@jump1", EventKind.ADDED),))
    lines = page(of, -1, height=height)
    assert line_with(lines, "Not read yet.") == "Not read yet."
    assert line_with(lines, "Added by anna@jump1")


def test_one_reading_is_a_chart_of_one_column() -> None:
    lines = page(history(read(0, 1_000)), 0)
    assert line_with(lines, "1 of 1 ")
    top, bottom = (next(y for y in range(24) if part in lines[y]) for part in ("1,000 │", "0 └"))
    assert all(line.rstrip().endswith("│█") for line in lines[top:bottom])
    assert lines[bottom].rstrip().endswith("└┴")


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_does_no_harm(kind: str) -> None:
    safe = one_line(HOSTILE[kind], 60)
    of = history(
        JobReading(JobState.UNKNOWN, HOSTILE[kind], Counts(), NOW),
        events=(event(0, HOSTILE[kind]),),
        commands=(start(0, HOSTILE[kind]),),
    )
    assert all(map(is_one_safe_line, page(of, 0)))
    for line in failure(watched(label=safe), HOSTILE[kind], UNICODE, 80, 24, KEYS):
        assert is_one_safe_line(text(line))


def test_in_ascii_the_charts_are_ascii() -> None:
    lines = page(glyphs=ASCII)
    below = next(y for y, line in enumerate(lines) if ASCII.here in line)
    assert all(line.isascii() for line in lines[: below + 3])
    assert any(ASCII.trace in line.split("|", 1)[1] for line in lines[2:7]), "few have failed"
    assert any("#" in line for line in lines[2:below])


@given(st.text(max_size=300), st.integers(1, 120), st.integers(1, 40), st.booleans())
def test_a_reason_fits_any_page(said: str, width: int, height: int, known: bool) -> None:
    job = watched() if known else None
    lines = failure(job, said, UNICODE, width, height, KEYS)
    assert [line_width(line) for line in lines] == [width] * height
    assert all(is_one_safe_line(text(line)) for line in lines)
