"""A window in a night: what a dashboard is made of, without a screen, and how it is killed."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from tests.benchmarks.night_wire import Net, Token, Trouble, Wire, loop_time
from tests.support.contexts import PROFILE, make_context
from tests.support.virtual_time import virtual_now
from zcbulk_tui.cli.alerting import is_red
from zcbulk_tui.cli.report_writer import Reports
from zcbulk_tui.creator.client import CreatorClient
from zcbulk_tui.creator.network import Network
from zcbulk_tui.data.result_folder import NewResult, ResultFolder
from zcbulk_tui.domain.alerts import AlertRules
from zcbulk_tui.domain.budget import Cause, QuotaPlan
from zcbulk_tui.domain.job import JobRef
from zcbulk_tui.domain.night import ErrorBudget, Night
from zcbulk_tui.domain.result import ResultKind
from zcbulk_tui.errors import DataError, ZcbulkError
from zcbulk_tui.monitor import alerts, following, insert_queue, monitor, night, result_fetcher
from zcbulk_tui.monitor.alerts import Alerts, profile_sources
from zcbulk_tui.monitor.events import Event
from zcbulk_tui.monitor.insert_queue import InsertQueue
from zcbulk_tui.monitor.liveness import Heartbeat
from zcbulk_tui.monitor.monitor import Monitor
from zcbulk_tui.monitor.night import NightWatch
from zcbulk_tui.monitor.quota_tracker import QuotaTracker
from zcbulk_tui.monitor.result_fetcher import ResultFetcher
from zcbulk_tui.store import windows
from zcbulk_tui.store.alerts import AlertStore
from zcbulk_tui.store.database import open_database
from zcbulk_tui.store.insertions import Insertions
from zcbulk_tui.store.nights import Nights
from zcbulk_tui.store.quota import CallLedger
from zcbulk_tui.store.results import Results

PERIOD = 60.0
"""Seconds between two heartbeats."""


@contextmanager
def looking_rarely(factor: int) -> Iterator[None]:
    """Has windows look so many times as rarely as they do, and count as gone as much later.

    Nothing else is other for it, and a night takes so many times less.
    """
    with ExitStack() as patches:
        for module, names in _LOOKS.items():
            for name in names:
                value = getattr(module, name) * factor
                patches.enter_context(patch.object(module, name, value))
        yield


class Counted(NamedTuple):
    """A call that a window was about to make.

    Attributes:
        at: When, in seconds of the loop.
        cause: What for.
        day: The day that it counts to.
    """

    at: float
    cause: Cause
    day: date


_LOOKS = {
    alerts: ("TICK",),
    following: ("TICK",),
    insert_queue: ("TICK",),
    monitor: ("TICK",),
    night: ("TICK",),
    result_fetcher: ("TICK",),
    windows: ("SILENT", "SURE"),
}
"""What says how often a window looks, and when one counts as gone."""


class Site:
    """The machine that all windows run on.

    Args:
        folder: Where everything is kept.
        net: The network.
        plan: What may be spent on a day.

    Attributes:
        counted: Each call, as a window has counted it before it was made.
        pings: Each heartbeat: when, and from which window.
        reports: Each report that was written: when, and by which window.
    """

    def __init__(self, folder: Path, net: Net, plan: QuotaPlan) -> None:
        self.folder = folder
        self.net = net
        self.plan = plan
        self.counted: list[Counted] = []
        self.pings: list[tuple[float, str]] = []
        self.reports: list[tuple[float, str]] = []

    @property
    def path(self) -> Path:
        """The memory."""
        return self.folder / "state.db"

    def check_disk(self) -> None:
        """Raises `DataError` while the disk is full."""
        if self.net.fails(Trouble.DISK):
            raise DataError("Nothing can be written", "The system says: No space left on device.")


class _Quota(QuotaTracker):
    """Counts calls, and says so to the site."""

    def __init__(self, ledger: CallLedger, site: Site) -> None:
        super().__init__(ledger, site.plan, now=virtual_now)
        self._site = site

    def count(self, cause: Cause) -> date:
        day = super().count(cause)
        self._site.counted.append(Counted(loop_time(), cause, day))
        return day


class _Results(ResultFolder):
    """The results, on a disk that is full at times."""

    def __init__(self, site: Site) -> None:
        super().__init__(site.folder / "results", virtual_now)
        self._site = site

    def begin(self, ref: JobRef, kind: ResultKind) -> NewResult:
        self._site.check_disk()
        return super().begin(ref, kind)


class _Reports(Reports):
    """Reports, on a disk that is full at times."""

    def __init__(self, window: "Window", site: Site) -> None:
        super().__init__(PROFILE, window.database, site.folder / "reports", virtual_now)
        self._site = site
        self._name = window.name

    def write(self, night: Night, no_token: ZcbulkError | None) -> None:
        self._site.check_disk()
        super().write(night, no_token)
        self._site.reports.append((loop_time(), self._name))


class Window:
    """A dashboard without a screen.

    Args:
        site: Where it runs.
        name: What others call it.

    Attributes:
        opened: When, in seconds of the loop.
        killed: When; None while it lives.
        token: Its sign-in.
        nights: Its night.
    """

    def __init__(self, site: Site, name: str) -> None:
        self.name = name
        self.opened = loop_time()
        self.killed: float | None = None
        self.database = open_database(site.path)
        self.token = Token(site.net)
        self._site = site
        network = Network(transport=Wire(site.net, name))
        client = CreatorClient(self.token, network, now=virtual_now)
        context = self._context = make_context(self.database, name=name, clock=loop_time)
        quota = _Quota(CallLedger(self.database, PROFILE), site)
        luck = site.net.chance.random
        watch = self.monitor = Monitor(client, self, context, quota, now=virtual_now, luck=luck)
        self.nights = NightWatch(
            watch,
            context,
            Nights(self.database, PROFILE),
            _Reports(self, site),
            self,
            now=virtual_now,
            default_budget=ErrorBudget(500, 0.03),
        )
        queue = InsertQueue(
            client,
            watch,
            context,
            quota,
            Insertions(self.database, PROFILE),
            self,
            now=virtual_now,
            works=lambda: watch.polls_for_all,
            judge=self.nights.judge,
        )
        fetcher = ResultFetcher(
            client,
            watch,
            context,
            quota,
            Results(self.database, PROFILE),
            _Results(site),
            self,
            now=virtual_now,
            by_itself=lambda: watch.polls_for_all,
            luck=luck,
        )
        raised = AlertStore(self.database, PROFILE)
        alarm = Alerts(
            raised,
            profile_sources(watch, quota, queue, Results(self.database, PROFILE)),
            context.memory,
            self,
            rules=AlertRules(),
            now=virtual_now,
            polls=lambda: watch.polls_for_all,
        )
        heartbeat = Heartbeat(
            watch,
            context,
            self._ping,
            period=PERIOD,
            is_red=lambda: is_red(raised),
            now=virtual_now,
        )
        watch.watch(context.memory.recall())
        parts = (watch, queue, fetcher, alarm, self.nights, heartbeat)
        self._tasks = [asyncio.create_task(part.run()) for part in parts]

    def publish(self, event: Event) -> None:
        """See `Sink`."""

    @property
    def polls(self) -> bool:
        """Whether it polls for all."""
        return self.killed is None and self.monitor.polls_for_all

    def feel_disk(self) -> None:
        """Has its writes fail while the disk is full, and only then."""
        if self.killed is None:
            is_full = self._site.net.fails(Trouble.DISK)
            self.database.connection.execute(f"PRAGMA query_only = {is_full}")

    async def kill(self) -> None:
        """Ends it as SIGKILL does: nothing of what it would write at its end is written."""
        self.killed = loop_time()
        self.database.connection.close()
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            # What its end cannot write any more is of no interest.
            with suppress(asyncio.CancelledError, self.database.connection.Error, ZcbulkError):
                await task
        # Its locks end with it.
        self._context.memory._command_lock.release()  # no method lets go of it

    async def _ping(self) -> None:
        self._site.pings.append((loop_time(), self.name))
