"""The bar: what was read stands still and can be seen, and the parts fill it exactly."""

from typing import NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.render.strategies import MOST_RECORDS, any_counts, known_counts
from zcbulk_tui.domain.job import Counts
from zcbulk_tui.render.bar import Cells, bar, layout
from zcbulk_tui.render.glyphs import ASCII, UNICODE, Glyphs
from zcbulk_tui.render.span import Line, Look, line_width

WIDTHS = st.integers(4, 200)
ESTIMATES = st.just(0) | st.integers(0, MOST_RECORDS)
SETS = pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])


class Records(NamedTuple):
    """The parts of a bar, in records; together they are no more than the total."""

    success: int
    failed: int
    estimate: int
    total: int


@st.composite
def records(draw: st.DrawFn) -> Records:
    total = draw(st.integers(1, 50) | st.integers(1, MOST_RECORDS))
    parts = [0, 0, 0]
    for place in range(3):
        rest = total - sum(parts)
        parts[place] = draw(st.just(0) | st.just(rest) | st.integers(0, rest))
    success, failed, estimate = parts
    return Records(success, failed, estimate, total)


@given(records(), WIDTHS)
def test_the_cells_add_up_to_the_width(of: Records, width: int) -> None:
    cells = layout(*of, width)
    assert sum(cells) == width
    assert min(cells) >= 0


@given(records(), WIDTHS)
def test_what_was_read_and_what_is_left_is_seen_and_nothing_else(of: Records, width: int) -> None:
    cells = layout(*of, width)
    assert bool(cells.success) is bool(of.success)
    assert bool(cells.failed + cells.trace) is bool(of.failed)
    assert bool(cells.estimate) <= bool(of.estimate)
    if of.success + of.failed + of.estimate < of.total:
        assert cells.left


@given(records(), WIDTHS)
def test_a_bar_is_full_only_when_all_is_processed(of: Records, width: int) -> None:
    cells = layout(*of, width)
    measured = cells.success + cells.failed + cells.trace
    assert (measured == width) is (of.success + of.failed == of.total)


@given(records(), WIDTHS, st.data())
def test_what_was_read_stands_still_whatever_is_estimated(
    of: Records, width: int, data: st.DataObject
) -> None:
    other = data.draw(st.integers(0, of.total - of.success - of.failed))
    one, another = layout(*of, width), layout(of.success, of.failed, other, of.total, width)
    assert one[:3] == another[:3]
    assert (one.estimate <= another.estimate) is (
        of.estimate <= other or one.estimate == another.estimate
    )


@given(records(), WIDTHS, st.data())
def test_a_bar_never_goes_back(of: Records, width: int, data: st.DataObject) -> None:
    more = data.draw(st.integers(0, of.total - of.success - of.failed))
    before = layout(of.success, of.failed, 0, of.total, width)
    after = layout(of.success + more, of.failed, 0, of.total, width)
    if of.success or not more or not of.failed:
        assert before.success <= after.success
    assert sum(before[:3]) <= sum(after[:3])
    if of.success or not more:  # the first of those that went in may take a cell
        assert before.failed <= after.failed


@given(records(), WIDTHS)
def test_a_trace_stands_for_failures_of_less_than_half_a_cell(of: Records, width: int) -> None:
    cells = layout(*of, width)
    assert bool(cells.trace) is (0 < 2 * of.failed * width < of.total)
    assert cells.trace <= 1


@given(records(), WIDTHS)
@example(Records(1, 23_620, 0, 26_984), 4)
def test_each_part_is_near_its_share(of: Records, width: int) -> None:
    cells = layout(*of, width)
    share = of.failed * width / of.total
    # What went in and what is left can be seen, at the cost of a cell each.
    assert -2 < cells.failed - share <= 0.5 + 1e-6
    read = (of.success + of.failed) * width / of.total
    assert -1 - 1e-6 <= sum(cells[:3]) - read <= 2


