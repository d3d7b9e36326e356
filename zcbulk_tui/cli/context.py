"""What a command shares with others on its profile: the memory, and the day's calls."""

import math
import os
import pwd
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from zoneinfo import ZoneInfo

from zcbulk_tui.cli.output import print_error
from zcbulk_tui.cli.state import memory_file
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.budget import Pace, Plan, QuotaPlan, daily_calls
from zcbulk_tui.domain.call_limits import CALLS_PER_MINUTE
from zcbulk_tui.domain.job import WatchedJob
from zcbulk_tui.domain.snapshot import ServiceSnapshot
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.monitor.clock import awake_and_asleep
from zcbulk_tui.monitor.profile_context import ProfileContext
from zcbulk_tui.monitor.quota_tracker import QuotaTracker
from zcbulk_tui.store import opening
from zcbulk_tui.store.database import Database, open_database
from zcbulk_tui.store.insertions import Insertions
from zcbulk_tui.store.memory import Memory
from zcbulk_tui.store.quota import CallLedger
from zcbulk_tui.store.rate_limiter import RateLimiter
from zcbulk_tui.store.retention import Policy, claim, thin
from zcbulk_tui.store.windows import NoWindow, Windows


def now() -> datetime:
    """Returns the time of day."""
    return datetime.now(UTC)


@contextmanager
def command_context(settings: Settings) -> Iterator[tuple[ProfileContext, QuotaTracker]]:
    """Opens the memory for a command without a window; see `stored_context`."""
    with stored_context(settings) as (context, quota, _):
        yield context, quota


@contextmanager
def stored_context(settings: Settings) -> Iterator[tuple[ProfileContext, QuotaTracker, Database]]:
    """Opens the memory for a command without a window; says at the end what was not kept.

    Where it cannot be opened, the command is carried out all the same.
    """
    opened = opening.open_store(memory_file(), datetime.now(UTC))
    if opened.problem is not None:
        print_error(str(opened.problem))
    with closing(opened.database) as database:
        context = profile_context(settings, database, NoWindow(database, settings.profile))
        context.rate_limiter.on_wait = _wait_reported_once()
        yield context, quota_tracker(settings, database), database
        if opened.problem is None and database.trouble:
            print_error(database.trouble)


@contextmanager
def recorded_context(
    settings: Settings,
) -> Iterator[tuple[ProfileContext, QuotaTracker, Database]]:
    """Opens the memory as `command_context` does, for a command that relies on it.

    Raises:
        ConfigError: It cannot be opened: nothing may be sent that is not written down before.
    """
    opened = opening.open_store(memory_file(), datetime.now(UTC))
    with closing(opened.database) as database:
        if opened.problem is not None:
            raise opened.problem
        context = profile_context(settings, database, NoWindow(database, settings.profile))
        context.rate_limiter.on_wait = _wait_reported_once()
        yield context, quota_tracker(settings, database), database
        if database.trouble:
            print_error(database.trouble)


@contextmanager
def insert_context(
    settings: Settings,
) -> Iterator[tuple[ProfileContext, QuotaTracker, Insertions]]:
    """Opens the memory as `recorded_context` does, for a command that inserts files.

    Raises:
        ConfigError: It cannot be opened.
    """
    with recorded_context(settings) as (context, quota, database):
        yield context, quota, Insertions(database, settings.profile)


def window_context(
    settings: Settings,
    database: Database,
    jobs: Sequence[WatchedJob] | None,
    *,
    yields: bool = False,
) -> ProfileContext:
    """Returns what a dashboard shares with the others on its profile, and makes it known to them.

    Args:
        settings: Those of the profile.
        database: The memory.
        jobs: The jobs that it shows; None for the watch list.
        yields: Whether it is no dashboard, but a command that waits; see `Windows`.
    """
    name = f"wait {window_name()}" if yields else window_name()
    window = Windows(database, settings.profile, name, yields=yields)
    window.heartbeat(ServiceSnapshot(), focused=not yields)
    context = profile_context(settings, database, window, shows_list=jobs is None)
    for job in jobs or ():
        context.memory.add(job)
    return context


def profile_context(
    settings: Settings,
    database: Database,
    window: Windows | NoWindow,
    *,
    shows_list: bool = False,
) -> ProfileContext:
    """Returns what a window or a command shares with the others on its profile."""
    profile = settings.profile
    memory = Memory(database, profile, window, shows_list=shows_list)
    return ProfileContext(profile, operator(), memory, window, RateLimiter(database, profile))


def quota_tracker(
    settings: Settings, database: Database, *, frugal_unfocused: bool | None = None
) -> QuotaTracker:
    """Returns what counts the profile's calls, and how many may still be spent.

    Args:
        settings: Those of the profile.
        database: The memory.
        frugal_unfocused: Whether to be frugal while nobody looks; None for as it is configured.
    """
    if frugal_unfocused is None:
        frugal_unfocused = settings.budget.frugal_unfocused
    return QuotaTracker(
        CallLedger(database, settings.profile),
        quota_plan(settings),
        pace=Pace(settings.budget.pace),
        frugal_unfocused=frugal_unfocused,
        elapsed=awake_and_asleep(),
    )


def quota_plan(settings: Settings) -> QuotaPlan:
    """Returns what the settings allow of a day's calls."""
    budget = settings.budget
    zone = None if budget.reset_timezone is None else ZoneInfo(budget.reset_timezone)
    calls = budget.daily_calls or daily_calls(Plan(budget.plan), budget.users)
    return QuotaPlan(calls, budget.share, budget.reserve, zone)


def thin_in_background(settings: Settings, database: Database) -> None:
    """Lets old readings go, once a day, in a thread with a connection of its own."""
    policy = retention(settings)

    def thin_own(path: Path) -> None:
        with suppress(ConfigError), closing(open_database(path)) as own:
            thin(own, policy, datetime.now(UTC))

    # Whatever keeps it from this will pass, and hurts nobody meanwhile.
    with suppress(ConfigError):
        if database.path is not None and claim(database, policy, datetime.now(UTC)):
            Thread(target=thin_own, args=(database.path,), name="thin", daemon=True).start()


def retention(settings: Settings) -> Policy:
    """Returns how long the settings keep what is remembered."""
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
    """What other windows call this one: its terminal, the same name in each of them."""
    try:
        return one_line(os.ttyname(sys.stdin.fileno()).removeprefix("/dev/"), 20)
    except (OSError, ValueError):
        return f"pid {os.getpid()}"


def _wait_reported_once() -> Callable[[float], None]:
    """Returns what says that a minute's calls are used up: once, as nothing else shows the wait."""
    is_said = False

    def report(seconds: float) -> None:
        nonlocal is_said
        if not is_said:
            is_said = True
            print_error(
                f"Waiting: Zoho takes {CALLS_PER_MINUTE} calls a minute, and they are used up. "
                f"The next one can be made in {math.ceil(seconds)} s."
            )

    return report
