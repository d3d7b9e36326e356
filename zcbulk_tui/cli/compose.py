"""Putting the parts together: settings, token, client, jobs."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from zcbulk_tui.config import paths
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.address import parse_job_url
from zcbulk_tui.domain.job import Environment, JobRef, WatchedJob
from zcbulk_tui.errors import ConfigError

if TYPE_CHECKING:
    from zcbulk_tui.creator.client import CreatorClient
    from zcbulk_tui.domain.budget import Allowance
    from zcbulk_tui.monitor.ports import CallBook
    from zcbulk_tui.monitor.spending import Spending


def parse_jobs(urls: Sequence[str], environment: str | None, settings: Settings) -> list[JobRef]:
    """Reads the job URLs of a command line; a job named twice counts once.

    Raises:
        UsageError: One of them cannot be used.
    """
    where = Environment(environment or settings.environment)
    asked: dict[JobRef, JobRef] = {}
    for url in urls:
        ref = parse_job_url(url, where, base_url=settings.base_url)
        # The same job is one for which the calls go to the same place.
        asked.setdefault(replace(ref, origin=settings.base_url or ref.origin), ref)
    return list(asked.values())


def watched(ref: JobRef) -> WatchedJob:
    """A job that has no label yet."""
    return WatchedJob(ref, f"{ref.form} {ref.job_id[-4:]}", datetime.now(UTC))


def allowance(settings: Settings) -> "Allowance":
    """What the settings allow of a day's calls."""
    from zcbulk_tui.domain.budget import Allowance, Plan, daily_calls

    budget = settings.budget
    zone: tzinfo | None = None
    if budget.reset_timezone is not None:
        # Takes a moment, and few need it.
        from zoneinfo import ZoneInfo

        zone = ZoneInfo(budget.reset_timezone)
    calls = budget.daily_calls or daily_calls(Plan(budget.plan), budget.users)
    return Allowance(calls, budget.share, budget.reserve, zone)


@contextmanager
def spending(settings: Settings) -> "Iterator[Spending]":
    """Opens the ledger of the profile's calls; imports what keeps it, which takes a moment.

    Where it cannot be opened, calls are counted until the program ends, and `Spending` says so.
    """
    from zcbulk_tui.domain.planner import Pace
    from zcbulk_tui.monitor.spending import Spending
    from zcbulk_tui.store import database
    from zcbulk_tui.store.calls import MemoryBook, StoredCallBook

    with ExitStack() as stack:
        book: CallBook
        try:
            connection = database.open_database(paths.state_dir() / database.FILE_NAME)
        except ConfigError as error:
            book = MemoryBook(f"Calls are counted in memory only. {error}")
        else:
            stack.enter_context(closing(connection))
            book = StoredCallBook(connection, settings.profile)
        yield Spending(
            book,
            allowance(settings),
            pace=Pace(settings.budget.pace),
            frugal_unfocused=settings.budget.frugal_unfocused,
        )


def make_client(settings: Settings) -> "CreatorClient":
    """Returns the client for Zoho; imports what talks HTTPS, which takes a moment.

    Raises:
        ConfigError: There is no usable access token.
    """
    from zcbulk_tui.config.secrets import access_token
    from zcbulk_tui.creator.client import CreatorClient, Timeouts
    from zcbulk_tui.creator.control import Variant, VariantMemory
    from zcbulk_tui.creator.oauth import AccessToken
    from zcbulk_tui.store import variants

    timeouts = settings.timeouts
    first = Variant(settings.control.method, settings.control.body)
    return CreatorClient(
        AccessToken(access_token()),
        base_url=settings.base_url,
        api_version=settings.api_version,
        timeouts=Timeouts(timeouts.connect, timeouts.read, timeouts.total),
        memory=VariantMemory(first, variants.VariantFile(paths.state_dir() / variants.FILE_NAME)),
    )
