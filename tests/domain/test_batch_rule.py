"""What the rule of failed batches makes of a file, in both readings."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zcbulk_tui.domain.batch_rule import (
    BAD_SHARE_AT_LIMIT,
    BATCH,
    BatchVerdict,
    allowed_failures,
    batches_of,
)
from zcbulk_tui.domain.record_set import RecordSet


def verdict(records: int, suspects: set[int]) -> BatchVerdict:
    """The verdict about a file with these suspect records."""
    held = RecordSet(tuple(suspects))
    return BatchVerdict(records, len(held), held.batches(), held.full_batches(records))


@pytest.mark.parametrize(
    ("records", "batches", "allowed"),
    [(0, 0, 0), (1, 1, 0), (200, 1, 0), (201, 2, 0), (3_999, 20, 1), (1_000_000, 5_000, 250)],
)
def test_batches_and_how_many_may_fail(records: int, batches: int, allowed: int) -> None:
    found = verdict(records, set())
    assert (found.batches, found.allowed) == (batches, allowed)
    assert (batches_of(records), allowed_failures(batches)) == (batches, allowed)
    assert not found.ends_if_one_fails_all
    assert not found.ends_if_each_fails_alone
    assert not found.ends_if_packed
    assert found.packed == 0


def test_one_bad_record_in_each_of_many_batches() -> None:
    found = verdict(1_000_000, {batch * BATCH + 1 for batch in range(412)})
    assert (found.holding, found.full, found.packed) == (412, 0, 3)
    assert found.ends_if_one_fails_all
    assert not found.ends_if_each_fails_alone
    assert not found.ends_if_packed


def test_as_many_as_are_allowed_do_not_end_it() -> None:
    assert not verdict(1_000_000, {batch * BATCH + 1 for batch in range(250)}).ends_if_one_fails_all
    assert verdict(1_000_000, {batch * BATCH + 1 for batch in range(251)}).ends_if_one_fails_all


def test_whole_batches_end_it_in_both_readings() -> None:
    found = verdict(4_000, set(range(1, 2 * BATCH + 1)))
    assert (found.holding, found.full, found.allowed) == (2, 2, 1)
    assert found.ends_if_one_fails_all
    assert found.ends_if_each_fails_alone


@given(st.integers(1, 2_000), st.data())
def test_packed_is_what_packing_gives(records: int, data: st.DataObject) -> None:
    suspects = data.draw(st.sets(st.integers(1, records)))
    packed = set(range(records - len(suspects) + 1, records + 1))
    found = verdict(records, suspects)
    assert found.packed == verdict(records, packed).holding
    # The short batch at the end may be one more than where they stand now.
    assert found.packed <= found.holding + 1
    assert found.full <= found.holding


def test_at_random_as_many_as_are_expected() -> None:
    found = verdict(200_000, set(random.Random(1).sample(range(1, 200_001), 600)))
    assert found.expected_at_random == pytest.approx(found.holding, rel=0.05)


def test_the_share_at_the_limit() -> None:
    assert pytest.approx(0.000256, abs=1e-6) == BAD_SHARE_AT_LIMIT
    records = 10_000_000
    found = BatchVerdict(records, round(records * BAD_SHARE_AT_LIMIT), 0, 0)
    assert found.expected_at_random == pytest.approx(found.allowed, rel=0.001)


def test_no_records_at_all() -> None:
    assert verdict(0, set()).expected_at_random == 0
