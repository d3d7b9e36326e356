"""The bell and the terminal's notifications, as they are written; and the question before."""

import asyncio
import os
from pathlib import Path

import pytest
from textual.app import App

from tests.support.commands import PATIENCE
from tests.tui.slow_terminal import SlowTerminal, on_slow_terminal
from zcbulk_tui.render.escapes import Around
from zcbulk_tui.render.notification import Protocol, TerminalSays, notification
from zcbulk_tui.tui.terminal.notification import Notifications
from zcbulk_tui.tui.terminal.output_gate import OutputGate

XTERM, KITTY = {"TERM": "xterm-256color"}, {"TERM": "xterm-kitty"}


class _Notifies(App[None]):
    def __init__(self, environ: dict[str, str], *, ascii_only: bool = False) -> None:
        super().__init__(driver_class=SlowTerminal)
        self.gate = OutputGate(self)
        self.notifications = Notifications(self, self.gate, environ, ascii_only=ascii_only)

    def post_display_hook(self) -> None:
        self.gate.after_frame(self._driver)


async def test_only_one_that_may_know_more_is_asked() -> None:
    for environ, query in ((XTERM, ["\x1b[>q\x1b]99;i=zcbulk:p=?;\x1b\\"]), (KITTY, [])):
        async with on_slow_terminal(_Notifies(environ)) as (app, terminal):
            before = len(terminal.written)
            app.notifications.ask()
            assert terminal.written[before:] == query


async def test_what_it_answers_decides() -> None:
    async with on_slow_terminal(_Notifies(XTERM)) as (app, terminal):
        before = len(terminal.written)
        app.notifications.notify("Orders", "It has ended")
        assert terminal.written[before:] == []
        app.notifications.take(TerminalSays("WezTerm 20240203"))
        app.notifications.notify("Orders", "It has ended")
        assert terminal.last == "\x1b]777;notify;Orders;It has ended\x1b\\"
        app.notifications.take(TerminalSays(takes_osc_99=True))
        app.notifications.notify("Orders", "It has ended")
        assert terminal.last.count("\x1b]99;") == 2


async def test_the_bell_is_plain() -> None:
    async with on_slow_terminal(_Notifies({**XTERM, "TMUX": "/nowhere,1,0"})) as (app, terminal):
        app.notifications.ring()
        assert terminal.last == "\x07"


async def test_ascii_only() -> None:
    async with on_slow_terminal(_Notifies({"TERM": "foot"}, ascii_only=True)) as (app, terminal):
        app.notifications.notify("Größe – 1", "“so”")
        assert terminal.last == '\x1b]777;notify;Gr??e - 1;"so"\x1b\\'


async def test_a_terminal_that_lags_gets_the_newest_twenty() -> None:
    async with on_slow_terminal(_Notifies({"TERM": "foot"})) as (app, terminal):
        terminal.fill(20)
        app.gate.after_frame(terminal)
        before = len(terminal.written)
        for number in range(25):
            app.notifications.notify(f"Job {number}", "It has ended")
        assert terminal.written[before:] == []
        terminal.catch_up()
        async with asyncio.timeout(PATIENCE):
            while len(terminal.written) < before + 20:  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0.01)
        told = "".join(terminal.written[before:])
        assert [number for number in range(25) if f";Job {number};" in told] == [*range(5, 25)]


@pytest.mark.parametrize(("client", "sent"), [("kitty(0.36.1)", 1), ("XTerm(390)", 0), ("", 0)])
async def test_tmux_says_which_terminal_shows_it(tmp_path: Path, client: str, sent: int) -> None:
    program = tmp_path / "tmux"
    program.write_text(f'#!/bin/sh\n[ "$1 $2" = "display-message -p" ] && echo "{client}"\n')
    program.chmod(0o700)
    environ = {"TERM": "tmux-256color", "TMUX": "/nowhere,1,0", "PATH": str(tmp_path)}
    async with on_slow_terminal(_Notifies(environ)) as (app, terminal):
        before = len(terminal.written)
        app.notifications.notify("Orders", "It has ended")
        await app.workers.wait_for_complete()
        number = f"{os.getpid()}-1"
        expected = notification("Orders", "It has ended", Protocol.OSC_99, Around.TMUX, number)
        assert terminal.written[before:].count(expected) == sent
        assert "".join(terminal.written[before:]).count("Ptmux;") == 2 * sent
