"""The server goes away, in the middle of a command even, and comes back."""

import signal
from pathlib import Path

from tests.support.commands import environment
from tests.support.simulators import SimulatorProcess
from tests.support.terminal import ENTER
from tests.terminal.conftest import Open

WIDE = 180
"""Columns at which messages in passing cover no sentence about the selected job."""


def test_rows_turn_stale_and_recover_and_nothing_is_sent_twice(
    on_terminal: Open, simulator: SimulatorProcess, home: Path, tmp_path: Path
) -> None:
    env = environment(home, base_url=simulator.base_url, token=simulator.token)
    urls = [simulator.urls[label] for label in ("Customers", "Orders")]
    screen = on_terminal("watch", *urls, env=env, columns=WIDE)
    for name in ("Customers 4027", "Orders 4038"):
        screen.wait_for_line(f"▶ {name} .*█")

    # The abort reaches a server that dies before it reads it. No poll may come in between.
    screen.press("p")
    screen.wait_for("polls paused")
    screen.press("X")
    screen.wait_for("Abort “Customers 4027”?")
    screen.press(*"Customers")
    screen.wait_for_line("^ +│ +Customers +│")
    before = simulator.log()
    assert {entry["method"] for entry in before} == {"GET"}
    simulator.signal(signal.SIGSTOP)
    screen.answer(ENTER, "Abort “Customers 4027”?")
    screen.wait_for("Abort sent")
    simulator.kill()
    screen.wait_for("answer is unclear")

    # Rows that were fine are stale, and say of when they are.
    screen.press("p")
    screen.wait_for("no answer since")
    for name in ("Customers 4027", "Orders 4038"):
        screen.wait_for_line(rf"! {name} .* [1-9][0-9]?s +\S+ *$")
    screen.press("X")  # greyed: what became of the first one is not known

    # Nobody presses a key, and they recover.
    with SimulatorProcess(
        environment(tmp_path / "of-the-second"), port=simulator.port
    ) as restarted:
        for name in ("Customers 4027", "Orders 4038"):
            screen.wait_for_line(f"▶ {name} .*█", 60.0)
        screen.wait_for("connected")
        assert "answer is unclear" in screen.text, "looked at for a minute"
        assert "Abort “Customers 4027”?" not in screen.text
        assert restarted.commands() == []
        assert restarted.states()["Customers"] == "RUNNING"
        screen.press("q")
        assert screen.exit_code() == 0
    assert screen.is_as_it_was()
    assert simulator.token.encode() not in screen.written
