from collections import Counter
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zcbulk_tui.simulator.cells import NOT_ALONE, Flaw
from zcbulk_tui.simulator.fields import FORMS, Field, Kind
from zcbulk_tui.simulator.made_up import MadeUpRecords
from zcbulk_tui.simulator.outcomes import Outcome
from zcbulk_tui.simulator.physics import BATCH_RECORDS, Run, Workload

FIELDS = FORMS["Contacts"].fields


def made_up(records: int, chance: float, seed: str = "1") -> tuple[Run, MadeUpRecords]:
    run = Run(Workload(records, 100, chance), seed)
    return run, MadeUpRecords(run, FIELDS, seed)


@given(st.integers(0, 3000), st.sampled_from([0, 0.01, 0.1, 0.9]), st.integers(0, 99), st.data())
def test_there_are_as_many_as_the_run_counts_each_once(
    records: int, chance: float, seed: int, data: st.DataObject
) -> None:
    run, found = made_up(records, chance, str(seed))
    elapsed = data.draw(st.floats(0, run.duration))
    batches = run.batches_done(elapsed)
    counts = run.counts(elapsed)
    numbers = {
        outcome: [record.number for record in found.of(outcome, batches)] for outcome in Outcome
    }
    assert [len(numbers[outcome]) for outcome in Outcome] == [
        counts.success,
        counts.failed,
        counts.unprocessed,
    ]
    assert all(each == sorted(each) for each in numbers.values())
    assert sorted(chain.from_iterable(numbers.values())) == list(range(1, records + 1))


def test_some_reasons_are_far_more_frequent_than_others() -> None:
    _, found = made_up(400_000, 0.04)
    flaws = Counter(record.flaws for record in found.of(Outcome.FAILURE, 2000))
    assert len(flaws) > 6
    (_, first), (_, second), *rest = flaws.most_common()
    assert first + second > sum(number for _, number in rest)


def test_only_what_failed_has_flaws() -> None:
    _, found = made_up(2000, 0.04)
    for outcome in Outcome:
        failed = outcome is Outcome.FAILURE
        assert all(bool(record.flaws) == failed for record in found.of(outcome, 5))


def test_a_record_is_the_same_each_time() -> None:
    (_, one), (_, same), (_, other) = (made_up(2000, 0.04, seed) for seed in "112")
    one_record, same_record, other_record = (
        next(records.of(Outcome.SUCCESS, 10)) for records in (one, same, other)
    )
    assert one_record == same_record != other_record


def test_a_form_that_takes_everything_fails_with_others() -> None:
    run = Run(Workload(BATCH_RECORDS, 100, 0.99), "1")
    found = MadeUpRecords(run, [Field("Note", Kind.MULTI_LINE)], "1")
    failed = list(found.of(Outcome.FAILURE, 1))
    assert failed
    assert {record.flaws for record in failed} == {(Flaw(NOT_ALONE),)}


@pytest.mark.parametrize("outcome", Outcome)
def test_nothing_is_made_before_it_is_asked_for(outcome: Outcome) -> None:
    _, found = made_up(10**12, 0)
    asked = found.of(outcome, 10**9)
    assert (next(asked, None) is None) == (outcome is Outcome.FAILURE)
