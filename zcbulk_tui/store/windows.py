"""The windows that are open on a profile, and the lease of the one that polls for all of them.

Each window sends a heartbeat every few seconds. Whichever finds that the one that polls has
fallen silent takes its place; the database sees to it that only one does. One that yields, as a
command that waits, polls only while no other kind is alive: it gives the lease up with its
heartbeat, and a window that does not yield takes it with its own. A heartbeat is the time of a
clock that all processes of this machine share, that nobody can set, and that begins anew with the
machine.
"""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from zcbulk_tui.domain.budget import Pace
from zcbulk_tui.domain.snapshot import ServiceSnapshot
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.domain.windows import WindowStatus
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.json_objects import error_from_json, error_json
from zcbulk_tui.store.rows import maybe_millis, maybe_moment

if TYPE_CHECKING:
    import sqlite3

SILENT = 5.0
"""Seconds after which a window that says nothing counts as gone."""

SURE = 3.0
"""Seconds for which a window that polls may be sure that no other has taken its place."""

_BURY = """
DELETE FROM windows WHERE profile = :profile AND id IS NOT :id
    AND (heartbeat <= :now - :silent OR heartbeat > :now + :silent)
"""

_HEARTBEAT = """
INSERT INTO windows (id, profile, name, heartbeat, focused, polls, yields, service)
VALUES (:id, :profile, :name, :now, :focused,
    NOT EXISTS (
        SELECT 1 FROM windows
        WHERE profile = :profile AND id IS NOT :id AND (polls OR (:yields AND NOT yields))),
    :yields, :service)
ON CONFLICT (id) DO UPDATE SET
    heartbeat = excluded.heartbeat,
    focused = excluded.focused,
    polls = excluded.polls,
    yields = excluded.yields,
    service = excluded.service
RETURNING id, polls
"""

_OTHERS = "SELECT name, polls, yields, focused, service FROM windows WHERE profile = ? AND id != ?"

# Where the one that polls is gone, or yields, one of the others is about to take its place.
_LIVING = """
SELECT name, yields, CASE WHEN polls THEN service END FROM windows WHERE profile = :profile
    AND heartbeat BETWEEN :now - :silent AND :now + :silent ORDER BY yields, polls DESC LIMIT 1
"""

_ALIVE = """
SELECT name, polls, focused, service FROM windows WHERE profile = :profile
    AND heartbeat BETWEEN :now - :silent AND :now + :silent ORDER BY polls DESC, id
"""


