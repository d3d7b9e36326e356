"""The simulator's own options: files to practise with, and how uploaded ones are inserted."""

import csv
import io
import signal
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.support.commands import PATIENCE, PROGRAM, CommandLine, environment
from tests.support.simulators import SimulatorProcess
from zcbulk_tui.simulator import command
from zcbulk_tui.simulator.fields import FORMS
from zcbulk_tui.simulator.odd_results import OddResult
from zcbulk_tui.simulator.personalities import PERSONALITIES
from zcbulk_tui.simulator.reasons import ReasonStyle
from zcbulk_tui.simulator.results import Layout, Order, ResultRules
from zcbulk_tui.simulator.samples import sample
from zcbulk_tui.simulator.verdicts import InsertRules


def test_a_sample_file_is_the_form_s_and_utf_8_whatever_the_terminal_shows(
    cli: CommandLine, home: Path
) -> None:
    asked = ("simulator", "--sample", "Contacts", "500", "--bad", "0.01", "--seed", "4")
    ended = cli(*asked)
    assert (ended.code, ended.err) == (0, "")
    rows = list(csv.reader(io.StringIO(ended.out)))
    assert rows == list(sample(FORMS["Contacts"].fields, 500, bad=0.01, seed=4))
    in_ascii = subprocess.run(
        [*PROGRAM, *asked],
        env=environment(home, LC_ALL="C", PYTHONCOERCECLOCALE="0", PYTHONUTF8="0"),
        capture_output=True,
        timeout=PATIENCE,
        check=True,
    )
    assert in_ascii.stdout.decode() == ended.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--sample", "Nowhere", "10"), "Contacts"),
        (("--sample", "Contacts", "ten"), "number of records"),
        (("--sample", "Contacts", "-1"), "from 0 to"),
        (("--sample", "Contacts", "1000000000"), "100,000,000"),
        (("--sample", "Contacts", "10", "--bad", "2"), "from 0 to 1"),
        (("--bad", "0.5"), "--sample FORM ROWS"),
        (("--bad-kinds", "3"), "--sample FORM ROWS"),
        (("--bad-in", "runs"), "--sample FORM ROWS"),
        (("--sample", "Contacts", "10", "--bad-in", "runs"), "--bad-kinds 6"),
        (("--sample", "Contacts", "10", "--bad-kinds", "0"), "1 or more"),
        (("--sample", "Contacts", "10", "--bad-kinds", "15"), "--bad-kinds 14"),
        (("--strict-batches", "--lenient-batches"), "not allowed with"),
    ],
)
def test_a_sample_that_cannot_be_made(
    cli: CommandLine, arguments: tuple[str, ...], said: str
) -> None:
    ended = cli("simulator", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err


def test_a_sample_with_failures_of_some_kinds_in_runs(cli: CommandLine) -> None:
    asked = ("--sample", "Contacts", "500", "--bad", "0.2", "--bad-kinds", "3", "--bad-in", "runs")
    ended = cli("simulator", *asked)
    rows = list(csv.reader(io.StringIO(ended.out)))
    assert rows == list(sample(FORMS["Contacts"].fields, 500, bad=0.2, kinds=3, runs=True))


def served(cli: CommandLine, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> dict[str, object]:
    """What the simulator would be started with."""
    seen: dict[str, object] = {}

    def serve(*_: object, **given: object) -> int:
        seen.update(given)
        return 0

    monkeypatch.setattr(command, "run", serve)
    assert cli("simulator", *arguments).code == 0
    return seen


@pytest.mark.parametrize(
    ("arguments", "rules"),
    [
        ((), ResultRules()),
        (("--scenario", "demo"), ResultRules(reasons=ReasonStyle.SENTENCES)),
        (
            ("--scenario", "demo", "--results-reasons", "codes", "--results-empty", "none"),
            ResultRules(empty_refusal="404-11130"),
        ),
        (
            ("--results", "mapped", "--results-order", "file", "--results-delay", "0"),
            ResultRules(Layout.MAPPED, Order.FILE, delay=0),
        ),
    ],
)
def test_what_results_look_like(
    cli: CommandLine,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    rules: ResultRules,
) -> None:
    seen = served(cli, monkeypatch, *arguments)
    assert seen["results"] == rules
    assert (seen["odd_results"], seen["any_accept_for_results"]) == ([], True)


def test_odd_results_and_the_accept_header(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ("--odd-result", "bomb:2", "--odd-result", "empty", "--results-accept", "json")
    seen = served(cli, monkeypatch, *asked)
    assert seen["odd_results"] == [OddResult("bomb", times=2), OddResult("empty")]
    assert seen["any_accept_for_results"] is False


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--results", "other"), "invalid choice"),
        (("--results-delay", "-1"), "from 0 to 86400"),
        (("--odd-result", "bom"), "lying-bomb"),
        (("--odd-result", "bomb:0"), "--odd-result bomb:1"),
        (("--odd-result", "bomb:"), "--odd-result bomb:1"),
    ],
)
def test_results_that_there_are_not(
    cli: CommandLine, arguments: tuple[str, ...], said: str
) -> None:
    ended = cli("simulator", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err


def test_a_result_over_the_wire_is_what_was_asked_for(home: Path) -> None:
    arguments = ("--results", "mapped", "--odd-result", "json-4000:1", "--results-accept", "json")
    with SimulatorProcess(environment(home), arguments=arguments) as server:
        proper = {"authorization": f"Zoho-oauthtoken {server.token}"}
        with httpx.Client(headers=proper, trust_env=False) as client:
            url = f"{server.urls['Regions']}/result?filter=success"
            assert client.get(url).json()["code"] == 9210
            client.headers["accept"] = "application/json"
            assert client.get(url).json()["code"] == 4000
            with zipfile.ZipFile(io.BytesIO(client.get(url).content)) as archive:
                head = archive.read(archive.namelist()[0]).decode().splitlines()[0]
    assert head == "Region,Title,Country,STATUS,RECORD_ID,ERRORS"


@pytest.mark.parametrize(
    ("arguments", "strict"),
    [((), True), (("--strict-batches",), True), (("--lenient-batches",), False)],
)
def test_the_reading_of_the_batch_rule(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], strict: bool
) -> None:
    seen: list[InsertRules] = []

    def serve(*_: object, rules: InsertRules, **__: object) -> int:
        seen.append(rules)
        return 0

    monkeypatch.setattr(command, "run", serve)
    assert cli("simulator", *arguments).code == 0
    assert seen == [InsertRules(strict_batches=strict)]


def test_a_personality_leaves_what_was_asked_for(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = served(cli, monkeypatch, "--personality", "lenient", "--scenario", "quota")
    lenient = PERSONALITIES["lenient"]
    assert seen["personality"] == "lenient"
    assert (seen["rules"], seen["results"]) == (lenient.rules, lenient.results)
    asked = ("--strict-batches", "--results", "mapped", "--results-empty", "none")
    seen = served(cli, monkeypatch, "--personality", "lenient", *asked)
    assert seen["rules"] == replace(lenient.rules, strict_batches=True)
    assert seen["results"] == replace(
        lenient.results, layout=Layout.MAPPED, empty_refusal="404-11130"
    )


def test_a_personality_that_there_is_not(cli: CommandLine) -> None:
    ended = cli("simulator", "--personality", "openapi")
    assert (ended.code, ended.out) == (2, "")
    assert f"There are: {', '.join(PERSONALITIES)}." in ended.err
    listed = cli("simulator", "--list").out
    assert all(f"{one.name:<12}{one.summary}\n" in listed for one in PERSONALITIES.values())


def test_a_personality_over_the_wire(home: Path) -> None:
    with SimulatorProcess(environment(home), arguments=("--personality", "prose")) as server:
        assert "scenario steady, personality prose" in server.welcome[0]
        proper = {
            "authorization": f"Zoho-oauthtoken {server.token}",
            "accept": "application/json",
        }
        with httpx.Client(headers=proper, trust_env=False) as client:
            url = server.urls["Customers"]
            assert client.patch(url).json()["code"] == 1020
            abort = {"data": {"action": "Abort"}}
            assert client.post(url, json=abort).json()["code"] == 3000
            assert client.get(url).json()["data"]["api_status"] == "Aborted"


def test_its_log_shows_create_upload_and_start(cli: CommandLine, home: Path) -> None:
    data = cli("simulator", "--sample", "Contacts", "250").out.encode()
    with SimulatorProcess(environment(home)) as server:
        at = "/creator/v2.1/bulk/jason18/zylker-store/form/Contacts/insert"
        assert f"# form: {server.base_url}{at}" in server.welcome
        proper = {
            "authorization": f"Zoho-oauthtoken {server.token}",
            "accept": "application/json",
        }
        with httpx.Client(base_url=server.base_url, headers=proper, trust_env=False) as client:
            job_id = client.post(at).json()["details"]["job_id"]
            client.post(f"{at}?job_id={job_id}", files={"file": ("contacts.csv", data)})
            client.patch(f"{at}/{job_id}", json={"data": {"action": "start"}})
        server.signal(signal.SIGTERM)
        code, out, err = server.end()
    assert (code, err) == (0, "")
    assert [line.partition(" ")[2] for line in out.splitlines()] == [
        f"POST {at} [production] create {job_id} 200/3000",
        f"POST {at} [production] upload {job_id} 200/3000",
        f"PATCH {at}/{job_id} [production] start 200/3000",
    ]
