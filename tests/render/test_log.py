"""The log: its words, its lines, and what a filter finds."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.drawn import text as drawn
from tests.render.strategies import (
    commands,
    errors,
    lines,
    moments,
    readings,
    refs,
    watched_jobs,
)
from tests.support.jobs import NOW, REF, reading, watched
from tests.support.text import HOSTILE, is_one_safe_line
from zcbulk_tui.domain.budget import Cause, Reason
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, JobState
from zcbulk_tui.domain.records import CallRecord, ControlRecord, EventKind, JobEvent, Record
from zcbulk_tui.errors import Answer, RefusedError, UnclearError, UnreachableError, ZcbulkError
from zcbulk_tui.render import log
from zcbulk_tui.render.glyphs import ASCII, UNICODE, Glyphs
from zcbulk_tui.render.span import Look, fit, line_width

glyphs = st.sampled_from([UNICODE, ASCII])

answers = st.builds(
    Answer, st.integers(100, 599), st.none() | st.integers(0, 99_999), lines, st.just(True)
)

events = st.builds(
    JobEvent,
    moments,
    st.sampled_from(EventKind),
    lines,
    st.none() | refs(),
    lines,
    st.none() | errors(),
)

calls = st.builds(
    CallRecord,
    moments,
    st.sampled_from(Cause),
    st.sampled_from([*Reason, "r", ""]),
    st.sampled_from(["GET status", 'PATCH {"data": {"action": "start"}}']),
    st.floats(0, 100),
    st.integers(0, 10**6),
    st.none() | answers,
    st.just("") | lines,
    refs(),
    lines,
)

controls = st.builds(
    ControlRecord,
    st.just("key"),
    watched_jobs(),
    st.just("eu"),
    lines,
    commands(),
    shown=st.none(),
    request=st.just(""),
    settled=st.none() | readings(),
)

records: st.SearchStrategy[Record] = events | calls | controls

typed = st.text("aeiort!:jbkndcl 3", max_size=6) | st.sampled_from(
    ["kind:call", "kind:e", "kind:command", "job:o", "!kind:call", "!job:o", "KIND:CALL", "!", ""]
)


OK = Answer(200, 3000)

CHECK = "GET status, scheduled check (end expected)"


def event(text: str = "running → done", **changes: object) -> JobEvent:
    made = JobEvent(NOW, EventKind.STATE, text, REF, "Orders EU")
    return made._replace(**changes)  # type: ignore[arg-type]  # by name


def call(answer: Answer | None = OK, **changes: object) -> CallRecord:
    why = Reason.FINISH
    made = CallRecord(NOW, Cause.PLAN, why, "GET status", 0.182, 163, answer, "", REF, "Orders EU")
    return made._replace(**changes)  # type: ignore[arg-type]  # by name


def abort(
    outcome: Outcome = Outcome.ACCEPTED,
    said: str = "",
    error: ZcbulkError | None = None,
    **changes: object,
) -> ControlRecord:
    command = Command(Action.ABORT, NOW, outcome, said, error)
    made = ControlRecord("key", watched(label="Orders EU"), "eu", "anna@jump1", command)
    return made._replace(**changes)  # type: ignore[arg-type]  # by name


def local(moment: datetime, form: str = "%H:%M:%S") -> str:
    return f"{moment.astimezone():{form}}"


# In words.

REFUSAL = RefusedError("The upload is not complete", answer=Answer(400, 11350, "Not yet."))
LATE = UnclearError("The answer did not come in time")


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (event(), "Orders EU  running → done"),
        (event("The polls are paused", ref=None, label=""), "The polls are paused"),
        (event("eager", kind=EventKind.PACE, ref=None, label=""), "pace: eager"),
        (event("", kind=EventKind.RECOVERED), "Orders EU  recovered"),
        (
            event("It could not be read", kind=EventKind.FAULT, error=LATE),
            "Orders EU  It could not be read: The answer did not come in time",
        ),
        (
            event(REFUSAL.title, kind=EventKind.FAULT, error=REFUSAL),
            "Orders EU  The upload is not complete; Zoho said HTTP 400, code 11350: “Not yet.”",
        ),
        (
            call(),
            f"Orders EU  {CHECK}: HTTP 200, code 3000, 182 ms, 163 left",
        ),
        (
            call(Answer(200, 3000, "Fine."), cause=Cause.SCRIPT, why="", seconds=12.4, left=1_000),
            "Orders EU  GET status, script: HTTP 200, code 3000, 12s, 1,000 left",
        ),
        (
            call(Answer(404, 7120, "None."), failure="Zoho knows no such job here"),
            f"Orders EU  {CHECK}: Zoho knows no such job here, HTTP 404, "
            "code 7120, 182 ms, 163 left; it said “None.”",
        ),
        (
            call(None, failure=LATE.title, seconds=1.5),
            f"Orders EU  {CHECK}: The answer did not come in time, 1,500 ms, 163 left",
        ),
        (
            call(None),
            f"Orders EU  {CHECK}: no answer, 182 ms, 163 left",
        ),
        (abort(), "Orders EU  Abort by anna@jump1: accepted"),
        (
            abort(said="Aborted."),
            "Orders EU  Abort by anna@jump1: accepted, the server said “Aborted.”",
        ),
        (
            abort(Outcome.REFUSED, error=REFUSAL),
            "Orders EU  Abort by anna@jump1: refused: The upload is not complete; "
            "Zoho said HTTP 400, code 11350: “Not yet.”",
        ),
        (
            abort(Outcome.REFUSED, error=UnreachableError("Zoho cannot be reached")),
            "Orders EU  Abort by anna@jump1: not sent: Zoho cannot be reached",
        ),
        (abort(Outcome.SENT), "Orders EU  Abort by anna@jump1: sent, not answered yet"),
        (
            abort(Outcome.SENT, error=LATE),
            "Orders EU  Abort by anna@jump1: the answer is unclear: "
            "The answer did not come in time",
        ),
        (
            abort(Outcome.TOOK_EFFECT, error=LATE),
            "Orders EU  Abort by anna@jump1: the answer was lost, the status shows that it took "
            "effect (The answer did not come in time)",
        ),
        (
            abort(Outcome.NO_EFFECT),
            "Orders EU  Abort by anna@jump1: the answer was lost, the status shows no effect so "
            "far",
        ),
    ],
)
def test_examples_of_words(record: Record, expected: str) -> None:
    assert log.text(record) == expected


@pytest.mark.parametrize(("seconds", "form"), [(67, "%H:%M:%S"), (86_400, "%d %b %H:%M:%S")])
def test_what_settled_a_command_is_told_with_its_time(seconds: float, form: str) -> None:
    settled = replace(reading(seconds, 5, state=JobState.USER_ABORTED), raw_state="User-aborted")
    at = local(NOW + timedelta(seconds=seconds), form)
    assert log.text(abort(settled=settled)) == (
        f"Orders EU  Abort by anna@jump1: accepted; settled: User-aborted at {at}"
    )


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_nothing_harmful_gets_into_the_words(hostile: str) -> None:
    error = RefusedError(hostile, answer=Answer(400, 1, hostile))
    for record in (
        event(hostile, label=hostile, error=error),
        call(Answer(400, 1, hostile), failure=hostile, label=hostile, request=hostile),
        abort(Outcome.REFUSED, hostile, error, job=watched(label=hostile), operator=hostile),
    ):
        assert is_one_safe_line(log.text(record))
        assert is_one_safe_line(drawn(log.entry(record, NOW, 120, glyphs=UNICODE)))


@given(records)
def test_words_are_one_safe_line_with_the_label_first(record: Record) -> None:
    told = log.text(record)
    assert is_one_safe_line(told)
    assert told
    label = record.job.label if isinstance(record, ControlRecord) else record.label
    assert told.startswith(label)


# In lines.


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (event(), Look.TEXT),
        (event("It could not be read", kind=EventKind.FAULT), Look.WARNING),
        (event("Near its limit", kind=EventKind.ALERT), Look.WARNING),
        (event("It was added as done", kind=EventKind.ADDED), Look.TEXT),
        (call(), Look.DIM),
        (call(None, failure="late"), Look.WARNING),
        (abort(), Look.STRONG),
        (abort(Outcome.SENT), Look.STRONG),
        (abort(Outcome.SENT, error=LATE), Look.WARNING),
        (abort(Outcome.REFUSED, error=REFUSAL), Look.ERROR),
        (abort(Outcome.NO_EFFECT, error=LATE), Look.WARNING),
        (abort(Outcome.TOOK_EFFECT, error=LATE), Look.STRONG),
    ],
)
def test_examples_of_looks(record: Record, expected: Look) -> None:
    assert log.look(record) is expected
    mark = drawn(log.entry(record, NOW, 120, glyphs=UNICODE))[17]
    assert mark == (UNICODE.trouble if expected in (Look.WARNING, Look.ERROR) else " ")


def test_an_example_of_a_line() -> None:
    line = drawn(log.entry(call(), NOW, 120, glyphs=UNICODE))
    what = f"{CHECK}: HTTP 200, code 3000, 182 ms, 163 left"
    assert line == fit(f"        {local(NOW)}   call     Orders EU             {what}", 120)


@pytest.mark.parametrize(("width", "form"), [(100, "%d %b %H:%M:%S"), (99, "%d %b %H:%M")])
def test_another_day_bears_its_date(width: int, form: str) -> None:
    line = drawn(log.entry(call(), NOW + timedelta(days=2), width, glyphs=UNICODE))
    assert line.startswith(f" {local(NOW, form)}   call ")


@given(records, moments, st.integers(0, 150), glyphs)
def test_a_line_has_its_width(record: Record, now: datetime, width: int, of: Glyphs) -> None:
    line = log.entry(record, now, width, glyphs=of)
    assert line_width(line) == width
    assert is_one_safe_line(drawn(line))


@given(records, st.integers(40, 150), st.integers(1, 4), glyphs)
def test_an_entry_in_full_has_its_size(record: Record, width: int, height: int, of: Glyphs) -> None:
    told = log.in_full(record, width, height, glyphs=of)
    assert [line_width(line) for line in told] == [width] * height
    assert all(is_one_safe_line(drawn(line)) for line in told)
    assert drawn(told[0]).startswith(f" {local(record.at, '%Y-%m-%d %H:%M:%S')}"[:width])


def test_an_entry_in_full_leaves_nothing_out() -> None:
    told = " ".join("".join(map(drawn, log.in_full(call(), 60, 3, glyphs=UNICODE))).split())
    assert told == (
        f"{local(NOW, '%Y-%m-%d %H:%M:%S')} · call · Orders EU ({REF.job_id}) · "
        "GET status, scheduled check (end expected): HTTP 200, code 3000, 182 ms, 163 left"
    )


@given(
    st.builds(
        log.View,
        st.integers(0, 10**6),
        st.integers(0, 10**6),
        st.text(max_size=300),
        st.booleans(),
        st.none() | moments,
    ),
    st.integers(0, 150),
)
def test_the_lines_around_are_safe_whatever_is_typed(view: log.View, width: int) -> None:
    title = log.title(view, width, glyphs=UNICODE)
    assert line_width(title) == width
    assert all(map(is_one_safe_line, (drawn(title), log.note(view, NOW), log.hint(view, NOW))))


# What is looked for.


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ([], "event call abort"),
        (["ORDERS"], "event call abort"),
        (["orders", "status"], "call"),
        (["!status"], "event abort"),
        (["!"], "event call abort"),
        (["kind:"], "event call abort"),
        (["kind:event"], "event"),
        (["kind:call"], "call"),
        (["KIND:Command"], "abort"),
        (["!kind:call"], "event abort"),
        (["call"], "call"),
        (["job:orders"], "event call abort"),
        (["job:status"], ""),
        ([f"job:{REF.job_id[-6:]}"], "event call abort"),
        (["orders eu"], "event call abort"),
        (["accepted", "kind:command"], "abort"),
        (["accepted", "kind:call"], ""),
    ],
)
def test_examples_of_filters(words: list[str], found: str) -> None:
    entries: dict[str, Record] = {"event": event(), "call": call(), "abort": abort()}
    assert [name for name, record in entries.items() if log.matches(record, words)] == (
        found.split()
    )


@given(records)
def test_every_word_of_an_entry_finds_it(record: Record) -> None:
    words = [
        word
        for word in log.text(record).split()
        if not word.startswith("!") and not word.casefold().startswith(("kind:", "job:"))
    ]
    assert log.matches(record, words)
    assert log.matches(record, [word.upper().lower() for word in words if word.isascii()])
    assert not any(log.matches(record, [f"!{word}"]) for word in words)


@given(records, st.lists(typed, max_size=3), st.lists(typed, max_size=3))
def test_more_words_find_what_each_finds(record: Record, some: list[str], more: list[str]) -> None:
    each = log.matches(record, some) and log.matches(record, more)
    assert log.matches(record, some + more) is each
    assert log.matches(record, more + some) is each


@given(records, typed)
def test_a_word_or_its_opposite_finds_every_entry(record: Record, word: str) -> None:
    finds = log.matches(record, [word])
    if word.startswith("!") or not log.terms([word]):
        return
    assert log.matches(record, [f"!{word}"]) is not finds


@given(records)
def test_every_entry_is_of_one_kind(record: Record) -> None:
    kinds = (log.EVENT, log.ALERT, log.CALL, log.COMMAND)
    assert sum(log.matches(record, [f"kind:{kind}"]) for kind in kinds) == 1
