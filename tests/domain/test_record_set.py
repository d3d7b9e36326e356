"""Sets of records do what sets do, and count batches."""

from hypothesis import given
from hypothesis import strategies as st

from zcbulk_tui.domain.batch_rule import BATCH
from zcbulk_tui.domain.record_set import RecordSet

numbers = st.integers(0, 1_000)


@given(st.lists(numbers, max_size=50), numbers)
def test_it_is_a_set(added: list[int], other: int) -> None:
    records = RecordSet()
    for number in added:
        records.add(number)
    assert list(records) == sorted(set(added))
    assert len(records) == len(set(added))
    assert (other in records) == (other in added)


def test_what_is_no_record() -> None:
    records = RecordSet((0,))
    assert -1 not in records
    assert "0" not in records
    assert 8 not in records


@given(st.lists(numbers, max_size=50))
def test_batches_that_hold_one(added: list[int]) -> None:
    assert RecordSet(tuple(added)).batches() == len({number // BATCH for number in added})


@given(st.integers(1, 1_000), st.sets(st.integers(0, 5)), st.lists(numbers, max_size=5))
def test_full_batches(records: int, filled: set[int], missing: list[int]) -> None:
    kept = {
        number for number in range(records) if number // BATCH in filled and number not in missing
    }
    expected = sum(
        all(number in kept for number in range(first, min(first + BATCH, records)))
        for first in range(0, records, BATCH)
    )
    assert RecordSet(tuple(kept)).full_batches(records) == expected
