"""The status line as a prompt gets it, and the names that the tab key gets."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.remembering import JOB, put_on_list, remember
from tests.support.commands import CommandLine, environment, files_below, run_process
from tests.support.jobs import NOW
from zcbulk_tui.cli import output, quick
from zcbulk_tui.cli.quick import Wish
from zcbulk_tui.cli.state import memory_file
from zcbulk_tui.config import paths
from zcbulk_tui.errors import ConfigError, OutputError
from zcbulk_tui.store.database import FILE_NAME

QUICK = ("zcbulk_tui.cli.parser", "argparse", "dataclasses", "pathlib", "zcbulk_tui.errors")
"""What the usual way loads nothing of."""


def test_a_line_without_a_store(home: Path) -> None:
    ended = run_process("statusline", env=environment(home))
    assert (ended.code, ended.out, ended.err) == (0, "no jobs\n", "")
    assert files_below(home) == {}


def test_a_line_by_either_way(home: Path, cli: CommandLine) -> None:
    remember(home)
    before = files_below(home)
    short = run_process("statusline", env=environment(home))
    whole = run_process("--ascii", "statusline", "--color", "always", env=environment(home))
    assert short.out.startswith("1▶ 70% 1? ")
    assert "unpolled" in short.out
    assert whole.out.startswith("\x1b[36m1* 70%\x1b[0m ")
    assert cli("statusline", "--no-ascii").out == short.out
    assert cli("--ascii", "--color", "always", "statusline").out == whole.out
    assert (short.code, whole.code) == (0, 0)
    assert files_below(home) == before


@pytest.mark.parametrize("before", [True, False])
def test_a_profile_that_does_not_exist_is_no_empty_list(home: Path, before: bool) -> None:
    remember(home)
    words = ("--profile", "nope", "statusline") if before else ("statusline", "--profile", "nope")
    ended = run_process(*words, env=environment(home))
    assert (ended.code, ended.out) == (2, "")
    assert "nope" in ended.err


def test_a_profile_may_be_named_before_the_command(
    home: Path, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember(home)
    (home / "config.toml").write_text("[profiles.eu]\n[profiles.default]\n", encoding="utf-8")
    monkeypatch.setenv(paths.CONFIG, str(home / "config.toml"))
    assert cli("--profile", "eu", "statusline").out == "no jobs\n"
    assert cli("--profile", "eu", "statusline", "--profile", "default").out.startswith("1")


def test_names_from_a_folder_that_is_unusual(
    home: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    remember(home)
    monkeypatch.chdir(home)
    monkeypatch.setenv(paths.STATE_DIR, "state")
    assert quick.run([quick.COMPLETE, "jobs", "--profile", "default"]) == 0
    assert "Employees\t" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("words", "variables", "wish"),
    [
        ([], {}, Wish()),
        ([], {"ZCBULK_PROFILE": "eu"}, Wish(("eu",))),
        (["--profile", "eu,us"], {"ZCBULK_PROFILE": "x"}, Wish(("eu", "us"))),
        (["--profile=eu", "--color=tmux"], {}, Wish(("eu",), None, "tmux")),
        (["--ascii", "--no-ascii", "--color", "never"], {}, Wish((), False, "never")),
        (["--ascii"], {"LC_CTYPE": "C.UTF-8"}, Wish((), True)),
        ([], {"LC_CTYPE": "C.UTF-8"}, None),
        (["--help"], {}, None),
        (["--color", "red"], {}, None),
        (["--profile"], {}, None),
        (["--prof", "eu"], {}, None),
        (["x"], {}, None),
    ],
)
def test_what_is_unusual_is_left_to_the_parser(
    words: list[str], variables: dict[str, str], wish: Wish | None
) -> None:
    assert quick._wish(words, variables) == wish


@pytest.mark.parametrize(
    "variables",
    [
        {"HOME": "/home/anna"},
        {"HOME": "/home/anna", "XDG_STATE_HOME": "/state"},
        {"HOME": "/home/anna", "ZCBULK_STATE_DIR": "/elsewhere"},
        {"HOME": "/home/anna", "ZCBULK_STATE_DIR": ""},
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it is left to the rest")
def test_the_file_is_that_of_all_commands(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(paths.STATE_DIR)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert quick._database(os.environ) == str(memory_file())


@pytest.mark.parametrize("folder", ["relative", "~/state"])
def test_a_state_folder_that_is_unusual_is_left_to_the_rest(folder: str) -> None:
    assert quick._database({"ZCBULK_STATE_DIR": folder}) is None


def test_a_state_folder_that_others_can_write(home: Path) -> None:
    remember(home)
    (home / "state").chmod(0o777)
    ended = run_process("statusline", env=environment(home))
    assert (ended.code, ended.out) == (2, "store refused\n")
    assert "Others can write the state folder" in ended.err
    assert run_process(quick.COMPLETE, "jobs", env=environment(home)).out == ""


def test_a_damaged_store(home: Path) -> None:
    (home / "state").mkdir()
    (home / "state" / FILE_NAME).write_bytes(b"x" * 5000)
    ended = run_process("statusline", env=environment(home))
    assert (ended.code, ended.out, ended.err) == (2, "store damaged\n", "")
    assert run_process(quick.COMPLETE, "jobs", env=environment(home)).out == ""


def test_words_are_those_of_the_rest() -> None:
    assert quick._DATABASE == FILE_NAME
    assert ConfigError.exit_code == quick._UNREADABLE
    assert OutputError.exit_code == quick._NOT_WRITTEN
    assert quick._NOBODY_READS == output._NOBODY_READS


def test_a_reader_that_has_gone(home: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "zcbulk_tui", "statusline"]
    done = subprocess.run(
        command, env=environment(home), stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


def test_the_usual_way_loads_little(home: Path) -> None:
    remember(home)
    code = (
        "import sys; from zcbulk_tui.cli import quick; quick.run(['statusline']); "
        f"print(sorted(set({QUICK!r}) & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**environment(home), "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=True,
    )
    # An editable installation loads some of it before anything else does.
    began = subprocess.run(
        [sys.executable, "-c", f"import sys; print(sorted(set({QUICK!r}) & set(sys.modules)))"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == began.stdout.strip()


def test_names_of_jobs_and_profiles(
    home: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    put_on_list(home, JOB, profile="eu")
    remember(home, NOW, profile="us")
    config = home / "config.toml"
    monkeypatch.setenv(paths.CONFIG, str(config))

    def names(*words: str) -> str:
        assert quick.run([quick.COMPLETE, *words]) == 0
        return capfd.readouterr().out

    config.write_text("profile = 'eu'\n[profiles.eu]\n[profiles.us]\n", encoding="utf-8")
    assert names("jobs") == (
        "Employees\tEmployee_Details 3888833000000114027\n3888833000000114027\tEmployees\n"
    )
    assert "Orders\tEmployee_Details 2\n" in names("jobs", "--profile", "us")
    assert names("profiles") == "eu\nus\n"
    config.write_text("[", encoding="utf-8")
    assert names("profiles") == ""
    assert "Orders\t" in names("jobs")
    assert quick.run([quick.COMPLETE, "bogus"]) == 2
