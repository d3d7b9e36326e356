"""Every command's help ends in examples, and the parser takes each of them."""

import shlex
from argparse import ArgumentParser
from collections.abc import Iterator

import pytest

from tests.cli.completion.full_parser import commands, full_parser
from zcbulk_tui.cli.parser import make_parser

ALL = list(commands(full_parser()))

HELP = {name: parser.format_help() for name, _, parser in ALL}


def examples() -> Iterator[str]:
    for text in HELP.values():
        part = text.partition("\nexamples:\n")[2].partition("\n\n")[0]
        yield from (line.strip() for line in part.splitlines() if not line.startswith("  # "))


@pytest.mark.parametrize("command", HELP)
def test_the_help_has_examples_of_its_command(command: str) -> None:
    part = HELP[command].partition("\nexamples:\n")[2].partition("\n\n")[0]
    lines = [line for line in part.splitlines() if not line.startswith("  # ")]
    assert 2 <= len(lines) <= 4
    assert all(line.startswith(f"  zcbulk-tui {command}") for line in lines)


@pytest.mark.parametrize(("command", "parser"), [(it[0], it[2]) for it in ALL])
def test_a_help_fits_into_80_columns(
    command: str, parser: ArgumentParser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = parser.format_help().splitlines()
    assert [it for it in lines if len(it) > 80 and "https://" not in it] == [], command


@pytest.mark.parametrize("line", list(examples()))
def test_an_example_is_taken_by_the_parser(line: str) -> None:
    _, *words = shlex.split(line, comments=True)
    assert make_parser().parse_args(words).command == words[0]
