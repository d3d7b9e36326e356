"""TOML, and the line numbers of settings in it."""

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from zcbulk_tui.user_files import check_names

_CLOSES = re.compile("\"\"\"|'''|]")
"""Without one of these no list and no text of several lines ends."""


_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


def loads(text: str) -> dict[str, Any]:
    """Reads TOML.

    Raises:
        ValueError: It is none, or has a key that takes too long.
        RecursionError: It has too many lists in each other.
    """
    # Loaded by who has a file: its expressions are 1 % of the time until the first frame.
    import tomllib

    check_names(text)
    return tomllib.loads(text)


def dotted(*names: str) -> str:
    """Names as TOML writes them, in quotes where it needs them: ``profiles."a.b".budget``."""
    return ".".join(name if _BARE.fullmatch(name) else f'"{name}"' for name in names)


class _Statement(NamedTuple):
    """A setting, or the head of a table.

    Attributes:
        line: Number of its first line.
        names: What it sets, from the top of the file.
        value: What it sets this to; an empty table for a head.
        is_one_line: Whether what stands in its value is certain to be on the same line.
    """

    line: int
    names: tuple[str, ...]
    value: object
    is_one_line: bool


class TomlLines:
    """Maps the names in a file to their lines.

    Each statement is read by itself with the parser that reads the file, so that what only looks
    like a setting, within a text of several lines or a quoted name, is not taken for one.
    """

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._text = text

    @cached_property
    def _statements(self) -> tuple[_Statement, ...]:
        return tuple(_statements(self._text))

    def of(self, *names: str) -> str:
        """Returns where a setting or a table is first named: the file, and the line if known."""
        for statement in self._statements:
            own = statement.names
            if own[: len(names)] == names:
                return f"{self._path}, line {statement.line}"
            if names[: len(own)] == own and _holds(statement.value, names[len(own) :]):
                within = f", line {statement.line}" if statement.is_one_line else ""
                return f"{self._path}{within}"
        return str(self._path)


def _statements(text: str) -> Iterator[_Statement]:

    table: tuple[str, ...] = ()
    held: list[str] = []
    # Other characters that Python takes for the end of a line are none in TOML.
    for number, line in enumerate(text.split("\n"), start=1):
        if not held and (not line.strip() or line.lstrip().startswith("#")):
            continue
        held.append(line)
        if len(held) > 1 and not _CLOSES.search(line):
            continue
        try:
            read = loads("\n".join(held))
        except (ValueError, RecursionError):
            continue  # it goes on
        if held[0].lstrip().startswith("["):
            table = names = _names(read)
            value: object = {}
        else:
            own = _key(held[0])
            names = table + own
            value = _within(read, own)
        yield _Statement(number - len(held) + 1, names, value, len(held) == 1)
        held = []


def _key(line: str) -> tuple[str, ...]:
    """The names before the equals sign; one in a quoted name leaves a quote open before it."""
    for sign in re.finditer("=", line):
        try:
            return _names(loads(f"{line[: sign.start()]}= 0"))
        except ValueError:
            continue
    return ()


def _names(read: object) -> tuple[str, ...]:
    """The names that lead to what is innermost."""
    names = []
    while read:
        if isinstance(read, list):
            read = read[-1]
        elif isinstance(read, dict):
            ((name, read),) = read.items()
            names.append(name)
    return tuple(names)


def _within(value: object, names: tuple[str, ...]) -> object:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _holds(value: object, names: tuple[str, ...]) -> bool:
    return _within(value, names) is not None
