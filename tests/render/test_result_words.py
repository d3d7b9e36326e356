"""The results of a job in sentences."""

from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.jobs import NOW, REF, watched
from tests.support.text import HOSTILE, is_one_safe_line
from zcbulk_tui.domain.job import Counts, JobReading, JobState
from zcbulk_tui.domain.result import Result, ResultFile, ResultKind, ResultStage
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.errors import RefusedError, ResultNotReadyError
from zcbulk_tui.render.result_words import price_ahead, said
from zcbulk_tui.render.span import Look

FAILURE, UNPROCESSED = ResultKind.FAILURE, ResultKind.UNPROCESSED
LATER = NOW + timedelta(hours=1)


def job(
    state: JobState = JobState.COMPLETED, failed: int = 1300, unprocessed: int = 0
) -> JobSnapshot:
    counts = Counts(10_000, 10_000 - failed - unprocessed, failed, unprocessed)
    return JobSnapshot(watched(), (JobReading(state, state.value, counts, NOW),))


def there(records: int, kind: ResultKind = FAILURE) -> Result:
    file = ResultFile(kind, Path("/x/failure.csv"), 9, "ab", records, NOW)
    return Result(REF, kind, ResultStage.ON_DISK, 1, None, 1300, file)


def texts(*results: Result, of: JobSnapshot | None = None) -> list[str]:
    return [span.text for span in said(results, of or job(), LATER, zone=UTC)]


def test_what_it_will_cost() -> None:
    runs = job(JobState.IN_PROGRESS)
    assert texts(of=runs) == ["Results: at most 2 calls, fetched by themselves when it ends."]
    assert "on demand" in price_ahead(runs, by_itself=False)
    assert price_ahead(job(), by_itself=True) == ""


def test_what_is_here() -> None:
    assert texts(there(1300)) == ["On this disk: 1,300 failed, 0 unprocessed."]
    (doubt,) = said([there(1298)], job(), LATER)
    assert doubt.look is Look.WARNING
    assert "Zoho counted 1,300 failed, the file has 1,298" in doubt.text


def test_what_was_not_tried_and_how_long_zoho_has_it() -> None:
    assert texts(of=job(unprocessed=5)) == [
        "Not fetched: failed and unprocessed, 2 calls.",
        "Result available until 14 Mar (at most), 2d23h left.",
    ]
    past = said([], job(), NOW + timedelta(days=4), zone=UTC)
    assert past[-1].text == "Zoho had the result until 14 Mar (at most)."
    assert past[-1].look is Look.ERROR


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (
            Result(
                REF,
                FAILURE,
                tries=2,
                next_try=LATER + timedelta(seconds=30),
                error=ResultNotReadyError("made"),
            ),
            "Failed records are not here yet: Zoho still makes the file; the next try, 1 call, is "
            "in 30s (2 calls so far).",
        ),
        (
            Result(REF, FAILURE, ResultStage.REFUSED, 2, error=RefusedError("It says no")),
            "Failed records were not fetched: It says no.",
        ),
        (Result(REF, FAILURE, ResultStage.FETCHING, 1), "Failed records are being fetched."),
        (
            Result(REF, FAILURE, ResultStage.GONE, 1),
            "Failed records: Zoho has no such file, or none any more.",
        ),
        (Result(REF, FAILURE, ResultStage.REMOVED), "Failed records were removed from this disk."),
        (Result(REF, FAILURE), "Failed records are not here yet."),
    ],
)
def test_what_is_not_here(result: Result, text: str) -> None:
    assert texts(result)[0] == text


@given(
    stage=st.sampled_from(ResultStage),
    tries=st.integers(0, 12),
    words=st.sampled_from(list(HOSTILE.values())) | st.text(max_size=40),
    state=st.sampled_from(JobState),
)
def test_every_sentence_is_safe(
    stage: ResultStage, tries: int, words: str, state: JobState
) -> None:
    result = Result(REF, UNPROCESSED, stage, tries, LATER, 3, error=RefusedError(words))
    snapshot = replace(job(state), job=watched(label=words))
    for span in said([result], snapshot, LATER):
        assert is_one_safe_line(span.text)
        assert span.text.endswith(".")
