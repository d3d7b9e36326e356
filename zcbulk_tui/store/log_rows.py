"""Events and calls, the entries of the log, as the database holds them."""

from typing import Any

from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.records import CallRecord, EventKind, JobEvent
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import Answer
from zcbulk_tui.store.json_objects import error_from_json, error_json
from zcbulk_tui.store.rows import REF, THE_JOB, key, no_job, to_millis, to_moment, to_ref

_EVENT_INTO = """
INSERT INTO events (profile, job, at, by_window, kind, text, error)
VALUES (:profile, {job}, :at, :window, :kind, :text, :error)
"""

KEEP_EVENT = _EVENT_INTO.format(job=THE_JOB)
"""Writes an event of a job."""

KEEP_EVENT_OF_ALL = _EVENT_INTO.format(job="NULL")
"""Writes an event that concerns all jobs."""

EVENT = f"events.at, events.kind, events.text, events.error, jobs.label, {REF}"
"""The columns of `to_event`."""

EVENTS = "events LEFT JOIN jobs ON jobs.id = events.job"
"""The tables of these."""

_NEWS = EVENT.replace("events.error", "iif(events.profile = :profile, events.error, NULL)")

EVENTS_SINCE = f"""
SELECT events.id, events.by_window, {_NEWS} FROM {EVENTS}
WHERE events.id > :last AND events.by_window != :window
    AND (events.profile = :profile OR events.kind = '{EventKind.COMMAND}')
ORDER BY events.id
"""
"""The number of a row, the window that wrote it (0 for a script), and the columns of `to_event`.

Commands are those of all profiles, since two of them may watch one job; but without the errors of
the others, whose minute is another one.
"""


def event_values(profile: str, window: int, event: JobEvent) -> dict[str, Any]:
    """Returns the values of an event's row."""
    return {
        **(key(profile, event.ref) if event.ref else {"profile": profile}),
        "at": to_millis(event.at),
        "window": window,
        "kind": event.kind.value,
        "text": event.text,
        "error": error_json(event.error),
    }


def to_event(row: tuple[Any, ...], *, is_news: bool = False) -> JobEvent:
    """Returns the event with these values of `EVENT`; for news see `error_from`."""
    at, kind, text, error, label, *ref = row
    return JobEvent(
        to_moment(at),
        EventKind(kind),
        one_line(text, 400),
        to_ref(tuple(ref)) if ref[0] is not None else None,
        one_line(label or "", 60),
        error_from_json(error, is_news=is_news),
    )


KEEP_CALL = f"""
INSERT INTO calls (profile, job, about, at, cause, why, request, milliseconds, calls_left,
    http_status, code, said, failure)
VALUES (:profile, {THE_JOB}, :about, :at, :cause, :why, :request, :milliseconds, :calls_left,
    :http_status, :code, :said, :failure)
"""
"""Writes what there is to say of a call."""

CALL = (
    "calls.at, calls.cause, calls.why, calls.request, calls.milliseconds, calls.calls_left, "
    "calls.http_status, calls.code, calls.said, calls.failure, "
    f"ifnull(jobs.label, calls.about), {REF}"
)
"""The columns of `to_call`."""

CALLS = "calls LEFT JOIN jobs ON jobs.id = calls.job"
"""The tables of these."""


def call_values(profile: str, record: CallRecord) -> dict[str, Any]:
    """Returns the values of a call's row."""
    answer = record.answer
    return {
        **(key(profile, record.ref) if record.ref else no_job(profile)),
        "about": "" if record.ref else record.label,
        "at": to_millis(record.at),
        "cause": record.cause.value,
        "why": record.why,
        "request": record.request,
        "milliseconds": round(record.seconds * 1000),
        "calls_left": record.left,
        "http_status": answer and answer.http_status,
        "code": answer and answer.code,
        "said": answer.text if answer else "",
        "failure": record.failure,
    }


def to_call(row: tuple[Any, ...]) -> CallRecord:
    """Returns the call with these values of `CALL`."""
    at, cause, why, request, millis, left, http_status, code, said, failure, label, *ref = row
    answer = None if http_status is None else Answer(http_status, code, one_line(said))
    return CallRecord(
        to_moment(at),
        Cause(cause),
        one_line(why),
        one_line(request),
        millis / 1000,
        left,
        answer,
        one_line(failure),
        to_ref(tuple(ref)) if ref[0] is not None else None,
        one_line(label, 60),
    )
