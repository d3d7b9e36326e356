"""What can be looked up of the past."""

from datetime import datetime
from typing import Protocol

from zcbulk_tui.domain.job import JobRef, WatchedJob
from zcbulk_tui.domain.records import History, Record


class Archive(Protocol):
    """The memory of a profile, as people read it.

    Every method raises `ConfigError` where the memory cannot be read.
    """

    def jobs(self) -> list[WatchedJob]:
        """Returns the watch list, in its order."""

    def history(self, ref: JobRef) -> History | None:
        """Returns all that is remembered of a job; None of one that was never watched."""

    def log(
        self,
        *,
        since: datetime | None = None,
        before: datetime | None = None,
        limit: int | None = None,
    ) -> list[Record]:
        """Returns entries of the log, newest first.

        Args:
            since: No entry from before this moment; aware.
            before: Only entries from before this moment; aware.
            limit: The newest of these only.
        """
