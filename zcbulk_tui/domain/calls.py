"""A call to Zoho, as those see it who prepare it and those who make it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from zcbulk_tui.errors import Answer


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
