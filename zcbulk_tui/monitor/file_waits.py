"""Why files of the queue wait, beside the slot of their forms, and until when."""

import asyncio
from typing import NamedTuple


class Backoff(NamedTuple):
    """Seconds until a step is tried again: those of the first wait are doubled up to the longest.

    Attributes:
        first: The first time.
        longest: At most.
    """

    first: float
    longest: float


STEP = Backoff(15.0, 900.0)
"""After a step that was not carried out."""

BUSY_FORM = Backoff(300.0, 3600.0)
"""Where a job that is not watched is in the way: each try costs a call."""


class _Wait(NamedTuple):
    """Why a file waits.

    Attributes:
        until: In the loop's time.
        tries: How often it has come to wait.
        why: In words; empty where the error of a step says it.
    """

    until: float
    tries: int
    why: str


class FileWaits:
    """Which files wait, by their keys."""

    def __init__(self) -> None:
        self._waits: dict[str, _Wait] = {}

    def add(
        self, key: str, why: str, backoff: Backoff = STEP, seconds: float | None = None
    ) -> None:
        """Lets a file wait; longer each time, unless it is said for how many seconds."""
        before = self._waits.get(key)
        tries = before.tries if before else 0
        if seconds is None:
            seconds = min(backoff.first * 2**tries, backoff.longest)
        self._waits[key] = _Wait(_time() + seconds, tries + 1, why)

    def applies(self, key: str) -> bool:
        """Whether a file still waits."""
        wait = self._waits.get(key)
        return wait is not None and wait.until > _time()

    def why(self, key: str) -> str:
        """Returns why a file waits or has waited last; empty for no reason of its own."""
        wait = self._waits.get(key)
        return wait.why if wait else ""

    def end(self, key: str) -> None:
        """Lets a file wait no more; the next time it waits as briefly as the first time."""
        self._waits.pop(key, None)

    def end_all(self) -> None:
        """Lets no file wait any more."""
        self._waits.clear()


def _time() -> float:
    return asyncio.get_running_loop().time()
