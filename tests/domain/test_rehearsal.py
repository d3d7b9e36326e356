"""Rehearsals: how a file is cut, what fails of it, what is drawn, and what comes of it."""

import math
import random
from collections import Counter
from datetime import timedelta
from itertools import pairwise
from statistics import NormalDist, fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.jobs import REF
from zcbulk_tui.domain.batch_rule import BATCH, BatchVerdict
from zcbulk_tui.domain.form_past import FormPast, Quantity
from zcbulk_tui.domain.job import Counts, JobReading, JobState
from zcbulk_tui.domain.planner import Terms
from zcbulk_tui.domain.record_set import RecordSet
from zcbulk_tui.domain.rehearsal import (
    RUNS,
    START,
    Basis,
    Course,
    Draw,
    Failures,
    Outcome,
    Part,
    cut,
    draws,
    failures,
    is_aborted,
    outcome,
    polled,
    started,
)
from zcbulk_tui.domain.upload import Suspects

PAST = FormPast(
    jobs=5,
    rate=Quantity(100.0, 0.2),
    lag=Quantity(30.0, 0.4),
    wander=0.1,
    failed_share=0.0,
    endings={JobState.COMPLETED: 5},
    seconds=5_000.0,
)

JOB = started(REF)

TERMS = Terms(0.8)


@st.composite
def files(draw: st.DrawFn) -> tuple[int, RecordSet]:
    """How many records a file has, and which are suspect: some, or whole runs of them."""
    records = draw(st.integers(1, 12_000))
    found = RecordSet()
    for first in draw(st.lists(st.integers(1, records), max_size=6)):
        found.add_all(range(first, min(first + draw(st.integers(0, 900)), records) + 1))
    return records, found


def simple(part: Part, draw: Draw, found: Failures) -> Course:
    """A job that moves steadily after its lag; a system abort comes in the middle of it."""
    ends_badly = is_aborted(part, found)
    seconds = draw.lag + part.records / draw.rate * (0.5 if ends_badly else 1)

    def read(at: float) -> JobReading:
        done = min(int(max(at - draw.lag, 0) * draw.rate), part.records)
        state = JobState.SYSTEM_ABORTED if ends_badly else JobState.COMPLETED
        state = state if at >= seconds else JobState.IN_PROGRESS
        counts = Counts(part.records, done, 0, part.records - done)
        return JobReading(state, state.value, counts, START + timedelta(seconds=at))

    return Course(read, seconds)


def rehearsed(
    parts: list[Part],
    past: FormPast | None = PAST,
    share: float | None = None,
    *,
    knows_fields: bool = True,
    one_fails: bool = True,
    seed: str = "seed",
) -> Outcome:
    basis = Basis(past, share, knows_fields, None, REF, TERMS, seed)
    return outcome(parts, basis, simple, one_fails_its_batch=one_fails)


