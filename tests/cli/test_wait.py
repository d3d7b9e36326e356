"""``wait``, and ``--wait`` of other commands: what is printed, and how they end."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.commands import CANARY, CommandLine
from tests.support.simulators import commands_sent, labelled, url_of
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.faults import ERRORS, Call
from zcbulk_tui.simulator.messages import LOST
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.schedule import Fault
from zcbulk_tui.simulator.server import LoopbackServer

pytestmark = pytest.mark.usefixtures("signed_in", "polls_soon")


@pytest.fixture
def creator() -> Creator:
    """A simulator in which a minute passes in half a second."""
    return build("steady", token=CANARY, speed=120.0)


@pytest.fixture
def urls(creator: Creator, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The URLs of its jobs by label; the settings lead to it."""
    with LoopbackServer(creator) as server:
        monkeypatch.setenv("ZCBULK_BASE_URL", server.base_url)
        yield {job.label: url_of(server, job) for job in creator.jobs.values()}


def asked(creator: Creator) -> int:
    """How many calls there were."""
    return len(creator.log)


def test_what_is_known_to_be_over_costs_no_call_and_needs_no_sign_in(
    cli: CommandLine, creator: Creator, urls: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli("wait", urls["Regions"]).code == 0
    calls = asked(creator)
    monkeypatch.delenv("ZCBULK_ACCESS_TOKEN")
    ended = cli("wait", urls["Regions"], "--json")
    assert (ended.code, ended.err) == (0, "")
    (line,) = map(json.loads, ended.out.splitlines())
    assert (line["event"], line["state"], line["exit_code"]) == ("ended", "completed", 0)
    assert asked(creator) == calls
    # Of several, one that is not known to be over needs both.
    assert cli("wait", urls["Regions"], urls["Stock"]).code == 3
    assert cli("wait", urls["Stock"], urls["Regions"], "--any").code == 0


def test_only_what_is_waited_for_is_polled(
    cli: CommandLine, creator: Creator, urls: dict[str, str]
) -> None:
    cli("jobs", "add", urls["Orders"], urls["Customers"])
    assert cli("wait", urls["Stock"]).code == 11
    assert {entry.path.rpartition("/")[2] for entry in creator.log} == {
        labelled(creator, "Stock").id
    }


@pytest.mark.parametrize(
    ("arguments", "again"),
    [
        ((), "zcbulk-tui wait 'Leads 4082'"),
        (("--any", "--environment", "production"), "--environment production --any"),
        (("--profile", "orders"), "--profile orders"),
    ],
)
@pytest.mark.usefixtures("profiles")
def test_a_timeout_says_how_to_come_back(
    cli: CommandLine, urls: dict[str, str], arguments: tuple[str, ...], again: str
) -> None:
    where = ("--profile", "orders") if "--profile" in arguments else ()
    assert cli("jobs", "add", urls["Orders"], "--label", "Leads 4082", *where).code == 0
    ended = cli("wait", "Leads 4082", "--timeout", "1s", *arguments)
    assert ended.code == 12
    assert "Timeout: 1 job goes on at Zoho. To wait again: zcbulk-tui wait" in ended.lines[-1]
    assert again in ended.lines[-1]


def test_a_timeout_says_of_a_job_that_it_is_not_started(
    cli: CommandLine, urls: dict[str, str]
) -> None:
    ended = cli("wait", urls["Leads"], urls["Orders"], "--timeout", "1s")
    assert ended.code == 12
    said = ended.lines[-1]
    assert "Timeout: 1 job goes on at Zoho, 1 job is not started." in said
    assert f"To start it: zcbulk-tui start {urls['Leads']}. To wait" in said


def test_each_end_has_its_code(
    cli: CommandLine, urls: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = cli("wait", f"{urls['Leads'][:-4]}9999")
    assert (unknown.code, "Zoho knows no such job here" in unknown.err) == (1, True)
    usage = cli("wait", "no such job", "--json")
    assert (usage.code, json.loads(usage.out)["event"]) == (2, "fault")
    late = cli("wait", urls["Leads"], urls["Stock"], "--timeout", "1s", "--json")
    assert late.code == 11  # one was aborted, which is worse than a timeout
    printed = [json.loads(line) for line in late.out.splitlines()]
    assert sorted(line["event"] for line in printed) == ["ended", "reading", "timeout"]
    assert [line["exit_code"] for line in printed] == [None, None, 11]
    monkeypatch.setenv("ZCBULK_ACCESS_TOKEN", "1000.no")
    assert cli("wait", urls["Orders"]).code == 3


def test_without_a_network_it_goes_on_trying_and_says_so_once(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = "http://127.0.0.1:9"
    monkeypatch.setenv("ZCBULK_BASE_URL", nobody)
    job = f"{nobody}/creator/v2.1/bulk/a/b/form/c/insert/3888833000000114093"
    ended = cli("wait", job, "--timeout", "1s")
    assert ended.code == 12
    assert ended.err.count("cannot be reached") == 1
    assert f"To wait again: zcbulk-tui wait {job}" in ended.err


def test_a_network_that_comes_back_is_waited_for(
    cli: CommandLine, creator: Creator, urls: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zcbulk_tui.domain.backoff.delay", lambda *_: 0.05)
    creator.inject(Fault(LOST, times=3))
    ended = cli("wait", urls["Stock"], "--json")
    assert ended.code == 11
    events = [json.loads(line)["event"] for line in ended.out.splitlines()]
    assert events == ["fault", "ended"]


def test_a_start_that_is_waited_for_is_one_document(
    cli: CommandLine, creator: Creator, urls: dict[str, str]
) -> None:
    ended = cli("start", urls["Price list"], urls["Regions"], "--yes", "--wait", "--json")
    # What was refused decides; what was accepted was waited for all the same.
    assert ended.code == 1
    started, refused = json.loads(ended.out)
    assert (started["outcome"], started["status"]["state"]) == ("accepted", "completed")
    assert started["status"]["success"] == 10_000
    assert (refused["outcome"], refused["status"]) == ("refused", None)
    assert "Prices 4060: done, 100 %, 10,000 in, 0 failed" in ended.err
    assert len([action for _, action in commands_sent(creator) if action == "start"]) == 2


def test_a_start_that_nobody_waits_for_has_no_end(cli: CommandLine, urls: dict[str, str]) -> None:
    ended = cli("start", urls["Price list"], "--yes", "--json")
    assert ended.code == 0
    assert "status" not in json.loads(ended.out)[0]


def test_a_start_that_is_refused_is_not_waited_for(
    cli: CommandLine, creator: Creator, urls: dict[str, str]
) -> None:
    creator.inject(Fault(ERRORS["403-2933"].response(), calls=frozenset({Call.CONTROL})))
    ended = cli("start", urls["Price list"], "--yes", "--wait")
    assert ended.code == 1
    assert {entry.method for entry in creator.log} == {"PATCH"}


def test_a_status_that_is_waited_for_is_printed_once_with_the_end(
    cli: CommandLine, creator: Creator, urls: dict[str, str]
) -> None:
    ended = cli("status", urls["Regions"], urls["Stock"], "--wait", "--json")
    assert ended.code == 11
    shown = json.loads(ended.out)
    assert [it["state"] for it in shown] == ["completed", "user_aborted"]
    calls = asked(creator)
    table = cli("status", urls["Regions"], urls["Leads"], "--wait", "--timeout", "1s")
    assert table.code == 12
    assert "Regions 4093: done" in table.out
    assert [line.split()[0] for line in table.out.splitlines()[-3:]] == [
        "LABEL",
        "Regions",
        "Leads",
    ]
    # Only the job that is not over was asked about, and not once more for the table.
    assert {entry.path.rpartition("/")[2] for entry in creator.log[calls:]} == {
        labelled(creator, "Leads").id
    }


def test_a_status_that_is_waited_for_is_printed_in_a_template(
    cli: CommandLine, urls: dict[str, str]
) -> None:
    template = "{label}: {state} {success}"
    ended = cli("status", urls["Regions"], "--wait", "--format", template)
    assert (ended.code, ended.out) == (0, "Regions 4093: completed 1200\n")
    # How it went is for people.
    assert "Regions 4093: done" in ended.err


@pytest.mark.parametrize("command", ["wait", "report"])
def test_what_is_no_table_takes_no_template(cli: CommandLine, command: str) -> None:
    assert cli(command, "--format", "{label}").code == 2


def test_a_file_that_waits_for_its_slot_waits_no_longer_than_that(
    cli: CommandLine, creator: Creator, urls: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("Email,Company\na@b.co,Acme\n", encoding="utf-8")
    cli("jobs", "add", urls["Orders"])
    assert cli("status", urls["Orders"]).code == 0
    names = ("--owner", "jason18", "--app", "zylker-store", "--form", "Orders")
    ended = cli("insert", str(path), *names, "--yes", "--wait", "--timeout", "1s", "--json")
    assert ended.code == 12
    assert json.loads(ended.out)[0]["stage"] == "waits"
    assert "Timeout: what is in the queue stays there." in ended.err
    assert [method for method, action in commands_sent(creator) if action == "create"] == []


@pytest.mark.parametrize("span", ["0s", "soon", "5", "-1m"])
def test_what_is_no_span_is_refused(cli: CommandLine, span: str) -> None:
    ended = cli("wait", "4027", f"--timeout={span}")
    assert ended.code == 2
    assert "is no span: 90s, 30m, 2h, 1d" in ended.err


@pytest.mark.parametrize("command", ["start", "status"])
def test_a_timeout_without_a_wait_is_a_mistake(cli: CommandLine, command: str) -> None:
    ended = cli(command, "4027", "--timeout", "1s")
    assert ended.code == 2
    assert "Add --wait." in ended.err


@pytest.mark.parametrize("command", [(), ("wait",), ("start",), ("status",), ("insert",)])
def test_the_exit_codes_stand_in_the_help(cli: CommandLine, command: tuple[str, ...]) -> None:
    text = cli(*command, "--help").out
    for words in ("failed records", "aborted, failed or expired", "12 timeout"):
        assert words in text
