"""The nights of a profile: one is armed at most, by whichever window, for all of them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from zcbulk_tui.domain.commands import command
from zcbulk_tui.domain.insertion import STARTED, QueueStop
from zcbulk_tui.domain.night import ErrorBudget, Night, NightJob, NightPlan
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import UsageError
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.json_objects import MAKES_NO_SENSE
from zcbulk_tui.store.queue_stops import STOP, stop_values
from zcbulk_tui.store.rows import (
    READING,
    maybe_millis,
    maybe_moment,
    to_millis,
    to_moment,
    to_reading,
)

if TYPE_CHECKING:
    import sqlite3

_Found = TypeVar("_Found")

_NIGHT = (
    "id, profile, began_at, until, operator, stop_failed, stop_share, report, ended_at, ended_by, "
    "stopped_at, reported_at"
)

_SELECT = f"SELECT {_NIGHT} FROM nights WHERE profile = :profile"

_CURRENT = f"{_SELECT} AND ended_at IS NULL"

_ARM = """
INSERT INTO nights (profile, began_at, until, operator, stop_failed, stop_share, report)
VALUES (:profile, :began_at, :until, :operator, :stop_failed, :stop_share, :report)
"""

_AGAIN = """
INSERT OR IGNORE INTO nights
    (id, profile, began_at, until, operator, stop_failed, stop_share, report, stopped_at)
VALUES (:id, :profile, :began_at, :until, :operator, :stop_failed, :stop_share, :report,
    :stopped_at)
"""

_END = """
UPDATE nights SET ended_at = :at, ended_by = :by
WHERE id = :id AND profile = :profile AND ended_at IS NULL
"""

_NOTE_STOP = """
UPDATE nights SET stopped_at = :at
WHERE id = :id AND profile = :profile AND ended_at IS NULL AND stopped_at IS NULL
"""

_NOTE_REPORT = "UPDATE nights SET reported_at = :at WHERE id = :id AND profile = :profile"

_UNREPORTED = (
    f"{_SELECT} AND ended_at IS NOT NULL AND reported_at IS NULL AND ended_at >= :since ORDER BY id"
)

_RUNNING = ", ".join(f"'{state.value}'" for state in sorted(STARTED))

# A start whose answer was lost leaves no time: then the first reading that shows it counts.
_JOBS = f"""
SELECT jobs.label, {", ".join(f"last.{name}" for name in READING.split(", "))}
FROM jobs LEFT JOIN readings AS last
    ON last.id = (SELECT max(id) FROM readings WHERE job = jobs.id)
WHERE jobs.profile = :profile
    AND EXISTS (
        SELECT 1 FROM insertions
        WHERE insertions.profile = jobs.profile AND insertions.job_id = jobs.job_id
            AND insertions.origin = jobs.origin AND insertions.form = jobs.form
            AND insertions.environment = jobs.environment)
    AND ifnull(jobs.started_at, (
        SELECT min(at) FROM readings WHERE job = jobs.id AND state IN ({_RUNNING}))) >= :began_at
