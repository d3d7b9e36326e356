"""The report as Markdown: the first line, what needs a person, and text that is none of ours."""

import re
from dataclasses import replace

import pytest
from hypothesis import given

from tests.support.jobs import watched
from tests.support.reports import BEGAN, ENDED, REPORTS, full_report, report, reported
from zcbulk_tui.creator.faults import to_error
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, Counts, JobReading, JobState, WatchedJob
from zcbulk_tui.domain.lineage import Attempt, Chain
from zcbulk_tui.domain.records import ControlRecord, EventKind, JobEvent
from zcbulk_tui.domain.report import MissingResult, NightReport, Unstarted
from zcbulk_tui.domain.result import ResultKind, ResultStage
from zcbulk_tui.domain.snapshot import JobKey
from zcbulk_tui.errors import Answer, UnreachableError, ZcbulkError
from zcbulk_tui.render.report import first_line, markdown, needs

S = JobState


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (report(), "No job ran; nothing needs a person."),
        (report(no_token="Signed out"), "No job ran; 1 thing needs a person."),
        (
            report(reported(), reported()),
            "All went well: 2 jobs ran, 2,000 records are in, none failed.",
        ),
        (
            report(reported(success=1, state=S.IN_PROGRESS, left=9)),
            "Nothing needs a person so far: 1 job ran, 1 of them still running, 1 record is in, "
            "none failed, 9 are left.",
        ),
        (
            report(reported(), reported(failed=12)),
            "1 thing needs a person; 2 jobs ran, 2,000 records are in, 12 failed.",
        ),
    ],
)
def test_the_first_line_says_how_it_went(made: NightReport, said: str) -> None:
    assert first_line(made) == said
    assert markdown(made).splitlines()[0] == said


def test_everything_that_needs_a_person_has_its_next_step() -> None:
    found = needs(full_report())
    assert [re.sub(r".*`(zcbulk-tui [a-z-]+ ?[a-z-]*).*", r"\1", it).strip() for it in found] == [
        "zcbulk-tui login",
        "zcbulk-tui queue go-on",
        "zcbulk-tui status",
        "zcbulk-tui repair",
        "zcbulk-tui repair",
        "zcbulk-tui queue go-on",
        "zcbulk-tui results",
    ]
    assert "30 records failed" in found[4]
    assert "500 that were not reached are not on this disk. Zoho deletes them at" in found[6]


def _refused(error: ZcbulkError, running: WatchedJob | None = None) -> str:
    command = Command(Action.START, ENDED, Outcome.REFUSED, error=error)
    record = ControlRecord("key", watched(label="Leads"), "default", "anna@jump1", command)
    (said,) = needs(report(unstarted=(Unstarted(record, running),)))
    return said


def test_a_refused_start_has_the_words_of_the_server_and_the_step_that_fits() -> None:
    early = _refused(to_error(Answer(400, 11350, "The file upload is not complete.")))
    assert "was refused: The upload is not complete." in early
    assert "code 11350: “The file upload is not complete.”" in early
    assert "Upload the file" in early
    assert early.endswith("To start it: `zcbulk-tui start Leads`")

    busy = to_error(Answer(409, 99001, "the form has a running job"))
    said = _refused(busy, watched("4", "Leads 4"))
    assert "“the form has a running job”" in said
    assert "wait for its end with `zcbulk-tui wait 'Leads 4'`. To start it" in said
    assert "support" not in said
    assert "support" in _refused(busy)  # no job of the form is known to run

    unsent = _refused(UnreachableError("Zoho cannot be reached", "No route to host."))
    assert "was not carried out: Zoho cannot be reached. No route to host. To start it" in unsent


def test_a_command_stands_whole_within_its_marks() -> None:
    for said in needs(full_report()):
        outside = re.sub(r"`[^`]*`", "", said)
        assert "--" not in outside
        assert "zcbulk-tui" not in outside


