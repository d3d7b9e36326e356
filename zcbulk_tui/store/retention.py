"""What is forgotten, so that the memory does not grow without end.

Of the readings of a job, the further back the fewer stay: every one of the last days; before that
the last of each state in ten minutes, later in an hour; and always the one that showed another
state, or another word for it, than that before it. Of a word that nobody knew, which shows that the
server has changed, the last one before another word stays, too. What stays does not depend on what
has gone already: a run that is broken off is finished by the next one, and a second run finds
nothing.

The present is that of the clock, or the moment at which something was last written down if that is
earlier: a clock that is far ahead must not wipe out everything before anybody has noticed.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from zcbulk_tui.domain.job import JobState
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.rows import to_millis, to_moment

_AT_ONCE = 500
"""Rows that one transaction deletes: few enough that nobody who waits for it notices."""

_HOURLY_FROM = 4
"""How many times as old as those that all stay readings are of which one an hour stays."""

_TEN_MINUTES, _HOUR = 600_000, 3_600_000

_INTERVAL = timedelta(hours=24)

_FORGOTTEN_READINGS = f"""
WITH old AS (
    SELECT id, at < :all AS is_too_old,
        state IS lag(state) OVER in_time AND raw_state IS lag(raw_state) OVER in_time
            AS is_as_before,
        lead(id) OVER of_its_time IS NOT NULL
            AND (state != '{JobState.UNKNOWN}' OR raw_state IS lead(raw_state) OVER in_time)
            AS is_followed
    FROM readings WHERE job = :job AND at < :full
    WINDOW
        in_time AS (PARTITION BY at < :all ORDER BY at, id),
        of_its_time AS (
            PARTITION BY state, raw_state, at - at % iif(at < :hourly, :hour, :ten_minutes)
            ORDER BY at, id
        )
)
SELECT id FROM old WHERE (is_too_old OR (is_as_before AND is_followed))
    AND id IS NOT (
        SELECT (SELECT max(id) FROM readings WHERE job = :job) FROM jobs
        WHERE id = :job AND (place IS NOT NULL OR id IN (SELECT job FROM wanted))
    )
ORDER BY id
"""
"""Those of a job that go; the last one stays while the job is on the list, or a window shows it."""

# Checked again whether it is the last one: the job may have come back to the list since.
_FORGET_READING = """
DELETE FROM readings WHERE id = :id
    AND id IS NOT (
        SELECT (SELECT max(id) FROM readings WHERE job = :job) FROM jobs
        WHERE id = :job AND (place IS NOT NULL OR id IN (SELECT job FROM wanted))
    )
"""

_OLD_EVENTS = "SELECT id FROM events WHERE id > :last AND at < :all ORDER BY id LIMIT 5000"
# A poll that went as planned is described by its reading, for as long as it stays.
_OLD_CALLS = """
SELECT id FROM calls
WHERE id > :last AND (at < :all OR (at < :full AND cause = 'plan' AND failure = ''))
ORDER BY id LIMIT 5000
"""
_OLD_CONTROL = "SELECT key FROM control WHERE at < ?"

_SOMETHING_OLD = """
SELECT 1 WHERE (SELECT at FROM readings ORDER BY id LIMIT 1) < :full
    OR (SELECT at FROM events ORDER BY id LIMIT 1) < :full
    OR (SELECT at FROM calls ORDER BY id LIMIT 1) < :full
