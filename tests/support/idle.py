"""When an app in a test has nothing left to do."""

import asyncio
from typing import Any

_SOON = 0.02
"""Seconds: what is due by then belongs to what is under way."""

_ROUNDS = 3
"""Turns of the loop without any other work, until all of it is done."""


async def until_idle(min_sleep: float = 0.0, max_sleep: float = 1.0) -> None:
    """Waits until the loop has nothing to do, now and in a moment.

    In the place of Textual's own, which sleeps and then looks at the clock of the process: each
    key took 40 ms, and where other processes had the cores it did not wait for enough.

    Args:
        min_sleep: As of Textual's; nothing waits for the clock here.
        max_sleep: The same.
    """
    del min_sleep, max_sleep
    loop: Any = asyncio.get_running_loop()
    soon = loop.time() + _SOON
    idle = 0
    while idle < _ROUNDS:
        await asyncio.sleep(0)
        if loop._ready:
            idle = 0
            continue
        due = min((it.when() for it in loop._scheduled if not it.cancelled()), default=soon)
        if due < soon:
            await asyncio.sleep(max(due - loop.time(), 0.0))
            idle = 0
        else:
            idle += 1
