"""The server goes away, in the middle of a command even, and comes back."""

import signal
from pathlib import Path

from tests.support.commands import environment
from tests.support.simulators import SimulatorProcess
from tests.support.terminal import ENTER
from tests.terminal.conftest import Open

NAME, OTHER = "Customers 4027", "Orders 4038"

WIDE = 180
"""Columns at which messages in passing cover no sentence about the selected job."""


def test_rows_turn_stale_and_recover_and_nothing_is_sent_twice(
    on_terminal: Open, home: Path, tmp_path: Path
) -> None:
    with SimulatorProcess(environment(tmp_path / "of-the-first")) as simulator:
        port, token = simulator.port, simulator.token
        env = environment(home, base_url=simulator.base_url, token=token)
        urls = [simulator.urls[label] for label in ("Customers", "Orders")]
        screen = on_terminal("watch", *urls, env=env, columns=WIDE)
        for name in (NAME, OTHER):
            screen.wait_for_line(f"▶ {name} .*█")

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
    screen.press("X")  # greyed: what became of the first one is not known
    screen.press("p", "j", "r")
    screen.wait_for("no answer since")
    screen.wait_for_line(rf"! {OTHER} .* ! no answer .* (now|\d+s) +\S+ *$")
    screen.press("k")

    # Nobody asks for it, and all recover.
    with SimulatorProcess(environment(tmp_path / "of-the-second"), port=port) as restarted:
        for name in (NAME, OTHER):
            screen.wait_for_line(f"▶ {name} .*█", 60.0)
        screen.wait_for("connected")
        assert "answer is unclear" in screen.text, "looked at for a minute"
        assert f"Abort “{NAME}”?" not in screen.text
        assert restarted.commands() == []
        assert restarted.states()["Customers"] == "RUNNING"
        screen.press("q")
        assert screen.exit_code() == 0
    assert screen.is_as_it_was()
    assert token.encode() not in screen.written
