"""Removing results from this disk: the files first, so that none is left that nobody knows of."""

from datetime import datetime

from zcbulk_tui.domain.job import JobRef, WatchedJob
from zcbulk_tui.domain.records import EventKind
from zcbulk_tui.domain.result import Result, ResultStage
from zcbulk_tui.domain.text import counted
from zcbulk_tui.errors import DataError, HeldError
from zcbulk_tui.monitor.ports import ResultFolder
from zcbulk_tui.monitor.recorder import Recorder
from zcbulk_tui.store.results import Results


def remove(
    results: Results, folder: ResultFolder, recorder: Recorder, job: WatchedJob, why: str
) -> list[Result]:
    """Removes the results of a job, and has none of them fetched again by itself.

    Args:
        results: Keeps where they stand.
        folder: Keeps their files.
        recorder: Writes down that they were removed.
        job: The job.
        why: By whom, or for what reason, as in "by anna@jump1".

    Returns:
        Those that were on the disk.

    Raises:
        HeldError: Results are being fetched at this moment.
        DataError: A file cannot be removed.
        ConfigError: It cannot be written down; the files are gone.
    """
    with results.locked():
        found = results.of(job.ref)
        folder.remove(job.ref)
        results.keep(*map(_removed, (it for it in found if it.stage is not ResultStage.GONE)))
    files = [it for it in found if it.file is not None]
    if files:
        text = f"Removed from the disk: {counted(len(files), 'result')}, {why}"
        recorder.event(EventKind.RESULT, text, job)
    return files


def remove_old(
    results: Results, folder: ResultFolder, recorder: Recorder, before: datetime, why: str
) -> set[JobRef]:
    """Removes the results of jobs of which the last was fetched before a moment.

    For arguments see `remove`.

    Returns:
        The jobs whose results could not be removed at this moment.

    Raises:
        ConfigError: It cannot be read or written down.
    """
    fetched: dict[JobRef, datetime] = {}
    for result in results.all():
        if result.file is not None:
            last = fetched.get(result.ref, result.file.fetched_at)
            fetched[result.ref] = max(last, result.file.fetched_at)
    left = set()
    for job in results.jobs():
        if fetched.get(job.ref, before) < before:
            try:
                remove(results, folder, recorder, job, why)
            except (HeldError, DataError):
                left.add(job.ref)
    return left


def _removed(result: Result) -> Result:
    return result._replace(stage=ResultStage.REMOVED, next_try=None, file=None, error=None)
