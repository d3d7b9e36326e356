"""Sets of records do what sets do, and count batches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zcbulk_tui.domain.batch_rule import BATCH
from zcbulk_tui.domain.record_set import RecordSet

numbers = st.integers(1, 1_000)


@given(st.lists(numbers, max_size=50), numbers)
def test_it_is_a_set(added: list[int], other: int) -> None:
    records = RecordSet()
    for number in added:
        records.add(number)
    assert list(records) == sorted(set(added))
    assert len(records) == len(set(added))
    assert (other in records) == (other in added)


@given(st.lists(numbers, max_size=50), st.lists(numbers, max_size=50))
def test_two_sets_together(some: list[int], others: list[int]) -> None:
    records, other = RecordSet(tuple(some)), RecordSet(tuple(others))
    records.update(other)
    assert list(records) == sorted({*some, *others})
    assert len(records) == len({*some, *others})
    records.add_all(some)
    assert len(records) == len({*some, *others})


def test_what_is_no_record() -> None:
    records = RecordSet((1, 8))
    for other in (0, -1, "1", 2, 9, 1_000):
        assert other not in records
    with pytest.raises(ValueError, match="counted from 1"):
        records.add(0)


@given(st.lists(numbers, max_size=50))
def test_batches_that_hold_one(added: list[int]) -> None:
    assert RecordSet(tuple(added)).batches() == len({(number - 1) // BATCH for number in added})


@given(st.integers(1, 1_000), st.sets(st.integers(0, 5)), st.lists(numbers, max_size=5))
def test_full_batches(records: int, filled: set[int], missing: list[int]) -> None:
    kept = {
        number
        for number in range(1, records + 1)
        if (number - 1) // BATCH in filled and number not in missing
    }
    batches = [
        range(first, min(first + BATCH, records + 1)) for first in range(1, records + 1, BATCH)
    ]
    expected = sum(kept.issuperset(batch) for batch in batches)
    assert RecordSet(tuple(kept)).full_batches(records) == expected
