"""Texts that name a command: all are built by `domain.commands`, which puts the profile in."""

import argparse
import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, get_args

import pytest

from zcbulk_tui.cli.parser import _COMMANDS, _MISTAKEN, _WITHOUT_SETTINGS, make_parser
from zcbulk_tui.domain.commands import PROGRAM, Common

PACKAGE = Path(__file__).parents[1] / "zcbulk_tui"

BUILDER = "domain/commands.py"

STANDS_ALONE = "simulator/"
"""It imports nothing of the package, and its commands are for the variables printed with them."""

NAMES = {
    "config/paths.py",
    "render/notification.py",
    "render/published_json.py",
    "render/window_title.py",
    "store/system_keyring.py",
    "tui/app.py",
}
"""Where the name stands for the program, as of a folder or a window, and begins no command."""

PREFIXES = {"cli/examples.py", "cli/output.py", "cli/parser.py"}
"""Where `PROGRAM` is used: in help, in what begins an error, in the look for commands in texts."""

_OF_A_PROFILE = {"command": 1, "explicit": 1, "for_profile": 1, "login": 0, "naming": 0}
"""The functions that take a profile, and as which argument."""

_SPELLED = re.compile(rf"zcbulk-tui (?:(?:{'|'.join([*_COMMANDS, *_MISTAKEN])})\b|--[a-z]|\0)")
"""A command that a text spells; a null stands for what an f-string puts in."""


class Literal(NamedTuple):
    """A string of the source; in an f-string a null stands for each value."""

    file: str
    line: int
    text: str


def literals(file: str, source: str) -> Iterator[Literal]:
    """All strings of a module but its docstrings, each whole."""
    tree = ast.parse(source)
    left_out = {id(node) for node in ast.walk(tree) if _is_statement(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and id(node) in left_out:
            left_out.add(id(node.value))
        elif isinstance(node, ast.JoinedStr):
            left_out.update(map(id, node.values))
            yield Literal(file, node.lineno, "".join(map(_part, node.values)))
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in left_out
        ):
            yield Literal(file, node.lineno, node.value)


def _is_statement(node: ast.AST) -> bool:
    """Whether it is a string on its own: the documentation of what stands around it."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _part(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    # The version begins no command.
    return "" if "version" in ast.unparse(part) else "\0"


def sources() -> Mapping[str, str]:
    """The package's modules that name commands for a profile."""
    found = {
        str(path.relative_to(PACKAGE)): path.read_text(encoding="utf-8")
        for path in sorted(PACKAGE.rglob("*.py"))
    }
    assert len(found) > 400
    return {name: it for name, it in found.items() if not name.startswith(STANDS_ALONE)}


def helps(parser: argparse.ArgumentParser) -> Iterator[str]:
    """What ``--help`` prints of a command and its parts, before it is broken into lines."""
    load = getattr(parser, "load", None)
    if load is not None:
        load()
    yield from (text for text in (parser.description, parser.epilog) if text)
    for action in parser._actions:
        if action.help:
            yield action.help
        if isinstance(action, argparse._SubParsersAction):
            for part in action.choices.values():
                if getattr(part, "_command", None) not in _MISTAKEN:
                    yield from helps(part)


def spelled(sources: Mapping[str, str], shown: set[str]) -> list[Literal]:
    """The strings that spell a command and are not, whole, a text of a help."""
    return [
        it
        for file, source in sources.items()
        for it in literals(file, source)
        if _SPELLED.search(it.text)
        and not any(text == it.text or text.startswith(f"{it.text}\n\nexamples:") for text in shown)
    ]


def test_no_text_but_help_spells_a_command_by_itself() -> None:
    shown = set(helps(make_parser()))
    assert sum("zcbulk-tui" in text for text in shown) > 20
    assert spelled(sources(), shown) == []


def test_the_name_begins_a_command_nowhere_else() -> None:
    found = sources()
    named = {it.file for file in found for it in literals(file, found[file]) if it.text == PROGRAM}
    assert named - {BUILDER} == NAMES
    used = {
        file
        for file, source in found.items()
        for node in ast.walk(ast.parse(source))
        if (isinstance(node, ast.Name) and node.id == "PROGRAM")
        or (isinstance(node, ast.Attribute) and node.attr == "PROGRAM")
    }
    assert used - {BUILDER} == PREFIXES


def unsaid(sources: Mapping[str, str]) -> list[tuple[str, int]]:
    """The calls that name the default profile, or one that stands in the source."""
    return [
        (file, node.lineno)
        for file, source in sources.items()
        if "from zcbulk_tui.domain.commands import" in source
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and any(map(_is_fixed, _profiles(node)))
    ]


def _profiles(call: ast.Call) -> list[ast.expr]:
    """What a call gives as the profile of a command."""
    place = _OF_A_PROFILE.get(call.func.id) if isinstance(call.func, ast.Name) else None
    if place is None:
        return []
    return [
        *call.args[place : place + 1],
        *(it.value for it in call.keywords if it.arg == "profile"),
    ]


def _is_fixed(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) or "DEFAULT_PROFILE" in ast.unparse(value)


def test_no_command_is_for_a_profile_that_stands_in_the_source() -> None:
    assert unsaid(sources()) == []


@pytest.mark.parametrize(
    "source",
    [
        'raise UsageError("No", next_step="Write: zcbulk-tui login")',
        'raise UsageError("No", next_step=f"Write: zcbulk-tui {words}")',
        '_STEP = f"{cause} Disarm it: zcbulk-tui watch --until off, or W."',
        'said = ("Once: " "zcbulk-tui " "queue go-on")',
        'print("zcbulk-tui --ascii")',
    ],
)
def test_an_offender_is_found(source: str) -> None:
    assert len(spelled({"a.py": source}, set(helps(make_parser())))) == 1


@pytest.mark.parametrize(
    "source",
    [
        '"""Reads what ``zcbulk-tui login`` has written."""',
        'X = 1\n"""As ``zcbulk-tui jobs`` prints it."""',
        'said = "Another zcbulk-tui is signing in"',
        'said = f"zcbulk-tui {__version__}"',
        'said = f"zcbulk-tui: {error}"',
    ],
)
def test_what_names_no_command_is_left_alone(source: str) -> None:
    assert spelled({"a.py": source}, set()) == []


def test_a_fixed_profile_is_found() -> None:
    head = "from zcbulk_tui.domain.commands import DEFAULT_PROFILE, command\n"
    assert unsaid({"a.py": f'{head}command("jobs", "eu")'}) == [("a.py", 2)]
    assert unsaid({"a.py": f'{head}command("jobs", DEFAULT_PROFILE)'}) == [("a.py", 2)]
    assert unsaid({"a.py": f'{head}command("jobs", profile="eu")'}) == [("a.py", 2)]
    assert unsaid({"a.py": f'{head}command("jobs", settings.profile)'}) == []


@pytest.mark.parametrize("words", get_args(Common))
def test_what_is_common_to_all_profiles_reads_no_settings(words: str) -> None:
    first = words.split()[0]
    assert words.endswith("--help") or words == "config init" or first in _WITHOUT_SETTINGS
