"""The jobs that ran in a span, with what was read of them before and up to its end."""

from datetime import datetime
from typing import NamedTuple

from zcbulk_tui.domain.insertion import STARTED
from zcbulk_tui.domain.job import JobReading, JobState, WatchedJob
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.rows import (
    JOB,
    JOB_WIDTH,
    READING,
    maybe_moment,
    to_job,
    to_millis,
    to_reading,
)


def _quoted(states: frozenset[JobState]) -> str:
    return ", ".join(f"'{state.value}'" for state in sorted(states))


_FINAL = frozenset(state for state in JobState if state.is_final)

_WIDTH = len(READING.split(","))

_READING = ", ".join("{0}." + name for name in READING.split(", "))

_NEWEST = (
    "(SELECT id FROM readings WHERE job = found.id AND at {0} ORDER BY at DESC, id DESC LIMIT 1)"
)

_RAN = f"""
WITH found AS (
    SELECT jobs.id, jobs.started_at AS began,
        (SELECT min(at) FROM readings
            WHERE job = jobs.id AND state IN ({_quoted(STARTED)})) AS seen,
        (SELECT min(at) FROM readings WHERE job = jobs.id AND state IN ({_quoted(_FINAL)})) AS over,
        EXISTS (SELECT 1 FROM readings WHERE job = jobs.id AND at BETWEEN :since AND :until
            AND state = '{JobState.IN_PROGRESS.value}') AS was_running,
        EXISTS (SELECT 1 FROM insertions WHERE insertions.profile = jobs.profile
            AND insertions.job_id = jobs.job_id AND insertions.origin = jobs.origin) AS queued
    FROM jobs WHERE jobs.profile = :profile
)
SELECT {JOB}, found.began, found.seen, found.over, found.queued,
    {_READING.format("last")}, {_READING.format("earlier")}
FROM found JOIN jobs ON jobs.id = found.id
    LEFT JOIN readings AS last ON last.id = {_NEWEST.format("<= :until")}
    LEFT JOIN readings AS earlier ON earlier.id = {_NEWEST.format("< :since")}
WHERE found.was_running OR found.over BETWEEN :since AND :until
    OR ifnull(found.began, found.seen) BETWEEN :since AND :until
ORDER BY coalesce(found.began, found.seen, found.over), jobs.id
"""


class RanJob(NamedTuple):
    """A job that ran in a span, or ended in it.

    Attributes:
        job: The job.
        started_at: When its start was accepted; None if unknown; aware.
        started_before: The first reading that shows it started, where that is all that is known of
            its start; None for no such reading, or with a `started_at`; aware.
        ended_at: When its end was first read, within the span; None for not; aware.
        is_queued: Whether it came from the queue.
        last: Its last reading up to the end of the span; None for none.
        before: Its last reading before the span; None for none.
    """

    job: WatchedJob
    started_at: datetime | None
    started_before: datetime | None
    ended_at: datetime | None
    is_queued: bool
    last: JobReading | None
    before: JobReading | None


def ran_jobs(database: Database, profile: str, since: datetime, until: datetime) -> list[RanJob]:
    """Returns the jobs that ran or ended in a span, whether they are still listed or not.

    Args:
        database: Holds them.
        profile: Whose jobs.
        since: Where the span begins; aware.
        until: Where it ends; aware.

    Raises:
        ConfigError: They cannot be read.
    """
    values = {"profile": profile, "since": to_millis(since), "until": to_millis(until)}
    found = []
    for row in database.rows(_RAN, values):
        began, seen, over, queued, *readings = row[JOB_WIDTH:]
        last, before = tuple(readings[:_WIDTH]), tuple(readings[_WIDTH:])
        ended_at = maybe_moment(over)
        found.append(
            RanJob(
                to_job(row[:JOB_WIDTH]),
                maybe_moment(began),
                maybe_moment(seen) if began is None else None,
                ended_at if ended_at is not None and ended_at <= until else None,
                bool(queued),
                None if last[0] is None else to_reading(last),
                None if before[0] is None else to_reading(before),
            )
        )
    return found
