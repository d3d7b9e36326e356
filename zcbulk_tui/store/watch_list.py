"""The watch list. Zoho has no call that lists jobs, so nobody else knows which there are."""

from collections.abc import Iterable

from zcbulk_tui.domain.job import JobRef, WatchedJob
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.rows import (
    INSERT_JOB,
    JOB,
    PUT_LAST,
    THE_JOB,
    job_values,
    key,
    to_job,
)

_ADD = f"""
{INSERT_JOB} ON CONFLICT DO UPDATE SET
    label = :label,
    tags = :tags,
    note = :note,
    added_at = iif(place IS NULL, :added_at, added_at),
    added_by = iif(place IS NULL, :added_by, added_by),
    created_at = ifnull(:created_at, created_at)
"""

_EDIT = f"""
UPDATE jobs SET label = :label, tags = :tags, note = :note, created_at = :created_at
WHERE id = {THE_JOB}
"""

_REMOVE = f"UPDATE jobs SET place = NULL WHERE id = {THE_JOB}"

_LIST = f"SELECT {JOB} FROM jobs WHERE profile = ? AND place IS NOT NULL ORDER BY place"


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
        return [to_job(row) for row in self._database.rows(_LIST, (self._profile,))]

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
                connection.execute(_ADD, job_values(self._profile, job))
                connection.execute(PUT_LAST, key(self._profile, job.ref))

    def edit(self, job: WatchedJob) -> None:
        """Keeps what the user says of a job, be it on the list or not: label, tags, note, creation.

        Raises:
            ConfigError: They cannot be written; nothing is changed then.
        """
        with self._database.transaction(durable=True) as connection:
            connection.execute(_EDIT, job_values(self._profile, job))

    def replace(self, ref: JobRef, job: WatchedJob) -> None:
        """Takes a job off the list, and puts another one at the end: both or neither.

        Raises:
            ConfigError: It cannot be written; nothing is changed then.
        """
        with self._database.transaction(durable=True) as connection:
            connection.execute(_REMOVE, key(self._profile, ref))
            connection.execute(_ADD, job_values(self._profile, job))
            connection.execute(PUT_LAST, key(self._profile, job.ref))

    def remove(self, ref: JobRef) -> None:
        """Takes a job off the list; what is remembered of it stays for a while.

        Raises:
            ConfigError: It cannot be written; nothing is changed then.
        """
        with self._database.transaction(durable=True) as connection:
            connection.execute(_REMOVE, key(self._profile, ref))
