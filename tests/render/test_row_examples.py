"""Rows of jobs in every situation, as they are read by a person."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.render.drawn import cells, fields, text
from tests.render.strategies import MOST_RECORDS
from tests.support.jobs import NOW, reading, watched
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, Counts, Environment, JobReading, JobState
from zcbulk_tui.domain.snapshot import Fault, JobSnapshot, Listed
from zcbulk_tui.errors import (
    JobUnknownError,
    SignInError,
    UnclearError,
    UndocumentedError,
    UnreachableError,
)
from zcbulk_tui.render.columns import LEAD, columns
from zcbulk_tui.render.figures import clock
from zcbulk_tui.render.glyphs import ASCII, UNICODE, Glyphs
from zcbulk_tui.render.row import Row, is_stale, row
from zcbulk_tui.render.span import Line, Look, Span

WIDE = columns(160)
SOON = NOW + timedelta(seconds=10)

RUNNING = (reading(-20, 2_000), reading(-10, 3_000), reading(0, 4_000))
"""At 100 records a second."""


def job(*readings: JobReading, **known: object) -> JobSnapshot:
    """A job that is polled again in 10 seconds, unless something else is known."""
    known = {"next_poll_at": SOON, **known}
    return replace(JobSnapshot(watched(), readings), **known)  # type: ignore[arg-type]  # any field


def failing(success: int, failed: int) -> JobReading:
    """A reading of a job of 10,000 records, of whose 50 batches 2 may fail."""
    return replace(reading(0, 0), counts=Counts(10_000, success, failed))


def start_by_clock() -> str:
    """Three hours from `NOW`, as a clock shows them here."""
    return f"{(NOW + timedelta(hours=3)).astimezone():%H:%M}"


def drawn_row(snapshot: JobSnapshot, seconds: float = 0) -> Row:
    """The row so many seconds after `NOW`."""
    return row(Listed("default", snapshot), NOW + timedelta(seconds=seconds), WIDE, ASCII)


def shown(snapshot: JobSnapshot, seconds: float = 0) -> dict[str, str]:
    """The numbers so many seconds after `NOW`, by column."""
    drawn = drawn_row(snapshot, seconds)
    return {name: field.text.strip() for name, field in fields(drawn.numbers, WIDE).items()}


def bar_of(snapshot: JobSnapshot, seconds: float = 0) -> Line:
    """The bar's part so many seconds after `NOW`."""
    return drawn_row(snapshot, seconds).bar


def said(line: Line) -> str:
    """The text of a line, without its padding."""
    return text(line).strip()


def test_a_job_that_runs() -> None:
    assert shown(job(*RUNNING)) == {
        "risk": "",
        "percent": "40",
        "done": "4,000",
        "failed": "0",
        "left": "6,000",
        "rate": "100",
        "ends": "40s–1m",
        "due": "<2d23h",
        "age": "now",
        "next": "15s",
    }
    assert bar_of(job(*RUNNING))[0].look is Look.SUCCESS
    assert set(said(bar_of(job(*RUNNING)))) == {"#", "."}


def test_what_is_estimated_is_drawn_otherwise_and_is_not_counted() -> None:
    assert set(said(bar_of(job(*RUNNING), 10))) == {"#", "=", "."}
    before, after = shown(job(*RUNNING)), shown(job(*RUNNING), 19)
    measured = ("percent", "done", "failed", "left", "rate")
    assert [after[name] for name in measured] == [before[name] for name in measured]
    assert after["age"] == "15s"


def test_a_job_that_stands_still_promises_nothing() -> None:
    snapshot = job(*RUNNING, reading(30, 4_000), reading(60, 4_000))
    for seconds in (60, 90, 600):
        seen = shown(snapshot, seconds)
        assert (seen["rate"], seen["ends"]) == ("0", ">30s")
        assert set(said(bar_of(snapshot, seconds))) == {"#", "."}, "nothing is estimated"


