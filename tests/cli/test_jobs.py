"""``jobs``: the watch list as a noun; no part of it makes a call."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.remembering import JOB, OTHER, database, put_on_list, watch_list
from tests.support.commands import CommandLine
from tests.support.jobs import REF, URL
from zcbulk_tui.domain.job import Environment
from zcbulk_tui.domain.records import EventKind
from zcbulk_tui.domain.snapshot import ServiceSnapshot
from zcbulk_tui.store.database import FILE_NAME, open_database
from zcbulk_tui.store.memory import Memory
from zcbulk_tui.store.windows import Windows


@pytest.mark.parametrize("command", [("jobs",), ("jobs", "list")])
def test_the_list(cli: CommandLine, home: Path, command: tuple[str, ...]) -> None:
    put_on_list(home, JOB, OTHER)
    ended = cli(*command)
    assert (ended.code, ended.err) == (0, "")
    header, first, second = ended.out.splitlines()
    assert header.split() == ["LABEL", "JOB", "FORM", "ENVIRONMENT", "STATE", "TAGS", "NOTE"]
    assert first.split() == [JOB.label, REF.job_id, REF.form, "production", "–", "eu", "hr", "=1+1"]
    assert second.split() == ["Orders", "2", REF.form, "production", "–"]


@pytest.mark.parametrize("is_empty", [True, False])
def test_a_job_that_is_added_keeps_the_list_whose_file_is_lost(
    cli: CommandLine, home: Path, is_empty: bool
) -> None:
    put_on_list(home, JOB, OTHER)
    for file in (home / "state").glob(f"{FILE_NAME}*"):
        file.unlink()
    if is_empty:
        (home / "state" / FILE_NAME).touch(mode=0o600)
    ended = cli("jobs", "add", URL.replace(REF.job_id, "77"))
    assert ended.code == 0
    assert "2 watched jobs" in ended.err
    assert [job.ref.job_id for job in watch_list(home)] == [REF.job_id, "2", "77"]


def test_an_empty_list_says_how_to_fill_it(cli: CommandLine) -> None:
    ended = cli("jobs")
    assert (ended.code, ended.err) == (0, "")
    assert "zcbulk-tui jobs add URL" in ended.out
    assert json.loads(cli("jobs", "list", "--json").out) == []


def test_the_list_for_programs(cli: CommandLine, home: Path) -> None:
    put_on_list(home, JOB)
    (found,) = json.loads(cli("jobs", "list", "--json").out)
    assert (found["job_id"], found["label"], found["tags"]) == (REF.job_id, JOB.label, ["eu", "hr"])


def test_add(cli: CommandLine, home: Path) -> None:
    words = ("--label", "Staff", "--tag", "eu", "--tag", "#hr", "--note", "Ask Anna")
    ended = cli("jobs", "add", URL, *words, "--environment", "stage")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == f"Added: Staff ({REF.job_id}, stage)\n"
    (job,) = watch_list(home)
    assert job.ref == REF._replace(environment=Environment.STAGE)
    assert (job.label, job.tags, job.note) == ("Staff", ("eu", "hr"), "Ask Anna")
    assert "Already watched" in cli("jobs", "add", URL).out
    assert watch_list(home) == [job]


def test_one_label_is_that_of_one_job(cli: CommandLine, home: Path) -> None:
    ended = cli("jobs", "add", URL, URL.replace(REF.job_id, "5"), "--label", "Staff")
    assert (ended.code, ended.out) == (2, "")
    assert "nothing was added" in ended.err
    assert watch_list(home) == []


def test_edit(cli: CommandLine, home: Path) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    job, at = JOB._replace(added_at=now), now - timedelta(hours=2)
    put_on_list(home, job, OTHER)
    ended = cli("jobs", "edit", "employees", "--label", "Staff", "--created", at.isoformat())
    assert (ended.code, ended.err) == (0, "")
    first, second = watch_list(home)
    assert first == job._replace(label="Staff", created_at=at)
    assert second == OTHER
    assert cli("jobs", "edit", "Staff", "--tags", "", "--note", "", "--created", "").code == 0
    first, _ = watch_list(home)
    assert (first.tags, first.note, first.created_at) == ((), "", None)


def test_the_alert_at_the_end(cli: CommandLine, home: Path) -> None:
    put_on_list(home, JOB)
    for option, is_on in (("--alert-on-end", True), ("--no-alert-on-end", False)):
        assert cli("jobs", "edit", "employees", option).code == 0
        (found,) = json.loads(cli("jobs", "list", "--json").out)
        assert found["alert_on_end"] is is_on
        assert cli("jobs", "edit", "employees", "--note", f"after {option}").code == 0
        (job,) = watch_list(home)
        assert job.alert_on_end is is_on


@pytest.mark.parametrize("created", ["2999-01-01", "soon"])
def test_a_creation_that_cannot_be(cli: CommandLine, home: Path, created: str) -> None:
    put_on_list(home, JOB)
    assert cli("jobs", "edit", "Employees", "--created", created).code == 2
    assert watch_list(home) == [JOB]


def test_another_environment(cli: CommandLine, home: Path) -> None:
    put_on_list(home, JOB, OTHER)
    ended = cli("jobs", "edit", "Employees", "--environment", "stage")
    assert (ended.code, ended.err) == (0, "")
    assert f"zcbulk-tui history {REF.job_id} --environment production" in ended.out
    moved, other = watch_list(home)
    assert other == OTHER
    assert moved.ref == REF._replace(environment=Environment.STAGE)
    assert (moved.label, moved.tags, moved.note) == (JOB.label, JOB.tags, JOB.note)


def test_remove_says_how_to_add_it_again(cli: CommandLine, home: Path) -> None:
    put_on_list(home, JOB, OTHER)
    ended = cli("jobs", "remove", "Employees")
    assert (ended.code, ended.err) == (0, "")
    assert f"zcbulk-tui jobs add {URL} --environment production" in ended.out
    assert watch_list(home) == [OTHER]


def test_what_is_not_on_the_list_is_not_removed(cli: CommandLine, home: Path) -> None:
    put_on_list(home, OTHER)
    ended = cli("jobs", "remove", "Orders", URL)
    assert (ended.code, ended.out) == (2, "")
    assert "nothing was removed" in ended.err
    assert watch_list(home) == [OTHER]


def test_dashboards_that_are_open_learn_of_each_change(cli: CommandLine, home: Path) -> None:
    with database(home):
        pass
    with closing(open_database(home / "state" / FILE_NAME)) as opened:
        window = Windows(opened, "default", "test")
        memory = Memory(opened, "default", window)
        window.heartbeat(ServiceSnapshot(), focused=True)
        memory.news()
        for arguments in (("add", URL), ("edit", URL, "--note", "x"), ("remove", URL)):
            assert cli("jobs", *arguments).code == 0
        kinds = [event.kind for event in memory.news().events]
    assert kinds == [EventKind.ADDED, EventKind.EDITED, EventKind.REMOVED]


@pytest.mark.parametrize("word", ["import", "export"])
def test_what_was_a_command_says_what_to_type(cli: CommandLine, word: str) -> None:
    ended = cli(word, "customers.csv")
    assert (ended.code, ended.out) == (2, "")
    assert f"zcbulk-tui jobs {word}" in ended.err
    assert f"\n    {word} " not in cli("--help").out
