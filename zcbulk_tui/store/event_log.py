"""Events, as the database holds them."""

from typing import Any

from zcbulk_tui.domain.records import EventKind, JobEvent
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.store.json_objects import error_from_json, error_json
from zcbulk_tui.store.rows import REF, THE_JOB, key, to_millis, to_moment, to_ref

_KEEP = """
INSERT INTO events (profile, job, at, by_window, kind, text, error)
VALUES (:profile, {job}, :at, :window, :kind, :text, :error)
"""

KEEP = _KEEP.format(job=THE_JOB)
"""Writes an event of a job."""

KEEP_OF_ALL = _KEEP.format(job="NULL")
"""Writes an event that concerns all jobs."""

EVENT = f"events.at, events.kind, events.text, events.error, jobs.label, {REF}"
"""The columns of `to_event`."""

JOINED = "events LEFT JOIN jobs ON jobs.id = events.job"
"""The tables of these."""

SINCE = f"""
SELECT events.id, {EVENT} FROM {JOINED}
WHERE events.id > :last AND events.by_window != :window AND events.profile = :profile
ORDER BY events.id
"""


def values(profile: str, window: int, event: JobEvent) -> dict[str, Any]:
    """Returns the values of an event's row."""
    return {
        **(key(profile, event.ref) if event.ref else {"profile": profile}),
        "at": to_millis(event.at),
        "window": window,
        "kind": event.kind.value,
        "text": event.text,
        "error": error_json(event.error),
    }


def to_event(row: tuple[Any, ...]) -> JobEvent:
    """Returns the event with these values of `EVENT`."""
    at, kind, text, error, label, *ref = row
    return JobEvent(
        to_moment(at),
        EventKind(kind),
        one_line(text, 400),
        to_ref(tuple(ref)) if ref[0] is not None else None,
        one_line(label or "", 60),
        error_from_json(error),
    )
