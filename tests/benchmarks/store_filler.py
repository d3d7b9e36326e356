"""A memory as a busy account has it after two months: jobs by turns, polled while they run."""

import heapq
import random
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.feeder_jobs import watched_jobs
from zcbulk_tui.domain.job import JobState
from zcbulk_tui.store.database import Database, open_database
from zcbulk_tui.store.rows import READING, key, to_millis

_SPAN = timedelta(days=60) // timedelta(milliseconds=1)
_INTERVAL = 20_000
"""Milliseconds between two readings of a job, unless that would take longer than all of it."""

_AT_ONCE = 20_000

_RAW = {
    JobState.READY: "Ready",
    JobState.IN_PROGRESS: "In-progress",
    JobState.COMPLETED: "Completed",
    JobState.SYSTEM_ABORTED: "System-aborted",
}

_READ = f"INSERT INTO readings (job, by_window, {READING}) VALUES (?, 1, ?, ?, ?, ?, ?, ?, ?, 3000)"

_CALLED = """
INSERT INTO calls (profile, job, at, cause, why, request, milliseconds, calls_left, http_status,
    code, said, failure)
VALUES (?, ?, ?, 'plan', 'any time', 'GET status', ?, 1000, 200, 3000, '', '')
"""

_HAPPENED = """
INSERT INTO events (profile, job, at, by_window, kind, text) VALUES (?, ?, ?, 1, 'state', ?)
"""


class _Read(NamedTuple):
    """A reading, by its moment first."""

    at: int
    job: int
    state: JobState
    total: int
    success: int
    failed: int
    changed: bool


def fill(path: Path, profile: str, jobs: int, readings: int, now: datetime) -> None:
    """Makes a memory.

    Args:
        path: The database, which is made.
        profile: Whose jobs.
        jobs: How many, all of them on the watch list.
        readings: How many, each with the record of its call, spread over 60 days.
        now: The end of these; aware.
    """
    chance = random.Random(7)
    with closing(open_database(path)) as database:
        # What a power cut would leave of it is not worth the time.
        database.connection.execute("PRAGMA synchronous = OFF")
        end = to_millis(now)
        numbers = _add_jobs(database, profile, jobs, end - _SPAN)
        lives = [
            _life(number, place / jobs, end, readings // jobs + (place < readings % jobs), chance)
            for place, number in enumerate(numbers)
        ]
        stream = heapq.merge(*lives)
        while reads := list(islice(stream, _AT_ONCE)):
            _keep(database, profile, reads, chance)
        database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _add_jobs(database: Database, profile: str, jobs: int, at: int) -> list[int]:
    with database.transaction() as connection:
        for place, job in enumerate(watched_jobs(jobs)):
            values = key(profile, job.ref) | {"label": job.label, "added_at": at, "place": place}
            names = ", ".join(values)
            marks = ", ".join(f":{name}" for name in values)
            connection.execute(f"INSERT INTO jobs ({names}) VALUES ({marks})", values)
    return [number for (number,) in database.rows("SELECT id FROM jobs ORDER BY place")]


def _life(
    job: int, place: float, end: int, readings: int, chance: random.Random
) -> Iterator[_Read]:
    """The readings of a job; `place`, from 0 to 1, tells when in the span it has its turn."""
    interval = min(_INTERVAL, _SPAN // max(readings, 1))
    begun = end - _SPAN + int(place * (_SPAN - readings * interval))
    total = chance.randrange(2_000, 500_000)
    share_failed = chance.choice((0, 0, 0.002, 0.06))
    last = JobState.SYSTEM_ABORTED if share_failed > 0.05 else JobState.COMPLETED
    before: JobState | None = None
    for number in range(readings):
        done = number / max(readings - 1, 1)
        state = JobState.READY if done < 0.02 else JobState.IN_PROGRESS if done < 1 else last
        processed = 0 if state is JobState.READY else int(total * done)
        failed = int(processed * share_failed)
        at = begun + number * interval + chance.randrange(interval)
        yield _Read(at, job, state, total, processed - failed, failed, state is not before)
        before = state


def _keep(database: Database, profile: str, reads: Sequence[_Read], chance: random.Random) -> None:
    with database.transaction() as connection:
        connection.executemany(
            _READ,
            (
                (
                    *(read.job, read.at, read.state, _RAW[read.state]),
                    *(read.total, read.success, read.failed),
                    read.total - read.success - read.failed,
                )
                for read in reads
            ),
        )
        connection.executemany(
            _CALLED, ((profile, read.job, read.at, chance.randrange(90, 900)) for read in reads)
        )
        connection.executemany(
            _HAPPENED,
            (
                (profile, read.job, read.at, f"State: {_RAW[read.state]}")
                for read in reads
                if read.changed
            ),
        )
