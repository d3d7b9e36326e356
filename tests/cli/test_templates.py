"""``--format``: fields of the JSON, and nothing else, whatever is typed."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.cli.filled import ENDED, RUNNING, busy_day
from tests.cli.remembering import JOB, put_on_list, remember
from tests.support.commands import CommandLine
from tests.support.jobs import REF
from tests.support.text import HOSTILE, is_one_safe_line
from zcbulk_tui.cli import schemas
from zcbulk_tui.cli.templates import Template
from zcbulk_tui.errors import UsageError
from zcbulk_tui.store.json_objects import JsonObject

FORMATTED = ("budget", "failures", "history", "jobs", "log", "queue", "results", "status")

STATUS: JsonObject = {
    "label": "Orders EU",
    "failed": 4100,
    "percent": 31.2,
    "rate": 183.333,
    "left": None,
    "chain": {"left": 588, "is_over": False, "jobs": ["1", "2"]},
    "estimate": None,
    "tags": ["eu", "hr"],
}


@pytest.mark.parametrize(
    ("template", "line"),
    [
        ("{label} {percent}% {failed}", "Orders EU 31.2% 4100"),
        ("{failed:>8,}|{failed:<8}|{failed:08}", "   4,100|4100    |00004100"),
        ("{label:<12}|{label:.6}|{label:^11}", "Orders EU   |Orders| Orders EU "),
        ("{rate:.1f}/s {rate:.0f} {percent:6.2f}", "183.3/s 183  31.20"),
        ("{chain.left} {chain.is_over} {chain.jobs}", "588 false 1,2"),
        ("{tags} {{{label}}}", "eu,hr {Orders EU}"),
        ("{left}|{left:,}|{left:>5}|{left:<5}|{left:05d}", "-|-|    -|-    |    -"),
        ("{estimate.processed:>6,}|{estimate.at}", "     -|-"),
        (r"{label}\t{failed}\n\\n", "Orders EU\t4100\n\\n"),
        (r"C:\dir\x", r"C:\dir\x"),
        ("no field", "no field"),
        ("", ""),
    ],
)
def test_a_line(template: str, line: str) -> None:
    assert Template(template, "status").line(STATUS) == line


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{lable}", "There is no field “lable”. Close to it: label"),
        ("{counts.failed}", "Close to it: failed"),
        ("{chain}", "Close to it: chain.root"),
        ("{}", "A field has no name"),
        ("{0}", "There is no field “0”"),
        ("{label!r}", "conversion with ! is not possible"),
        ("{label.__class__}", "There is no field"),
        ("{label[0]}", "There is no field"),
        ("{chain.jobs.append}", "There is no field"),
        ("{failed:{left}}", "that is no format"),
        ("{failed:>999999999}", "width of more than 999"),
        ("{failed:.1}", "it has no decimals"),
        ("{failed:c}", "that is no format"),
        ("{percent:%}", "that is no format"),
        ("{failed:s}", "it is a number"),
        ("{label:,}", "it is no number"),
        ("{tags:+}", "it is no number"),
        ("{rate:d}", "it has decimals"),
        ("{label", "has a brace that is not closed"),
        ("label}", "has a brace that is not closed"),
    ],
)
def test_what_cannot_be_used(cli: CommandLine, template: str, said: str) -> None:
    ended = cli("status", "--format", template)
    assert (ended.code, ended.out) == (2, "")
    (line,) = ended.lines
    assert said.casefold() in line.casefold()
    assert "--format help" in line or "Write " in line


_pieces = st.sampled_from(
    [
        *("{", "}", "{{", "}}", ":", "!", "!r", ".", "[0]", "__class__", "\\n", "%", ",", ">", "0"),
        *("label", "failed", "rate", "chain.left", "tags", "{failed", "{rate:", "9", "=", "_", "e"),
        *("\x1b[2J", "é", " ", "\n"),
    ]
)
templates = st.text() | st.lists(_pieces, max_size=12).map("".join)


@given(templates)
@example("{failed.__class__.__mro__}")
@example("{label.__init__.__globals__}")
def test_no_template_raises_anything_but_a_usage_error_nor_reaches_into_python(text: str) -> None:
    with suppress(UsageError):
        line = Template(text, "status").line(STATUS)
        assert "<class" not in line
        assert "object at 0x" not in line
        assert len(line) <= 1000 * (1 + text.count("{")) + len(text)


@given(templates, st.integers(-(10**400), 10**400), st.text())
@example("{failed:f}", 10**400, "")
def test_no_value_makes_one_raise(text: str, failed: int, label: str) -> None:
    with suppress(UsageError):
        Template(text, "status").line({**STATUS, "failed": failed, "label": label})


@given(st.sampled_from([*HOSTILE.values()]) | st.text())
def test_text_from_a_server_stays_one_line(text: str) -> None:
    assert is_one_safe_line(Template("{label}", "status").line({"label": f"x{text}"}))


@pytest.mark.parametrize("name", FORMATTED)
def test_help_lists_the_fields_of_the_schema(cli: CommandLine, name: str) -> None:
    part = ("list",) if name in ("jobs", "results") else ()
    job = ("x",) if name in ("failures", "history") else ()
    ended = cli(name, *part, *job, "--format", "help")
    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    assert [line.split()[0] for line in lines] == list(schemas.fields(name))
    assert all(len(line.split()) > 2 for line in lines)


@pytest.mark.usefixtures("signed_in")
@pytest.mark.parametrize("name", FORMATTED)
def test_every_field_of_every_output_can_be_printed(
    cli: CommandLine, home: Path, name: str
) -> None:
    arguments = {
        "jobs": ("jobs", "list"),
        "results": ("results", "list"),
        "status": ("status", ENDED),
        "history": ("history", RUNNING),
        "failures": ("failures", ENDED),
    }.get(name, (name,))
    template = r"\t".join(f"{field}={{{field}}}" for field in schemas.fields(name))
    with busy_day(home):
        found = json.loads(cli(*arguments, "--json").out)
        ended = cli(*arguments, "--format", template)
    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    listed = schemas.list_in(name)
    assert len(lines) == len(found if isinstance(found, list) else found.get(listed, [0]))
    assert "={" not in ended.out


def test_a_line_for_each_reading(cli: CommandLine, home: Path) -> None:
    remember(home)
    template = "{job.label} {readings.failed} {readings.percent:.0f}% {readings.rate}"
    ended = cli("history", REF.job_id, "--format", template)
    assert ended.out == "Employees 0 10% -\nEmployees 100 70% 10.0\n"


def test_a_part_of_the_queue_takes_it_before_and_after(cli: CommandLine, home: Path) -> None:
    with busy_day(home):
        after = cli("queue", "list", "--format", "{label}: {stands}")
        before = cli("queue", "--format", "{label}: {stands}", "list")
    assert after.out.splitlines()[1] == "File waits: waits: 1 file for this form before it"
    assert after == before


def test_json_and_a_template_are_one_or_the_other(cli: CommandLine, home: Path) -> None:
    put_on_list(home, JOB)
    ended = cli("jobs", "list", "--json", "--format", "{label}")
    assert (ended.code, ended.out) == (2, "")
    assert "not allowed with" in ended.err
