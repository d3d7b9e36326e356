"""What the memory costs: its size, a reading written, the watch list loaded, and thinning.

``python -m tests.benchmarks.store [--jobs N] [--readings N] [--quick]`` fills a memory in a
temporary folder and prints a table. Each reading has the record of its call beside it, as when
they are polled. All of it takes about three minutes, `--quick` a few seconds.
"""

import argparse
import multiprocessing
import random
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from tests.benchmarks.feeder_jobs import watched_jobs
from tests.benchmarks.figures import Figure, alone, table
from tests.benchmarks.store_filler import fill
from zcbulk_tui.domain.job import Counts, JobReading, JobRef, JobState
from zcbulk_tui.store.database import Database, open_database
from zcbulk_tui.store.recall import load_watch_list
from zcbulk_tui.store.retention import Policy, compact, thin
from zcbulk_tui.store.rows import KEEP_READING, reading_values

if TYPE_CHECKING:
    import sqlite3
    from multiprocessing.connection import Connection

_PROFILE = "default"
_POLICY = Policy(timedelta(days=7), timedelta(days=90), timedelta(days=1100))
_WRITES = 2_000
_PAUSE = 0.001
"""Seconds between two writes of a process: far more of them than polls make."""


@dataclass(slots=True)
class Writes:
    """Writes of readings: milliseconds that each took, and how many had to wait for a later one."""

    taken: list[float] = field(default_factory=list)
    late: int = 0

    def write(self, database: Database, jobs: int) -> None:
        """Writes a reading of some job."""
        job = random.choice(_refs(jobs))
        done = random.randrange(100_000)
        counts = Counts(100_000, done, 0, 100_000 - done)
        state = JobState.IN_PROGRESS
        reading = JobReading(state, "In-progress", counts, datetime.now(UTC), 3000)
        values = reading_values(_PROFILE, 1, job, reading)
        begun = time.perf_counter()
        database.write_later(KEEP_READING, values)
        self.taken.append((time.perf_counter() - begun) * 1000)
        self.late += database.trouble is not None

    def figures(self, what: str) -> Iterable[Figure]:
        """How long they took."""
        ordered, runs = sorted(self.taken), len(self.taken)
        # Beside somebody who writes all the time, a writer may have to wait for its turn.
        rarely = 16.0 if "while" in what or "another" in what else 1.0
        for name, value, limit in (
            ("p50", median(ordered), 1.0),
            ("p99", ordered[int(runs * 0.99)], rarely),
            ("max", ordered[-1], 300.0),
        ):
            yield alone(f"a reading written, {what}, {name}", "ms", value, limit, runs=runs)
        yield alone(f"a reading written, {what}, later", "", self.late, 0, runs=runs)


class Timed(Database):
    """A database that tells how long its longest transaction was, in milliseconds."""

    longest = 0.0

    @contextmanager
    def transaction(
        self, *, durable: bool = False, patience: float = 0.25
    ) -> "Iterator[sqlite3.Connection]":
        """The same as of `Database`."""
        with super().transaction(durable=durable, patience=patience) as connection:
            begun = time.perf_counter()
            yield connection
        self.longest = max(self.longest, (time.perf_counter() - begun) * 1000)


