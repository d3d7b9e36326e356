"""Copies to the terminal's clipboard, and reads what a tmux around the program says about it."""

import os
import subprocess
from collections.abc import Callable, Iterable, Mapping

from zcbulk_tui.render import escapes


def copy(write: Callable[[str, str], None], text: str) -> None:
    """Copies a text, also from inside tmux and screen.

    Args:
        write: Writes to the terminal; see `OutputGate.write`.
        text: The text.
    """
    write("clipboard", escapes.copy(text, escapes.around(os.environ)))


def tmux_options(environ: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """Returns the values of tmux's options; blocks while tmux answers.

    Args:
        environ: Says which tmux it is.
        names: The options. One that tmux does not know is left out of the result.
    """
    options = {}
    for name in names:
        try:
            done = subprocess.run(  # noqa: S603 - nothing in it is from outside
                ["tmux", "show", "-gv", name],  # noqa: S607 - the one that the user has
                env=environ,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=2.0,
                check=True,
            )
        except (OSError, subprocess.SubprocessError):
            continue
        options[name] = done.stdout.strip()
    return options
