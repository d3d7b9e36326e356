"""The doctor on what is told to those outside: the page and the heartbeat, where they are set."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from zcbulk_tui.cli import places
from zcbulk_tui.cli.doctor.findings import Finding, Grade, failure, short_path
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError


def check(settings: Settings) -> Iterator[Finding]:
    """Returns a line for each of them that is set; sends nothing, for that would be untrue."""
    yield from _page(settings)
    yield from _heartbeat(settings)


def _page(settings: Settings) -> Iterator[Finding]:
    try:
        folder = places.page_folder(settings)
        if folder is None:
            return
        folder.check()
    except ConfigError as error:
        yield failure("page", error)
        return
    said = f"{short_path(folder.path)} can be written; a dashboard writes it while it polls."
    yield Finding("page", Grade.PASS, said)


def _heartbeat(settings: Settings) -> Iterator[Finding]:
    period = f"every {settings.heartbeat.period:g} s while a dashboard polls and nothing is red"
    if settings.heartbeat.url is not None:
        host = one_line(urlsplit(settings.heartbeat.url).netloc, 120)
        both = "; the file is not used" if settings.heartbeat.file is not None else ""
        said = f"A URL of {host} is called {period}{both}."
        yield Finding("heartbeat", Grade.PASS, said)
        return
    try:
        file = places.heartbeat_file(settings)
        if file is None:
            return
        places.check_file(file)
    except ConfigError as error:
        yield failure("heartbeat", error)
        return
    yield Finding("heartbeat", Grade.PASS, f"The time of {short_path(file)} is set {period}.")
