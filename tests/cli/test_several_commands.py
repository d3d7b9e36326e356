"""``start`` and ``abort`` of several jobs, for programs, and without sending anything."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.remembering import put_on_list
from tests.cli.test_control import JOBS, Stage, stage_of
from tests.support.commands import CANARY, CommandLine
from tests.support.jobs import REF, URL, watched
from zcbulk_tui.config import paths
from zcbulk_tui.simulator.physics import State

pytestmark = pytest.mark.usefixtures("signed_in")


@pytest.fixture
def steady(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    with stage_of("steady", cli, monkeypatch) as stage:
        yield stage


def test_each_is_sent_once_in_order_and_the_exit_code_is_the_highest(
    steady: Stage, cli: CommandLine
) -> None:
    labels = (JOBS["abort"], "Regions", "Orders")
    ended = cli("abort", *map(steady.url, labels), "--yes", "--json")
    assert ended.code == 1
    assert steady.sent == [("PATCH", "abort")] * 3
    first, over, last = json.loads(ended.out)
    for found in (first, last):
        assert (found["action"], found["outcome"]) == ("abort", "accepted")
        assert found["said"] == "Job aborted successfully"
        assert (found["error"], found["code"]) == (None, None)
    assert (over["outcome"], over["http"], over["code"]) == ("refused", 409, 11100)
    assert over["error"]["title"]
    assert over["environment"] == "production"
    assert steady.state("Orders") is State.USER_ABORTED
    (complaint,) = ended.lines
    assert over["job_id"] in complaint


def test_of_several_the_lines_name_the_job(steady: Stage, cli: CommandLine) -> None:
    ended = cli("abort", steady.url("Customers"), steady.url("Orders"), "--yes")
    assert ended.code == 0
    first, second = ended.out.splitlines()
    assert "production): Abort accepted" in first
    assert "production): Abort accepted" in second


@pytest.mark.parametrize("action", ["start", "abort"])
def test_without_a_yes_programs_get_an_error(steady: Stage, action: str) -> None:
    ended = steady.run(action, None, "--json")
    assert ended.code == 2
    (found,) = json.loads(ended.out)
    assert (found["action"], found["outcome"]) == (action, None)
    assert "no terminal" in found["error"]["title"]
    assert steady.creator.log == []


def on_terminal(monkeypatch: pytest.MonkeyPatch, answer: str) -> list[str]:
    """Has every question answered so; returns where the questions come to stand."""
    for stream in ("stdin", "stdout"):
        monkeypatch.setattr(f"sys.{stream}.isatty", lambda: True)
    questions: list[str] = []

    def typed(question: str) -> str:
        questions.append(question)
        return answer

    monkeypatch.setattr("builtins.input", typed)
    return questions


@pytest.mark.parametrize(
    ("answer", "is_sent"), [("2", True), ("y", False), ("", False), ("Customers", False)]
)
def test_one_question_names_all(
    steady: Stage,
    cli: CommandLine,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    is_sent: bool,
) -> None:
    questions = on_terminal(monkeypatch, answer)
    urls = [steady.url("Customers"), steady.url("Orders")]
    ended = cli("abort", *urls)
    assert questions == ["To confirm, type the number of jobs to abort (2): "]
    for url in urls:
        assert f"job {url.rpartition('/')[2]} of form" in ended.out
    assert ended.out.count("PRODUCTION") == 2
    assert len(steady.sent) == (2 if is_sent else 0)
    assert ended.code == (0 if is_sent else 1)


@pytest.mark.parametrize(
    ("action", "label", "answer", "is_sent"),
    [
        ("abort", "Customers", "customers", False),
        ("abort", "Customers", "y", False),
        ("abort", "Customers", "Customers", True),
        ("start", "Price list", "", False),
        ("start", "Price list", "y", True),
    ],
)
def test_one_job_is_asked_about_by_the_name_of_its_form(
    steady: Stage,
    cli: CommandLine,
    monkeypatch: pytest.MonkeyPatch,
    action: str,
    label: str,
    answer: str,
    is_sent: bool,
) -> None:
    questions = on_terminal(monkeypatch, answer)
    ended = cli(action, steady.url(label))
    assert len(questions) == 1
    assert "type the form's link name (Customers)" in questions[0] or action == "start"
    assert "PRODUCTION" in ended.out
    assert ("there is no rollback" in ended.out) is (action == "abort")
    assert ended.code == (0 if is_sent else 1)
    assert steady.sent == ([("PATCH", action)] if is_sent else [])
    assert ("Nothing was sent." in ended.out + ended.err) is not is_sent


def test_a_dry_run_sends_nothing(steady: Stage) -> None:
    ended = steady.run("abort", None, "--dry-run")
    assert (ended.code, ended.err) == (0, "")
    for words in (
        f"PATCH {steady.url(JOBS['abort'])}",
        '{"data": {"action": "abort"}}',
        "ZohoCreator.bulk.CREATE",
        "PRODUCTION",
        "costs 2 calls",
        "Its state is not known",
        "Nothing was sent.",
    ):
        assert words in ended.out
    assert CANARY not in ended.out
    assert steady.creator.log == []


def test_a_dry_run_says_what_is_in_the_way(
    steady: Stage, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    assert steady.run("abort", None, "--yes").code == 0
    steady.run("status", "Regions")
    config = home / "settings.toml"
    config.write_text("read_only = true\n", encoding="utf-8")
    monkeypatch.setenv(paths.CONFIG, str(config))
    steady.creator.log.clear()
    (held,) = json.loads(steady.run("abort", None, "--dry-run", "--json").out)
    assert "read-only" in held["obstacles"][0]
    assert "was accepted at" in held["obstacles"][1]
    (over,) = json.loads(steady.run("abort", "Regions", "--dry-run", "--json").out)
    assert "Zoho may refuse it" in over["obstacles"][-1]
    assert over["body"] == {"data": {"action": "abort"}}
    assert steady.creator.log == []


def test_a_label_that_may_be_another_job_is_refused(
    steady: Stage, cli: CommandLine, home: Path
) -> None:
    put_on_list(home, watched("3888833000000224028"), watched("5", "224028"))
    ended = cli("abort", "224028", "--yes")
    assert (ended.code, ended.out) == (2, "")
    assert "may be 2 jobs" in ended.err
    assert steady.creator.log == []


def test_status_of_the_whole_watch_list(
    cli: CommandLine, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZCBULK_BASE_URL", "http://127.0.0.1:9")
    ended = cli("status")
    assert (ended.code, ended.err) == (0, "")
    assert "zcbulk-tui jobs add URL" in ended.out
    assert cli("status", "--json").out == "[]\n"
    put_on_list(home, watched(REF.job_id, "Staff"), watched("5", "Orders"))
    found = json.loads(cli("status", "--json").out)
    assert [(job["label"], job["environment"]) for job in found] == [
        ("Staff", "production"),
        ("Orders", "production"),
    ]
    (found,) = json.loads(cli("status", URL, "--json").out)
    assert found["label"] == "Staff"
