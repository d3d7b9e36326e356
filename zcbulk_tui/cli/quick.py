"""What prompts, status lines and the tab key wait for: from a file of the store to a line at once.

Nothing here imports what all other commands share. What is unusual, on the command line or of the
state folder, is left to the whole program, which says what is wrong with it.
"""

import os
import stat
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from zcbulk_tui.cli.locale_names import COERCED, is_utf8, locale_of
from zcbulk_tui.domain.summary import Summary
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.render import statusline
from zcbulk_tui.store.summary import JobName, Unreadable, read_names, read_summary

COMPLETE = "__complete"
"""The command of the completion scripts; it is in no help."""

Color = Literal["auto", "always", "never", "tmux"]
COLORS: tuple[Color, ...] = ("auto", "always", "never", "tmux")

_DATABASE = "state.db"

_UNREADABLE = 2
"""The exit code of a `ConfigError`."""

_NOT_WRITTEN, _NOBODY_READS = 5, 141
"""As `output.Output` has them."""


class Wish(NamedTuple):
    """What was typed after ``statusline``, or what completes a word.

    Attributes:
        profiles: Whose jobs; none for those of all profiles.
        ascii: Whether to draw with ASCII only; None to go by the locale.
        color: In which colours.
    """

    profiles: tuple[str, ...] = ()
    ascii: bool | None = None
    color: Color = "auto"


def run(arguments: Sequence[str], environ: Mapping[str, str] = os.environ) -> int | None:
    """Runs a command that is waited for; returns its exit code, None to have it run by the rest.

    Args:
        arguments: The command line; its first word is ``statusline`` or `COMPLETE`.
        environ: The environment.
    """
    if arguments[0] == COMPLETE:
        return _complete(arguments[1:], environ)
    wish = _wish(arguments[1:], environ)
    file = _database(environ)
    if wish is None or file is None:
        return None
    found = read_summary(file, wish.profiles, time.time())
    if wish.profiles and isinstance(found, Summary) and not found.jobs:
        return None  # there may be no such profile
    text, code = shown(wish, found, environ)
    return _write(f"{text}\n") or code


def status(wish: Wish, file: str, environ: Mapping[str, str]) -> tuple[str, int]:
    """Returns the status line, and the exit code.

    Args:
        wish: What it is to show.
        file: The database.
        environ: The environment.
    """
    return shown(wish, read_summary(file, wish.profiles, time.time()), environ)


def shown(wish: Wish, found: Summary | Unreadable, environ: Mapping[str, str]) -> tuple[str, int]:
    """Returns what was found as `status` does."""
    if isinstance(found, Unreadable):
        return found.value, _UNREADABLE
    is_ascii = not is_utf8(locale_of(environ)) if wish.ascii is None else wish.ascii
    pieces = statusline.line(found, statusline.ASCII if is_ascii else statusline.UNICODE)
    match wish.color:
        case "tmux":
            return statusline.tmux(pieces), 0
        case "always":
            return statusline.ansi(pieces), 0
        case "auto" if os.isatty(1) and not environ.get("NO_COLOR"):
            return statusline.ansi(pieces), 0
    return statusline.plain(pieces), 0


def _wish(words: Sequence[str], environ: Mapping[str, str]) -> Wish | None:
    """What was typed; None for what takes the whole parser to read, such as ``--help``."""
    wish = Wish(names_in(environ.get("ZCBULK_PROFILE", "")))
    left = [part for word in words for part in _parted(word)]
    while left:
        option = left.pop(0)
        match option:
            case "--ascii" | "--no-ascii":
                wish = wish._replace(ascii=option == "--ascii")
            case "--profile" if left:
                wish = wish._replace(profiles=names_in(left.pop(0)))
            case "--color" if left and left[0] in COLORS:
                wish = wish._replace(color=next(it for it in COLORS if it == left[0]))
                del left[0]
            case _:
                return None
    # Python may have put its own word in the place of a locale without UTF-8.
    is_doubtful = wish.ascii is None and environ.get("LC_CTYPE") in COERCED
    return None if is_doubtful else wish


def _parted(word: str) -> list[str]:
    return word.split("=", 1) if word.startswith(("--profile=", "--color=")) else [word]


def names_in(text: str) -> tuple[str, ...]:
    """Returns the profiles that a text names, as in ``eu,us``."""
    return tuple(filter(None, text.split(",")))


def _database(environ: Mapping[str, str]) -> str | None:
    """The file of the database; None where `paths.state_dir` decides, or refuses the folder."""
    folder = environ.get("ZCBULK_STATE_DIR")
    if not folder and sys.platform == "linux":
        home = environ.get("XDG_STATE_HOME") or f"{environ.get('HOME', '')}/.local/state"
        folder = f"{home}/zcbulk-tui"
    if not folder or not folder.startswith("/"):
        return None
    try:
        found = os.stat(folder)  # noqa: PTH116 - pathlib takes long to load
    except OSError:
        return f"{folder}/{_DATABASE}"
    is_own = found.st_uid in (os.geteuid(), 0)
    is_open = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return f"{folder}/{_DATABASE}" if is_own and not is_open else None


def _complete(words: Sequence[str], environ: Mapping[str, str]) -> int:
    """Prints what may stand in the place of a word, a line each; nothing where that is unknown."""
    match list(words):
        case ["jobs"]:
            profiles = names_in(environ.get("ZCBULK_PROFILE", "")) or _configured()
            return _write(_names(profiles, environ))
        case ["jobs", "--profile", profile]:
            return _write(_names(names_in(profile), environ))
        case ["profiles"]:
            return _write("".join(f"{name}\n" for name in _all_profiles()))
    return _UNREADABLE


def _names(profiles: Sequence[str], environ: Mapping[str, str]) -> str:
    """Labels, then ids, each with a few words after a tab."""
    file = _database(environ) or _found_by_the_rest()
    names = [] if file is None else read_names(file, profiles)
    if isinstance(names, Unreadable):
        return ""
    safe = [
        JobName(one_line(it.label, 60), one_line(it.job_id, 40), one_line(it.form, 60))
        for it in names
    ]
    labels = {it.label: f"{it.form} {it.job_id}" for it in safe if not it.label.startswith("-")}
    ids = {it.job_id: it.label for it in safe}
    return "".join(f"{name}\t{words}\n" for name, words in (labels | ids).items() if name)


def _found_by_the_rest() -> str | None:
    """The file of the database; None where its folder is refused."""
    from zcbulk_tui.cli.state import memory_file  # takes a moment, which a prompt has not
    from zcbulk_tui.errors import ZcbulkError

    try:
        return str(memory_file())
    except ZcbulkError:
        return None


def _configured() -> tuple[str, ...]:
    """The profile that the configuration says; none where it says none, or cannot be read."""
    from zcbulk_tui.config.load import load  # takes a moment, which a prompt has not
    from zcbulk_tui.errors import ZcbulkError

    try:
        return (load().profile,)
    except ZcbulkError:
        return ()


def _all_profiles() -> tuple[str, ...]:
    from zcbulk_tui.config.load import read  # takes a moment, which a prompt has not
    from zcbulk_tui.errors import ZcbulkError

    try:
        return read().profiles
    except ZcbulkError:
        return ()


def _write(text: str) -> int:
    """Writes to the standard output; returns 0, or the exit code where that cannot be done."""
    try:
        left = text.encode("utf-8", "replace")
        while left:
            left = left[os.write(1, left) :]
    except BrokenPipeError:
        return _NOBODY_READS
    except OSError:
        return _NOT_WRITTEN
    return 0
