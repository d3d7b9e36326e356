import math
import time
from itertools import pairwise
from statistics import fmean
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zcbulk_tui.simulator.physics import (
    BATCH_RECORDS,
    QUEUE_SECONDS,
    SETTLE_SECONDS,
    Counts,
    Failures,
    Run,
    State,
    Workload,
)

workloads = st.builds(
    Workload,
    records=st.integers(0, 20_000),
    records_per_second=st.floats(1, 5_000),
    bad_batch_chance=st.sampled_from([0.0, 0.01, 0.05, 0.3, 0.99]),
    breaks_after=st.none() | st.floats(0, 1),
    queue_seconds=st.just(QUEUE_SECONDS) | st.floats(0, 500).map(lambda it: (it, it)),
    wander=st.none() | st.floats(0, 1),
)
runs = st.builds(Run, workloads, st.text(max_size=5))
shares_of_the_duration = st.floats(0, 1.2)


@given(runs, shares_of_the_duration)
def test_the_counters_always_add_up(run: Run, share: float) -> None:
    counts = run.counts(share * run.duration)
    assert counts.total == run.workload.records
    assert counts.success + counts.failed + counts.unprocessed == counts.total
    assert min(counts.success, counts.failed, counts.unprocessed) >= 0


@given(runs, shares_of_the_duration, shares_of_the_duration)
def test_a_job_never_runs_backwards(run: Run, one: float, other: float) -> None:
    earlier = run.counts(min(one, other) * run.duration)
    later = run.counts(max(one, other) * run.duration)
    assert later.success >= earlier.success
    assert later.failed >= earlier.failed


@given(runs, shares_of_the_duration)
def test_only_whole_batches_are_seen(run: Run, share: float) -> None:
    counts = run.counts(share * run.duration)
    assert counts.unprocessed == 0 or (counts.success + counts.failed) % BATCH_RECORDS == 0


@given(workloads, st.text(max_size=5), st.lists(shares_of_the_duration, max_size=20))
def test_looking_often_changes_nothing(workload: Workload, seed: str, looks: list[float]) -> None:
    watched, left_alone = Run(workload, seed), Run(workload, seed)
    for look in sorted(looks):
        watched.counts(look * watched.duration)
    moment = 0.7 * left_alone.duration
    assert watched.counts(moment) == left_alone.counts(moment)


@given(runs)
def test_more_than_five_percent_failed_batches_end_the_job_at_that_batch(run: Run) -> None:
    failed = [run.counts(run.seconds_until(batch) + 1e-6).failed for batch in range(run.batches)]
    failed.append(run.counts(run.duration).failed)
    failed_batches = len(set(failed)) - 1
    if run.ending is State.SYSTEM_ABORTED:
        assert failed_batches * 20 > run.batches
        assert (failed_batches - 1) * 20 <= run.batches
    else:
        assert failed_batches * 20 <= run.batches


def test_a_sound_job_completes() -> None:
    run = Run(Workload(1_050, 100), "seed")
    assert run.ending is State.COMPLETED
    assert run.counts(run.duration) == Counts(1_050, 1_050, 0, 0)


def test_an_empty_file_completes() -> None:
    run = Run(Workload(0, 100), "seed")
    assert run.ending is State.COMPLETED
    assert run.counts(run.duration) == Counts(0, 0, 0, 0)


def test_a_breaking_job_leaves_the_rest_unprocessed() -> None:
    run = Run(Workload(10_000, 100, breaks_after=0.3), "seed")
    assert run.ending is State.FAILED
    assert run.counts(run.duration + 1_000) == Counts(10_000, 3_000, 0, 7_000)


def test_nothing_moves_while_the_job_queues() -> None:
    run = Run(Workload(1_000_000, 100_000), "seed")
    assert run.counts(0.9).unprocessed == 1_000_000
    assert run.counts(5.0).unprocessed < 1_000_000


def test_the_counters_may_be_full_before_the_job_has_ended() -> None:
    run = Run(Workload(1_000, 100), "seed")
    assert run.counts(run.duration - 0.5).unprocessed == 0


def test_the_speed_wanders_smoothly() -> None:
    run = Run(Workload(10_000_000, 20_000), "seed")
    processed = [run.counts(10.0 + second).success for second in range(300)]
    speeds = [later - earlier for earlier, later in pairwise(processed)]
    assert 0.5 * 20_000 - BATCH_RECORDS <= min(speeds) < 0.85 * 20_000
    assert 1.15 * 20_000 < max(speeds) <= 1.5 * 20_000 + BATCH_RECORDS
    changes = [abs(b - a) for a, b in pairwise(speeds)]
    assert max(changes) <= 0.05 * 20_000


def test_seeds_differ() -> None:
    workload = Workload(100_000, 100, 0.02)
    assert Run(workload, "1").counts(500) != Run(workload, "2").counts(500)


def test_a_thousand_jobs_of_a_million_records_are_cheap() -> None:
    begun = time.process_time()
    for seed in range(1_000):
        Run(Workload(1_000_000, 300, 0.04), str(seed)).counts(2_000)
    assert time.process_time() - begun < 3


@pytest.mark.parametrize(
    "arguments", [(-1, 100.0, 0.0), (100, 0.0, 0.0), (100, 100.0, 1.0), (100, 100.0, -0.1)]
)
def test_impossible_workloads_are_refused(arguments: tuple[int, float, float]) -> None:
    with pytest.raises(ValueError, match=r"must|needs"):
        Workload(*arguments)


def test_what_fails_of_a_file_fails_in_its_batch() -> None:
    failures = Failures({2: 3, 5: 200}, [5])
    run = Run(Workload(20_000, 100), "seed", failures)
    assert run.ending is State.COMPLETED
    failed = [run.counts(run.seconds_until(batch) + 1e-6).failed for batch in range(7)]
    assert failed == [0, 0, 3, 3, 3, 203, 203]


def test_the_failed_batch_that_is_too_many_ends_the_job_whatever_comes_later() -> None:
    failures = Failures({1: 200, 7: 1, 9: 200, 30: 200}, [1, 9, 30])
    run = Run(Workload(20 * 200, 100), "seed", failures)
    assert run.ending is State.SYSTEM_ABORTED
    assert run.batches_done(run.duration + 100) == 9
    assert run.counts(run.duration) == Counts(4_000, 1_399, 401, 2_200)


def test_a_workload_may_say_when_it_begins_and_ends() -> None:
    run = Run(Workload(40_000, 100, queue_seconds=(50.0, 50.0), wander=0.3), "seed")
    assert run.counts(50.0).unprocessed == 40_000
    assert run.counts(50.0 + 10 * BATCH_RECORDS / 100).unprocessed < 40_000
    assert run.duration == pytest.approx(50.0 + 400 + SETTLE_SECONDS, abs=0.1)


@pytest.mark.parametrize("wander", [0.0, 0.1, 0.3])
def test_a_workload_may_say_how_much_its_speed_wanders(wander: float) -> None:
    """From one tenth of the job to another."""
    squares = []
    for seed in range(40):
        run = Run(Workload(2_000_000, 500, queue_seconds=(0.0, 0.0), wander=wander), str(seed))
        done = [run.batches_done(400.0 * tenth) for tenth in range(11)]
        squares += [((after - before) / 1_000 - 1) ** 2 for before, after in pairwise(done)]
    assert math.sqrt(fmean(squares)) == pytest.approx(wander, rel=0.15, abs=0.002)


@pytest.mark.parametrize("wrong", [{"queue_seconds": (-1.0, 1.0)}, {"wander": -0.1}])
def test_a_workload_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="below 0"):
        Workload(1_000, 100, **wrong)
