"""``wait --json``: a line for each change, with all that ``status --json`` says of a job."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.support import json_outputs
from tests.support.contexts import PROFILE
from tests.support.jobs import NOW, reading, watched
from zcbulk_tui.cli.wait_json import JsonLines, print_failure
from zcbulk_tui.domain.job import WatchedJob
from zcbulk_tui.domain.snapshot import Fault, JobSnapshot
from zcbulk_tui.errors import UnreachableError, UsageError
from zcbulk_tui.monitor.until_ended import Change, ChangeKind

JOB: WatchedJob = watched()._replace(note="nightly", tags=("eu",))
ERROR = UnreachableError("Zoho cannot be reached")
READ = JobSnapshot(JOB, (reading(-10, 3_000), reading(0, 4_000)))


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Any:
    """Returns the only line that was printed; it is as the schema says."""

    def read() -> dict[str, Any]:
        (line,) = capsys.readouterr().out.splitlines()
        json_outputs.check("wait", line)
        found: dict[str, Any] = json.loads(line)
        return found

    return read


@pytest.mark.usefixtures("home")
class TestChanges:
    def line(self, printed: Any, change: Change) -> dict[str, Any]:
        JsonLines(PROFILE).changed(change)
        found: dict[str, Any] = printed()
        return found

    def test_a_reading(self, printed: Any) -> None:
        line = self.line(printed, Change(ChangeKind.READING, READ))
        assert (line["event"], line["success"], line["note"], line["tags"]) == (
            *("reading", 4_000, "nightly"),
            ["eu"],
        )
        assert (line["error"], line["fault"], line["exit_code"]) == (None, None, None)
        assert line["rate"] == 100

    def test_a_fault_takes_nothing_from_what_was_read(self, printed: Any) -> None:
        failed = replace(READ, fault=Fault(ERROR, NOW + timedelta(seconds=5)))
        line = self.line(printed, Change(ChangeKind.FAULT, failed, ERROR))
        assert (line["state"], line["success"]) == ("in_progress", 4_000)
        assert line["error"]["title"] == line["fault"]["title"] == "Zoho cannot be reached"

    def test_a_job_that_was_never_read(self, printed: Any) -> None:
        line = self.line(printed, Change(ChangeKind.TIMEOUT, JobSnapshot(JOB), exit_code=12))
        assert (line["state"], line["read_at"], line["error"]) == ("unknown", None, None)
        assert (line["label"], line["exit_code"]) == (JOB.label, 12)

    def test_what_concerns_all_jobs_names_none(self, printed: Any) -> None:
        line = self.line(printed, Change(ChangeKind.FAULT, None, ERROR))
        assert (line["job_id"], line["label"], line["concern"]) == (None, None, None)
        assert line["error"]["title"] == "Zoho cannot be reached"

    @pytest.mark.parametrize(
        "changes",
        [
            {"event": "gone"},
            {"exit_code": "0"},
            {"state": "done"},
            {"more": 1},
            {"event": "fault", "error": None},
        ],
    )
    def test_the_schema_refuses_other_lines(self, printed: Any, changes: dict[str, object]) -> None:
        line = self.line(printed, Change(ChangeKind.READING, READ))
        with pytest.raises(AssertionError, match="wait"):
            json_outputs.check_value("wait", line | changes)


def test_a_wait_that_cannot_begin(printed: Any) -> None:
    print_failure(UsageError("No such job"))
    line = printed()
    assert (line["event"], line["job_id"], line["exit_code"]) == ("fault", None, 2)
    assert line["error"]["title"] == "No such job"
