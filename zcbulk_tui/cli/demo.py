"""The dashboard over the simulator, in this process: no account, no network, no files."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from zcbulk_tui.cli.dashboard import show
from zcbulk_tui.domain import datacenters
from zcbulk_tui.domain.budget import QuotaPlan
from zcbulk_tui.domain.job import Environment, JobRef, WatchedJob
from zcbulk_tui.monitor.ports import Sink
from zcbulk_tui.tui.app import Preferences
from zcbulk_tui.tui.profile_spec import US, Connection, ProfileSpec

if TYPE_CHECKING:
    from zcbulk_tui.creator.network import Network
    from zcbulk_tui.creator.renewal import RefreshedToken
    from zcbulk_tui.simulator.creator import Creator

_NAME, _OPERATOR = "DEMO", "you@demo"

_DAILY_CALLS = 1000
"""Those of an account with four users on the Standard plan."""


def run(*, seed: int, speed: float, read_only: bool, preferences: Preferences) -> int:
    """Shows the demo until it is left; returns the exit code."""

    def build() -> "Creator":
        from zcbulk_tui.simulator import scenarios

        return scenarios.build("demo", seed=seed, speed=speed)

    return show([profile_spec(build, read_only=read_only)], preferences)


def profile_spec(
    build: Callable[[], "Creator"],
    *,
    read_only: bool = False,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    clock: Callable[[], float] = time.monotonic,
) -> ProfileSpec:
    """Returns a profile with the simulated Creator that `build` makes.

    Args:
        build: Makes the simulator; is called once the screen is up.
        read_only: Whether start and abort are refused.
        now: The time of day; aware; that of the simulator's clock.
        clock: Seconds, for Zoho's limit of calls a minute.
    """

    def connect(sink: Sink) -> Connection:
        from zcbulk_tui.creator.client import CreatorClient
        from zcbulk_tui.creator.network import Network
        from zcbulk_tui.monitor.monitor import Monitor
        from zcbulk_tui.monitor.ports import ProfileContext
        from zcbulk_tui.monitor.quota_tracker import QuotaTracker
        from zcbulk_tui.simulator.transport import InProcessTransport
        from zcbulk_tui.store.archive import Archive
        from zcbulk_tui.store.database import in_memory
        from zcbulk_tui.store.memory import Memory
        from zcbulk_tui.store.quota import CallLedger
        from zcbulk_tui.store.rate_limiter import RateLimiter
        from zcbulk_tui.store.watch_list import WatchList
        from zcbulk_tui.store.windows import Windows

        creator = build()
        network = Network(transport=InProcessTransport(creator))
        client = CreatorClient(_sign_in(creator, network, now), network, now=now)
        quota_plan = QuotaPlan(_DAILY_CALLS, share=1, reserve=20, zone=None)
        kept = in_memory()
        WatchList(kept, _NAME).add_all(_jobs(creator, now()))
        windows = Windows(kept, _NAME, "this window", clock=clock)
        memory = Memory(kept, _NAME, windows)
        context = ProfileContext(
            _NAME, _OPERATOR, memory, windows, RateLimiter(kept, _NAME, clock=clock)
        )
        quota = QuotaTracker(CallLedger(kept, _NAME), quota_plan, now=now)
        monitor = Monitor(client, sink, context, quota, read_only=read_only, now=now)
        archive = Archive(kept, _NAME)

        async def close() -> None:
            kept.close()
            await network.aclose()

        return Connection(monitor, memory.recall(), archive, close)

    return ProfileSpec(connect, _NAME, read_only=read_only, is_real=False)


def _sign_in(
    creator: "Creator", network: "Network", now: Callable[[], datetime]
) -> "RefreshedToken":
    """Signs in to the simulator as a user with a self client would, and keeps nothing."""
    from pydantic import SecretStr

    from zcbulk_tui.creator import scopes
    from zcbulk_tui.creator.accounts import Accounts, Client
    from zcbulk_tui.creator.renewal import RefreshedToken
    from zcbulk_tui.creator.sign_in import save
    from zcbulk_tui.store.sign_in import MemorySignIn

    store = MemorySignIn()
    zoho = creator.accounts
    client = Client(zoho.client_id, SecretStr(zoho.client_secret))
    code = SecretStr(zoho.grant_code(scopes.needed(read_only=False)))

    async def sign_in() -> None:
        accounts = Accounts(network, datacenters.DATA_CENTERS[0].accounts_url)
        await save(store, accounts, client, await accounts.code_grant(client, code), now())

    asyncio.run(sign_in())
    return RefreshedToken(network, store, _NAME, now=now)


def _jobs(creator: "Creator", now: datetime) -> list[WatchedJob]:
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