"""

_FORGET_EVENT = "DELETE FROM events WHERE id = ?"
_FORGET_CALL = "DELETE FROM calls WHERE id = ?"
_FORGET_CONTROL = "DELETE FROM control WHERE key = ?"

_FORGET_INSERTIONS = "DELETE FROM insertions WHERE is_over AND queued_at < ?"

# One that is so still would be raised again.
_FORGET_ALERTS = "DELETE FROM alerts WHERE cleared_at IS NOT NULL AND at < ? AND cleared_at < ?"
_FORGET_NIGHTS = "DELETE FROM nights WHERE ended_at IS NOT NULL AND ended_at < ?"

_FORGET_WISHES = "DELETE FROM wanted WHERE by_window NOT IN (SELECT id FROM windows)"

# A job that was just added has no rows yet, and whoever added it is about to write some.
_FORGET_JOBS = """
DELETE FROM jobs WHERE place IS NULL AND added_at < ?
    AND NOT EXISTS (SELECT 1 FROM wanted WHERE job = jobs.id)
    AND NOT EXISTS (SELECT 1 FROM readings WHERE job = jobs.id)
    AND NOT EXISTS (SELECT 1 FROM events WHERE job = jobs.id)
    AND NOT EXISTS (SELECT 1 FROM calls WHERE job = jobs.id)
    AND NOT EXISTS (SELECT 1 FROM control WHERE job = jobs.id)
    AND NOT EXISTS (SELECT 1 FROM alerts WHERE job = jobs.id)
    AND NOT EXISTS (
        SELECT 1 FROM results WHERE job = jobs.id AND stage IN ('fetching', 'on disk'))
"""

_FORGET_RESULTS = "DELETE FROM results WHERE job NOT IN (SELECT id FROM jobs)"

_WRITTEN_LAST = """
SELECT max(at) FROM (
    SELECT * FROM (SELECT at FROM readings ORDER BY id DESC LIMIT 1) UNION ALL
    SELECT * FROM (SELECT at FROM events ORDER BY id DESC LIMIT 1) UNION ALL
    SELECT * FROM (SELECT at FROM calls ORDER BY id DESC LIMIT 1) UNION ALL
    SELECT max(at) FROM control
)
"""

_CLAIM = """
INSERT INTO marks (name, value) VALUES ('thinned_at', :now)
ON CONFLICT (name) DO UPDATE SET value = excluded.value
    WHERE abs(CAST(value AS INTEGER) - :now) >= :interval
