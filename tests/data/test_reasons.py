"""Reasons in groups: which reading of each counts, and that memory and groups stay bounded."""

import random
from collections import defaultdict
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.benchmarks.failure_kinds import COLUMNS, Failure, Maker, Style
from tests.benchmarks.failures import rightly
from tests.support.csv_files import cells as any_cells
from zcbulk_tui.data import reasons
from zcbulk_tui.data.reasons import MOST_GROUPS, NO_GROUP, ReasonGrouper
from zcbulk_tui.domain.failures import NO_REASON, OTHER_REASONS

NAMES = ("Email", "Name", "Phone", "Status")
Rows = list[tuple[str, list[str]]]


def grouped(rows: Rows, *, most_open: int = 10_000, knows_all: bool = True) -> dict[str, int]:
    """The names of the groups, and how many rows each has."""
    grouper = ReasonGrouper(NAMES, knows_all=knows_all, most_open=most_open)
    for reason, cells in rows:
        grouper.add(reason, cells)
    groups, group_of = grouper.finish()
    assert [it.records for it in groups] == [list(group_of).count(at) for at in range(len(groups))]
    return {it.name: it.records for it in groups}


def test_values_in_quotes_are_one_group() -> None:
    rows: Rows = [(f"Row {n}: Duplicate value 'u{n}' for Email", [f"u{n}"]) for n in range(50)]
    assert grouped(rows) == {"Row <value>: Duplicate value <value> for Email": 50}


def test_a_word_of_the_sentence_is_none_of_the_values_that_equal_it() -> None:
    cells = ["valid", "number", "a", "Anna", "Enter"]
    rows: Rows = [("Enter a valid number for Phone", [cells[n % 5]]) for n in range(50)]
    assert grouped(rows) == {"Enter a valid number for Phone": 50}


def test_a_value_that_nothing_sets_apart_is_found_by_its_cell() -> None:
    rows: Rows = [(f"Value Smith{'x' * n} is taken", [f"Smith{'x' * n}"]) for n in range(50)]
    assert grouped(rows) == {"Value <value> is taken": 50}


@pytest.mark.parametrize("value", ["Müller", "de la Cruz", "x@y.z", "C-17"])
def test_the_value_of_a_single_row_does_not_show(value: str) -> None:
    assert grouped([(f"Value {value} is taken", [value])]) == {"Value <value> is taken": 1}


def test_a_value_in_no_cell_is_found_by_its_neighbours() -> None:
    words = ["".join(random.Random(n).choices("abcdefgh", k=8)) for n in range(60)]
    rows: Rows = [(f"Value {word} is taken", ["x"]) for word in words]
    assert grouped(rows) == {"Value <value> is taken": 60}
    assert grouped(rows[:30], knows_all=False) != {"Value <value> is taken": 30}


def test_the_name_of_a_column_is_no_value() -> None:
    rows: Rows = [(f"'{name}' is mandatory", ["x"]) for name in NAMES for _ in range(9)]
    assert grouped(rows) == {f"'{name}' is mandatory": 9 for name in NAMES}
    rows = [(f"Enter a valid one for {name}", [name]) for name in NAMES for _ in range(9)]
    assert grouped(rows) == {f"Enter a valid one for {name}": 9 for name in NAMES}


def test_a_value_that_is_the_name_of_a_column_is_a_value() -> None:
    values = ["Phone", "Email", *(f"u{n}" for n in range(48))]
    rows: Rows = [(f"Duplicate value '{value}' for Email", [value]) for value in values]
    assert grouped(rows) == {"Duplicate value <value> for Email": 50}


def test_few_different_values_are_one_group() -> None:
    rows: Rows = [
        (f"Value {value} is not for Status", [value])
        for n in range(60)
        for value in [("active", "closed", "new")[n % 3]]
    ]
    assert grouped(rows) == {"Value <value> is not for Status": 60}


def test_an_empty_value_belongs_to_the_others() -> None:
    rows: Rows = [(f"Value {'x' * n} is taken", ["x" * n]) for n in range(50)]
    assert grouped(rows) == {"Value <value> is taken": 50}


def test_brackets_with_the_same_words_are_no_values() -> None:
    rows: Rows = [("Enter a number for Phone (optional)", [f"{n}"]) for n in range(50)]
    assert grouped(rows) == {"Enter a number for Phone (optional)": 50}


