"""The command as a process of its own: its entry, its streams, and the simulator that it serves."""

import json
import signal
from pathlib import Path

import httpx
import pytest

from tests.cli.completion.full_parser import commands, full_parser
from tests.support.commands import CANARY, CommandLine, environment, run_process
from tests.support.contract import PAGE_STARTED
from tests.support.jobs import URL
from tests.support.simulators import SimulatorProcess
from tests.support.stub_server import Reply, StubServer
from zcbulk_tui import __version__
from zcbulk_tui.simulator.accounts import CLIENT_ID, CLIENT_SECRET
from zcbulk_tui.simulator.fields import FORMS
from zcbulk_tui.simulator.odd_results import ODD_RESULTS
from zcbulk_tui.simulator.personalities import PERSONALITIES
from zcbulk_tui.simulator.scenarios import SCENARIOS
from zcbulk_tui.simulator.sign_in_errors import SIGN_IN_ERRORS

COMMANDS = ("login", "logout", "demo", "watch", "status", "start", "abort", "simulator")


def test_the_version(home: Path) -> None:
    ended = run_process("--version", env=environment(home))
    assert (ended.code, ended.out, ended.err) == (0, f"zcbulk-tui {__version__}\n", "")


def test_the_help_names_commands_environment_and_exit_codes(cli: CommandLine) -> None:
    ended = cli("--help")
    assert (ended.code, ended.err) == (0, "")
    variables = ("ACCESS_TOKEN", "PROFILE", "CONFIG", "STATE_DIR")
    for word in (*COMMANDS, *(f"ZCBULK_{name}" for name in variables), "3 sign-in"):
        assert word in ended.out


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_a_help(cli: CommandLine, command: str) -> None:
    ended = cli(command, "--help")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(f"usage: zcbulk-tui {command}")


def test_what_may_stand_before_a_command_may_stand_after_it(cli: CommandLine) -> None:
    for name, _, parser in commands(full_parser()):
        for part, _, inner in [*commands(parser), ("", "", parser)]:
            there = inner._option_string_actions
            is_global = name not in ("demo", "schema", "simulator", "completion")
            assert ("--read-only" in there) == (is_global or name == "demo"), (name, part)
            assert ("--profile" in there) == is_global, (name, part)
            assert "--ascii" in there, (name, part)
    ended = cli("insert", "none.csv", "--form", "F", "--read-only")
    assert ended.code == 2
    assert "Leave out --read-only, set read_only = false" in ended.err


def test_an_unknown_command(cli: CommandLine) -> None:
    ended = cli("bogus")
    assert (ended.code, ended.out) == (2, "")
    assert ended.lines == [
        "zcbulk-tui: There is no command “bogus”. All commands: zcbulk-tui --help"
    ]
    assert "Close to it: start, status." in cli("strat").err
    assert "Traceback" not in ended.err


def test_an_unknown_option_shows_the_usage_of_its_command(cli: CommandLine) -> None:
    ended = cli("watch", "--until", "07:00", "--no-such-option")
    assert (ended.code, ended.out) == (2, "")
    assert ended.lines[0].startswith("usage: zcbulk-tui watch [-h]")
    refused = "zcbulk-tui watch: error: unrecognized arguments: --no-such-option"
    assert ended.lines[-1] == refused


