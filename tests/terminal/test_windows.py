"""Two windows over one memory: one polls, both show and command, and death makes way."""

import signal
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.support.commands import environment, run_process
from tests.support.simulators import SimulatorThread
from tests.support.terminal import ENTER, Terminal
from tests.terminal.conftest import Open
from tests.terminal.test_control import add
from zcbulk_tui.store.database import FILE_NAME, open_database

WIDE = 180
"""Columns at which messages in passing cover no sentence about the selected job."""

TAKEN_OVER = 10.0
"""Seconds after its death within which another window polls."""

FIRST_READ = """
SELECT by_window, cause FROM readings JOIN jobs ON jobs.id = readings.job
    JOIN calls ON calls.job = jobs.id
WHERE label = '{}' ORDER BY readings.id, calls.id LIMIT 1
"""
"""Who has read a job first, and what for."""

CONFIG = "[budget]\ndaily_calls = 100000\n"


def name_of(terminal: Terminal) -> str:
    """What the other windows call the one on this terminal."""
    return str(Path(f"/proc/{terminal.pid}/fd/0").readlink().relative_to("/dev"))


def remembered(home: Path, sql: str) -> list[tuple[Any, ...]]:
    """What the memory holds."""
    with closing(open_database(home / "state" / FILE_NAME)) as database:
        return database.rows(sql)


def askers(home: Path) -> set[int]:
    """The windows that have read jobs; 0 stands for commands."""
    return {number for (number,) in remembered(home, "SELECT DISTINCT by_window FROM readings")}


def test_one_window_polls_and_another_takes_its_place(
    on_terminal: Open, simulator: SimulatorThread, home: Path
) -> None:
    env = environment(home, base_url=simulator.base_url, token=simulator.token, config=CONFIG)
    customers, orders = simulator.urls["Customers"], simulator.urls["Orders"]
    first = on_terminal(env=env, columns=WIDE)
    first.wait_for("paste its URL here")
    add(first, customers, "Customers 4027")
    first.wait_for_line("▶ Customers 4027 .*█")

    # The second one shows the same, and says where it has it from.
    second = on_terminal(env=env, columns=WIDE)
    second.wait_for(f"connected via {name_of(first)}")
    second.wait_for_line("▶ Customers 4027 .*█")
    first.wait_for("connected for 2 windows")

    # What is added here is asked about there.
    add(second, orders, "Orders 4038")
    second.wait_for_line("▶ Orders 4038 .*█")
    first.wait_for_line("▶ Orders 4038 .*█")

    # Commands beside them cost nothing either, and are no windows.
    said = run_process("status", customers, orders, env=env)
    assert said.code == 0, said.err
    assert said.out.count(" running ") == 2
    waited = run_process("wait", "Customers 4027", "--timeout", "2s", "--json", env=env)
    assert waited.code == 12
    assert '"event": "reading"' in waited.out
    assert "connected for 2 windows" in first.text

    # Until here, the first one has made all calls.
    ((number, name),) = remembered(home, "SELECT id, name FROM windows WHERE polls")
    assert name == name_of(first)
    assert askers(home) == {number}
    assert remembered(home, "SELECT DISTINCT cause FROM calls") == [("plan",)]
    first.wait_until(
        lambda: remembered(home, "SELECT count(*) FROM calls") == [(len(simulator.log()),)],
        "record of each call",
    )
    polls = [entry for entry in simulator.log() if entry["method"] == "GET"]
    assert remembered(home, "SELECT count(*) FROM readings") == [(len(polls),)]

    # An abort is sent once, and both show what became of it.
    second.press("k")
    second.wait_for_line("^▌ ▶ Customers 4027")
    second.press("X")
    second.wait_for("Abort “Customers 4027”?")
    second.press(*"Customers")
    second.answer(ENTER, "Abort “Customers 4027”?")
    second.wait_for_line("^.*Abort accepted at .*: the server said “Job aborted successfully”")
    for screen in (second, first):
        screen.wait_for_line("^▌ ■ Customers 4027")
        screen.wait_for_line("^ Aborted by a user")
    assert simulator.commands() == [("4027", "abort")]

    # The first one dies without a word. What it leaves is taken up, the next job before all.
    first.send_signal(signal.SIGKILL)
    died = time.monotonic()
    add(second, simulator.urls["Price list"], "Prices 4060")
    second.wait_for_line("○ Prices 4060", TAKEN_OVER)
    second.wait_until_gone(" via ", max(died + TAKEN_OVER - time.monotonic(), 0.0))
    assert time.monotonic() < died + TAKEN_OVER
    ((number, name),) = remembered(home, "SELECT id, name FROM windows WHERE polls")
    assert name == name_of(second)
    assert remembered(home, FIRST_READ.format("Prices 4060")) == [(number, "plan")]
    assert simulator.commands() == [("4027", "abort")]

    second.press("q")
    assert second.exit_code() == 0
    assert remembered(home, "SELECT name FROM windows") == []
