"""Reading a summary, and what jobs are called, from the database's file as it is.

Nothing is written, and no window notices: while one is open, SQLite lets this read beside it; else
no lock is taken, and no file made. Loads in milliseconds, see `domain.summary`.
"""

import json
import os
import stat
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from zcbulk_tui.domain.summary import ENDED_BADLY, NO_ANSWER, UNCLEAR, Summary, Trouble
from zcbulk_tui.store.schema import VERSION, senseless

if TYPE_CHECKING:
    import sqlite3

_PATIENCE = 0.1
"""Seconds to wait for another program, which SQLite rarely makes a reader do."""

_SILENT = 5.0
"""Seconds after which a window that says nothing counts as gone: `windows.SILENT`."""

_BUSY = (5, 6)
_SPOILT = (1, 11, 26)
"""SQLite's codes, see `faults.Code`, which takes longer to load than all of this."""

_ENDED_BADLY = ("system_aborted", "failed", "expired")
_WAITING = ("created", "ready")

_Found = TypeVar("_Found")
_Rows = Callable[..., list[tuple[Any, ...]]]


class Unreadable(Enum):
    """Why nothing can be read, in a word or two."""

    BUSY = "store busy"
    DAMAGED = "store damaged"
    OTHER_VERSION = "store of another version"
    REFUSED = "store not readable"


class JobName(NamedTuple):
    """What a watched job is called.

    Attributes:
        label: Its label as it stands in the file: it may hold anything.
        job_id: Its id; the same holds for it.
        form: The form that it fills; the same holds for it.
    """

    label: str
    job_id: str
    form: str


_PROFILES = "SELECT DISTINCT profile FROM jobs WHERE place IS NOT NULL ORDER BY profile"

_JOBS = """
SELECT jobs.id, jobs.profile, readings.at, readings.state, readings.total, readings.success,
    readings.failed
FROM jobs
LEFT JOIN readings ON readings.id = (SELECT max(id) FROM readings WHERE job = jobs.id)
WHERE jobs.profile = ? AND jobs.place IS NOT NULL
"""

_FAULT = "SELECT 1 FROM events WHERE job = ? AND kind = 'fault' AND at > ? LIMIT 1"

_UNCLEAR = "SELECT 1 FROM control WHERE job = ? AND outcome = 'sent' AND error IS NOT NULL LIMIT 1"

_ALERTS = """
SELECT kind, severity, job FROM alerts
WHERE profile = ? AND cleared_at IS NULL AND severity != 'info'
"""

_POLLER = """
SELECT service FROM windows
WHERE profile = :profile AND polls AND heartbeat BETWEEN :now - :silent AND :now + :silent
"""

_LAST_CALL = "SELECT at, calls_left FROM calls WHERE profile = ? ORDER BY at DESC LIMIT 1"

_NAMES = """
SELECT label, job_id, form FROM jobs WHERE profile = ? AND place IS NOT NULL ORDER BY place, id
"""


