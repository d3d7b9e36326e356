"""Templates of ``--format``: one line for each object of what ``--json`` prints.

A template names fields of the JSON in braces, as in ``{label} {percent}% {chain.left:>8,}``. It
reaches nothing else: no attribute, no item, no conversion of a Python object, so a template may
come from anywhere.
"""

import argparse
import re
import string
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

from zcbulk_tui.cli import schemas
from zcbulk_tui.cli.output import print_json, print_lines
from zcbulk_tui.cli.schemas import Field
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import UsageError
from zcbulk_tui.store.json_objects import JsonObject

HELP = "help"
"""Prints the fields instead."""

_NULL = "-"
"""Stands for what is not known."""

_LONGEST = 1000
"""Most characters of a text from outside."""

_NEAR = 3
"""Most names that are proposed instead of one that is none."""

_ESCAPES = {r"\n": "\n", r"\t": "\t", r"\\": "\\"}

_SPEC = re.compile(
    r"(?:(?P<fill>[^{}])?(?P<align>[<>^=]))?(?P<sign>[-+ ])?(?P<zero>0)?(?P<width>[0-9]{1,3})?"
    r"(?P<group>[,_])?(?:\.(?P<precision>[0-9]{1,2}))?(?P<type>[deEfgGs])?",
    re.ASCII | re.DOTALL,
)
"""The parts of Python's format specifications that make sense for values of JSON.

Width and precision are bounded: what asks for a line of a gigabyte is a slip.
"""


def add_arguments(
    parser: ArgumentParser, schema: str, json_help: str, *, inherit: bool = False
) -> None:
    """Adds ``--json`` and ``--format`` to a command.

    Args:
        parser: Of the command.
        schema: The name of the schema of what it prints.
        json_help: What ``--json`` prints.
        inherit: Whether they may stand before a part of the command, too.
    """
    ways = parser.add_mutually_exclusive_group()
    default = argparse.SUPPRESS if inherit else False
    ways.add_argument("--json", action="store_true", default=default, help=json_help)
    ways.add_argument(
        "--format",
        metavar="TEMPLATE",
        action=_Format,
        const=schema,
        default=argparse.SUPPRESS if inherit else None,
        help="a line for each by its fields, as in '{label} {percent}%%'; 'help' lists them",
    )


def is_for_programs(arguments: Namespace) -> bool:
    """Returns whether what was found goes to `print_found`, and all else to the standard error."""
    return bool(getattr(arguments, "json", False)) or _template(arguments) is not None


def print_found(arguments: Namespace, found: JsonObject | Sequence[JsonObject]) -> None:
    """Prints what was found, as JSON or by the template that was typed."""
    template = _template(arguments)
    if template is None:
        print_json(found)
        return
    for line in template.lines(found):
        print(line)


def _template(arguments: Namespace) -> "Template | None":
    template: Template | None = getattr(arguments, "format", None)
    return template


class _Format(argparse.Action):
    """Reads a template, before anything is looked up or asked; lists the fields for ``help``."""

    def __call__(
        self,
        parser: ArgumentParser,
        namespace: Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,  # noqa: ARG002 - as argparse calls it
    ) -> None:
        schema = str(self.const)
        if values == HELP:
            print_lines(help_lines(schema))
            parser.exit()
        setattr(namespace, self.dest, Template(str(values), schema))


def help_lines(schema: str) -> Iterator[str]:
    """Returns the fields of an output, each with what it is."""
    fields = schemas.fields(schema)
    size = max(map(len, fields))
    for field in fields.values():
        yield f"{field.name:<{size}}  {field.description}"


class _Part(NamedTuple):
    """A piece of a template: a text, and the field behind it with its format; None for none."""

    text: str
    field: Field | None
    spec: str


class Template:
    """A template whose fields and formats are known to fit.

    Args:
        text: As it was typed.
        schema: The name of the schema of what it is filled with.

    Raises:
        UsageError: It cannot be used.
    """

    def __init__(self, text: str, schema: str) -> None:
        fields = schemas.fields(schema)
        self._parts = [_checked(*each, fields) for each in _parsed(text)]
        self._list = schemas.list_in(schema)

    def lines(self, found: JsonObject | Sequence[JsonObject]) -> Iterator[str]:
        """Returns a line for each object.

        Raises:
            UsageError: A number is too large for the format that was typed for it.
        """
        for each in [found] if isinstance(found, dict) else found:
            yield from map(self.line, self._rows(each))

    def _rows(self, found: JsonObject) -> list[JsonObject]:
        """What has a line each: the object, or one with each of those that it lists."""
        listed = found.get(self._list)
        if not isinstance(listed, list):
            return [found]
        return [{**found, self._list: row} for row in listed]

    def line(self, found: JsonObject) -> str:
        """Returns the line of one object.

        Raises:
            UsageError: See `lines`.
        """
        texts = []
        for text, field, spec in self._parts:
            texts.append(text)
            if field is not None:
                texts.append(_formatted(_value(found, field.name), field, spec))
        return "".join(texts)


