"""Memories with rows of any age, and what is left of them."""

from datetime import timedelta

from tests.support.databases import memory_database
from tests.support.jobs import NOW, REF
from zcbulk_tui.domain.job import JobState
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.retention import Policy
from zcbulk_tui.store.rows import key, to_millis

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
POLICY = Policy(full=7 * DAY, all=90 * DAY, control=1100 * DAY)

RUNNING, DONE = JobState.IN_PROGRESS, JobState.COMPLETED

Row = tuple[int, timedelta, JobState]
"""A reading: the number of the job, its age, and the state."""


def add_job(database: Database, number: int, *, place: int | None = 0, age: timedelta) -> None:
    values = key("default", REF) | {"job_id": str(number), "id": number, "place": place}
    names = ", ".join(values)
    database.write_later(
        f"INSERT INTO jobs (label, added_at, {names}) "
        f"VALUES ('', {millis(age)}, {', '.join(f':{name}' for name in values)})",
        values,
    )


def add_reading(
    database: Database, job: int, age: timedelta, state: JobState = RUNNING, word: str = ""
) -> None:
    sql = "INSERT INTO readings (job, at, by_window, state, raw_state) VALUES (?, ?, 1, ?, ?)"
    database.write_later(sql, (job, millis(age), state, word))


def add_event(database: Database, age: timedelta, job: int | None = None) -> None:
    sql = (
        "INSERT INTO events (profile, job, at, by_window, kind, text) VALUES ('a', ?, ?, 1, '', '')"
    )
    database.write_later(sql, (job, millis(age)))


def add_call(
    database: Database, job: int, age: timedelta, cause: str = "key", failure: str = ""
) -> None:
    sql = (
        "INSERT INTO calls (profile, job, at, cause, why, request, milliseconds, calls_left, said, "
        "failure) VALUES ('default', ?, ?, ?, '', '', 1, 1, '', ?)"
    )
    database.write_later(sql, (job, millis(age), cause, failure))


def add_control(database: Database, job: int, age: timedelta) -> None:
    sql = (
        "INSERT INTO control (key, profile, job, at, local_time, operator, action, request, "
        "outcome, said) VALUES (?, 'default', ?, ?, '', '', 'start', '', 'sent', '')"
    )
    database.write_later(sql, (f"{job} {age}", job, millis(age)))


def add_alert(database: Database, job: int, age: timedelta, cleared: timedelta | None) -> None:
    sql = (
        "INSERT INTO alerts (profile, job, kind, severity, text, is_asked, at, cleared_at) "
        "VALUES ('default', ?, 'stuck', 'warning', '', 0, ?, ?)"
    )
    ended = None if cleared is None else millis(cleared)
    database.write_later(sql, (job, millis(age), ended))


def filled(rows: list[Row], *, watched: bool = True) -> Database:
    """A database with these readings, written in their order."""
    database = memory_database()
    for number in {job for job, _, _ in rows}:
        add_job(database, number, place=number if watched else None, age=100 * DAY)
    for row in rows:
        add_reading(database, *row)
    return database


def millis(age: timedelta) -> int:
    return to_millis(NOW - age)


def ages(database: Database, table: str = "readings") -> list[timedelta]:
    """The ages of what there is, in the order in which it was written."""
    return [timedelta(milliseconds=to_millis(NOW) - at) for at in column(database, "at", table)]


def column(database: Database, name: str, table: str) -> list[int]:
    return [value for (value,) in database.rows(f"SELECT {name} FROM {table} ORDER BY rowid")]


def content(database: Database) -> list[tuple[object, ...]]:
    return database.rows("SELECT job, at, state, id FROM readings ORDER BY job, at, id")
