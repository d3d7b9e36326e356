"""What commands print of a profile that is not the default one: each command named is for it."""

import re
from pathlib import Path
from typing import get_args

import pytest

from tests.support.commands import CANARY, CommandLine, Ended
from tests.support.jobs import URL
from zcbulk_tui.config import secrets
from zcbulk_tui.domain.commands import Common

OTHERS = {f"zcbulk-tui {words}" for words in get_args(Common)}

_COMMAND = re.compile(r"zcbulk-tui (?:[a-z]|--)(?:[^\n`.,;:)]|[.,;:)](?=\S))*")
"""A command up to what ends it in a sentence."""


def named(ended: Ended) -> list[str]:
    """The commands that a command has printed."""
    found = [it.rstrip() for it in _COMMAND.findall(ended.out + ended.err)]
    return [it for it in found if it not in OTHERS]


@pytest.mark.parametrize(
    "words",
    [
        ("import", "contacts.csv"),
        ("export",),
        ("queue", "go-on", "--wait"),
        ("queue", "drop", "4a5b"),
        ("queue",),
        ("jobs",),
        ("status",),
        ("status", URL),
        ("status", "nothing"),
        ("start", URL, "--yes"),
        ("login",),
        ("logout",),
        ("results", "list"),
        ("results", "remove", "nothing"),
        ("failures", URL),
        ("repair", URL, "--suggest"),
        ("doctor",),
        ("doctor", URL, "--probe"),
        ("config", "init"),
        (),
    ],
    ids=" ".join,
)
@pytest.mark.usefixtures("profiles")
def test_each_command_that_is_named_is_for_the_profile_that_was_typed(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    if words[:1] == ("config",):
        monkeypatch.setenv("ZCBULK_CONFIG", "/proc/nothing/config.toml")
    ended = cli("--profile", "orders", *words)
    assert "--profile NAME" not in ended.out + ended.err
    for command in named(ended):
        assert "--profile orders" in command, command


@pytest.mark.usefixtures("profiles")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--profile", "x", "import", "a.csv"), "zcbulk-tui insert FILE --profile x. "),
        (("import", "a.csv", "--profile", "x"), "zcbulk-tui insert FILE --profile x. "),
        (("import", "a.csv"), "zcbulk-tui insert FILE. "),
        (("export", "--profile=x"), "zcbulk-tui jobs export --profile x"),
        (("queue", "drop", "4a", "--profile", "x"), "ID: zcbulk-tui queue --profile x"),
        (("queue", "go-on", "--wait"), "zcbulk-tui queue go-on ID --wait\n"),
        (("--profile", "x,second"), "zcbulk-tui status URL --json --profile x"),
        (("login", "--profile", "x"), "zcbulk-tui login --refresh-token FILE --profile x, or"),
        (("login",), "zcbulk-tui login --refresh-token FILE, or"),
        (("doctor", "--profile", "x"), "or sign in: zcbulk-tui login --profile x"),
    ],
    ids=str,
)
def test_what_is_named(cli: CommandLine, words: tuple[str, ...], expected: str) -> None:
    ended = cli(*words)
    assert expected in ended.out + ended.err


def test_what_belongs_elsewhere_than_into_the_file(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "config.toml"
    monkeypatch.setenv("ZCBULK_CONFIG", str(file))
    monkeypatch.delenv(secrets.ACCESS_TOKEN, raising=False)
    file.write_text(f"[profiles.a]\n[profiles.b]\nrefresh_token = '{CANARY}'\n")
    assert "zcbulk-tui login --profile b" in cli("config", "check").err
    assert "zcbulk-tui login --profile b" in cli("jobs", "--profile", "b").err
    file.write_text(f"refresh_token = '{CANARY}'\n[profiles.a]\n")
    assert "zcbulk-tui login --profile a\n" in cli("jobs", "--profile", "a").err
    assert "zcbulk-tui login\n" in cli("jobs").err
