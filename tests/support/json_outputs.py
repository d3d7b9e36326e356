"""What commands print with ``--json``, held against its schema."""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from zcbulk_tui.cli import schemas

_SCHEMAS = {"start": "control", "abort": "control"}
"""Of commands whose schema is called otherwise."""

_STREAMS = {"wait"}
"""The commands that print a JSON object per line."""


def is_described(arguments: Sequence[str]) -> bool:
    """Whether a command line asks for JSON that a schema describes."""
    return "--json" in arguments and schema_of(arguments) in schemas.names()


def schema_of(arguments: Sequence[str]) -> str:
    """The name of the schema of what a command prints."""
    command = next((word for word in arguments if not word.startswith("-")), "")
    return _SCHEMAS.get(command, command)


def check(name: str, printed: str) -> None:
    """Holds an output against a schema; of a stream, each line.

    Raises:
        AssertionError: It is not as the schema says.
    """
    for part in printed.splitlines() if name in _STREAMS else [printed]:
        value = json.loads(part)
        is_error = isinstance(value, dict) and value.keys() == {"error", "exit_code"}
        check_value("error" if is_error else name, value)


def check_value(name: str, value: object) -> None:
    """Holds what is to be printed against a schema; see `check`."""
    problems = [
        f"{error.json_path}: {error.message}" for error in _validator(name).iter_errors(value)
    ]
    assert not problems, f"{name}: {problems[:3]}"


@cache
def _validator(name: str) -> Draft202012Validator:
    shared = Resource[Any].from_contents(schemas.shared())
    known = Registry[Any]().with_resource(shared.id() or "", shared).crawl()
    checker = Draft202012Validator.FORMAT_CHECKER
    return Draft202012Validator(schemas.read(name), registry=known, format_checker=checker)
