"""Clipboard support of the terminal (OSC 52), for the screen and the doctor."""

import shlex
from collections.abc import Collection, Mapping
from typing import NamedTuple

from zcbulk_tui.domain.address import job_path
from zcbulk_tui.domain.commands import explicit
from zcbulk_tui.domain.snapshot import Listed
from zcbulk_tui.render.escapes import Around, around

TMUX_OPTIONS = ("set-clipboard", "allow-passthrough")
"""The options of tmux that decide."""

TMUX_CONF = "Put `set -g {} on` into ~/.tmux.conf, and run `tmux source ~/.tmux.conf`."

_CLIPBOARD_ATTRIBUTE = 52


class Clipboard(NamedTuple):
    """What is known of the clipboard.

    Attributes:
        works: Whether copying works; None if unknown.
        said: What is known, as a sentence.
        fix: What to do about it; empty where nothing is wrong.
    """

    works: bool | None
    said: str
    fix: str = ""


def clipboard(
    environ: Mapping[str, str],
    tmux: Mapping[str, str],
    attributes: Collection[int] | None = None,
) -> Clipboard:
    """Returns what is known.

    Args:
        environ: The environment.
        tmux: The options of the tmux that the program runs in; empty where it does not say.
        attributes: The terminal's device attributes; None if not requested or not answered.
    """
    if environ.get("TMUX"):
        return _of_tmux(tmux)
    if name := _without(environ):
        return Clipboard(
            False,
            f"{name} has no clipboard for programs (OSC 52).",
            "Copy with the mouse, or use a terminal that has one.",
        )
    match around(environ):
        case Around.SCREEN:
            outer = "around screen "
        case Around.TMUX:  # on the near side of an SSH connection, where its options cannot be read
            outer = "and the tmux around it "
        case Around.NOTHING:
            if attributes and _CLIPBOARD_ATTRIBUTE in attributes:
                return Clipboard(True, "The terminal says that programs may copy (OSC 52).")
            outer = ""
    said = f"It depends on the terminal {outer}(OSC 52), which cannot be asked."
    return Clipboard(None, said)


def copies(tmux: Mapping[str, str]) -> bool:
    """Whether tmux takes what programs copy; as it comes ("external"), it does not."""
    return tmux.get("set-clipboard") == "on"


def hands_on(tmux: Mapping[str, str]) -> bool:
    """Whether tmux hands on what is wrapped; before 3.3 it always did, and had no such option."""
    return bool(tmux) and tmux.get("allow-passthrough", "on") in ("on", "all")


def toast(known: Clipboard, what: str) -> str:
    """Returns the notice after copying, claiming no more than is known."""
    match known.works:
        case True:
            return f"Copied: {what}."
        case None:
            return f"Sent to the terminal's clipboard, if it takes it: {what}."
        case False:
            return f"Not copied: {what}. {known.said} {known.fix}"


def _of_tmux(tmux: Mapping[str, str]) -> Clipboard:
    if copies(tmux):
        said = "tmux copies, and tells the terminal if that takes it (OSC 52)."
        return Clipboard(True, said)
    if hands_on(tmux):
        return Clipboard(None, "tmux hands it on; the rest depends on the terminal (OSC 52).")
    fix = TMUX_CONF.format(TMUX_OPTIONS[0])
    if not tmux:
        return Clipboard(None, "tmux does not say whether it copies.", fix)
    return Clipboard(False, "tmux drops what is copied.", fix)


def _without(environ: Mapping[str, str]) -> str:
    """The name of a terminal that is known to take no OSC 52; empty for all others."""
    if environ.get("TERM") == "linux":
        return "The Linux console"
    return "Apple's Terminal" if environ.get("TERM_PROGRAM") == "Apple_Terminal" else ""


_API_VERSION = "v2.1"
"""The one that Zoho's pages show; whoever reads the URL takes that of the settings."""


def status_command(listed: Listed) -> str:
    """Returns the command, explicit wherever settings could change its meaning."""
    ref = listed.snapshot.ref
    url = ref.origin + job_path(ref, _API_VERSION)
    words = ("status", url, "--environment", ref.environment.value)
    return explicit(shlex.join(words), listed.profile)
