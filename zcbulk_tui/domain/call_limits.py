"""Zoho's limits on calls per minute and on concurrent calls [LIM][RLY]."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from zcbulk_tui.errors import Answer

CALLS_PER_MINUTE = 50
CALLS_AT_ONCE = 6

MINUTE = 61.0
"""Seconds: a minute, plus one second by which our minute and the server's may differ."""

_KEPT_BACK = 2
"""Calls a minute reserved for urgent ones, so that a key never waits behind the polls."""


def wait(calls: Sequence[float], now: float, *, urgent: bool = False) -> float:
    """Returns the seconds until the next call may be made; 0 for immediately.

    Args:
        calls: Times of earlier calls, oldest first; those older than a minute do not count.
        now: The current time. Both are seconds of one monotonic clock.
        urgent: Whether the call may use the reserved calls.
    """
    recent = [at for at in calls if at > now - MINUTE]
    allowed = CALLS_PER_MINUTE - (0 if urgent else _KEPT_BACK)
    over = len(recent) - allowed
    return 0.0 if over < 0 else recent[over] + MINUTE - now


class OpenCall(Protocol):
    """A permit for one call; calling it records a successful answer.

    Attributes:
        nothing_sent: Set by the caller while certainly no byte has left: a call that ends in this
            state does not count.
    """

    nothing_sent: bool

    def __call__(self, answer: Answer | None, /) -> None:
        """Records the answer that reports success."""


Slot = Callable[[str], AbstractAsyncContextManager[OpenCall]]
"""Opens a context that permits one call; its argument describes the call in one line."""
