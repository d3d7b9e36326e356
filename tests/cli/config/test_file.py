"""``zcbulk-tui config path`` and ``init``: where the file is, and a new one."""

import os
import stat
from pathlib import Path

import pytest

from tests.cli.config.file import complaint, write
from tests.support.commands import CommandLine, Ended
from tests.support.full_disk import no_room
from zcbulk_tui.cli import config
from zcbulk_tui.config import paths


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


def test_init_a_full_disk_is_no_fault_of_the_name(cli: CommandLine, file: Path) -> None:
    with no_room():
        ended = cli("config", "init")
    assert (ended.code, ended.out) == (5, "")
    assert f"{file} cannot be written. " in ended.err
    assert "File too large" in ended.err
    assert not file.exists()


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
    ended = cli("config", "init")
    assert (ended.code, ended.out) == (5, "")
    assert "No space left" in ended.err
    assert list(file.parent.iterdir()) == []


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
