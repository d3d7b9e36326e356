"""``log``: what happened since when, for people and for programs."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.remembering import remember
from tests.support.commands import CommandLine
from tests.support.jobs import NOW, REF
from tests.support.text import is_one_safe_line, uncoloured
from zcbulk_tui.cli.log import parse_since
from zcbulk_tui.errors import UsageError


@pytest.fixture(autouse=True)
def india(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A zone whose offset is odd, and the same all year."""
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30m", NOW - timedelta(minutes=30)),
        ("2h", NOW - timedelta(hours=2)),
        ("3d", NOW - timedelta(days=3)),
        (" 1w ", NOW - timedelta(weeks=1)),
        ("0m", NOW),
        ("2026-03-10", datetime(2026, 3, 9, 18, 30, tzinfo=UTC)),
        ("2026-03-10T10:00", datetime(2026, 3, 10, 4, 30, tzinfo=UTC)),
        ("2026-03-10 10:00:30", datetime(2026, 3, 10, 4, 30, 30, tzinfo=UTC)),
        ("2026-03-10T10:00Z", datetime(2026, 3, 10, 10, 0, tzinfo=UTC)),
        ("2026-03-10T10:00+02:00", datetime(2026, 3, 10, 8, 0, tzinfo=UTC)),
    ],
)
def test_a_moment(text: str, expected: datetime) -> None:
    assert parse_since(text, NOW) == expected


@pytest.mark.parametrize("after", [timedelta(seconds=1), timedelta(days=300)])
def test_what_is_to_come_is_no_moment_in_the_past(after: timedelta) -> None:
    with pytest.raises(UsageError, match="no moment in the past"):
        parse_since((NOW + after).isoformat(), NOW)
    assert parse_since(NOW.isoformat(), NOW) == NOW


@pytest.mark.parametrize(
    "text",
    [
        *("", "yesterday", "5", "h", "-2h", "1.5h", "2H", "2y", "٣d", "\x1b[2J"),
        *("999999w", "9999999999999w", "2026-02-30", "2026-03-10T25:00", "0001-01-01"),
        *("9999-12-31", "9999-12-31T23:59:59-12:00"),
    ],
    ids=repr,
)
def test_what_is_no_moment(cli: CommandLine, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_since(text, NOW)
    assert is_one_safe_line(str(caught.value))
    ended = cli("log", f"--since={text}")
    assert (ended.code, ended.out, len(ended.lines)) == (2, "", 1)
    assert "30m, 2h, 3d, 1w" in ended.err


def test_the_lines(cli: CommandLine, home: Path) -> None:
    remember(home)
    ended = cli("log", "--since", "2026-03-11")
    assert (ended.code, ended.err) == (0, "")
    *first, command, paused = ended.out.splitlines()
    assert {line.split()[2] for line in first} == {"event", "call"}
    assert command.startswith("2026-03-11 16:02:00+05:30  command  Employees  Abort by anna@jump1")
    assert paused == "2026-03-11 16:03:00+05:30  event    polls paused"


def test_the_oldest_comes_first(cli: CommandLine, home: Path) -> None:
    remember(home)
    moments = [line[:25] for line in cli("log", "--since", "2026-03-11").out.splitlines()]
    assert len(moments) == 4
    assert moments == sorted(moments)


def test_json(cli: CommandLine, home: Path) -> None:
    remember(home)
    found = json.loads(cli("log", "--since", "2026-03-11", "--json").out)
    kinds = {entry["kind"]: entry for entry in found}
    assert sorted(entry["kind"] for entry in found) == ["call", "command", "event", "event"]
    assert found[-1]["event"] == "paused"
    assert found[-1]["job"] is None
    assert kinds["call"]["at"] == "2026-03-11T10:31:00.000+00:00"
    assert (kinds["call"]["cause"], kinds["call"]["left"]) == ("plan", 99)
    assert kinds["call"]["answer"] == {"http_status": 200, "code": 3000, "said": ""}
    assert kinds["command"]["job"]["job_id"] == REF.job_id
    assert kinds["command"]["operator"] == "anna@jump1"
    assert "Zoho said HTTP 200, code 2945" in kinds["command"]["error"]


def test_of_nothing_there_is_nothing(cli: CommandLine) -> None:
    ended = cli("log")
    assert (ended.code, ended.out, ended.err) == (0, "", "")
    assert json.loads(cli("log", "--json").out) == []


@pytest.mark.parametrize(("hours", "entries"), [(23, 4), (25, 0)])
def test_a_day_unless_told(cli: CommandLine, home: Path, hours: int, entries: int) -> None:
    remember(home, datetime.now(UTC) - timedelta(hours=hours))
    assert len(cli("log").out.splitlines()) == entries
    assert len(cli("log", "--since", "2d").out.splitlines()) == 4


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        (["abort"], {"command"}),
        (["ABORT", "anna"], {"command"}),
        (["abort", "nobody"], set()),
        (["kind:call"], {"call"}),
        (["!kind:event", "!kind:call"], {"command"}),
    ],
    ids=" ".join,
)
def test_words_choose_entries(
    cli: CommandLine, home: Path, words: list[str], kinds: set[str]
) -> None:
    remember(home)
    ended = cli("log", "--since", "2026-03-11", "--json", *words)
    assert {entry["kind"] for entry in json.loads(ended.out)} == kinds
    before = cli("log", *words, "--json", "--since", "2026-03-11")
    assert before.out == ended.out


@pytest.mark.usefixtures("profiles")
def test_each_profile_has_its_own(cli: CommandLine, home: Path) -> None:
    remember(home, profile="orders")
    assert cli("log", "--since", "2026-03-11").out == ""
    ended = cli("--profile", "orders", "log", "--since", "2026-03-11")
    assert len(ended.out.splitlines()) == 4


def test_the_help_tells_the_default(cli: CommandLine) -> None:
    assert "default: 24h" in cli("log", "--help").out


def test_on_a_terminal_no_line_is_longer_than_it(
    cli: CommandLine, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember(home)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "50")
    coloured = cli("log", "--since", "2026-03-11").out
    assert coloured != uncoloured(coloured)
    assert max(map(len, uncoloured(coloured).splitlines())) == 50
