"""What a terminal is told beyond text: to fill the clipboard, to make a link."""

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


class Around(Enum):
    """What stands between the program and the terminal."""

    NOTHING = "nothing"
    TMUX = "tmux"
    SCREEN = "screen"


def around(environ: Mapping[str, str]) -> Around:
    """Returns what the environment tells of the surroundings.

    On the far side of an SSH connection only TERM tells of a tmux or screen on the near side.
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
            # tells the terminal, when set-clipboard is on; it hands on what is wrapped when
            # allow-passthrough is on. What is not allowed it drops, and the same text twice in the
            # clipboard is the same text.
            return plain + _through_tmux(plain)
        case Around.SCREEN:
            # Screen knows no clipboard, but hands on what is wrapped; the terminal gets the
            # contents of the pieces one after the other, which makes it whole again.
            return "".join(
                f"{_ESC}P{plain[start : start + _SCREEN_CHUNK]}{_ST}"
                for start in range(0, len(plain), _SCREEN_CHUNK)
            )


def link(url: str, text: str) -> str:
    """Returns `text` as a link (OSC 8), both made safe; as text alone if the URL is too long."""
    # What is percent-encoded already stays as it is, for the percent sign is printable.
    target = quote(url, safe=_PRINTABLE, errors="surrogatepass")
    shown = one_line(text)
    if len(target) > _LONGEST_URL:
        return shown
    return f"{_ESC}]8;;{target}{_ST}{shown}{_ESC}]8;;{_ST}"


def _through_tmux(sequence: str) -> str:
    """Wraps a sequence so that tmux hands it on to the terminal."""
    return f"{_ESC}Ptmux;{sequence.replace(_ESC, _ESC * 2)}{_ST}"
