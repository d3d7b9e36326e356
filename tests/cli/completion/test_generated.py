"""The scripts and the man page that are shipped are those of the parser."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.completion.full_parser import commands, full_parser
from tests.cli.completion.generate import FOLDER, MAN_PAGE, made
from tests.support.commands import CommandLine
from zcbulk_tui.cli.completion import SCRIPTS

HOW = "make them anew: python -m tests.cli.completion.generate"


def test_what_is_shipped_is_made_from_this_parser() -> None:
    shipped = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
    assert shipped == made(), HOW


@pytest.mark.parametrize("shell", SCRIPTS)
def test_the_script_is_printed(cli: CommandLine, shell: str) -> None:
    ended = cli("completion", shell)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == (FOLDER / SCRIPTS[shell]).read_text(encoding="utf-8")


def test_the_scripts_name_every_command_and_none_that_is_hidden() -> None:
    names = [name for name, _, _ in commands(full_parser())]
    assert len(names) > 20
    for script in SCRIPTS.values():
        text = (FOLDER / script).read_text(encoding="utf-8")
        assert [name for name in names if name not in text] == []
        assert str(Path.home()) not in text


def test_the_man_page_has_every_command_and_option() -> None:
    page = (FOLDER / MAN_PAGE).read_text(encoding="utf-8").replace("\\-", "-")
    for name, _, command in commands(full_parser()):
        assert f'.SS "zcbulk-tui {name}"' in page
        options = [option for it in command._actions for option in it.option_strings]
        assert [option for option in options if f"\\fB{option}\\fR" not in page] == []
    for heading in ("ENVIRONMENT", "EXIT STATUS", "FILES", "EXAMPLES"):
        assert f".SH {heading}\n" in page


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_the_man_page_is_set_without_a_warning() -> None:
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", "-z", FOLDER / MAN_PAGE],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
