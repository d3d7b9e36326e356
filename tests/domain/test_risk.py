"""How many batches may have failed, a range that holds the truth; how likely an abort is."""

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.jobs import reading, watched
from zcbulk_tui.domain.batch_rule import BATCH
from zcbulk_tui.domain.job import Counts, JobReading, JobState
from zcbulk_tui.domain.risk import Level, Risk, risk
from zcbulk_tui.domain.snapshot import JobSnapshot


def read(counts: Counts, state: JobState = JobState.IN_PROGRESS) -> JobReading:
    """A reading with these counts."""
    return replace(reading(0, 0), counts=counts, state=state)


def found(counts: Counts, state: JobState = JobState.IN_PROGRESS) -> Risk | None:
    """The risk of a job that was read once."""
    return risk([read(counts, state)])


def chance(readings: Sequence[JobReading]) -> float:
    """How likely an abort is."""
    seen = risk(readings)
    assert seen is not None
    return seen.chance


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        # Of 200,000 records 125 failed, of 60,000.
        (Counts(200_000, 59_875, 125), (1_000, 50, 1, 125)),
        (Counts(500_000, 155_900, 4_100), (2_500, 125, 21, 800)),
        (Counts(100_000, 0, 0), (500, 25, 0, 0)),
        # The short batch may be the one that was begun.
        (Counts(201, 0, 2), (2, 0, 1, 2)),
        (Counts(400, 198, 2), (2, 0, 1, 1)),
        # Without the other counts, any batch may have been done.
        (Counts(4_000, None, 30), (20, 1, 1, 20)),
        (Counts(4_000, None, 30, 3_400), (20, 1, 1, 3)),
        # Counts that do not add up.
        (Counts(200, 0, 900), (1, 0, 1, 1)),
        (Counts(4_000, None, 800, 4_000), (20, 1, 4, 4)),
    ],
)
def test_the_range(counts: Counts, expected: tuple[int, ...]) -> None:
    seen = found(counts)
    assert seen is not None
    assert seen[:4] == expected


@pytest.mark.parametrize(
    ("total", "allowed"), [(200, 0), (3_800, 0), (4_000, 1), (7_999, 2), (200_000, 50)]
)
def test_only_whole_batches_are_more_than_five_percent(total: int, allowed: int) -> None:
    seen = found(Counts(total, 0, 0))
    assert seen is not None
    assert seen.allowed == allowed
    assert seen.allowed <= 0.05 * seen.batches < seen.allowed + 1


@pytest.mark.parametrize(
    ("least", "chance", "level"),
    [
        (0, 0.0, Level.NONE),
        (1, 0.34, Level.NONE),
        (1, 0.35, Level.AMBER),
        (5, 1.0, Level.AMBER),
        (6, 0.0, Level.RED),
        (6, 1.0, Level.RED),
    ],
)
def test_the_level(least: int, chance: float, level: Level) -> None:
    assert Risk(100, 5, least, 9, chance).level is level


def test_without_a_reading_there_is_no_risk() -> None:
    assert risk([]) is None


@pytest.mark.parametrize("counts", [Counts(), Counts(0, 0, 0), Counts(10, 5, None)])
def test_counts_that_do_not_tell(counts: Counts) -> None:
    assert found(counts) is None


@pytest.mark.parametrize("state", JobState)
def test_only_what_runs_or_was_ended_by_the_system_is_at_risk(state: JobState) -> None:
    at_risk = state in (JobState.IN_PROGRESS, JobState.SYSTEM_ABORTED)
    assert (found(Counts(1_000, 100, 100), state) is not None) is at_risk


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
    seen = found(Counts(total, processed - failed, failed, total - processed))
    assert seen is not None
    assert seen.batches == len(sizes)
    assert seen.least <= failed_batches <= seen.most


@given(
    st.integers(0, 10**6),
    st.none() | st.integers(0, 10**6),
    st.none() | st.integers(0, 10**6),
    st.none() | st.integers(0, 10**6),
)
def test_a_range_is_one_whatever_the_server_says(
    total: int, success: int | None, failed: int | None, left: int | None
) -> None:
    seen = found(Counts(total, success, failed, left))
    if seen is not None:
        assert 0 <= seen.least <= seen.most <= seen.batches
        assert 0 <= seen.chance <= 1


