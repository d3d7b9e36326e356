"""Colours of what is printed: where they are, where not, and that no column moves by them."""

from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.filled import ENDED, RUNNING, busy_day
from tests.support.commands import CommandLine
from tests.support.text import uncoloured
from zcbulk_tui.cli.colours import Choice, are_wanted, painted
from zcbulk_tui.cli.output import in_columns
from zcbulk_tui.render.span import Look, Span, plain, width

PRINTING: tuple[tuple[str, ...], ...] = (
    ("status", ENDED),
    ("jobs", "list"),
    ("queue",),
    ("log",),
    ("failures", ENDED),
    ("results", "list"),
    ("history", RUNNING),
    ("budget",),
)

pytestmark = pytest.mark.usefixtures("signed_in")


@pytest.mark.parametrize(
    ("choice", "environ", "on_terminal", "elsewhere"),
    [
        ("auto", {}, True, False),
        ("auto", {"NO_COLOR": "1"}, False, False),
        ("auto", {"NO_COLOR": ""}, True, False),
        ("auto", {"TERM": "dumb"}, False, False),
        ("auto", {"FORCE_COLOR": "1", "CLICOLOR_FORCE": "1"}, True, False),
        ("always", {"NO_COLOR": "1", "TERM": "dumb"}, True, True),
        ("never", {}, False, False),
    ],
)
def test_when_there_are_any(
    choice: str, environ: dict[str, str], on_terminal: bool, elsewhere: bool
) -> None:
    assert are_wanted(Choice(choice), environ, is_terminal=True) == on_terminal
    assert are_wanted(Choice(choice), environ, is_terminal=False) == elsewhere


@pytest.mark.parametrize("arguments", PRINTING, ids=" ".join)
def test_all_that_prints_tables(cli: CommandLine, home: Path, arguments: tuple[str, ...]) -> None:
    with busy_day(home):
        piped = cli(*arguments)
        after = cli(*arguments, "--color", "always")
        before = cli("--color", "always", *arguments)
        never = cli(*arguments, "--color", "never")
    assert "\x1b" not in piped.out + never.out
    for coloured in (after, before):
        assert "\x1b[" in coloured.out
        assert [len(line) for line in uncoloured(coloured.out).splitlines()] == [
            len(line) for line in piped.out.splitlines()
        ]


@pytest.mark.parametrize("arguments", PRINTING, ids=" ".join)
def test_neither_json_nor_a_template_has_any(
    cli: CommandLine, home: Path, arguments: tuple[str, ...]
) -> None:
    with busy_day(home):
        for option in (("--json",), ("--format", "x")):
            ended = cli(*arguments, *option, "--color", "always")
            assert (ended.code, ended.err) == (0, "")
            assert "\x1b" not in ended.out


def test_they_say_what_the_screen_says(cli: CommandLine, home: Path) -> None:
    with busy_day(home):
        jobs = cli("jobs", "--color", "always").out
        queue = cli("queue", "--color", "always").out
        status = cli("status", "--color", "always", ENDED).out
    assert "\x1b[36mrunning" in jobs
    assert "\x1b[32mdone" in jobs
    assert "\x1b[2m–" in jobs
    assert "\x1b[1;31munclear" in queue
    assert "\x1b[32mdone \x1b[0m" in status


def test_an_unknown_choice(cli: CommandLine) -> None:
    ended = cli("jobs", "--color", "sometimes")
    assert (ended.code, ended.out) == (2, "")
    assert "auto, always, never" in ended.err.replace("'", "")


_looks = st.sampled_from(Look)


@given(st.lists(st.tuples(st.text("ab 日é", max_size=6), _looks), min_size=1, max_size=4))
def test_widths_are_those_without_escapes(cells: list[tuple[str, Look]]) -> None:
    heads = [f"H{place}" for place in range(len(cells))]
    spans = [Span(text, look) for text, look in cells]
    head, row = in_columns(heads, [spans], giving={})
    assert plain(row) == plain(in_columns(heads, [[text for text, _ in cells]], giving={})[1])
    assert width(plain(head)) == width(plain(row))
    assert uncoloured(painted(row)) == plain(row)
    assert painted(row).count("\x1b") % 2 == 0


@pytest.mark.parametrize(
    ("columns", "heads"),
    [
        (200, "LABEL JOB FORM OK"),
        (46, "LABEL JOB FORM OK"),
        (36, "LABEL JOB OK"),
        (32, "LABEL JOB OK"),
        (31, "LABEL OK"),
        (12, "LABEL OK"),
    ],
)
def test_a_narrow_terminal_gets_shorter_labels_then_fewer_columns(
    monkeypatch: pytest.MonkeyPatch, columns: int, heads: str
) -> None:
    names = ("LABEL", "JOB", "FORM", "OK")
    cells = ("Orders of the north", "3888833000000114027", "Orders", "199")
    table = partial(
        in_columns, names, [cells], giving={"LABEL": 8, "FORM": 4}, drops=("FORM", "JOB"), right=3
    )
    monkeypatch.setenv("COLUMNS", str(columns))
    assert plain(table()[1]) == " ".join(cells)  # no terminal, no limit
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    head, row = map(plain, table())
    assert head.split() == heads.split()
    assert row.endswith(" 199")
    assert ("3888833000000114027" in row) == ("JOB" in heads)
    assert ("…" in row) == (columns not in (200, 31))
    assert width(row) <= columns
