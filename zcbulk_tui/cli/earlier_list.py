"""The watch lists of versions before 0.1: each was a file, which is taken over once."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from zcbulk_tui import user_files
from zcbulk_tui.config import paths
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.sign_in import DEFAULT_PROFILE
from zcbulk_tui.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from zcbulk_tui.store.database import Database


def is_there(settings: Settings, database: "Database") -> bool:
    """Whether there is such a file, and a place to keep its jobs."""
    return database.path is not None and _file(settings.profile).exists()


def take_over(settings: Settings, database: "Database") -> ConfigError | None:
    """Puts the jobs of an earlier version's file on the watch list, and renames the file.

    Returns:
        What to say of a file that cannot be used; None where there is nothing to say.
    """
    if not is_there(settings, database):
        return None
    from zcbulk_tui.cli.importing import entries_of, new_job
    from zcbulk_tui.domain.job_list_file import ListedJob
    from zcbulk_tui.store.watch_list import StoredWatchList

    path = _file(settings.profile)
    kept = path.with_name(f"{path.name}.taken-over")
    try:
        entries = entries_of(user_files.read_text(path, user_files.LIST), str(path), settings)
        now, by = datetime.now(UTC), "an earlier version"
        jobs = [new_job(entry, now, by) for entry in entries if isinstance(entry, ListedJob)]
        StoredWatchList(database, settings.profile).add_all(jobs)
        path.rename(kept)
    except (UsageError, OSError, user_files.BadFileError) as error:
        return _unusable(path, str(error))
    bad = len(entries) - len(jobs)
    return _unusable(kept, f"{bad} of its {len(entries)} entries make no sense.") if bad else None


def _file(profile: str) -> Path:
    name = "watchlist.json" if profile == DEFAULT_PROFILE else f"watchlist-{profile}.json"
    return paths.state_dir() / name


def _unusable(path: Path, why: str) -> ConfigError:
    return ConfigError(
        "The watch list of an earlier version could not be taken over as a whole",
        why,
        f"Correct {path} and import it: zcbulk-tui import, or move it away.",
    )
