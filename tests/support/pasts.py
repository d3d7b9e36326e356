"""Forms with a past: the memory as polls of their jobs have left it."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from zcbulk_tui.domain.job import Counts, JobReading, JobRef, JobState, WatchedJob
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.memory import Memory
from zcbulk_tui.store.windows import NoWindow

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)
"""When the first of them started."""

RECORDS = 20_000
"""Records of each."""

_BATCH = 200


def give_past(
    database: Database,
    form: JobRef,
    rates: Iterable[float],
    *,
    lag: float = 20.0,
    failed_share: float = 0.0,
    profile: str = "default",
) -> None:
    """Remembers jobs of a form, one a day, each read twenty times.

    Args:
        database: Takes them.
        form: A job of the form.
        rates: Records a second of each of them, without its lag.
        lag: Seconds from the start to the first movement of each.
        failed_share: Share of the records that failed.
        profile: Whose jobs.
    """
    memory = Memory(database, profile, NoWindow(database, profile))
    for number, rate in enumerate(rates):
        start = BEGAN + timedelta(days=number)
        ref = form._replace(job_id=str(7_000 + number))
        memory.know([WatchedJob(ref, f"Past {number}", start, started_at=start)])
        for step in range(21):
            seconds = 2.0 + step / 20 * (lag + RECORDS / rate)
            memory.read(ref, _reading(start, seconds, rate, lag, failed_share))
    database.flush()


def _reading(
    start: datetime, seconds: float, rate: float, lag: float, failed_share: float
) -> JobReading:
    batches = int(max(seconds - lag, 0.0) * rate / _BATCH)
    done = min(batches * _BATCH, RECORDS)
    failed = round(done * failed_share)
    state = JobState.COMPLETED if done == RECORDS else JobState.IN_PROGRESS
    counts = Counts(RECORDS, done - failed, failed, RECORDS - done)
    return JobReading(state, state.value, counts, start + timedelta(seconds=seconds))
