"""What answers show of the contract in passing: only what they prove."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.contracts import ONE_FAILS_ITS_BATCH, contract_of
from tests.support.jobs import NOW, reading
from zcbulk_tui.domain.batch_rule import BATCH
from zcbulk_tui.domain.contract import UNKNOWN, Contract, Question
from zcbulk_tui.domain.job import Counts, JobReading, JobState
from zcbulk_tui.domain.observations import (
    of_reading,
    of_result,
    shows_single_failures,
    state_meanings,
)

NONE = Counts()


def words(**by_aspect: str) -> Contract:
    """Known words of states."""
    values = {aspect.replace("_", " "): word for aspect, word in by_aspect.items()}
    return contract_of((Question.STATE_WORDS, values))


def read(raw: str, state: JobState = JobState.IN_PROGRESS, counts: Counts = NONE) -> JobReading:
    """A reading of this word."""
    return replace(reading(0, 0), raw_state=raw, state=state, counts=counts)


@pytest.mark.parametrize(
    ("known", "word", "state"),
    [
        (words(uploaded="File Uploaded"), "FILE_UPLOADED", JobState.READY),
        (words(running="Working"), "WORKING", JobState.IN_PROGRESS),
        (words(created="Open", uploaded="open"), "OPEN", JobState.READY),
        (
            words(aborted_by_user="Stopped", aborted_by_system="Stopped"),
            "STOPPED",
            JobState.ABORTED,
        ),
        (words(running="Job", completed="Job"), "JOB", None),
        (UNKNOWN, "FILE_UPLOADED", None),
    ],
)
def test_a_servers_own_words_mean_what_they_were_found_to_mean(
    known: Contract, word: str, state: JobState | None
) -> None:
    assert state_meanings(known).get(word) is state


@pytest.mark.parametrize(
    ("known", "raw", "seen"),
    [
        (words(running="In-progress"), "IN_PROGRESS", {"running": "IN_PROGRESS"}),
        (words(running="In-progress"), "In-progress", None),
        (words(running="In-progress"), "Start", None),
        (words(created="Ready", uploaded="READY"), "READY", None),
        (
            words(created="Ready", uploaded="READY"),
            "ready",
            {"created": "ready", "uploaded": "ready"},
        ),
        (UNKNOWN, "IN_PROGRESS", None),
    ],
)
def test_another_spelling_is_seen(known: Contract, raw: str, seen: dict[str, str] | None) -> None:
    found = of_reading(known, read(raw), None)
    assert [it.values for it in found] == ([seen] if seen else [])
    assert all(it.found_at == NOW for it in found)


@pytest.mark.parametrize("place", ["inside", "beside", None])
def test_the_place_of_the_counts_is_seen_where_one_is_known(place: str | None) -> None:
    known = contract_of((Question.RECORD_DETAILS, {"place": "inside"}))
    found = of_reading(known, read("X"), place)
    assert [it.values["place"] for it in found] == ([place] if place else [])
    assert of_reading(UNKNOWN, read("X"), place) == []


@pytest.mark.parametrize(
    ("total", "failed", "proven"),
    [
        (1_000, 3, True),
        (1_000, 200, False),
        (1_000, 0, False),
        (1_050, 50, False),
        (1_050, 250, False),
        (1_050, 200, False),
        (1_050, 51, True),
        (1_050, 100, True),
        (150, 150, False),
        (150, 7, True),
    ],
)
def test_failures_that_are_no_sum_of_batches_were_single_ones(
    total: int, failed: int, proven: bool
) -> None:
    counts = Counts(total, total - failed, failed, 0)
    assert shows_single_failures(counts) == proven
    done = read("Completed", JobState.COMPLETED, counts)
    seen = [it.values for it in of_reading(ONE_FAILS_ITS_BATCH, done, None)]
    assert seen == ([{"fails": "alone"}] if proven else [])
    for other in (JobState.IN_PROGRESS, JobState.SYSTEM_ABORTED, JobState.USER_ABORTED):
        assert not of_reading(ONE_FAILS_ITS_BATCH, replace(done, state=other), None)


@given(st.integers(1, 30), st.integers(0, BATCH - 1), st.data())
def test_whole_batches_that_fail_never_show_single_failures(
    full: int, rest: int, data: st.DataObject
) -> None:
    failing = data.draw(st.integers(0, full)) * BATCH + data.draw(st.sampled_from((0, rest)))
    total = full * BATCH + rest
    assert not shows_single_failures(Counts(total, total - failing, failing, 0))


def test_counts_that_are_not_whole_prove_nothing() -> None:
    assert not shows_single_failures(Counts(1_000, 900, 3, 97))
    assert not shows_single_failures(Counts(None, 900, 3, None))
    assert not shows_single_failures(Counts(1_000, 997, None, None))


def test_a_reason_in_another_column_is_seen() -> None:
    known = contract_of((Question.RESULT_COLUMNS, {"reason": "ERRORS"}))
    found = of_result(known, "Reason", NOW)
    assert found is not None
    assert found.values == {"reason": "Reason"}
    for reason in ("ERRORS", None):
        assert of_result(known, reason, NOW) is None
    assert of_result(UNKNOWN, "Reason", NOW) is None
