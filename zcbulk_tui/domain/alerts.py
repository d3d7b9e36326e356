"""Alerts: what somebody is told who does not look at the screen; when, and how loudly."""

import re
from datetime import datetime, time, timedelta
from enum import IntEnum, StrEnum
from typing import NamedTuple

from zcbulk_tui.domain.concern import STUCK
from zcbulk_tui.domain.job import JobRef
from zcbulk_tui.domain.risk import FAILED_SHARE


class Severity(IntEnum):
    """How much it matters."""

    INFO = 0
    WARNING = 1
    CRITICAL = 2

    @property
    def word(self) -> str:
        """As it stands in the settings and in JSON."""
        return self.name.lower()

    @classmethod
    def named(cls, word: str) -> "Severity | None":
        """Returns the one that a setting names; None for ``off``.

        Raises:
            KeyError: It names none.
        """
        return None if word == "off" else cls[word.upper()]


class AlertKind(StrEnum):
    """What an alert is about: a job, or all that a profile does."""

    STARTED = "started"
    """A job runs that did not run before."""

    ENDED_WELL = "ended-well"
    """A job is completed, and none of its records failed."""

    ENDED_BADLY = "ended-badly"
    """A job is completed with failed records, was aborted, failed or expired."""

    SLOW = "slow"
    """A job is much slower than it was; it moves."""

    STUCK = "stuck"
    """The counts of a running job have not moved for so many minutes."""

    FAILED_SHARE = "failed-share"
    """More of a job's records have failed than the settings allow."""

    ABORT_RISK = "abort-risk"
    """A job may be aborted by Zoho for its failures."""

    OVER_LIMIT = "over-limit"
    """More batches of a job have failed than Zoho allows."""

    DEADLINE = "deadline"
    """A job expires soon unless it is started."""

    RESULT = "result"
    """A result is not fetched, and Zoho deletes it soon."""

    QUOTA = "quota"
    """Few of the day's calls are left."""

    SIGN_IN = "sign-in"
    """No call can be signed."""

    STALE = "stale"
    """Nothing was read for so long that what is shown may not be so any more."""

    QUEUE = "queue"
    """The queue of files was stopped, or a file in it needs its user."""


class Alert(NamedTuple):
    """An alert, raised once when its rule was crossed.

    Attributes:
        id: Its number in the memory.
        kind: What it is about.
        severity: How much it matters.
        text: What is so, as a sentence without full stop and without the job's label.
        at: When it was raised; aware.
        profile: The profile.
        ref: The job; None where it is about the profile.
        label: The job's label; empty without one.
        is_asked: Whether the user has asked for just this one: it passes quiet hours, and goes to
            every channel.
        cleared_at: When it was so no more; None while it is.
    """

    id: int
    kind: AlertKind
    severity: Severity
    text: str
    at: datetime
    profile: str
    ref: JobRef | None = None
    label: str = ""
    is_asked: bool = False
    cleared_at: datetime | None = None


_HOURS = re.compile(r"\s*(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})\s*", re.ASCII)


class QuietHours(NamedTuple):
    """A part of each day in which only what is critical is told, in the zone of this machine.

    Attributes:
        begins: At this time of day.
        ends: At this one, of the next day where it is earlier.
    """

    begins: time
    ends: time

    @classmethod
    def read(cls, text: str) -> "QuietHours":
        """Returns them as a setting has them, as in ``22:00-07:00``.

        Raises:
            ValueError: They are no two different times of day.
        """
        match = _HOURS.fullmatch(text)
        if match is None:
            raise ValueError(text)
        hours = cls(*(time(int(match[hour]), int(match[hour + 1])) for hour in (1, 3)))
        if hours.begins == hours.ends:
            raise ValueError(text)
        return hours

    def are_at(self, moment: datetime) -> bool:
        """Whether it is quiet at an aware moment."""
        clock = moment.astimezone().time()
        if self.begins <= self.ends:
            return self.begins <= clock < self.ends
        return clock >= self.begins or clock < self.ends


def passes(
    alert: Alert, least: Severity | None, quiet_hours: QuietHours | None, now: datetime
) -> bool:
    """Returns whether an alert is to go through a channel.

    Args:
        alert: The alert.
        least: The severity from which on alerts go through it; None for none at all.
        quiet_hours: When only what is critical does; None for never.
        now: Aware.
    """
    if least is None:
        return False
    if alert.is_asked:
        return True
    if quiet_hours is not None and quiet_hours.are_at(now):
        least = Severity.CRITICAL
    return alert.severity >= least


class AlertRules(NamedTuple):
    """When alerts are raised.

    Attributes:
        no_progress: For how long the counts of a running job may stay the same.
        failed_share: The share of a job's records that may fail, from 0 to 1.
        deadline: How long before a job expires it is said.
        result: How long before Zoho deletes a result that is not fetched it is said.
        quota_left: The share of the day's calls, from 0 to 1, below which it is said.
        stale: For how long nothing may be read that should be.
        off: The kinds that are never raised; one that was asked for is raised nevertheless.
    """

    no_progress: timedelta = timedelta(seconds=STUCK)
    failed_share: float = FAILED_SHARE
    deadline: timedelta = timedelta(minutes=30)
    result: timedelta = timedelta(hours=12)
    quota_left: float = 0.1
    stale: timedelta = timedelta(minutes=15)
    off: frozenset[AlertKind] = frozenset()
