"""The dashboard over the watch list, or over jobs named on the command line."""

import gc
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from zcbulk_tui.cli import compose
from zcbulk_tui.config import load, paths
from zcbulk_tui.config.secrets import check_access_token
from zcbulk_tui.domain.job import Environment, WatchedJob
from zcbulk_tui.errors import UsageError
from zcbulk_tui.monitor.ports import Sink, WatchList
from zcbulk_tui.store import watch_list
from zcbulk_tui.tui.app import Connect, DashboardApp

if TYPE_CHECKING:
    from zcbulk_tui.monitor.monitor import Monitor


def run(
    *,
    urls: Sequence[str] | None = None,
    environment: str | None = None,
    read_only: bool = False,
    ascii_only: bool = False,
) -> int:
    """Shows the dashboard until it is left.

    Args:
        urls: The jobs to watch, which do not go to the watch list; None for the watch list.
        environment: Where the jobs of `urls` live; None for the setting.
        read_only: Whether start and abort are left out.
        ascii_only: Whether to draw with ASCII only.

    Returns:
        The exit code.

    Raises:
        UsageError: Something typed or configured cannot be used, or there is no terminal.
    """
    settings = load.load()
    read_only = read_only or settings.read_only
    jobs: list[WatchedJob]
    kept: WatchList
    if urls is None:
        file = watch_list.WatchListFile(paths.state_dir() / watch_list.FILE_NAME)
        jobs, kept = file.jobs(), file
    else:
        refs = compose.parse_jobs(urls, environment, settings)
        jobs, kept = [compose.watched(ref) for ref in refs], watch_list.SessionWatchList()
    check_access_token()

    def connect(sink: Sink) -> tuple["Monitor", Sequence[WatchedJob]]:
        from zcbulk_tui.monitor.monitor import Monitor

        client = compose.make_client(settings)
        spending = opened.enter_context(compose.spending(settings))
        return Monitor(client, sink, kept, spending, read_only=read_only), jobs

    with ExitStack() as opened:
        return show(
            connect,
            watched=jobs,
            badge=settings.profile,
            read_only=read_only,
            ascii_only=ascii_only,
            base_url=settings.base_url,
            environment=Environment(settings.environment),
        )


def show(
    connect: Connect,
    *,
    badge: str,
    read_only: bool,
    ascii_only: bool,
    watched: Sequence[WatchedJob] = (),
    base_url: str | None = None,
    environment: Environment = Environment.PRODUCTION,
) -> int:
    """Runs the app on this terminal; returns the exit code. For the arguments see `DashboardApp`.

    Raises:
        UsageError: There is no terminal.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "The dashboard needs a terminal",
            next_step="In a script, use zcbulk-tui status URL --json.",
        )

    def connect_and_collect(sink: Sink) -> tuple["Monitor", Sequence[WatchedJob]]:
        try:
            return connect(sink)
        finally:
            # Off since the start (see `cli.parser`). What has been loaded by now stays loaded; the
            # second collection tells Python that nothing else is there yet, so that it does not
            # wait for garbage of a like amount before it looks again.
            gc.collect()
            gc.freeze()
            gc.collect()
            gc.enable()

    app = DashboardApp(
        connect_and_collect,
        watched=watched,
        badge=badge,
        read_only=read_only,
        ascii_only=ascii_only or not _can_draw_unicode(),
        base_url=base_url,
        environment=environment,
    )
    app.run()
    return app.return_code or 0


def _can_draw_unicode() -> bool:
    """Whether the locale lets the terminal show more than ASCII."""
    return (sys.stderr.encoding or "").lower().replace("-", "") == "utf8"
