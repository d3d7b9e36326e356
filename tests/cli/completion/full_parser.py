"""The parser with all of its commands loaded, for what describes them all."""

import argparse
from collections.abc import Iterator

from zcbulk_tui.cli.parser import _CommandParser, make_parser


def full_parser() -> argparse.ArgumentParser:
    """Returns the parser of the command line, each command with its arguments and examples."""
    parser = make_parser()
    _load(parser)
    return parser


def _load(parser: argparse.ArgumentParser) -> None:
    for _, _, command in commands(parser):
        if isinstance(command, _CommandParser):
            command.load()
        _load(command)


def commands(
    parser: argparse.ArgumentParser,
) -> Iterator[tuple[str, str, argparse.ArgumentParser]]:
    """Yields the commands of a parser that its help shows: name, help, parser; not their parts."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for shown in action._choices_actions:
                yield shown.dest, shown.help or "", action.choices[shown.dest]
