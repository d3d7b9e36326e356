"""Which job is polled when: by its outlook, on terms that are the same for all jobs."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from zcbulk_tui.domain import planner
from zcbulk_tui.domain.budget import Reason
from zcbulk_tui.domain.job import JobRef
from zcbulk_tui.domain.outlook import Outlook
from zcbulk_tui.domain.planner import DayPlan, PlannedJob, Terms
from zcbulk_tui.monitor.polled_job import PolledJob
from zcbulk_tui.monitor.quota_tracker import QuotaTracker
from zcbulk_tui.monitor.schedule import Schedule

Rule = Callable[[Outlook, Terms], tuple[float, Reason]]
"""Returns the seconds from a job's last reading to its next poll; as `planner.wait` does."""

_FEW = 64
"""Jobs up to which the terms are looked at with every reading."""

_PAUSE = 5.0
"""Seconds between two looks at the terms where there are more."""

_SAME = 1.05
"""How far a price may move before the polls of all jobs are planned anew."""


class Plan:
    """The next poll of every job.

    Args:
        polled_jobs: The jobs; the dictionary that the monitor keeps.
        quota: Sets the terms.
        rule: What turns an outlook and the terms into a time.
        now: The time of day; aware.
    """

    def __init__(
        self,
        polled_jobs: Mapping[JobRef, PolledJob],
        quota: QuotaTracker,
        rule: Rule,
        now: Callable[[], datetime],
    ) -> None:
        self._polled_jobs = polled_jobs
        self._quota = quota
        self._rule = rule
        self._now = now
        self._schedule = Schedule()
        self._terms = Terms(quota.pace_in_force.price)
        self._looked_at = -_PAUSE
        self.next_due = self._schedule.next_due
        self.pop_due = self._schedule.pop_due

    def by_rule(self, polled_job: PolledJob) -> None:
        """Plans the next poll of a job by its outlook, on the terms of now."""
        if polled_job.outlook is None:
            self.never(polled_job)
            return
        seconds, polled_job.reason = self._rule(polled_job.outlook, self._terms)
        self._put(polled_job, polled_job.asked_at + seconds)

    def retry(self, polled_job: PolledJob, seconds: float) -> None:
        """Plans the next poll of a job that could not be read."""
        polled_job.reason = None
        self._put(polled_job, _time() + seconds)

    def never(self, polled_job: PolledJob) -> None:
        """Plans no poll of a job."""
        polled_job.next_poll_at = polled_job.reason = None
        if self._is_watched(polled_job):
            self._schedule.discard(polled_job.job.ref)

    def discard(self, ref: JobRef) -> None:
        """Forgets a job."""
        self._schedule.discard(ref)

    def renew(self, *, at_once: bool = False) -> list[PolledJob]:
        """Sets the terms anew, and plans all jobs anew if they have changed.

        Args:
            at_once: Whether not to wait, however many jobs there are.

        Returns:
            The jobs that have been planned anew.
        """
        many = len(self._polled_jobs) > _FEW
        if many and not at_once and _time() < self._looked_at + _PAUSE:
            return []
        self._looked_at = _time()
        new, old = self._quota.terms(self.outlooks()), self._terms
        if _alike(new.price, old.price) and _alike(new.patience, old.patience):
            return []
        self._terms = new
        planned = [
            polled_job for polled_job in self._polled_jobs.values() if polled_job.reason is not None
        ]
        for polled_job in planned:
            self.by_rule(polled_job)
        return planned

    def outlooks(self) -> list[Outlook]:
        """The outlooks of the jobs that are polled."""
        return [ahead for _, ahead in self._polled()]

    def forward(self, seconds: float) -> None:
        """Brings all polls forward, after a time in which this machine slept."""
        self._schedule.forward(seconds)
        for polled_job in self._polled_jobs.values():
            polled_job.asked_at -= seconds

    def bring_forward(self, outage_began: datetime) -> None:
        """After an outage: plans the jobs that it has hit for now.

        Not those that failed before it: an answer that stays bad for one job looks like an outage
        that every answer for another job ends.
        """
        for polled_job in self._polled_jobs.values():
            hit = polled_job.failing_since is not None and polled_job.failing_since >= outage_began
            # Where it is looked at what became of a command, that is soon enough.
            is_free = polled_job.look is None and not polled_job.lock.locked()
            if hit and polled_job.next_poll_at is not None and is_free:
                self.retry(polled_job, 0.0)

    def of_the_day(self) -> DayPlan:
        """The plan for the rest of the day."""
        today = self._quota.seconds_to_reset
        jobs = [
            PlannedJob(polled_job.snapshot(), planner.calls(ahead, self._terms, today))
            for polled_job, ahead in self._polled()
        ]
        effects = self._quota.effects(self.outlooks())
        return DayPlan(self._quota.snapshot(), tuple(jobs), effects)

    def _polled(self) -> Iterator[tuple[PolledJob, Outlook]]:
        """The jobs that are neither over nor given up, with their outlooks."""
        for polled_job in self._polled_jobs.values():
            if polled_job.outlook is not None and polled_job.next_poll_at is not None:
                yield polled_job, polled_job.outlook

    def _put(self, polled_job: PolledJob, due: float) -> None:
        polled_job.next_poll_at = self._now() + timedelta(seconds=due - _time())
        if self._is_watched(polled_job):
            self._schedule.put(polled_job.job.ref, due)

    def _is_watched(self, polled_job: PolledJob) -> bool:
        """Whether the job is the one that was polled: not removed, nor removed and added anew."""
        return self._polled_jobs.get(polled_job.job.ref) is polled_job


def _alike(one: float, other: float) -> bool:
    return max(one, other) <= min(one, other) * _SAME


def _time() -> float:
    return asyncio.get_running_loop().time()