def read_summary(
    path: str,
    profiles: Sequence[str],
    now: float,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> Summary | Unreadable:
    """Returns what a status line shows; of a file that is not there, that nothing is watched.

    Args:
        path: The file of the database.
        profiles: Whose jobs; none for those of all profiles that watch any.
        now: Seconds since 1970.
        clock: The clock of the windows' heartbeats.
    """
    return _read(path, lambda rows: _summary(rows, profiles, now, clock()), Summary())


def read_names(path: str, profiles: Sequence[str]) -> list[JobName] | Unreadable:
    """Returns what the watched jobs are called, in their order; for the arguments see above."""

    def names(rows: _Rows) -> list[JobName]:
        found = (rows(_NAMES, (profile,)) for profile in _named(rows, profiles))
        return [JobName(*map(str, row)) for some in found for row in some]

    return _read(path, names, [])


def _read(path: str, read: Callable[[_Rows], _Found], nothing: _Found) -> _Found | Unreadable:
    """Reads a database; `nothing` where there is none, or one without tables.

    SQLite makes its two files beside the database even for a reader who is alone, unless it is
    sure that nobody writes. So it is made sure at first, and asked afterwards whether that held.
    """
    try:
        before = _written(path)
        if before is None:
            return Unreadable.REFUSED
        if before.waiting == 0:
            found = _attempt(path, "immutable=1", read, nothing)
            if _written(path) == before:
                return found
        return _attempt(path, "mode=ro", read, nothing)
    except FileNotFoundError:
        return nothing
    except OSError:
        return Unreadable.REFUSED


def _attempt(
    path: str, how: str, read: Callable[[_Rows], _Found], nothing: _Found
) -> _Found | Unreadable:
    import sqlite3  # loaded with the first database

    where = path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    try:
        with closing(
            sqlite3.connect(
                f"file:{where}?{how}", uri=True, timeout=_PATIENCE, isolation_level=None
            )
        ) as connection:
            return _checked(connection, read, nothing)
    except sqlite3.Error as error:
        return _why(error)
    except (ArithmeticError, LookupError, TypeError, ValueError):
        # Values that this program would not have written.
        return Unreadable.DAMAGED


def _checked(
    connection: "sqlite3.Connection", read: Callable[[_Rows], _Found], nothing: _Found
) -> _Found | Unreadable:
    connection.row_factory = _whole_row
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == 0:
        return nothing  # somebody is about to make its tables
    if version != VERSION:
        return Unreadable.OTHER_VERSION
    # All of it as it stood at one moment.
    connection.execute("BEGIN")
    return read(lambda sql, values=(): connection.execute(sql, values).fetchall())


def _whole_row(_: object, row: tuple[Any, ...]) -> tuple[Any, ...]:
    if senseless(row) is not None:
        raise ValueError(row)
    return row


class _Written(NamedTuple):
    """When a database was written, its size, and the size of what is not in its file yet."""

    at: int
    size: int
    waiting: int


def _written(path: str) -> _Written | None:
    """How it stands with a database's file; None where something else stands in its place."""
    found = os.stat(path)  # noqa: PTH116 - pathlib takes long to load
    if not stat.S_ISREG(found.st_mode):
        return None
    try:
        waiting = os.stat(f"{path}-wal").st_size  # noqa: PTH116 - the same
    except FileNotFoundError:
        waiting = 0
    return _Written(found.st_mtime_ns, found.st_size, waiting)


def _why(error: "sqlite3.Error") -> Unreadable:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _BUSY:
        return Unreadable.BUSY
    # Python, not SQLite, says what is no UTF-8.
    is_spoilt = code in _SPOILT or "decode to UTF-8" in str(error)
    return Unreadable.DAMAGED if is_spoilt else Unreadable.REFUSED


def _named(rows: _Rows, profiles: Sequence[str]) -> Sequence[str]:
    return profiles or [profile for (profile,) in rows(_PROFILES)]


def _summary(rows: _Rows, profiles: Sequence[str], now: float, beat: float) -> Summary:
    return _together([_of(rows, profile, now, beat) for profile in _named(rows, profiles)])


class _Part(NamedTuple):
    """What one profile adds to a summary, and the records of its running jobs."""

    summary: Summary
    processed: int
    total: int


def _of(rows: _Rows, profile: str, now: float, beat: float) -> _Part:
    jobs = rows(_JOBS, (profile,))
    states = [state for _, _, _, state, *_ in jobs]
    running = states.count("in_progress")
    waiting = sum(state in _WAITING for state in states)
    unread = sum(state in (None, "unknown") for state in states)
    completed = states.count("completed")
    troubles = [
        Trouble(str(kind), severity == "critical", job)
        for kind, severity, job in rows(_ALERTS, (profile,))
    ]
    processed = total = 0
    oldest: float | None = None
    for number, _, at, state, records, success, failed in jobs:
        if state in _ENDED_BADLY:
            troubles.append(Trouble(ENDED_BADLY, job=number))
        if state not in (None, "unknown", "in_progress", *_WAITING):
            continue
        if rows(_FAULT, (number, at or 0)):
            troubles.append(Trouble(NO_ANSWER, job=number))
        if rows(_UNCLEAR, (number,)):
            troubles.append(Trouble(UNCLEAR, job=number))
        if at is not None:
            oldest = at if oldest is None else min(oldest, at)
        if state == "in_progress" and records and success is not None and failed is not None:
            processed, total = processed + success + failed, total + records
    service = _service(rows, profile, beat)
    summary = Summary(
        running=running,
        waiting=waiting,
        completed=completed,
        ended=len(jobs) - running - waiting - unread - completed,
        unread=unread,
        troubles=tuple(troubles),
        calls_left=_calls_left(rows, profile, service, now),
        age=None if oldest is None else max(now - oldest / 1000, 0.0),
        is_polled=service is not None,
        is_paused=bool(service and service.get("paused")),
    )
    return _Part(summary, processed, total)


def _service(rows: _Rows, profile: str, beat: float) -> dict[str, Any] | None:
    """What the window that polls says of its calls; None where none polls."""
    found = rows(_POLLER, {"profile": profile, "now": beat, "silent": _SILENT})
    if not found:
        return None
    return dict(json.loads(found[0][0] or "{}"))


def _calls_left(
    rows: _Rows, profile: str, service: dict[str, Any] | None, now: float
) -> int | None:
    """The calls that are left, as the window that polls has them; else after today's last call.

    Of a call of another day it is not known: the day of the quota may have begun anew.
    """
    if service is not None and service.get("left") is not None:
        return int(service["left"])
    for at, left in rows(_LAST_CALL, (profile,)):
        today, then = (time.localtime(seconds)[:3] for seconds in (now, at / 1000))
        return int(left) if today == then else None
    return None


def _together(parts: Sequence[_Part]) -> Summary:
    all_ = [part.summary for part in parts]
    open_ = [it for it in all_ if not it.is_over]
    processed, total = sum(part.processed for part in parts), sum(part.total for part in parts)
    return Summary(
        running=sum(it.running for it in all_),
        waiting=sum(it.waiting for it in all_),
        completed=sum(it.completed for it in all_),
        ended=sum(it.ended for it in all_),
        unread=sum(it.unread for it in all_),
        share=processed / total if total else None,
        troubles=tuple(trouble for it in all_ for trouble in it.troubles),
        calls_left=min((it.calls_left for it in all_ if it.calls_left is not None), default=None),
        age=max((it.age for it in all_ if it.age is not None), default=None),
        is_polled=bool(open_) and all(it.is_polled for it in open_),
        is_paused=any(it.is_paused for it in open_),
    )
