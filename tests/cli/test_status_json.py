"""``status --json`` over a real socket: each documented answer, and what scripts get for it."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.remembering import database, put_on_list
from tests.support.commands import CANARY, CommandLine, Ended
from tests.support.contract import OPENAPI_STATUS, PAGE_STATUS, REFUSALS, SPELLINGS, Refusal
from tests.support.insertions import insertion
from tests.support.jobs import REF, URL
from tests.support.pasts import give_past
from tests.support.stub_server import DROP, Answer, Raw, Reply, StubServer
from tests.support.text import HOSTILE, is_one_safe_line
from zcbulk_tui.config import paths
from zcbulk_tui.domain.control import Outcome
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.insertion import StepRecord
from zcbulk_tui.domain.job import WatchedJob
from zcbulk_tui.errors import QuotaSpentError
from zcbulk_tui.store.insertions import Insertions

pytestmark = pytest.mark.usefixtures("signed_in")

FROM_READINGS = (
    "age_seconds",
    "rate",
    "mean_rate",
    "estimate",
    "ends",
    "form_past",
    "concern",
    "abort_risk",
    "deadline",
    "next_poll",
    "fault",
    "command",
)
"""What follows from the readings, the trouble and the last command of a job."""

KEYS = [
    "job_id",
    "owner",
    "app",
    "form",
    "environment",
    "label",
    "state",
    "raw_state",
    "total",
    "success",
    "failed",
    "unprocessed",
    "left",
    "percent",
    "read_at",
    "code",
    *FROM_READINGS,
    "tags",
    "note",
    "alert_on_end",
    "created_at",
    "started_at",
    "error",
    "repairs",
    "chain",
]

FIGURES = ("total", "success", "failed", "unprocessed", "percent")

NO_READING = {**dict.fromkeys(("raw_state", *FIGURES, "read_at")), "state": "unknown"}

STATES = {
    "created",
    "ready",
    "in_progress",
    "completed",
    "user_aborted",
    "system_aborted",
    "aborted",
    "failed",
    "expired",
    "unknown",
}

SAID = "Zoho's own words."


class Asked:
    """The command against a server that gives one answer."""

    def __init__(self, cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
        self._cli = cli
        self._monkeypatch = monkeypatch

    def __call__(self, answer: Answer, *options: str) -> tuple[dict[str, Any], Ended]:
        """Returns the object of the one job, and the rest."""
        with StubServer(lambda _: answer) as server:
            self._monkeypatch.setenv("ZCBULK_BASE_URL", server.url)
            ended = self._cli("status", URL, "--json", *options)
        assert len(server.requests) == 1
        self.request = server.requests[0]
        (found,) = json.loads(ended.out)
        assert isinstance(found, dict)
        return found, ended

    def of_many(self, answers: Sequence[Answer]) -> tuple[list[dict[str, Any]], Ended]:
        """Does the same with an answer for each job, in one command; returns an object for each."""
        jobs = {f"{int(REF.job_id) + number}": answer for number, answer in enumerate(answers)}
        with StubServer(lambda request: jobs[request.path.rpartition("/")[2]]) as server:
            self._monkeypatch.setenv("ZCBULK_BASE_URL", server.url)
            urls = [URL.replace(REF.job_id, job) for job in jobs]
            ended = self._cli("status", *urls, "--json")
        assert len(server.requests) == len(jobs)
        found = json.loads(ended.out)
        assert [each["job_id"] for each in found] == list(jobs)
        return found, ended


@pytest.fixture
def ask(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Asks for the job of Zoho's samples."""
    return Asked(cli, monkeypatch)


def body(state: object, **counts: object) -> Reply:
    """A status answer with some of the four counts."""
    details = {f"{name}_records": value for name, value in counts.items()}
    return Reply.of({"code": 3000, "data": {"api_status": state, "record_details": details}})


@pytest.mark.parametrize("state", ["In-progress", "Completed"])
def test_a_running_job_has_the_past_of_its_form(ask: Asked, home: Path, state: str) -> None:
    (home / "state").mkdir()
    with database(home) as opened:
        give_past(opened, REF, [100.0] * 5)
    found, _ = ask(body(state, total=9_000, success=3_000, failed=0, unprocessed=6_000))
    past = found["form_past"]
    assert (past and past["jobs"]) == (5 if state == "In-progress" else None)


