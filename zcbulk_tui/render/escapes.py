"""Escape sequences: clipboard, links, window titles and progress."""

import re
from base64 import b64encode
from collections.abc import Mapping
from enum import Enum
from urllib.parse import quote

from zcbulk_tui.domain.text import one_line

_ESC, _BEL, _ST = "\x1b", "\x07", "\x1b\\"

# GNU screen prints a sequence that does not fit into its buffer, which holds 768 characters, and
# fewer in old versions. What is copied can be cut to pieces, a link cannot.
_SCREEN_CHUNK = 76
_LONGEST_URL = 700

_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))

KEEP_TITLE, OLD_TITLE = f"{_ESC}[22;0t", f"{_ESC}[23;0t"
"""Puts the title on the terminal's stack, and takes it from there."""

_LONGEST_TITLE = 60

# Each is recognised by environment variables that the terminal sets. The first version that does
# not take the sequence for a notification: Ghostty 1.2, WezTerm of 10 February 2025, VTE 0.80.
_FIRST_GHOSTTY, _FIRST_WEZTERM, _FIRST_VTE = (1, 2), (20250210,), (8000,)

# Terminals that show what follows OSC 9 as a notification; they may have been started from another
# one, and have inherited its environment.
_NOTIFY = ("xterm-kitty", "foot", "rxvt")


class Around(Enum):
    """What stands between the program and the terminal."""

    NOTHING = "nothing"
    TMUX = "tmux"
    SCREEN = "screen"


def around(environ: Mapping[str, str]) -> Around:
    """Detects a multiplexer from the environment.

    On the far side of an SSH connection only TERM reveals a tmux or screen on the near side.
    """
    term = environ.get("TERM", "")
    if environ.get("TMUX"):
        return Around.TMUX
    if environ.get("STY"):
        return Around.SCREEN
    if term.startswith("tmux"):
        return Around.TMUX
    return Around.SCREEN if term.startswith("screen") else Around.NOTHING


def copy(text: str, around: Around) -> str:
    """Returns the sequence that puts `text` into the clipboard (OSC 52)."""
    # Half of a pair of surrogates has no UTF-8.
    content = b64encode(text.encode("utf-8", "replace")).decode("ascii")
    plain = f"{_ESC}]52;c;{content}{_BEL}"
    match around:
        case Around.NOTHING:
            return plain
        case Around.TMUX:
            # Which of the two comes through is a matter of tmux.conf: tmux copies by itself, and
            # informs the terminal, when set-clipboard is on; it hands on what is wrapped when
            # allow-passthrough is on. What is not allowed it drops, and the same text twice in the
            # clipboard is the same text.
            return plain + handed_on(plain, around)
        case Around.SCREEN:
            return handed_on(plain, around)  # it knows no clipboard


def handed_on(sequence: str, around: Around) -> str:
    """Returns a sequence so that what stands around the program hands it on to the terminal.

    Args:
        sequence: One control string; for screen it has no ESC but at its beginning.
        around: What stands around.
    """
    match around:
        case Around.NOTHING:
            return sequence
        case Around.TMUX:
            return f"{_ESC}Ptmux;{sequence.replace(_ESC, _ESC * 2)}{_ST}"
        case Around.SCREEN:
            # The terminal gets the contents of the pieces one after the other, which makes it
            # whole again.
            return "".join(
                f"{_ESC}P{sequence[start : start + _SCREEN_CHUNK]}{_ST}"
                for start in range(0, len(sequence), _SCREEN_CHUNK)
            )


def link(url: str, text: str) -> str:
    """Returns `text` as a link (OSC 8), both made safe; as text alone if the URL is too long."""
    # What is percent-encoded already stays as it is, for the percent sign is printable.
    target = quote(url, safe=_PRINTABLE, errors="surrogatepass")
    shown = one_line(text)
    if len(target) > _LONGEST_URL:
        return shown
    return f"{_ESC}]8;;{target}{_ST}{shown}{_ESC}]8;;{_ST}"


def title(text: str) -> str:
    """Returns the sequence that gives the window a title (OSC 2), made safe."""
    return f"{_ESC}]2;{one_line(text, _LONGEST_TITLE)}{_ST}"


def progress(percent: int | None, *, failing: bool = False) -> str:
    """Returns the sequence that shows progress on the window (OSC 9;4).

    Args:
        percent: How far it is; None takes the progress away.
        failing: Whether to show it as an error.
    """
    if percent is None:
        return f"{_ESC}]9;4;0{_ST}"
    # VTE requires this terminator, not the bell.
    return f"{_ESC}]9;4;{2 if failing else 1};{max(0, min(percent, 100))}{_ST}"


def understands_progress(environ: Mapping[str, str]) -> bool:
    """Whether the terminal is known to show progress, and nothing stands in between."""
    if around(environ) is not Around.NOTHING or environ.get("TERM", "").startswith(_NOTIFY):
        return False
    version = _numbers(environ.get("TERM_PROGRAM_VERSION", ""))
    match environ.get("TERM_PROGRAM"):
        case "ghostty":
            return version >= _FIRST_GHOSTTY
        case "WezTerm":
            return version >= _FIRST_WEZTERM
        case "iTerm.app":
            # A list of codes, each a capital with small letters and digits; P is for progress.
            return bool(re.search("P(?![a-z])", environ.get("TERM_FEATURES", "")))
    return (
        bool(environ.get("WT_SESSION"))  # Windows Terminal
        or environ.get("ConEmuANSI") == "ON"
        or _numbers(environ.get("VTE_VERSION", "")) >= _FIRST_VTE
    )


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers that a version begins with, as in "1.2.3" or "20250210-0815-abc"."""
    return tuple(int(number) for number in re.findall(r"[0-9]{1,9}", version)[:3])
