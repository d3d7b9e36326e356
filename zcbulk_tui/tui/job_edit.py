"""What is changed of a job by its user: label, tags, note, environment, creation, alert."""

from collections.abc import Callable, Sequence

from zcbulk_tui.domain.job import WatchedJob
from zcbulk_tui.domain.snapshot import JobKey, Listed
from zcbulk_tui.errors import ConfigError, UsageError
from zcbulk_tui.tui import notices
from zcbulk_tui.tui.job_rows import JobRows
from zcbulk_tui.tui.notices import ErrorDialog, Notice
from zcbulk_tui.tui.profile_view import ProfileView


class JobEdit:
    """Changes jobs of the list.

    Args:
        rows: The jobs.
        profile: Returns the profile of a name.
        keep_place: Lets a job take the place in the list of another one.
    """

    def __init__(
        self,
        rows: JobRows,
        profile: Callable[[str], ProfileView],
        keep_place: Callable[[JobKey, JobKey], None],
    ) -> None:
        self._rows = rows
        self._profile = profile
        self._keep_place = keep_place

    def edit(self, listed: Listed, job: WatchedJob) -> list[Notice]:
        """Changes what the user says of a job; one that was given up is polled again.

        Args:
            listed: The job as it was when the user began.
            job: The job as the user left it; what another window has changed meanwhile stays.
        """
        before = listed.snapshot.job
        monitor = self._profile(listed.profile).monitor
        if monitor is None or (job == before and not listed.snapshot.is_given_up):
            return []
        if listed.key not in self._rows:
            return [notices.listed_no_more(before)]
        now = self._rows[listed.key].snapshot.job
        typed = {
            name: getattr(job, name)
            for name in ("ref", "label", "tags", "note", "created_at")
            if getattr(job, name) != getattr(before, name)
        }
        job = now._replace(**typed)
        try:
            if job.ref == listed.snapshot.ref:
                monitor.edit(job)
                return []
            key = JobKey(listed.profile, job.ref)
            if key in self._rows:
                return [notices.listed_already(self._rows[key].snapshot.job)]
            monitor.change_environment(listed.snapshot.ref, job)
            self._keep_place(listed.key, key)
        except (ConfigError, UsageError) as error:
            return [ErrorDialog(error)]
        return []

    def toggle_alert_on_end(self, jobs: Sequence[Listed]) -> list[Notice]:
        """Asks for an alert when jobs end; where all of them have it, for none.

        Jobs that are over are left alone.
        """
        able = [it for it in jobs if not it.snapshot.is_final]
        is_on = not all(it.snapshot.job.alert_on_end for it in able)
        changed = [it for it in able if it.snapshot.job.alert_on_end is not is_on]
        try:
            for listed in changed:
                monitor = self._profile(listed.profile).monitor
                if monitor is not None:
                    monitor.edit(listed.snapshot.job._replace(alert_on_end=is_on))
        except ConfigError as error:
            return [ErrorDialog(error)]
        jobs_meant = [it.snapshot.job for it in able]
        return [notices.alert_on_end(jobs_meant, is_on=is_on)] if jobs_meant else []