@pytest.mark.parametrize(
    ("answer", "state", "raw", "figures"),
    [
        pytest.param(
            Reply(200, PAGE_STATUS), "in_progress", "IN_PROGRESS", (1, 1, 0, 0, 100.0), id="page"
        ),
        pytest.param(
            Reply(200, OPENAPI_STATUS),
            "completed",
            "COMPLETED",
            (500, 490, 10, 0, 100.0),
            id="openapi",
        ),
        pytest.param(
            Reply.of({"code": 3000, "data": {"api_status": "Ready-to-upload"}}),
            "ready",
            "Ready-to-upload",
            (None, None, None, None, None),
            id="no-details",
        ),
        pytest.param(
            body("Aborted", total=None, success=None),
            "aborted",
            "Aborted",
            (None, None, None, None, None),
            id="null-counts",
        ),
        pytest.param(
            body("Failed", total=200, failed=5),
            "failed",
            "Failed",
            (200, None, 5, None, None),
            id="some-counts",
        ),
        pytest.param(
            body("In-progress", total=3, success=1, failed=0, unprocessed=2),
            "in_progress",
            "In-progress",
            (3, 1, 0, 2, 33.3),
            id="a-third",
        ),
        pytest.param(
            body("Start", total=0, success=0, failed=0, unprocessed=0),
            "in_progress",
            "Start",
            (0, 0, 0, 0, None),
            id="nothing-to-do",
        ),
        pytest.param(
            Reply.of(
                {
                    "code": 3000,
                    "data": {"api_status": "Expired", "record_details": {}},
                    "record_details": {"total_records": 7},
                },
                201,
            ),
            "expired",
            "Expired",
            (7, None, None, None, None),
            id="empty-inside-full-beside",
        ),
    ],
)
def test_each_documented_shape(
    ask: Asked, answer: Reply, state: str, raw: str, figures: tuple[float | None, ...]
) -> None:
    began = datetime.now(UTC) - timedelta(seconds=1)
    found, ended = ask(answer)
    assert list(found) == KEYS
    read_at = datetime.fromisoformat(found.pop("read_at"))
    assert began <= read_at <= datetime.now(UTC)
    for name in (*FROM_READINGS, "left", "code"):
        found.pop(name)
    assert found == {
        "job_id": REF.job_id,
        "owner": REF.owner,
        "app": REF.app,
        "form": REF.form,
        "environment": "production",
        "label": f"{REF.form} 4027",
        "state": state,
        "raw_state": raw,
        **dict(zip(FIGURES, figures, strict=True)),
        "tags": [],
        "note": "",
        "alert_on_end": False,
        "created_at": None,
        "started_at": None,
        "error": None,
        "repairs": None,
        "chain": None,
    }
    assert (ended.code, ended.err) == (0, "")


def test_each_spelling_of_each_state(ask: Asked) -> None:
    found, ended = ask.of_many([body(raw) for raw, _ in SPELLINGS])
    assert [(each["state"], each["raw_state"]) for each in found] == [
        (state.value, raw.strip()) for raw, state in SPELLINGS
    ]
    assert {each["state"] for each in found} <= STATES
    assert (ended.code, ended.err) == (0, "")


def is_alone(row: Refusal) -> bool:
    """Whether other answers would hide its exit code, or are not to be had any more."""
    return row.exit_code > 1 or row.error is QuotaSpentError


ALONE = [row for row in REFUSALS if is_alone(row)]


@pytest.mark.parametrize(
    "rows",
    [*([row] for row in ALONE), [row for row in REFUSALS if not is_alone(row)]],
    ids=[*map(str, ALONE), "refused"],
)
def test_each_row_of_the_error_table(ask: Asked, rows: list[Refusal]) -> None:
    answers = [Reply.of({"code": row.code, "message": SAID}, row.http) for row in rows]
    all_found, ended = ask.of_many(answers)
    assert {ended.code} == {row.exit_code for row in rows}
    for row, found, complaint in zip(rows, all_found, ended.lines, strict=True):
        assert list(found) == KEYS
        assert {key: found[key] for key in NO_READING} == NO_READING
        job = f"{REF.form} {found['job_id'][-4:]} ({found['job_id']}, production)"
        assert complaint.startswith(f"zcbulk-tui: {job}: ")
        assert f"Zoho said HTTP {row.http}, code {row.code}: “{SAID}”." in complaint
        error = found["error"]
        assert (error["http"], error["code"], error["said"]) == (row.http, row.code, SAID)
        assert error["title"] in complaint


