"""Where a window works, over a database in memory or in a file."""

import time
from collections.abc import Callable

from tests.support.databases import memory_database
from zcbulk_tui.domain.snapshot import ServiceSnapshot
from zcbulk_tui.monitor.desk import Desk
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.memory import StoredMemory
from zcbulk_tui.store.minute import SharedMinute
from zcbulk_tui.store.windows import StoredWindows

PROFILE = "default"


def make_desk(
    database: Database | None = None,
    *,
    profile: str = PROFILE,
    name: str = "pts/1",
    shows_list: bool = True,
    clock: Callable[[], float] = time.monotonic,
) -> Desk:
    """Returns the desk of a window that has told the others that it is there.

    Args:
        database: What the windows share; one in memory if none is given.
        profile: Whose jobs it is about.
        name: What others call the window.
        shows_list: Whether it shows the watch list.
        clock: What it measures the time of the windows with.
    """
    kept = database or memory_database()
    windows = StoredWindows(kept, profile, name, clock=clock)
    windows.beat(ServiceSnapshot(), focused=True)
    memory = StoredMemory(kept, profile, windows, shows_list=shows_list)
    return Desk(profile, "anna@jump1", memory, windows, SharedMinute(kept, profile, clock=clock))
