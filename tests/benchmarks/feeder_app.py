"""The dashboard's screen with 20 readings a second, far more than Zoho's limits could bring.

``python -m tests.benchmarks.feeder_app JOBS``: all jobs are running, and have been read before the
first window; the readings go round the rows on screen.
"""

import asyncio
import random
import sys
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

from tests.benchmarks.feeder_jobs import watched_jobs
from tests.support.databases import memory_database
from zcbulk_tui.cli.dashboard import resuming_gc
from zcbulk_tui.domain.job import Counts, JobReading, JobRef, JobState, WatchedJob
from zcbulk_tui.domain.progress import HISTORY
from zcbulk_tui.domain.snapshot import JobSnapshot, ServiceSnapshot
from zcbulk_tui.domain.windows import Recalled
from zcbulk_tui.monitor.events import JobChanged, ServiceChanged, Sink
from zcbulk_tui.store.archive import Archive
from zcbulk_tui.tui.app import DashboardApp
from zcbulk_tui.tui.connection import Connection
from zcbulk_tui.tui.profile_spec import ProfileSpec
from zcbulk_tui.tui.screens.watch import WatchScreen

if TYPE_CHECKING:
    from zcbulk_tui.monitor.monitor import Monitor

_PERIOD = 1 / 20

_PER_LOOK = 10
"""Readings between two looks at what is on screen; the feeder's own CPU counts as the screen's."""

_NEXT_POLL = timedelta(seconds=15)


class FedJob:
    """A running job that moves at its own, somewhat uneven speed."""

    def __init__(self, job: WatchedJob, luck: random.Random, now: datetime) -> None:
        self._job = job
        self._luck = luck
        self._speed = luck.uniform(60, 400)
        self._total = luck.randrange(200_000, 1_000_000, 200)
        self._done = self._total * luck.uniform(0.05, 0.5)
        self._read_at = now
        self._readings: deque[JobReading] = deque(maxlen=HISTORY)

    def read(self, now: datetime) -> JobSnapshot:
        """The job after one more reading."""
        seconds = (now - self._read_at).total_seconds()
        self._read_at = now
        self._done = min(
            self._done + seconds * self._speed * self._luck.uniform(0.6, 1.4), self._total
        )
        processed = int(self._done)
        failed = processed // 150
        counts = Counts(self._total, processed - failed, failed, self._total - processed)
        self._readings.append(JobReading(JobState.IN_PROGRESS, "In-progress", counts, now))
        return JobSnapshot(self._job, tuple(self._readings), next_poll_at=now + _NEXT_POLL)


class Feeder:
    """Stands in for the monitor: it publishes readings that nobody had to ask for.

    Args:
        sink: Takes them.
        on_screen: The jobs that are on screen now.
    """

    def __init__(self, sink: Sink, on_screen: Callable[[], Sequence[JobRef]]) -> None:
        self._sink = sink
        self._on_screen = on_screen
        self._jobs: dict[JobRef, FedJob] = {}

    def watch(self, jobs: Iterable[Recalled]) -> None:
        """Takes the jobs to feed."""
        luck = random.Random(1)
        now = datetime.now(UTC)
        for recalled in jobs:
            job = recalled.snapshot.job
            self._jobs[job.ref] = FedJob(job, luck, now)

    def set_focus(self, *, focused: bool) -> None:
        """Goes on as before."""

    def day_plan(self) -> None:
        """There is no plan; nobody asks for one here."""

    def set_pace(self, pace: object) -> None:
        """There is no pace; nobody chooses one here."""

    async def run(self) -> None:
        """Publishes a reading of every job, and then 20 a second, until cancelled."""
        for job in self._jobs.values():
            self._sink.publish(JobChanged(job.read(datetime.now(UTC))))
        self._sink.publish(ServiceChanged(ServiceSnapshot(answered=True)))
        loop = asyncio.get_running_loop()
        due = loop.time()
        turn = 0
        refs: Sequence[JobRef] = ()
        while True:
            due += _PERIOD
            await asyncio.sleep(due - loop.time())
            if turn % _PER_LOOK == 0:
                refs = self._on_screen() or refs  # a filter may find nothing
            job = self._jobs[refs[turn % len(refs)]]
            self._sink.publish(JobChanged(job.read(datetime.now(UTC))))
            turn += 1


def main() -> None:
    """Shows the dashboard over the feeder."""
    jobs = watched_jobs(int(sys.argv[1]))

    def on_screen() -> list[JobRef]:
        screen = cast(WatchScreen, app.screen_stack[0])
        return [listed.snapshot.ref for listed in screen.jobs.on_screen()]

    async def close() -> None:
        """There is nothing to close."""

    def connect(sink: Sink) -> Connection:
        monitor = cast("Monitor", Feeder(sink, on_screen))
        archive = Archive(memory_database(), "FED")
        return Connection(monitor, list(map(Recalled, watched)), archive, close)

    watched = [JobSnapshot(job) for job in jobs]
    app = DashboardApp(resuming_gc(ProfileSpec(connect, "FED", watched)))
    app.run()


if __name__ == "__main__":
    main()
