"""Why an end is as uncertain as it is, and how near an abort may be."""

from dataclasses import replace

import pytest

from tests.render.histories import read
from zcbulk_tui.domain.form_past import FormPast
from zcbulk_tui.domain.job import Counts, JobReading, JobState
from zcbulk_tui.domain.progress import motion
from zcbulk_tui.domain.risk import Risk
from zcbulk_tui.render.forecast_words import batches, explain_range

RUNS = JobState.IN_PROGRESS

STEADY = [read(at, at * 10, total=10_000) for at in range(0, 601, 60)]
UNSTEADY = [
    read(at * 60, done, total=10_000)
    for at, done in enumerate([0, 90, 3_000, 3_050, 6_000, 6_010, 6_100])
]


@pytest.mark.parametrize(
    ("readings", "part"),
    [
        ([replace(read(0, 5), state=JobState.UNKNOWN)], "not documented"),
        ([replace(read(0, 5), counts=Counts(None, 5, 0))], "does not report how many"),
        ([read(0, 1_000)], "No record is left"),
        ([read(0, 5)], "it takes two readings"),
        ([read(0, 5), read(9, 5)], "the counts have not moved"),
        ([read(0, 5), read(9, 50), read(99, 50)], "have not moved for 1m30s"),
        ([read(0, 5), read(9, 50), read(12, 50)], "the counts have not moved."),
        ([read(0, 0), read(9, 500)], "began to move some time between"),
        ([read(0, 5), read(30, 50)], "only 30s of data"),
        ([read(0, 5), read(3, 50)], "only a few seconds of data"),
        (UNSTEADY, "varied over the last"),
        (STEADY, "was steady over the last 7m"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_reason(readings: list[JobReading], part: str) -> None:
    assert part in explain_range(motion(readings), readings[-1], len(readings))


@pytest.mark.parametrize(
    ("jobs", "readings", "text"),
    [
        (7, [read(0, 0), read(9, 0)], "By the last 7 jobs of this form."),
        (1, [read(0, 0)], "By the last job of this form."),
        (7, STEADY, "By the last 7 jobs of this form and its own rate."),
    ],
)
def test_a_forecast_names_the_past_that_it_rests_on(
    jobs: int, readings: list[JobReading], text: str
) -> None:
    past = FormPast(jobs, None, None, None, 0.0, {})
    assert explain_range(motion(readings), readings[-1], len(readings), past) == text


def test_of_a_job_that_stands_still_the_past_says_nothing() -> None:
    readings = [read(0, 5), read(9, 50), read(99, 50)]
    past = FormPast(7, None, None, None, 0.0, {})
    assert "have not moved" in explain_range(motion(readings), readings[-1], 3, past)


@pytest.mark.parametrize(
    ("risk", "state", "text"),
    [
        (Risk(500, 25, 0, 0), RUNS, "None of 500 batches failed; Zoho aborts above 25."),
        (Risk(500, 25, 3, 3), RUNS, "3 of 500 batches failed; Zoho aborts above 25."),
        (
            Risk(1_000, 50, 21, 125, 0.34),
            RUNS,
            "Between 21 and 125 of 1,000 batches failed; Zoho aborts above 50.",
        ),
        (
            Risk(1_000, 50, 21, 125, 0.35),
            RUNS,
            "May be aborted if failures go on like this: between 21 and 125 of 1,000 batches "
            "failed; Zoho aborts above 50.",
        ),
        (
            Risk(20, 1, 2, 9),
            RUNS,
            "May be aborted at any moment: between 2 and 9 of 20 batches failed; Zoho aborts "
            "above 1.",
        ),
        (
            Risk(1_000, 50, 21, 125),
            JobState.SYSTEM_ABORTED,
            "Between 21 and 125 of 1,000 batches failed; Zoho aborts above 50.",
        ),
    ],
)
def test_the_batches(risk: Risk, state: JobState, text: str) -> None:
    assert batches(risk, state) == text
