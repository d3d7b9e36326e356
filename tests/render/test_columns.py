"""The columns at every width."""

import pytest

from zcbulk_tui.render.columns import Columns, columns

SMALLEST = 54
"""The least width in which a short name, a bar and the numbers that always stay find room."""

WIDTHS = range(20, 301)
LEAVING = ("next", "form", "counts", "rate")
"""The columns that leave, the first one first."""


def shown(at: Columns) -> tuple[bool, ...]:
    """Which of the columns that may leave are there."""
    return tuple(getattr(at, name) for name in LEAVING)


def test_the_parts_fill_every_width_that_has_room_for_them() -> None:
    for width in WIDTHS:
        at = columns(width)
        filled = at.names_width + at.bar + at.numbers_width
        assert (width, filled) == (width, max(width, SMALLEST))


def test_a_width_that_is_too_small_gets_what_the_smallest_gets() -> None:
    for width in range(20, SMALLEST):
        assert columns(width) == columns(SMALLEST), width


def test_the_name_and_the_bar_always_stay() -> None:
    for width in WIDTHS:
        at = columns(width)
        assert at.bar >= 8, width
        assert 6 <= at.name <= 18, width


def test_columns_leave_in_the_order_of_the_design() -> None:
    steps: list[tuple[bool, ...]] = []
    for width in reversed(WIDTHS):
        there = shown(columns(width))
        if not steps or there != steps[-1]:
            steps.append(there)
    assert steps == [(False,) * gone + (True,) * (4 - gone) for gone in range(5)]


def test_what_a_width_shows_a_wider_one_shows_too() -> None:
    for width in WIDTHS:
        before, after = columns(width), columns(width + 1)
        assert shown(before) <= shown(after), width
        assert before.name <= after.name, width
        assert shown(before) != shown(after) or before.bar <= after.bar, width


def test_the_bar_gives_way_before_a_column_leaves_and_the_name_last_of_all() -> None:
    for width in WIDTHS:
        at = columns(width)
        assert at.bar >= 20 or not any(shown(at)), width
        assert at.name == 18 or at.bar == 8, width


@pytest.mark.parametrize(
    ("width", "there"),
    [
        (60, set()),
        (80, set()),
        (90, {"rate"}),
        (110, {"rate", "counts"}),
        (120, {"rate", "counts", "form"}),
        (140, {"rate", "counts", "form", "next"}),
    ],
)
def test_examples(width: int, there: set[str]) -> None:
    at = columns(width)
    assert {name for name in LEAVING if getattr(at, name)} == there
