"""Whether the list warns of the jobs that end badly, and of no others.

``python -m tests.benchmarks.marks [--seeds N] [--speed X] [--scenario NAME]`` watches a scenario of
the simulator on a virtual clock, once for each seed, until every job is over, with nobody at the
keys. For each way to end it prints how many jobs were marked at the reading before the last one,
and how long the mark had stood. Jobs that are over from the beginning do not count.
"""

import argparse
import asyncio
import contextlib
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median

from tests.support.virtual_time import run_virtual
from zcbulk_tui.cli.simulated import connect
from zcbulk_tui.domain.concern import Concern, assess
from zcbulk_tui.domain.job import JobRef, JobState
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.monitor.events import Event, JobChanged
from zcbulk_tui.simulator.scenarios import SCENARIOS, build

_BEGIN = 1_773_230_400.0  # 2026-03-11, noon UTC
_PATIENCE = 6 * 3600.0

_ABORT = frozenset({Concern.OVER_LIMIT, Concern.MAY_BE_ABORTED})

_WARNS_OF = {JobState.SYSTEM_ABORTED: _ABORT, JobState.EXPIRED: frozenset({Concern.START})}
"""What counts as a warning of an end; a job that breaks off cannot be foreseen."""


@dataclass(slots=True)
class _Watched:
    """A job's snapshots, one for each reading, and when they came in real seconds."""

    snapshots: list[tuple[float, JobSnapshot]] = field(default_factory=list)

    @property
    def end(self) -> JobState | None:
        """How it ended; None where that was not seen, or where it had before."""
        first, last = self.snapshots[0][1], self.snapshots[-1][1]
        return last.state if last.is_final and not first.is_final else None

    def marked_for(self, kinds: frozenset[Concern]) -> float | None:
        """How long one of these stood at the reading before the last, in real seconds."""
        *before, (ended_at, _) = self.snapshots
        since = None
        for at, snapshot in reversed(before):
            if assess(snapshot).concern not in kinds:
                break
            since = at
        return None if since is None else ended_at - since


class _Sink:
    """Keeps every reading, and knows when all of so many jobs are over."""

    def __init__(self) -> None:
        self.jobs: defaultdict[JobRef, _Watched] = defaultdict(_Watched)
        self.left = 0
        self.all_over = asyncio.Event()

    def publish(self, event: Event) -> None:
        """Takes an event of the monitor."""
        if not isinstance(event, JobChanged) or event.snapshot.last is None:
            return
        seen = self.jobs[event.snapshot.ref].snapshots
        if not seen or seen[-1][1].last is not event.snapshot.last:
            seen.append((asyncio.get_running_loop().time(), event.snapshot))
            self.left -= event.snapshot.is_final
            if not self.left:
                self.all_over.set()


def _watch(scenario: str, seed: int, speed: float) -> Iterator[tuple[JobState, _Watched]]:
    """Yields the jobs that ended while they were watched."""
    sink, loops = _Sink(), list[asyncio.AbstractEventLoop]()

    def clock() -> float:
        return _BEGIN + sum(loop.time() for loop in loops)  # of none before it runs

    random.seed(seed)  # the jitter of tries after an outage
    creator = build(scenario, seed=seed, clock=clock, speed=speed)
    connection = connect(
        creator, sink, now=lambda: datetime.fromtimestamp(clock(), UTC), clock=clock
    )

    async def watch() -> None:
        loops.append(asyncio.get_running_loop())
        sink.left = len(creator.jobs)
        connection.monitor.watch(connection.jobs)
        polling = asyncio.create_task(connection.monitor.run())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                await sink.all_over.wait()
        polling.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await polling
        await connection.close()

    run_virtual(watch())
    for watched in sink.jobs.values():
        if watched.end is not None:
            yield watched.end, watched


def main() -> int:
    """Watches and prints; returns 1 where a bad end was not marked, or a good one was."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--speed", type=float, default=10.0)
    parser.add_argument("--scenario", choices=sorted(SCENARIOS), default="demo")
    arguments = parser.parse_args()
    ends: Counter[JobState] = Counter()
    marked: Counter[JobState] = Counter()
    stood: defaultdict[JobState, list[float]] = defaultdict(list)
    for seed in range(1, arguments.seeds + 1):
        for end, watched in _watch(arguments.scenario, seed, arguments.speed):
            ends[end] += 1
            seconds = watched.marked_for(_WARNS_OF.get(end, _ABORT))
            if seconds is not None:
                marked[end] += 1
                stood[end].append(seconds)
    print(f"{arguments.scenario}, speed {arguments.speed:g}, {arguments.seeds} seeds")
    print(f"{'end':<16}{'jobs':>6}{'marked':>8}{'for, median':>13}{'least':>8}")
    for end in sorted(ends):
        times = stood[end]
        figures = f"{median(times):>11.0f} s{min(times):>6.0f} s" if times else ""
        print(f"{end.value:<16}{ends[end]:>6}{marked[end]:>8}{figures}")
    missed = sum(ends[end] - marked[end] for end in _WARNS_OF)
    return int(missed > 0 or marked[JobState.COMPLETED] > 0)


if __name__ == "__main__":
    sys.exit(main())