def test_digits_of_columns_and_codes_tell_groups_apart() -> None:
    grouper = ReasonGrouper(("Phone1", "Phone2"))
    for n in range(40):
        grouper.add(f"Enter a number for Phone{n % 3 + 1}", ["x"])
        grouper.add(f"Failed with code {(3070, 8011)[n % 2]} in row {n}", ["x"])
    found = {it.name: it.records for it in grouper.finish()[0]}
    assert found == {
        "Enter a number for Phone1": 14,
        "Enter a number for Phone2": 13,
        "Enter a number for <value>": 13,
        "Failed with code 3070 in row <value>": 20,
        "Failed with code 8011 in row <value>": 20,
    }


def test_no_reason_and_rows_that_are_no_failures() -> None:
    grouper = ReasonGrouper(NAMES)
    grouper.add("", ["x"])
    grouper.skip()
    grouper.add(" \n", ["x"])
    grouper.add("NOT_APPROVED", ["x"])
    groups, group_of = grouper.finish()
    assert [(it.name, it.records) for it in groups] == [(NO_REASON, 2), ("NOT_APPROVED", 1)]
    assert list(group_of) == [0, NO_GROUP, 0, 1]


def test_groups_have_the_fields_of_their_reasons() -> None:
    grouper = ReasonGrouper(NAMES)
    grouper.add("INVALID_DATA-Phone:DUPLICATE_DATA-Email", ["x"])
    assert grouper.finish()[0][0].fields == ("Email", "Phone")


def test_no_rows_at_all() -> None:
    groups, group_of = ReasonGrouper(NAMES).finish()
    assert (groups, list(group_of)) == ([], [])


def test_endless_reasons_are_other_reasons() -> None:
    chance = random.Random(1)

    def word() -> str:
        return "".join(chance.choices("abcdefghijklmnop", k=9))

    rows: Rows = [(" ".join(word() for _ in range(3)), []) for _ in range(3_000)]
    kind: Rows = [(f"Value '{word()}' is taken", []) for _ in range(1_500)]
    found = grouped([*rows[:1_500], *kind, *rows[1_500:]], most_open=500)
    assert len(found) <= MOST_GROUPS + 1
    assert found["Value <value> is taken"] == 1_500
    assert [*found][-1] == OTHER_REASONS
    assert sum(found.values()) == 4_500


def test_a_frequent_kind_that_comes_late_is_a_group() -> None:
    rows: Rows = [(f"Value '{n}' of no {n}", []) for n in range(2_000)]
    chance = random.Random(1)
    words = ["".join(chance.choices("abcdefgh", k=9)) for _ in range(2_000)]
    found = grouped([*rows, *((f"Another {word} is bad", ["x"]) for word in words)], most_open=50)
    assert found == {"Value <value> of no <value>": 2_000, "Another <value> is bad": 2_000}


@cache
def made_up(style: Style) -> list[Failure]:
    return list(Maker(style, seed=7).failures(4_000))


@pytest.mark.parametrize("style", Style)
@pytest.mark.parametrize("most_open", [10_000, 300])
def test_made_up_failures_are_grouped_rightly(style: Style, most_open: int) -> None:
    grouper, kinds = ReasonGrouper(COLUMNS, most_open=most_open), []
    for failure in made_up(style):
        is_short = style is Style.ELSEWHERE
        grouper.add(failure.reason, failure.cells[:3] if is_short else failure.cells)
        kinds.append(failure.kind)
    groups, group_of = grouper.finish()
    assert rightly(kinds, group_of) > (0.99 if most_open == 10_000 else 0.97)
    assert len(groups) < 80


def test_what_is_grouped_rightly() -> None:
    assert rightly([0, 0, 1, 1], [5, 5, 6, 6]) == 1
    assert rightly([0, 0, 1, 1], [5, 5, 5, 5]) == 0.5
    assert rightly([0, 0, 0, 0], [1, 2, 3, 3]) == 0.5
    assert rightly([], []) == 1


def test_the_cache_of_shapes_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reasons, "_MOST_KEPT", 8)
    rows: Rows = [(f"INVALID_DATA-C{n}x", []) for n in range(100)]
    assert sum(grouped(rows).values()) == 100


@given(
    st.lists(st.tuples(st.text(max_size=30), st.lists(any_cells, max_size=3)), max_size=30),
    st.integers(1, 5),
)
def test_every_row_is_in_one_group(rows: list[tuple[str, list[str]]], most_open: int) -> None:
    found = grouped(rows, most_open=most_open)
    assert sum(found.values()) == len(rows)
    again: defaultdict[str, int] = defaultdict(int)
    for name, count in found.items():
        assert count > 0
        again[name] += count
    assert again == found
