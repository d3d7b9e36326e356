"""The calls that a memory tells of, and whether the plan wanted them when they were made."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from zcbulk_tui.domain import planner
from zcbulk_tui.domain.budget import Cause, Pace
from zcbulk_tui.domain.job import JobReading, WatchedJob
from zcbulk_tui.domain.outlook import outlook
from zcbulk_tui.domain.planner import Means
from zcbulk_tui.domain.progress import remember
from zcbulk_tui.domain.records import CallRecord
from zcbulk_tui.store import log_rows
from zcbulk_tui.store.archive import Archive
from zcbulk_tui.store.database import Database

_AMPLE = Means(1_000_000, 43_200.0)
"""So much that nothing but the minute makes calls dearer."""

_SLACK, _SHARE = 1.0, 0.1
"""By how much a poll may come before its time, in seconds and as a share of the wait: its terms
are those of a moment before."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A call for the status of a job.

    Attributes:
        record: What the memory tells of it.
        waited: Seconds since the reading before it; None where there was none.
        wanted: Seconds that the plan wanted to wait, on the terms of that moment.
    """

    record: CallRecord
    waited: float | None
    wanted: float

    @property
    def is_early(self) -> bool:
        """Whether it was made before its time, though nobody but the plan asked for it."""
        if self.waited is None or self.record.cause is not Cause.PLAN:
            return False
        return self.waited < self.wanted - max(_SLACK, _SHARE * self.wanted)


def all_asked(database: Database, profile: str, pace: Pace = Pace.BALANCED) -> list[Asked]:
    """Returns all calls, oldest first, of a memory that began with its watch list unread.

    Args:
        database: The memory.
        profile: Whose calls.
        pace: At which they were made.
    """
    archive = Archive(database, profile)
    jobs = {job.ref: job for job in archive.jobs()}
    readings = {ref: list(_readings(archive, job)) for ref, job in jobs.items()}
    known: dict[WatchedJob, tuple[JobReading, ...]] = dict.fromkeys(jobs.values(), ())
    asked = []
    sql = f"SELECT {log_rows.CALL} FROM {log_rows.CALLS} WHERE calls.profile = ? ORDER BY calls.at"
    for row in database.rows(sql, (profile,)):
        record = log_rows.to_call(row)
        if record.ref is None:
            continue
        for ref, job in jobs.items():
            while readings[ref] and readings[ref][0].read_at <= record.at:
                known[job] = remember(known[job], readings[ref].pop(0))
        asked.append(_asked(record, jobs[record.ref], jobs.values(), known, pace))
    return asked


def _asked(
    record: CallRecord,
    job: WatchedJob,
    jobs: Iterable[WatchedJob],
    known: Mapping[WatchedJob, Sequence[JobReading]],
    pace: Pace,
) -> Asked:
    ahead = outlook(job, known[job])
    if ahead is None or not known[job]:
        return Asked(record, None, 0.0)
    outlooks = [it for it in (outlook(one, known[one]) for one in jobs) if it is not None]
    wanted, _ = planner.wait(ahead, planner.terms(outlooks, _AMPLE, pace))
    return Asked(record, _seconds(known[job][-1].read_at, record.at), wanted)


def _readings(archive: Archive, job: WatchedJob) -> tuple[JobReading, ...]:
    history = archive.history(job.ref)
    return history.readings if history else ()


def _seconds(earlier: datetime, later: datetime) -> float:
    return (later - earlier).total_seconds()
