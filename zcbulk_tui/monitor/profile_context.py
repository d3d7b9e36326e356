"""What a window shares with the others on its profile.

Not one of the ports: whoever takes these has the store loaded.
"""

from collections.abc import Callable
from typing import NamedTuple

from zcbulk_tui.domain.contract import UNKNOWN, Contract
from zcbulk_tui.store.memory import Memory
from zcbulk_tui.store.rate_limiter import RateLimiter
from zcbulk_tui.store.windows import NoWindow, Windows


class ProfileContext(NamedTuple):
    """Where a window works, and what it shares with the others.

    Attributes:
        profile: Whose jobs it is about.
        operator: Login and host of who sits there, as in ``anna@jump1``.
        memory: What is kept.
        windows: This window among the others.
        rate_limiter: The calls that may be made.
        contract: Returns what is known of the server of an origin.
    """

    profile: str
    operator: str
    memory: Memory
    windows: Windows | NoWindow
    rate_limiter: RateLimiter
    contract: Callable[[str], Contract] = lambda _: UNKNOWN
