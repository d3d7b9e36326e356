"""What can still be read of a database that is damaged, or may not be written.

It is read row by row: what cannot be read, or makes no sense, is left out.
"""

from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zcbulk_tui.domain.address import make_ref, parse_base_url
from zcbulk_tui.domain.job import JobReading, JobRef, WatchedJob
from zcbulk_tui.domain.progress import HISTORY
from zcbulk_tui.domain.records import ControlRecord
from zcbulk_tui.errors import UsageError
from zcbulk_tui.store import control_log, ledger, readings, watch_list
from zcbulk_tui.store.database import Database, Values
from zcbulk_tui.store.jobs import JOB, REF, REF_WIDTH, THE_JOB, key, to_job, to_ref
from zcbulk_tui.store.rows import READING, to_reading
from zcbulk_tui.store.schema import MIGRATIONS

if TYPE_CHECKING:
    import sqlite3

_TRIED_AT_MOST = 100_000
"""Numbers of jobs that are tried one by one; no watch list comes near it."""

_PATIENCE = 0.25
"""Seconds to wait for another program."""

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
"""Stands for bytes that are no text."""

_Row = tuple[Any, ...]

_MAKES_NO_SENSE = (
    AttributeError,
    LookupError,
    OSError,
    OverflowError,
    RecursionError,
    TypeError,
    UsageError,
    ValueError,
)
"""What values can lead to that were never written this way."""

_JOB = f"SELECT profile, place, {JOB} FROM jobs WHERE id = ?"

# An index of its own, so these can be there where the rest of a job is not.
_REFS = f"SELECT id, profile, {REF} FROM jobs INDEXED BY sqlite_autoindex_jobs_1"

_HIGHEST_ID = "SELECT max(id) FROM jobs NOT INDEXED"
_HIGHEST_ID_EVER = "SELECT seq FROM sqlite_sequence WHERE name = 'jobs'"

_READING_IDS = f"SELECT id FROM readings WHERE job = ? ORDER BY id DESC LIMIT {HISTORY}"
_READING = f"SELECT {READING} FROM readings WHERE id = ?"

_CONTROL_KEYS = (
    "SELECT key FROM control NOT INDEXED ORDER BY key",
    "SELECT key FROM control NOT INDEXED ORDER BY key DESC",
    "SELECT key FROM control INDEXED BY control_in_time",
)
_CONTROL = f"{control_log.SELECT} WHERE control.key = ?"

_DAY = "profile, date, plan, key, command, script, elsewhere, spent"
_DAYS = (
    f"SELECT {_DAY} FROM days ORDER BY profile, date",
    f"SELECT {_DAY} FROM days ORDER BY profile DESC, date DESC",
)
_FIRST_DAYS = (f"SELECT {_DAY} FROM calls",)
"""The same, as the first version called it."""

_PLACE = f"UPDATE jobs SET place = :place WHERE id = {THE_JOB}"


@dataclass(frozen=True, slots=True)
class _SavedJob:
    """A job of the database, watched or not.

    Attributes:
        place: On the watch list; None where it is not on it.
        readings: Its last ones, oldest first.
    """

    profile: str
    place: int | None
    job: WatchedJob
    readings: tuple[JobReading, ...]


@dataclass(slots=True)
class Remains:
    """What could be read.

    Attributes:
        jobs: All jobs.
        control: The records of start and abort.
        days: The calls of each day, as rows.
        jobs_are_missing: Whether there may have been more jobs.
        nameless: How many jobs lost their labels and notes.
        without_readings: How many watched jobs have fewer readings than they had.
        rest_is_missing: Whether there may have been more records or days.
    """

    jobs: list[_SavedJob] = field(default_factory=list)
    control: list[ControlRecord] = field(default_factory=list)
    days: list[tuple[Any, ...]] = field(default_factory=list)
    jobs_are_missing: bool = False
    nameless: int = 0
    without_readings: int = 0
    rest_is_missing: bool = False

    @property
    def watched(self) -> int:
        """How many jobs were on a watch list."""
        return sum(job.place is not None for job in self.jobs)

    def told(self) -> str:
        """Returns sentences on what was saved and what was not; empty where there was nothing."""
        if not self.watched:
            return "No job of the watch list could be read." if self.jobs_are_missing else ""
        jobs = "1 job" if self.watched == 1 else f"{self.watched} jobs"
        said = f"{jobs} of the watch list {'was' if self.watched == 1 else 'were'} saved from it"
        lacking = [
            ("there may have been more", self.jobs_are_missing),
            (f"labels of {self.nameless} could not be read", self.nameless),
            (f"readings of {self.without_readings} could not be read", self.without_readings),
            ("some commands or counts of calls could not be read", self.rest_is_missing),
        ]
        return ", ".join((said, *(words for words, holds in lacking if holds))) + "."


