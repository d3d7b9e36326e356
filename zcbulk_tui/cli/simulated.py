"""The connection of the demo: client, memory and quota over a simulated Creator."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from pydantic import SecretStr

from zcbulk_tui.cli.failing import JobFailures
from zcbulk_tui.cli.local_files import LocalFiles, file_work
from zcbulk_tui.cli.report_writer import Reports
from zcbulk_tui.creator import scopes
from zcbulk_tui.creator.accounts import Accounts, Client
from zcbulk_tui.creator.client import CreatorClient
from zcbulk_tui.creator.network import Network
from zcbulk_tui.creator.renewal import RefreshedToken
from zcbulk_tui.creator.sign_in import save
from zcbulk_tui.data.result_folder import ResultFolder
from zcbulk_tui.domain import datacenters
from zcbulk_tui.domain.alerts import AlertRules
from zcbulk_tui.domain.budget import Cause, QuotaPlan
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.job import Environment, JobRef, WatchedJob
from zcbulk_tui.domain.night import ErrorBudget
from zcbulk_tui.monitor.alerts import Alerts, profile_sources
from zcbulk_tui.monitor.events import Sink
from zcbulk_tui.monitor.form_lists import FormLists
from zcbulk_tui.monitor.insert_queue import InsertQueue
from zcbulk_tui.monitor.monitor import Monitor
from zcbulk_tui.monitor.night import NightWatch
from zcbulk_tui.monitor.parts import alone
from zcbulk_tui.monitor.profile_context import ProfileContext
from zcbulk_tui.monitor.quota_tracker import QuotaTracker
from zcbulk_tui.monitor.result_fetcher import ResultFetcher
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.transport import InProcessTransport
from zcbulk_tui.store.alerts import AlertStore
from zcbulk_tui.store.archive import Archive
from zcbulk_tui.store.database import in_memory
from zcbulk_tui.store.insertions import Insertions
from zcbulk_tui.store.memory import Memory
from zcbulk_tui.store.meta_cache import MetaCache
from zcbulk_tui.store.nights import Nights
from zcbulk_tui.store.quota import CallLedger
from zcbulk_tui.store.rate_limiter import RateLimiter
from zcbulk_tui.store.results import Results
from zcbulk_tui.store.sign_in import MemorySignIn
from zcbulk_tui.store.watch_list import WatchList
from zcbulk_tui.store.windows import Windows
from zcbulk_tui.tui.connection import Connection
from zcbulk_tui.tui.inserting import Inserting, OnProgress
from zcbulk_tui.tui.profile_spec import US

if TYPE_CHECKING:  # loaded with what reads failures
    from zcbulk_tui.cli.repairing import JobFiles
    from zcbulk_tui.tui.failing import FailureRows

_NAME = "DEMO"

_OPERATOR = "you@demo"

_DAILY_CALLS = 1000
"""Those of an account with four users on the Standard plan."""


def connect_demo(sink: Sink, *, seed: int, speed: float, read_only: bool) -> Connection:
    """Returns the connection of ``zcbulk-tui demo``.

    Args:
        sink: Where the monitor's events go.
        seed: Another one is another course of events.
        speed: Simulated seconds to a real one.
        read_only: Whether start and abort are refused.
    """
    return connect(build("demo", seed=seed, speed=speed), sink, read_only=read_only)


def connect(
    creator: Creator,
    sink: Sink,
    *,
    read_only: bool = False,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    clock: Callable[[], float] = time.monotonic,
) -> Connection:
    """Returns a connection to a simulated Creator.

    Args:
        creator: The simulator.
        sink: Where the monitor's events go.
        read_only: Whether start and abort are refused.
        now: The time of day; aware; that of the simulator's clock.
        clock: Seconds, for Zoho's limit of calls a minute.
    """
    network = Network(transport=InProcessTransport(creator))
    client = CreatorClient(_sign_in(creator, network, now), network, now=now)
    quota_plan = QuotaPlan(_DAILY_CALLS, share=1, reserve=20, zone=None)
    database = in_memory()
    WatchList(database, _NAME).add_all(_jobs(creator, now()))
    windows = Windows(database, _NAME, "this window", clock=clock)
    memory = Memory(database, _NAME, windows)
    rate_limiter = RateLimiter(database, _NAME, clock=clock)
    context = ProfileContext(_NAME, _OPERATOR, memory, windows, rate_limiter)
    quota = QuotaTracker(CallLedger(database, _NAME), quota_plan, now=now)
    monitor = Monitor(client, sink, context, quota, read_only=read_only, now=now)

    folder = TemporaryDirectory(prefix="zcbulk-demo-", ignore_cleanup_errors=True)
    night = NightWatch(
        monitor,
        context,
        Nights(database, _NAME),
        Reports(_NAME, database, Path(folder.name) / "reports", now=now),
        sink,
        now=now,
        default_budget=ErrorBudget(failed=500, share=0.03),
    )
    queue = InsertQueue(
        client,
        monitor,
        context,
        quota,
        Insertions(database, _NAME),
        sink,
        now=now,
        works=lambda: monitor.polls_for_all and not read_only,
        judge=night.judge,
    )

    lists = FormLists(client, monitor.calls, quota, MetaCache(database), Cause.KEY, now)
    files = LocalFiles(Path(folder.name), _OPERATOR, now)
    results = ResultFolder(Path(folder.name) / "results", now)
    fetcher = ResultFetcher(
        client,
        monitor,
        context,
        quota,
        Results(database, _NAME),
        results,
        sink,
        now=now,
        by_itself=lambda: monitor.polls_for_all,
    )

    alerts = Alerts(
        AlertStore(database, _NAME),
        profile_sources(monitor, quota, queue, Results(database, _NAME)),
        memory,
        sink,
        rules=AlertRules(),
        now=now,
        polls=lambda: monitor.polls_for_all,
    )

    def files_of_job(ref: JobRef) -> "JobFiles":
        return file_work().job_files(database, _NAME, ref, ref.job_id, results)

    def open_failures(ref: JobRef, on_progress: OnProgress) -> "FailureRows":
        return file_work().opener(files_of_job)(ref, on_progress)

    def expected(form: FormRef, records: int) -> str:
        return file_work().teller(memory.form_past, lambda: quota.pace)(form, records)

    async def close() -> None:
        folder.cleanup()
        database.close()
        await network.aclose()

    return Connection(
        monitor,
        memory.recall(),
        Archive(database, _NAME),
        close,
        Inserting(queue, lists, files, expected),
        JobFailures(fetcher, open_failures),
        night,
        alone((queue, fetcher, alerts, night), monitor, context, sink, now),
    )


def _sign_in(creator: Creator, network: Network, now: Callable[[], datetime]) -> RefreshedToken:
    """Signs in to the simulator as a user with a self client would, and keeps nothing."""
    store = MemorySignIn()
    zoho = creator.accounts
    client = Client(zoho.client_id, SecretStr(zoho.client_secret))
    code = SecretStr(zoho.grant_code(scopes.needed(read_only=False, with_forms=True)))

    async def sign_in() -> None:
        accounts = Accounts(network, datacenters.DATA_CENTERS[0].accounts_url)
        await save(store, accounts, client, await accounts.code_grant(client, code), now())

    asyncio.run(sign_in())
    return RefreshedToken(network, store, _NAME, now=now)


def _jobs(creator: Creator, now: datetime) -> list[WatchedJob]:
    """The simulated jobs as a watch list whose creation times are known."""
    return [
        WatchedJob(
            JobRef(
                US,
                job.address.owner,
                job.address.app,
                job.address.form,
                job.id,
                Environment(job.address.environment),
            ),
            job.label,
            now,
            datetime.fromtimestamp(job.created_at, UTC),
        )
        for job in creator.jobs.values()
    ]