def test_a_job_that_moves_on_is_forecast_again() -> None:
    snapshot = job(*RUNNING, reading(30, 4_000), reading(60, 4_000), reading(70, 5_000))
    seen = shown(snapshot, 70)
    assert seen["rate"] != "0"
    assert "–" in seen["ends"]


def test_a_command_whose_answer_was_lost_is_unclear_on_its_row() -> None:
    sent = Command(Action.ABORT, NOW)
    assert shown(job(*RUNNING, command=sent))["ends"] != "unclear"
    lost = sent.ended(Outcome.SENT, error=UnclearError("dropped"))
    assert shown(job(*RUNNING, command=lost))["ends"] == "unclear"
    assert Span("unclear".rjust(12), Look.WARNING) in drawn_row(job(*RUNNING, command=lost)).numbers
    settled = lost.ended(Outcome.NO_EFFECT)
    assert shown(job(*RUNNING, command=settled))["ends"] != "unclear"


def test_a_job_that_has_not_been_read() -> None:
    snapshot = job()
    assert set(shown(snapshot).values()) == {"", "–", "15s"}
    assert said(bar_of(snapshot)) == ""
    assert not is_stale(snapshot, NOW + timedelta(days=1))


@pytest.mark.parametrize("state", [JobState.CREATED, JobState.READY])
def test_a_job_that_waits_says_for_how_long_it_may(state: JobState) -> None:
    seen = job(reading(0, 0, state=state))
    assert said(bar_of(seen)) == "start within <3h00m"
    created_at = NOW - timedelta(hours=1, minutes=12)
    known = replace(seen, job=seen.job._replace(created_at=created_at))
    assert said(bar_of(known)) == "start within 1h48m"
    assert said(bar_of(known, 3 * 3600)) == "past its 3 h to start"
    assert shown(seen)["ends"] == "–"


@pytest.mark.parametrize("state", [state for state in JobState if state.is_final])
def test_a_job_that_is_over_shows_when_it_was_read(state: JobState) -> None:
    snapshot = job(reading(0, 10_000, state=state), next_poll_at=None)
    assert shown(snapshot, 3600)["age"] == clock(NOW, NOW)
    assert shown(snapshot, 3600)["ends"]
    assert shown(snapshot)["next"] == "–"
    assert not is_stale(snapshot, NOW + timedelta(days=1))


@pytest.mark.parametrize("state", [state for state in JobState if state.is_final])
def test_a_job_that_is_over_is_never_drawn_anew(state: JobState) -> None:
    listed = Listed("default", job(reading(0, 10_000, state=state), next_poll_at=None))
    at = columns(120)
    assert row(listed, NOW, at, ASCII) == row(listed, NOW.replace(hour=11), at, ASCII)


@pytest.mark.parametrize("state", [JobState.COMPLETED, JobState.IN_PROGRESS])
def test_a_deadline_that_is_days_away_is_drawn_anew_by_the_hour(state: JobState) -> None:
    snapshot = job(reading(0, 0, state=state), next_poll_at=None)
    due = [shown(snapshot, minutes * 60)["due"] for minutes in range(1, 180)]
    assert list(dict.fromkeys(due)) == ["<2d23h", "<2d22h", "<2d21h"]


def due_of(snapshot: JobSnapshot, seconds: float) -> tuple[str, Look]:
    """The deadline so many seconds after `NOW`."""
    field = fields(drawn_row(snapshot, seconds).numbers, WIDE)["due"]
    return field.text.strip(), field.look


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, ("3h00m", Look.TEXT)),
        (2 * 3600 - 1, ("1h00m", Look.TEXT)),
        (2 * 3600 + 30, ("59m", Look.WARNING)),
        (2.9 * 3600, ("6m", Look.ERROR)),
        (3 * 3600 - 25, ("20s", Look.ERROR)),
        (3 * 3600, ("past", Look.ERROR)),
    ],
)
def test_the_start_of_a_job_that_waits_becomes_urgent(
    seconds: float, expected: tuple[str, Look]
) -> None:
    snapshot = job(reading(0, 0, state=JobState.READY))
    known = replace(snapshot, job=snapshot.job._replace(created_at=NOW))
    assert due_of(known, seconds) == expected


