"""What a tmux around the program says; each of these blocks while it answers."""

import subprocess
from collections.abc import Iterable, Mapping

from zcbulk_tui.render.notification import TerminalSays


def tmux_options(environ: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """Returns the values of tmux's options.

    Args:
        environ: Says which tmux it is.
        names: The options. One that tmux does not know is left out of the result.
    """
    said = {name: _said(environ, "show", "-gv", name) for name in names}
    return {name: value for name, value in said.items() if value is not None}


def tmux_terminal(environ: Mapping[str, str]) -> TerminalSays:
    """Returns what tmux knows of the terminal that shows it now: its own name, else its TERM.

    Nothing where no terminal shows it.
    """
    wanted = "#{?client_termtype,#{client_termtype},#{client_termname}}"
    return TerminalSays(_said(environ, "display-message", "-p", wanted) or "")


def _said(environ: Mapping[str, str], *arguments: str) -> str | None:
    """What a command of tmux prints; None where it fails."""
    try:
        done = subprocess.run(  # noqa: S603 - nothing in it is from outside
            ["tmux", *arguments],  # noqa: S607 - the one that the user has
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=2.0,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
