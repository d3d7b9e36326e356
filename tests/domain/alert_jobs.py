"""Jobs to judge by the rules of alerts."""

from datetime import timedelta
from typing import Any

from tests.support.jobs import NOW, watched
from zcbulk_tui.domain.alert_rules import (
    Crossing,
)
from zcbulk_tui.domain.alerts import AlertKind, AlertRules
from zcbulk_tui.domain.job import Counts, JobReading, JobState, WatchedJob
from zcbulk_tui.domain.progress import remember
from zcbulk_tui.domain.snapshot import JobSnapshot

S, K = JobState, AlertKind
CROSSED, BETWEEN, CLEAR = Crossing.CROSSED, Crossing.BETWEEN, Crossing.CLEAR
JOB, RULES = watched(), AlertRules()
LONG_AGO = NOW - timedelta(days=5)
MINUTE = timedelta(minutes=1)


def read(
    minutes: float, state: JobState = S.IN_PROGRESS, done: int = 0, failed: int | None = 0
) -> JobReading:
    """A reading of a job of 100,000 records, so many minutes after `NOW`."""
    counts = Counts(100_000, done, failed)
    return JobReading(state, state.value, counts, NOW + minutes * MINUTE)


def known(*readings: JobReading, job: WatchedJob = JOB, **more: Any) -> JobSnapshot:
    """A job after these readings, which are kept as the monitor keeps them."""
    kept: tuple[JobReading, ...] = ()
    for reading in readings:
        kept = remember(kept, reading)
    return JobSnapshot(job, kept, **more)


ENDED = known(read(0), read(1, S.SYSTEM_ABORTED, 40_000, 9_000))
