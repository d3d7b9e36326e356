"""``wait`` on a terminal: a block that is drawn in place, and that makes way for dashboards."""

import signal
import subprocess
from pathlib import Path

import pytest

from tests.support.commands import PROGRAM, environment
from tests.support.simulators import SimulatorThread
from tests.terminal.conftest import Open
from tests.terminal.test_control import add
from tests.terminal.test_windows import CONFIG, WIDE, name_of, remembered

CTRL_C = "\x03"


@pytest.fixture
def env(simulator: SimulatorThread, home: Path) -> dict[str, str]:
    return environment(home, base_url=simulator.base_url, token=simulator.token, config=CONFIG)


def poller(home: Path) -> str:
    """The name of the window that polls; empty for none."""
    return "".join(name for (name,) in remembered(home, "SELECT name FROM windows WHERE polls"))


def test_a_block_in_place_that_goes_on_below_and_says_how_to_come_back(
    on_terminal: Open, simulator: SimulatorThread, env: dict[str, str]
) -> None:
    customers, orders = simulator.urls["Customers"], simulator.urls["Orders"]
    ready = simulator.urls["Price list"]
    terminal = on_terminal("wait", customers, orders, ready, env=env, columns=90)
    terminal.wait_for_line("^  ▶ Customers 4027 .*█.*░ .* 3\\d ")
    terminal.wait_for_line("^  ○ Prices 4060 +<2h")
    # Whatever is drawn anew, each job has one line, and the titles stand above.
    terminal.wait_until(lambda: terminal.written.count(b"Customers 4027") > 1, "another line")
    assert [terminal.text.count(name) for name in ("Customers", "Orders", "Prices")] == [1, 1, 1]
    assert terminal.lines[0].split()[:2] == ["JOB", "PROGRESS"]
    terminal.resize(70, 3)
    # Of three jobs one has a line, and the others are counted.
    terminal.wait_for("… and 2 more")
    terminal.resize(120, 36)
    terminal.wait_for("Prices 4060")
    # After a stop somebody else may have written there.
    blocks = terminal.text.count("Prices 4060")
    terminal.send_signal(signal.SIGSTOP)
    terminal.send_signal(signal.SIGCONT)
    terminal.wait_until(lambda: terminal.text.count("Prices 4060") == blocks + 1, "new block")
    terminal.send_signal(signal.SIGHUP)
    terminal.wait_for("  zcbulk-tui wait \\")
    assert terminal.exit_code() == 128 + signal.SIGHUP
    assert terminal.is_as_it_was()
    assert "Interrupted: 2 jobs go on at Zoho, 1 job is not started." in terminal.text
    assert simulator.commands() == []


def test_on_a_dumb_terminal_lines_are_plain(
    on_terminal: Open, simulator: SimulatorThread, env: dict[str, str]
) -> None:
    terminal = on_terminal("wait", simulator.urls["Regions"], env={**env, "TERM": "dumb"})
    assert terminal.exit_code() == 0
    assert terminal.text == "Regions 4093: done, 100 %, 1,200 in, 0 failed"
    assert b"\x1b" not in terminal.written


def test_a_wait_makes_way_for_a_dashboard_and_takes_over_when_it_closes(
    on_terminal: Open, simulator: SimulatorThread, home: Path, env: dict[str, str]
) -> None:
    waiting = on_terminal("wait", simulator.urls["Customers"], "--ascii", env=env)
    waiting.wait_for_line("^  \\* Customers 4027 .*#")
    assert poller(home) == f"wait {name_of(waiting)}"

    dashboard = on_terminal(env=env, columns=WIDE)
    dashboard.wait_for("paste its URL here")
    dashboard.wait_until(lambda: poller(home) == name_of(dashboard), "other poller")
    # What only the wait wants, the dashboard polls, and does not show.
    add(dashboard, simulator.urls["Orders"], "Orders 4038")
    dashboard.wait_for_line("▶ Orders 4038 .*█")
    dashboard.wait_for_line("connected *$")
    assert "Customers" not in dashboard.text

    dashboard.press("q")
    assert dashboard.exit_code() == 0
    waiting.wait_until(lambda: poller(home) == f"wait {name_of(waiting)}", "other poller")
    waiting.press(CTRL_C)
    assert waiting.exit_code() == 130
    assert waiting.is_as_it_was()
    assert "Interrupted: 1 job goes on at Zoho." in waiting.text
    assert waiting.text.isascii()
    assert remembered(home, "SELECT name FROM windows") == []


def test_a_reader_that_is_gone_ends_it_quietly(
    simulator: SimulatorThread, env: dict[str, str]
) -> None:
    command = [*PROGRAM, "wait", simulator.urls["Customers"], simulator.urls["Stock"]]
    with subprocess.Popen(
        command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141
