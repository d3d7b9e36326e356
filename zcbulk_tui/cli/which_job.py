"""Jobs that are remembered, found by what somebody calls them."""

from collections.abc import Sequence

from zcbulk_tui.cli import compose
from zcbulk_tui.cli.compose import at_its_home
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.job import JobRef, WatchedJob
from zcbulk_tui.domain.records import History
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import UsageError
from zcbulk_tui.store.archive import Archive

_LIST = "zcbulk-tui export --format csv"


def history_of(name: str, archive: Archive, settings: Settings) -> History:
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
    ref = _ref_of(name.strip(), jobs, settings)
    home = at_its_home(ref, settings)
    watched = next((job.ref for job in jobs if at_its_home(job.ref, settings) == home), ref)
    history = archive.history(watched)
    if history is None:
        raise UsageError(
            f"“{one_line(name, 120)}” was never watched in the profile “{settings.profile}”",
            next_step=f"Name another --environment or --profile, or see what is watched: {_LIST}",
        )
    return history


def _ref_of(name: str, jobs: Sequence[WatchedJob], settings: Settings) -> JobRef:
    called = [job for job in jobs if name and name in (job.label, job.ref.job_id)]
    if len(called) == 1:
        return called[0].ref
    if called:
        raise UsageError(
            f"“{one_line(name, 60)}” are {len(called)} jobs of the watch list",
            next_step=f"Name it by its URL. To see all of them: {_LIST}",
        )
    if "://" in name or name.isdecimal():
        (ref,) = compose.parse_jobs([name], settings)
        return ref
    raise UsageError(
        f"No job on the watch list of the profile “{settings.profile}” is called "
        f"“{one_line(name, 60)}”",
        next_step=f"Name it by its URL, its id or its label. To see all of them: {_LIST}",
    )
