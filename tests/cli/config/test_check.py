"""``zcbulk-tui config check``: the faults of the file and the environment."""

from pathlib import Path

import pytest

from tests.cli.config.file import CANARY, KEYS, SECRETS, TWO, complaint, write
from tests.support.commands import CommandLine, Ended
from zcbulk_tui.config.layers import variable


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


def test_check_keys_that_mean_nothing_are_named_with_their_place(
    cli: CommandLine, file: Path
) -> None:
    write(file, '[profiles.a.keys]\nstrat = "S"\n[profiles.b.keys]\nstart = "s"\n[profiles.c]')
    ended = cli("config", "check")
    assert (ended.code, ended.out) == (2, "c: fine\n")
    first, second = ended.lines
    assert first == (
        f"zcbulk-tui: a: {file}, line 2: there is no action “strat”. Did you mean start?"
    )
    assert second.startswith(f"zcbulk-tui: b: {file}, line 4: keys.start cannot have “s”. ")


@pytest.mark.parametrize(
    ("content", "line", "said", "hint"),
    [
        ('base = "drak"', 2, "There is no theme drak", "Did you mean dark?"),
        ('base = "dark"\nfaild = "#ff0000"', 3, "There is no colour faild", "mean failed?"),
        ('base = "dark"\nfailed = "red"', 3, "failed cannot be red", '"#rrggbb"'),
        (f'failed = "{CANARY}"', 2, "failed cannot be (not shown)", '"#rrggbb"'),
    ],
)
def test_check_themes_that_cannot_be_are_named_with_their_place(
    cli: CommandLine, file: Path, content: str, line: int, said: str, hint: str
) -> None:
    write(file, f"[themes.mine]\n{content}")
    answer = complaint(cli("config", "check"))
    assert answer.startswith(f"default: {file}, line {line}: ")
    assert said in answer
    assert hint in answer


def test_check_keys_and_themes_that_can_be_used_are_fine(cli: CommandLine, file: Path) -> None:
    write(
        file,
        'theme = "a.b"\n[keys]\nstart = "ctrl+x, F5"\nzoom = ""\n'
        '[themes."a.b"]\nbase = "light"\ntext = "#000000"',
    )
    assert cli("config", "check") == Ended(0, "default: fine\n", "")


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
