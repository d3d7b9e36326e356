"""Writes the title of the terminal, and the progress where the terminal has a place for it."""

import os
from collections.abc import Mapping

from zcbulk_tui.render import escapes
from zcbulk_tui.render.window_title import Signs
from zcbulk_tui.tui.output_gate import OutputGate


class TerminalSigns:
    """What the window shows beside the picture; what was there before comes back in the end.

    Args:
        gate: The way to the terminal.
        environ: Tells which terminal it is.
    """

    def __init__(self, gate: OutputGate, environ: Mapping[str, str] = os.environ) -> None:
        self._gate = gate
        self._environ = environ
        self._shows_progress: bool | None = None
        self._wanted: Signs | None = None
        self._shown: Signs | None = None

    def show(self, signs: Signs) -> None:
        """Shows what is new; to be called once the first frame is out."""
        self._wanted = signs
        before, self._shown = self._shown, signs
        if before is None:
            self._gate.write("keep title", escapes.KEEP_TITLE)
        if before is None or before.title != signs.title:
            self._gate.write("title", escapes.title(signs.title))
        if self._understands_progress() and (before is None or before[1:] != signs[1:]):
            self._gate.write("progress", escapes.progress(signs.percent, failing=signs.trouble))

    def hide(self) -> None:
        """Gives the title back, and takes the progress away; before the terminal is left."""
        if self._shown is None:
            return
        back, self._shown = self.back, None
        self._gate.write_last(back)

    @property
    def back(self) -> str:
        """What gives the title back, and takes the progress away; empty if nothing is shown."""
        if self._shown is None:
            return ""
        off = escapes.progress(None) if self._understands_progress() else ""
        return off + escapes.OLD_TITLE

    def show_again(self) -> None:
        """Shows what was hidden, when the terminal is taken again."""
        if self._wanted is not None:
            self.show(self._wanted)

    def _understands_progress(self) -> bool:
        if self._shows_progress is None:
            self._shows_progress = escapes.understands_progress(self._environ)
        return self._shows_progress
