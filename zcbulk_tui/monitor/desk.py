"""What a window shares with the others on its profile."""

from typing import NamedTuple

from zcbulk_tui.store.memory import StoredMemory
from zcbulk_tui.store.minute import SharedMinute
from zcbulk_tui.store.windows import NoWindow, StoredWindows


class Desk(NamedTuple):
    """Where a window works, and what it shares with the others.

    Attributes:
        profile: Whose jobs it is about.
        operator: Login and host of who sits there, as in ``anna@jump1``.
        memory: What is kept.
        windows: This window among the others.
        minute: The calls that may be made.
    """

    profile: str
    operator: str
    memory: StoredMemory
    windows: StoredWindows | NoWindow
    minute: SharedMinute
