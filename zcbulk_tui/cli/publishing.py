"""What runs beside a monitor for those outside: the page and the heartbeat, where they are set."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from pydantic import SecretStr

from zcbulk_tui.channels.ping import FileTouch, UrlPing
from zcbulk_tui.cli import places
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.creator.network import Network
from zcbulk_tui.domain.insertion import QueuedFile
from zcbulk_tui.domain.publication import Publication, Stamp
from zcbulk_tui.monitor.liveness import Heartbeat
from zcbulk_tui.monitor.monitor import Monitor
from zcbulk_tui.monitor.parts import Part
from zcbulk_tui.monitor.profile_context import ProfileContext
from zcbulk_tui.monitor.publisher import Publisher
from zcbulk_tui.render.open_metrics import open_metrics
from zcbulk_tui.render.page import page
from zcbulk_tui.render.published_json import published_json


def parts(
    settings: Settings,
    monitor: Monitor,
    context: ProfileContext,
    network: Network,
    *,
    files: Callable[[], tuple[QueuedFile, ...]],
    is_red: Callable[[], bool],
    now: Callable[[], datetime],
) -> Sequence[Part]:
    """Returns what is to run beside a monitor; nothing where nothing is set.

    Args:
        settings: Those of the profile.
        monitor: Watches the jobs.
        context: Where this window works.
        network: Carries the heartbeat.
        files: Returns the files on their way.
        is_red: Returns whether something needs somebody at once.
        now: The time of day; aware.

    Raises:
        ConfigError: A setting cannot be used.
    """
    found: list[Part] = []
    folder, send = places.page_folder(settings), _heartbeat(settings, network)
    if folder is not None:
        publisher = Publisher(monitor, context, publish, folder.write, files=files, now=now)
        found.append(publisher)
    if send is not None:
        heartbeat = Heartbeat(
            monitor,
            context,
            send,
            period=settings.heartbeat.period,
            is_red=is_red,
            now=now,
        )
        found.append(heartbeat)
    return found


def publish(publication: Publication, stamp: Stamp) -> Mapping[str, str]:
    """Returns the files that are published, by their names."""
    return {
        "index.html": page(publication, stamp),
        "jobs.json": published_json(publication, stamp),
        "metrics.txt": open_metrics(publication, stamp),
    }


def _heartbeat(settings: Settings, network: Network) -> Callable[[], Awaitable[None]] | None:
    """What sends a heartbeat; the URL goes before the file."""
    if settings.heartbeat.url is not None:
        return UrlPing(network, SecretStr(settings.heartbeat.url))
    file = places.heartbeat_file(settings)
    return None if file is None else FileTouch(file)
