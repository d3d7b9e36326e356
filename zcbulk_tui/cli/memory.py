"""Opening the memory, and taking a place among those who share it."""

import math
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from zcbulk_tui.cli import compose
from zcbulk_tui.cli.main import complain
from zcbulk_tui.config import paths
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.call_limits import CALLS_PER_MINUTE
from zcbulk_tui.domain.job import WatchedJob
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError

if TYPE_CHECKING:
    from zcbulk_tui.domain.snapshot import JobSnapshot
    from zcbulk_tui.monitor.ports import ProfileContext
    from zcbulk_tui.monitor.quota_tracker import QuotaTracker
    from zcbulk_tui.store.database import Database
    from zcbulk_tui.store.opening import Opened
    from zcbulk_tui.store.retention import Policy
    from zcbulk_tui.store.windows import NoWindow, Windows


def open_store() -> "Opened":
    """Opens the memory in the state folder, in every case: at worst, what is kept ends with us."""
    from zcbulk_tui.store.opening import open_store

    return open_store(_state_file(), datetime.now(UTC))


def open_with_list(profile: str) -> "tuple[Opened, list[JobSnapshot]]":
    """Does the same, and reads the watch list as the first frame shows it."""
    from zcbulk_tui.store.opening import open_with_list

    return open_with_list(_state_file(), profile, datetime.now(UTC))


@contextmanager
def database() -> "Iterator[Database]":
    """Opens the memory in the state folder.

    Raises:
        ConfigError: It cannot be used.
    """
    from zcbulk_tui.store.database import open_database

    with closing(open_database(_state_file())) as opened:
        yield opened


@contextmanager
def command_context(settings: Settings) -> "Iterator[tuple[ProfileContext, QuotaTracker]]":
    """Opens the memory for a command without a window; says at the end what was not kept.

    Where it cannot be opened, the command is carried out all the same.
    """
    from zcbulk_tui.store.windows import NoWindow

    opened = open_store()
    if opened.problem is not None:
        complain(str(opened.problem))
    with closing(opened.database) as kept:
        shared = context(settings, kept, NoWindow(kept, settings.profile))
        shared.rate_limiter.on_wait = _wait_reported_once()
        yield shared, compose.quota(settings, kept)
        if opened.problem is None and kept.trouble:
            complain(kept.trouble)


def _wait_reported_once() -> Callable[[float], None]:
    """Returns what says that a minute's calls are used up: once, as nothing else shows the wait."""
    is_said = False

    def report(seconds: float) -> None:
        nonlocal is_said
        if not is_said:
            is_said = True
            complain(
                f"Waiting: Zoho takes {CALLS_PER_MINUTE} calls a minute, and they are used up. "
                f"The next one can be made in {math.ceil(seconds)} s."
            )

    return report


def context(
    settings: Settings,
    opened: "Database",
    window: "Windows | NoWindow",
    *,
    shows_list: bool = False,
) -> "ProfileContext":
    """Returns what a window or a command shares with the others on its profile."""
    from zcbulk_tui.monitor.ports import ProfileContext
    from zcbulk_tui.store.memory import Memory
    from zcbulk_tui.store.rate_limiter import RateLimiter

    profile = settings.profile
    memory = Memory(opened, profile, window, shows_list=shows_list)
    return ProfileContext(profile, operator(), memory, window, RateLimiter(opened, profile))


def window_context(
    settings: Settings, opened: "Database", wanted: Sequence[WatchedJob] | None
) -> "ProfileContext":
    """Returns what a dashboard shares with the others on its profile, and makes it known to them.

    Args:
        settings: Those of the profile.
        opened: The memory.
        wanted: The jobs that it shows; None for the watch list.
    """
    from zcbulk_tui.domain.snapshot import ServiceSnapshot
    from zcbulk_tui.store.windows import Windows

    window = Windows(opened, settings.profile, window_name())
    window.heartbeat(ServiceSnapshot(), focused=True)
    made = context(settings, opened, window, shows_list=wanted is None)
    for job in wanted or ():
        made.memory.add(job)
    return made


def tidy_in_background(settings: Settings, opened: "Database") -> None:
    """Lets old readings go, once a day, in a thread with a connection of its own."""
    from threading import Thread

    from zcbulk_tui.store.database import open_database
    from zcbulk_tui.store.retention import claim, thin

    policy = retention(settings)

    def tidy(path: Path) -> None:
        with suppress(ConfigError), closing(open_database(path)) as own:
            thin(own, policy, datetime.now(UTC))

    # Whatever keeps it from this will pass, and hurts nobody meanwhile.
    with suppress(ConfigError):
        if opened.path is not None and claim(opened, policy, datetime.now(UTC)):
            Thread(target=tidy, args=(opened.path,), name="tidy", daemon=True).start()


def retention(settings: Settings) -> "Policy":
    """How long the settings have what is remembered kept."""
    from zcbulk_tui.store.retention import Policy

    memory = settings.memory
    return Policy(
        full=timedelta(days=memory.full_days),
        all=timedelta(days=memory.days),
        control=timedelta(days=memory.control_days),
    )


def operator() -> str:
    """Login and host of who runs this, as in ``anna@jump1`` or ``anna as root@jump1``.

    Not from the environment, in which anything may stand: this is what a record is signed with.
    """
    import pwd
    import socket

    try:
        user = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a user without a name, as in some containers
        user = str(os.getuid())
    try:
        login = os.getlogin()
    except OSError:  # no terminal, as in a script
        login = user
    who = user if login == user else f"{login} as {user}"
    return one_line(f"{who}@{socket.gethostname()}", 80)


def window_name() -> str:
    """What other windows call this one: its terminal, which can be told in each of them."""
    try:
        return one_line(os.ttyname(sys.stdin.fileno()).removeprefix("/dev/"), 20)
    except (OSError, ValueError):
        return f"pid {os.getpid()}"


def _state_file() -> Path:
    from zcbulk_tui.store import database

    return paths.state_dir() / database.FILE_NAME