def read(path: Path, now: datetime) -> Remains:
    """Reads what can be read of the database in a file; raises nothing, and writes nothing to it.

    Args:
        path: The file; absolute.
        now: The time at which jobs count as added that lost the time when they were.
    """
    import sqlite3

    if not path.is_file() or path.stat().st_size == 0:
        return Remains()
    # What readers share is put beside the file, where there may be no place for it. Where nobody
    # else has it open, it is not needed, and would be left behind.
    shared, alone = "mode=ro", "mode=ro&immutable=1"
    for query in (shared, alone) if path.with_name(f"{path.name}-wal").exists() else (alone,):
        with suppress(sqlite3.Error), closing(_opened(path, query)) as connection:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            return Remains() if version > len(MIGRATIONS) else _remains(connection, now)
    return Remains(jobs_are_missing=True, rest_is_missing=True)


def of(connection: "sqlite3.Connection", now: datetime) -> Remains:
    """Reads what can still be read by a connection whose file is lost; for `now` see `read`."""
    try:
        connection.execute("PRAGMA writable_schema = ON")
        return _remains(connection, now)
    except connection.Error:
        return Remains(jobs_are_missing=True, rest_is_missing=True)


def write(remains: Remains, database: Database) -> None:
    """Writes what was saved into another database; what that one has already stays as it is.

    Raises:
        ConfigError: It cannot be written; nothing of it is then.
    """
    with database.transaction() as connection:

        def put(sql: str, values: Values) -> bool:
            # Whatever makes no sense only here must not cost the rest.
            with suppress(
                connection.IntegrityError,
                connection.InterfaceError,
                connection.ProgrammingError,
                OverflowError,
                UnicodeError,
            ):
                return connection.execute(sql, values).rowcount == 1
            return False

        for saved in remains.jobs:
            named = key(saved.profile, saved.job.ref)
            if not put(watch_list.KNOW, watch_list.values(saved.profile, saved.job)):
                continue  # it was there
            put(_PLACE, {**named, "place": saved.place})
            for reading in saved.readings:
                put(readings.KEEP, readings.values(saved.profile, 0, saved.job.ref, reading))
        for record in remains.control:
            put(control_log.KEEP_IF_MISSING, control_log.values(record))
        for day in remains.days:
            put(ledger.KEEP_DAY, day)


def _opened(path: Path, query: str) -> "sqlite3.Connection":
    import sqlite3

    connection = sqlite3.connect(
        f"{path.as_uri()}?{query}", uri=True, timeout=_PATIENCE, isolation_level=None
    )
    connection.text_factory = lambda text: text.decode(errors="replace")
    # Nothing is written: this has SQLite make do with a file that is too short, and with a list
    # of tables that it can read only in part.
    connection.execute("PRAGMA writable_schema = ON")
    return connection


def _remains(connection: "sqlite3.Connection", now: datetime) -> Remains:
    found = Remains()
    names, listed = _rows(connection, "SELECT name FROM sqlite_master WHERE type = 'table'")
    tables = {name for (name,) in names}
    if listed and "calls" in tables and tables.isdisjoint({"days", "jobs"}):
        _read_days(connection, found, _FIRST_DAYS)
    else:
        _read_jobs(connection, found, now)
        _read_control(connection, found)
        _read_days(connection, found, _DAYS)
    return found


def _read_jobs(connection: "sqlite3.Connection", found: Remains, now: datetime) -> None:
    refs, all_listed = _rows(connection, _REFS)
    highest, all_read = _highest(connection, refs)
    jobs: dict[int, _SavedJob] = {}
    doubtful: set[int] = set()
    for number in range(1, highest + 1):
        rows, whole = _rows(connection, _JOB, number)
        all_read &= whole
        for row in rows:
            try:
                jobs[number] = _to_saved(row, _last_readings(connection, found, number, row[1]))
            except _MAKES_NO_SENSE:
                all_read = False
    for number, *named in refs:
        if number in jobs and _named(jobs[number]) != named:
            try:
                _to_named(named)
            except _MAKES_NO_SENSE:
                continue
            # Which of the two is right cannot be told, and a call must not go to a wrong address.
            del jobs[number]
            doubtful.add(number)
    last = max((job.place or 0 for job in jobs.values()), default=0)
    for number, *named in refs:
        if number in jobs or number in doubtful:
            continue
        last += 1
        try:
            # Whether it was on the list is not known, and it is easily taken off again.
            profile, ref = _to_named(named)
            recent = _last_readings(connection, found, number, last)
            jobs[number] = _SavedJob(profile, last, WatchedJob(ref, ref.job_id, now), recent)
        except _MAKES_NO_SENSE:
            all_listed = False
        else:
            found.nameless += 1
    found.jobs = list(jobs.values())
    found.jobs_are_missing = bool(doubtful) or (not all_read and not all_listed)


