"""``zcbulk-tui schema``: the JSON Schemas of what commands print, and the fields in them.

Each is a file of ``zcbulk_tui/schemas`` that stays readable by itself; what several share is in
``common.json``, to which they refer by its name. The ids are names, not addresses: nothing is ever
fetched.
"""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import resources
from typing import Any

from zcbulk_tui.cli.output import in_columns, print_json, print_lines
from zcbulk_tui.domain.commands import common
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import UsageError

Schema = Mapping[str, Any]

_COMMON = "common"
"""The file of the parts that several share; it describes no output of its own."""

_LISTS = {"history": "readings", "failures": "groups"}
"""What is one line each in a template, of objects that hold several things."""

_DESCRIPTION = """\
Prints the JSON Schema (draft 2020-12) of what a command prints with --json: every field with
its unit, and what null means. Without a NAME: the names. A schema stands alone, so any
validator can use it without a network:

  zcbulk-tui schema status > status.schema.json"""


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what can be typed after the command."""
    parser.description = _DESCRIPTION
    parser.add_argument("name", metavar="NAME", nargs="?", help="which schema, as in status")


def run(arguments: Namespace) -> int:
    """Prints a schema, or which there are; returns the exit code.

    Raises:
        UsageError: There is none of that name.
    """
    if arguments.name is not None:
        print_json(standalone(arguments.name))
        return 0
    rows = [(name, one_line(read(name)["title"])) for name in names()]
    print_lines(in_columns(("NAME", "DESCRIBES"), rows, giving={"DESCRIBES": 20}))
    return 0


@dataclass(frozen=True, slots=True)
class Field:
    """A value in an output, by the names on the way to it, joined by dots.

    Attributes:
        name: These names.
        types: Its types, as JSON Schema has them; without ``null``.
        description: What it is.
    """

    name: str
    types: frozenset[str]
    description: str

    @property
    def is_number(self) -> bool:
        """Whether it is a number, where it is anything."""
        return bool(self.types) and self.types <= {"integer", "number"}


def names() -> list[str]:
    """Returns the names of all schemas, in alphabetical order."""
    found = (file.name for file in _folder().iterdir())
    stems = (name.removesuffix(".json") for name in found if name.endswith(".json"))
    return sorted(stem for stem in stems if stem != _COMMON)


def read(name: str) -> Schema:
    """Returns a schema as its file has it.

    Raises:
        UsageError: There is none of that name.
    """
    if name not in names():
        near = get_close_matches(name, names(), n=2)
        raise UsageError(
            f"There is no schema “{one_line(name, 40)}”",
            f"Close to it: {', '.join(near)}." if near else "",
            f"All of them: {common('schema')}",
        )
    return _file(name)


def shared() -> Schema:
    """Returns the parts that several schemas share, as their file has them."""
    return _file(_COMMON)


@cache
def _file(name: str) -> Schema:
    schema: Schema = json.loads((_folder() / f"{name}.json").read_text("utf-8"))
    return schema


def standalone(name: str) -> Schema:
    """Returns a schema with the shared parts inside, so that it can be used alone.

    Raises:
        UsageError: There is none of that name.
    """
    schema = read(name)
    return {**schema, "$defs": {**schema.get("$defs", {}), _COMMON: shared()}}


def list_in(name: str) -> str:
    """Returns which list of an output has a line for each of its objects.

    Empty where the output is such a list itself, or one object.
    """
    return _LISTS.get(name, "")


@cache
def fields(name: str) -> Mapping[str, Field]:
    """Returns the fields of an output by their names, in the order of its schema.

    Raises:
        UsageError: There is no schema of that name.
    """
    schema = read(name)
    row = schema["items"] if schema.get("type") == "array" else schema
    found: dict[str, Field] = {}
    for field in _fields(row, schema, "", list_in(name)):
        before = found.get(field.name, field)
        types = before.types | field.types
        found[field.name] = Field(field.name, types, before.description)
    return found


def _folder() -> resources.abc.Traversable:
    return resources.files("zcbulk_tui") / "schemas"


def _fields(node: Schema, root: Schema, before: str, in_list: str) -> Iterator[Field]:
    """The fields of an object, whatever shape of those that it may have it is in."""
    for part, its_root in _parts(node, root):
        for name, described in part.get("properties", {}).items():
            yield from _field(f"{before}{name}", described, its_root, in_list)


def _field(name: str, node: Schema, root: Schema, in_list: str) -> Iterator[Field]:
    parts = list(_parts(node, root))
    types: set[str] = set()
    for part, its_root in parts:
        its_types = part.get("type", [])
        types |= {its_types} if isinstance(its_types, str) else set(its_types)
        items = part.get("items")
        if items is not None and _has_properties(items, its_root):
            types.discard("array")
            if name == in_list:
                yield from _fields(items, its_root, f"{name}.", "")
    if scalars := types - {"null", "object"}:
        told = (part["description"] for part, _ in parts if "description" in part)
        yield Field(name, frozenset(scalars), next(told, ""))
    yield from _fields(node, root, f"{name}.", in_list)


def _parts(node: Schema, root: Schema) -> Iterator[tuple[Schema, Schema]]:
    """A schema and all that it refers to or is combined of, each with the file that it is in."""
    yield node, root
    for combined in ("allOf", "anyOf", "oneOf"):
        for part in node.get(combined, ()):
            yield from _parts(part, root)
    if "$ref" in node:
        file, _, path = str(node["$ref"]).partition("#/")
        target = _file(file.removesuffix(".json")) if file else root
        found: Any = target
        for step in path.split("/"):
            found = found[step]
        yield from _parts(found, target)


def _has_properties(node: Schema, root: Schema) -> bool:
    return any("properties" in part for part, _ in _parts(node, root))
