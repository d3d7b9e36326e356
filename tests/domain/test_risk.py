"""How many batches may have failed: always a range that holds the truth."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.jobs import reading
from zcbulk_tui.domain.job import Counts, JobReading, JobState
from zcbulk_tui.domain.risk import BATCH, Level, Risk, risk


def read(counts: Counts, state: JobState = JobState.IN_PROGRESS) -> JobReading:
    """A reading with these counts."""
    return replace(reading(0, 0), counts=counts, state=state)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        # Of 200,000 records 125 failed, of 60,000.
        (Counts(200_000, 59_875, 125), Risk(1_000, 50, 1, 125)),
        (Counts(500_000, 155_900, 4_100), Risk(2_500, 125, 21, 800)),
        (Counts(100_000, 0, 0), Risk(500, 25, 0, 0)),
        # The short batch may be the one that was begun.
        (Counts(201, 0, 2), Risk(2, 0, 1, 2)),
        (Counts(400, 198, 2), Risk(2, 0, 1, 1)),
        # Without the other counts, any batch may have been done.
        (Counts(4_000, None, 30), Risk(20, 1, 1, 20)),
        (Counts(4_000, None, 30, 3_400), Risk(20, 1, 1, 3)),
        # Counts that do not add up.
        (Counts(200, 0, 900), Risk(1, 0, 1, 1)),
        (Counts(4_000, None, 800, 4_000), Risk(20, 1, 4, 4)),
    ],
)
def test_the_range(counts: Counts, expected: Risk) -> None:
    assert risk(read(counts)) == expected


@pytest.mark.parametrize(
    ("total", "allowed"), [(200, 0), (3_800, 0), (4_000, 1), (7_999, 2), (200_000, 50)]
)
def test_only_whole_batches_are_more_than_five_percent(total: int, allowed: int) -> None:
    found = risk(read(Counts(total, 0, 0)))
    assert found is not None
    assert found.allowed == allowed
    assert found.allowed <= 0.05 * found.batches < found.allowed + 1


@pytest.mark.parametrize(
    ("least", "most", "level"),
    [
        (0, 0, Level.NONE),
        (1, 5, Level.NONE),
        (1, 6, Level.AMBER),
        (5, 9, Level.AMBER),
        (6, 6, Level.RED),
        (6, 9, Level.RED),
    ],
)
def test_the_level(least: int, most: int, level: Level) -> None:
    assert Risk(100, 5, least, most).level is level


@pytest.mark.parametrize("counts", [Counts(), Counts(0, 0, 0), Counts(10, 5, None)])
def test_counts_that_do_not_tell(counts: Counts) -> None:
    assert risk(read(counts)) is None


@pytest.mark.parametrize("state", JobState)
def test_only_what_runs_or_was_ended_by_the_system_is_at_risk(state: JobState) -> None:
    at_risk = state in (JobState.IN_PROGRESS, JobState.SYSTEM_ABORTED)
    assert (risk(read(Counts(1_000, 100, 100), state)) is not None) is at_risk


@given(
    total=st.integers(1, 40 * BATCH),
    done=st.floats(0, 1),
    bad=st.sampled_from([0.0, 0.001, 0.02, 0.5, 1.0]),
    shuffled=st.booleans(),
    whole=st.booleans(),
    seed=st.integers(0, 10**6),
)
def test_the_range_holds_the_truth(
    total: int, done: float, bad: float, *, shuffled: bool, whole: bool, seed: int
) -> None:
    """Records fail at random, or whole batches of them; the batches are done in any order."""
    rng = random.Random(seed)
    sizes = [min(BATCH, total - begin) for begin in range(0, total, BATCH)]
    if shuffled:
        rng.shuffle(sizes)
    processed = round(total * done)
    failed = failed_batches = 0
    room = processed
    for size in sizes:
        begun = min(size, room)
        room -= begun
        lots = 1 if whole else begun
        lost = sum(rng.random() < bad for _ in range(lots)) * (begun // lots if begun else 0)
        failed += lost
        failed_batches += lost > 0
    found = risk(read(Counts(total, processed - failed, failed, total - processed)))
    assert found is not None
    assert found.batches == len(sizes)
    assert found.least <= failed_batches <= found.most


@given(
    st.integers(0, 10**6),
    st.none() | st.integers(0, 10**6),
    st.none() | st.integers(0, 10**6),
    st.none() | st.integers(0, 10**6),
)
def test_a_range_is_one_whatever_the_server_says(
    total: int, success: int | None, failed: int | None, left: int | None
) -> None:
    found = risk(read(Counts(total, success, failed, left)))
    if found is not None:
        assert 0 <= found.least <= found.most <= found.batches