@pytest.mark.parametrize(
    ("of", "width", "expected"),
    [
        (Records(0, 0, 0, 5), 10, Cells(0, 0, 0, 0, 10)),
        (Records(50, 0, 0, 100), 10, Cells(5, 0, 0, 0, 5)),
        (Records(99, 0, 1, 100), 10, Cells(9, 0, 0, 1, 0)),
        (Records(999_999, 0, 0, 1_000_000), 10, Cells(9, 0, 0, 0, 1)),
        (Records(1, 1, 0, 1_000), 10, Cells(1, 0, 1, 0, 8)),
        (Records(0, 1, 0, 1_000), 10, Cells(0, 0, 1, 0, 9)),
        (Records(0, 1_000, 0, 1_000), 10, Cells(0, 10, 0, 0, 0)),
        (Records(999_999, 1, 0, 1_000_000), 20, Cells(19, 0, 1, 0, 0)),
        (Records(34, 33, 33, 100), 10, Cells(3, 3, 0, 4, 0)),
        (Records(50, 0, 9, 100), 10, Cells(5, 0, 0, 0, 5)),
        (Records(1, 1, 1, 1_000), 4, Cells(1, 0, 1, 0, 2)),
    ],
)
def test_examples(of: Records, width: int, expected: Cells) -> None:
    assert layout(*of, width) == expected


def text(line: Line | None) -> str:
    assert line is not None
    return "".join(span.text for span in line)


@SETS
@given(counts=any_counts(), estimate=ESTIMATES, width=WIDTHS)
def test_a_bar_is_as_wide_as_asked(
    glyphs: Glyphs, counts: Counts, estimate: int, width: int
) -> None:
    line = bar(counts, estimate, width, glyphs)
    assert line is None or line_width(line) == width


@given(any_counts(), ESTIMATES, WIDTHS)
def test_there_is_a_bar_exactly_when_the_counts_tell(
    counts: Counts, estimate: int, width: int
) -> None:
    tells = bool(counts.total) and None not in (counts.success, counts.failed, counts.left)
    assert (bar(counts, estimate, width, UNICODE) is not None) is tells


@pytest.mark.parametrize(
    "counts",
    [
        pytest.param(Counts(), id="nothing"),
        pytest.param(Counts(0, 0, 0, 0), id="no records"),
        pytest.param(Counts(None, 5, 0, 5), id="no total"),
        pytest.param(Counts(10, None, 0, 5), id="no successes"),
        pytest.param(Counts(10, 5, None, 5), id="no failures"),
    ],
)
def test_no_bar_without_counts(counts: Counts) -> None:
    assert bar(counts, 0, 20, UNICODE) is None


@SETS
@given(counts=known_counts(st.integers(1, MOST_RECORDS)), estimate=ESTIMATES, width=WIDTHS)
def test_every_part_is_told_by_glyph_and_by_look(
    glyphs: Glyphs, counts: Counts, estimate: int, width: int
) -> None:
    look_of = {
        glyphs.success: Look.SUCCESS,
        glyphs.failed: Look.FAILED,
        glyphs.trace: Look.FAILED,
        glyphs.estimate: Look.ESTIMATE,
        glyphs.left: Look.LEFT,
    }
    line = bar(counts, estimate, width, glyphs)
    assert line is not None
    shown = [span.text[0] for span in line]
    assert shown == [glyph for glyph in look_of if glyph in shown], "each once, in this order"
    assert all(set(span.text) == {span.text[0]} for span in line)
    assert all(look_of[span.text[0]] is span.look for span in line)
    assert not {glyphs.failed, glyphs.trace} <= set(shown), "one or the other"


@given(known_counts(st.integers(1, MOST_RECORDS)), WIDTHS)
def test_an_estimate_never_takes_more_than_what_is_left(counts: Counts, width: int) -> None:
    assert counts.left is not None
    boundless = bar(counts, 10 * MOST_RECORDS, width, UNICODE)
    assert boundless == bar(counts, counts.left, width, UNICODE)


@given(known_counts(st.integers(1, MOST_RECORDS)), WIDTHS)
def test_all_cells_are_measured_when_nothing_is_estimated(counts: Counts, width: int) -> None:
    assert UNICODE.estimate not in text(bar(counts, 0, width, UNICODE))


@pytest.mark.parametrize(
    ("counts", "estimate", "expected"),
    [
        (Counts(100, 60, 0, 40), 0, "######...."),
        (Counts(100, 60, 0, 40), 20, "######==.."),
        (Counts(100, 50, 10, 40), 20, "#####x==.."),
        (Counts(100, 100, 0, 0), 50, "##########"),
        (Counts(1_000_000, 1, 1, 999_998), 1, "#|........"),
        (Counts(1_000_000, 500_000, 1, 499_999), 300_000, "####|===.."),
        pytest.param(Counts(100, 40, 0, 30), 0, "####......", id="adds up to less than the total"),
        pytest.param(Counts(100, 40, 0), 0, "####......", id="the rest is not told"),
    ],
)
def test_pictures(counts: Counts, estimate: int, expected: str) -> None:
    assert text(bar(counts, estimate, 10, ASCII)) == expected
