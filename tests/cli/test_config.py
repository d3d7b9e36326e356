"""``zcbulk-tui config``: what counts and why, where the file is, a new one, and its faults."""

import json
import os
import stat
from pathlib import Path

import pytest

from tests.support.commands import CommandLine, Ended
from tests.support.text import is_one_safe_line
from zcbulk_tui.cli import config
from zcbulk_tui.config import paths, secrets
from zcbulk_tui.config.layers import settings_of, variable
from zcbulk_tui.config.settings import Settings

CANARY = "1000.0123456789abcdef0123456789abcdef.fedcba9876543210fedcba9876543210"
SECRETS = (secrets.ACCESS_TOKEN, secrets.CLIENT_SECRET, secrets.REFRESH_TOKEN)
KEYS = [key for key, _ in settings_of(Settings)]

TWO = """\
owner = "jason18"

[profiles.orders]
data_center = "eu"

[profiles.orders.budget]
users = 12

[profiles.test]
environment = "stage"
"""


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of ours is set but the state folder."""
    for name in list(os.environ):
        if name.startswith("ZCBULK_") and name != paths.STATE_DIR:
            monkeypatch.delenv(name)


@pytest.fixture
def file(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The named place of the configuration file; nothing is there."""
    place = home / "settings" / "deep" / "zcbulk.toml"
    monkeypatch.setenv(paths.CONFIG, str(place))
    return place