def main() -> int:
    """Measures and prints; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.store", description="Measures the memory."
    )
    parser.add_argument("--jobs", type=int, default=1_000)
    parser.add_argument("--readings", type=int, default=2_000_000)
    parser.add_argument("--quick", action="store_true", help="100 jobs with 50,000 readings")
    arguments = parser.parse_args()
    jobs, readings = (100, 50_000) if arguments.quick else (arguments.jobs, arguments.readings)
    if jobs < 1 or readings < jobs:
        parser.error("there is at least one job, and each has a reading")
    with tempfile.TemporaryDirectory() as folder:
        print(table(_measure(Path(folder), jobs, readings)))
    return 0


def _measure(folder: Path, jobs: int, readings: int) -> Iterable[Figure]:
    path, empty, now = folder / "state.db", folder / "empty.db", datetime.now(UTC)
    _tell(f"filling it with {readings:,} readings of {jobs:,} jobs …")
    begun = time.perf_counter()
    fill(path, _PROFILE, jobs, readings, now)
    yield alone("filled, with a call for each reading", "s", time.perf_counter() - begun)
    fill(empty, _PROFILE, jobs, 0, now)

    yield from _sizes(path, readings)
    yield from _opening(path)
    for what, place, other in (
        ("empty", empty, False),
        ("big", path, False),
        ("big and another writes", path, True),
    ):
        _tell(f"writing readings, {what} …")
        yield from _writing(place, jobs, what, other=other)
    _tell("thinning …")
    yield from _thinning(path, jobs)


def _sizes(path: Path, readings: int) -> Iterable[Figure]:
    yield alone("file", "MiB", path.stat().st_size / 2**20)
    with closing(open_database(path)) as database:
        for what in ("readings", "calls"):
            sql = (
                "SELECT sum(pgsize) FROM dbstat WHERE name IN "
                "(SELECT name FROM sqlite_schema WHERE tbl_name = ?)"
            )
            (size,) = database.rows(sql, (what,))[0]
            yield alone(f"{what}, each with its part of the indexes", "B", size / readings)


def _opening(path: Path) -> Iterable[Figure]:
    begun = time.perf_counter()
    with closing(open_database(path)) as database:
        yield alone("opened", "ms", (time.perf_counter() - begun) * 1000)
        taken = []
        for _ in range(5):
            begun = time.perf_counter()
            found = len(load_watch_list(database, _PROFILE))
            taken.append((time.perf_counter() - begun) * 1000)
        yield alone(f"watch list, {found:,} jobs, at first", "ms", taken[0], 150)
        yield alone(f"watch list, {found:,} jobs, again", "ms", median(taken), 150, runs=5)
        begun = time.perf_counter()
        database.rows("PRAGMA quick_check")
        yield alone("quick check", "s", time.perf_counter() - begun)


def _writing(path: Path, jobs: int, what: str, *, other: bool) -> Iterable[Figure]:
    mine = Writes()
    with closing(open_database(path)) as database, _another(path, jobs if other else 0) as theirs:
        for _ in range(_WRITES):
            mine.write(database, jobs)
            time.sleep(_PAUSE)  # or the writes would be one long one
    yield from mine.figures(what)
    if other:
        yield from theirs.figures(f"{what}: theirs")


def _thinning(path: Path, jobs: int) -> Iterable[Figure]:
    now = datetime.now(UTC)
    with closing(open_database(path)) as opened:
        database = Timed(opened.connection, path)
        for what in ("thinned", "thinned again"):
            database.longest = 0.0
            with _another(path, jobs) as theirs:
                begun = time.perf_counter()
                thinned = thin(database, _POLICY, now)
                seconds = time.perf_counter() - begun
            yield alone(f"{what}, seconds", "s", seconds)
            yield alone(f"{what}, readings gone", "", thinned.readings)
            yield alone(f"{what}, longest transaction", "ms", database.longest, 100)
            if theirs.taken:
                yield from theirs.figures(f"while {what}")
        begun = time.perf_counter()
        compacted = compact(database, _POLICY, now)
        yield alone("compacted", "s", time.perf_counter() - begun)
        yield alone("size before", "MiB", compacted.before / 2**20)
        yield alone("size after", "MiB", compacted.after / 2**20)
        begun = time.perf_counter()
        load_watch_list(database, _PROFILE)
        yield alone("watch list, compacted", "ms", (time.perf_counter() - begun) * 1000, 150)


@contextmanager
def _another(path: Path, jobs: int) -> Iterator[Writes]:
    """Another process writes meanwhile; its writes are there afterwards. No jobs: there is none."""
    theirs = Writes()
    if not jobs:
        yield theirs
        return
    context = multiprocessing.get_context("spawn")
    mine, its = context.Pipe()
    process = context.Process(target=_write_on, args=(path, jobs, its))
    process.start()
    mine.recv()
    try:
        yield theirs
    finally:
        mine.send(None)
        theirs.taken, theirs.late = mine.recv()
        process.join()


def _write_on(path: Path, jobs: int, told: "Connection") -> None:
    """Writes until it is told to end."""
    writes = Writes()
    with closing(open_database(path)) as database:
        told.send(None)
        while not told.poll(_PAUSE):
            writes.write(database, jobs)
    told.send((writes.taken, writes.late))


@cache
def _refs(jobs: int) -> Sequence[JobRef]:
    return [job.ref for job in watched_jobs(jobs)]


_tell = partial(print, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
