"""``status``: several jobs, the table for people, and the project's own simulator."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.remembering import put_on_list
from tests.support.commands import CANARY, CommandLine, Ended
from tests.support.contract import PAGE_STATUS
from tests.support.jobs import NOW, REF, URL
from tests.support.simulators import url_of
from tests.support.stub_server import DROP, Answer, Reply, Request, StubServer
from tests.support.text import is_one_safe_line
from zcbulk_tui.config import paths
from zcbulk_tui.domain.job import WatchedJob
from zcbulk_tui.simulator.faults import ERRORS, Call
from zcbulk_tui.simulator.hostile import HOSTILE
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.server import LoopbackServer
from zcbulk_tui.store.database import Database

pytestmark = pytest.mark.usefixtures("signed_in")


def url(job_id: str) -> str:
    return URL.replace(REF.job_id, job_id)


def by_job(answers: dict[str, Answer]) -> Callable[[Request], Answer]:
    """Answers by the job that is asked about."""
    return lambda request: answers[request.path.rpartition("/")[2]]


FINE = Reply(200, PAGE_STATUS)
REFUSED = Reply.of({"code": 7120, "message": "The job ID is not valid."})
SIGN_IN = Reply.of({"code": 1030, "message": "The token has expired."}, 401)


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        pytest.param([FINE, FINE], 0, id="all-fine"),
        pytest.param([FINE, REFUSED, FINE], 1, id="one-refused"),
        pytest.param([SIGN_IN, REFUSED, FINE], 3, id="sign-in-before-refused"),
        pytest.param([REFUSED, DROP, SIGN_IN], 4, id="network-before-sign-in"),
    ],
)
def test_several_jobs_in_their_order_and_the_highest_exit_code(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, answers: list[Answer], code: int
) -> None:
    named = {f"{1000 - number}": answer for number, answer in enumerate(answers)}
    with StubServer(by_job(named)) as server:
        monkeypatch.setenv("ZCBULK_BASE_URL", server.url)
        ended = cli("status", *map(url, named), "--json")
    assert [found["job_id"] for found in json.loads(ended.out)] == list(named)
    failed = [job_id for job_id, answer in named.items() if answer is not FINE]
    assert [line.split("(")[1].split(",")[0] for line in ended.lines] == failed
    assert ended.code == code
    assert len(server.requests) == len(answers)


def test_a_job_named_twice_is_asked_about_once(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with StubServer(lambda _: FINE) as server:
        monkeypatch.setenv("ZCBULK_BASE_URL", server.url)
        ended = cli("status", url("2"), url("1"), url("2"), "--json")
    assert [found["job_id"] for found in json.loads(ended.out)] == ["2", "1"]
    assert len(server.requests) == 2


def test_a_job_named_by_two_hosts_is_asked_about_once_where_the_host_is_replaced(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with StubServer(lambda _: FINE) as server:
        monkeypatch.setenv("ZCBULK_BASE_URL", server.url)
        ended = cli("status", URL, URL.replace("https://www.zohoapis.com", server.url), "--json")
    assert len(json.loads(ended.out)) == 1
    assert len(server.requests) == 1


HOME = {"OWNER": REF.owner, "APP": REF.app, "FORM": REF.form, "DATA_CENTER": "eu"}
"""What a profile has to tell, so that a job's id alone is enough."""


