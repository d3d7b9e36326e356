"""Duplicates, found exactly within a budget."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zcbulk_tui.data import duplicates
from zcbulk_tui.data.duplicates import Duplicate, DuplicateFinder

columns = st.lists(st.sampled_from(["", *"abcdefgh"]), max_size=30)


def expected(values: list[str]) -> list[Duplicate]:
    """What a plain dictionary says; lines are ten times the index, and one."""
    first: dict[str, int] = {}
    return [
        Duplicate(at + 1, 10 * at + 1, 10 * first[value] + 1)
        for at, value in enumerate(values)
        if value and first.setdefault(value, at) != at
    ]


@pytest.fixture(autouse=True)
def small_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several shares, though there are few values."""
    monkeypatch.setattr(duplicates, "_SHARE", 4)


@given(columns, columns, st.integers(1, 10))
def test_the_later_ones_are_found(one: list[str], two: list[str], at_once: int) -> None:
    length = min(len(one), len(two))
    one, two = one[:length], two[:length]
    finder = DuplicateFinder(2)
    for first in range(0, length, at_once):
        end = min(first + at_once, length)
        lines = [10 * record + 1 for record in range(first, end)]
        finder.add(lines, [one[first:end], two[first:end]])
    assert sorted(finder.duplicates(0)) == expected(one)
    assert sorted(finder.duplicates(1)) == expected(two)
    assert finder.stopped_at is None


@given(columns, st.integers(0, 20), st.integers(1, 10))
def test_beyond_the_budget_nothing_is_looked_at(values: list[str], room: int, at_once: int) -> None:
    finder = DuplicateFinder(1, budget=12 * room)
    for first in range(0, len(values), at_once):
        some = values[first : first + at_once]
        finder.add([10 * record + 1 for record in range(first, first + len(some))], [some])
    assert sorted(finder.duplicates(0)) == expected(values[:room])
    assert finder.stopped_at == (room + 1 if len(values) > room else None)


def test_lines_that_cannot_be_counted_end_it() -> None:
    finder = DuplicateFinder(1)
    finder.add([1, 2, 2**32], [["a", "a", "a"]])
    assert [each.record for each in finder.duplicates(0)] == [2]
    assert finder.stopped_at == 3
