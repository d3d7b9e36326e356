"""Warnings about a job whose state has not changed."""

from datetime import timedelta

from zcbulk_tui.domain.deadlines import start_by
from zcbulk_tui.domain.job import JobReading, JobState
from zcbulk_tui.domain.outlook import FAILED_SHARE
from zcbulk_tui.domain.snapshot import JobSnapshot

STANDS_STILL = timedelta(minutes=15)
"""How long the counts of a running job may stay the same before a warning."""

LAST_CALL = timedelta(minutes=30)
"""How long before the start deadline a warning is due."""


def alerts(before: JobSnapshot, after: JobSnapshot) -> list[str]:
    """Returns warnings that apply to the last reading of a job, and did not to the one before.

    Args:
        before: The job without its last reading.
        after: The job with it.

    Returns:
        Sentences without a full stop.
    """
    last = after.last
    if last is None:
        return []
    return [
        text
        for text, applies in (
            ("More than 5 % of its records have failed", _fails),
            (f"Its counts have not moved for {_minutes(STANDS_STILL)}", _stands_still),
            (f"It expires within {_minutes(LAST_CALL)} unless it is started", _nearly_expires),
        )
        if applies(after) and not applies(before)
    ]


def _fails(job: JobSnapshot) -> bool:
    if job.last is None or not job.last.counts.total:
        return False
    return (job.last.counts.failed or 0) > FAILED_SHARE * job.last.counts.total


def _stands_still(job: JobSnapshot) -> bool:
    if job.last is None or job.last.state is not JobState.IN_PROGRESS:
        return False
    since = job.last.read_at
    for reading in reversed(job.readings):
        if not _says_the_same(reading, job.last):
            break
        since = reading.read_at
    return job.last.read_at - since >= STANDS_STILL


def _nearly_expires(job: JobSnapshot) -> bool:
    if job.last is None or not job.last.state.is_waiting:
        return False
    return start_by(job.job).at - job.last.read_at <= LAST_CALL


def _says_the_same(one: JobReading, other: JobReading) -> bool:
    return (one.state, one.counts) == (other.state, other.counts)


def _minutes(span: timedelta) -> str:
    return f"{span // timedelta(minutes=1)} minutes"