def test_json_goes_to_stdout_and_complaints_to_stderr(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZCBULK_ACCESS_TOKEN", CANARY)
    refused = Reply.of({"code": 1030, "message": "The token has expired."}, 401)
    with StubServer([refused]) as server:
        monkeypatch.setenv("ZCBULK_BASE_URL", server.url)
        ended = cli("status", URL, "--json")
    assert ended.code == 3
    assert json.loads(ended.out)[0]["state"] == "unknown"
    assert "The token has expired." in ended.err
    assert CANARY not in ended.out + ended.err


@pytest.mark.parametrize(
    ("arguments", "encoding"),
    [(("start", "--yes"), "ascii"), (("status",), "latin-1")],
    ids=["start", "status"],
)
def test_output_that_takes_few_characters(
    home: Path, arguments: tuple[str, ...], encoding: str
) -> None:
    no_counts = Reply.of({"code": 3000, "data": {"api_status": "Created"}})
    answer = no_counts if arguments == ("status",) else Reply(200, PAGE_STARTED)
    with StubServer([answer]) as server:
        env = environment(home, base_url=server.url, token=CANARY, PYTHONIOENCODING=encoding)
        ended = run_process(*arguments, URL, env=env)
    assert "Traceback" not in ended.err
    assert (ended.code, ended.err) == (0, "")
    assert ("created" if arguments == ("status",) else "Job created successfully") in ended.out


def test_the_simulator_says_how_to_use_it_and_serves(home: Path) -> None:
    with SimulatorProcess(environment(home)) as simulator:
        assert "steady" in simulator.welcome[0]
        assert simulator.base_url.startswith("http://127.0.0.1:")
        assert simulator.accounts_url == simulator.base_url
        assert simulator.token
        for word in ("zcbulk-tui login", CLIENT_ID, CLIENT_SECRET):
            assert word in " ".join(simulator.welcome)
        assert [job["url"] for job in simulator.jobs()] == list(simulator.urls.values())
        env = environment(home, base_url=simulator.base_url, token=simulator.token)
        ended = run_process("status", simulator.urls["Regions"], "--json", env=env)
        assert (ended.code, ended.err) == (0, "")
        (found,) = json.loads(ended.out)
        assert (found["state"], found["success"], found["failed"]) == ("completed", 1_200, 0)
        assert [entry["method"] for entry in simulator.log()] == ["GET"]
        simulator.signal(signal.SIGTERM)
        code, printed, complaints = simulator.end()
    assert (code, complaints) == (0, "")
    assert printed.endswith(" [production] 200/3000\n")
    with pytest.raises(httpx.ConnectError):
        httpx.get(simulator.base_url, trust_env=False)


def test_the_simulator_serves_on_when_nobody_reads_its_lines(home: Path) -> None:
    with SimulatorProcess(environment(home)) as simulator:
        simulator.read_no_more()
        token = f"Zoho-oauthtoken {simulator.token}"
        headers = {"Authorization": token, "Accept": "application/json"}
        for _ in range(2):
            answer = httpx.get(simulator.urls["Regions"], headers=headers, trust_env=False)
            assert answer.status_code == 200


def test_a_port_that_is_taken(cli: CommandLine) -> None:
    with StubServer() as server:
        ended = cli("simulator", "--port", str(server.port))
    assert ended.code != 0
    assert ended.out == ""
    (complaint,) = ended.lines
    assert f"Cannot listen on 127.0.0.1:{server.port}" in complaint
    assert "in use" in complaint


def test_a_scenario_that_there_is_not(cli: CommandLine) -> None:
    ended = cli("simulator", "--scenario", "bogus")
    assert (ended.code, ended.out, len(ended.lines)) == (2, "", 1)
    assert "bogus" in ended.err


def test_the_list_of_scenarios_sign_in_errors_and_forms(cli: CommandLine) -> None:
    ended = cli("simulator", "--list")
    assert (ended.code, ended.err) == (0, "")
    scenarios, servers, errors, odd, forms = (part.splitlines() for part in ended.out.split("\n\n"))
    assert [line.split()[0] for line in scenarios] == list(SCENARIOS)
    assert "--personality" in servers.pop(0)
    assert [line.split()[0] for line in servers] == list(PERSONALITIES)
    assert "--sign-in-error" in errors.pop(0)
    assert [line.split()[0] for line in errors] == list(SIGN_IN_ERRORS)
    assert "--odd-result" in odd.pop(0)
    assert [line.split()[0] for line in odd] == list(ODD_RESULTS)
    assert "--sample" in forms.pop(0)
    assert [line.split()[0] for line in forms] == list(FORMS)


def test_a_sign_in_error_that_there_is_not(cli: CommandLine) -> None:
    ended = cli("simulator", "--sign-in-error", "bogus")
    assert (ended.code, ended.out, len(ended.lines)) == (2, "", 1)
    assert "bogus" in ended.err
    assert "invalid_client" in ended.err
