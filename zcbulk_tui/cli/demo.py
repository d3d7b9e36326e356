"""The dashboard over the simulator, in this process: no account, no network, no files."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from zcbulk_tui.cli.dashboard import show
from zcbulk_tui.domain.job import Environment, JobRef, WatchedJob
from zcbulk_tui.monitor.ports import Sink
from zcbulk_tui.tui.app import Connect

if TYPE_CHECKING:
    from zcbulk_tui.monitor.monitor import Monitor
    from zcbulk_tui.simulator.creator import Creator

_DAILY_CALLS = 1000
"""Those of an account with four users on the Standard plan."""

_ORIGIN = "https://www.zohoapis.com"


def run(*, seed: int, speed: float, read_only: bool, ascii_only: bool) -> int:
    """Shows the demo until it is left; returns the exit code."""

    def build() -> "Creator":
        from zcbulk_tui.simulator import scenarios

        return scenarios.build("demo", seed=seed, speed=speed)

    return show(
        connector(build, read_only=read_only),
        badge="DEMO",
        read_only=read_only,
        ascii_only=ascii_only,
    )


def connector(
    build: Callable[[], "Creator"],
    *,
    read_only: bool = False,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Connect:
    """Returns what connects a dashboard to the simulated Creator that `build` makes.

    Args:
        build: Makes the simulator; is called once the screen is up.
        read_only: Whether start and abort are refused.
        now: The time of day; aware; that of the simulator's clock.
    """

    def connect(sink: Sink) -> tuple["Monitor", Sequence[WatchedJob]]:
        from pydantic import SecretStr

        from zcbulk_tui.creator.client import CreatorClient
        from zcbulk_tui.creator.oauth import AccessToken
        from zcbulk_tui.domain.budget import Allowance
        from zcbulk_tui.monitor.monitor import Monitor
        from zcbulk_tui.monitor.spending import Spending
        from zcbulk_tui.simulator.transport import InProcessTransport
        from zcbulk_tui.store.calls import MemoryBook
        from zcbulk_tui.store.watch_list import SessionWatchList

        creator = build()
        client = CreatorClient(
            AccessToken(SecretStr(creator.token)), transport=InProcessTransport(creator), now=now
        )
        allowance = Allowance(_DAILY_CALLS, share=1, reserve=20, zone=None)
        spending = Spending(MemoryBook(), allowance, now=now)
        monitor = Monitor(client, sink, SessionWatchList(), spending, read_only=read_only, now=now)
        return monitor, _jobs(creator, now())

    return connect


def _jobs(creator: "Creator", now: datetime) -> list[WatchedJob]:
    """The simulated jobs as a watch list whose creation times are known."""
    return [
        WatchedJob(
            JobRef(
                _ORIGIN,
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
