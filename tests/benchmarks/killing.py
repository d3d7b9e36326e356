"""What programs that kill others have in common."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field

PATIENCE = 120.0

_QUICK = 0.0005
"""Seconds between two looks at what another process does, and tells nobody."""


class MissedError(Exception):
    """The moment was over before it was seen."""


@dataclass
class Found:
    """What came of one case.

    Attributes:
        name: Of the case.
        said: Line by line.
        wrong: What is wrong.
    """

    name: str
    said: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def check(self, is_true: bool, what: str) -> None:
        """Notes what is wrong, if it is."""
        if not is_true:
            self.wrong.append(what)


def until(condition: Callable[[], bool], what: str) -> None:
    """Waits until a condition holds.

    Raises:
        TimeoutError: It never does.
    """
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"There never was {what}")
        time.sleep(_QUICK)  # another process does it, and tells nobody


def digest(data: bytes) -> str:
    """The SHA-256 of bytes."""
    return hashlib.sha256(data).hexdigest()
