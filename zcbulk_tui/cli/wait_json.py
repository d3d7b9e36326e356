"""What ``wait --json`` prints: a line of JSON for each change, as `schemas/wait.json` has it."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from zcbulk_tui.cli.job_objects import status_record
from zcbulk_tui.cli.json_records import failure_object
from zcbulk_tui.cli.overview import standings
from zcbulk_tui.cli.waiting import Report, Waited, result_of
from zcbulk_tui.domain.job import JobRef
from zcbulk_tui.errors import ZcbulkError
from zcbulk_tui.monitor.until_ended import Change, ChangeKind
from zcbulk_tui.store.json_objects import JsonObject, moment


class JsonLines(Report):
    """A line of JSON for each change, flushed.

    Args:
        profile: The profile of the jobs.
    """

    def __init__(self, profile: str) -> None:
        self._profile = profile

    def changed(self, change: Change) -> None:
        """See `Report`."""
        print(json.dumps(self._object(change)), flush=True)

    def _object(self, change: Change) -> JsonObject:
        snapshot = change.snapshot
        now = datetime.now(UTC)
        if snapshot is None:
            job = status_record(None, None, None, now)
        else:
            # A fault takes nothing from what was read before it.
            (standing,) = standings(self._profile, [snapshot])
            job = status_record(snapshot.job, snapshot.last, standing, now)
        return _line(change.kind, job, change.error, change.exit_code)


def statuses(waited: Waited) -> Mapping[JobRef, JsonObject]:
    """Returns how each job stood when a wait ended, as ``status --json`` has it."""
    now = datetime.now(UTC)
    return {
        it.snapshot.ref: status_record(it.snapshot.job, result_of(it.snapshot), it, now)
        for it in standings(waited.profile, waited.snapshots)
    }


def print_failure(error: ZcbulkError) -> None:
    """Prints the line of a wait that could not begin."""
    job = status_record(None, None, None, datetime.now(UTC))
    print(json.dumps(_line(ChangeKind.FAULT, job, error, error.exit_code)), flush=True)


def _line(
    kind: ChangeKind, job: JsonObject, error: ZcbulkError | None, exit_code: int | None
) -> JsonObject:
    return {
        "event": kind.value,
        "at": moment(datetime.now(UTC)),
        **job,
        "error": failure_object(error),
        "exit_code": exit_code,
    }
