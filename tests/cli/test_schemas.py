"""The schemas: sound, complete, usable without a network; every output is as its schema says.

Besides what is tested here, every ``--json`` that a test of a command asks for is held against its
schema by `tests.support.commands.CommandLine`.
"""

import errno
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.cli.filled import ENDED, RUNNING, busy_day
from tests.cli.remembering import remember
from tests.support import json_outputs
from tests.support.commands import CommandLine
from tests.support.jobs import REF
from zcbulk_tui.cli import budget, schemas

OUTPUTS = {
    "jobs": ("jobs", "list"),
    "status": ("status", ENDED),
    "history": ("history", ENDED),
    "log": ("log",),
    "failures": ("failures", ENDED, "--rows", "2"),
    "results": ("results", "list"),
    "queue": ("queue",),
    "budget": ("budget",),
    "alerts": ("alerts",),
    "report": ("report", "--since", "1d"),
    "config": ("config", "show"),
}
"""Commands that print what is in the memory, by the names of their schemas."""

OTHERS = {"alert", "check", "control", "doctor", "error", "insert", "published", "repair", "wait"}
"""Those of which other tests ask for JSON."""

pytestmark = pytest.mark.usefixtures("signed_in")


def nodes(schema: object, at: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object in a schema, and the way to it."""
    if isinstance(schema, dict):
        yield at, schema
        for name, part in schema.items():
            yield from nodes(part, f"{at}/{name}")
    elif isinstance(schema, list):
        for place, part in enumerate(schema):
            yield from nodes(part, f"{at}/{place}")


FILES = {**{name: schemas.read(name) for name in schemas.names()}, "common": schemas.shared()}


def properties(schema: object) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property that a schema describes, and the way to it."""
    for at, node in nodes(schema):
        described = node.get("properties")
        if isinstance(described, dict) and not at.endswith("/properties"):
            for key, part in described.items():
                yield f"{at}/{key}", part


@pytest.mark.parametrize("name", FILES)
def test_a_schema_is_sound(name: str) -> None:
    schema = FILES[name]
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"].endswith("2020-12/schema")
    assert schema["$id"].endswith(f"/{name}.json")
    assert schema["title"]
    assert schema["description"]


@pytest.mark.parametrize("name", FILES)
def test_every_field_says_what_it_is_and_what_null_means(name: str) -> None:
    for at, part in properties(FILES[name]):
        if "const" in part:
            continue
        assert part.get("description", "").endswith("."), at
        if "type" not in part and "anyOf" not in part:
            continue  # a part that others have, or any value
        types = part.get("type", [])
        can_be_null = "null" in types or {"type": "null"} in part.get("anyOf", [])
        assert can_be_null == ("null" in part["description"].casefold()), at


@pytest.mark.parametrize("name", FILES)
def test_every_object_is_closed(name: str) -> None:
    """What is open is a part of others, which close it: no field stays undescribed."""
    for at, node in nodes(FILES[name]):
        if "allOf" in node:
            assert name == "common" or node["unevaluatedProperties"] is False, at
        elif node.get("type") == "object" and "additionalProperties" not in node:
            assert name == "common" or at.endswith("/body"), at


def test_all_of_them_are_tested() -> None:
    assert {*OUTPUTS, *OTHERS} == set(schemas.names())


@pytest.fixture(params=["nothing", "a_little", "all"])
def memory(request: pytest.FixtureRequest, home: Path) -> Iterator[str]:
    """A memory without anything, with what is usual, and with every optional part."""
    if request.param == "a_little":
        remember(home)
    if request.param == "all":
        with busy_day(home):
            yield request.param
    else:
        yield request.param


def test_real_outputs(cli: CommandLine, memory: str) -> None:
    for name, words in OUTPUTS.items():
        arguments = [RUNNING if word == ENDED and name == "history" else word for word in words]
        if memory == "a_little":
            arguments = [REF.job_id if word in (ENDED, RUNNING) else word for word in arguments]
        ended = cli(*arguments, "--json")
        needs_a_job = name in ("status", "history", "failures")
        if memory == "all":
            assert (ended.code, ended.err) == (0, ""), name
        assert json.loads(ended.out) or not needs_a_job if ended.out else needs_a_job, name


@pytest.mark.parametrize(
    "words",
    [
        ("history", "Nothing"),
        ("failures", "Nothing"),
        ("results", "Nothing"),
        ("repair", "Nothing", "--dry-run"),
        ("repair", "Nothing"),
        ("report", "--since", "never"),
        ("log", "--since", "never"),
        ("alerts", "--since", "never"),
        ("queue", "go-on", "Nothing", "--yes"),
        ("check", "/nowhere.csv"),
        ("jobs", "list", "--profile", "none"),
        ("budget", "--profile", "none"),
        ("config", "show", "--profile", "none"),
    ],
    ids=" ".join,
)
def test_whatever_fails_is_said_as_one_document(
    cli: CommandLine, home: Path, words: tuple[str, ...]
) -> None:
    remember(home)
    ended = cli(*words, "--json")
    (said,) = ended.lines
    found = json.loads(ended.out)
    assert (ended.code, found["exit_code"]) == (2, 2)
    assert found["error"]["title"] in said
    assert (found["error"]["next_step"] or "") in said


def test_a_limit_of_the_system_is_said_so_too(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> int:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(budget, "run", fail)
    ended = cli("budget", "--json")
    (said,) = ended.lines
    found = json.loads(ended.out)
    assert (ended.code, found["exit_code"]) == (1, 1)
    assert found["error"]["title"] == "The system gives this program no more open files"
    assert found["error"]["next_step"] in said


def test_every_optional_part_is_there_on_a_busy_day(cli: CommandLine, home: Path) -> None:
    """Else the test above proves less than it says."""
    with busy_day(home):
        jobs = json.loads(cli("jobs", "list", "--json").out)
        (queue, budget) = (json.loads(cli(name, "--json").out) for name in ("queue", "budget"))
    for name in ("estimate", "ends", "concern", "abort_risk", "deadline", "next_poll", "fault"):
        assert {job[name] is None for job in jobs} == {True, False}, name
    for name in ("rate", "mean_rate", "command", "chain", "repairs", "read_at", "age_seconds"):
        assert {job[name] is None for job in jobs} == {True, False}, name
    assert {file["error"] is None for file in queue} == {True, False}
    assert None not in (budget["window"], budget["held_by"], budget["held_until"])
    assert budget["jobs"]


@pytest.mark.parametrize("name", sorted(set(OUTPUTS) - {"config"}))
def test_a_field_that_no_schema_has_is_refused_and_so_is_a_missing_one(
    cli: CommandLine, home: Path, name: str
) -> None:
    with busy_day(home):
        found = json.loads(cli(*OUTPUTS[name], "--json").out)
    tried: set[str] = set()
    for item in found if isinstance(found, list) else [found]:
        whole = [item] if isinstance(found, list) else item
        for at, place in nodes(item):
            kind = f"{re.sub('[0-9]+', 'n', at)} {item.get('kind')}"
            if kind in tried:
                continue
            tried.add(kind)
            place["surplus"] = 1
            with pytest.raises(AssertionError, match=name):
                json_outputs.check_value(name, whole)
            del place["surplus"]
            key, taken = next(iter(place.items()))
            del place[key]
            with pytest.raises(AssertionError, match=name):
                json_outputs.check_value(name, whole)
            place[key] = taken


def test_the_command_prints_a_list_and_each_of_them(cli: CommandLine) -> None:
    listed = cli("schema")
    assert (listed.code, listed.err) == (0, "")
    assert [line.split()[0] for line in listed.out.splitlines()[1:]] == schemas.names()
    printed = json.loads(cli("schema", "status").out)
    # Nothing but what is printed is known to this validator.
    assert not Draft202012Validator(printed).is_valid([{"job_id": 1}])
    assert Draft202012Validator(printed).is_valid([])


def test_an_unknown_schema(cli: CommandLine) -> None:
    ended = cli("schema", "stauts")
    assert (ended.code, ended.out) == (2, "")
    assert "There is no schema “stauts”. Close to it: status, results." in ended.err
    assert cli("schema", "common").code == 2
