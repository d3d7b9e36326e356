"""Which groups are worth to be fixed, and whether failures cluster."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zcbulk_tui.domain.batch_rule import BATCH
from zcbulk_tui.domain.failures import (
    NO_REASON,
    OTHER_REASONS,
    Clustering,
    FailureGroup,
    FailureReport,
    clustering,
    fewest_groups,
)

sizes = st.lists(st.integers(1, 10**6), max_size=8).map(lambda it: sorted(it, reverse=True))


def report(*records: int, blocks: list[int] | None = None, last: str = "") -> FailureReport:
    """A report with groups of these sizes, the largest first."""
    names = [f"R{at}" for at in range(len(records))]
    if last:
        names[-1:] = [last]
    groups = [FailureGroup(it, (), count, ()) for it, count in zip(names, records, strict=True)]
    placed = sum(blocks or ())
    return FailureReport(
        sum(records) or placed, tuple(groups), (), placed=placed, blocks=blocks or ()
    )


@pytest.mark.parametrize(
    ("records", "expected"),
    [((90, 10), 1), ((70, 21, 9), 2), ((50, 25, 15, 10), 3), ((40, 30, 19, 11), None), ((), None)],
)
def test_the_fewest_groups(records: tuple[int, ...], expected: int | None) -> None:
    assert fewest_groups(report(*records)) == expected


@pytest.mark.parametrize("name", [NO_REASON, OTHER_REASONS])
def test_what_has_no_reason_is_not_worth_to_be_said(name: str) -> None:
    assert fewest_groups(report(95, last=name)) is None
    assert fewest_groups(report(95, 5, last=name)) == 1
    assert fewest_groups(report(80, 20, last=name)) is None


@given(sizes, st.floats(0.01, 1), st.integers(1, 5))
def test_fewer_groups_save_less(records: list[int], share: float, most: int) -> None:
    found = report(*records)
    fewest = fewest_groups(found, share, most)
    if fewest is None:
        assert found.saved_by(min(most, len(records))) < share
    else:
        assert 1 <= fewest <= most
        assert found.saved_by(fewest) >= share
        assert fewest == 1 or found.saved_by(fewest - 1) < share


@given(st.integers(5, 400), st.data())
def test_failures_at_random_do_not_cluster(blocks: int, data: st.DataObject) -> None:
    failures = data.draw(st.integers(2, blocks * 20))
    chance = random.Random(data.draw(st.integers(0, 5)))
    counts = [0] * blocks
    for record in chance.sample(range(blocks * BATCH), failures):
        counts[record // BATCH] += 1
    found = clustering(report(blocks=counts))
    assert found is not None
    assert (found.failures, found.blocks) == (failures, blocks)
    assert not found.is_clustered


@given(st.integers(20, 400), st.integers(2, 60), st.integers(40, BATCH))
def test_failures_side_by_side_cluster(blocks: int, share: int, each: int) -> None:
    holding = max(blocks * share // 400, 1)
    found = clustering(report(blocks=[each] * holding + [0] * (blocks - holding)))
    assert found is not None
    assert found.holding == holding
    assert found.is_clustered


@pytest.mark.parametrize(
    "blocks", [[], [0], [1], [0, 0, 1]], ids=["none", "no failure", "one", "one of many"]
)
def test_of_too_few_nothing_is_said(blocks: list[int]) -> None:
    assert clustering(report(blocks=blocks)) is None


def test_where_most_places_are_not_known_nothing_is_said() -> None:
    blocks = [40] + [0] * 99
    assert clustering(FailureReport(81, (), (), placed=40, blocks=blocks)) is None
    assert clustering(FailureReport(80, (), (), placed=40, blocks=blocks)) is not None


@given(st.lists(st.integers(0, 500), max_size=30))
def test_whatever_the_blocks_hold(blocks: list[int]) -> None:
    found = clustering(report(blocks=blocks))
    assert found is None or isinstance(found.is_clustered, bool)


def test_nothing_expected_is_no_cluster() -> None:
    assert not Clustering(0, 0, 0, 0.0).is_clustered
    full = clustering(report(blocks=[BATCH] * 10))
    assert full is not None
    assert not full.is_clustered
