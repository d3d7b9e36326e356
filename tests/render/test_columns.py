"""The columns at every width."""

import pytest

from tests.render.drawn import text
from zcbulk_tui.render.columns import Columns, column_at, columns, shown
from zcbulk_tui.render.glyphs import UNICODE
from zcbulk_tui.render.order import Order, SortBy
from zcbulk_tui.render.row import header

SMALLEST = 57
"""The least width in which a short name, a bar and the numbers that always stay find room."""

WIDTHS = range(20, 301)
LEAVING = ("next", "due", "form", "rate", "done", "words", "failed")
"""The columns that leave, the first one first."""


def leaving(at: Columns) -> tuple[bool, ...]:
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
        there = leaving(columns(width))
        if not steps or there != steps[-1]:
            steps.append(there)
    assert steps == [(False,) * gone + (True,) * (7 - gone) for gone in range(8)]


def test_what_a_width_shows_a_wider_one_shows_too() -> None:
    for width in WIDTHS:
        before, after = columns(width), columns(width + 1)
        assert leaving(before) <= leaving(after), width
        assert leaving(before) != leaving(after) or before.name <= after.name, width
        assert leaving(before) != leaving(after) or before.bar <= after.bar, width


def test_the_bar_gives_way_before_a_column_leaves_and_the_name_last_of_all() -> None:
    for width in WIDTHS:
        at = columns(width)
        assert at.bar >= 18 or not any(leaving(at)[:-1]), width
        assert at.name == 18 or not any(leaving(at)[:-1]), width
        assert at.bar + at.name >= 24 or not at.failed, width


@pytest.mark.parametrize(
    ("width", "there"),
    [
        (60, set()),
        (80, {"failed"}),
        (102, {"failed"}),
        (103, {"failed", "words"}),
        (113, {"failed", "words", "done"}),
        (120, {"failed", "words", "done", "rate"}),
        (134, {"failed", "words", "done", "rate", "form"}),
        (142, {"failed", "words", "done", "rate", "form", "due"}),
        (148, {"failed", "words", "done", "rate", "form", "due", "next"}),
    ],
)
def test_examples(width: int, there: set[str]) -> None:
    at = columns(width)
    assert {name for name in LEAVING if getattr(at, name)} == there


KINDS = pytest.mark.parametrize("profiles", [False, True])
MIXED = pytest.mark.parametrize("mixed", [False, True])


@KINDS
@MIXED
def test_a_list_of_several_profiles_or_environments_fills_every_width(
    profiles: bool, mixed: bool
) -> None:
    least = SMALLEST + (2 if mixed else 0)
    for width in WIDTHS:
        at = columns(width, profiles=profiles, mixed=mixed)
        assert at.names_width + at.bar + at.numbers_width == max(width, least), width
        assert at.bar >= 8 <= at.name + 2, width
        assert at.profile >= (profiles and at.words), width
        assert profiles or not at.profile
        assert at.mixed is mixed, width


def test_what_tells_production_takes_its_cells_from_the_name() -> None:
    for width in range(SMALLEST + 2, 301):
        plain, mixed = columns(width), columns(width, mixed=True)
        if plain.name == 18 == mixed.name + 2:
            assert mixed == plain._replace(name=16, mixed=True), width


@KINDS
@MIXED
@pytest.mark.parametrize("width", [60, 80, 100, 120, 140, 200])
def test_every_title_is_hit_where_it_stands(width: int, profiles: bool, mixed: bool) -> None:
    at = columns(width, profiles=profiles, mixed=mixed)
    titles = header(at, Order(), UNICODE)
    sortable = {column.by: column.title for column in (*at.names, *at.numbers)}
    hit: list[SortBy] = []
    for part in (0, 2):
        line = text(titles[part])
        for x in range(len(line)):
            by = column_at(at, part, x)
            if line[x] != " ":
                assert by is not None
                assert line[x] in sortable[by]
            if by is not None and by not in hit:
                hit.append(by)
    assert tuple(hit) == shown(at)


def test_a_cell_that_is_beside_the_titles_hits_nothing() -> None:
    at = columns(120)
    assert column_at(at, 0, 0) is column_at(at, 0, 3) is SortBy.ADDED
    assert column_at(at, 0, 4) is SortBy.JOB
    assert column_at(at, 1, at.bar - 1) is SortBy.PERCENT
    for part, end in enumerate((at.names_width, at.bar, at.numbers_width)):
        assert column_at(at, part, -1) is column_at(at, part, end) is None


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (columns(60), "added job risk percent left ends age"),
        (columns(80), "added job risk percent failed left ends age"),
        (columns(120), "added job risk percent ok failed left rate ends age"),
        (
            columns(160, profiles=True),
            "added job profile form risk percent ok failed left rate ends due age next",
        ),
    ],
)
def test_what_can_be_sorted_by(at: Columns, expected: str) -> None:
    assert " ".join(shown(at)) == expected


def test_the_failed_records_stay_from_80_cells_on_and_the_words_where_they_fit() -> None:
    for width in range(60, 201):
        assert columns(width).failed or width < 80, width
        assert columns(width).words is (width >= 103), width
        assert columns(width).risk == (16 if width >= 103 else 1), width
        assert columns(width, profiles=True, mixed=True).failed or width < 80, width


def test_the_age_and_the_next_poll_end_the_numbers() -> None:
    for width in WIDTHS:
        at = columns(width)
        last = at.numbers[-2:] if at.next else at.numbers[-1:]
        assert at.ages_width == sum(column.cells + 1 for column in last) + 1, width
