"""Files of the user's: read as a whole, within bounds, and who else can change them."""

import os
import re
import stat
from pathlib import Path

from zcbulk_tui.errors import ConfigError

SMALL = 2**20
"""Bytes that no configuration, sign-in or token exceeds."""

LIST = 16 * 2**20
"""Bytes that no list of jobs exceeds: room for tens of thousands of them."""

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISCHR, "a device, which may be too large to be read"),
    (stat.S_ISBLK, "a device, which may be too large to be read"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
)

_DESCRIPTORS = ("/dev/fd/", "/proc/self/fd/", "/dev/stdin")
"""Where a shell puts the pipe of ``<(command)``."""


class BadFileError(ValueError):
    """A file that cannot be what it should be; its text says why, without a full stop."""


def whole_path(path: str | Path) -> Path:
    """Returns a path that begins at the root; ``~`` stands for a home, if somebody has the name."""
    # Path.expanduser() raises where nobody has: whoever writes there says that better.
    return Path(os.path.expanduser(path)).absolute()  # noqa: PTH111


def read_text(path: Path, largest: int = SMALL, *, pipes: bool = False) -> str:
    """Returns the text in a file; a mark of UTF-8 at its beginning is left out.

    Args:
        path: The file.
        largest: Bytes that it may have.
        pipes: Whether the pipe of a shell, as in ``<(command)``, is read too.

    Raises:
        OSError: It cannot be opened or read.
        BadFileError: It is no file, is too large, or is not text in UTF-8.
    """
    if path == Path(os.devnull):
        return ""  # means that there is nothing, by old custom
    try:
        from_shell = pipes and str(path).startswith(_DESCRIPTORS)
        # Who writes to a pipe may never come; a device may do something when it is opened.
        found = path.stat()
        if not (from_shell and stat.S_ISFIFO(found.st_mode)):
            _check_kind(found)
        wait = 0 if from_shell else os.O_NONBLOCK
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY | wait)
    except ValueError as error:
        raise BadFileError(f"{error}") from error  # a path with a null in it
    with os.fdopen(descriptor, "rb") as file:
        if not from_shell:
            _check_kind(os.fstat(descriptor))
        return text_of(file.read(largest + 1), largest)


def text_of(content: bytes, largest: int) -> str:
    """Returns what bytes say that were read from somewhere; for the rest see `read_text`."""
    if len(content) > largest:
        raise BadFileError(f"It is too large: more than {_size(largest)}")
    try:
        # Not by the codec for it, which is loaded from the disk: now the disk may be the trouble.
        text = content.decode("utf-8").removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadFileError(f"It is not text in UTF-8: it cannot be read in line {line}") from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise BadFileError(f"It is not text in UTF-8, line {line}: there is a null in it")
    return text


def check_nobody_else_writes(path: Path) -> None:
    """Makes sure that only this user and root can change a file, or replace those of a folder.

    Raises:
        ConfigError: Another user can; the error names the command that fixes it.
    """
    try:
        found = path.stat()
    except OSError:
        return  # whoever uses it next has more to say
    if found.st_uid not in (os.geteuid(), 0):
        raise ConfigError(
            f"{path} belongs to another user, who can change it",
            "What stands in it decides which programs are run, and where the token goes.",
            f"If you trust what is in it: sudo chown {os.geteuid()} '{path}'. "
            "Else use one of your own.",
        )
    if stat.S_ISDIR(found.st_mode) and found.st_mode & stat.S_ISVTX:
        return  # as in /tmp: others can add files, and replace only their own
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and stat.S_IFMT(found.st_mode) in (
        stat.S_IFREG,
        stat.S_IFDIR,
    ):
        raise ConfigError(
            f"Others can write {path}",
            f"Its mode is {stat.S_IMODE(found.st_mode):o}, and what stands in it decides which "
            "programs are run, and where the token goes.",
            f"Write: chmod go-w '{path}'",
        )


def other_kind(found: os.stat_result) -> str:
    """Returns what stands there in place of a file, as in ``a folder``; empty for a file."""
    return next((name for is_kind, name in _KINDS if is_kind(found.st_mode)), "")


def _check_kind(found: os.stat_result) -> None:
    if kind := other_kind(found):
        raise BadFileError(f"It is no file, but {kind}")


def _size(count: int) -> str:
    return f"{count // 2**20} MiB" if count >= 2**20 else f"{count // 2**10} KiB"


_MOST_NAMES = 64

_NAME = r"""(?:(?<![A-Za-z0-9_-])[A-Za-z0-9_-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+"""
# Begun where a name begins, and never gone back in: it looks a few times at each character.
_MANY_NAMES = f"(?:{_NAME}){{{_MOST_NAMES}}}"


def check_names(text: str) -> None:
    """Refuses TOML with a key like ``a.b.c`` of very many names.

    Python takes time by their number times itself: half a minute for a file of 60 kB.

    Raises:
        ValueError: There is such a key.
    """
    if (found := re.search(_MANY_NAMES, text, re.ASCII)) is not None:
        line = text.count("\n", 0, found.start()) + 1
        raise ValueError(f"Too many names with dots between them (at line {line})")