class Windows:
    """This window among the others on the same database.

    No method raises. While the database fails, a window goes on as it stood.

    Args:
        database: Keeps the lease.
        profile: Whose windows.
        name: What others call this one.
        yields: Whether it polls only while no window is alive that does not yield.
        clock: Seconds of a clock that all processes share, and that never runs backwards.

    Attributes:
        number: Identifies this window; 0 while there is none.
        yields: As given.
    """

    def __init__(
        self,
        database: Database,
        profile: str,
        name: str,
        *,
        yields: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.yields = yields
        self._database = database
        self._profile = profile
        self._name = name
        self._clock = clock
        self._heard_at = float("-inf")
        self._status = WindowStatus(polls=False)
        self.number = 0
        database.on_new_file.append(self._forget_number)

    @property
    def status(self) -> WindowStatus:
        """How it stood when it was last heard of."""
        return self._status

    @property
    def is_sure(self) -> bool:
        """Whether no other window can have taken its place since then."""
        return self._clock() < self._heard_at + SURE

    def heartbeat(self, service: ServiceSnapshot, *, focused: bool) -> WindowStatus:
        """Sends this window's heartbeat; takes the lease where nobody has it, or gives it up.

        Args:
            service: How the calls go, which the others show where this window polls.
            focused: Whether somebody looks at it.

        Returns:
            How it stands now.
        """
        now = self._clock()
        try:
            with self._database.transaction() as connection:
                number, status = self._heartbeat(connection, now, service, focused=focused)
        except ConfigError:
            return self._status
        # Not before it counts: another window may get the number, or the lease, instead.
        self.number, self._status, self._heard_at = number, status, now
        # What could not be written before may be now, though nothing else is written.
        self._database.flush()
        return status

    def _forget_number(self, _: "sqlite3.Connection") -> None:
        """In a file that is begun anew, the number may be another window's."""
        self.number = 0

    def leave(self) -> None:
        """Gives the lease back, if it has it; another window takes it within seconds."""
        # Where that cannot be written, silence says the same, and no entry is lost by it.
        if self.number and not self._database.trouble:
            self._database.write_later("DELETE FROM windows WHERE id = ?", (self.number,))
            self._database.write_later("DELETE FROM wanted WHERE by_window = ?", (self.number,))

    def _heartbeat(
        self,
        connection: "sqlite3.Connection",
        now: float,
        service: ServiceSnapshot,
        *,
        focused: bool,
    ) -> tuple[int, WindowStatus]:
        values = {
            "id": self.number or None,
            "profile": self._profile,
            "name": self._name,
            "now": now,
            "silent": SILENT,
            "focused": focused,
            "yields": self.yields,
            "service": _service_json(service),
        }
        connection.execute(_BURY, values)
        number, polls = connection.execute(_HEARTBEAT, values).fetchone()
        others = connection.execute(_OTHERS, (self._profile, number)).fetchall()
        name, gives_way, said = next(
            ((name, gives_way, said) for name, polls, gives_way, _, said in others if polls),
            ("", False, None),
        )
        status = WindowStatus(
            polls=bool(polls),
            poller=one_line(name, 40),
            poller_yields=bool(gives_way),
            windows=1 + len(others),
            yielding=sum(gives_way for _, _, gives_way, _, _ in others),
            focused=any(focused for _, _, _, focused, _ in others),
        )
        return number, _with_service(status, said) if said else status


class NoWindow:
    """A command that ends soon: it asks for itself, and sees who polls.

    Args:
        database: Keeps the lease.
        profile: Whose windows.
        clock: See `Windows`.
    """

    number = 0
    is_sure = True
    yields = False

    def __init__(
        self, database: Database, profile: str, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._profile = profile
        self._clock = clock
        self.status = WindowStatus(polls=True)
        self._look()

    def _look(self) -> None:
        values = {"profile": self._profile, "now": self._clock(), "silent": SILENT}
        with suppress(ConfigError):
            found = self._database.rows(_LIVING, values)
            name, yields, said = found[0] if found else ("", False, None)
            status = WindowStatus(True, one_line(name, 40), poller_yields=bool(yields))
            self.status = _with_service(status, said) if said else status

    def heartbeat(self, service: ServiceSnapshot, *, focused: bool) -> WindowStatus:  # noqa: ARG002 - as windows do
        """Looks how the others stand; nobody waits for a sign of life of this one."""
        self._look()
        return self.status

    def leave(self) -> None:
        """Nobody notices."""


def seen_from_outside(
    database: Database, profile: str, *, clock: Callable[[], float] = time.monotonic
) -> WindowStatus:
    """Returns how the windows of a profile stand, for a process that has none; writes nothing.

    Args:
        database: Keeps the lease.
        profile: Whose windows.
        clock: See `Windows`.

    Raises:
        ConfigError: It cannot be read.
    """
    alive = database.rows(_ALIVE, {"profile": profile, "now": clock(), "silent": SILENT})
    status = WindowStatus(
        polls=False,
        poller=next((one_line(name, 40) for name, polls, _, _ in alive if polls), ""),
        windows=len(alive),
        focused=any(focused for _, _, focused, _ in alive),
    )
    said = next((service for _, polls, _, service in alive if polls), None)
    return _with_service(status, said) if said else status


def _service_json(service: ServiceSnapshot) -> str:
    return json.dumps(
        {
            "paused": service.paused,
            "answered": service.answered,
            "changed_at": maybe_millis(service.changed_at),
            "held_until": maybe_millis(service.held_until),
            "held_by": error_json(service.held_by),
            "pace": service.spent and service.spent.pace.value,
            "failed": service.failed,
            # For those who only look at the file (`store.summary`).
            "left": service.spent and service.spent.budget.left,
        }
    )


def _with_service(status: WindowStatus, text: str) -> WindowStatus:
    parts = json.loads(text)
    service = ServiceSnapshot(
        paused=bool(parts["paused"]),
        answered=parts["answered"],
        changed_at=maybe_moment(parts["changed_at"]),
        held_until=maybe_moment(parts["held_until"]),
        held_by=error_from_json(parts["held_by"]),
        failed=tuple(parts.get("failed", ())),  # an earlier version has none
    )
    pace = Pace(parts["pace"]) if parts["pace"] else None
    return replace(status, service=service, pace=pace)
