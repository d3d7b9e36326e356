"""Where a window works, over a database in memory or in a file."""

import time
from collections.abc import Callable

from tests.support.databases import memory_database
from zcbulk_tui.domain.snapshot import ServiceSnapshot
from zcbulk_tui.monitor.profile_context import ProfileContext
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.memory import Memory
from zcbulk_tui.store.rate_limiter import RateLimiter
from zcbulk_tui.store.windows import Windows

PROFILE = "default"


def make_context(
    database: Database | None = None,
    *,
    profile: str = PROFILE,
    name: str = "pts/1",
    shows_list: bool = True,
    yields: bool = False,
    clock: Callable[[], float] = time.monotonic,
) -> ProfileContext:
    """Returns the desk of a window that has told the others that it is there.

    Args:
        database: What the windows share; one in memory if none is given.
        profile: Whose jobs it is about.
        name: What others call the window.
        shows_list: Whether it shows the watch list.
        yields: Whether it polls only while no window is alive that does not yield.
        clock: What it measures the time of the windows with.
    """
    kept = database or memory_database()
    windows = Windows(kept, profile, name, yields=yields, clock=clock)
    windows.heartbeat(ServiceSnapshot(), focused=not yields)
    memory = Memory(kept, profile, windows, shows_list=shows_list)
    return ProfileContext(
        profile, "anna@jump1", memory, windows, RateLimiter(kept, profile, clock=clock)
    )