NO_READINGS: tuple[tuple[Answer, int, str], ...] = (
    (Reply(502, b"<html>Bad Gateway</html>"), 4, "HTTP 502"),
    (Reply.of({"code": 3000}, 500), 4, "HTTP 500"),
    (Reply(200, b"<html>Sign in</html>"), 4, "not JSON"),
    (Reply(200), 4, "not JSON"),
    (Reply(200, b"[3000]"), 4, "not a JSON object"),
    (Reply(200, PAGE_STATUS[:40]), 4, "not JSON"),
    (Reply.of({"data": {"api_status": "COMPLETED"}}), 4, "without Zoho's code"),
    (Reply.of({"code": 3000, "data": []}), 4, "“data”"),
    (Reply.of({"code": 3000, "data": {}}), 4, "api_status"),
    (body(7), 4, "api_status"),
    (body("Failed", total=-1), 4, "total_records"),
    (body("Failed", total="many"), 4, "total_records"),
    (body("Failed", total=True), 4, "total_records"),
    (body("Failed", total=1, success=2), 4, "more than its total"),
    (body("Failed", total=10**400), 4, "total_records"),
    (body("x" * 2**20), 4, "too large"),
    (Reply(302, b"", {"Location": "https://example.com/"}), 4, "302"),
    (DROP, 4, "broke the connection off"),
    (Raw(b"HTTP/1.1 200\r\nX"), 4, "broke the connection off"),
    (Reply(401, b"<html>"), 3, "sign-in"),
    (Reply.of({"code": 424242, "message": SAID}, 418), 1, SAID),
    (Reply.of({"code": 4242, "status": SAID}), 1, SAID),
    (Reply.of({"code": 2933, "description": SAID}, 403), 1, SAID),
)
"""Answers, how the command ends with each, and what is said of it."""


@pytest.mark.parametrize("code", [1, 3, 4])
def test_each_answer_that_is_no_reading(ask: Asked, code: int) -> None:
    rows = [row for row in NO_READINGS if row[1] == code]
    found, ended = ask.of_many([answer for answer, _, _ in rows])
    assert ended.code == code
    for each, complaint, (_, _, words) in zip(found, ended.lines, rows, strict=True):
        assert {key: each[key] for key in NO_READING} == NO_READING
        assert f"({each['job_id']}, production): " in complaint
        assert words in complaint
        assert is_one_safe_line(complaint)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_harmful_text_is_made_safe(ask: Asked, text: str) -> None:
    found, _ = ask(body(f"Half {text} done"))
    assert found["state"] == "unknown"
    assert found["raw_state"].startswith("Half")
    assert is_one_safe_line(found["raw_state"])
    _, ended = ask(Reply.of({"code": 7120, "message": f"Half {text} done"}))
    (complaint,) = ended.lines
    assert "Half" in complaint
    assert is_one_safe_line(complaint)


@pytest.mark.parametrize(
    ("option", "setting", "sent"),
    [
        pytest.param((), "", None, id="production"),
        pytest.param(("--environment", "stage"), "", "stage", id="option"),
        pytest.param((), "development", "development", id="setting"),
        pytest.param(("--environment", "production"), "stage", None, id="option-before-setting"),
    ],
)
def test_what_is_sent(
    ask: Asked,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    option: tuple[str, ...],
    setting: str,
    sent: str | None,
) -> None:
    if setting:
        config = home / "settings.toml"
        config.write_text(f'environment = "{setting}"\napi_version = "v2"\n', encoding="utf-8")
        monkeypatch.setenv(paths.CONFIG, str(config))
    found, ended = ask(Reply(200, PAGE_STATUS), *option)
    version = "v2" if setting else "v2.1"
    names = f"{REF.owner}/{REF.app}/form/{REF.form}/insert/{REF.job_id}"
    assert (ask.request.method, ask.request.path) == ("GET", f"/creator/{version}/bulk/{names}")
    assert ask.request.headers["authorization"] == f"Zoho-oauthtoken {CANARY}"
    assert ask.request.headers["accept"] == "application/json"
    assert ask.request.headers.get("environment") == sent
    assert found["environment"] == sent or (sent is None and found["environment"] == "production")
    assert (ended.code, ended.err) == (0, "")


def test_the_deadline_of_a_file_that_was_sent_from_here_is_bounded_as_on_the_screen(
    ask: Asked, cli: CommandLine, home: Path
) -> None:
    began = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=2)
    sent = StepRecord(began, Outcome.ACCEPTED)
    file = insertion(form=FormRef.of(REF), job_id=REF.job_id, create=sent, upload=sent)
    put_on_list(home, WatchedJob(REF, "Orders", began, began))
    with database(home) as opened:
        Insertions(opened, "default").add([file])
    found, ended = ask(Reply(200, PAGE_STATUS))
    assert (ended.code, found["state"]) == (0, "in_progress")
    (listed,) = json.loads(cli("jobs", "list", "--json").out)
    ended = cli("status", URL, "--json", "--wait", "--timeout", "1s")  # before its next poll
    (waited,) = json.loads(ended.out)
    assert ended.code == 12
    for deadline in (found["deadline"], listed["deadline"], waited["deadline"]):
        assert deadline["kind"] == "input"
        assert datetime.fromisoformat(deadline["earliest"]) == began + timedelta(days=3)
        assert deadline["earliest"] < deadline["at"]
        assert not deadline["exact"]
