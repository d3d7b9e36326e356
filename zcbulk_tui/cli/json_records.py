"""What commands print as objects of JSON; what these are made of is named in `json_objects`."""

from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.insertion import Insertion, Stage
from zcbulk_tui.domain.job import JobRef, WatchedJob
from zcbulk_tui.domain.lineage import Chain
from zcbulk_tui.domain.records import CallRecord, ControlRecord, JobEvent, Record
from zcbulk_tui.errors import ZcbulkError
from zcbulk_tui.render import log
from zcbulk_tui.store.json_objects import (
    JsonObject,
    answer_object,
    moment,
    reading_object,
    ref_object,
)


def figure(value: float | None) -> float | None:
    """Returns a number that is not counted but measured or reckoned, with six digits that count."""
    return None if value is None else float(f"{value:.6g}")


def named_object(job: WatchedJob | None) -> JsonObject:
    """What names a job; null where what was typed names none."""
    ref = job and job.ref
    return {
        "job_id": ref and ref.job_id,
        "owner": ref and ref.owner,
        "app": ref and ref.app,
        "form": ref and ref.form,
        "environment": ref and ref.environment.value,
        "label": job and job.label,
    }


def chain_object(chain: Chain | None) -> JsonObject | None:
    """The net result of the jobs that repair one another; null for a job without any.

    ``total`` are the records of the first job. Of these ``inserted`` are in and ``left`` are not,
    as the last readings say; ``failed`` and ``under_way`` are parts of ``left``. What ``unclear``
    attempts have brought in beyond their last readings counts as left.
    """
    if chain is None:
        return None
    ids = [it.key.ref.job_id for it in chain.attempts if it.key is not None]
    return {
        "root": ids[0],
        "jobs": ids,
        "attempts": len(chain.attempts),
        "unclear": chain.unclear,
        "waiting": chain.waiting,
        "total": chain.total,
        "inserted": chain.inserted,
        "left": chain.left,
        "failed": chain.counts.failed,
        "under_way": chain.sent,
        "is_over": chain.is_over,
    }


def failure_object(error: ZcbulkError | None) -> JsonObject | None:
    """Why a command brought nothing; null where it brought something."""
    if error is None:
        return None
    answer = error.answer
    return {
        "title": error.title,
        "cause": error.cause or None,
        "said": answer.text or None if answer else None,
        "code": answer.code if answer else None,
        "http": answer.http_status if answer else None,
    }


def error_object(error: ZcbulkError) -> JsonObject:
    """Why a command printed nothing else, as `schemas/error.json` has it."""
    said = {**(failure_object(error) or {}), "next_step": error.next_step or None}
    return {"error": said, "exit_code": int(error.exit_code)}


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
        "seconds": figure(call.seconds),
        "left": call.left,
        "answer": answer_object(call.answer),
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


def file_object(insertion: Insertion) -> JsonObject:
    """The file that a job was made of here, and how much of it was uploaded."""
    source, upload = insertion.source, insertion.upload_file
    return {
        "name": source.name,
        "part": source.part or None,
        "parts": source.parts or None,
        "trial": source.is_trial,
        "rest_of": source.rest_of or None,
        "rows": source.rows,
        "bytes": source.size,
        "sha256": source.sha256,
        "uploaded_rows": upload.rows,
        "uploaded_bytes": upload.size,
    }


def form_object(form: FormRef) -> JsonObject:
    """What names a form."""
    return {
        "owner": form.owner,
        "app": form.app,
        "form": form.form,
        "environment": form.environment.value,
    }


def insertion_object(insertion: Insertion, where: Stage, error: ZcbulkError | None) -> JsonObject:
    """A file on its way into a form, where it stands, and why it does not come further."""
    return {
        "key": insertion.key,
        "job_id": insertion.job_id or None,
        **form_object(insertion.form),
        "label": insertion.label,
        "repairs": insertion.repairs or None,
        "stage": where.value,
        "records": insertion.upload_file.rows,
        "queued_at": moment(insertion.queued_at),
        "file": file_object(insertion),
        "error": failure_object(error),
    }


def entry_object(record: Record) -> JsonObject:
    """An entry of the log, with what kind it is, which job it is about, and as the log shows it."""
    match record:
        case JobEvent():
            own, job = event_object(record), _entry_job(record.ref, record.label)
        case CallRecord():
            own, job = call_object(record), _entry_job(record.ref, record.label)
            own["about"] = record.label
        case ControlRecord():
            own, job = command_object(record), _entry_job(record.job.ref, record.job.label)
    return {"kind": log.kind(record), **own, "line": log.text(record), "job": job}


def _entry_job(ref: JobRef | None, label: str) -> JsonObject | None:
    return None if ref is None else {**ref_object(ref), "label": label}


def _error_fields(error: ZcbulkError | None) -> JsonObject:
    """An error in words, and what the server said in its own; null where there is none."""
    if error is None:
        return {"error": None, "answer": None}
    return {"error": str(error), "answer": answer_object(error.answer)}
