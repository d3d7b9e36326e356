"""Zoho's deadlines for a job [LIMB]."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from zcbulk_tui.domain.job import WatchedJob

START_WITHIN = timedelta(hours=3)
"""A job that is not started this long after its creation expires [LIMB]."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment, and how well it is known.

    Attributes:
        at: When; aware.
        exact: False when `at` is only the latest it can be.
    """

    at: datetime
    exact: bool


def start_by(job: WatchedJob) -> Deadline:
    """When a job that waits for its start expires.

    A job whose creation was not seen is at least as old as its place on the watch list.
    """
    if job.created_at is not None:
        return Deadline(job.created_at + START_WITHIN, exact=True)
    return Deadline(job.added_at + START_WITHIN, exact=False)
