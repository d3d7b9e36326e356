"""The server goes away, in the middle of a command even, and comes back."""

import signal
from pathlib import Path

from tests.support.commands import environment
from tests.support.simulators import SimulatorProcess
from tests.support.terminal import ENTER
from tests.terminal.conftest import Open

NAME = "Customers 4027"

WIDE = 180
"""Columns at which messages in passing cover no sentence about the selected job."""


def test_a_row_turns_stale_and_recovers_and_nothing_is_sent_twice(
    on_terminal: Open, home: Path, tmp_path: Path
) -> None:
    with SimulatorProcess(environment(tmp_path / "of-the-first")) as simulator:
        port, token = simulator.port, simulator.token
        env = environment(home, base_url=simulator.base_url, token=token)
        # Of several jobs, each would be asked about later.
        screen = on_terminal("watch", simulator.urls["Customers"], env=env, columns=WIDE)
        screen.wait_for_line(f"▶ {NAME} .*█")

        # The abort reaches a server that dies before it reads it. No poll may come in between.
        screen.press("p")
        screen.wait_for("polls paused")
        screen.press("X")
        screen.wait_for(f"Abort “{NAME}”?")
        screen.press(*"Customers")
        screen.wait_for_line("^ +│ +Customers +│")
        assert {entry["method"] for entry in simulator.log()} == {"GET"}
        simulator.signal(signal.SIGSTOP)
        screen.answer(ENTER, f"Abort “{NAME}”?")
        screen.wait_for("Abort sent")
    screen.wait_for("answer is unclear")

    # A row that was fine is stale, and says of when it is.
    screen.press("p")
    screen.wait_for("no answer since")
    screen.wait_for_line(rf"! {NAME} .* [1-9][0-9]?s +\S+ *$")
    screen.press("X")  # greyed: what became of the first one is not known

    # Nobody presses a key, and it recovers.
    with SimulatorProcess(environment(tmp_path / "of-the-second"), port=port) as restarted:
        screen.wait_for_line(f"▶ {NAME} .*█", 60.0)
        screen.wait_for("connected")
        assert "answer is unclear" in screen.text, "looked at for a minute"
        assert f"Abort “{NAME}”?" not in screen.text
        assert restarted.commands() == []
        assert restarted.states()["Customers"] == "RUNNING"
        screen.press("q")
        assert screen.exit_code() == 0
    assert screen.is_as_it_was()
    assert token.encode() not in screen.written
