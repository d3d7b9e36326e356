"""Putting the parts together: settings, sign-in, client, ledger, jobs."""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from functools import partial
from typing import TYPE_CHECKING

from zcbulk_tui.cli.main import complain
from zcbulk_tui.config import paths, secrets
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain import datacenters, proxies
from zcbulk_tui.domain.address import make_ref, parse_job_url
from zcbulk_tui.domain.budget import Pace, Plan, QuotaPlan, daily_calls
from zcbulk_tui.domain.job import Environment, JobRef, WatchedJob
from zcbulk_tui.domain.job_id import doubts, is_number, read_id
from zcbulk_tui.domain.sign_in import not_signed_in
from zcbulk_tui.errors import ConfigError, SignedOutError, ZcbulkError
from zcbulk_tui.store import sign_in
from zcbulk_tui.store.sign_in import SignInFiles

if TYPE_CHECKING:
    from zcbulk_tui.creator.client import CreatorClient
    from zcbulk_tui.creator.network import Network
    from zcbulk_tui.creator.tokens import TokenSource
    from zcbulk_tui.monitor.quota_tracker import QuotaTracker
    from zcbulk_tui.store.database import Database


def parse_jobs(texts: Sequence[str], settings: Settings) -> list[JobRef]:
    """Reads the jobs of a command line; one that is named twice counts once.

    Args:
        texts: A job's status URL, or its id where the settings tell the rest.
        settings: Those of the profile.

    Raises:
        UsageError: One of them cannot be used.
        ConfigError: The settings do not tell what an id means.
    """
    asked: dict[JobRef, JobRef] = {}
    for text in texts:
        ref = _by_id(text, settings) if is_number(text) else _by_url(text, settings)
        asked.setdefault(at_its_home(ref, settings), ref)
    return list(asked.values())


def named_jobs(texts: Sequence[str], settings: Settings) -> list[JobRef]:
    """Reads the jobs of a command line as `parse_jobs` does, and warns of ids that may be wrong."""
    refs = parse_jobs(texts, settings)
    for why in doubts(refs).values():
        complain(why)
    return refs


def at_its_home(ref: JobRef, settings: Settings) -> JobRef:
    """Returns where the calls for a job go: two names for the same job lead to the same place."""
    return replace(ref, origin=settings.base_url or ref.origin)


def _by_url(text: str, settings: Settings) -> JobRef:
    return parse_job_url(text, Environment(settings.environment), base_url=settings.base_url)


def _by_id(text: str, settings: Settings) -> JobRef:
    text = read_id(text)
    origin = home_of(settings)
    told = {"owner": settings.owner, "app": settings.app, "form": settings.form}
    missing = [name for name, value in told.items() if not value]
    if origin is None:
        missing.insert(0, "data_center")
    if origin is None or missing:
        raise ConfigError(
            f"A job that is named by its id alone needs {', '.join(missing)}",
            f"The profile “{settings.profile}” does not set it.",
            "Write it into the configuration file, or give the job's whole URL.",
        )
    owner, app, form = (value or "" for value in told.values())
    return make_ref(origin, owner, app, form, text, Environment(settings.environment))


def home_of(settings: Settings) -> str | None:
    """Scheme and host of the profile's API; None where the settings do not tell."""
    if settings.base_url is not None:
        return settings.base_url
    center = datacenters.named(settings.data_center) if settings.data_center else None
    return center.api_url if center else None


def watched(ref: JobRef) -> WatchedJob:
    """A job that has no label yet."""
    return WatchedJob(ref, f"{ref.form} {ref.job_id[-4:]}", datetime.now(UTC))


def quota_plan(settings: Settings) -> QuotaPlan:
    """What the settings allow of a day's calls."""
    budget = settings.budget
    zone: tzinfo | None = None
    if budget.reset_timezone is not None:
        # Takes a moment, and few need it.
        from zoneinfo import ZoneInfo

        zone = ZoneInfo(budget.reset_timezone)
    calls = budget.daily_calls or daily_calls(Plan(budget.plan), budget.users)
    return QuotaPlan(calls, budget.share, budget.reserve, zone)


