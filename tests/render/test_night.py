"""A night in words, before it is armed, while it is, and when it is over."""

from datetime import UTC, timedelta

import pytest

from tests.support.reports import BEGAN, ENDED, NIGHT
from zcbulk_tui.domain.insertion import QueueStop
from zcbulk_tui.domain.night import ErrorBudget, NightPlan
from zcbulk_tui.render.night import about, ended, stopped, what_happens, when

PLAN = NightPlan(ENDED, NIGHT.budget, NIGHT.report)


def test_a_moment_bears_its_date_on_another_day() -> None:
    assert when(BEGAN, ENDED, UTC) == "10:30"
    assert when(BEGAN, ENDED + timedelta(days=1), UTC) == "10:30 on 11 Mar"


@pytest.mark.parametrize(
    ("files", "read_only", "said"),
    [
        (1, False, "The queue goes on: 1 file is in it, and each costs 3 calls."),
        (12, False, "The queue goes on: 12 files are in it"),
        (0, False, "The queue is empty"),
        (5, True, "read-only: it sends nothing"),
    ],
)
def test_what_will_happen(files: int, read_only: bool, said: str) -> None:
    lines = what_happens(PLAN, files, BEGAN, read_only=read_only)
    assert "in 8h" in lines[0]
    assert said in lines[1]
    assert "500 failed records, or more than 3 % failed, or when Zoho aborts a job" in lines[2]
    assert "/reports/night.md" in lines[3]


def test_without_a_limit_nothing_stops_the_queue() -> None:
    plan = PLAN._replace(budget=ErrorBudget())
    assert "Nothing stops the queue: no limit is set." in what_happens(
        plan, 0, BEGAN, read_only=False
    )


@pytest.mark.parametrize(
    ("by", "said"), [("error budget", "the error budget"), ("anna@jump1", "anna@jump1")]
)
def test_why_the_queue_stands_still(by: str, said: str) -> None:
    stop = QueueStop(BEGAN, "512 of 9,800 records failed", by)
    at = f"{BEGAN.astimezone():%H:%M}"
    words = f"Stopped at {at} by {said}: 512 of 9,800 records failed"
    assert stopped(stop, ENDED) == words
    assert f"{words}." in about(NIGHT, ENDED, stop=stop)


def test_how_it_has_ended() -> None:
    assert ended(NIGHT) == "The report is being written."
    written = NIGHT._replace(reported_at=ENDED)
    assert ended(written) == "The report is in /reports/night.md"
    late = written._replace(ended_at=ENDED + timedelta(hours=2, minutes=12))
    assert ended(late).startswith("It ended 2h12m late. ")
    assert ended(written._replace(ended_by="ben@jump2")).startswith("It was disarmed by ben@jump2.")