def test_no_repair_is_proposed_that_is_done() -> None:
    first, second = (
        reported("c3.csv", 49_800, 200, job_id="1"),
        reported("again", 195, 5, job_id="2"),
    )
    readings = [
        Attempt(it.job.label, ENDED, JobKey("default", it.job.ref), it.reading, repairs=repairs)
        for it, repairs in ((first, ""), (second, "1"))
    ]
    made = report(first, second, chains=(Chain(tuple(readings), failed=5),))
    assert needs(made) == [
        "again: 5 records failed. To see how to send them again: "
        "`zcbulk-tui repair again --suggest`"
    ]
    assert first_line(made).endswith("49,995 records are in, 5 failed.")
    assert "counts in the sum as its last attempt left it" in markdown(made)
    part = report(first, chains=(Chain((readings[0], replaced(readings[1], 150)), failed=50),))
    assert needs(part)[0].startswith("c3.csv: 200 records failed; 150 of these 200 were sent again")


def replaced(attempt: Attempt, total: int) -> Attempt:
    """Returns an attempt that brought all of its records in."""
    reading = JobReading(S.COMPLETED, "Completed", Counts(total, total, 0, 0), ENDED)
    return attempt._replace(reading=reading)


def test_no_mark_in_a_label_ends_the_command_that_names_it() -> None:
    (found,) = needs(report(reported("a`` <i>`b", failed=1)))
    assert "``` zcbulk-tui repair 'a`` <i>`b' --suggest ```" in found


def test_a_result_that_zoho_has_deleted_is_lost() -> None:
    job = reported("Stock").job
    missing = MissingResult(job, ResultKind.FAILURE, 7, ResultStage.GONE, ENDED)
    (found,) = needs(report(missing=(missing,)))
    assert "Zoho has no such file" in found
    assert "`" not in found


def test_the_sections_stand_in_their_order() -> None:
    text = markdown(full_report())
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == [
        "Needs a person",
        "What ran",
        "Net results",
        "Why records failed",
        "What was done",
        "Alerts",
        "Calls",
        "Results fetched",
    ]
    assert "| 28 | INVALID\\_DATA-Number | Number | Orders EU |" in text
    assert "| Sum |  |  |  | 2,875 | 131 | 594 |  |" in text
    assert "10 of those that are in were in before." in text
    assert "Still running as of these readings: Prices." in text
    assert "163 were left after the last." in text
    assert f"- {BEGAN.astimezone():%H:%M}: Night until 18:30 armed by anna@jump1" in text
    assert "Stock \\| \\*old\\*: It was aborted; over at" in text


def test_a_first_sight_is_not_shown_as_a_beginning() -> None:
    job = reported("Stock")
    seen = replace(job, started_at=None, started_before=ENDED)
    text = markdown(report(job, seen, replace(job, started_at=None)))
    started = [row.split(" | ")[2] for row in re.findall(r"^\| Stock .*$", text, re.MULTILINE)]
    end = f"{ENDED.astimezone():%H:%M}"
    assert started[1:] == [f"before {end}", "–"]
    assert started[0] != started[1]


def test_what_was_done_names_its_job_as_the_other_parts_do() -> None:
    added = JobEvent(BEGAN, EventKind.ADDED, "Watched from now on", label="Stock")
    text = markdown(replace(report(reported("Stock")), events=(added,)))
    assert f"- {BEGAN.astimezone():%H:%M}: Stock: Watched from now on" in text


def test_with_nothing_to_say_it_says_so() -> None:
    text = markdown(report())
    assert "## Needs a person\n\nNothing." in text
    assert "Why records failed" not in text


@given(REPORTS)
def test_a_person_is_needed_exactly_where_a_job_did_not_end_well(made: NightReport) -> None:
    assert bool(needs(made)) == bool(made.ended_badly or made.with_failures)


@given(REPORTS)
def test_no_label_breaks_out_of_its_place(made: NightReport) -> None:
    text = markdown(made)
    assert all(line.isprintable() for line in text.splitlines())
    rows = [line for line in text.splitlines() if line.startswith("|")]
    widths = {len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) for row in rows}
    assert widths <= {9, 5, 3}
    sums = made.sums
    if made.jobs:
        assert f"| {sums.success:,} | {sums.failed:,} | {sums.left:,} |" in text
