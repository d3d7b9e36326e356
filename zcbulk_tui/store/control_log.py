"""The records of start and abort, as the database holds them."""

from typing import Any

from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.control import CERTAINTY, Command, Outcome
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
    SAME_ID,
    THE_JOB,
    key,
    maybe_millis,
    to_job,
    to_millis,
    to_moment,
)


def _certainty(of: str) -> str:
    """What `ControlRecord.certainty` is of a row, in SQL."""
    cases = " ".join(f"WHEN '{outcome}' THEN {value}" for outcome, value in CERTAINTY.items())
    unclear = f"({of}.outcome = '{Outcome.SENT}' AND {of}.error IS NOT NULL)"
    return f"(CASE {of}.outcome {cases} END + {unclear})"


_BEGIN = f"""
INSERT INTO control
    (key, profile, job, at, local_time, operator, action, shown, request, outcome, said, error,
    settled)
VALUES (:key, :profile, {THE_JOB}, :at, :local_time, :operator, :action, :shown, :request,
    :outcome, :said, :error, :settled)
"""

_OLD, _NEW = _certainty("control"), _certainty("excluded")

KEEP = f"""
{_BEGIN}
ON CONFLICT (key) DO UPDATE SET request = excluded.request, outcome = excluded.outcome,
    said = excluded.said, error = excluded.error, settled = excluded.settled
WHERE {_NEW} > {_OLD} OR ({_NEW} = {_OLD} AND excluded.outcome = control.outcome
    AND (excluded.settled IS NOT NULL OR control.settled IS NULL))
"""
"""Writes a record, or more of one that is written already, as `ControlRecord.updated_by` says."""

KEEP_IF_MISSING = f"{_BEGIN} ON CONFLICT (key) DO NOTHING"
"""Writes a record where none of its kind is written."""

STARTED = f"UPDATE jobs SET started_at = ifnull(:started_at, started_at) WHERE id = {THE_JOB}"
"""Notes when its job was started, where the record shows it."""

RECORD = (
    f"{JOB}, control.key, control.profile, control.at, control.operator, control.action, "
    "control.shown, control.request, control.outcome, control.said, control.error, control.settled"
)
"""The columns of `to_record`."""

SELECT = f"SELECT {RECORD} FROM control JOIN jobs ON jobs.id = control.job"


_ANSWERED_AT = f"""ifnull((
    SELECT min(calls.at + calls.milliseconds) FROM calls
    WHERE calls.job = control.job AND calls.at >= control.at
    AND calls.cause = '{Cause.COMMAND}' AND calls.why = control.action
    AND calls.failure = ''), control.at)"""
"""When an accepted command was answered: a status that was read before proves nothing of it."""

_AHEAD = 60_000
"""Milliseconds by which one command may seem to be later than the next: clocks are set back."""

IN_THE_WAY = f"""
{SELECT} WHERE {SAME_ID} AND (control.outcome = '{Outcome.SENT}' OR (
    control.outcome = '{Outcome.ACCEPTED}' AND control.action = :action
    AND control.settled IS NULL AND control.at < :at + {_AHEAD} AND NOT EXISTS (
        SELECT 1 FROM readings WHERE readings.at > {_ANSWERED_AT}
        AND readings.job IN (SELECT id FROM jobs WHERE {SAME_ID}))))
ORDER BY control.outcome = '{Outcome.SENT}' DESC, control.at DESC LIMIT 1
"""
"""The command of a job, by any process and of any profile, that another one may not follow yet.

That is one of which it is not known what became, or one of the same kind that was accepted,
until a status has been read after its answer.
"""


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
