"""Which row of the database a job is, and the job that a row is."""

from functools import lru_cache
from typing import Any

from zcbulk_tui.domain.job import Environment, JobRef, WatchedJob
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.store.rows import maybe_moment, to_moment

_KEY = ("profile", "origin", "owner", "app", "form", "environment", "job_id")

THE_JOB = f"(SELECT id FROM jobs WHERE {' AND '.join(f'{name} = :{name}' for name in _KEY)})"
"""The number of the row of the job that `key` names."""

SAME_JOB = " AND ".join(f"jobs.{name} = :{name}" for name in _KEY[1:])
"""Which rows are of the job that `key` names, of whatever profile."""

REF = "jobs.origin, jobs.owner, jobs.app, jobs.form, jobs.environment, jobs.job_id"
"""The columns of `to_ref`."""

JOB = (
    f"{REF}, jobs.label, jobs.added_at, jobs.created_at, jobs.started_at, jobs.added_by, "
    "jobs.tags, jobs.note"
)
"""The columns of `to_job`."""

REF_WIDTH, JOB_WIDTH = len(REF.split(",")), len(JOB.split(","))
"""How many columns these are."""


def key(profile: str, ref: JobRef) -> dict[str, Any]:
    """Returns the values that tell one job from all others."""
    values = (ref.origin, ref.owner, ref.app, ref.form, ref.environment.value, ref.job_id)
    return dict(zip(_KEY, (profile, *values), strict=True))


@lru_cache(maxsize=4096)
def to_ref(row: tuple[Any, ...]) -> JobRef:
    """Returns the job with these values of `REF`: the same object each time, to save memory."""
    origin, owner, app, form, environment, job_id = row
    return JobRef(origin, owner, app, form, job_id, Environment(environment))


def to_job(row: tuple[Any, ...]) -> WatchedJob:
    """Returns the job with these values of `JOB`."""
    label, added_at, created_at, started_at, added_by, tags, note = row[REF_WIDTH:]
    return WatchedJob(
        to_ref(row[:REF_WIDTH]),
        one_line(label, 60),
        to_moment(added_at),
        maybe_moment(created_at),
        maybe_moment(started_at),
        one_line(added_by, 80),
        tuple(one_line(tags, 200).split()),
        one_line(note, 200),
    )
