"""The calls of each day, kept in the database, since what is left of a day outlives the process."""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from zcbulk_tui.domain.budget import Cause, DayCalls
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.rows import DAY, KEEP_DAY, day_values, to_day

if TYPE_CHECKING:
    import sqlite3

_KEPT = timedelta(days=400)
"""How old a day may be: more than a clock that is set wrong is likely to be off."""

_ADD = """
INSERT INTO days (profile, date, plan, key, command, script, elsewhere, spent)
VALUES (:profile, :date, :plan, :key, :command, :script, ifnull(:elsewhere, 0), ifnull(:spent, 0))
ON CONFLICT (profile, date) DO UPDATE SET
    plan = plan + :plan,
    key = key + :key,
    command = command + :command,
    script = script + :script,
    elsewhere = ifnull(:elsewhere, elsewhere),
    spent = ifnull(:spent, spent)
"""

_READ = f"""
SELECT {DAY} FROM days WHERE profile = ? AND date = ?
"""

_DAY_IN_FORCE = "SELECT value FROM marks WHERE name = ?"

_SET_DAY_IN_FORCE = """
INSERT INTO marks (name, value) VALUES (?, ?)
ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""

_BEGIN_ANEW = """
DELETE FROM days WHERE profile = :profile AND date = :date
    AND EXISTS (SELECT 1 FROM marks WHERE name = :mark)
