"""Every call is counted in the ledger of the profile, and `status` keeps to the day's calls."""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.remembering import database
from tests.support.commands import CANARY, CommandLine, Ended
from tests.support.contract import PAGE_ABORTED, PAGE_STARTED, PAGE_STATUS
from tests.support.jobs import REF, URL
from tests.support.stub_server import Answer, Reply, Request, StubServer
from tests.support.text import is_one_safe_line
from zcbulk_tui.config import paths
from zcbulk_tui.domain.call_limits import CALLS_PER_MINUTE, MINUTE

pytestmark = pytest.mark.usefixtures("signed_in")

CAUSES = ("plan", "key", "command", "script")
QUOTA = Reply.of({"code": 4000, "message": "Your daily API call limit has been reached."})


def urls(count: int) -> list[str]:
    return [URL.replace(REF.job_id, str(number + 1)) for number in range(count)]


def zone() -> str:
    """A time zone in which midnight is far away now."""
    east = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-east:+d}"


class Zoho:
    """A server that says yes to all; it can be told to say something else to a method."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {"GET": Reply(200, PAGE_STATUS)}

    def __call__(self, request: Request) -> Answer:
        started = b'"start"' in request.body
        command = Reply(200, PAGE_STARTED if started else PAGE_ABORTED)
        return self.answers.get(request.method, command)


@pytest.fixture
def zoho() -> Zoho:
    return Zoho()


@pytest.fixture
def server(zoho: Zoho, monkeypatch: pytest.MonkeyPatch) -> Iterator[StubServer]:
    with StubServer(zoho) as server:
        monkeypatch.setenv("ZCBULK_BASE_URL", server.url)
        yield server


@pytest.fixture
def configured(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four calls a day, of which one is kept for commands."""
    path = home / "settings.toml"
    budget = f'[budget]\ndaily_calls = 4\nreserve = 1\nreset_timezone = "{zone()}"\n'
    path.write_text(f'profile = "orders"\n{budget}', encoding="utf-8")
    monkeypatch.setenv(paths.CONFIG, str(path))


def ledger(home: Path) -> dict[str, dict[str, int]]:
    """The calls of each profile by their causes, without zeros."""
    sums = ", ".join(f"sum({cause})" for cause in CAUSES)
    with closing(sqlite3.connect(home / "state" / "state.db")) as connection:
        rows = connection.execute(f"SELECT profile, {sums} FROM days GROUP BY profile").fetchall()
    return {
        profile: {cause: calls for cause, calls in zip(CAUSES, row, strict=True) if calls}
        for profile, *row in rows
    }


def refusal(ended: Ended) -> str:
    """The one line in which the day's calls are said to be used up."""
    assert (ended.code, ended.out) == (1, "")
    (complaint,) = ended.lines
    assert is_one_safe_line(complaint)
    assert CANARY not in complaint
    return complaint


def test_status_counts_each_job_as_a_call_of_a_script(
    cli: CommandLine, server: StubServer, home: Path
) -> None:
    assert cli("status", *urls(3)).code == 0
    assert cli("status", *urls(1), "--json").code == 0
    assert len(server.requests) == 4
    assert ledger(home) == {"default": {"script": 4}}


def test_a_status_that_fails_counts_too(
    cli: CommandLine, server: StubServer, zoho: Zoho, home: Path
) -> None:
    zoho.answers["GET"] = Reply.of({"code": 7120, "message": "The job ID is not valid."})
    assert cli("status", *urls(2)).code == 1
    assert ledger(home) == {"default": {"script": len(server.requests)}}


