"""The title of the terminal's window, and its progress where the terminal can show that."""

import os
from collections.abc import Mapping

from zcbulk_tui.render import escapes
from zcbulk_tui.render.window_title import TitleState
from zcbulk_tui.tui.terminal.output_gate import OutputGate


class WindowTitle:
    """Sets the title and the progress of the window, and restores the earlier title.

    Args:
        gate: Writes to the terminal.
        environ: Says which terminal it is.
    """

    def __init__(self, gate: OutputGate, environ: Mapping[str, str] = os.environ) -> None:
        self._gate = gate
        self._environ = environ
        self._shows_progress: bool | None = None
        self._latest: TitleState | None = None
        self._shown: TitleState | None = None

    def show(self, title_state: TitleState) -> None:
        """Writes what has changed; to be called once the first frame is out."""
        self._latest = title_state
        before, self._shown = self._shown, title_state
        if before is None:
            self._gate.write("keep title", escapes.KEEP_TITLE)
        if before is None or before.title != title_state.title:
            self._gate.write("title", escapes.title(title_state.title))
        if self._understands_progress() and (before is None or before[1:] != title_state[1:]):
            self._gate.write(
                "progress", escapes.progress(title_state.percent, failing=title_state.trouble)
            )

    def hide(self) -> None:
        """Restores the title and removes the progress, before the terminal is left."""
        if self._shown is None:
            return
        sequence, self._shown = self.restore_sequence, None
        self._gate.write_last(sequence)

    @property
    def restore_sequence(self) -> str:
        """The sequence that restores the title and removes the progress; empty if none is shown."""
        if self._shown is None:
            return ""
        off = escapes.progress(None) if self._understands_progress() else ""
        return off + escapes.OLD_TITLE

    def show_again(self) -> None:
        """Shows the latest again, after `hide`."""
        if self._latest is not None:
            self.show(self._latest)

    def _understands_progress(self) -> bool:
        if self._shows_progress is None:
            self._shows_progress = escapes.understands_progress(self._environ)
        return self._shows_progress
