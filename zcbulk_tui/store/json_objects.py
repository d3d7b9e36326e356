"""Jobs, readings and errors as objects of JSON: in the database, its backup, and what is exported.

Moments are ISO 8601 in UTC, to the millisecond, as the database holds them.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from zcbulk_tui.domain.address import make_ref, parse_base_url
from zcbulk_tui.domain.job import Counts, Environment, JobReading, JobRef, WatchedJob
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import Answer, ServiceError, ZcbulkError
from zcbulk_tui.store.rows import to_millis, to_moment, to_state

JsonObject = dict[str, object]
"""Text, numbers, truth, None, and lists and objects of these, by name."""

MAKES_NO_SENSE = (ZcbulkError, AttributeError, LookupError, OverflowError, TypeError, ValueError)
"""What the functions named ``…_from`` raise of an object that was not written here."""


def moment(at: datetime | None) -> str | None:
    """Returns a moment in ISO 8601, in UTC; None for none."""
    return None if at is None else to_moment(to_millis(at)).isoformat(timespec="milliseconds")


def moment_from(text: str) -> datetime:
    """Returns the moment that `moment` has made a text of."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("A moment names no time zone")
    return at.astimezone(UTC)


def _maybe_moment_from(text: str | None) -> datetime | None:
    return None if text is None else moment_from(text)


def ref_object(ref: JobRef) -> JsonObject:
    """Returns which job it is."""
    return {
        "origin": ref.origin,
        "owner": ref.owner,
        "app": ref.app,
        "form": ref.form,
        "job_id": ref.job_id,
        "environment": ref.environment.value,
    }


def ref_from(parts: Mapping[str, Any]) -> JobRef:
    """Returns the job; its address is one that calls may go to."""
    origin = parse_base_url(parts["origin"])
    owner, app, form, job_id = (parts[name] for name in ("owner", "app", "form", "job_id"))
    return make_ref(origin, owner, app, form, job_id, Environment(parts["environment"]))


def job_object(job: WatchedJob) -> JsonObject:
    """Returns a job as the watch list holds it."""
    return {
        **ref_object(job.ref),
        "label": job.label,
        "tags": list(job.tags),
        "note": job.note,
        "repairs": job.repairs or None,
        "alert_on_end": job.alert_on_end,
        "added_at": moment(job.added_at),
        "added_by": job.added_by,
        "created_at": moment(job.created_at),
        "started_at": moment(job.started_at),
    }


def job_from(parts: Mapping[str, Any]) -> WatchedJob:
    """Returns the job that `job_object` has made an object of."""
    return WatchedJob(
        ref_from(parts),
        one_line(parts["label"], 60),
        moment_from(parts["added_at"]),
        _maybe_moment_from(parts["created_at"]),
        _maybe_moment_from(parts["started_at"]),
        one_line(parts["added_by"], 80),
        tuple(one_line(" ".join(parts["tags"]), 200).split()),
        one_line(parts["note"], 200),
        one_line(parts.get("repairs") or "", 40),
        parts.get("alert_on_end") is True,
    )


def reading_object(reading: JobReading) -> JsonObject:
    """Returns a reading, named as ``status --json`` names it."""
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


def reading_from(parts: Mapping[str, Any]) -> JobReading:
    """Returns the reading that `reading_object` has made an object of."""
    counts = Counts(*(parts[name] for name in ("total", "success", "failed", "unprocessed")))
    raw_state = one_line(parts["raw_state"], 40)
    return JobReading(
        to_state(parts["state"]), raw_state, counts, moment_from(parts["read_at"]), parts["code"]
    )


def reading_json(reading: JobReading | None) -> str | None:
    """Returns a reading as text, for one cell of the database."""
    return None if reading is None else json.dumps(reading_object(reading))


def reading_from_json(text: str | None) -> JobReading | None:
    """Returns the reading that `reading_json` has made a text of."""
    return None if text is None else reading_from(json.loads(text))


def answer_object(answer: Answer | None) -> JsonObject | None:
    """Returns what the server said."""
    if answer is None:
        return None
    return {"http_status": answer.http_status, "code": answer.code, "said": answer.text}


def error_object(error: ZcbulkError | None) -> JsonObject | None:
    """Returns an error with its kind and its words."""
    if error is None:
        return None
    answer = answer_object(error.answer)
    asked = error.retry_after if isinstance(error, ServiceError) else None
    return {
        "kind": type(error).__name__,
        "title": error.title,
        "cause": error.cause,
        "next_step": error.next_step,
        "answer": error.answer and answer and {**answer, "from_zoho": error.answer.from_zoho},
        **({"is_sent_again": True} if error.is_sent_again else {}),
        **({} if asked is None else {"retry_after": asked}),
    }


def error_from(parts: Mapping[str, Any] | None, *, is_news: bool = False) -> ZcbulkError | None:
    """Returns the error that `error_object` has made an object of; its kind is the same.

    Args:
        parts: The object.
        is_news: Whether that was a moment ago: the time that it names is still to come.
    """
    if parts is None:
        return None
    answer = None
    if said := parts["answer"]:
        text = one_line(said["said"])
        answer = Answer(said["http_status"], said["code"], text, said["from_zoho"])
    kind = _KINDS.get(parts["kind"], ZcbulkError)
    words = (one_line(parts[name], 1000) for name in ("title", "cause", "next_step"))
    error = kind(*words, answer=answer)
    error.is_sent_again = bool(parts.get("is_sent_again"))
    if is_news and isinstance(error, ServiceError):
        asked = parts.get("retry_after")
        error.retry_after = None if asked is None else float(asked)
    return error


def error_json(error: ZcbulkError | None) -> str | None:
    """Returns an error as text, for one cell of the database."""
    return None if error is None else json.dumps(error_object(error))


def error_from_json(text: str | None, *, is_news: bool = False) -> ZcbulkError | None:
    """Returns the error that `error_json` has made a text of; see `error_from`."""
    return None if text is None else error_from(json.loads(text), is_news=is_news)


def _tree(root: type[ZcbulkError]) -> Iterator[type[ZcbulkError]]:
    yield root
    for kind in root.__subclasses__():
        yield from _tree(kind)


_KINDS = {kind.__name__: kind for kind in _tree(ZcbulkError)}