def quota(settings: Settings, opened: "Database") -> "QuotaTracker":
    """Returns the ledger of the profile's calls; imports what keeps it, which takes a moment."""
    from zcbulk_tui.monitor.clock import awake_and_asleep
    from zcbulk_tui.monitor.quota_tracker import QuotaTracker
    from zcbulk_tui.store.quota import CallLedger

    return QuotaTracker(
        CallLedger(opened, settings.profile),
        quota_plan(settings),
        pace=Pace(settings.budget.pace),
        frugal_unfocused=settings.budget.frugal_unfocused,
        elapsed=awake_and_asleep(),
    )


def sign_in_files(settings: Settings) -> SignInFiles:
    """Where the profile's sign-in is kept."""
    folder = paths.state_dir() / sign_in.FOLDER_NAME
    return SignInFiles(folder, settings.profile, settings.secrets)


def check_signed_in(settings: Settings) -> None:
    """Makes sure that there is a way to a token, without the time that going it takes.

    Raises:
        SignedOutError: There is none.
        ConfigError: The environment holds something that is no token.
    """
    token = os.environ.get(secrets.ACCESS_TOKEN, "")
    if token.strip():
        secrets.check(token, secrets.ACCESS_TOKEN)
    elif settings.token_command is None and not sign_in_files(settings).exists:
        raise not_signed_in(settings.profile)


def is_signed_in(settings: Settings) -> bool:
    """Whether there is a way to a token.

    Raises:
        ConfigError: The environment holds something that is no token.
    """
    try:
        check_signed_in(settings)
    except SignedOutError:
        return False
    return True


def make_network(settings: Settings) -> "Network":
    """Returns what carries all requests; imports what talks HTTPS, which takes a moment.

    Raises:
        ConfigError: The file of `ca_bundle`, or what a variable names, cannot be used.
    """
    from zcbulk_tui.creator.network import Network, Timeouts
    from zcbulk_tui.creator.trust import trust

    timeouts = settings.timeouts
    try:
        return Network(
            timeouts=Timeouts(timeouts.connect, timeouts.read, timeouts.total),
            verify=trust(settings.ca_bundle),
        )
    except ZcbulkError:
        raise
    except Exception as error:  # noqa: BLE001 - what nobody thought of ends no command in a traceback
        kind = type(error).__name__
    # Without its words, which may quote a password.
    raise ConfigError(
        "HTTPS cannot be set up",
        f"It fails with {kind}.",
        "See what of proxies and certificates is not as usual here: zcbulk-tui doctor",
    )


def warn_of_proxies() -> None:
    """Writes a line about each part of NO_PROXY that means nothing.

    Raises:
        ConfigError: A proxy that the environment names cannot be used.
    """
    for warning in proxies.read(os.environ).warnings:
        complain(warning)


def token_source(settings: Settings, network: "Network") -> "TokenSource":
    """Returns what gives the access token: the environment, else a program, else the sign-in.

    Raises:
        ConfigError: The environment holds something that is no token.
    """
    from zcbulk_tui.creator.tokens import CommandToken, FixedToken

    token = secrets.from_environment(secrets.ACCESS_TOKEN)
    if token is not None:
        return FixedToken(token, secrets.ACCESS_TOKEN)
    if settings.token_command is not None:
        return CommandToken(partial(secrets.printed_by, settings.token_command))
    from zcbulk_tui.creator.renewal import RefreshedToken

    return RefreshedToken(network, sign_in_files(settings), settings.profile)


@asynccontextmanager
async def client(settings: Settings) -> "AsyncIterator[CreatorClient]":
    """Opens the client for Zoho.

    Raises:
        ZcbulkError: There is no way to a token, or a setting cannot be used.
    """
    check_signed_in(settings)
    made, network = make_client(settings)
    warn_of_proxies()
    try:
        yield made
    finally:
        await network.aclose()


def make_client(settings: Settings) -> "tuple[CreatorClient, Network]":
    """Returns the client for Zoho, and the network under it, which is to be closed at the end.

    Raises:
        ConfigError: A setting cannot be used.
    """
    from zcbulk_tui.creator.client import CreatorClient
    from zcbulk_tui.creator.control import Variant, VariantMemory
    from zcbulk_tui.store import variants

    network = make_network(settings)
    first = Variant(settings.control.method, settings.control.body)
    kept = variants.VariantFile(paths.state_dir() / variants.FILE_NAME)
    made = CreatorClient(
        token_source(settings, network),
        network,
        base_url=settings.base_url,
        api_version=settings.api_version,
        memory=VariantMemory(first, kept),
    )
    return made, network
