"""Warnings about a job whose state has not changed."""

from datetime import timedelta

from zcbulk_tui.domain.concern import STUCK, unmoved
from zcbulk_tui.domain.deadlines import start_by
from zcbulk_tui.domain.job import JobState
from zcbulk_tui.domain.outlook import FAILED_SHARE
from zcbulk_tui.domain.snapshot import JobSnapshot

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
            (f"Its counts have not moved for {_minutes(timedelta(seconds=STUCK))}", _is_stuck),
            (f"It expires within {_minutes(LAST_CALL)} unless it is started", _nearly_expires),
        )
        if applies(after) and not applies(before)
    ]


def _fails(job: JobSnapshot) -> bool:
    if job.last is None or not job.last.counts.total:
        return False
    return (job.last.counts.failed or 0) > FAILED_SHARE * job.last.counts.total


def _is_stuck(job: JobSnapshot) -> bool:
    return job.state is JobState.IN_PROGRESS and unmoved(job) >= STUCK


def _nearly_expires(job: JobSnapshot) -> bool:
    if job.last is None or not job.last.state.is_waiting:
        return False
    return start_by(job.job).at - job.last.read_at <= LAST_CALL


def _minutes(span: timedelta) -> str:
    return f"{span // timedelta(minutes=1)} minutes"
