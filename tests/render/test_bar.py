"""The bar: every part that is there can be seen, and together they fill it exactly."""

from itertools import pairwise

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tests.render.strategies import MOST_RECORDS, any_counts, known_counts
from zcbulk_tui.domain.job import Counts
from zcbulk_tui.render.bar import bar, cells
from zcbulk_tui.render.glyphs import ASCII, UNICODE, Glyphs
from zcbulk_tui.render.span import Line, Look, line_width

PART_SIZES = st.just(0) | st.integers(0, 20) | st.integers(0, MOST_RECORDS)
PARTS = st.lists(PART_SIZES, min_size=4, max_size=4).filter(any)
WIDTHS = st.integers(4, 200)
ESTIMATES = st.just(0) | st.integers(0, MOST_RECORDS)
SETS = pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])


@given(PARTS, WIDTHS)
def test_the_cells_add_up_to_the_width(parts: list[int], width: int) -> None:
    assert sum(cells(parts, width)) == width


@given(PARTS, WIDTHS)
@example([1, 1, 1, MOST_RECORDS], 4)
def test_what_is_there_is_seen_and_what_is_not_is_not(parts: list[int], width: int) -> None:
    for part, given_cells in zip(parts, cells(parts, width), strict=True):
        assert (given_cells >= 1) if part else (given_cells == 0)


@given(PARTS, WIDTHS)
def test_each_part_is_within_a_cell_of_its_share(parts: list[int], width: int) -> None:
    # A part below one cell is drawn as one, at the cost of the others.
    shares = [part * width / sum(parts) for part in parts]
    assume(all(share >= 1 for share, part in zip(shares, parts, strict=True) if part))
    for share, given_cells in zip(shares, cells(parts, width), strict=True):
        assert abs(given_cells - share) < 1 + 1e-6


@given(PARTS, WIDTHS)
def test_the_least_costs_others_no_more_than_it_adds(parts: list[int], width: int) -> None:
    shares = [part * width / sum(parts) for part in parts]
    added = sum(1 - share for share in shares if 0 < share < 1)
    for share, given_cells in zip(shares, cells(parts, width), strict=True):
        assert -1 - added - 1e-6 < given_cells - share < 1 + 1e-6


@given(PARTS, WIDTHS)
def test_a_larger_part_is_never_shorter(parts: list[int], width: int) -> None:
    shown = sorted(zip(parts, cells(parts, width), strict=True))
    for (less, shorter), (more, longer) in pairwise(shown):
        assert less == more or shorter <= longer


@given(PARTS, WIDTHS)
def test_the_same_parts_always_look_the_same(parts: list[int], width: int) -> None:
    assert cells(parts, width) == cells(list(parts), width)


@pytest.mark.parametrize(
    ("parts", "width", "expected"),
    [
        ([1, 0, 0, 0], 10, [10, 0, 0, 0]),
        ([50, 0, 0, 50], 10, [5, 0, 0, 5]),
        ([1, 1, 1, 997], 10, [1, 1, 1, 7]),
        ([1, 1, 1, 997], 4, [1, 1, 1, 1]),
        ([999_999, 1, 0, 0], 20, [19, 1, 0, 0]),
        ([34, 33, 33, 0], 10, [4, 3, 3, 0]),
        ([25, 25, 0, 50], 6, [2, 1, 0, 3]),
    ],
)
def test_examples(parts: list[int], width: int, expected: list[int]) -> None:
    assert cells(parts, width) == expected


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
    glyph_of = {
        Look.SUCCESS: glyphs.success,
        Look.FAILED: glyphs.failed,
        Look.ESTIMATE: glyphs.estimate,
        Look.LEFT: glyphs.left,
    }
    line = bar(counts, estimate, width, glyphs)
    assert line is not None
    shown = [span.look for span in line]
    assert shown == [look for look in glyph_of if look in shown], "each once, in this order"
    assert all(set(span.text) == {glyph_of[span.look]} for span in line)
    assert (Look.SUCCESS in shown) is bool(counts.success)
    assert (Look.FAILED in shown) is bool(counts.failed)
    assert (Look.ESTIMATE in shown) is bool(min(estimate, counts.left or 0))


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
        (Counts(1_000_000, 1, 1, 999_998), 1, "#x=......."),
        pytest.param(Counts(100, 40, 0, 30), 0, "####......", id="adds up to less than the total"),
        pytest.param(Counts(100, 40, 0), 0, "####......", id="the rest is not told"),
    ],
)
def test_pictures(counts: Counts, estimate: int, expected: str) -> None:
    assert text(bar(counts, estimate, 10, ASCII)) == expected
