"""Which job is asked when: by its outlook, on terms that are the same for all jobs."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from zcbulk_tui.domain import planner
from zcbulk_tui.domain.budget import Reason
from zcbulk_tui.domain.job import JobRef
from zcbulk_tui.domain.outlook import Outlook
from zcbulk_tui.domain.planner import DayPlan, PlannedJob, Terms
from zcbulk_tui.monitor.schedule import Schedule
from zcbulk_tui.monitor.spending import Spending
from zcbulk_tui.monitor.track import Track

Rule = Callable[[Outlook, Terms], tuple[float, Reason]]
"""Tells the seconds from a job's last reading to its next poll; as `planner.wait` does."""

_FEW = 64
"""Jobs up to which the terms are looked at with every reading."""

_PAUSE = 5.0
"""Seconds between two looks at the terms where there are more."""

_SAME = 1.05
"""How far a price may move before the polls of all jobs are planned anew."""


class Plan:
    """The next poll of every job.

    Args:
        tracks: The jobs; whoever adds and removes them tells the plan.
        spending: Sets the terms.
        rule: What turns an outlook and the terms into a time.
        now: The time of day; aware.
    """

    def __init__(
        self,
        tracks: Mapping[JobRef, Track],
        spending: Spending,
        rule: Rule,
        now: Callable[[], datetime],
    ) -> None:
        self._tracks = tracks
        self._spending = spending
        self._rule = rule
        self._now = now
        self._schedule = Schedule()
        self._terms = Terms(spending.pace_in_force.price)
        self._looked_at = -_PAUSE
        self.next_due = self._schedule.next_due
        self.pop_due = self._schedule.pop_due

    def by_rule(self, track: Track) -> None:
        """Plans the next poll of a job by its outlook, on the terms of now."""
        if track.outlook is None:
            self.never(track)
            return
        seconds, track.reason = self._rule(track.outlook, self._terms)
        self._put(track, track.asked_at + seconds)

    def retry(self, track: Track, seconds: float) -> None:
        """Plans the next poll of a job that could not be read."""
        track.reason = None
        self._put(track, _time() + seconds)

    def never(self, track: Track) -> None:
        """Plans no poll of a job."""
        track.next_poll_at = track.reason = None
        if self._is_watched(track):
            self._schedule.discard(track.job.ref)

    def discard(self, ref: JobRef) -> None:
        """Forgets a job."""
        self._schedule.discard(ref)

    def renew(self, *, at_once: bool = False) -> list[Track]:
        """Sets the terms anew, and plans all jobs anew if they have changed.

        Args:
            at_once: Whether not to wait, however many jobs there are.

        Returns:
            The jobs that have been planned anew.
        """
        many = len(self._tracks) > _FEW
        if many and not at_once and _time() < self._looked_at + _PAUSE:
            return []
        self._looked_at = _time()
        new, old = self._spending.terms(self.outlooks()), self._terms
        if _alike(new.price, old.price) and _alike(new.patience, old.patience):
            return []
        self._terms = new
        planned = [track for track in self._tracks.values() if track.reason is not None]
        for track in planned:
            self.by_rule(track)
        return planned

    def outlooks(self) -> list[Outlook]:
        """The outlooks of the jobs that are polled."""
        return [ahead for _, ahead in self._polled()]

    def forward(self, seconds: float) -> None:
        """Brings all polls forward, after a time in which this machine slept."""
        self._schedule.forward(seconds)
        for track in self._tracks.values():
            track.asked_at -= seconds

    def bring_forward(self, outage_began: datetime | None) -> None:
        """After an outage, if there was one: plans the jobs that it has hit for now.

        Not those that failed before it: an answer that stays bad for one job looks like an outage
        that every answer for another job ends.
        """
        if outage_began is None:
            return
        for track in self._tracks.values():
            hit = track.failing_since is not None and track.failing_since >= outage_began
            # Where it is looked at what became of a command, that is soon enough.
            is_free = track.look is None and not track.lock.locked()
            if hit and track.next_poll_at is not None and is_free:
                self.retry(track, 0.0)

    def of_the_day(self) -> DayPlan:
        """The plan for the rest of the day."""
        today = self._spending.seconds_to_reset
        jobs = [
            PlannedJob(track.snapshot(), planner.calls(ahead, self._terms, today))
            for track, ahead in self._polled()
        ]
        effects = self._spending.effects(self.outlooks())
        return DayPlan(self._spending.snapshot(), tuple(jobs), effects)

    def _polled(self) -> Iterator[tuple[Track, Outlook]]:
        """The jobs that are neither over nor given up, with their outlooks."""
        for track in self._tracks.values():
            if track.outlook is not None and track.next_poll_at is not None:
                yield track, track.outlook

    def _put(self, track: Track, due: float) -> None:
        track.next_poll_at = self._now() + timedelta(seconds=due - _time())
        if self._is_watched(track):
            self._schedule.put(track.job.ref, due)

    def _is_watched(self, track: Track) -> bool:
        """Whether the job has not been removed, or removed and added anew, while it was asked."""
        return self._tracks.get(track.job.ref) is track


def _alike(one: float, other: float) -> bool:
    return max(one, other) <= min(one, other) * _SAME


def _time() -> float:
    return asyncio.get_running_loop().time()
