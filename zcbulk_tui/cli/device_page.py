"""What the user sees while a sign-in waits: where to go, the code, and how long it holds."""

import asyncio
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from time import monotonic
from typing import Self

from zcbulk_tui.cli.locale_names import is_utf8
from zcbulk_tui.creator.grants import DeviceCode
from zcbulk_tui.domain.commands import of_any_profile
from zcbulk_tui.errors import UsageError
from zcbulk_tui.render.big import big
from zcbulk_tui.render.clipboard import TMUX_OPTIONS, clipboard
from zcbulk_tui.render.escapes import around, copy, link
from zcbulk_tui.render.figures import duration
from zcbulk_tui.tui.terminal.tmux import tmux_options

_MARGIN = "    "


def check_terminal() -> None:
    """Makes sure that somebody can see the code and is there to type it.

    Raises:
        UsageError: There is no terminal.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        in_script = of_any_profile("login --refresh-token FILE")
        raise UsageError(
            "There is no terminal to show a code on",
            "Nothing was sent.",
            f"Over SSH, use ssh -t. In a script, write: {in_script}, or "
            "set token_command or ZCBULK_ACCESS_TOKEN.",
        )


def show(code: DeviceCode, profile: str) -> None:
    """Prints the page and the code; on a terminal large, as a link, and into the clipboard."""
    on_terminal = sys.stdout.isatty()
    address = link(code.complete_url or code.url, code.url) if on_terminal else code.url
    ascii_only = not is_utf8(sys.stdout.encoding or "")
    large = (big(code.user_code, ascii_only=ascii_only) or []) if on_terminal else []
    for line in page(address, code.user_code, large, profile):
        print(line)
    if on_terminal:
        if clipboard(os.environ, tmux_options(os.environ, TMUX_OPTIONS)).works is not False:
            print("It is in your clipboard too, if your terminal lets programs write there.\n")
        sys.stdout.write(copy(code.user_code, around(os.environ)))
    sys.stdout.flush()


def page(address: str, user_code: str, large: Sequence[str], profile: str) -> Iterator[str]:
    """The lines that say where to go, and with what code.

    Args:
        address: Of the page to open.
        user_code: The code.
        large: The code in large letters; empty where there is no need of them.
        profile: Who signs in.
    """
    yield f"To sign in the profile “{profile}”, open this page in any browser:"
    yield from ("", f"{_MARGIN}{address}", "")
    yield "and type this code:"
    if large:
        yield from ("", *(f"{_MARGIN}{row}".rstrip() for row in large))
    yield from ("", f"{_MARGIN}{user_code}", "")


def waiting(next_look: float, left: float) -> str:
    """How long, in seconds, until the next request to Zoho, and until the code ends."""
    return (
        f"Waiting for you: the code holds for {duration(left)}, Zoho is asked again in "
        f"{duration(next_look)}."
    )


class Countdown:
    """One line that shows how long the code still holds; on a terminal it counts down."""

    def __init__(self) -> None:
        self._on_terminal = sys.stdout.isatty()
        self._is_shown = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._on_terminal and self._is_shown:
            sys.stdout.write("\r\x1b[K")
            sys.stdout.flush()

    async def wait(self, seconds: float, left: float) -> None:
        """Waits, and shows the seconds that are `left` until the code ends."""
        begin = monotonic()
        while (passed := monotonic() - begin) < seconds:
            self._show(seconds - passed, left - passed)
            await asyncio.sleep(min(1.0, seconds - passed))

    def _show(self, next_look: float, left: float) -> None:
        if not self._on_terminal and self._is_shown:
            return
        said = waiting(next_look, left)
        if self._on_terminal:
            # A line that wraps would scroll the code away, second by second.
            room = shutil.get_terminal_size().columns - 1
            hint = " ctrl+c stops."
            sys.stdout.write(f"\r{said[:room]}{hint if len(said + hint) <= room else ''}\x1b[K")
        else:
            print(said)
        sys.stdout.flush()
        self._is_shown = True