"""

_FORGET = "DELETE FROM days WHERE date < ?"


@dataclass(slots=True)
class _Pending:
    """What the database does not hold of a day yet; None is what need not change."""

    counted: DayCalls
    elsewhere: int | None = None
    spent: bool | None = None

    def added_to(self, day: DayCalls) -> DayCalls:
        for cause in Cause:
            day = day.plus(cause, self.counted.of(cause))
        return day._replace(
            elsewhere=day.elsewhere if self.elsewhere is None else self.elsewhere,
            spent=day.spent if self.spent is None else self.spent,
        )


class CallLedger:
    """The calls of one profile, by this process and every other on the same database.

    No method raises. While the database fails, calls are counted in memory; with the first call
    after that, what it missed is added to it.

    Args:
        database: Holds them.
        profile: Whose calls.
        is_only_read: Whether this is only looked at, so that not even old days are let go.
    """

    def __init__(self, database: Database, profile: str, *, is_only_read: bool = False) -> None:
        self._is_only_read = is_only_read
        self._trouble: str | None = None
        self._database = database
        self._profile = profile
        self._mark = f"day in force {profile}"
        self._stored: dict[date, DayCalls] = {}
        self._pending: dict[date, _Pending] = {}
        self._newest: date | None = None
        database.on_new_file.append(self._write_anew)
        database.on_recovery.append(self._write_pending)

    @property
    def trouble(self) -> str | None:
        """Why the database does not hold the last change, as one line; None when it does."""
        return self._database.never_kept or self._trouble

    def day(self, date: date) -> DayCalls:
        """Returns the calls of a day."""
        try:
            self._database.check()
            self._flush()
            self._read(date)
        # The other one is for a figure beyond what SQLite can hold.
        except (self._database.connection.Error, OverflowError) as error:
            self._database.note(error)
            said = f"Calls are counted in memory only, since the database fails: {error}"
            self._trouble = one_line(said)
        else:
            self._trouble = None
        stored = self._stored.get(date, DayCalls(date))
        return self._pending[date].added_to(stored) if date in self._pending else stored

    def count(self, date: date, cause: Cause, calls: int = 1) -> DayCalls:
        """Adds calls to a day, or takes them back; returns all of that day's."""
        pending = self._pending_for(date)
        pending.counted = pending.counted.plus(cause, calls)
        return self.day(date)

    def day_in_force(self, shown: date, elapsed: float) -> date | None:
        """Returns the day that calls count to where a clock that was set shows another one."""
        try:
            found = self._database.connection.execute(_DAY_IN_FORCE, (self._mark,)).fetchone()
            parts = json.loads(found[0]) if found else {}
            if parts.get("shown") == shown.isoformat() and elapsed < parts["until"]:
                return date.fromisoformat(parts["day"])
        except (self._database.connection.Error, ValueError, TypeError, KeyError) as error:
            self._database.note(error)
        return None

    def set_day_in_force(self, shown: date, day: date, until: float) -> None:
        """Has calls count to a day while the clock shows another one, in all processes.

        Args:
            shown: The day that the clock shows.
            day: The day that calls count to.
            until: When that ends, in seconds of a clock that nobody can set.
        """
        value = {"shown": shown.isoformat(), "day": day.isoformat(), "until": until}
        self._database.write_later(_SET_DAY_IN_FORCE, (self._mark, json.dumps(value)))

    def begin_anew(self, date: date) -> None:
        """Begins a day whose name another one had before; once, whichever process does."""
        self._pending.pop(date, None)
        key = {"mark": self._mark, "profile": self._profile, "date": date.isoformat()}
        self._database.write_later(_BEGIN_ANEW, key)
        self._database.write_later("DELETE FROM marks WHERE name = ?", (self._mark,))

    def set_elsewhere(self, date: date, calls: int) -> DayCalls:
        """Sets how many calls others made on a day; returns all that is known of it."""
        self._pending_for(date).elsewhere = calls
        return self.day(date)

    def set_spent(self, date: date, spent: bool) -> DayCalls:
        """Sets whether Zoho said that no call is left; returns all that is known of the day."""
        self._pending_for(date).spent = spent
        return self.day(date)

    def _write_anew(self, connection: "sqlite3.Connection") -> None:
        """Writes the calls that are known into a file that is begun anew."""
        for calls in self._stored.values():
            connection.execute(KEEP_DAY, day_values(self._profile, calls))
        self._add(connection)
        self._added()
        if self._stored:
            self._back_up(connection, min(self._stored))
        self._newest = None

    def _write_pending(self) -> None:
        for day in list(self._pending):
            self.day(day)

    def _pending_for(self, date: date) -> _Pending:
        return self._pending.setdefault(date, _Pending(DayCalls(date)))

    def _flush(self) -> None:
        """Adds to the database, and to its backup, what they do not hold yet."""
        if not self._pending:
            return
        oldest = min(self._pending) - timedelta(days=1)
        with self._database.begun(lambda connection: self._back_up(connection, oldest)) as begun:
            self._add(begun)
        self._added()

    def _back_up(self, connection: "sqlite3.Connection", oldest: date) -> None:
        if self._database.backup is not None:
            self._database.backup.save_calls(connection, oldest)

    def _add(self, connection: "sqlite3.Connection") -> None:
        for day, pending in self._pending.items():
            counts = {cause.value: pending.counted.of(cause) for cause in Cause}
            connection.execute(
                _ADD,
                {
                    "profile": self._profile,
                    "date": day.isoformat(),
                    "elsewhere": pending.elsewhere,
                    "spent": pending.spent,
                    **counts,
                },
            )

    def _added(self) -> None:
        """Takes that the database holds what it did not hold before."""
        for day, pending in self._pending.items():
            self._stored[day] = pending.added_to(self._stored.get(day, DayCalls(day)))
        self._pending.clear()

    def _read(self, date: date) -> None:
        """Reads what the database holds of a day; when it is a new one, the old ones go."""
        key = (self._profile, date.isoformat())
        row = self._database.connection.execute(_READ, key).fetchone()
        self._stored[date] = DayCalls(date)
        if row is not None:
            with suppress(ConfigError), self._database.making_sense():
                self._stored[date] = to_day(row)
        if self._is_only_read:
            return
        if self._newest is None or date > self._newest:
            oldest = date - _KEPT
            self._database.connection.execute(_FORGET, (oldest.isoformat(),))
            self._stored = {day: calls for day, calls in self._stored.items() if day >= oldest}
            self._newest = date
