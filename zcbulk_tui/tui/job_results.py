"""The results of the jobs on the list: what is known of them, and what keys do about them."""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from zcbulk_tui.domain.job import JobRef
from zcbulk_tui.domain.result import Result, ResultKind, ResultStage, wanted
from zcbulk_tui.domain.snapshot import JobKey, Listed
from zcbulk_tui.errors import ConfigError, FaultError, QuotaSpentError
from zcbulk_tui.monitor.events import ResultChanged
from zcbulk_tui.tui import availability, notices
from zcbulk_tui.tui.availability import Availability
from zcbulk_tui.tui.job_rows import JobRows
from zcbulk_tui.tui.notices import Notice, Toast
from zcbulk_tui.tui.profile_view import ProfileView


class JobResults:
    """The results of the jobs on the list.

    Args:
        rows: The jobs.
        profile: Returns the profile of a name.
    """

    def __init__(self, rows: JobRows, profile: Callable[[str], ProfileView]) -> None:
        self._rows = rows
        self._profile = profile

    def take(self, profile: ProfileView, event: ResultChanged) -> list[Notice]:
        """Takes how a result stands; returns what is to be said of it."""
        key = JobKey(profile.name, event.result.ref)
        if key not in self._rows:
            return []  # it was taken off the list meanwhile
        known = profile.results(event.result.ref)
        return profile.result_news.take(event, self._rows[key].snapshot, known)

    def can(
        self, action: str, here: ProfileView, selected: Listed | None, jobs: Sequence[Listed]
    ) -> Availability:
        """Returns whether an action of `availability.ABOUT_RESULTS` makes sense, and why not.

        Args:
            action: Which.
            here: The profile of the selected job.
            selected: The selected job.
            jobs: The marked jobs, else the selected one.
        """
        if here.failures is None:
            return availability.NO_RESULTS
        if action != "results":
            about = self.about(action, selected)
            jobs = [about] if about is not None else []
        able = availability.of_results(action, jobs)
        is_stuck = action == "repair" and here.inserting is None
        return availability.NO_INSERTS if able and is_stuck else able

    def about(self, action: str, selected: Listed | None) -> Listed | None:
        """Returns the job that an action is about, where one is selected.

        Where all records of a chain's newest attempt are in, that is the newest which held some
        back.
        """
        chain = self._rows.chain_of(selected.key) if selected is not None else None
        if selected is None or chain is None or chain.attempts[-1].key != selected.key:
            return selected
        keys = [it.key for it in reversed(chain.attempts) if it.key is not None]
        attempts = [self._rows[key] for key in keys if key in self._rows]
        return next((it for it in attempts if availability.of_results(action, [it])), selected)

    def of(self, listed: Listed) -> Sequence[Result]:
        """Returns what is known of the results of a job."""
        return self._profile(listed.profile).results(listed.snapshot.ref)

    def got(self, listed: Listed, kind: ResultKind) -> int | None:
        """Returns the bytes that have come of a result that is on its way; None else."""
        news = self._profile(listed.profile).result_news
        return news.got.get((listed.snapshot.ref, kind))

    def lacks(self, listed: Listed, kinds: Sequence[ResultKind]) -> list[ResultKind]:
        """Returns which results of a job are not here, of those that can hold records."""
        here = {it.kind for it in self.of(listed) if it.stage is ResultStage.ON_DISK}
        return [kind for kind in wanted(listed.snapshot) if kind in kinds and kind not in here]

    def price(self, jobs: Iterable[Listed], kinds: Sequence[ResultKind]) -> int:
        """Returns how many calls it costs to fetch the results of jobs that are not here."""
        return sum(
            profile.failures.price(refs, kinds)
            for profile, refs in self._by_profile(jobs)
            if profile.failures is not None
        )

    def fetch(self, jobs: Iterable[Listed], kinds: Sequence[ResultKind]) -> list[Toast]:
        """Has the results of jobs fetched; says why, where the day's calls do not allow it."""
        said: list[Toast] = []
        for profile, refs in self._by_profile(jobs):
            try:
                if profile.failures is not None:
                    profile.failures.fetch(refs, kinds)
                    profile.result_news.ask(refs, kinds)
            except QuotaSpentError as error:
                said.append(notices.quota(error))
            except (ConfigError, FaultError) as error:
                said.append(Toast(" ".join(error.paragraphs()), error.title, "warning"))
        return said

    def _by_profile(self, jobs: Iterable[Listed]) -> list[tuple[ProfileView, list[JobRef]]]:
        by_profile = sorted(jobs, key=lambda listed: listed.profile)
        return [
            (self._profile(name), [listed.snapshot.ref for listed in members])
            for name, members in groupby(by_profile, key=lambda listed: listed.profile)
        ]
