"""An event loop whose time passes only by waiting: hours run in milliseconds, always the same."""

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any, TypeVar

from tests.support.jobs import NOW

_Result = TypeVar("_Result")

_PATIENCE = 5.0
"""Real seconds to wait for a thread."""


class _NoWaiting(selectors.SelectSelector):
    """Turns the time that the loop would wait for into time that has passed."""

    passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        events = super().select(0)
        if events:
            return events
        if timeout is not None:
            self.passed += timeout
            return []
        # Only a thread can bring news now, and that one lives in real time.
        events = super().select(_PATIENCE)
        if not events:
            raise RuntimeError("everything waits, and nothing will ever happen")
        return events


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop in virtual time, which begins at 0."""

    def __init__(self) -> None:
        self._clock = _NoWaiting()
        super().__init__(self._clock)

    def time(self) -> float:
        return self._clock.passed

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        del timeout  # It would pass at once: threads end in real time.
        await super().shutdown_default_executor()


def run_virtual(coroutine: Coroutine[Any, Any, _Result]) -> _Result:
    """Runs a coroutine in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(coroutine)


def virtual_now() -> datetime:
    """The time of day in virtual time: `NOW` at its beginning."""
    return NOW + timedelta(seconds=asyncio.get_running_loop().time())
