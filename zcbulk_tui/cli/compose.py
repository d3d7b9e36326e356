"""Putting the parts together: settings, token, client, jobs."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from zcbulk_tui.config import paths
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.address import parse_job_url
from zcbulk_tui.domain.job import Environment, JobRef, WatchedJob
from zcbulk_tui.domain.planner import Intervals

if TYPE_CHECKING:
    from zcbulk_tui.creator.client import CreatorClient


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


def intervals(settings: Settings) -> Intervals:
    """The polling intervals of the settings."""
    polling = settings.polling
    return Intervals(polling.in_progress, polling.waiting, polling.unknown)


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