ORDER BY jobs.id
"""


class Nights:
    """The nights of a profile.

    The one that was armed when they were read last is written into a file that is begun anew: the
    window that awaits its end would wait for ever.

    Args:
        database: Keeps them.
        profile: Whose.
    """

    def __init__(self, database: Database, profile: str) -> None:
        self._database = database
        self._profile = profile
        self._known: Night | None = None
        database.on_new_file.append(self._write_anew)

    def arm(self, plan: NightPlan, operator: str, now: datetime) -> Night:
        """Arms a night.

        Raises:
            UsageError: One is armed already.
            ConfigError: It cannot be written; none is armed then.
        """
        values = _values(self._profile, plan, operator, now)
        with self._database.transaction(durable=True) as connection:
            for row in connection.execute(_CURRENT, values).fetchall():
                armed = _to_night(row)
                disarm = command("watch --until off", self._profile)
                raise UsageError(
                    f"A night is armed until {armed.until.astimezone():%H:%M on %d %b} already",
                    f"{armed.operator} has armed it, and any dashboard goes on with it.",
                    f"Disarm it first: {disarm}, or W in the dashboard.",
                )
            connection.execute(_ARM, values)
            (row,) = connection.execute(_CURRENT, values).fetchall()
        return _to_night(row)

    def current(self) -> Night | None:
        """Returns the night that is armed; None where none is.

        Raises:
            ConfigError: It cannot be read.
        """
        self._known = self._one(_CURRENT)
        return self._known

    def find(self, id: int) -> Night | None:
        """Returns a night; None where there is none with this number.

        Raises:
            ConfigError: It cannot be read.
        """
        return self._one(f"{_SELECT} AND id = :id", id=id)

    def last(self) -> Night | None:
        """Returns the night that was armed last, be it over or not; None for none.

        Raises:
            ConfigError: It cannot be read.
        """
        return self._one(f"{_SELECT} ORDER BY id DESC LIMIT 1")

    def end(self, night: Night, at: datetime, by: str = "") -> bool:
        """Ends a night, whichever window does so first.

        Args:
            night: The night.
            at: Aware.
            by: Who has disarmed it; empty where its time has come.

        Returns:
            Whether it was ended by this call.

        Raises:
            ConfigError: It cannot be written; nothing is changed then.
        """
        values = {"id": night.id, "profile": self._profile, "at": to_millis(at), "by": by}
        with self._database.transaction(durable=True) as connection:
            return bool(connection.execute(_END, values).rowcount == 1)

    def stop_queue(self, night: Night, stop: QueueStop) -> bool:
        """Stops the queue for the budget of a night, which happens once in it.

        A person who lets the queue go on has decided: the same budget does not stop it again.

        Returns:
            Whether it was stopped by this call.

        Raises:
            ConfigError: It cannot be written; nothing is changed then.
        """
        values = {"id": night.id, "profile": self._profile, "at": to_millis(stop.at)}
        with self._database.transaction(durable=True) as connection:
            if connection.execute(_NOTE_STOP, values).rowcount != 1:
                return False
            stopped = connection.execute(STOP, stop_values(self._profile, stop))
            return bool(stopped.rowcount == 1)

    def jobs(self, night: Night) -> list[NightJob]:
        """Returns the jobs that came from the queue and were started since a night began.

        Raises:
            ConfigError: They cannot be read.
        """
        values = {"profile": self._profile, "began_at": to_millis(night.began_at)}
        return self._read(_to_night_job, _JOBS, values)

    def unreported(self, since: datetime) -> list[Night]:
        """Returns the nights that have ended since a moment and have no report yet.

        Raises:
            ConfigError: They cannot be read.
        """
        values = {"profile": self._profile, "since": to_millis(since)}
        return self._read(_to_night, _UNREPORTED, values)

    def reported(self, night: Night, at: datetime) -> None:
        """Notes that the report of a night is written; raises nothing."""
        values = {"id": night.id, "profile": self._profile, "at": to_millis(at)}
        self._database.write_later(_NOTE_REPORT, values)

    def _write_anew(self, connection: "sqlite3.Connection") -> None:
        night = self._known
        if night is not None:
            values = {
                **_values(self._profile, night, night.operator, night.began_at),
                "id": night.id,
                "stopped_at": maybe_millis(night.stopped_at),
            }
            connection.execute(_AGAIN, values)

    def _one(self, sql: str, **values: Any) -> Night | None:
        return next(iter(self._read(_to_night, sql, {"profile": self._profile, **values})), None)

    def _read(
        self, to_found: Callable[[tuple[Any, ...]], _Found], sql: str, values: Mapping[str, Any]
    ) -> list[_Found]:
        rows = self._database.rows(sql, values)
        try:
            return list(map(to_found, rows))
        except MAKES_NO_SENSE as error:
            raise self._database.senseless(error) from error


def _values(
    profile: str, plan: NightPlan | Night, operator: str, began_at: datetime
) -> dict[str, Any]:
    return {
        "profile": profile,
        "began_at": to_millis(began_at),
        "until": to_millis(plan.until),
        "operator": operator,
        "stop_failed": plan.budget.failed,
        "stop_share": plan.budget.share,
        "report": str(plan.report),
    }


def _to_night_job(row: tuple[Any, ...]) -> NightJob:
    label, *reading = row
    is_read = reading[0] is not None
    return NightJob(one_line(label, 60), to_reading(tuple(reading)) if is_read else None)


def _to_night(row: tuple[Any, ...]) -> Night:
    id, profile, began_at, until, operator, failed, share, report, *ends = row
    ended_at, ended_by, stopped_at, reported_at = ends
    return Night(
        id,
        profile,
        to_moment(began_at),
        to_moment(until),
        one_line(operator, 80),
        ErrorBudget(failed, share),
        Path(report),
        maybe_moment(ended_at),
        one_line(ended_by, 80),
        maybe_moment(stopped_at),
        maybe_moment(reported_at),
    )
