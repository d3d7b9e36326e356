"""Zoho's limits on calls a minute and calls at once [LIM][RLY], and a call that keeps to them."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from zcbulk_tui.errors import Answer

CALLS_PER_MINUTE = 50
CALLS_AT_ONCE = 6

MINUTE = 61.0
"""Seconds: a minute, and the second by which our minute and the server's may differ on the way."""

_KEPT_BACK = 2
"""Calls of a minute that only urgent ones may use, so that a key never waits behind the polls."""


def wait(calls: Sequence[float], now: float, *, urgent: bool = False) -> float:
    """Returns the seconds until another call may be made; 0 for at once.

    Args:
        calls: When calls were made, the first one first; those of before the minute do not count.
        now: Seconds of the same clock, which never runs backwards.
        urgent: Whether the call may use what is kept back.
    """
    recent = [at for at in calls if at > now - MINUTE]
    allowed = CALLS_PER_MINUTE - (0 if urgent else _KEPT_BACK)
    over = len(recent) - allowed
    return 0.0 if over < 0 else recent[over] + MINUTE - now


class OpenCall(Protocol):
    """A call that may be made now; calling this reports the answer of success.

    Attributes:
        nothing_sent: Set by who makes it, while it is certain that no byte has left: a call that
            ends so was none.
    """

    nothing_sent: bool

    def __call__(self, answer: Answer | None, /) -> None:
        """Takes the answer that says that the call was carried out."""


Slot = Callable[[str], AbstractAsyncContextManager[OpenCall]]
"""Opens a context in which one call may be made; its argument is the call in one line."""
