"""Taking jobs off the list, and bringing them back to their places."""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from zcbulk_tui.domain.job import WatchedJob
from zcbulk_tui.domain.snapshot import JobKey, Listed
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.tui import notices
from zcbulk_tui.tui.job_rows import JobRows
from zcbulk_tui.tui.notices import ErrorDialog, Notice

# Types only: the monitor is loaded after the first frame.
if TYPE_CHECKING:  # loaded with the connection, after the first frame
    from zcbulk_tui.monitor.monitor import Monitor


class Removed(NamedTuple):
    """A job that was taken off the list.

    Attributes:
        profile: The name of its profile.
        job: What the list said of it.
        place: Its place on the stored list; None for none.
        followers: The jobs that came after it on the screen's own list.
    """

    profile: str
    job: WatchedJob
    place: int | None
    followers: Sequence[JobKey]

    @property
    def key(self) -> JobKey:
        """Its key."""
        return JobKey(self.profile, self.job.ref)


class Removal:
    """Removes jobs, and undoes that, the last removal first.

    Args:
        rows: The jobs that are shown.
        monitor_of: Returns the monitor of a profile; None before it is connected.
    """

    def __init__(self, rows: JobRows, monitor_of: "Callable[[str], Monitor | None]") -> None:
        self._rows = rows
        self._monitor_of = monitor_of
        self._removed: list[Sequence[Removed]] = []
        self._followers: dict[JobKey, Sequence[JobKey]] = {}  # of jobs that are about to come

    @property
    def can_undo(self) -> bool:
        """Whether there is a removal to undo."""
        return bool(self._removed)

    def remove(self, jobs: Iterable[Listed], *, undo_key: str) -> list[Notice]:
        """Stops watching jobs, until one cannot be written down; takes all marks off.

        Args:
            jobs: The jobs.
            undo_key: The key that brings them back, as people write it.
        """
        self._rows.marked.clear()
        removed: list[Removed] = []
        said: list[Notice] = []
        for listed in jobs:
            monitor = self._monitor_of(listed.profile)
            if monitor is None or listed.key not in self._rows:
                continue
            followers, job = self._after(listed.key), listed.snapshot.job
            try:
                removed.append(Removed(listed.profile, job, monitor.remove(job.ref), followers))
            except ConfigError as error:
                said.append(ErrorDialog(error))
                break
        if removed:
            self._removed.append(removed)
            said.insert(0, notices.removed([it.job for it in removed], undo_key))
        return said

    def undo(self) -> tuple[Sequence[JobKey], list[Notice]]:
        """Puts the jobs that were removed last back on the list.

        Returns:
            Which jobs these are, and what is to be said.
        """
        if not self._removed:
            return (), []
        last = self._removed[-1]
        missing = sorted((it for it in last if it.key not in self._rows), key=_profile_of)
        for name, members in groupby(missing, key=_profile_of):
            monitor = self._monitor_of(name)
            try:
                if monitor is not None:
                    monitor.put_back([(it.job, it.place) for it in members])
            except ConfigError as error:
                return (), [ErrorDialog(error)]
        self._followers.update((it.key, it.followers) for it in missing)
        del self._removed[-1]
        return [it.key for it in last], []

    def keep_place(self, old: JobKey, new: JobKey) -> None:
        """Has a job that is about to come take the place of another one."""
        self._followers[new] = self._after(old)

    def put(self, listed: Listed) -> None:
        """Takes a job, new or changed; one that comes back goes to its place."""
        self._rows.put_before(listed, self._followers.pop(listed.key, ()))

    def _after(self, key: JobKey) -> Sequence[JobKey]:
        """The jobs that come after one, in the order in which they were added."""
        keys = [listed.key for listed in self._rows]
        return keys[keys.index(key) + 1 :] if key in self._rows else ()


def _profile_of(removed: Removed) -> str:
    return removed.profile