def _parsed(text: str) -> Iterator[tuple[str, str | None, str, str | None]]:
    """The pieces of a template: a text, and a field with its format and its conversion."""
    try:
        for literal, name, spec, conversion in string.Formatter().parse(text):
            yield _unescaped(literal), name, spec or "", conversion
    except ValueError:
        raise UsageError(
            f"The template “{one_line(text, 60)}” has a brace that is not closed, or not opened",
            next_step="Write {field}, and {{ or }} for a brace itself.",
        ) from None


def _unescaped(literal: str) -> str:
    return re.sub(r"\\[nt\\]", lambda match: _ESCAPES[match[0]], literal)


def _checked(
    text: str, name: str | None, spec: str, conversion: str | None, fields: Mapping[str, Field]
) -> _Part:
    if name is None:
        return _Part(text, None, "")
    field = fields.get(name)
    if field is None:
        raise _unknown(name, fields)
    problem = "a conversion with ! is not possible" if conversion else _misfit(field, spec)
    if problem:
        raise UsageError(
            f"{field.name} cannot be printed as “{one_line(spec or f'!{conversion}', 40)}”",
            f"{problem[0].upper()}{problem[1:]}.",
            "Write a width as in {failed:>8}, or for numbers {failed:,} or {rate:.1f}.",
        )
    return _Part(text, field, spec)


def _unknown(name: str, fields: Mapping[str, Field]) -> UsageError:
    # A name that is right but for its place is nearer than one that is spelled alike.
    last = name.rpartition(".")[2]
    near = [known for known in fields if name and known.rpartition(".")[2] == last]
    near.sort(key=lambda known: known.count("."))
    near += [known for known in get_close_matches(name, fields, n=_NEAR) if known not in near]
    near += [known for known in fields if name and known.startswith(f"{name}.")]
    return UsageError(
        f"There is no field “{one_line(name, 60)}”" if name else "A field has no name",
        f"Close to it: {', '.join(near[:_NEAR])}." if near else "",
        "To list all fields: --format help",
    )


def _misfit(field: Field, spec: str) -> str:
    """Why a field cannot have a format; empty where it can."""
    found = _SPEC.fullmatch(spec)
    if found is None:
        return "that is no format, or a width of more than 999"
    kind, precision = found["type"] or "", found["precision"]
    if not field.is_number:
        is_of_numbers = kind not in ("", "s") or found["sign"] or found["group"]
        return "it is no number" if is_of_numbers or found["align"] == "=" else ""
    if kind == "s":
        return "it is a number"
    if "number" in field.types:
        return "it has decimals" if kind == "d" else ""
    return "it has no decimals" if precision is not None and kind in ("", "d") else ""


def _value(found: JsonObject, name: str) -> object:
    """The value of a field; None where something on the way to it is null or not there."""
    value: object = found
    for step in name.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _formatted(value: object, field: Field, spec: str) -> str:
    if value is None or not field.is_number:
        return format(_text(value), _as_text(spec, is_number=field.is_number) if spec else "")
    number = float(str(value)) if "number" in field.types else value
    try:
        return format(number, spec)
    except (ValueError, OverflowError):  # such as an integer beyond what a float holds
        raise UsageError(
            f"{field.name} is {one_line(str(value), 40)}, which cannot be printed as “{spec}”"
        ) from None


def _text(value: object) -> str:
    match value:
        case None:
            return _NULL
        case bool():
            return str(value).lower()
        case list():
            return ",".join(map(_text, value))
        case _:
            return one_line(str(value), _LONGEST)


def _as_text(spec: str, *, is_number: bool) -> str:
    """A format without what only numbers take; null stands where the number would."""
    found = _SPEC.fullmatch(spec)
    assert found is not None  # noqa: S101 - for the type checker: it was checked
    align = (found["align"] or (">" if is_number else "<")).replace("=", ">")
    precision = "" if is_number or found["precision"] is None else f".{found['precision']}"
    return f"{found['fill'] or ' '}{align}{found['width'] or ''}{precision}"