"""


@dataclass(frozen=True, slots=True)
class Policy:
    """How long things are remembered.

    Attributes:
        full: For so long, every reading.
        all: For so long, some readings, and events, alerts and calls; no less than `full`.
        control: For so long, records of start and abort, of inserted files, and of nights.
    """

    full: timedelta
    all: timedelta
    control: timedelta


@dataclass(frozen=True, slots=True)
class Thinned:
    """How many of each have been forgotten."""

    readings: int = 0
    events: int = 0
    calls: int = 0
    control: int = 0
    jobs: int = 0


@dataclass(frozen=True, slots=True)
class Compacted:
    """What the memory has become.

    Attributes:
        thinned: What has been forgotten.
        before: Its size before, in bytes, without what is on its way into the file.
        after: Its size now.
    """

    thinned: Thinned
    before: int
    after: int


def claim(database: Database, policy: Policy, now: datetime) -> bool:
    """Whether to thin the memory now: something is old, and no process has done so within a day.

    The caller has to do it then: nobody else will, for a day.

    Raises:
        ConfigError: It cannot be read or written.
    """
    if not database.rows(_SOMETHING_OLD, {"full": _before(to_millis(now), policy.full)}):
        return False
    values = {"now": to_millis(now), "interval": _INTERVAL // timedelta(milliseconds=1)}
    with database.transaction() as connection:
        return bool(connection.execute(_CLAIM, values).rowcount == 1)


def thin(database: Database, policy: Policy, now: datetime) -> Thinned:
    """Forgets what is too old, a little at a time: others can write meanwhile.

    Args:
        database: Used by nobody else meanwhile.
        policy: What stays.
        now: The present; aware.

    Returns:
        What has been forgotten.

    Raises:
        ConfigError: It cannot be read or written; what is forgotten so far stays forgotten.
    """
    with database.making_sense():
        return _thinned(database, policy, now)


def _thinned(database: Database, policy: Policy, now: datetime) -> Thinned:
    present = _present(database, now)
    oldest = _before(present, policy.all)
    bounds = {
        "hour": _HOUR,
        "ten_minutes": _TEN_MINUTES,
        # Whole ones: what is last in one of them does not change any more.
        "full": _floor(_before(present, policy.full), _TEN_MINUTES),
        "hourly": _floor(_before(present, _HOURLY_FROM * policy.full), _HOUR),
        "all": oldest,
    }
    readings = 0
    for (job,) in database.rows("SELECT id FROM jobs ORDER BY id"):
        found = database.rows(_FORGOTTEN_READINGS, bounds | {"job": job})
        values = [{"id": number, "job": job} for (number,) in found]
        readings += _delete(database, _FORGET_READING, values)
    old = _before(present, policy.control)
    thinned = Thinned(
        readings,
        events=_forget(database, _OLD_EVENTS, _FORGET_EVENT, bounds),
        calls=_forget(database, _OLD_CALLS, _FORGET_CALL, bounds),
        control=_delete(database, _FORGET_CONTROL, database.rows(_OLD_CONTROL, (old,))),
    )
    with database.transaction() as connection:
        connection.execute(_FORGET_WISHES)
        connection.execute(_FORGET_INSERTIONS, (old,))
        connection.execute(_FORGET_ALERTS, (oldest, oldest))
        connection.execute(_FORGET_NIGHTS, (old,))
        jobs = connection.execute(_FORGET_JOBS, (oldest,)).rowcount
        connection.execute(_FORGET_RESULTS)
    return replace(thinned, jobs=jobs)


def no_later(database: Database, now: datetime) -> datetime:
    """Returns the present: that of the clock, or when something was last written down.

    Raises:
        ConfigError: It cannot be read.
    """
    return to_moment(_present(database, now))


def compact(database: Database, policy: Policy, now: datetime) -> Compacted:
    """Thins the memory, and gives the room back to the disk; others cannot write meanwhile.

    For arguments see `thin`.

    Raises:
        ConfigError: It cannot be read or written, or is in use.
    """
    before = _size(database)
    thinned = thin(database, policy, now)
    try:
        database.connection.execute("VACUUM")
        # Where a reader is in the way of this, the file shrinks when the last one ends.
        database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except database.connection.Error as error:
        raise ConfigError(
            "What is too old is forgotten, but the file could not be made smaller",
            f"{one_line(str(error))}.",
            "End what else uses it, and make room for a copy of it; then try again.",
        ) from error
    return Compacted(thinned, before, _size(database))


def _present(database: Database, now: datetime) -> int:
    (last,) = database.rows(_WRITTEN_LAST)[0]
    return to_millis(now) if last is None else min(to_millis(now), last)


def _forget(database: Database, found_by: str, sql: str, bounds: dict[str, int]) -> int:
    """Deletes rows that a query finds, some thousands of them at a time; returns how many."""
    gone, last = 0, -1
    while found := database.rows(found_by, {**bounds, "last": last}):
        gone += _delete(database, sql, found)
        last = found[-1][0]
    return gone


def _delete(database: Database, sql: str, values: Sequence[dict[str, int] | tuple[object]]) -> int:
    """Deletes rows, a few in each transaction; returns how many."""
    deleted = 0
    for start in range(0, len(values), _AT_ONCE):
        begun = time.monotonic()
        with database.transaction() as connection:
            deleted += connection.executemany(sql, values[start : start + _AT_ONCE]).rowcount
        # Who waits for its turn looks only now and then: half of the time is left to others.
        time.sleep(time.monotonic() - begun)
    return deleted


def _before(present: int, span: timedelta) -> int:
    return present - span // timedelta(milliseconds=1)


def _floor(moment: int, unit: int) -> int:
    return moment - moment % unit


def _size(database: Database) -> int:
    (pages,), (size,) = (database.rows(f"PRAGMA {name}")[0] for name in ("page_count", "page_size"))
    return int(pages) * int(size)
