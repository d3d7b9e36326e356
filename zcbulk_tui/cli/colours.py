"""Colours of what commands print: when there are any, and which of a terminal's 16 mean what.

They mean what they mean on the screen; how each looks is up to the terminal. None of them is the
only sign of anything.
"""

from collections.abc import Mapping
from enum import StrEnum

from zcbulk_tui.render.span import Line, Look, Span


class Choice(StrEnum):
    """Whether there are colours."""

    AUTO = "auto"
    """On a terminal, unless the environment asks for none."""

    ALWAYS = "always"
    """Also in files and pipes, and whatever the environment says."""

    NEVER = "never"


_SGR = {
    Look.TEXT: "",
    Look.DIM: "2",
    Look.STRONG: "1",
    Look.RUNNING: "36",
    Look.SUCCESS: "32",
    Look.FAILED: "31",
    Look.ESTIMATE: "2;32",
    Look.LEFT: "2",
    Look.WARNING: "33",
    Look.ERROR: "1;31",
    Look.BADGE: "1;36",
    Look.PRODUCTION: "1;37;41",
}
"""Of each look, the parameters of the escape sequence "select graphic rendition"; empty for none.

Only the eight colours that both dark and light grounds show, faint and bold.
"""


def are_wanted(choice: Choice, environ: Mapping[str, str], *, is_terminal: bool) -> bool:
    """Returns whether to print in colours.

    ``auto`` heeds ``NO_COLOR``, unless it is empty, and a ``TERM`` that is ``dumb``. Variables that
    force colours into pipes are not heeded: what reads a pipe would break on them, and whoever
    wants them there says ``always``.

    Args:
        choice: What was typed.
        environ: The environment.
        is_terminal: Whether it goes to a terminal.
    """
    if choice is not Choice.AUTO:
        return choice is Choice.ALWAYS
    return is_terminal and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"


def painted(line: Line) -> str:
    """Returns a line with the escape sequences of its looks, none open at its end."""
    return "".join(map(_painted, line))


def _painted(span: Span) -> str:
    code = _SGR[span.look]
    return f"\x1b[{code}m{span.text}\x1b[0m" if code and span.text else span.text
