"""Zoho's limits on calls a minute and calls at once [LIM][RLY]."""

from collections import deque

CALLS_PER_MINUTE = 50
CALLS_AT_ONCE = 6

_WINDOW = 61.0
"""A minute and the second by which our clock's minute and the server's may differ on the way."""


class MinuteWindow:
    """The calls of the last minute, whichever job or key they were made for.

    Args:
        limit: Calls in any minute.
        kept_back: Calls of these that only urgent ones may use, so that a key never waits behind
            the polls.
    """

    def __init__(self, limit: int = CALLS_PER_MINUTE, kept_back: int = 2) -> None:
        self._limit = limit
        self._kept_back = kept_back
        self._calls: deque[float] = deque()

    def wait(self, now: float, *, urgent: bool = False) -> float:
        """Returns the seconds until a call may be made; 0 for at once.

        Args:
            now: Seconds of any clock that never runs backwards.
            urgent: Whether the call may use what is kept back.
        """
        while self._calls and self._calls[0] <= now - _WINDOW:
            self._calls.popleft()
        allowed = self._limit - (0 if urgent else self._kept_back)
        over = len(self._calls) - allowed
        return 0.0 if over < 0 else self._calls[over] + _WINDOW - now

    def add(self, now: float) -> None:
        """Counts a call made at `now`."""
        self._calls.append(now)

    def take_back(self) -> None:
        """Uncounts the last call, which was not made after all."""
        self._calls.pop()
