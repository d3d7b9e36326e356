"""How large what is published is, how long it takes, and how long it holds the loop.

``python -m tests.benchmarks.publish [--runs N]`` makes lists of 10, 200 and 1,000 jobs of all
kinds. For each it prints the bytes of the three files, the milliseconds that each takes, and the
longest time for which a loop stood still while a thread made all three twice, as the window does
when something has changed; beside it, for how long the same loop stood still with nothing to do.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from statistics import median

from tests.support.jobs import REF
from zcbulk_tui.cli.publishing import publish
from zcbulk_tui.domain.budget import Budget, DayCalls, Pace, QuotaPlan, Spent
from zcbulk_tui.domain.job import Counts, JobReading, JobState, WatchedJob
from zcbulk_tui.domain.publication import Publication, Stamp
from zcbulk_tui.domain.snapshot import JobSnapshot, ServiceSnapshot
from zcbulk_tui.render.open_metrics import open_metrics
from zcbulk_tui.render.page import MOST_BYTES, page
from zcbulk_tui.render.published_json import published_json

_COUNTS = (10, 200, 1_000)
_LONGEST_STILL = 20.0
"""Milliseconds for which the loop may stand still, beyond those without work."""

_NOW = datetime(2026, 3, 11, 10, 30, tzinfo=UTC)
_STAMP = Stamp.at(_NOW)
_PLAN = QuotaPlan(daily_calls=1000, share=1, reserve=20, zone=UTC)
_SPENT = Spent(
    Budget(_PLAN, DayCalls(date(2026, 3, 11))),
    _NOW + timedelta(hours=13),
    Pace.BALANCED,
    Pace.BALANCED,
)

_Maker = Callable[[Publication, Stamp], str]

_MAKERS: dict[str, _Maker] = {
    "index.html": page,
    "jobs.json": published_json,
    "metrics.txt": open_metrics,
}


def main() -> int:
    """Prints the figures; returns 1 if one of them is beyond its limit."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=9, help="of each, the median counts")
    runs = parser.parse_args().runs
    is_fine = True
    print(_ROW.format("", *_MAKERS, "still", "idle"))
    for count in _COUNTS:
        made = publication(count)
        sizes = {name: len(maker(made, _STAMP).encode()) for name, maker in _MAKERS.items()}
        spent = {name: _milliseconds(maker, made, runs) for name, maker in _MAKERS.items()}
        still, idle = asyncio.run(_longest_still(made, runs))
        is_fine &= sizes["index.html"] < MOST_BYTES and still - idle < _LONGEST_STILL
        files = [f"{sizes[name]:,} B {spent[name]:.1f} ms" for name in _MAKERS]
        print(_ROW.format(f"{count:,} jobs", *files, f"{still:.1f} ms", f"{idle:.1f} ms"))
    print(f"Limits: {MOST_BYTES:,} B of a page, {_LONGEST_STILL:.0f} ms longer still than idle")
    return 0 if is_fine else 1


_ROW = "{:<12}{:>22}{:>22}{:>22}{:>10}{:>10}"


def publication(count: int) -> Publication:
    """Returns a list of so many jobs; of ten six run, and one of these is in danger."""
    jobs = tuple(_job(number) for number in range(count))
    service = ServiceSnapshot(_SPENT, answered=True, changed_at=_NOW)
    return Publication("orders", jobs, service, _NOW)


def _job(number: int) -> JobSnapshot:
    ref = REF._replace(job_id=str(3_888_833_000_000_000_000 + number))
    job = WatchedJob(ref, f"Customers of region {number}", _NOW - timedelta(hours=1))
    state = (JobState.COMPLETED, JobState.READY, JobState.FAILED, JobState.SYSTEM_ABORTED)
    kind = number % 10
    if kind >= len(state):
        readings = tuple(
            JobReading(
                JobState.IN_PROGRESS,
                "In-Progress",
                Counts(500_000, 20_000 * step, 1_500 * step if kind == 9 else step, None),
                _NOW - timedelta(seconds=20 * (8 - step) + kind),
            )
            for step in range(1, 9)
        )
        return JobSnapshot(job, readings, next_poll_at=_NOW + timedelta(seconds=kind))
    counts = Counts(20_000, 0, 0) if state[kind].is_waiting else Counts(20_000, 19_000, 1_000, 0)
    last = JobReading(state[kind], state[kind].value, counts, _NOW - timedelta(minutes=10))
    return JobSnapshot(job, (last,))


def _milliseconds(
    maker: Callable[[Publication, Stamp], str], made: Publication, runs: int
) -> float:
    """The median; each run begins with snapshots that nothing was worked out of yet."""
    times = []
    for _ in range(runs):
        fresh = replace(made, jobs=tuple(replace(job) for job in made.jobs))
        began = time.perf_counter()
        maker(fresh, _STAMP)
        times.append((time.perf_counter() - began) * 1000)
    return median(times)


async def _longest_still(made: Publication, runs: int) -> tuple[float, float]:
    """The medians of the longest times in which the loop did not turn, with work and without."""
    found: list[float] = []
    idle: list[float] = []
    for _ in range(runs):
        fresh = replace(made, jobs=tuple(replace(job) for job in made.jobs))

        def twice(fresh: Publication = fresh) -> None:
            # As the window does: once to see what has changed, once with the new times.
            publish(fresh, _STAMP)
            publish(fresh, _STAMP)

        began = time.perf_counter()
        found.append(await _still_while(twice))
        lasted = time.perf_counter() - began
        idle.append(await _still_while(partial(time.sleep, lasted)))
    return median(found), median(idle)


async def _still_while(work: Callable[[], None]) -> float:
    """The longest time in milliseconds for which the loop did not turn while a thread worked."""
    task = asyncio.create_task(asyncio.to_thread(work))
    longest, before = 0.0, time.perf_counter()
    while not task.done():
        await asyncio.sleep(0.001)
        now = time.perf_counter()
        longest, before = max(longest, now - before), now
    return longest * 1000


if __name__ == "__main__":
    sys.exit(main())
