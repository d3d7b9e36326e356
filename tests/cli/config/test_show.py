"""``zcbulk-tui config show``: what counts, and why."""

import json
from pathlib import Path

import pytest

from tests.cli.config.file import CANARY, KEYS, SECRETS, TWO, complaint, rows, write
from tests.support.commands import CommandLine
from zcbulk_tui.config import secrets
from zcbulk_tui.config.layers import variable


def test_show_without_a_file_all_is_default(cli: CommandLine, home: Path) -> None:
    ended = cli("config", "show")
    assert (ended.code, ended.err) == (0, "")
    assert f"{home}" in ended.out.splitlines()[0]
    assert "does not exist; zcbulk-tui config init" in ended.out.splitlines()[0]
    assert ended.out.splitlines()[1] == "profile   default"
    found = rows(ended)
    assert list(found) == KEYS
    assert {source for _, source in found.values()} == {"default"}
    assert found["owner"] == ("not set", "default")
    assert found["read_only"] == ("false", "default")
    assert found["environment"] == ('"production"', "default")
    assert found["timeouts.total"] == ("60.0", "default")


def test_show_each_setting_has_its_source(
    cli: CommandLine, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(file, TWO)
    monkeypatch.setenv("ZCBULK_BUDGET_PACE", "eager")
    ended = cli("config", "show", "--profile", "orders")
    assert ended.out.splitlines()[:2] == [
        f"file      {file}",
        "profile   orders (others: test)",
    ]
    found = rows(ended)
    assert found["profile"] == ('"orders"', "--profile")
    assert found["owner"] == ('"jason18"', f"{file}, line 1")
    assert found["data_center"] == ('"eu"', f"{file}, line 4")
    assert found["budget.users"] == ("12", f"{file}, line 7")
    assert found["budget.pace"] == ('"eager"', "ZCBULK_BUDGET_PACE")
    assert found["environment"] == ('"production"', "default")


def test_show_one_long_value_moves_no_other(cli: CommandLine, file: Path) -> None:
    write(file, f'ca_bundle = "/{"x" * 200}.pem"')
    lines = cli("config", "show").out.splitlines()
    assert max(len(line) for line in lines if "default" in line) < 90
    (long,) = (line for line in lines if line.startswith("ca_bundle"))
    assert long.endswith(f'{"x" * 200}.pem"  {file}, line 1')


def test_show_as_json(cli: CommandLine, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(file, TWO)
    monkeypatch.setenv(secrets.ACCESS_TOKEN, CANARY)
    ended = cli("config", "show", "--profile", "test", "--json")
    assert (ended.code, ended.err) == (0, "")
    shown = json.loads(ended.out)
    assert list(shown) == ["file", "exists", "profile", "profiles", "settings", "secrets"]
    assert (shown["file"], shown["exists"]) == (str(file), True)
    assert (shown["profile"], shown["profiles"]) == ("test", ["orders", "test"])
    assert list(shown["settings"]) == KEYS
    assert shown["settings"]["environment"] == {"value": "stage", "source": f"{file}, line 10"}
    assert shown["settings"]["form"] == {"value": None, "source": "default"}
    assert shown["settings"]["budget.users"] == {"value": 1, "source": "default"}
    assert shown["secrets"] == {
        "ZCBULK_ACCESS_TOKEN": "set",
        "ZCBULK_CLIENT_SECRET": "not set",
        "ZCBULK_REFRESH_TOKEN": "not set",
        "ZCBULK_WEBHOOK_SECRET": "not set",
    }


def test_show_as_json_without_a_file(cli: CommandLine) -> None:
    shown = json.loads(cli("config", "show", "--json").out)
    assert (shown["exists"], shown["profile"], shown["profiles"]) == (
        False,
        "default",
        ["default"],
    )


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["table", "json"])
def test_show_no_secret_is_shown(
    cli: CommandLine,
    monkeypatch: pytest.MonkeyPatch,
    form: tuple[str, ...],
) -> None:
    for name in SECRETS:
        monkeypatch.setenv(name, CANARY)
    for key in ("client_id", "ca_bundle"):
        monkeypatch.setenv(variable(key), CANARY)
    monkeypatch.setenv("ZCBULK_TOKEN_COMMAND", f"TOKEN={CANARY} x")
    ended = cli("config", "show", *form)
    assert (ended.code, ended.err) == (0, "")
    assert "0123456789" not in ended.out
    assert "fedcba" not in ended.out
    for name in SECRETS:
        assert form or f"{name:<21}  set, not shown" in ended.out


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("pass", "pass"),
        ("pass show hunter2", "pass …"),
        ("  pass  show hunter2", "pass …"),
        ("KEY=hunter2 pass", "KEY=…"),
    ],
)
def test_show_of_a_command_the_first_word_is_shown(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, command: str, shown: str
) -> None:
    for key in ("token_command", "alerts.command"):
        monkeypatch.setenv(variable(key), command)
    as_json = json.loads(cli("config", "show", "--json").out)["settings"]
    table = rows(cli("config", "show"))
    for key in ("token_command", "alerts.command"):
        assert as_json[key]["value"] == shown
        assert table[key][0] == f'"{shown}"'


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://alerts.example.com/hunter2", "https://alerts.example.com/…"),
        ("https://alerts.example.com?key=hunter2", "https://alerts.example.com/…"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/"),
    ],
)
def test_show_of_a_url_the_host_is_shown(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, url: str, shown: str
) -> None:
    for key in ("alerts.webhook", "heartbeat.url"):
        monkeypatch.setenv(variable(key), url)
    as_json = json.loads(cli("config", "show", "--json").out)["settings"]
    table = rows(cli("config", "show"))
    for key in ("alerts.webhook", "heartbeat.url"):
        assert as_json[key]["value"] == shown
        assert table[key][0] == f'"{shown}"'


def test_show_keys_and_themes_are_shown_where_there_are_some(cli: CommandLine, file: Path) -> None:
    write(file, f'keys.poll = "f5"\n[themes."a.b"]\nbase = "dark"\ntext = "{CANARY}"')
    found = rows(cli("config", "show"))
    assert list(found) == [*KEYS, "keys.poll", 'themes."a.b".base', 'themes."a.b".text']
    assert found["keys.poll"] == ('"f5"', f"{file}, line 1")
    assert found['themes."a.b".text'] == ('"(not shown)"', f"{file}, line 4")
    as_json = json.loads(cli("config", "show", "--json").out)
    assert as_json["settings"]["keys.poll"] == {"value": "f5", "source": f"{file}, line 1"}


def test_show_a_fault_is_answered_as_everywhere(cli: CommandLine, file: Path) -> None:
    write(file, "\nread_only = 5")
    assert complaint(cli("config", "show")).startswith(
        f"{file}, line 2: read_only cannot be 5. Write true or false."
    )