@given(files(), st.sampled_from(Suspects), st.none() | st.integers(1, 5_000))
def test_a_file_is_cut_as_it_is_uploaded(
    file: tuple[int, RecordSet], treatment: Suspects, most: int | None
) -> None:
    records, suspects = file
    order = list(range(1, records + 1))
    if treatment is Suspects.LEAVE_OUT:
        order = [number for number in order if number not in suspects]
    elif treatment is Suspects.PACK:
        order.sort(key=lambda number: number in suspects)
    size = most or records
    uploads = [order[at : at + size] for at in range(0, len(order), size)]
    parts = cut(records, suspects, treatment, most)
    assert [part.records for part in parts] == list(map(len, uploads))
    for part, upload in zip(parts, uploads, strict=True):
        places = (place for place, number in enumerate(upload) if number in suspects)
        assert part.suspects == Counter(place // BATCH + 1 for place in places)


@given(files())
def test_known_bad_records_end_a_job_exactly_as_the_verdict_says(
    file: tuple[int, RecordSet],
) -> None:
    records, suspects = file
    verdict = BatchVerdict(
        records, len(suspects), suspects.batches(), suspects.full_batches(records)
    )
    ends = {
        (Suspects.AS_THEY_ARE, True): verdict.ends_if_one_fails_all,
        (Suspects.AS_THEY_ARE, False): verdict.ends_if_each_fails_alone,
        (Suspects.PACK, True): verdict.ends_if_packed,
    }
    for (treatment, one_fails), does in ends.items():
        parts = cut(records, suspects, treatment)
        found = rehearsed(parts, None, one_fails=one_fails)
        assert found.abort_chance == float(does)
        assert found.finish is None
        assert found.calls is None


@given(files(), st.floats(0, 1), st.booleans(), st.integers(0, 99))
def test_no_more_fails_than_there_is(
    file: tuple[int, RecordSet], share: float, one_fails: bool, seed: int
) -> None:
    records, suspects = file
    (part,) = cut(records, suspects, Suspects.AS_THEY_ARE)
    found = failures(part, share, random.Random(seed), one_fails_its_batch=one_fails)
    sizes = {batch: min(BATCH, records - (batch - 1) * BATCH) for batch in found.records}
    assert all(0 < found.records[batch] <= size for batch, size in sizes.items())
    assert list(found.batches) == [it for it in sizes if found.records[it] == sizes[it]]
    assert list(found.records) == sorted(found.records)
    assert found.records.keys() >= part.suspects.keys()
    assert all(found.records[batch] >= count for batch, count in part.suspects.items())


@pytest.mark.parametrize("one_fails", [True, False])
@pytest.mark.parametrize("share", [0.002, 0.03, 0.2, 0.9, 1.0])
def test_as_many_fail_as_in_the_past(share: float, one_fails: bool) -> None:
    part, chance = Part(1_000_000, {}), random.Random(1)
    found = failures(part, share, chance, one_fails_its_batch=one_fails)
    assert sum(found.records.values()) / part.records == pytest.approx(share, rel=0.3)


def test_what_is_drawn_is_what_the_past_shows() -> None:
    assert PAST.rate is not None
    assert PAST.lag is not None
    runs = draws(PAST, 1, "seed")
    assert runs == draws(PAST, 1, "seed")
    assert runs != draws(PAST, 1, "other")
    assert len({draw.seed for run in runs for draw in run}) == RUNS
    for quantity, values in (
        (PAST.rate, [run[0].rate for run in runs]),
        (PAST.lag, [run[0].lag for run in runs]),
    ):
        expected = NormalDist().inv_cdf(0.9) * quantity.spread
        ordered = [math.log(value / quantity.middle) for value in sorted(values)]
        assert fmean(ordered) == pytest.approx(0, abs=1e-9)
        assert ordered[3] < -expected < ordered[4]
        assert ordered[-5] < expected < ordered[-4]


def test_jobs_of_one_file_have_in_common_what_is_not_known_of_the_form() -> None:
    def likeness(jobs: int) -> float:
        past = PAST._replace(jobs=jobs)
        runs = [run for seed in range(10) for run in draws(past, 2, str(seed))]
        logs = [(math.log(one.rate / 100), math.log(other.rate / 100)) for one, other in runs]
        return fmean(one * other for one, other in logs) / fmean(one * one for one, _ in logs)

    assert likeness(1) == pytest.approx(1 / 2, abs=0.15)
    assert likeness(19) == pytest.approx(1 / 20, abs=0.15)


@pytest.mark.parametrize("past", [PAST._replace(rate=None), PAST._replace(lag=None)])
def test_nothing_is_drawn_that_the_past_does_not_show(past: FormPast) -> None:
    assert draws(past, 1, "seed") == []
    found = rehearsed([Part(20_000, {})], past)
    assert (found.abort_chance, found.finish, found.calls) == (0.0, None, None)


def test_a_job_is_polled_until_its_end_is_seen() -> None:
    asked: list[float] = []
    course = simple(Part(20_000, {}), Draw(100.0, 30.0, 0.1, ""), Failures({}, ()))

    def read(seconds: float) -> JobReading:
        asked.append(seconds)
        return course.read(seconds)

    seen = polled(JOB, Course(read, course.seconds), PAST, TERMS)
    assert seen.calls == len(asked)
    assert seen.seconds == asked[-1] >= course.seconds > asked[-2]
    assert seen.ending is JobState.COMPLETED
    assert all(later - earlier >= 1 for earlier, later in pairwise(asked))


def test_dearer_calls_are_fewer() -> None:
    course = simple(Part(200_000, {}), Draw(100.0, 30.0, 0.1, ""), Failures({}, ()))
    cheap, dear = (polled(JOB, course, PAST, Terms(price)).calls for price in (0.25, 5.0))
    assert dear < cheap


def test_the_finish_is_the_range_that_the_past_makes_of_the_records() -> None:
    found = rehearsed([Part(20_000, {})])
    assert found.finish is not None
    assert found.finish.least == pytest.approx(200 * 0.77 + 30, rel=0.1)
    assert found.finish.most == pytest.approx(200 * 1.3 + 30, rel=0.1)
    assert found.abort is None
    assert found.calls is not None
    assert 1 <= found.calls.least <= found.calls.most


def test_nothing_follows_a_system_abort() -> None:
    bad = dict.fromkeys(range(1, 101), 1)
    found = rehearsed([Part(20_000, {}), Part(20_000, bad), Part(20_000, {})])
    assert found.abort_chance == 1
    assert found.finish is None
    assert found.abort is not None
    first = rehearsed([Part(20_000, {})])
    assert first.finish is not None
    assert first.finish.least < found.abort.least < found.abort.most < 2 * first.finish.most


def test_three_jobs_take_three_times_as_long_as_one() -> None:
    one, three = rehearsed([Part(20_000, {})]), rehearsed([Part(20_000, {})] * 3)
    assert one.finish is not None
    assert three.finish is not None
    assert sum(three.finish) == pytest.approx(3 * sum(one.finish), rel=0.15)
    wide, narrow = one.finish, three.finish
    assert narrow.most / narrow.least < wide.most / wide.least


def test_a_share_near_the_limit_makes_an_abort_a_matter_of_chance() -> None:
    """Of 100 batches 5 may fail: at 5 %, more do in 38 of 100 jobs."""
    past = PAST._replace(failed_share=0.05)
    chances = [
        rehearsed([Part(20_000, {})], past, 0.05, knows_fields=False, seed=str(seed)).abort_chance
        for seed in range(5)
    ]
    assert fmean(filter(None, chances)) == pytest.approx(0.384, abs=0.1)
    alone = rehearsed([Part(20_000, {})], past, 0.05, knows_fields=False, one_fails=False)
    assert alone.abort_chance == 0


@pytest.mark.parametrize(
    ("suspects", "chance"), [({}, None), ({1: 3}, None), (dict.fromkeys(range(1, 7), 1), 1.0)]
)
def test_without_fields_and_past_only_what_is_certain_is_said(
    suspects: dict[int, int], chance: float | None
) -> None:
    found = rehearsed([Part(20_000, suspects)], None, knows_fields=False)
    assert found.abort_chance == chance