def test_a_deadline_that_is_only_bounded_says_so() -> None:
    assert due_of(job(reading(0, 0, state=JobState.READY)), 60) == ("<2h59m", Look.TEXT)


def test_a_result_that_is_gone_is_nothing_to_worry_about_any_more() -> None:
    snapshot = job(reading(0, 10_000, state=JobState.COMPLETED), next_poll_at=None)
    assert due_of(snapshot, 2.95 * 86400)[1] is Look.ERROR
    assert due_of(snapshot, 3 * 86400) == ("past", Look.DIM)


def test_a_state_that_is_not_known_is_shown_as_it_came() -> None:
    snapshot = job(JobReading(JobState.UNKNOWN, "[red]Paused[/red]", Counts(), NOW))
    assert said(bar_of(snapshot)) == "[red]Paused[/red] - no counts"
    assert shown(snapshot)["ends"] == "[red]Paused…"


def test_a_running_job_without_counts_says_so() -> None:
    assert said(bar_of(job(JobReading(JobState.IN_PROGRESS, "", Counts(), NOW)))).endswith(
        "no counts"
    )


@pytest.mark.parametrize("error", [JobUnknownError("No such job"), SignInError("No such job")])
@pytest.mark.parametrize("readings", [(), RUNNING], ids=["never read", "read before"])
def test_a_fault_that_ended_the_polls_stands_in_the_bars_place(
    error: JobUnknownError | SignInError, readings: tuple[JobReading, ...]
) -> None:
    snapshot = job(*readings, fault=Fault(error, NOW), next_poll_at=None)
    assert bar_of(snapshot)[0] == Span("No such job", Look.WARNING)
    assert shown(snapshot)["done"] == ("4,000" if readings else ""), "the last good counts stay"


@pytest.mark.parametrize("error", [UnreachableError("No network"), UndocumentedError("What?")])
def test_a_fault_that_may_pass_leaves_the_bar(error: UnreachableError | UndocumentedError) -> None:
    snapshot = job(*RUNNING, fault=Fault(error, NOW))
    assert bar_of(snapshot) == bar_of(job(*RUNNING))
    drawn = drawn_row(snapshot, 40)
    assert fields(drawn.numbers, WIDE)["age"] == ("30s".rjust(6), Look.WARNING)
    assert drawn.names[1] == Span(ASCII.trouble, Look.WARNING)


def test_a_fault_before_the_first_reading_is_told_at_once() -> None:
    snapshot = job(fault=Fault(UnreachableError("No network"), NOW))
    assert said(bar_of(snapshot)) == "No network"


def test_an_error_too_long_for_the_bar_goes_on_over_the_figures_that_are_not_known() -> None:
    title = "Zoho answers that the account has no permission for this form and its bulk jobs"
    drawn = drawn_row(job(fault=Fault(JobUnknownError(title), NOW)))
    assert (text(drawn.bar) + text(drawn.numbers)).startswith(title)
    assert text(drawn.numbers).endswith(" –   15s ")


@pytest.mark.parametrize(
    ("readings", "risk", "look"),
    [
        ((reading(0, 0, state=JobState.READY),), "@ start <13:30", Look.TEXT),
        ((reading(0, 9_000),), "", Look.TEXT),
        ((reading(-605, 9_000), reading(0, 9_000)), "= stuck 10m", Look.WARNING),
        ((failing(5_000, 600),), "X over the limit", Look.ERROR),
        ((failing(5_000, 400),), "^ may be aborted", Look.WARNING),
        ((failing(9_000, 2),), "x failed <0.1 %", Look.DIM),
        ((failing(9_000, 12),), "x failed 0.1 %", Look.DIM),
    ],
)
def test_the_risk_in_words(readings: tuple[JobReading, ...], risk: str, look: Look) -> None:
    assert shown(job(*readings))["risk"] == risk.replace("13:30", f"{start_by_clock()}")
    drawn = cells(drawn_row(job(*readings)).numbers)[1:3]
    assert not risk or [cell[1] for cell in drawn] == [look] * 2


