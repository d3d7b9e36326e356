"""What there is to say of each call, as the database holds it."""

from typing import Any

from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.records import CallRecord
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import Answer
from zcbulk_tui.store.rows import REF, THE_JOB, key, to_millis, to_moment, to_ref

KEEP = f"""
INSERT INTO calls (profile, job, at, cause, why, request, milliseconds, calls_left, http_status,
    code, said, failure)
VALUES (:profile, {THE_JOB}, :at, :cause, :why, :request, :milliseconds, :calls_left, :http_status,
    :code, :said, :failure)
"""
"""Writes what there is to say of a call."""

CALL = (
    "calls.at, calls.cause, calls.why, calls.request, calls.milliseconds, calls.calls_left, "
    f"calls.http_status, calls.code, calls.said, calls.failure, jobs.label, {REF}"
)
"""The columns of `to_call`."""

JOINED = "calls JOIN jobs ON jobs.id = calls.job"
"""The tables of these."""


def values(profile: str, record: CallRecord) -> dict[str, Any]:
    """Returns the values of a call's row."""
    answer = record.answer
    return {
        **key(profile, record.ref),
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
        to_ref(tuple(ref)),
        one_line(label, 60),
    )
