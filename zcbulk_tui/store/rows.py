"""Moments, jobs, readings and days of calls as the database holds them, and back."""

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from zcbulk_tui.domain.budget import Cause, DayCalls
from zcbulk_tui.domain.job import Counts, Environment, JobReading, JobRef, JobState, WatchedJob
from zcbulk_tui.domain.text import one_line

_LARGEST = 2**63 - 1
"""What an integer of SQLite can hold; no count of records comes near it."""


def to_millis(moment: datetime) -> int:
    """Returns an aware moment as milliseconds since 1970."""
    return round(moment.timestamp() * 1000)


def to_moment(millis: int) -> datetime:
    """Returns milliseconds since 1970 as a moment in UTC."""
    return datetime.fromtimestamp(millis / 1000, UTC)


def maybe_millis(moment: datetime | None) -> int | None:
    """The same as `to_millis`, where there may be none."""
    return None if moment is None else to_millis(moment)


def maybe_moment(millis: int | None) -> datetime | None:
    """The same as `to_moment`, where there may be none."""
    return None if millis is None else to_moment(millis)


_KEY = ("profile", "origin", "owner", "app", "form", "environment", "job_id")

THE_JOB = f"(SELECT id FROM jobs WHERE {' AND '.join(f'{name} = :{name}' for name in _KEY)})"
"""The number of the row of the job that `key` names."""

SAME_JOB = " AND ".join(f"jobs.{name} = :{name}" for name in _KEY[1:])
"""Which rows are of the job that `key` names, of whatever profile."""

SAME_ID = "jobs.origin = :origin AND jobs.job_id = :job_id"
"""Which rows are of a job with this id: Zoho gives each id once, however its form is written."""

REF = "jobs.origin, jobs.owner, jobs.app, jobs.form, jobs.environment, jobs.job_id"
"""The columns of `to_ref`."""

JOB = (
    f"{REF}, jobs.label, jobs.added_at, jobs.created_at, jobs.started_at, jobs.added_by, "
    "jobs.tags, jobs.note, jobs.repairs, jobs.alert_on_end"
)
"""The columns of `to_job`."""

REF_WIDTH, JOB_WIDTH = len(REF.split(",")), len(JOB.split(","))
"""How many columns these are."""


def key(profile: str, ref: JobRef) -> dict[str, Any]:
    """Returns the values that identify a job."""
    values = (ref.origin, ref.owner, ref.app, ref.form, ref.environment.value, ref.job_id)
    return dict(zip(_KEY, (profile, *values), strict=True))


def no_job(profile: str) -> dict[str, Any]:
    """Returns the values of `key` that identify no job."""
    return {**dict.fromkeys(_KEY), "profile": profile}


@lru_cache(maxsize=4096)
def to_ref(row: tuple[Any, ...]) -> JobRef:
    """Returns the job with these values of `REF`: the same object each time, to save memory."""
    origin, owner, app, form, environment, job_id = row
    return JobRef(origin, owner, app, form, job_id, Environment(environment))


def to_job(row: tuple[Any, ...]) -> WatchedJob:
    """Returns the job with these values of `JOB`."""
    label, added_at, created_at, started_at, added_by, tags, note, repairs, alert = row[REF_WIDTH:]
    return WatchedJob(
        to_ref(row[:REF_WIDTH]),
        one_line(label, 60),
        to_moment(added_at),
        maybe_moment(created_at),
        maybe_moment(started_at),
        one_line(added_by, 80),
        tuple(one_line(tags, 200).split()),
        one_line(note, 200),
        one_line(repairs, 40),
        bool(alert),
    )


PLACE = "jobs.place, jobs.id"
"""What the list is ordered by: of two jobs with one place the one that was known first is first."""

INSERT_JOB = """
INSERT INTO jobs (profile, origin, owner, app, form, environment, job_id, label, tags, note,
    repairs, alert_on_end, added_at, added_by, created_at, started_at)
VALUES (:profile, :origin, :owner, :app, :form, :environment, :job_id, :label, :tags, :note,
    :repairs, :alert_on_end, :added_at, :added_by, :created_at, :started_at)
"""

KNOW_JOB = f"{INSERT_JOB} ON CONFLICT DO NOTHING"
"""Makes a job's row, without putting it on the list."""

PUT_LAST = f"""
UPDATE jobs SET place = (SELECT ifnull(max(place), 0) + 1 FROM jobs WHERE profile = :profile)
WHERE place IS NULL AND id = {THE_JOB}
"""
"""Puts a job that has a row at the end of the list."""


