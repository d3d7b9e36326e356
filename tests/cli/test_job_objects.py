"""How jobs stand, as objects of JSON: as the schemas say, whatever readings come."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import json_outputs
from tests.support.jobs import NOW, reading, watched
from tests.support.properties import histories_of_one_job, moments
from zcbulk_tui.cli.job_objects import Standing, job_record, percent, status_record
from zcbulk_tui.cli.json_records import call_object, entry_object, figure
from zcbulk_tui.domain.budget import Cause, Reason
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, JobReading, JobState
from zcbulk_tui.domain.records import CallRecord, ControlRecord, EventKind, JobEvent, Record
from zcbulk_tui.domain.snapshot import Fault, JobSnapshot
from zcbulk_tui.errors import Answer, RefusedError, UnreachableError, ZcbulkError

ERRORS: tuple[ZcbulkError, ...] = (
    UnreachableError("Zoho cannot be reached", "There is no route."),
    RefusedError("Zoho refuses it", answer=Answer(200, 2945, "Not now")),
    RefusedError("Zoho refuses it", answer=Answer(502, None, "")),
)

readings = histories_of_one_job()
errors = st.sampled_from(ERRORS)
maybe_errors = st.none() | errors
nows = moments.map(lambda seconds: NOW + timedelta(seconds=seconds))


@st.composite
def records(draw: st.DrawFn) -> ControlRecord:
    """A start or an abort, with all of its optional parts or without."""
    command = Command(
        draw(st.sampled_from(Action)),
        NOW,
        draw(st.sampled_from(Outcome)),
        draw(st.sampled_from(["", "Done"])),
        draw(maybe_errors),
    )
    seen = st.none() | st.just(reading(0, 1))
    return ControlRecord(
        "key", watched(), "default", "anna@jump1", command, draw(seen), "PATCH {}", draw(seen)
    )


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    """A job, and what may be known of it."""
    error, record = draw(maybe_errors), draw(st.none() | records())
    snapshot = JobSnapshot(
        watched(),
        tuple(draw(readings)),
        Fault(error, NOW) if error else None,
        draw(st.none() | nows),
        draw(st.none() | st.sampled_from(Reason)),
        record.command if record else None,
    )
    return Standing(snapshot, record, None, draw(st.sampled_from(["", "pts/3"])))


def floats(value: object) -> Iterator[float]:
    """All floats in an object of JSON."""
    if isinstance(value, float):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from floats(part)
    elif isinstance(value, list):
        for part in value:
            yield from floats(part)


@given(standings(), nows)
def test_a_job_of_the_list_is_as_the_schema_says(standing: Standing, now: object) -> None:
    found = job_record(standing, now)  # type: ignore[arg-type]  # moments, as drawn
    json.dumps(found, allow_nan=False)
    json_outputs.check_value("jobs", [found])
    assert all(float(f"{number:.6g}") == number for number in floats(found))


@given(standings(), nows, maybe_errors)
def test_a_job_that_was_asked_for_is_as_the_schema_says(
    standing: Standing, now: object, error: ZcbulkError | None
) -> None:
    result = error or standing.snapshot.last or ERRORS[0]
    found = status_record(watched(), result, standing, now)  # type: ignore[arg-type]  # as above
    json.dumps(found, allow_nan=False)
    json_outputs.check_value("status", [found])
    is_read = isinstance(result, JobReading)
    assert (found["error"] is None) == is_read
    if not is_read:
        names = ("total", "success", "failed", "left", "percent", "read_at", "rate", "estimate")
        assert {found[name] for name in names} == {None}


@given(errors)
def test_a_name_of_no_job_is_as_the_schema_says(error: ZcbulkError) -> None:
    found = status_record(None, error, None, NOW)
    json_outputs.check_value("status", [found])
    assert (found["job_id"], found["state"], found["chain"]) == (None, "unknown", None)


def test_measured_and_estimated_are_never_in_one_number() -> None:
    two = (reading(0, 1_000), reading(100, 2_000))
    now = NOW + timedelta(seconds=160)
    found = job_record(Standing(JobSnapshot(watched(), two)), now)
    assert (found["success"], found["left"], found["percent"]) == (2_000, 8_000, 20.0)
    assert found["estimate"] == {"processed": 600, "at": "2026-03-11T10:32:40.000+00:00"}
    assert (found["rate"], found["mean_rate"], found["age_seconds"]) == (10.0, 10.0, 60.0)
    later = job_record(Standing(JobSnapshot(watched(), two)), now + timedelta(seconds=30))
    estimated = {"age_seconds", "estimate", "ends"}
    assert {name for name in found if found[name] != later[name]} == estimated


CREATED = NOW - timedelta(hours=1)
ENDED = (reading(0, 1), reading(60, 2, state=JobState.COMPLETED))


@pytest.mark.parametrize(
    ("standing", "kind", "earliest", "at", "exact"),
    [
        pytest.param(
            Standing(JobSnapshot(watched(), (reading(0, 0, state=JobState.READY),))),
            *("start", None, "2026-03-11T13:30:00.000+00:00", False),
            id="nobody saw its creation",
        ),
        pytest.param(
            Standing(
                JobSnapshot(
                    watched()._replace(created_at=CREATED), (reading(0, 0, state=JobState.READY),)
                )
            ),
            *("start", "2026-03-11T12:30:00.000+00:00", "2026-03-11T12:30:00.000+00:00", True),
            id="known",
        ),
        pytest.param(
            Standing(JobSnapshot(watched(), ENDED)),
            *("result", "2026-03-14T10:30:00.000+00:00", "2026-03-14T10:31:00.000+00:00", False),
            id="between two readings",
        ),
        pytest.param(
            Standing(JobSnapshot(watched(), ENDED[1:])),
            *("result", None, "2026-03-14T10:31:00.000+00:00", False),
            id="nobody saw it run",
        ),
        pytest.param(
            Standing(JobSnapshot(watched(), ENDED[:1])),
            *("input", None, "2026-03-14T10:30:00.000+00:00", False),
            id="uploaded elsewhere",
        ),
        pytest.param(
            Standing(JobSnapshot(watched(), ENDED[:1]), uploaded_at=CREATED),
            *("input", "2026-03-14T09:30:00.000+00:00", "2026-03-14T10:30:00.000+00:00", False),
            id="uploaded from here",
        ),
    ],
)
def test_a_deadline_has_its_bounds(
    standing: Standing, kind: str, earliest: str | None, at: str, exact: bool
) -> None:
    found = job_record(standing, NOW)["deadline"]
    assert isinstance(found, dict)
    assert found == {**found, "kind": kind, "earliest": earliest, "at": at, "exact": exact}


def test_a_job_that_stands_still_has_no_latest_end() -> None:
    still = (reading(0, 1_000), reading(100, 2_000), reading(900, 2_000))
    found = job_record(Standing(JobSnapshot(watched(), still)), NOW + timedelta(seconds=960))
    ends = found["ends"]
    assert isinstance(ends, dict)
    assert (ends["latest"], ends["most_seconds"]) == (None, None)
    assert found["concern"] == {"kind": "stuck", "text": "stuck 13m"}
    assert found["rate"] == 0.0


def test_a_poll_is_planned_only_where_a_window_polls() -> None:
    snapshot = JobSnapshot(watched(), (reading(0, 1),), None, NOW, Reason.FINISH)
    assert job_record(Standing(snapshot), NOW)["next_poll"] is None
    polled = job_record(Standing(snapshot, window="pts/3"), NOW)["next_poll"]
    assert polled == {"at": "2026-03-11T10:30:00.000+00:00", "reason": "finish", "window": "pts/3"}
    retried = JobSnapshot(watched(), fault=Fault(ERRORS[0], NOW))
    assert job_record(Standing(retried, window="pts/3"), NOW)["next_poll"] == {
        "at": None,
        "reason": None,
        "window": "pts/3",
    }


@given(st.floats(0, 1))
def test_percent_is_100_only_where_nothing_is_missing(share: float) -> None:
    found = percent(share)
    assert found is not None
    assert (found == 100) == (share == 1)
    assert abs(found - share * 100) <= 0.11


@given(st.floats(1e-9, 1e9))
def test_a_figure_has_six_digits_that_count(value: float) -> None:
    found = figure(value)
    assert found is not None
    assert abs(found - value) <= value * 1e-5
    assert figure(found) == found


@st.composite
def entries(draw: st.DrawFn) -> Record:
    """An entry of the log."""
    job = watched()
    ref, label = draw(st.sampled_from([(job.ref, job.label), (None, "")]))
    error = draw(maybe_errors)
    event = JobEvent(NOW, draw(st.sampled_from(EventKind)), "What happened", ref, label, error)
    call = CallRecord(
        NOW,
        draw(st.sampled_from(Cause)),
        "start",
        "GET status",
        draw(st.floats(0, 1e6)),
        draw(st.integers(-5, 1000)),
        draw(st.none() | st.just(Answer(200, None, "Fine"))),
        draw(st.sampled_from(["", "no answer"])),
        ref,
        label,
    )
    found: list[Record] = [event, call, draw(records())]
    return draw(st.sampled_from(found))


@given(entries())
def test_an_entry_of_the_log_is_as_the_schema_says(entry: Record) -> None:
    found = entry_object(entry)
    json.dumps(found, allow_nan=False)
    json_outputs.check_value("log", [found])


@pytest.mark.parametrize("seconds", [0.123456789, 12345.6789])
def test_seconds_of_a_call_have_the_digits_that_all_figures_have(seconds: float) -> None:
    call = CallRecord(NOW, Cause.KEY, "r", "GET", seconds, 1, None, "", None, "")
    assert call_object(call)["seconds"] == figure(seconds)