def simulated(share: float, lump: int, seed: int, *, total: int = 1_000) -> list[JobReading]:
    """A job that is read 40 times, batch by batch, until it ends or too many batches have failed.

    Args:
        share: Of the batches, those that fail.
        lump: Records that fail in each of these.
        seed: Of the generator.
        total: Batches.
    """
    rng = random.Random(seed)
    success = failed = bad = 0
    readings = []
    for number in range(1, total + 1):
        lost = lump if rng.random() < share else 0
        bad += lost > 0
        if bad > total // 20:
            break
        success += BATCH - lost
        failed += lost
        if not number % (total // 40):
            readings.append(read(Counts(BATCH * total, success, failed)))
    return readings


SEEDS = pytest.mark.parametrize("seed", range(5))


@SEEDS
@pytest.mark.parametrize("lump", [20, BATCH])
def test_a_job_that_fails_its_way_to_an_abort_is_amber_before(lump: int, seed: int) -> None:
    readings = simulated(0.06, lump, seed)
    assert len(readings) < 40, "it was aborted"
    ends = range(len(readings) * 3 // 4, len(readings) + 1)
    warned = [chance(readings[:end]) >= 0.35 for end in ends]
    assert any(warned)
    assert all(warned) or lump < BATCH, "whole batches leave no doubt"


@SEEDS
@pytest.mark.parametrize("lump", [20, BATCH])
def test_a_job_well_below_the_limit_is_in_no_danger_near_its_end(lump: int, seed: int) -> None:
    readings = simulated(0.03, lump, seed)
    assert len(readings) == 40, "it went to its end"
    assert all(chance(readings[:end]) < 0.25 for end in (38, 39, 40))


@SEEDS
def test_few_failures_are_no_danger_from_the_middle_on(seed: int) -> None:
    readings = simulated(0.01, 20, seed)
    assert all(chance(readings[:end]) < 0.05 for end in range(20, 41))


@given(st.integers(2_000, 100_000), st.floats(0, 1), st.integers(1, 5))
def test_nothing_failed_or_nothing_left_is_no_danger(done: int, share: float, times: int) -> None:
    failed = int(done * share)
    runs = [read(Counts(200_000, done // times * step, 0)) for step in range(1, times + 1)]
    assert chance(runs) == 0
    assert chance([read(Counts(done, done - failed, failed, 0))]) == 0


def test_a_few_batches_show_nothing_yet() -> None:
    assert chance([read(Counts(200_000, 1_000, 999))]) == 0


@pytest.mark.parametrize(
    ("done", "failed"), [(20_000, 100), (20_000, 400), (50_000, 1_000), (100_000, 3_000)]
)
def test_the_more_is_to_come_the_likelier_an_abort(done: int, failed: int) -> None:
    """The limit is that of the whole job, not of what is left."""
    seen = [
        chance([read(Counts(200_000, done - failed, failed, left))])
        for left in (0, 1_000, 5_000, 20_000, 50_000, 100_000)
    ]
    assert seen[0] == 0
    assert seen == sorted(seen)
    assert seen[-1] > 0.35


def test_the_same_failures_in_lumps_are_less_of_a_danger() -> None:
    """One percent fails: a record here and there, or all records of every hundredth batch."""
    scattered = [read(Counts(200_000, 1_980 * step, 20 * step)) for step in range(1, 51)]
    failed = [BATCH * (step // 10) for step in range(1, 51)]
    lumps = [
        read(Counts(200_000, 2_000 * step - lost, lost)) for step, lost in enumerate(failed, 1)
    ]
    assert chance(lumps) < 0.05 < 0.9 < chance(scattered)


@given(
    total=st.integers(1, 40 * BATCH),
    done=st.floats(0, 1),
    bad=st.sampled_from([0.0, 0.02, 0.5, 1.0]),
    in_batches=st.booleans(),
    one_fails_its_batch=st.booleans(),
    seed=st.integers(0, 10**6),
)
def test_the_range_holds_the_truth_that_is_known(
    total: int, done: float, bad: float, *, in_batches: bool, one_fails_its_batch: bool, seed: int
) -> None:
    """Records fail each by itself, or with their batch; the batches that are done are whole."""
    rng = random.Random(seed)
    sizes = [min(BATCH, total - begin) for begin in range(0, total, BATCH)]
    rng.shuffle(sizes)
    finished = sizes[: round(len(sizes) * done)]
    in_batches = in_batches or one_fails_its_batch
    lost = [
        size * (rng.random() < bad) if in_batches else sum(rng.random() < bad for _ in range(size))
        for size in finished
    ]
    failed, processed = sum(lost), sum(finished)
    failed_batches = sum(
        some > 0 if one_fails_its_batch else some == size
        for some, size in zip(lost, finished, strict=True)
    )
    seen = risk(
        [read(Counts(total, processed - failed, failed, total - processed))], one_fails_its_batch
    )
    assert seen is not None
    assert seen.least <= failed_batches <= seen.most
    if one_fails_its_batch:
        assert seen.least == seen.most


def steady(*failed: int) -> list[JobReading]:
    """Readings of a job of 500 batches, each a tenth further."""
    return [
        read(Counts(100_000, at * 10_000 - bad, bad, 100_000 - at * 10_000))
        for at, bad in enumerate(failed, start=1)
    ]


def known(readings: Sequence[JobReading], one_fails_its_batch: bool | None) -> float:
    """How likely an abort is, with what is known."""
    seen = risk(readings, one_fails_its_batch)
    assert seen is not None
    return seen.chance


def test_single_failures_end_no_job_where_a_bad_record_fails_alone() -> None:
    single = steady(100, 200, 300, 400)
    assert known(single, None) > 0.5
    assert known(single, False) < 0.01
    seen = risk(single, False)
    assert seen is not None
    assert (seen.least, seen.level) == (0, Level.NONE)


def test_a_job_s_risk_goes_by_what_is_known_of_the_rule_and_by_its_last_reading() -> None:
    job = JobSnapshot(watched(), tuple(steady(100, 200, 300, 400)))
    found = {rule: replace(job, one_fails_its_batch=rule).risk for rule in (None, True, False)}
    assert found == {rule: risk(job.readings, rule) for rule in found}
    assert len(set(found.values())) == 3
    assert replace(job, readings=job.readings[:2]).risk == risk(job.readings[:2]) != job.risk


def test_failures_in_great_lumps_may_end_a_job_whatever_is_known() -> None:
    lumps = steady(2_000, 2_000, 4_000, 4_000)
    assert [known(lumps, it) > 0.4 for it in (None, True, False)] == [True] * 3


def test_failures_that_come_in_batches_are_counted_in_batches() -> None:
    few = steady(200, 400, 400, 600)
    assert known(few, True) < 0.05 < known(few, None) + 0.05
    assert known(steady(1_000, 2_000, 3_000, 4_000), True) > 0.9