@pytest.mark.parametrize(("seconds", "stale"), [(0, False), (10, False), (40, False), (41, True)])
def test_a_poll_that_does_not_come_makes_a_row_stale(seconds: float, stale: bool) -> None:
    assert is_stale(job(*RUNNING), NOW + timedelta(seconds=seconds)) is stale


@pytest.mark.parametrize(
    ("environment", "form", "expected"),
    [
        (Environment.PRODUCTION, "Orders", "Orders         "),
        (Environment.STAGE, "Orders", "Orders stage   "),
        (Environment.DEVELOPMENT, "Orders", "Orders dev     "),
        (Environment.PRODUCTION, "Employee_Details", "Employee_Deta… "),
        (Environment.STAGE, "Employee_Details", "Employe… stage "),
        (Environment.DEVELOPMENT, "Employee_Details", "Employee_… dev "),
        (Environment.PRODUCTION, "Fifteen_letters", "Fifteen_lette… "),
    ],
)
def test_the_form_and_where_it_lives(environment: Environment, form: str, expected: str) -> None:
    seen = job()
    ref = seen.ref._replace(environment=environment, form=form)
    names = drawn_row(replace(seen, job=seen.job._replace(ref=ref))).names
    assert text(names)[-15:] == expected


def pair(total: int, before: int, after: int, seconds: float) -> JobSnapshot:
    """A job that was read twice, so many seconds apart."""
    return job(reading(-seconds, before, total), reading(0, after, total))


@pytest.mark.parametrize(
    "snapshot",
    [
        pytest.param(pair(99_999_999, 10_000_000, 20_000_000, 3600), id="large"),
        pytest.param(pair(500_000, 100_000, 350_000, 5), id="50,000 records a second"),
        pytest.param(pair(10_000_000, 1, 2, 15), id="years to go"),
        pytest.param(pair(1_000_000, 0, 1, 3600), id="a century to go"),
        pytest.param(pair(123_456_789_012, 0, 10, 3600), id="more than a hundred billion"),
        pytest.param(job(reading(0, 0, MOST_RECORDS)), id="the most there can be"),
        pytest.param(job(reading(0, MOST_RECORDS, MOST_RECORDS)), id="the most there can be, done"),
    ],
)
def test_no_number_is_cut(snapshot: JobSnapshot) -> None:
    assert {name: number for name, number in shown(snapshot).items() if "…" in number} == {}


@pytest.mark.parametrize("glyphs", [ASCII, UNICODE])
@pytest.mark.parametrize("width", [60, 80, 160])
def test_an_alert_at_the_end_is_a_sign_behind_the_name_and_moves_nothing(
    glyphs: Glyphs, width: int
) -> None:
    at = columns(width)
    plain = replace(job(*RUNNING), job=watched(label="EU"))
    asked = replace(plain, job=plain.job._replace(alert_on_end=True))
    before, after = (
        text(row(Listed("default", it), NOW, at, glyphs).names) for it in (plain, asked)
    )
    (place,) = (
        index for index, pair in enumerate(zip(before, after, strict=True)) if len(set(pair)) > 1
    )
    assert (place, after[place]) == (LEAD + at.name - 1, glyphs.alert)


def test_a_job_that_is_over_has_no_such_sign() -> None:
    over = job(reading(0, 10_000, state=JobState.COMPLETED))
    asked = replace(over, job=over.job._replace(alert_on_end=True))
    assert drawn_row(asked) == drawn_row(over)
