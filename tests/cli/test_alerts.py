"""``alerts``: what was raised, a test of the channels, and the secret of the webhook."""

import io
import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.cli.remembering import JOB, database, put_on_list
from tests.support import alert_rows
from tests.support.commands import CommandLine, Ended
from tests.support.stub_server import Reply, Request, StubServer, closed_port
from tests.support.text import is_one_safe_line
from zcbulk_tui.cli.alerting import channels, least, secret_variables
from zcbulk_tui.cli.client import make_network
from zcbulk_tui.config import secrets
from zcbulk_tui.config.load import load
from zcbulk_tui.domain.alerts import AlertKind, Severity

SECRET = "hunter2.hunter2.hunter2"
NOW = datetime.now(UTC).replace(microsecond=0)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def india(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A zone whose offset is the same all year."""
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def raised(home: Path) -> None:
    """An alert of a job that is over, one from long ago that is not, and one that was long ago."""
    put_on_list(home, JOB)
    with database(home) as opened:
        alert_rows.add(opened, NOW - 90 * HOUR, kind=AlertKind.SLOW, cleared_at=NOW - 80 * HOUR)
        alert_rows.add(
            opened,
            NOW - 50 * HOUR,
            kind=AlertKind.QUOTA,
            severity=Severity.CRITICAL,
            text="10 % of the day's calls are left",
            is_of_job=False,
            sent={"log": "written", "webhook": "not sent: HTTP 503"},
        )
        alert_rows.add(opened, NOW - 2 * HOUR, cleared_at=NOW - HOUR, is_asked=True)


def at(moment: datetime) -> str:
    return moment.astimezone().isoformat(" ", "seconds")


@pytest.mark.usefixtures("raised")
@pytest.mark.parametrize("arguments", [("alerts",), ("alerts", "list")])
def test_the_lines(cli: CommandLine, arguments: tuple[str, ...]) -> None:
    ended = cli(*arguments)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        f"{at(NOW - 50 * HOUR)}  critical  quota         10 % of the day's calls are left",
        " " * 27 + "active; log: written; webhook: not sent: HTTP 503",
        f"{at(NOW - 2 * HOUR)}  warning   stuck         Employees: Its counts have not moved for "
        "10 minutes (asked for)",
        " " * 27 + f"cleared {at(NOW - HOUR)}",
    ]


@pytest.mark.usefixtures("raised")
def test_on_a_narrow_terminal_nothing_is_cut(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = cli("alerts").out.split()
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    for columns in (80, 40):
        monkeypatch.setenv("COLUMNS", str(columns))
        shown = cli("alerts").out
        assert shown.split() == whole
        assert max(map(len, shown.splitlines())) <= columns


@pytest.mark.usefixtures("raised")
@pytest.mark.parametrize(
    ("arguments", "kinds"),
    [
        (("alerts", "--json"), ["quota", "stuck"]),
        (("alerts", "list", "--json", "--since", "30m"), ["quota"]),
        (("alerts", "--since", "30m", "list", "--json"), ["quota"]),
        (("alerts", "list", "--json", "--since", "1w"), ["slow", "quota", "stuck"]),
        (("alerts", "list", "--json", "--profile", "other"), []),
    ],
)
@pytest.mark.usefixtures("profiles")
def test_as_json_as_the_schema_has_it(
    cli: CommandLine, arguments: tuple[str, ...], kinds: list[str]
) -> None:
    ended = cli(*arguments)
    assert (ended.code, ended.err) == (0, "")
    found = json.loads(ended.out)
    assert [each["kind"] for each in found] == kinds
    jsonschema.Draft202012Validator(schema("alerts")).validate(found)


def schema(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(
        resources.files("zcbulk_tui.schemas").joinpath(f"{name}.json").read_text("utf-8")
    )
    return read


def test_the_list_has_what_the_channels_get() -> None:
    one, listed = schema("alert"), schema("alerts")["items"]
    own = {name: listed["properties"].pop(name) for name in ("cleared_at", "sent")}
    assert listed["properties"] == one["properties"]
    assert listed["required"] == [*one["required"], *own]


def test_where_nothing_was_raised(cli: CommandLine) -> None:
    ended = cli("alerts", "list", "--since", "2026-03-11")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == (
        "No alert is active, and none was raised or cleared since 2026-03-11 00:00:00+05:30.\n"
    )
    assert json.loads(cli("alerts", "--json").out) == []


def test_what_is_no_moment(cli: CommandLine) -> None:
    ended = cli("alerts", "--since", "yesterday")
    assert (ended.code, ended.out, len(ended.lines)) == (2, "", 1)


# The test of the channels.


def configured(
    monkeypatch: pytest.MonkeyPatch, *, command: str = "", webhook: str = "", **more: str
) -> None:
    for name, text in {"COMMAND": command, "WEBHOOK": webhook, **more}.items():
        monkeypatch.setenv(f"ZCBULK_ALERTS_{name}", text)


def test_each_channel_gets_a_test_and_says_what_happened(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(secrets.WEBHOOK_SECRET, SECRET)
    with StubServer([Reply(200)]) as server:
        configured(monkeypatch, command=f"tee '{tmp_path}/alert'", webhook=f"{server.url}/h")
        ended = cli("alerts", "test")
    assert (ended.code, ended.err) == (0, "")
    assert [line.partition(",")[0] for line in ended.out.splitlines()] == [
        "command: sent",
        "webhook: sent",
    ]
    (request,) = server.requests
    assert request.headers["authorization"] == f"Bearer {SECRET}"
    for data in (request.body, (tmp_path / "alert").read_bytes()):
        alert = json.loads(data)
        assert (alert["id"], alert["severity"], alert["is_asked"]) == (0, "warning", True)
        assert alert["text"] == "This is a test: alerts arrive here"
        assert (alert["profile"], alert["job"]) == ("default", None)


def test_a_channel_that_fails_makes_the_exit_code(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(secrets.WEBHOOK_SECRET, SECRET)
    configured(monkeypatch, command="true", webhook=f"http://127.0.0.1:{closed_port()}/s3cr3t")
    begun = time.monotonic()
    ended = cli("alerts", "test")
    assert (ended.code, ended.err) == (1, "")
    sent, not_sent = ended.out.splitlines()
    assert sent.startswith("command: sent, in ")
    assert not_sent.startswith("webhook: not sent. 127.0.0.1:")
    assert is_one_safe_line(not_sent)
    assert "s3cr3t" not in ended.out
    assert SECRET not in ended.out
    # A test is tried once.
    assert time.monotonic() - begun < 5


def test_what_is_not_configured_is_named_with_how_to(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured(monkeypatch, command="true", COMMAND_FROM="off")
    ended = cli("alerts", "test")
    assert ended.code == 0
    command, webhook = ended.out.splitlines()
    assert command.endswith(". No alert takes it: command_from is off")
    assert webhook.startswith("webhook: not configured. Write below [alerts], as in: webhook = ")


def test_only_the_channel_that_is_named(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    with StubServer() as server:
        configured(monkeypatch, command="true", webhook=server.url)
        ended = cli("alerts", "test", "--channel", "command")
    assert (ended.code, len(ended.out.splitlines()), server.requests) == (0, 1, [])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "No channel is configured, so nothing was sent."),
        (("--channel", "webhook"), "No webhook is configured, so nothing was sent."),
    ],
)
def test_where_none_is_configured(cli: CommandLine, arguments: tuple[str, ...], words: str) -> None:
    ended = cli("alerts", "test", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert words in ended.err
    assert "zcbulk-tui config path" in ended.err


def test_a_command_gets_none_of_our_secrets(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured(monkeypatch, command=f"sh -c 'env > {tmp_path}/variables'")
    for name in secret_variables() - {"ZCBULK_ALERTS_COMMAND"}:
        monkeypatch.setenv(name, "https://hunter2.example" if "URL" in name else "hunter2")
    monkeypatch.setenv("ZCBULK_ALERTS_WEBHOOK", "")
    assert cli("alerts", "test").code == 0
    found = (tmp_path / "variables").read_text()
    assert "hunter2" not in found
    assert "ZCBULK_ALERTS_COMMAND=" not in found
    assert f"ZCBULK_STATE_DIR={os.environ['ZCBULK_STATE_DIR']}" in found


# The channels of the settings.


@pytest.mark.parametrize(
    ("loudness", "severity"),
    [
        ("off", None),
        ("info", Severity.INFO),
        ("warning", Severity.WARNING),
        ("critical", Severity.CRITICAL),
    ],
)
def test_from_which_severity_on(loudness: str, severity: Severity | None) -> None:
    assert least(loudness) is severity


def test_the_channels_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    network = make_network(load())
    assert channels(load(), network) == []
    configured(monkeypatch, command="~/hook", webhook="https://a.example", WEBHOOK_FROM="critical")
    found = channels(load(), network)
    assert [(channel.name, severity) for channel, severity in found] == [
        ("command", Severity.WARNING),
        ("webhook", Severity.CRITICAL),
    ]


# The secret.


def typed(cli: CommandLine, monkeypatch: pytest.MonkeyPatch, text: str) -> Ended:
    """What comes of a secret on the standard input."""
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    return cli("alerts", "secret", "set")


def test_a_secret_is_kept_used_and_removed(
    cli: CommandLine, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "There is no secret" in cli("alerts", "secret").out
    refused = typed(cli, monkeypatch, "x" * 20_000)
    assert (refused.code, "no secret" in refused.err) == (2, True)
    assert typed(cli, monkeypatch, "an.older.one\n").code == 0
    ended = typed(cli, monkeypatch, f"{SECRET}\n")
    file = home / "state" / "alerts" / "default" / "webhook-secret"
    assert (ended.code, ended.err) == (0, "")
    assert (
        ended.out == cli("alerts", "secret").out == (f"The webhook's secret is kept in {file}.\n")
    )
    assert file.stat().st_mode & 0o077 == 0
    with StubServer(lambda _: Reply(204)) as server:
        configured(monkeypatch, webhook=server.url)
        assert cli("alerts", "test").code == 0
        assert cli("alerts", "secret", "remove").out == "The webhook's secret is removed.\n"
        assert cli("alerts", "test").code == 0
    assert [authorization(request) for request in server.requests] == [f"Bearer {SECRET}", None]
    assert cli("alerts", "secret", "remove").out == "There was none.\n"


def authorization(request: Request) -> str | None:
    return request.headers.get("authorization")


def test_a_variable_goes_before_what_is_kept(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(secrets.WEBHOOK_SECRET, "nearer.nearer")
    ended = typed(cli, monkeypatch, SECRET)
    assert "ZCBULK_WEBHOOK_SECRET is set and takes precedence" in ended.err
    assert cli("alerts", "secret").out == "The webhook's secret is in ZCBULK_WEBHOOK_SECRET.\n"
    with StubServer([Reply(204)]) as server:
        configured(monkeypatch, webhook=server.url)
        assert cli("alerts", "test").code == 0
    assert authorization(server.requests[0]) == "Bearer nearer.nearer"


@pytest.mark.parametrize("text", ["", "\n", "two words\n", "hunter2\x1b\n"])
def test_what_cannot_be_a_secret_changes_nothing(
    cli: CommandLine, home: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    ended = typed(cli, monkeypatch, text)
    assert (ended.code, ended.out) == (2, "")
    assert "hunter2" not in ended.err
    assert not (home / "state" / "alerts").exists()


def test_a_secret_is_no_argument(cli: CommandLine) -> None:
    assert cli("alerts", "secret", "set", SECRET).code == 2


def test_profiles_do_not_meet(
    cli: CommandLine, profiles: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    del profiles
    typed(cli, monkeypatch, SECRET)
    ended = cli("alerts", "secret", "--profile", "orders")
    assert ended.out.endswith("To set one: zcbulk-tui alerts secret set --profile orders\n")
