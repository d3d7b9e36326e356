"""The watch list as the user of this window changes it."""

from collections.abc import Callable
from dataclasses import replace

from zcbulk_tui.domain.job import JobRef, WatchedJob
from zcbulk_tui.domain.records import EventKind
from zcbulk_tui.monitor.following import Follower
from zcbulk_tui.monitor.polled_job import PolledJob
from zcbulk_tui.monitor.profile_context import ProfileContext
from zcbulk_tui.monitor.recorder import Recorder


class Editing:
    """Puts jobs on the list, takes them off it, and changes what it says of them.

    Args:
        context: Where the list is kept.
        polled_jobs: The jobs that are polled.
        follower: Watches what is on the list.
        recorder: Writes down what happens.
        changed: Called after a change of what is watched.
        ask_again: Resumes the polls of a job whose polls have ended.
    """

    def __init__(
        self,
        context: ProfileContext,
        polled_jobs: dict[JobRef, PolledJob],
        follower: Follower,
        recorder: Recorder,
        changed: Callable[[], None],
        ask_again: Callable[[PolledJob], None],
    ) -> None:
        self._context = context
        self._polled_jobs = polled_jobs
        self._follower = follower
        self._recorder = recorder
        self._changed = changed
        self._ask_again = ask_again

    def add(self, *jobs: WatchedJob) -> None:
        """Puts jobs on the watch list and begins to watch them.

        Raises:
            ConfigError: The watch list cannot be written; none of them is watched then.
        """
        known = {job.ref for job in jobs} & self._polled_jobs.keys()
        by = f"{self._context.operator}, key a"
        self._context.memory.add(*(replace(job, added_by=by) for job in jobs))
        self._follower.sync()
        self._follower.reword(known)
        for job in jobs:
            self._recorder.event(EventKind.ADDED, "Watched from now on", job)
        self._changed()

    def edit(self, job: WatchedJob) -> None:
        """Takes another label, other tags and another note for a job.

        One whose polls have ended is polled again: the user deals with it.

        Raises:
            ConfigError: They cannot be written; the job stays as it is.
        """
        self._context.memory.edit(job)
        polled_job = self._polled_jobs.get(job.ref)
        if polled_job is not None:
            polled_job.job = replace(polled_job.job, label=job.label, tags=job.tags, note=job.note)
            self._recorder.event(EventKind.EDITED, "Label, tags or note changed", polled_job.job)
            self._follower.tell(polled_job)
            if polled_job.is_given_up:
                self._ask_again(polled_job)

    def remove(self, ref: JobRef) -> None:
        """Takes a job off the watch list; nothing changes at Zoho.

        Raises:
            ConfigError: The watch list cannot be written; the job is still watched then.
        """
        self._context.memory.remove(ref)
        polled_job = self._polled_jobs.get(ref)
        if polled_job is not None:
            self._recorder.event(EventKind.REMOVED, "Not watched any more", polled_job.job)
        self._follower.sync()
        self._changed()
