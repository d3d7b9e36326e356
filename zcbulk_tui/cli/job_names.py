"""Jobs as users name them: by status URL, by id, or by the label on the watch list."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from zcbulk_tui.cli.output import print_error
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain import datacenters
from zcbulk_tui.domain.address import make_ref, parse_job_url
from zcbulk_tui.domain.job import Environment, JobRef, WatchedJob
from zcbulk_tui.domain.job_id import doubts, is_number, read_id
from zcbulk_tui.domain.records import History
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError, UsageError
from zcbulk_tui.store.archive import Archive

_LIST = "zcbulk-tui export --format csv"


def parse_jobs(texts: Sequence[str], settings: Settings) -> list[JobRef]:
    """Reads the jobs of a command line; one that is named twice counts once.

    Args:
        texts: A job's status URL, or its id where the settings have the rest of its address.
        settings: Those of the profile.

    Raises:
        UsageError: One of them cannot be used.
        ConfigError: The settings do not say what an id means.
    """
    found: dict[JobRef, JobRef] = {}
    for text in texts:
        ref = _by_id(text, settings) if is_number(text) else _by_url(text, settings)
        found.setdefault(at_its_home(ref, settings), ref)
    return list(found.values())


def named_jobs(texts: Sequence[str], settings: Settings) -> list[JobRef]:
    """Reads the jobs of a command line as `parse_jobs` does, and warns of ids that may be wrong."""
    refs = parse_jobs(texts, settings)
    for why in doubts(refs).values():
        print_error(why)
    return refs


def remembered_job(name: str, archive: Archive, settings: Settings) -> History:
    """Returns all that is remembered of a job.

    Args:
        name: Its URL, its id, or its label on the watch list.
        archive: The memory.
        settings: Those of the profile.

    Raises:
        UsageError: It is not the name of exactly one job that is remembered.
        ConfigError: The memory cannot be read.
    """
    jobs = archive.jobs()
    ref = _by_any_name(name.strip(), jobs, settings)
    home = at_its_home(ref, settings)
    watched = next((job.ref for job in jobs if at_its_home(job.ref, settings) == home), ref)
    history = archive.history(watched)
    if history is None:
        raise UsageError(
            f"“{one_line(name, 120)}” was never watched in the profile “{settings.profile}”",
            next_step=f"Name another --environment or --profile, or see what is watched: {_LIST}",
        )
    return history


def at_its_home(ref: JobRef, settings: Settings) -> JobRef:
    """Returns where the calls for a job go: two names for the same job lead to the same place."""
    return replace(ref, origin=settings.base_url or ref.origin)


def home_of(settings: Settings) -> str | None:
    """Scheme and host of the profile's API; None where the settings do not say."""
    if settings.base_url is not None:
        return settings.base_url
    center = datacenters.named(settings.data_center) if settings.data_center else None
    return center.api_url if center else None


def watched(ref: JobRef) -> WatchedJob:
    """Returns a job as it is watched from now on, with a label made of its form and id."""
    return WatchedJob(ref, f"{ref.form} {ref.job_id[-4:]}", datetime.now(UTC))


def _by_url(text: str, settings: Settings) -> JobRef:
    return parse_job_url(text, Environment(settings.environment), base_url=settings.base_url)


def _by_id(text: str, settings: Settings) -> JobRef:
    text = read_id(text)
    origin = home_of(settings)
    application = {"owner": settings.owner, "app": settings.app, "form": settings.form}
    missing = [name for name, value in application.items() if not value]
    if origin is None:
        missing.insert(0, "data_center")
    if origin is None or missing:
        raise ConfigError(
            f"A job that is named by its id alone needs {', '.join(missing)}",
            f"The profile “{settings.profile}” does not set it.",
            "Write it into the configuration file, or give the job's whole URL.",
        )
    owner, app, form = (value or "" for value in application.values())
    return make_ref(origin, owner, app, form, text, Environment(settings.environment))


def _by_any_name(name: str, jobs: Sequence[WatchedJob], settings: Settings) -> JobRef:
    called = [job for job in jobs if name and name in (job.label, job.ref.job_id)]
    if len(called) == 1:
        return called[0].ref
    if called:
        raise UsageError(
            f"“{one_line(name, 60)}” are {len(called)} jobs of the watch list",
            next_step=f"Name it by its URL. To see all of them: {_LIST}",
        )
    if "://" in name or name.isdecimal():
        (ref,) = parse_jobs([name], settings)
        return ref
    raise UsageError(
        f"No job on the watch list of the profile “{settings.profile}” is called "
        f"“{one_line(name, 60)}”",
        next_step=f"Name it by its URL, its id or its label. To see all of them: {_LIST}",
    )
