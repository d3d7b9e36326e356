"""The watch list. Zoho has no call that lists jobs, so nobody else knows which there are."""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from zcbulk_tui.domain.job import JobRef, WatchedJob
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.rows import (
    INSERT_JOB,
    JOB,
    PLACE,
    PUT_LAST,
    THE_JOB,
    job_values,
    key,
    to_job,
)

if TYPE_CHECKING:  # loaded with the first database
    import sqlite3

ADD = f"""
{INSERT_JOB} ON CONFLICT DO UPDATE SET
    label = :label,
    tags = :tags,
    note = :note,
    repairs = iif(:repairs = '', repairs, :repairs),
    alert_on_end = max(alert_on_end, :alert_on_end),
    added_at = iif(place IS NULL, :added_at, added_at),
    added_by = iif(place IS NULL, :added_by, added_by),
    created_at = ifnull(:created_at, created_at)
"""

_EDIT = f"""
UPDATE jobs SET label = :label, tags = :tags, note = :note, repairs = :repairs,
    alert_on_end = :alert_on_end, created_at = :created_at
WHERE id = {THE_JOB}
"""

_PUT_AT = f"UPDATE jobs SET place = :place WHERE place IS NULL AND id = {THE_JOB}"

_PLACE_OF = f"SELECT place FROM jobs WHERE id = {THE_JOB}"

_REMOVE = f"UPDATE jobs SET place = NULL WHERE id = {THE_JOB}"

_PROFILES = "SELECT DISTINCT profile FROM jobs WHERE place IS NOT NULL ORDER BY profile"

_LISTED = f"SELECT id FROM jobs WHERE id = {THE_JOB} AND place IS NOT NULL"

_MOVE_ENTRIES = (
    "UPDATE readings SET job = :new WHERE job = :old",
    "UPDATE OR REPLACE results SET job = :new WHERE job = :old",
    *(
        # Of two alerts of a kind that both are active the moved one stays.
        f"UPDATE OR REPLACE {table} SET job = :new, profile = :profile WHERE job = :old"
        for table in ("events", "calls", "control", "alerts")
    ),
)

_LIST = f"SELECT {JOB} FROM jobs WHERE profile = ? AND place IS NOT NULL ORDER BY {PLACE}"


class WatchList:
    """The watch list of a profile: the jobs of one account are not polled with another.

    Args:
        database: Keeps it.
        profile: Whose list.
    """

    def __init__(self, database: Database, profile: str) -> None:
        self._database = database
        self._profile = profile

    def jobs(self) -> list[WatchedJob]:
        """Returns the jobs in their order.

        Raises:
            ConfigError: They cannot be read.
        """
        return self._database.read(to_job, _LIST, (self._profile,))

    def add(self, job: WatchedJob) -> None:
        """Puts a job at the end; one that is on the list stays where it is, and gets its words.

        Raises:
            ConfigError: It cannot be written; nothing is changed then.
        """
        self.add_all([job])

    def add_all(self, jobs: Iterable[WatchedJob]) -> None:
        """Does for many what `add` does for one: for all of them or for none.

        Raises:
            ConfigError: It cannot be written; nothing is changed then.
        """
        with self._database.transaction(durable=True) as connection:
            for job in jobs:
                connection.execute(ADD, job_values(self._profile, job))
                connection.execute(PUT_LAST, key(self._profile, job.ref))

    def stranded(
        self, profiles: Collection[str], origin: str | None
    ) -> dict[str, list[WatchedJob]]:
        """Returns the jobs of profiles that are no more, and that may be this one's.

        Args:
            profiles: The names of those that there are.
            origin: Scheme and host of the API of this one; None for any.

        Returns:
            The jobs by the name of their profile; no name without jobs.

        Raises:
            ConfigError: They cannot be read.
        """
        found: dict[str, list[WatchedJob]] = {}
        for (name,) in self._database.rows(_PROFILES):
            if name not in profiles:
                jobs = WatchList(self._database, name).jobs()
                found[name] = [job for job in jobs if origin in (None, job.ref.origin)]
        return {name: jobs for name, jobs in found.items() if jobs}

    def adopt(self, other: str, jobs: Iterable[WatchedJob]) -> None:
        """Moves jobs here from the list of another profile, with all that is remembered of them.

        Raises:
            ConfigError: It cannot be written; nothing is changed then.
        """
        with self._database.transaction(durable=True) as connection:
            for job in jobs:
                theirs, ours = key(other, job.ref), key(self._profile, job.ref)
                listed = connection.execute(_LISTED, theirs).fetchone()
                if listed is None:
                    continue  # another window was quicker
                connection.execute(ADD, job_values(self._profile, job))
                connection.execute(PUT_LAST, ours)
                (new,) = connection.execute(_LISTED, ours).fetchone()
                for move in _MOVE_ENTRIES:
                    values = {"old": listed[0], "new": new, "profile": self._profile}
                    connection.execute(move, values)
                connection.execute(_REMOVE, theirs)

    def edit(self, job: WatchedJob) -> None:
        """Keeps other words about a job, another time of creation, and what it repairs.

        Raises:
            ConfigError: They cannot be written; nothing is changed then.
        """
        with self._database.transaction(durable=True) as connection:
            connection.execute(_EDIT, job_values(self._profile, job))

    def remove(self, ref: JobRef) -> int | None:
        """Takes a job off the list; what is remembered of it stays for a while.

        Returns:
            Its place, for `put_back`; None where it was not on the list.

        Raises:
            ConfigError: It cannot be written; nothing is changed then.
        """
        with self._database.transaction(durable=True) as connection:
            return self._take_off(connection, ref)

    def put_back(self, jobs: Iterable[tuple[WatchedJob, int | None]]) -> None:
        """Puts jobs back to the places that they had; at the end where that is None.

        Raises:
            ConfigError: It cannot be written; nothing is changed then.
        """
        with self._database.transaction(durable=True) as connection:
            for job, place in jobs:
                self._put_at(connection, job, place)

    def replace(self, ref: JobRef, job: WatchedJob) -> None:
        """Puts a job in the place of another one.

        Raises:
            ConfigError: It cannot be written; nothing is changed then.
        """
        with self._database.transaction(durable=True) as connection:
            self._put_at(connection, job, self._take_off(connection, ref))

    def _take_off(self, connection: "sqlite3.Connection", ref: JobRef) -> int | None:
        named = key(self._profile, ref)
        row = connection.execute(_PLACE_OF, named).fetchone()
        connection.execute(_REMOVE, named)
        return row[0] if row else None

    def _put_at(self, connection: "sqlite3.Connection", job: WatchedJob, place: int | None) -> None:
        named = key(self._profile, job.ref)
        connection.execute(ADD, job_values(self._profile, job))
        if place is not None:
            connection.execute(_PUT_AT, {**named, "place": place})
        connection.execute(PUT_LAST, named)
