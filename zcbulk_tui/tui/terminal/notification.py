"""Rings the bell, and has a terminal that has notifications show them."""

import asyncio
import os
from collections.abc import Mapping
from itertools import count
from typing import Any

from textual import events
from textual.app import App

from zcbulk_tui.render import notification
from zcbulk_tui.render.escapes import around
from zcbulk_tui.render.glyphs import to_ascii
from zcbulk_tui.render.notification import TerminalSays
from zcbulk_tui.tui.terminal.output_gate import OutputGate
from zcbulk_tui.tui.terminal.tmux import tmux_terminal

_MOST_WAITING = 20
"""Notifications that may wait for a terminal that lags; with more, the oldest are left out."""


class TerminalAnswer(events.Event, bubble=False):
    """What the terminal says of itself, because it was asked.

    Args:
        says: What that is.
    """

    def __init__(self, says: TerminalSays) -> None:
        super().__init__()
        self.says = says


class Notifications:
    """What the terminal does so that somebody looks at it.

    Which notifications it takes follows from its environment and from its own answer; where
    neither says it, as on the far side of many an SSH connection, it gets none.

    Args:
        app: Runs what takes time.
        gate: Writes to the terminal.
        environ: Says which terminal it is.
        ascii_only: Whether the terminal shows ASCII only.
    """

    def __init__(
        self,
        app: App[Any],
        gate: OutputGate,
        environ: Mapping[str, str] = os.environ,
        *,
        ascii_only: bool = False,
    ) -> None:
        self._app = app
        self._gate = gate
        self._environ = environ
        self._ascii_only = ascii_only
        self._says = TerminalSays()
        self._numbers = count(1)

    def ask(self) -> None:
        """Asks the terminal what it is, where that may help; it answers whenever it likes."""
        if notification.can_be_asked(self._environ):
            self._gate.write("query", f"{notification.QUERY_NAME}{notification.QUERY_OSC_99}")

    def take(self, says: TerminalSays) -> None:
        """Takes an answer; each answers one of the questions."""
        self._says = TerminalSays(
            says.name or self._says.name, says.takes_osc_99 or self._says.takes_osc_99
        )

    def ring(self) -> None:
        """Rings the bell: plainly, so that a tmux around the program marks its window."""
        self._gate.write("bell", notification.BELL)

    def notify(self, title: str, body: str) -> None:
        """Has the terminal notify its user, where it is known how."""
        if not self._environ.get("TMUX"):
            self._write(title, body, self._says)
            return

        async def ask_tmux() -> None:
            # Each time: what shows the session changes while the program runs.
            says = await asyncio.to_thread(tmux_terminal, dict(self._environ))
            self._write(title, body, says)

        self._app.run_worker(ask_tmux(), group="notifications", exit_on_error=False)

    def _write(self, title: str, body: str, says: TerminalSays) -> None:
        protocol = notification.protocol(self._environ, says)
        if protocol is None:
            return
        if self._ascii_only:
            title, body = to_ascii(title), to_ascii(body)
        number = next(self._numbers)
        sequence = notification.notification(
            title,
            body,
            protocol,
            around(self._environ),
            number=f"{os.getpid()}-{number}",
        )
        self._gate.write(f"notification {number % _MOST_WAITING}", sequence)
