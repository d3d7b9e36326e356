"""A database with something of everything in it."""

from contextlib import closing
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.jobs import NOW, reading, watched
from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, JobReading, WatchedJob
from zcbulk_tui.domain.records import ControlRecord
from zcbulk_tui.store import control_log
from zcbulk_tui.store.database import FILE_NAME, Database, open_database
from zcbulk_tui.store.quota import CallLedger
from zcbulk_tui.store.rows import KEEP_READING, READING, THE_JOB, key, reading_values
from zcbulk_tui.store.watch_list import WatchList

PROFILE = "default"

TODAY = date(2026, 3, 11)

JOBS = [watched(str(3888833000000114000 + n), f"Job {n}") for n in range(14)]
"""In the order of the watch list."""


def readings_of(job: WatchedJob, number: int = 20) -> list[JobReading]:
    """The readings of a job, oldest first; every job has others."""
    first = int(job.ref.job_id) % 1000
    return [reading(10.0 * n, first + n) for n in range(number)]


def record_of(job: WatchedJob) -> ControlRecord:
    """The record of a job's start."""
    command = Command(Action.START, NOW + timedelta(seconds=5), Outcome.ACCEPTED, "started")
    return ControlRecord(f"start {job.ref.job_id}", job, PROFILE, "anna@jump1", command)


def fill(database: Database, readings: int = 20) -> None:
    """Writes something of everything."""
    watch_list = WatchList(database, PROFILE)
    watch_list.add_all(JOBS)
    with database.transaction() as connection:
        # In turn, as they are read.
        for one_of_each in zip(*(readings_of(job, readings) for job in JOBS), strict=True):
            for job, one in zip(JOBS, one_of_each, strict=True):
                connection.execute(KEEP_READING, reading_values(PROFILE, 1, job.ref, one))
        for job in JOBS[:3]:
            connection.execute(control_log.KEEP, control_log.values(record_of(job)))
    ledger = CallLedger(database, PROFILE)
    ledger.count(TODAY - timedelta(days=1), Cause.PLAN, 60)
    ledger.count(TODAY, Cause.KEY, 7)


def filled(path: Path, readings: int = 20) -> None:
    """Makes a database with something of everything, and its backup."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, content in _filled(readings).items():
        file = path if name == FILE_NAME else path.with_name(name)
        file.touch(mode=0o600)
        file.write_bytes(content)


@cache
def _filled(readings: int) -> dict[str, bytes]:
    """The files of such a database, by their names."""
    with TemporaryDirectory() as folder:
        with closing(open_database(Path(folder) / FILE_NAME)) as database:
            fill(database, readings)
        return {file.name: file.read_bytes() for file in Path(folder).iterdir()}


def read_last(database: Database, job: WatchedJob) -> list[tuple[object, ...]]:
    """What the database holds of a job's readings, oldest first."""
    sql = f"SELECT {READING} FROM readings WHERE job = {THE_JOB} ORDER BY id"
    return database.rows(sql, key(PROFILE, job.ref))


def records(database: Database) -> list[ControlRecord]:
    """The records that the database holds."""
    rows = database.rows(f"{control_log.SELECT} ORDER BY control.key")
    return [control_log.to_record(row) for row in rows]
