"""Whether the terminal shows more than ASCII, by the locale or by the user's word."""

import codecs
import io
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Literal

from zcbulk_tui.cli.locale_names import COERCED, is_utf8, locale_of
from zcbulk_tui.cli.output import inner
from zcbulk_tui.render.glyphs import to_ascii

Ascii = bool | Literal["auto"]
"""The setting: whether to draw with ASCII only, or to go by the locale."""

_LIKENESS = "zcbulk-likeness"
_BEGUN_WITH = Path("/proc/self/environ")


def forget_coercion() -> None:
    """Gives LC_CTYPE back the value that the process was begun with, where that is known."""
    coerced = os.environ.get("LC_CTYPE")
    if coerced not in COERCED:
        return
    with suppress(OSError):
        begun_with = dict(
            variable.split(b"=", 1)
            for variable in _BEGUN_WITH.read_bytes().split(b"\0")
            if b"=" in variable
        )
        value = os.fsdecode(begun_with.get(b"LC_CTYPE", b""))
        if value:
            os.environ["LC_CTYPE"] = value
        else:
            del os.environ["LC_CTYPE"]


def draws_ascii(setting: Ascii, environ: Mapping[str, str]) -> bool:
    """Whether to write ASCII only to the terminal."""
    return not is_utf8(locale_of(environ)) if setting == "auto" else setting


def settle(*, ascii_only: bool) -> None:
    """Has what is printed on a terminal written as it shows it; what goes elsewhere stays as it is.

    Nothing that cannot be written makes an accepted command look like a failed one.
    """
    codecs.register_error(_LIKENESS, _likeness)
    for stream in map(inner, (sys.stdout, sys.stderr)):
        if not isinstance(stream, io.TextIOWrapper):
            continue
        if not stream.isatty():
            stream.reconfigure(errors="replace")
        elif ascii_only:
            stream.reconfigure(encoding="ascii", errors=_LIKENESS)
        else:
            stream.reconfigure(encoding="utf-8", errors="replace")


def _likeness(error: UnicodeError) -> tuple[str, int]:
    """What stands for characters that the terminal does not show, as many cells wide."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return to_ascii(error.object[error.start : error.end]), error.end