def write(file: Path, content: str) -> None:
    """Writes a configuration."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content, encoding="utf-8")


def rows(ended: Ended) -> dict[str, tuple[str, str]]:
    """The settings of a table by their names: value and source."""
    _, _, table = ended.out.partition("\n\n")
    head, *lines = table.splitlines()
    value, source = head.index("VALUE"), head.index("FROM")
    return {line[:value].rstrip(): (line[value:source].rstrip(), line[source:]) for line in lines}


def complaint(ended: Ended) -> str:
    """The one line that a command which failed has said."""
    assert (ended.code, ended.out) == (2, "")
    (line,) = ended.lines
    assert is_one_safe_line(line)
    return line.removeprefix("zcbulk-tui: ")


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
        assert form or f"{name:<20}  set, not shown" in ended.out


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("pass", "pass"),
        ("pass show hunter2", "pass …"),
        ("  pass  show hunter2", "pass …"),
        ("KEY=hunter2 pass", "KEY=…"),
    ],
)
def test_show_of_the_command_for_a_token_the_first_word_is_shown(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, command: str, shown: str
) -> None:
    monkeypatch.setenv("ZCBULK_TOKEN_COMMAND", command)
    as_json = json.loads(cli("config", "show", "--json").out)
    assert as_json["settings"]["token_command"]["value"] == shown
    assert rows(cli("config", "show"))["token_command"][0] == f'"{shown}"'


def test_show_a_fault_is_answered_as_everywhere(cli: CommandLine, file: Path) -> None:
    write(file, "\nread_only = 5")
    assert complaint(cli("config", "show")).startswith(
        f"{file}, line 2: read_only cannot be 5. Write true or false."
    )


def test_path_the_named_place(cli: CommandLine, file: Path) -> None:
    ended = cli("config", "path")
    assert ended == Ended(0, f"{file}\n", "")


def test_path_the_usual_place(cli: CommandLine, home: Path) -> None:
    ended = cli("config", "path", "--profile", "x")
    assert ended.out.startswith(f"{home}/")
    assert ended.out.endswith("/zcbulk-tui/config.toml\n")


def test_path_a_broken_file_does_not_matter(cli: CommandLine, file: Path) -> None:
    write(file, "[")
    assert cli("config", "path").out == f"{file}\n"


def test_init_the_example_is_written_for_its_owner_only(cli: CommandLine, file: Path) -> None:
    ended = cli("config", "init")
    assert (ended.code, ended.err) == (0, "")
    assert f"Wrote {file}" in ended.out
    assert "zcbulk-tui login" in ended.out
    assert file.read_text(encoding="utf-8") == config.example()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert cli("config", "check") == Ended(0, "default: fine\n", "")


def test_init_a_folder_that_is_there_keeps_its_mode(cli: CommandLine, file: Path) -> None:
    file.parent.mkdir(parents=True)
    file.parent.chmod(0o755)
    assert cli("config", "init").code == 0
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o755


@pytest.mark.parametrize("kind", ["file", "folder", "link", "dangling link"])
def test_init_nothing_is_overwritten(cli: CommandLine, file: Path, kind: str) -> None:
    file.parent.mkdir(parents=True)
    other = file.with_name("other.toml")
    match kind:
        case "file":
            file.write_text("# mine")
        case "folder":
            file.mkdir()
        case _:
            if kind == "link":
                other.touch()
            file.symlink_to(other)
    before = sorted(file.parent.iterdir())
    said = complaint(cli("config", "init"))
    assert said.startswith(f"{file} exists. ")
    assert "move it away" in said
    assert sorted(file.parent.iterdir()) == before
    assert kind != "file" or file.read_text() == "# mine"
    assert kind != "link" or other.read_text() == ""


def test_init_a_file_that_comes_at_the_last_moment_is_not_overwritten(
    cli: CommandLine, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow() -> str:
        file.write_text("# theirs")
        return "# ours"

    monkeypatch.setattr(config, "example", slow)
    assert f"{file} exists" in complaint(cli("config", "init"))
    assert file.read_text() == "# theirs"


def test_init_a_folder_that_cannot_be_made_is_named(cli: CommandLine, file: Path) -> None:
    file.parent.parent.touch()
    said = complaint(cli("config", "init"))
    assert said.startswith(f"{file} cannot be written. ")
    assert paths.CONFIG in said


def test_init_nothing_is_left_of_a_file_that_could_not_be_finished(
    cli: CommandLine, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fdopen", full)
    assert "No space left" in complaint(cli("config", "init"))
    assert list(file.parent.iterdir()) == []


def test_check_all_profiles_are_read(cli: CommandLine, file: Path) -> None:
    write(file, TWO)
    assert cli("config", "check") == Ended(0, "orders: fine\ntest: fine\n", "")


def test_check_without_a_file(cli: CommandLine) -> None:
    assert cli("config", "check") == Ended(0, "default: fine\n", "")


def test_check_the_first_fault_of_each_is_told(cli: CommandLine, file: Path) -> None:
    write(file, f"{TWO}read_only = 5\n[profiles.c]\nx = 1\ny = 2")
    ended = cli("config", "check", "--profile", "orders")
    assert (ended.code, ended.out) == (2, "orders: fine\n")
    test, other = ended.lines
    assert test.startswith(f"zcbulk-tui: test: {file}, line 11: read_only cannot be 5.")
    assert other.startswith(f"zcbulk-tui: c: {file}, line 13: there is no setting “profiles.c")


def test_check_a_fault_of_the_environment_is_said_once(
    cli: CommandLine, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(file, TWO)
    monkeypatch.setenv("ZCBULK_READ_ONLY", "yes")
    assert complaint(cli("config", "check")).startswith(
        "orders, test: ZCBULK_READ_ONLY: read_only cannot be 'yes'."
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[", "is not TOML"),
        (f"red_only = true\n{TWO}", "line 1: there is no setting “red_only”"),
        (f"read_only = 5\n{TWO}", "line 1: read_only cannot be 5"),
        (f"profile = 'x'\n{TWO}", "There is no profile “x”"),
        ("[profiles.'a b']", "line 1: a profile cannot be called 'a b'"),
    ],
)
def test_check_a_fault_of_all_is_said_once(
    cli: CommandLine, file: Path, content: str, words: str
) -> None:
    write(file, content)
    assert words in complaint(cli("config", "check"))


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("ZCBULK_ACESS_TOKEN", "Did you mean ZCBULK_ACCESS_TOKEN?"),
        ("ZCBULK_BUGET_PLAN", "Did you mean ZCBULK_BUDGET_PLAN?"),
        ("ZCBULK_CONFIGURATION", "Did you mean ZCBULK_CONFIG?"),
        ("ZCBULK_COLOURFUL_TABLES", "as in ZCBULK_BUDGET_PLAN."),
    ],
)
def test_check_a_variable_that_means_nothing_is_a_warning(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, name: str, hint: str
) -> None:
    monkeypatch.setenv(name, CANARY)
    ended = cli("config", "check")
    assert (ended.code, ended.out) == (0, "default: fine\n")
    (warning,) = ended.lines
    assert warning.startswith(f"zcbulk-tui: The variable {name} means nothing. ")
    assert warning.endswith(hint)
    assert CANARY not in warning


def test_check_all_other_variables_are_known(
    cli: CommandLine, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(file, "")
    for name in (*SECRETS, *map(variable, KEYS)):
        monkeypatch.setenv(name, "")
    assert cli("config", "check").err == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param((), "required: COMMAND", id="nothing"),
        pytest.param(("sow",), "'sow'", id="misspelt"),
        pytest.param(("check", "--json"), "--json", id="option of another"),
    ],
)
def test_wrong_arguments(cli: CommandLine, arguments: tuple[str, ...], words: str) -> None:
    ended = cli("config", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert words in ended.err
