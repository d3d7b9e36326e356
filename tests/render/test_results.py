"""Results as lines: where each stands, what it costs, until when Zoho has it."""

from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from tests.render.drawn import text
from tests.support.jobs import NOW, reading, watched
from zcbulk_tui.domain.job import Counts, JobState
from zcbulk_tui.domain.result import Result, ResultFile, ResultKind, ResultStage
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.errors import RefusedError, ResultNotReadyError
from zcbulk_tui.render import results
from zcbulk_tui.render.span import Look, line_width

COUNTS = Counts(10_000, 8_300, 1_300, 400)
ENDED = replace(reading(0, 1, state=JobState.SYSTEM_ABORTED), counts=COUNTS)
JOB = JobSnapshot(watched(label="Orders EU"), (ENDED,))
FILE = ResultFile(ResultKind.FAILURE, Path("/x"), 48_200, "ab", 1_300, NOW)
KNOWN = Result(JOB.ref, ResultKind.FAILURE)


def said(**changes: object) -> str:
    result = KNOWN._replace(**changes)  # type: ignore[arg-type]  # by name
    return results.stands(result, NOW, zone=UTC).text


def test_where_a_result_stands() -> None:
    assert results.stands(None, NOW).text == said() == "1 call"
    on_disk = {"stage": ResultStage.ON_DISK, "file": FILE, "expected": 1_300}
    assert said(**on_disk) == "here since 10:30, 48.2 kB"
    assert said(**{**on_disk, "expected": 1_302}) == "here since 10:30: 1,300 records"
    assert said(stage=ResultStage.REMOVED) == "removed here; 1 call"
    assert said(stage=ResultStage.GONE) == "Zoho has none, or none any more"
    refused = RefusedError("Zoho said no", "Why ever.")
    assert said(stage=ResultStage.REFUSED, error=refused) == "Zoho said no; 1 call"
    waits = {"error": ResultNotReadyError("It is still being made"), "next_try": NOW}
    assert said(**waits) == "It is still being made; next try 10:30, 1 call"
    assert said(tries=1) == "is fetched next, 1 call"


def test_what_is_on_its_way_says_how_much_has_come() -> None:
    fetching = KNOWN._replace(stage=ResultStage.FETCHING)
    assert results.stands(fetching, NOW).text == "on its way"
    assert results.stands(fetching, NOW, got=1_200_000).text == "on its way: 1.2 MB so far"


@pytest.mark.parametrize(
    ("hours", "shown", "look"),
    [(0, "<3d", Look.TEXT), (60, "<12h00m", Look.WARNING), (71, "<1h00m", Look.ERROR)],
)
def test_how_long_zoho_has_it(hours: int, shown: str, look: Look) -> None:
    assert results.until(JOB, NOW + timedelta(hours=hours)) == (shown, look)


def test_what_zoho_has_deleted_is_past() -> None:
    assert results.until(JOB, NOW + timedelta(days=4)).text == "past"
    assert results.until(JobSnapshot(watched()), NOW).text == "–"


@pytest.mark.parametrize("cells", [56, 64, 72, 112])
def test_lines_stand_below_their_titles(cells: int) -> None:
    heading = results.heading(cells)
    line = results.row(JOB, ResultKind.FAILURE, None, NOW, cells)
    assert line_width(heading) == line_width(line) == cells
    assert text(heading).index("RECORDS") == text(line).index("failed")
    assert text(heading).index("RESULT") == text(line).index("1 call")
    assert ("1,300" in text(line)) == (cells >= 64)


def test_of_no_records_there_is_nothing_to_fetch() -> None:
    done = replace(ENDED, state=JobState.COMPLETED, counts=Counts(5, 5, 0, 0))
    job = replace(JOB, readings=(done,))
    line = text(results.row(job, ResultKind.FAILURE, None, NOW, 100, is_first=False))
    assert "nothing to fetch" in line
    assert "Orders EU" not in line
    assert results.summary(job, [], NOW) == []


def test_the_details_name_what_can_hold_records() -> None:
    lines = results.summary(JOB, [KNOWN._replace(stage=ResultStage.GONE)], NOW)
    assert [(name, where.text) for name, where in lines] == [
        ("Failed", "Zoho has none, or none any more"),
        ("Left", "1 call"),
    ]
    running = replace(JOB, readings=(reading(0, 1),))
    assert [(name, where.text) for name, where in results.summary(running, [], NOW)] == [
        ("At its end", "at most 2 calls, none if all goes in")
    ]