def _highest(connection: "sqlite3.Connection", refs: list[_Row]) -> tuple[int, bool]:
    """The highest number that a job may have, from wherever it is told, and whether it is sure."""
    told, sure = _rows(connection, _HIGHEST_ID)
    told += [*_rows(connection, _HIGHEST_ID_EVER)[0], *refs]
    numbers = (row[0] for row in told)
    return max((n for n in numbers if isinstance(n, int) and n <= _TRIED_AT_MOST), default=0), sure


def _last_readings(
    connection: "sqlite3.Connection", found: Remains, job: int, place: int | None
) -> tuple[JobReading, ...]:
    """The last readings of a job that is on the list; oldest first."""
    if place is None:
        return ()
    numbers, all_read = _rows(connection, _READING_IDS, job)
    recent = []
    for (number,) in reversed(numbers):
        rows, whole = _rows(connection, _READING, number)
        all_read &= whole
        for row in rows:
            try:
                recent.append(_to_reading(row))
            except _MAKES_NO_SENSE:
                all_read = False
    found.without_readings += not all_read
    return tuple(recent)


def _read_control(connection: "sqlite3.Connection", found: Remains) -> None:
    known = {(saved.profile, saved.job.ref) for saved in found.jobs}
    keys, all_read = _any_way(connection, _CONTROL_KEYS)
    for (name,) in keys:
        rows, whole = _rows(connection, _CONTROL, name)
        all_read &= whole and bool(rows)
        for row in rows:
            try:
                record = control_log.to_record(row)
                control_log.values(record)
            except _MAKES_NO_SENSE:
                all_read = False
            else:
                if (record.profile, record.job.ref) in known:
                    found.control.append(record)
    found.rest_is_missing |= not all_read


def _read_days(connection: "sqlite3.Connection", found: Remains, queries: Sequence[str]) -> None:
    rows, all_read = _any_way(connection, queries)
    for row in rows:
        profile, day, *figures = row
        try:
            _check_profile(profile)
            date.fromisoformat(day)
            _check(all(isinstance(figure, int) for figure in figures))
        except _MAKES_NO_SENSE:
            all_read = False
        else:
            found.days.append(row)
    found.rest_is_missing |= not all_read


def _any_way(connection: "sqlite3.Connection", queries: Sequence[str]) -> tuple[list[_Row], bool]:
    """What any of several queries for the same finds, and whether one has found it all."""
    found: dict[_Row, None] = {}
    for sql in queries:
        rows, whole = _rows(connection, sql)
        found.update(dict.fromkeys(rows))
        if whole:
            return list(found), True
    return list(found), False


def _rows(connection: "sqlite3.Connection", sql: str, *values: object) -> tuple[list[_Row], bool]:
    """What a query finds until it fails, and whether it has not failed."""
    found = []
    try:
        for row in connection.execute(sql, values):
            found.append(row)
    except (connection.Error, OverflowError):
        return found, False
    return found, True


def _to_saved(row: _Row, recent: tuple[JobReading, ...]) -> _SavedJob:
    profile, place, *rest = row
    _check(place is None or isinstance(place, int))
    name, _ = _to_named([profile, *rest[:REF_WIDTH]])
    return _SavedJob(name, place, to_job(tuple(rest)), recent)


def _named(saved: _SavedJob) -> list[str]:
    return list(key(saved.profile, saved.job.ref).values())


def _check_profile(name: str) -> None:
    _check(name.isprintable() and _REPLACEMENT not in name)


def _to_named(named: list[str]) -> tuple[str, JobRef]:
    """The profile and the reference of a job; each part is one that can be."""
    profile, *parts = named
    _check_profile(profile)
    ref = to_ref(tuple(parts))
    origin = parse_base_url(ref.origin)
    again = make_ref(origin, ref.owner, ref.app, ref.form, ref.job_id, ref.environment)
    _check(again == ref)
    return profile, ref


def _to_reading(row: _Row) -> JobReading:
    _check(all(figure is None or isinstance(figure, int) for figure in row[3:]))
    return to_reading(row)


def _check(makes_sense: bool) -> None:
    if not makes_sense:
        raise ValueError
