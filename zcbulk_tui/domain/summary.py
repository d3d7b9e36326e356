"""What a status line has of everything that is watched: a few figures, each of them measured.

A prompt waits for it, so neither this module nor what reads or draws a summary imports anything
that takes long to load, `dataclasses` among it.
"""

from collections.abc import Iterable
from typing import NamedTuple


class Trouble(NamedTuple):
    """Something that may need a person.

    Attributes:
        kind: What it is: the value of an `AlertKind`, or one of those below.
        is_critical: Whether it is an alert of the highest severity.
        job: The number of the job in the memory; None where it is about a profile.
    """

    kind: str
    is_critical: bool = False
    job: int | None = None


NO_ANSWER = "no-answer"
"""The last poll of a job that is not over brought no reading."""

UNCLEAR = "unclear"
"""What became of a start or an abort is not known."""

ENDED_BADLY = "ended-badly"
"""Zoho aborted a job, it failed, or it expired."""

WORST_FIRST = (
    *("over-limit", "abort-risk", UNCLEAR, "sign-in", "queue", NO_ANSWER, "stuck", "deadline"),
    *("result", "quota", "stale", "failed-share", "slow", ENDED_BADLY),
)
"""The kinds of trouble, as the list of the dashboard ranks what it warns of."""


class Summary(NamedTuple):
    """How everything that is watched stood at the last reading of each job.

    Attributes:
        running: Jobs that run.
        waiting: Jobs that wait to be started.
        completed: Jobs that are completed.
        ended: Jobs that ended in another way.
        unread: Jobs without a reading, or in a state that is not documented.
        share: The processed share of the running jobs' records, 0 to 1; None if unknown.
        troubles: What may need a person.
        calls_left: Calls that are left today, of several profiles the fewest; None if unknown.
        age: Seconds since the reading that is the oldest of those of jobs that are not over; None
            without any.
        is_polled: Whether a window polls, for each of the profiles that have jobs that are not
            over.
        is_paused: Whether polls are paused in one of them.
    """

    running: int = 0
    waiting: int = 0
    completed: int = 0
    ended: int = 0
    unread: int = 0
    share: float | None = None
    troubles: tuple[Trouble, ...] = ()
    calls_left: int | None = None
    age: float | None = None
    is_polled: bool = False
    is_paused: bool = False

    @property
    def jobs(self) -> int:
        """How many jobs there are."""
        return self.running + self.waiting + self.completed + self.ended + self.unread

    @property
    def is_over(self) -> bool:
        """Whether no job will change any more."""
        return not (self.running or self.waiting or self.unread)


def worst(troubles: Iterable[Trouble]) -> Trouble | None:
    """Returns the worst of several troubles, what is critical first; None of none."""
    return min(troubles, key=_rank, default=None)


def in_need(troubles: Iterable[Trouble]) -> int:
    """Returns how much needs a person: each job once, and each trouble of a profile."""
    found = list(troubles)
    jobs = {trouble.job for trouble in found if trouble.job is not None}
    return len(jobs) + sum(trouble.job is None for trouble in found)


def _rank(trouble: Trouble) -> tuple[bool, int]:
    kind = trouble.kind
    place = WORST_FIRST.index(kind) if kind in WORST_FIRST else len(WORST_FIRST)
    return not trouble.is_critical, place