def test_a_job_by_its_id_alone(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in HOME.items():
        monkeypatch.setenv(f"ZCBULK_{name}", value)
    monkeypatch.delenv("ZCBULK_DATA_CENTER")
    with StubServer(lambda _: FINE) as server:
        monkeypatch.setenv("ZCBULK_BASE_URL", server.url)
        ended = cli("status", REF.job_id, url("2"), f" {REF.job_id} ", URL, "--json")
    assert [found["job_id"] for found in json.loads(ended.out)] == [REF.job_id, "2"]
    assert sorted(request.path for request in server.requests) == sorted(
        address.removeprefix("https://www.zohoapis.com") for address in (URL, url("2"))
    )


@pytest.mark.parametrize("missing", HOME)
def test_a_job_by_its_id_where_something_is_not_told(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    for name, value in HOME.items():
        monkeypatch.setenv(f"ZCBULK_{name}", value if name != missing else "")
    ended = cli("status", REF.job_id)
    assert (ended.code, ended.out, len(ended.lines)) == (2, "", 1)
    for words in ("its id alone", f"needs {missing.lower()}, which", "“default”", "whole URL"):
        assert words in ended.err


def test_nothing_is_full_that_is_not(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = {"total_records": 1_000_000, "success_records": 999_999, "failed_records": 0}
    data = {"api_status": "In-progress", "record_details": counts}
    with StubServer([Reply.of({"code": 3000, "data": data})]) as server:
        monkeypatch.setenv("ZCBULK_BASE_URL", server.url)
        ended = cli("status", URL, "--json")
    (found,) = json.loads(ended.out)
    assert 99 <= found["percent"] < 100


@pytest.mark.parametrize("base_url", ["", "http://127.0.0.1:1", "https://www.zohoapis.com"])
@pytest.mark.parametrize("command", ["status", "start", "abort", "jobs import", "jobs add"])
def test_a_server_on_this_machine_gets_no_token_unless_it_is_the_base_url(
    cli: CommandLine, home: Path, monkeypatch: pytest.MonkeyPatch, base_url: str, command: str
) -> None:
    monkeypatch.setenv("ZCBULK_BASE_URL", base_url)
    with StubServer([FINE]) as server:
        job = URL.replace("https://www.zohoapis.com", server.url)
        (home / "list.txt").write_text(f"{job} Orders\n", encoding="utf-8")
        ended = cli(*command.split(), str(home / "list.txt") if "import" in command else job)
        assert server.requests == []
    assert (ended.code, ended.out) == (2, "")
    assert "is not one of Zoho's API hosts" in ended.err


def test_nobody_listens(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    with StubServer() as server:
        base_url = server.url
    monkeypatch.setenv("ZCBULK_BASE_URL", base_url)
    ended = cli("status", URL, "--json")
    assert ended.code == 4
    assert json.loads(ended.out)[0]["state"] == "unknown"
    (complaint,) = ended.lines
    assert f"{base_url.removeprefix('http://')} cannot be reached" in complaint


def test_a_table_for_people(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    with StubServer(by_job({"1": FINE, "2": REFUSED})) as server:
        monkeypatch.setenv("ZCBULK_BASE_URL", server.url)
        ended = cli("status", url("2"), url("1"))
    header, row = ended.out.splitlines()
    assert header.split() == [
        *("LABEL", "JOB", "FORM", "ENVIRONMENT", "STATE", "%", "OK", "FAILED", "LEFT", "READ")
    ]
    *said, read_at = row.split()
    assert said == [REF.form, "1", "1", REF.form, "production", "running", "100", "1", "0", "0"]
    assert re.fullmatch(r"\d\d:\d\d", read_at)
    assert ended.code == 1
    assert len(ended.lines) == 1


def test_no_table_where_nothing_was_read(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    with StubServer([REFUSED]) as server:
        monkeypatch.setenv("ZCBULK_BASE_URL", server.url)
        ended = cli("status", URL)
    assert (ended.code, ended.out, len(ended.lines)) == (1, "", 1)


def asked_about_all(
    cli: CommandLine,
    monkeypatch: pytest.MonkeyPatch,
    scenario: str,
    alone: Callable[[str], bool] = lambda _: False,
) -> tuple[Ended, dict[str, str]]:
    """Asks for every job of a scenario; returns what was printed, and states by label.

    Args:
        cli: Runs the commands.
        monkeypatch: Leads them to the scenario.
        scenario: Which one.
        alone: Whether the job of that label is asked for by a command of its own.
    """
    creator = build(scenario, token=CANARY)
    found: dict[str, dict[str, str]] = {}
    complaints = ""
    jobs = list(creator.jobs.values())
    with LoopbackServer(creator) as server:
        monkeypatch.setenv("ZCBULK_BASE_URL", server.base_url)
        together = [job for job in jobs if not alone(job.label)]
        for number, asked in enumerate([together, *([job] for job in jobs if alone(job.label))]):
            # Each has a day's calls of its own.
            urls = [url_of(server, job) for job in asked]
            ended = cli("status", *urls, "--json", "--profile", f"p{number}")
            printed = json.loads(ended.out)
            assert [it["job_id"] for it in printed] == [job.id for job in asked]
            found |= {it["job_id"]: it for it in printed}
            complaints += ended.err
    assert len(creator.log) == len(jobs)
    assert CANARY not in json.dumps(found) + complaints
    assert "Traceback" not in complaints
    assert all(is_one_safe_line(line) for line in complaints.splitlines())
    states = {job.label: found[job.id]["state"] for job in jobs}
    return Ended(ended.code, ended.out, complaints), states


@pytest.mark.usefixtures("profiles")
def test_every_error_of_the_simulator(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    # A token that is not accepted signs no further calls, and calls that are used up end them.
    ended, states = asked_about_all(
        cli, monkeypatch, "errors", lambda label: label.startswith("401") or "4000" in label
    )
    assert list(states) == list(ERRORS)
    for label, row in ERRORS.items():
        # The rows for start and abort alone leave the status as it is.
        spared = Call.CONTROL in row.calls and Call.STATUS not in row.calls
        assert states[label] == ("ready" if spared else "unknown"), label
        said = f"Zoho said HTTP {row.status}, code {row.code}: “{row.message}”"
        assert (said in ended.err) is not spared, label
    assert len(ended.lines) == list(states.values()).count("unknown")


@pytest.mark.usefixtures("profiles")
def test_every_spelling_of_the_simulator(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    ended, states = asked_about_all(cli, monkeypatch, "spellings")
    assert (ended.code, ended.err) == (0, "")
    assert states.pop("Paused-for-review (running)") == "unknown"
    expected = {
        "waiting": {"created", "ready"},
        "ready": {"ready"},
        "running": {"in_progress"},
        "completed": {"completed"},
        "user aborted": {"user_aborted", "aborted"},
        "system aborted": {"system_aborted", "aborted"},
        "failed": {"failed"},
        "expired": {"expired"},
    }
    for label, state in states.items():
        truth = label.rpartition("(")[2].rstrip(")")
        assert state in expected[truth], label


def test_every_bad_answer_of_the_simulator(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    config = home / "settings.toml"
    tables = "".join(f"\n[profiles.p{number}]" for number in range(200))
    config.write_text("[timeouts]\nread = 1.5\n" + tables, encoding="utf-8")
    monkeypatch.setenv(paths.CONFIG, str(config))
    ended, states = asked_about_all(cli, monkeypatch, "hostile")
    assert ended.code == 4
    readable = {"markup as state", "escapes as state", "completed at nothing"}
    complained = {line.split()[1] for line in ended.lines}
    for number, label in enumerate(HOSTILE, start=1):
        assert (f"Form_{number}" in complained) == (label not in readable), label
    assert states["completed at nothing"] == "completed"
    assert "Form_late" in complained


NOT_HERE = b"<title>Not here</title>"


def test_each_status_of_a_server_in_between_is_no_fault_of_the_user(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = (400, 403, 404, 405, 415, 422, 429, 500, 501, 502, 503)
    with StubServer(by_job({f"{http}": Reply(http, NOT_HERE) for http in refused})) as server:
        monkeypatch.setenv("ZCBULK_BASE_URL", server.url)
        ended = cli("status", *(url(f"{http}") for http in refused), "--json")
    assert ended.code == 4
    for found, complaint, http in zip(json.loads(ended.out), ended.lines, refused, strict=True):
        assert found["error"]["http"] == http
        assert f"A server in between answered: HTTP {http}: “Not here”." in complaint


@pytest.mark.parametrize("http", [400, 403, 429, 503])
@pytest.mark.parametrize("command", [("doctor",), ("start", "--yes")])
def test_what_a_server_in_between_refuses_is_no_fault_of_the_user(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], http: int
) -> None:
    monkeypatch.setattr("zcbulk_tui.domain.control.LOOKS", (0.01, 0.02))
    with StubServer(lambda _: Reply(http, NOT_HERE)) as server:
        monkeypatch.setenv("ZCBULK_BASE_URL", server.url)
        monkeypatch.setenv("ZCBULK_ACCOUNTS_URL", server.url)
        monkeypatch.setenv("TERM", "xterm-256color")
        ended = cli(command[0], URL, *command[1:])
    assert ended.code == 4
    assert "Not here" in ended.out + ended.err


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_the_memory_is_opened_for_the_names_and_once_for_all_else(
    cli: CommandLine, home: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    put_on_list(home, WatchedJob(REF, "Orders", NOW))
    opened = []
    begin = Database.__init__

    def count(self: Database, *arguments: Any, **options: Any) -> None:
        opened.append(arguments)
        begin(self, *arguments, **options)

    monkeypatch.setattr(Database, "__init__", count)
    with StubServer([FINE]) as server:
        monkeypatch.setenv("ZCBULK_BASE_URL", server.url)
        assert cli("status", "Orders", *more).code == 0
    assert len(opened) == 2
