"""The watch list, as a file.

Zoho has no call that lists jobs, so this file is the only record of which there are. Every change
reads it anew, so that two programs on one list lose nothing of each other's.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from zcbulk_tui.domain.address import make_ref, parse_base_url
from zcbulk_tui.domain.job import Environment, JobRef, WatchedJob
from zcbulk_tui.domain.sign_in import DEFAULT_PROFILE
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError, UsageError
from zcbulk_tui.store import json_file

FILE_NAME = "watchlist.json"
"""Of the profile of those who have only one."""


def file_name(profile: str) -> str:
    """The file of a profile: the jobs of one account are not to be asked about in another."""
    return FILE_NAME if profile == DEFAULT_PROFILE else f"watchlist-{profile}.json"


_VERSION = 1


class WatchListFile:
    """The watch list in a file.

    Args:
        path: The file; it is made with the first job.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def jobs(self) -> list[WatchedJob]:
        """Returns the jobs in the order in which they were added.

        Raises:
            ConfigError: The file cannot be read, or does not hold a watch list.
        """
        content = json_file.read(self._path)
        if content is None:
            return []
        try:
            if content["version"] != _VERSION:
                raise ValueError(f"version {content['version']}, not {_VERSION}")
            return [_from_json(entry) for entry in content["jobs"]]
        except (AttributeError, KeyError, TypeError, ValueError, UsageError) as error:
            raise ConfigError(
                f"{self._path} does not hold a watch list",
                f"A value is missing or cannot be right ({one_line(repr(error), 80)}).",
                "Correct it, or move it away to begin anew.",
            ) from error

    def add(self, job: WatchedJob) -> None:
        """Puts a job at the end; one with the same reference gives way to it.

        Raises:
            ConfigError: The file cannot be read or written; nothing is lost then.
        """
        self._write([*(other for other in self.jobs() if other.ref != job.ref), job])

    def remove(self, ref: JobRef) -> None:
        """Takes a job off the list.

        Raises:
            ConfigError: The file cannot be read or written; nothing is lost then.
        """
        self._write(job for job in self.jobs() if job.ref != ref)

    def _write(self, jobs: Iterable[WatchedJob]) -> None:
        json_file.write(self._path, {"version": _VERSION, "jobs": [_to_json(job) for job in jobs]})


class SessionWatchList:
    """A watch list that ends with the process: for jobs named on the command line, and the demo."""

    def add(self, job: WatchedJob) -> None:
        """Keeps nothing."""

    def remove(self, ref: JobRef) -> None:
        """Keeps nothing."""


def _to_json(job: WatchedJob) -> dict[str, Any]:
    ref = job.ref
    return {
        "origin": ref.origin,
        "owner": ref.owner,
        "app": ref.app,
        "form": ref.form,
        "job_id": ref.job_id,
        "environment": ref.environment.value,
        "label": job.label,
        "added_at": job.added_at.isoformat(),
        "created_at": job.created_at.isoformat() if job.created_at else None,
    }


def _from_json(entry: dict[str, Any]) -> WatchedJob:
    created = entry["created_at"]
    return WatchedJob(
        make_ref(
            parse_base_url(entry["origin"]),
            entry["owner"],
            entry["app"],
            entry["form"],
            entry["job_id"],
            Environment(entry["environment"]),
        ),
        one_line(entry["label"], 60),
        _aware(entry["added_at"]),
        None if created is None else _aware(created),
    )


def _aware(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without zone")
    return moment
