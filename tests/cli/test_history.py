"""``history``: all that is remembered of a job, for people and for programs."""

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.remembering import JOB, OTHER, put_on_list, remember, url
from tests.support.commands import CommandLine
from tests.support.jobs import NOW, REF, URL
from tests.support.text import is_one_safe_line, uncoloured
from zcbulk_tui.domain.job import Environment


@pytest.fixture(autouse=True)
def india(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A zone whose offset is odd, and the same all year."""
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("name", [URL, REF.job_id, "Employees", " Employees "])
def test_a_job_by_all_its_names(cli: CommandLine, home: Path, name: str) -> None:
    remember(home)
    ended = cli("history", name, "--json")
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out)["job"]["job_id"] == REF.job_id


def test_the_table(cli: CommandLine, home: Path) -> None:
    remember(home)
    ended = cli("history", "Employees")
    assert (ended.code, ended.err) == (0, "")
    heading, added, tags, note, empty, header, first, event, command, last = ended.out.splitlines()
    assert heading == f"Employees ({REF.job_id}, production, {REF.owner}/{REF.app}/{REF.form})"
    assert added == "Added 2026-03-11 16:00:00 by anna@jump1, key a"
    assert (tags, note, empty) == ("Tags: eu, hr", "Note: =1+1", "")
    assert header.split("  ")[0] == "TIME (UTC+05:30)"
    figures = ["10,000", "1,000", "0", "9,000", "10", "–"]
    assert first.split() == ["2026-03-11", "16:00:00", "In-progress", *figures]
    assert event == "2026-03-11 16:01:00  * ready → running"
    assert command.startswith("2026-03-11 16:02:00  * Abort by anna@jump1: refused: Zoho refuses")
    # 6,000 records in ten minutes.
    figures = ["10,000", "6,900", "100", "3,000", "70", "10"]
    assert last.split() == ["2026-03-11", "16:10:00", "In-progress", *figures]


def test_the_columns_stand_below_their_names(cli: CommandLine, home: Path) -> None:
    remember(home)
    *_, header, first, _, _, last = cli("history", "Employees").out.splitlines()
    for line in (first, last):
        assert line.index("In-progress") == header.index("STATE")
        assert len(line) == len(header)


def test_json(cli: CommandLine, home: Path) -> None:
    remember(home)
    found = json.loads(cli("history", "Employees", "--json").out)
    assert list(found) == ["job", "file", "chain", "readings", "events", "commands"]
    assert found["job"]["tags"] == ["eu", "hr"]
    assert found["job"]["added_at"] == "2026-03-11T10:30:00.000+00:00"
    first, last = found["readings"]
    assert (first["read_at"], first["success"]) == ("2026-03-11T10:30:00.000+00:00", 1000)
    assert (last["failed"], last["unprocessed"], last["code"]) == (100, 3000, 3000)
    (event,) = found["events"]
    assert (event["event"], event["text"]) == ("state", "ready → running")
    (command,) = found["commands"]
    assert (command["action"], command["outcome"]) == ("abort", "refused")
    assert command["answer"] == {"http_status": 200, "code": 2945, "said": "Not now"}
    assert command["shown"]["success"] == 1000
    assert command["settled"] is None


def test_a_job_that_was_never_read(cli: CommandLine, home: Path) -> None:
    put_on_list(home, OTHER)
    ended = cli("history", "Orders")
    assert ended.code == 0
    assert ended.out.splitlines()[-1].split()[0] == "TIME"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param(url(OTHER.ref), "was never watched in the profile “default”", id="URL"),
        pytest.param("Nothing", "is called “Nothing”", id="label"),
        pytest.param("", "is called “”", id="empty"),
        pytest.param("5", "its id alone needs data_center", id="id"),
        pytest.param("https://evil.example/", "not one of Zoho's API hosts", id="host"),
        pytest.param("Twins", "“Twins” may be 2 jobs", id="twins"),
        pytest.param("\x1b[31m", "is called", id="control-characters"),
    ],
)
def test_a_name_of_no_job(cli: CommandLine, home: Path, name: str, words: str) -> None:
    stage = REF._replace(environment=Environment.STAGE)
    put_on_list(home, JOB._replace(label="Twins"), JOB._replace(ref=stage, label="Twins"))
    ended = cli("history", name)
    assert (ended.code, ended.out) == (2, "")
    (complaint,) = ended.lines
    assert words in complaint
    assert is_one_safe_line(complaint)


def test_the_same_id_in_two_environments_is_told_apart_by_the_url(
    cli: CommandLine, home: Path
) -> None:
    stage = JOB._replace(ref=REF._replace(environment=Environment.STAGE), label="Stage")
    put_on_list(home, JOB, stage)
    assert cli("history", REF.job_id).code == 2
    ended = cli("history", URL, "--environment", "stage", "--json")
    assert json.loads(ended.out)["job"]["label"] == "Stage"


def test_a_job_under_another_host_where_the_host_is_replaced(
    cli: CommandLine, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember(home)
    monkeypatch.setenv("ZCBULK_BASE_URL", "https://creator.example.com")
    named = url(REF._replace(origin="https://creator.example.com"))
    assert cli("history", named).code == 0


@pytest.mark.usefixtures("profiles")
def test_each_profile_has_its_own_past(cli: CommandLine, home: Path) -> None:
    remember(home, profile="orders")
    assert cli("history", URL).code == 2
    assert cli("history", URL, "--profile", "orders").code == 0


def test_on_a_terminal_no_line_is_longer_than_it(
    cli: CommandLine, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember(home, NOW + timedelta(days=1))
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "40")
    coloured = cli("history", "Employees").out
    assert coloured != uncoloured(coloured)
    assert max(map(len, uncoloured(coloured).splitlines())) == 40
