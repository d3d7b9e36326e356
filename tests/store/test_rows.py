"""What is written comes back as it was: moments, readings, errors, jobs and records."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render import strategies as drawn
from tests.store.telling import told
from tests.support.databases import memory_database
from tests.support.jobs import NOW, reading, watched
from tests.support.text import HOSTILE, is_one_safe_line
from zcbulk_tui import errors
from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, Counts, JobReading, JobState, WatchedJob
from zcbulk_tui.domain.records import CallRecord, ControlRecord, EventKind, JobEvent
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import Answer, ServiceError, ZcbulkError
from zcbulk_tui.store import control_log, log_rows
from zcbulk_tui.store.json_objects import (
    error_from_json,
    error_json,
    reading_from_json,
    reading_json,
)
from zcbulk_tui.store.rows import (
    READING,
    from_reading,
    maybe_millis,
    maybe_moment,
    to_millis,
    to_moment,
    to_reading,
)
from zcbulk_tui.store.watch_list import WatchList

LARGEST = 2**63 - 1

words = drawn.lines
moments = st.integers(-(10**12), 4 * 10**12).map(to_moment)
codes = st.none() | st.integers(-999_999, 999_999)
readings = st.builds(
    lambda one, at, code: replace(one, read_at=at, code=code), drawn.readings(), moments, codes
)
answers = st.builds(Answer, st.integers(100, 599), codes, words, st.just(True))


def kinds(root: type[ZcbulkError] = ZcbulkError) -> Iterator[type[ZcbulkError]]:
    """The errors of the tree, all of them."""
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, root):
            yield kind


KINDS = list(kinds())

any_errors = st.builds(
    lambda kind, said, answer: kind(*said, answer=answer),
    st.sampled_from(KINDS),
    st.tuples(words, words, words),
    st.none() | answers,
)
jobs = st.builds(
    lambda job, told, tags, by, note: job._replace(
        added_at=told[0],
        created_at=told[1],
        started_at=told[2],
        tags=tuple(tags),
        added_by=by,
        note=note,
    ),
    drawn.watched_jobs(),
    st.tuples(moments, st.none() | moments, st.none() | moments),
    st.lists(drawn.link_names, max_size=3),
    words,
    words,
)


@given(st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1)), st.integers(-720, 840))  # noqa: DTZ001 - it gets its zone below
def test_a_moment_comes_back_to_the_millisecond(naive: datetime, minutes: int) -> None:
    moment = naive.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    back = to_moment(to_millis(moment))
    assert abs(back - moment) <= timedelta(microseconds=500)
    assert to_moment(to_millis(back)) == back
    assert back.utcoffset() == timedelta()


def test_no_moment_comes_back_as_none() -> None:
    assert maybe_moment(maybe_millis(None)) is None
    assert maybe_moment(maybe_millis(to_moment(0))) == to_moment(0)


@given(readings)
def test_a_reading_comes_back_from_its_columns(one: JobReading) -> None:
    with closing(memory_database()) as database:
        database.write_later(
            f"INSERT INTO readings (job, by_window, {READING}) VALUES (1, 1, ?,?,?,?,?,?,?,?)",
            from_reading(one),
        )
        ((*row,),) = database.rows(f"SELECT {READING} FROM readings")
    back = to_reading(tuple(row))
    assert (back, back.code) == (one, one.code)
    assert back.answer is None


@given(st.none() | readings)
def test_a_reading_comes_back_from_its_text(one: JobReading | None) -> None:
    text = reading_json(one)
    assert reading_from_json(text) == one
    assert (text is None) == (one is None)


@given(st.tuples(*[st.none() | st.integers(0, 2**63 + 2) | st.integers(0, 10**40)] * 4))
def test_a_count_beyond_all_measure_becomes_the_largest_that_can_be_held(
    figures: tuple[int | None, ...],
) -> None:
    one = replace(reading(0, 0), counts=Counts(*figures))
    with closing(memory_database()) as database:
        database.write_later(
            f"INSERT INTO readings (job, by_window, {READING}) VALUES (1, 1, ?,?,?,?,?,?,?,?)",
            from_reading(one),
        )
        ((*row,),) = database.rows(f"SELECT {READING} FROM readings")
    held = Counts(*(None if figure is None else min(figure, LARGEST) for figure in figures))
    assert to_reading(tuple(row)).counts == held


@pytest.mark.parametrize("state", ["", "halted", "COMPLETED", "JobState.READY"])
def test_a_state_of_a_later_version_is_unknown_and_its_spelling_stays(state: str) -> None:
    row = list(from_reading(reading(0, 5)))
    row[1:3] = state, "Halted"
    back = to_reading(tuple(row))
    assert (back.state, back.raw_state) == (JobState.UNKNOWN, "Halted")
    assert back.counts.success == 5


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_harmful_characters_in_a_spelling_do_not_come_back(text: str) -> None:
    back = to_reading(from_reading(replace(reading(0, 5), raw_state=f"Is {text}")))
    assert back.raw_state.startswith("Is ")
    assert is_one_safe_line(back.raw_state)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_error_comes_back_as_the_same_kind(kind: type[ZcbulkError]) -> None:
    for answer in (None, Answer(429), Answer(400, 3000, "no"), Answer(500, None, "“Süd”")):
        error = kind("It went wrong", "Because.", "Do this.", answer=answer)
        back = error_from_json(error_json(error))
        assert type(back) is kind, answer
        assert told(back) == told(error)
        assert str(back) == str(error), answer
        assert back.exit_code == kind.exit_code, answer


@given(st.none() | any_errors)
def test_any_error_comes_back_as_it_was(error: ZcbulkError | None) -> None:
    assert told(error_from_json(error_json(error))) == told(error)


def test_an_error_that_names_a_time_to_wait_comes_back_without_it() -> None:
    back = error_from_json(error_json(ServiceError("Busy", retry_after=30)))
    assert isinstance(back, ServiceError)
    assert back.retry_after is None


def test_the_time_to_wait_of_an_error_is_among_the_news() -> None:
    for asked in (30.0, None):
        text = error_json(ServiceError("Busy", retry_after=asked))
        back = error_from_json(text, is_news=True)
        assert isinstance(back, ServiceError)
        assert back.retry_after == asked


@pytest.mark.parametrize("kind", ["LaterError", "", "object", "Answer", "Exception"])
def test_an_error_of_a_later_version_is_one_of_no_known_kind(kind: str) -> None:
    parts = json.loads(error_json(ServiceError("Halted", "Because.")) or "")
    back = error_from_json(json.dumps({**parts, "kind": kind}))
    assert type(back) is ZcbulkError
    assert str(back) == "Halted. Because."


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_harmful_characters_in_an_error_do_not_come_back(text: str) -> None:
    error = ServiceError(f"A {text}", f"B {text}", f"C {text}", answer=Answer(500, 1, f"D {text}"))
    back = error_from_json(error_json(error))
    assert back is not None
    assert is_one_safe_line(str(back))
    assert back.answer is not None
    assert back.answer.text.startswith("D ")


@given(jobs)
def test_a_job_comes_back_as_it_was(job: WatchedJob) -> None:
    with closing(memory_database()) as database:
        watch_list = WatchList(database, "default")
        watch_list.add(job)
        (back,) = watch_list.jobs()
    assert back == job


@given(
    st.sampled_from(EventKind),
    words,
    moments,
    st.none() | any_errors,
    st.booleans(),
)
def test_an_event_comes_back_as_it_was(
    kind: EventKind, text: str, at: datetime, error: ZcbulkError | None, of_all: bool
) -> None:
    job = watched()
    ref, label = (None, "") if of_all else (job.ref, job.label)
    event = JobEvent(at, kind, text, ref, label, error)
    with closing(memory_database()) as database:
        WatchList(database, "default").add(job)
        database.write_later(
            log_rows.KEEP_EVENT_OF_ALL if of_all else log_rows.KEEP_EVENT,
            log_rows.event_values("default", 1, event),
        )
        (row,) = database.rows(f"SELECT {log_rows.EVENT} FROM {log_rows.EVENTS}")
    back = log_rows.to_event(row)
    assert told(back.error) == told(error)
    assert back._replace(error=None) == event._replace(error=None)


@given(
    st.sampled_from(Cause),
    st.tuples(words, words, words),
    moments,
    st.integers(0, 10**6),
    st.none() | answers,
)
def test_a_call_comes_back_as_it_was(
    cause: Cause, said: tuple[str, str, str], at: datetime, millis: int, answer: Answer | None
) -> None:
    why, request, failure = said
    job = watched()
    record = CallRecord(
        at, cause, why, request, millis / 1000, 163, answer, failure, job.ref, job.label
    )
    with closing(memory_database()) as database:
        WatchList(database, "default").add(job)
        database.write_later(log_rows.KEEP_CALL, log_rows.call_values("default", record))
        (row,) = database.rows(f"SELECT {log_rows.CALL} FROM {log_rows.CALLS}")
    assert log_rows.to_call(row) == record


commands = st.builds(
    Command,
    st.sampled_from(Action),
    moments,
    st.sampled_from(Outcome),
    words,
    st.none() | any_errors,
)


@given(jobs, commands, words, st.none() | readings, st.none() | readings)
def test_a_record_of_a_command_comes_back_as_it_was(
    job: WatchedJob,
    command: Command,
    request: str,
    shown: JobReading | None,
    settled: JobReading | None,
) -> None:
    record = ControlRecord("a key", job, "default", "anna@jump1", command, shown, request, settled)
    with closing(memory_database()) as database:
        WatchList(database, "default").add(job)
        # Written twice, as more becomes known of it.
        unsettled = record._replace(settled=None)
        for one in (unsettled, record):
            database.write_later(control_log.KEEP, control_log.values(one))
        (row,) = database.rows(control_log.SELECT)
    back = control_log.to_record(row)
    assert told(back.command.error) == told(command.error)
    plain = back._replace(command=back.command._replace(error=None))
    assert plain == record._replace(command=command._replace(error=None))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_harmful_characters_in_a_record_do_not_come_back(text: str) -> None:
    job = watched()
    command = Command(Action.START, NOW, Outcome.ACCEPTED, f"Said {text}")
    record = ControlRecord("key", job, "default", f"by {text}", command, request=f"PATCH {text}")
    call = CallRecord(
        NOW,
        Cause.KEY,
        f"why {text}",
        f"GET {text}",
        0.1,
        1,
        Answer(200, 3000, text),
        f"Failed {text}",
        job.ref,
        "",
    )
    event = JobEvent(NOW, EventKind.ALERT, f"Text {text}", job.ref)
    with closing(memory_database()) as database:
        WatchList(database, "default").add(job)
        database.write_later(control_log.KEEP, control_log.values(record))
        database.write_later(log_rows.KEEP_CALL, log_rows.call_values("default", call))
        database.write_later(log_rows.KEEP_EVENT, log_rows.event_values("default", 1, event))
        back = control_log.to_record(database.rows(control_log.SELECT)[0])
        (row,) = database.rows(f"SELECT {log_rows.CALL} FROM {log_rows.CALLS}")
        called = log_rows.to_call(row)
        (row,) = database.rows(f"SELECT {log_rows.EVENT} FROM {log_rows.EVENTS}")
        happened = log_rows.to_event(row)
    shown = [back.operator, back.request, back.command.said, happened.text]
    shown += [called.why, called.request, called.failure, str(called.answer)]
    assert all(map(is_one_safe_line, shown))
    assert back.operator == one_line(f"by {text}")
