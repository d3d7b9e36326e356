"""The calls of the last minute, whichever process made them: Zoho's limit is one for all."""

import time
from collections.abc import Callable

from zcbulk_tui.domain.call_limits import MINUTE, wait
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store.database import Database

_FORGET = "DELETE FROM minute WHERE profile = ? AND (at <= ? OR at > ?)"
_READ = "SELECT at FROM minute WHERE profile = ? ORDER BY at"
_ADD = "INSERT INTO minute (profile, at) VALUES (?, ?)"
_TAKE_BACK = """
DELETE FROM minute WHERE rowid = (SELECT max(rowid) FROM minute WHERE profile = ? AND at = ?)
"""


class RateLimiter:
    """Zoho's limit of calls a minute, for all processes on the same database.

    No method raises. While the database fails, only this process's calls are known.

    Args:
        database: Keeps the calls.
        profile: Whose calls.
        clock: Seconds of a clock that all processes share, and that never runs backwards.

    Attributes:
        taken_at: The place that was taken last.
        on_wait: Called with the seconds to wait, each time that there is no place.
    """

    def __init__(
        self, database: Database, profile: str, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._profile = profile
        self._clock = clock
        self._ours: list[float] = []
        self.taken_at = 0.0
        self.on_wait: Callable[[float], None] | None = None

    def take(self, *, urgent: bool = False) -> float:
        """Takes a place in the minute if there is one.

        Args:
            urgent: Whether to take one of those that are kept back.

        Returns:
            0 where a place was taken, else the seconds until there may be one.
        """
        self._database.flush()
        try:
            with self._database.transaction() as connection:
                # Read when it is our turn: to those who waited for it, what others did meanwhile
                # would be a moment to come, which is one of before this machine was started anew.
                now = self._clock()
                connection.execute(_FORGET, (self._profile, now - MINUTE, now))
                taken = [at for (at,) in connection.execute(_READ, (self._profile,))]
                seconds = wait(taken, now, urgent=urgent)
                if seconds <= 0:
                    connection.execute(_ADD, (self._profile, now))
        except ConfigError:
            now = self._clock()
            seconds = wait(self._ours, now, urgent=urgent)
            if seconds <= 0:
                self._database.write_later(_ADD, (self._profile, now))
        self._ours = [at for at in self._ours if at > now - MINUTE]
        if seconds <= 0:
            self._ours.append(now)
            self.taken_at = now
        elif self.on_wait is not None:
            self.on_wait(seconds)
        return max(seconds, 0.0)

    def give_back(self, place: float | None = None) -> None:
        """Gives a place back, since the call was not made; None for the one taken last."""
        if place is None:
            place = self._ours[-1] if self._ours else None
        if place in self._ours:
            self._ours.remove(place)
            self._database.write_later(_TAKE_BACK, (self._profile, place))
