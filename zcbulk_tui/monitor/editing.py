"""The watch list as the user of this window changes it."""

from collections.abc import Callable, Iterable, Sequence

from zcbulk_tui.domain.job import JobRef, WatchedJob
from zcbulk_tui.domain.records import EventKind
from zcbulk_tui.errors import UsageError
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
        self._context.memory.add(*(job._replace(added_by=by) for job in jobs))
        self._follower.sync()
        self._follower.reword(known)
        for job in jobs:
            self._recorder.event(EventKind.ADDED, "Watched from now on", job)
        self._changed()

    def adopt(self, other: str, jobs: Iterable[WatchedJob]) -> None:
        """Moves jobs here from a profile that is no more, with all that is remembered of them.

        Raises:
            ConfigError: The watch list cannot be written; nothing is moved then.
        """
        self._context.memory.adopt(other, jobs)
        self._follower.sync()
        self._changed()

    def edit(self, job: WatchedJob) -> None:
        """Takes another label, other tags, another note and another time of creation for a job.

        One whose polls have ended is polled again, since the user deals with it; not where nothing
        but the alert at its end is another.

        Raises:
            ConfigError: They cannot be written; the job stays as it is.
        """
        self._context.memory.edit(job)
        polled_job = self._polled_jobs.get(job.ref)
        if polled_job is not None:
            before = polled_job.job
            is_about_alert = before._replace(alert_on_end=job.alert_on_end) == job != before
            self._follower.reword({job.ref})
            self._recorder.event(EventKind.EDITED, _what_changed(before, job), polled_job.job)
            self._changed()
            if polled_job.is_given_up and not is_about_alert:
                self._ask_again(polled_job)

    def change_environment(self, ref: JobRef, job: WatchedJob) -> None:
        """Watches a job in another environment, in the place of the one that it was watched in.

        What was read there stays with that environment: it was read of another job, if of any.

        Args:
            ref: The job as it is watched.
            job: As it is to be watched.

        Raises:
            UsageError: A start or an abort is open there.
            ConfigError: The watch list cannot be written; nothing is changed then.
        """
        polled_job = self._polled_jobs.get(ref)
        if polled_job is not None and polled_job.record and polled_job.record.is_unclear:
            raise UsageError(
                "The environment stays as it is",
                "What became of the last start or abort is not known yet.",
                "Try again once it is.",
            )
        self._context.memory.replace(ref, job)
        said = f"Watched in {job.ref.environment.value}, no longer in {ref.environment.value}"
        self._recorder.event(EventKind.REMOVED, said, job._replace(ref=ref))
        self._recorder.event(EventKind.ADDED, said, job)
        self._follower.sync()
        self._changed()

    def put_back(self, jobs: Sequence[tuple[WatchedJob, int | None]]) -> None:
        """Puts jobs that were removed back to their places on the watch list.

        Raises:
            ConfigError: The watch list cannot be written; none of them is watched then.
        """
        self._context.memory.put_back(jobs)
        self._follower.sync()
        for job, _ in jobs:
            self._recorder.event(EventKind.ADDED, "Put back on the list", job)
        self._changed()

    def remove(self, ref: JobRef) -> int | None:
        """Takes a job off the watch list; nothing changes at Zoho.

        Returns:
            Its place on the list, for `put_back`.

        Raises:
            ConfigError: The watch list cannot be written; the job is still watched then.
        """
        place = self._context.memory.remove(ref)
        polled_job = self._polled_jobs.get(ref)
        if polled_job is not None:
            self._recorder.event(EventKind.REMOVED, "Not watched any more", polled_job.job)
        self._follower.sync()
        self._changed()
        return place


def _what_changed(before: WatchedJob, after: WatchedJob) -> str:
    if before.alert_on_end is not after.alert_on_end:
        return "Alert when it ends" if after.alert_on_end else "No alert when it ends"
    same_age = before.created_at == after.created_at
    return "Label, tags or note changed" if same_age else "Time of creation changed"
