"""The stop of a profile's queue: one, for all windows and commands."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from zcbulk_tui.domain.insertion import QueueStop
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import HeldError
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.json_objects import MAKES_NO_SENSE
from zcbulk_tui.store.rows import to_millis, to_moment

if TYPE_CHECKING:
    import sqlite3

STOP = "INSERT OR IGNORE INTO queue_stops (profile, at, why, by) VALUES (:profile, :at, :why, :by)"
"""Stops the queue of a profile, if it is not stopped."""

_SELECT = "SELECT at, why, by FROM queue_stops WHERE profile = ?"


class QueueStops:
    """Whether the queue of a profile is stopped.

    Args:
        database: Keeps it.
        profile: Whose queue.
    """

    def __init__(self, database: Database, profile: str) -> None:
        self._database = database
        self._profile = profile

    def current(self) -> QueueStop | None:
        """Returns why the queue stands still; None where it does not.

        Raises:
            ConfigError: It cannot be read.
        """
        return self._stop_in(self._database.rows(_SELECT, (self._profile,)))

    def check(self, connection: "sqlite3.Connection | None" = None) -> None:
        """Makes sure that the queue is not stopped.

        Args:
            connection: The transaction that writes down what may begin; None for none.

        Raises:
            HeldError: It is.
            ConfigError: That cannot be read.
        """
        if connection is None:
            stop = self.current()
        else:
            stop = self._stop_in(connection.execute(_SELECT, (self._profile,)).fetchall())
        if stop is not None:
            raise HeldError(
                "The queue was stopped meanwhile",
                f"Nothing was sent. It was stopped by {stop.by}: {stop.why}.",
                "Let the queue go on when that is right.",
            )

    def _stop_in(self, rows: Sequence[tuple[Any, ...]]) -> QueueStop | None:
        try:
            return next((_to_stop(*row) for row in rows), None)
        except MAKES_NO_SENSE as error:
            raise self._database.senseless(error) from error

    def stop(self, stop: QueueStop) -> bool:
        """Stops the queue; returns whether it was not stopped before, whose reason stays.

        Raises:
            ConfigError: It cannot be written; nothing is changed then.
        """
        with self._database.transaction(durable=True) as connection:
            stopped = connection.execute(STOP, stop_values(self._profile, stop))
            return bool(stopped.rowcount == 1)

    def go_on(self) -> bool:
        """Lets the queue go on; returns whether it was stopped.

        Raises:
            ConfigError: It cannot be written; nothing is changed then.
        """
        with self._database.transaction(durable=True) as connection:
            gone = connection.execute("DELETE FROM queue_stops WHERE profile = ?", (self._profile,))
            return bool(gone.rowcount == 1)


def stop_values(profile: str, stop: QueueStop) -> dict[str, Any]:
    """Returns the values of `STOP`."""
    return {"profile": profile, "at": to_millis(stop.at), "why": stop.why, "by": stop.by}


def _to_stop(at: int, why: str, by: str) -> QueueStop:
    return QueueStop(to_moment(at), one_line(why), one_line(by, 80))
