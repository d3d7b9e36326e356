"""The records of start and abort, as the database holds them."""

from typing import Any

from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action
from zcbulk_tui.domain.records import ControlRecord
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.store.json_objects import (
    error_from_json,
    error_json,
    reading_from_json,
    reading_json,
)
from zcbulk_tui.store.rows import (
    JOB,
    JOB_WIDTH,
    THE_JOB,
    key,
    maybe_millis,
    to_job,
    to_millis,
    to_moment,
)

_CERTAIN = f"('{Outcome.ACCEPTED}', '{Outcome.REFUSED}', '{Outcome.TOOK_EFFECT}')"

KEEP = f"""
INSERT INTO control
    (key, profile, job, at, local_time, operator, action, shown, request, outcome, said, error,
    settled)
VALUES (:key, :profile, {THE_JOB}, :at, :local_time, :operator, :action, :shown, :request,
    :outcome, :said, :error, :settled)
ON CONFLICT (key) DO UPDATE SET request = excluded.request, outcome = excluded.outcome,
    said = excluded.said, error = excluded.error, settled = excluded.settled
WHERE control.outcome NOT IN {_CERTAIN} OR excluded.outcome IN {_CERTAIN}
"""
"""Writes a record, or more of one that is written already; what is certain stays so."""

KEEP_IF_MISSING = KEEP.replace("OR REPLACE", "OR IGNORE")
"""Writes a record where none of its kind is written."""

STARTED = f"UPDATE jobs SET started_at = ifnull(:started_at, started_at) WHERE id = {THE_JOB}"
"""Notes when its job was started, where the record tells."""

RECORD = (
    f"{JOB}, control.key, control.profile, control.at, control.operator, control.action, "
    "control.shown, control.request, control.outcome, control.said, control.error, control.settled"
)
"""The columns of `to_record`."""

SELECT = f"SELECT {RECORD} FROM control JOIN jobs ON jobs.id = control.job"


def values(record: ControlRecord) -> dict[str, Any]:
    """Returns the values of a record's row."""
    command = record.command
    return {
        **key(record.profile, record.job.ref),
        "key": record.key,
        "at": to_millis(command.sent_at),
        # For those who read the table itself: the time as the operator's clock showed it.
        "local_time": command.sent_at.astimezone().isoformat(timespec="seconds"),
        "operator": record.operator,
        "action": command.action.value,
        "shown": reading_json(record.shown),
        "request": record.request,
        "outcome": command.outcome.value,
        "said": command.said,
        "error": error_json(command.error),
        "settled": reading_json(record.settled),
        "started_at": maybe_millis(record.job.started_at),
    }


def to_record(row: tuple[Any, ...]) -> ControlRecord:
    """Returns the record with these values of `RECORD`."""
    job = to_job(row[:JOB_WIDTH])
    name, profile, at, operator, action, shown, request, outcome, said, error, settled = row[
        JOB_WIDTH:
    ]
    return ControlRecord(
        name,
        job,
        profile,
        one_line(operator, 80),
        Command(
            Action(action),
            to_moment(at),
            Outcome(outcome),
            one_line(said),
            error_from_json(error),
        ),
        reading_from_json(shown),
        one_line(request),
        reading_from_json(settled),
    )
