"""The Accept headers of the call that fetches a result: no document names a value for it.

Third parties were refused ``*/*`` by other calls, with code 9210, and by no call anything else.
"""

from zcbulk_tui.creator.control import VariantStore
from zcbulk_tui.errors import RefusedError

ANYTHING = "*/*"
JSON = "application/json"
"""What other calls take, in those words alone."""

_REFUSED = 9210
"""Creator's code for an Accept header that it does not take."""


class AcceptMemory:
    """Which one worked last, by origin.

    Args:
        store: Where it outlives the process; None to forget it with the process.
    """

    def __init__(self, store: VariantStore | None = None) -> None:
        self._store = store
        saved = store.load() if store else {}
        self._json_at = {origin for origin, value in saved.items() if value == JSON}

    def recall(self, origin: str) -> str:
        """Returns the one to try first."""
        return JSON if origin in self._json_at else ANYTHING

    def save(self, origin: str, accept: str) -> None:
        """Remembers the one that the server at `origin` accepted."""
        if self.recall(origin) == accept:
            return
        self._json_at ^= {origin}
        if self._store:
            self._store.save(dict.fromkeys(sorted(self._json_at), JSON))


def other(accept: str) -> str:
    """Returns the one to try where `accept` was refused."""
    return ANYTHING if accept == JSON else JSON


def is_refused(refusal: RefusedError) -> bool:
    """Whether it is the Accept header that was refused, so that nothing else is known yet."""
    return refusal.answer is not None and refusal.answer.code == _REFUSED
