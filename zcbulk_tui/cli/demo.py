"""The dashboard over the simulator, in this process: no account, no network, no files."""

from datetime import UTC, datetime

from zcbulk_tui.cli.dashboard import can_draw_unicode, show
from zcbulk_tui.domain.job import Environment, JobRef, WatchedJob
from zcbulk_tui.domain.planner import Intervals
from zcbulk_tui.monitor.monitor import Monitor
from zcbulk_tui.monitor.ports import Sink
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.store.watch_list import SessionWatchList
from zcbulk_tui.tui.app import DashboardApp

_ORIGIN = "https://www.zohoapis.com"

_INTERVALS = Intervals(in_progress=5, waiting=20, unknown=20)
"""Livelier than for real: the simulator's calls cost nothing."""


def run(*, seed: int, speed: float, read_only: bool, ascii_only: bool) -> int:
    """Shows the demo until it is left; returns the exit code."""
    creator = build("demo", seed=seed, speed=speed)
    return show(
        make_app(creator, read_only=read_only, ascii_only=ascii_only or not can_draw_unicode())
    )


def make_app(
    creator: Creator, *, read_only: bool = False, ascii_only: bool = False
) -> DashboardApp:
    """Returns the dashboard over a simulated Creator."""

    def connect(sink: Sink) -> Monitor:
        from pydantic import SecretStr

        from zcbulk_tui.creator.client import CreatorClient
        from zcbulk_tui.creator.oauth import AccessToken
        from zcbulk_tui.simulator.transport import InProcessTransport

        client = CreatorClient(
            AccessToken(SecretStr(creator.token)), transport=InProcessTransport(creator)
        )
        return Monitor(client, sink, SessionWatchList(), intervals=_INTERVALS, read_only=read_only)

    return DashboardApp(
        demo_jobs(creator), connect, badge="DEMO", read_only=read_only, ascii_only=ascii_only
    )


def demo_jobs(creator: Creator) -> list[WatchedJob]:
    """The simulated jobs as a watch list whose creation times are known."""
    now = datetime.now(UTC)
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