def job_values(profile: str, job: WatchedJob) -> dict[str, object]:
    """Returns the values of a job's row."""
    return {
        **key(profile, job.ref),
        "label": job.label,
        "tags": " ".join(job.tags),
        "note": job.note,
        "repairs": job.repairs,
        "alert_on_end": job.alert_on_end,
        "added_at": to_millis(job.added_at),
        "added_by": job.added_by,
        "created_at": maybe_millis(job.created_at),
        "started_at": maybe_millis(job.started_at),
    }


READING = "at, state, raw_state, total, success, failed, unprocessed, code"
"""The columns of a reading, in the order of `from_reading` and `to_reading`."""


def from_reading(reading: JobReading) -> tuple[Any, ...]:
    """Returns a reading as the values of its columns."""
    counts = reading.counts
    figures = (counts.total, counts.success, counts.failed, counts.unprocessed)
    return (
        to_millis(reading.read_at),
        reading.state.value,
        reading.raw_state,
        *(None if figure is None else min(figure, _LARGEST) for figure in figures),
        reading.code,
    )


def to_reading(row: tuple[Any, ...]) -> JobReading:
    """Returns the reading with these values of its columns."""
    at, state, raw_state, total, success, failed, unprocessed, code = row
    if not {type(total), type(success), type(failed), type(unprocessed), type(code)} <= _WHOLE:
        raise TypeError("a count is no whole number")
    counts = Counts(total, success, failed, unprocessed)
    return JobReading(to_state(state), _safe(raw_state), counts, to_moment(at), code)


def to_state(value: str) -> JobState:
    """Returns the state with this value; `UNKNOWN` of one that this version does not know."""
    return JobState(value) if value in _STATES else JobState.UNKNOWN


_STATES = frozenset(JobState)
_WHOLE = frozenset({int, type(None)})


@lru_cache(maxsize=256)
def _safe(raw_state: str) -> str:
    """A few words come again and again."""
    return one_line(raw_state, 40)


_NAMES = READING.split(", ")

KEEP_READING = f"""
INSERT INTO readings (job, by_window, {READING})
VALUES ({THE_JOB}, :window, {", ".join(f":reading_{name}" for name in _NAMES)})
"""
"""Writes a reading of a job."""

READINGS_SINCE = f"""
SELECT readings.id, {REF}, {", ".join(f"readings.{name}" for name in _NAMES)}
FROM readings JOIN jobs ON jobs.id = readings.job
WHERE readings.id > :last AND readings.by_window != :window AND jobs.profile = :profile
ORDER BY readings.id
"""
"""The number of a row, and the columns of `to_news`."""


def reading_values(profile: str, window: int, ref: JobRef, reading: JobReading) -> dict[str, Any]:
    """Returns the values of a reading's row."""
    columns = zip(_NAMES, from_reading(reading), strict=True)
    own = {f"reading_{name}": value for name, value in columns}
    return {**key(profile, ref), "window": window, **own}


def to_news(row: tuple[Any, ...]) -> tuple[JobRef, JobReading]:
    """Returns a job and its reading."""
    return to_ref(row[:REF_WIDTH]), to_reading(row[REF_WIDTH:])


DAY = "date, plan, key, command, script, elsewhere, spent"
"""The columns of `to_day`."""

KEEP_DAY = """
INSERT INTO days (profile, date, plan, key, command, script, elsewhere, spent)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (profile, date) DO UPDATE SET
    plan = max(plan, excluded.plan),
    key = max(key, excluded.key),
    command = max(command, excluded.command),
    script = max(script, excluded.script),
    elsewhere = max(elsewhere, excluded.elsewhere),
    spent = max(spent, excluded.spent)
"""
"""Writes a day that another file had: of two counts of the same calls the higher one counts."""


def day_values(profile: str, day: DayCalls) -> tuple[Any, ...]:
    """Returns the values of a day's row."""
    calls = (day.of(cause) for cause in Cause)
    return (profile, day.date.isoformat(), *calls, day.elsewhere, int(day.spent))


def to_day(row: tuple[Any, ...]) -> DayCalls:
    """Returns the day with these values of `DAY`."""
    day, *calls, elsewhere, spent = row
    return DayCalls(
        date.fromisoformat(day), tuple(map(int, calls)), int(elsewhere), bool(int(spent))
    )
