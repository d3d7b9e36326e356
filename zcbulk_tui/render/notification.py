"""Notifications of the terminal (OSC 9, 777 and 99): which one it takes, and the sequences."""

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

from zcbulk_tui.domain.text import one_line
from zcbulk_tui.render.clipboard import TMUX_CONF, hands_on
from zcbulk_tui.render.escapes import Around, around, handed_on
from zcbulk_tui.render.span import fit

_ESC, _BEL, _ST = "\x1b", "\x07", "\x1b\\"

BELL = _BEL

QUERY_NAME = f"{_ESC}[>q"
"""Asks the terminal for its name and version (XTVERSION)."""

QUERY_OSC_99 = f"{_ESC}]99;i=zcbulk:p=?;{_ST}"
"""Asks whether it takes OSC 99; only one that does answers."""

_TITLE, _BODY = 60, 140
"""Most cells of each."""

_NAME = "zcbulk-tui"


class Protocol(Enum):
    """How a terminal is asked to notify its user; the value is the number of the sequence."""

    OSC_9 = "9"
    """iTerm2's: one text."""

    OSC_777 = "777"
    """rxvt's: title and body."""

    OSC_99 = "99"
    """kitty's: title and body, in pieces."""


class TerminalSays(NamedTuple):
    """What a terminal says of itself when it is asked.

    Attributes:
        name: Its name, and its version behind that, as in ``kitty(0.36.1)``; empty for nothing.
        takes_osc_99: Whether it has answered that it does.
    """

    name: str = ""
    takes_osc_99: bool = False


_SILENT = TerminalSays()

# What a name begins with, in lower case: that of a terminal database, and that which the terminal
# has for itself. VTE shows them where the distribution has added that, and drops them elsewhere.
_BY_TERM = {
    "xterm-kitty": Protocol.OSC_99,
    "foot": Protocol.OSC_777,
    "rxvt": Protocol.OSC_777,
    "wezterm": Protocol.OSC_777,
    "xterm-ghostty": Protocol.OSC_777,
}
_BY_NAME = {
    "kitty": Protocol.OSC_99,
    "iterm2": Protocol.OSC_9,
    "wezterm": Protocol.OSC_777,
    "ghostty": Protocol.OSC_777,
    "foot": Protocol.OSC_777,
    "rxvt": Protocol.OSC_777,
    "vte": Protocol.OSC_777,
}
_BY_PROGRAM = {
    "iTerm.app": Protocol.OSC_9,
    "WezTerm": Protocol.OSC_777,
    "ghostty": Protocol.OSC_777,
}
_MULTIPLEXERS = ("tmux", "screen")


def protocol(environ: Mapping[str, str], says: TerminalSays = _SILENT) -> Protocol | None:
    """Returns which one the terminal takes; None where it takes none, or does not say.

    What it says itself goes before its environment, which may come from the terminal that it, or
    the tmux around the program, was started from.

    Args:
        environ: The environment.
        says: What the terminal says of itself.
    """
    if says.takes_osc_99:
        return Protocol.OSC_99
    name = says.name.lower()
    if name and not name.startswith(_MULTIPLEXERS):
        return _first(_BY_NAME, name) or _first(_BY_TERM, name)
    term, program = environ.get("TERM", ""), environ.get("TERM_PROGRAM", "")
    by_term = _first(_BY_TERM, term)
    if by_term is not None or _is_without(environ):
        return by_term
    if program in _BY_PROGRAM:
        return _BY_PROGRAM[program]
    if environ.get("LC_TERMINAL") == "iTerm2":  # the only one of these that SSH takes along
        return Protocol.OSC_9
    if environ.get("KITTY_WINDOW_ID"):
        return Protocol.OSC_99
    # ConEmu and Windows Terminal take OSC 9 for other things.
    if environ.get("WT_SESSION") or environ.get("ConEmuANSI") == "ON":
        return None
    return Protocol.OSC_777 if environ.get("VTE_VERSION") else None


def can_be_asked(environ: Mapping[str, str]) -> bool:
    """Whether the terminal's own answer may say more than the environment.

    A tmux or screen answers in the place of the terminal; old consoles print questions.
    """
    is_known = _first(_BY_TERM, environ.get("TERM", "")) is not None
    return around(environ) is Around.NOTHING and not is_known and not _is_without(environ)


def _first(protocols: Mapping[str, Protocol], name: str) -> Protocol | None:
    return next((it for begin, it in protocols.items() if name.startswith(begin)), None)


def _is_without(environ: Mapping[str, str]) -> bool:
    """Whether it is a terminal that is known to have none."""
    is_console = environ.get("TERM", "") in ("", "dumb", "linux", "unknown")
    return is_console or environ.get("TERM_PROGRAM") == "Apple_Terminal"


def notification(
    title: str, body: str, protocol: Protocol, around: Around, number: str = "1"
) -> str:
    """Returns the sequence that has the terminal notify its user; both texts are made safe.

    Args:
        title: What it is about; cut to 60 cells.
        body: What is so; cut to 140 cells.
        protocol: Which one the terminal takes.
        around: What stands between.
        number: Letters, digits and hyphens that tell it from every other (OSC 99).
    """
    title, body = _safe(title, _TITLE), _safe(body, _BODY)
    match protocol:
        case Protocol.OSC_9:
            text = ": ".join(filter(None, (title, body)))
            # With a number in front it would be one of ConEmu's commands, as "4;" is progress.
            parts = [f"9;{f'{_NAME}: ' if text[:1].isdigit() else ''}{text}"]
        case Protocol.OSC_777:
            # A semicolon ends the title; some end the body at one as well.
            fields = (text.replace(";", ",") for text in (title, body))
            parts = [f"777;notify;{';'.join(fields)}"]
        case Protocol.OSC_99:
            name = f"i=zcbulk-{number}"
            parts = [f"99;{name}:d=0:p=title;{title}", f"99;{name}:d=1:p=body;{body}"]
    # Within the strings of screen no other string can end by ST.
    end = _BEL if around is Around.SCREEN else _ST
    return "".join(handed_on(f"{_ESC}]{part}{end}", around) for part in parts)


def _safe(text: str, cells: int) -> str:
    return fit(one_line(text, 2 * cells), cells).rstrip()


class Support(NamedTuple):
    """What is known of notifications.

    Attributes:
        said: What is known, as a sentence.
        fix: What to do about it; empty where nothing is wrong.
    """

    said: str
    fix: str = ""


_BELL_RINGS = "the bell rings as [alerts] says."


def support(
    environ: Mapping[str, str], tmux: Mapping[str, str], says: TerminalSays = _SILENT
) -> Support:
    """Returns what is known of the notifications of a terminal.

    Args:
        environ: The environment.
        tmux: The options of the tmux that the program runs in; empty where it does not say.
        says: What the terminal says of itself, or tmux of the terminal around it.
    """
    taken = protocol(environ, says)
    name = one_line(says.name, 40)
    if taken is None and name and not name.startswith(_MULTIPLEXERS):
        return Support(f"{name} is not known to have any; {_BELL_RINGS}")
    if taken is None:
        return Support(
            f"The terminal does not say that it has any, so none are sent; {_BELL_RINGS}"
        )
    if environ.get("TMUX") and not hands_on(tmux):
        fix = TMUX_CONF.format("allow-passthrough")
        return Support(f"The terminal takes OSC {taken.value}; tmux may keep it.", fix)
    outer = "" if around(environ) is Around.NOTHING else f", through {around(environ).value}"
    return Support(f"Alerts are sent to the terminal's notifications (OSC {taken.value}{outer}).")
