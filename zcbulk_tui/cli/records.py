"""What is remembered, as objects of JSON: every name in the output of the commands is set here."""

from datetime import UTC, datetime

from zcbulk_tui.domain.job import JobReading, JobRef, WatchedJob
from zcbulk_tui.domain.records import CallRecord, ControlRecord, JobEvent, Record
from zcbulk_tui.errors import Answer, ZcbulkError

JsonObject = dict[str, object]
"""Text, numbers, truth, None, and lists and objects of these, by name."""


def moment(at: datetime | None) -> str | None:
    """Returns a moment in ISO 8601, in UTC; None for none."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="milliseconds")


def ref_object(ref: JobRef) -> JsonObject:
    """Which job."""
    return {
        "origin": ref.origin,
        "owner": ref.owner,
        "app": ref.app,
        "form": ref.form,
        "job_id": ref.job_id,
        "environment": ref.environment.value,
    }


def job_object(job: WatchedJob) -> JsonObject:
    """A job as the watch list holds it."""
    return {
        **ref_object(job.ref),
        "label": job.label,
        "tags": list(job.tags),
        "note": job.note,
        "added_at": moment(job.added_at),
        "added_by": job.added_by,
        "created_at": moment(job.created_at),
        "started_at": moment(job.started_at),
    }


def reading_object(reading: JobReading) -> JsonObject:
    """A reading, named as ``status --json`` names it."""
    counts = reading.counts
    return {
        "read_at": moment(reading.read_at),
        "state": reading.state.value,
        "raw_state": reading.raw_state,
        "total": counts.total,
        "success": counts.success,
        "failed": counts.failed,
        "unprocessed": counts.unprocessed,
        "code": reading.code,
    }


def event_object(event: JobEvent) -> JsonObject:
    """An event, without its job."""
    return {
        "at": moment(event.at),
        "event": event.kind.value,
        "text": event.text,
        **_error_fields(event.error),
    }


def call_object(call: CallRecord) -> JsonObject:
    """A call, without its job."""
    return {
        "at": moment(call.at),
        "cause": call.cause.value,
        "why": call.why,
        "request": call.request,
        "seconds": call.seconds,
        "left": call.left,
        "answer": _answer_object(call.answer),
        "failure": call.failure,
    }


def command_object(record: ControlRecord) -> JsonObject:
    """A start or an abort, without its job."""
    command = record.command
    return {
        "at": moment(record.at),
        "key": record.key,
        "action": command.action.value,
        "operator": record.operator,
        "profile": record.profile,
        "request": record.request,
        "outcome": command.outcome.value,
        "said": command.said,
        **_error_fields(command.error),
        "shown": record.shown and reading_object(record.shown),
        "settled": record.settled and reading_object(record.settled),
    }


def entry_object(record: Record) -> JsonObject:
    """An entry of the log, with what kind it is and which job it is about."""
    match record:
        case JobEvent():
            job = None if record.ref is None else {**ref_object(record.ref), "label": record.label}
            return {"kind": "event", **event_object(record), "job": job}
        case CallRecord():
            job = {**ref_object(record.ref), "label": record.label}
            return {"kind": "call", **call_object(record), "job": job}
        case ControlRecord():
            job = {**ref_object(record.job.ref), "label": record.job.label}
            return {"kind": "command", **command_object(record), "job": job}


def _error_fields(error: ZcbulkError | None) -> JsonObject:
    """An error in words, and what the server said in its own; null where there is none."""
    if error is None:
        return {"error": None, "answer": None}
    return {"error": str(error), "answer": _answer_object(error.answer)}


def _answer_object(answer: Answer | None) -> JsonObject | None:
    if answer is None:
        return None
    return {"http_status": answer.http_status, "code": answer.code, "said": answer.text}
