"""A dashboard's monitor and fetcher of results as a process of its own, and how its loop fares.

``python -m tests.benchmarks.odd_window STATE URL TOKEN SECONDS`` watches one job, until its results
stand or the seconds are over; prints how they stand, as JSON. Then a line on its standard input
makes it fetch them again, as a key does; it prints again, and ends.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from tests.benchmarks.process_figures import peak_rss_mib
from tests.support.contexts import PROFILE, make_context
from zcbulk_tui.creator.client import CreatorClient
from zcbulk_tui.creator.network import Network
from zcbulk_tui.creator.tokens import FixedToken
from zcbulk_tui.data.result_folder import ResultFolder
from zcbulk_tui.domain.address import parse_job_url
from zcbulk_tui.domain.budget import QuotaPlan
from zcbulk_tui.domain.job import JobRef, WatchedJob
from zcbulk_tui.domain.records import EventKind
from zcbulk_tui.domain.result import Result, ResultKind
from zcbulk_tui.errors import Occasion, ZcbulkError
from zcbulk_tui.monitor.events import Event, ResultChanged
from zcbulk_tui.monitor.monitor import Monitor
from zcbulk_tui.monitor.quota_tracker import QuotaTracker
from zcbulk_tui.monitor.result_fetcher import ResultFetcher
from zcbulk_tui.store.database import FILE_NAME, Database, open_database
from zcbulk_tui.store.quota import CallLedger
from zcbulk_tui.store.results import Results
from zcbulk_tui.store.watch_list import WatchList

KIND = ResultKind.FAILURE

_TICK = 0.005

_PLAN = QuotaPlan(1000, 1, 20, UTC)

_SOON = 100.0
"""Seconds for what is asked for; a call that is under way may have a minute left."""


class Latency:
    """How late a loop comes to what is due."""

    def __init__(self) -> None:
        self.late: list[float] = []
        self.own: list[float] = []
        self.cpu: list[float] = []

    async def tick(self) -> None:
        """Measures until cancelled."""
        while True:
            begun, waited, cpu = time.perf_counter(), _waited(), time.thread_time()
            await asyncio.sleep(_TICK)
            late = time.perf_counter() - begun - _TICK
            self.late.append(late)
            # What the machine gave to others is not the loop's fault.
            self.own.append(max(late - (_waited() - waited), 0.0))
            self.cpu.append(time.thread_time() - cpu)

    def figures(self) -> dict[str, float]:
        """In milliseconds."""
        late, own = sorted(self.late), sorted(self.own)
        return {
            "p95": 1000 * late[int(0.95 * len(late))],
            "max": 1000 * late[-1],
            "own_p95": 1000 * own[int(0.95 * len(own))],
            "own_p99": 1000 * own[int(0.99 * len(own))],
            "own_max": 1000 * own[-1],
            "cpu": 1000 * max(self.cpu),
        }


def _waited() -> float:
    """Seconds in which this thread was ready and had no CPU."""
    return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9


class Window:
    """A window of one profile.

    Args:
        database: Its memory.
        folder: Of the results.
        base_url: Of the server.
        token: Signs calls.
        ref: The job.
    """

    def __init__(
        self, database: Database, folder: Path, base_url: str, token: str, ref: JobRef
    ) -> None:
        self.said: list[str] = []
        self._changed = asyncio.Event()
        self.ref = ref
        self.database = database
        self.network = Network()
        client = CreatorClient(
            FixedToken(SecretStr(token), "the benchmark"), self.network, base_url=base_url
        )
        context = make_context(database)
        self.quota = QuotaTracker(CallLedger(database, PROFILE), _PLAN)
        self.monitor = Monitor(client, self, context, self.quota)
        self.monitor.watch(context.memory.recall())
        self.results = Results(database, PROFILE)
        self.fetcher = ResultFetcher(
            client,
            self.monitor,
            context,
            self.quota,
            self.results,
            ResultFolder(folder),
            self,
            now=lambda: datetime.now(UTC),
            by_itself=lambda: self.monitor.polls_for_all,
        )

    def publish(self, event: Event) -> None:
        """See `Sink`."""
        self._changed.set()
        if isinstance(event, ResultChanged) and event.got is None and event.result.kind is KIND:
            error = event.result.error
            self.said.append(error.title if error else event.result.stage.value)

    async def stands(self, seconds: float) -> None:
        """Waits until the result stands, at most so long."""
        end = time.monotonic() + seconds
        while not self._is_settled() and time.monotonic() < end:
            self._changed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(0.1):
                    await self._changed.wait()

    def _is_settled(self) -> bool:
        result = self.results.find(self.ref, KIND)
        return (
            result is not None
            and not result.stage.is_open
            and self.fetcher._working is None
            and not self.fetcher.is_asked(self.ref, KIND)
        )

    def told(self) -> dict[str, Any]:
        """How it stands."""
        result = self.results.find(self.ref, KIND)
        rows = self.database.rows(
            "SELECT text FROM events WHERE kind = ? ORDER BY id", (EventKind.RESULT.value,)
        )
        (sums,) = self.database.rows("SELECT sum(plan + key + command + script) FROM days")
        return {
            "stage": result.stage.value if result else "nothing known",
            "tries": result.tries if result else 0,
            "records": result.file.records if result and result.file else None,
            "error": _told(result),
            "said": list(dict.fromkeys(self.said)),
            "log": [text for (text,) in rows],
            "counted": sums[0] or 0,
            "memory": peak_rss_mib(os.getpid()),
        }


def _told(result: Result | None) -> str:
    error = result.error if result else None
    return error.told(Occasion.ONCE) if error else ""


async def _watch(
    database: Database, state: Path, base_url: str, token: str, ref: JobRef, seconds: float
) -> None:
    window = Window(database, state / "results", base_url, token, ref)
    latency = Latency()
    tasks = [asyncio.create_task(window.monitor.run()), asyncio.create_task(window.fetcher.run())]
    tasks.append(asyncio.create_task(latency.tick()))
    await window.stands(seconds)
    _print(window.told() | latency.figures())
    await asyncio.to_thread(sys.stdin.readline)
    refused = ""
    try:
        price = window.fetcher.price([window.ref], [KIND])
        window.fetcher.fetch([window.ref], [KIND])
    except ZcbulkError as error:
        refused, price = error.title, 0
    if price:
        await window.stands(_SOON)
    _print(window.told() | latency.figures() | {"price": price, "refused": refused})
    for task in reversed(tasks):
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    await window.network.aclose()


def _print(figures: dict[str, Any]) -> None:
    print(json.dumps(figures), flush=True)


def main(arguments: Sequence[str]) -> int:
    """Watches and prints; returns the exit code."""
    state, url, token, seconds = arguments
    base_url, _, _ = url.partition("/creator/")
    with closing(open_database(Path(state) / FILE_NAME)) as database:
        ref = parse_job_url(url, base_url=base_url)
        WatchList(database, PROFILE).add(WatchedJob(ref, "odd", datetime.now(UTC)))
        asyncio.run(_watch(database, Path(state), base_url, token, ref, float(seconds)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