@pytest.mark.usefixtures("configured")
def test_calls_are_those_of_the_profile(
    cli: CommandLine, server: StubServer, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli("status", *urls(3)).code == 0
    monkeypatch.delenv(paths.CONFIG)
    assert cli("status", *urls(2)).code == 0
    assert ledger(home) == {"orders": {"script": 3}, "default": {"script": 2}}
    assert len(server.requests) == 5


@pytest.mark.usefixtures("configured")
def test_status_is_refused_once_the_polls_share_is_used_up(
    cli: CommandLine, server: StubServer, home: Path
) -> None:
    assert cli("status", *urls(3)).code == 0
    for options in ((), ("--fresh",)):
        complaint = refusal(cli("status", URL, *options))
        for words in (
            "it takes 1 of the day's calls, and 0 are left for polls",
            "1 more are kept for start and abort",
            "Polls are possible again at 00:00",
        ):
            assert words in complaint
    assert len(server.requests) == 3
    assert ledger(home) == {"orders": {"script": 3}}


@pytest.mark.usefixtures("configured")
def test_status_asks_about_all_jobs_or_none(
    cli: CommandLine, server: StubServer, home: Path
) -> None:
    assert "it takes 4 of the day's calls, and 3 are left" in refusal(cli("status", *urls(4)))
    assert server.requests == []
    assert cli("status", *urls(2)).code == 0
    assert "it takes 2 of the day's calls, and 1 are left" in refusal(cli("status", *urls(2)))
    assert cli("status", *urls(1)).code == 0
    assert ledger(home) == {"orders": {"script": 3}}


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize("action", ["start", "abort"])
def test_commands_go_through_when_the_polls_share_is_used_up(
    cli: CommandLine, server: StubServer, home: Path, action: str
) -> None:
    assert cli("status", *urls(3)).code == 0
    for url in urls(3):
        assert cli(action, url, "--yes").code == 0
    assert [request.method for request in server.requests[3:]] == ["PATCH"] * 3
    assert ledger(home)["orders"]["command"] == 3


@pytest.mark.parametrize("action", ["start", "abort"])
def test_a_command_counts_as_one(
    cli: CommandLine, server: StubServer, home: Path, action: str
) -> None:
    assert cli(action, URL, "--yes").code == 0
    assert [request.method for request in server.requests] == ["PATCH"]
    assert ledger(home)["default"]["command"] == 1


def test_the_status_that_settles_a_command_is_counted(
    cli: CommandLine,
    server: StubServer,
    zoho: Zoho,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("zcbulk_tui.domain.control.LOOKS", (0.05, 0.1, 0.2, 0.3))
    zoho.answers["PATCH"] = Reply(500, b"")
    assert cli("start", URL, "--yes").code == 4  # how it stood before, is not known
    assert [request.method for request in server.requests] == ["PATCH", "GET"]
    assert sum(ledger(home)["default"].values()) == 2


def test_a_command_that_was_not_confirmed_leaves_no_trace(
    cli: CommandLine, server: StubServer, home: Path
) -> None:
    assert cli("start", URL).code == 2
    assert server.requests == []
    assert not (home / "state").exists()


@pytest.mark.usefixtures("configured")
def test_once_zoho_says_that_no_call_is_left_status_makes_none(
    cli: CommandLine, server: StubServer, zoho: Zoho, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZCBULK_BUDGET_DAILY_CALLS", "8")
    assert cli("status", URL).code == 0
    zoho.answers["GET"] = QUOTA
    assert "code 4000" in refusal(cli("status", URL))
    complaint = refusal(cli("status", URL))
    assert "Zoho says that the day's calls are used up" in complaint
    assert "Polls are possible again at 00:00" in complaint
    assert len(server.requests) == 2
    # A command is tried all the same; that it is carried out shows that calls are left.
    assert cli("abort", URL, "--yes").code == 0
    zoho.answers["GET"] = Reply(200, PAGE_STATUS)
    assert cli("status", URL).code == 0


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("command", ["status", "start"])
def test_a_damaged_ledger_stops_nothing(cli: CommandLine, home: Path, command: str) -> None:
    (home / "state").mkdir()
    path = home / "state" / "state.db"
    path.write_bytes(b"This is no database." * 100)
    ended = cli(command, URL, "--json" if command == "status" else "--yes")
    assert ended.code == 0
    assert "Traceback" not in ended.err
    if command == "status":
        assert json.loads(ended.out)[0]["state"] == "in_progress"
    (aside,) = (home / "state").glob("state.db.damaged-*T??????")
    assert aside.read_bytes().startswith(b"This is no database.")
    assert str(aside) in ended.err
    assert ledger(home) == {"default": {"script" if command == "status" else "command": 1}}


@pytest.mark.usefixtures("server")
def test_a_ledger_of_a_later_version_stops_nothing_and_is_left_alone(
    cli: CommandLine, home: Path
) -> None:
    assert cli("status", URL).code == 0
    path = home / "state" / "state.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    assert cli("status", URL).code == 0
    assert ledger(home) == {"default": {"script": 1}}


@pytest.mark.usefixtures("configured", "server")
def test_json_says_why_nobody_was_asked(cli: CommandLine) -> None:
    assert cli("status", *urls(3)).code == 0
    ended = cli("status", *urls(2), "--json", "--fresh")
    assert (ended.code, len(ended.lines)) == (1, 1)
    found = json.loads(ended.out)
    assert [each["job_id"] for each in found] == ["1", "2"]
    for each in found:
        assert each["state"] == "unknown"
        assert each["error"]["title"].startswith("Not asked: it takes 2 of the day's calls")
        assert (each["error"]["code"], each["error"]["http"]) == (None, None)


@pytest.mark.parametrize(
    ("variable", "value", "job", "code"),
    [
        ("ZCBULK_ACCESS_TOKEN", "", URL, 3),
        ("ZCBULK_BUDGET_PLAN", "bogus", URL, 2),
        ("ZCBULK_PROFILE", "default", "no-job", 2),
    ],
)
def test_json_says_why_nobody_can_be_asked(
    cli: CommandLine,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    job: str,
    code: int,
) -> None:
    monkeypatch.setenv(variable, value)
    ended = cli("status", job, "--json")
    assert ended.code == code
    (found,) = json.loads(ended.out)
    assert found["error"]["title"] in ended.err
    assert found["job_id"] == (REF.job_id if code == 3 else None)


@pytest.mark.usefixtures("server")
def test_a_wait_for_the_minute_is_said(cli: CommandLine, home: Path) -> None:
    # One of the places is free in a moment.
    now = time.monotonic()
    with database(home) as opened, opened.transaction() as connection:
        # Two are kept back for commands.
        for at in [now - MINUTE + 0.3, *[now] * (CALLS_PER_MINUTE - 3)]:
            connection.execute("INSERT INTO minute (profile, at) VALUES ('default', ?)", (at,))
    ended = cli("status", URL)
    assert ended.code == 0
    (said,) = ended.lines
    assert "Waiting: Zoho takes 50 calls a minute" in said
    assert "in 1 s." in said
