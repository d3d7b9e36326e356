"""Fills the clipboard of the terminal, also from inside tmux and screen."""

import os

from zcbulk_tui.render import escapes
from zcbulk_tui.tui.output_gate import OutputGate


def copy(gate: OutputGate, text: str) -> None:
    """Copies a text; on a terminal that lags as soon as it has caught up."""
    gate.write("clipboard", escapes.copy(text, escapes.around(os.environ)))
