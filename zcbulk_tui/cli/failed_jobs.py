"""The failures of a job: its result on this disk, and the file that it was made of."""

import shlex
from collections.abc import Sequence
from contextlib import suppress

from zcbulk_tui.cli import json_records
from zcbulk_tui.cli.contracts import known_contract, observe_columns
from zcbulk_tui.cli.job_names import named_jobs
from zcbulk_tui.cli.state import memory_file, open_memory
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.data.failures import FailureFile
from zcbulk_tui.data.matching import index_source, read_header
from zcbulk_tui.data.result_columns import NOT_KNOWN, ServerColumns, read_columns, server_columns
from zcbulk_tui.data.rows import OnProgress
from zcbulk_tui.data.source import open_source
from zcbulk_tui.domain.commands import command
from zcbulk_tui.domain.insertion import SourceFile
from zcbulk_tui.domain.job import Environment, JobReading, JobRef
from zcbulk_tui.domain.result import Result, ResultFile, ResultKind, ResultStage
from zcbulk_tui.errors import ConfigError, DataError
from zcbulk_tui.store import recall
from zcbulk_tui.store.archive import Archive
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.json_objects import JsonObject
from zcbulk_tui.store.results import Results, is_there
from zcbulk_tui.store.watch_list import WatchList


def read_failures(
    name: str,
    settings: Settings,
    environment: Environment | None,
    *,
    header: Sequence[str] | None = None,
    encoding: str | None = None,
    on_progress: OnProgress | None = None,
) -> tuple[JsonObject, FailureFile | None]:
    """Returns what names a job, as an object, and its failures; None where no record failed.

    Args:
        name: What was typed for the job.
        settings: Those of the profile.
        environment: That of ``--environment``; None where it was not typed.
        header: Of the uploaded file, where the user gave it; None for what is known of it here.
        encoding: The name of the result's encoding; None for its mark, else UTF-8.
        on_progress: Called with the bytes read of the result, and the bytes in all.

    Raises:
        UsageError: It is not the name of exactly one job.
        DataError: The result is not on this disk, or cannot be read.
        ConfigError: The memory cannot be read.
    """
    (job,) = named_jobs([name], settings, environment=environment)
    with open_memory(is_only_read=True) as database:
        last = recall.known(database, settings.profile, job).last
        if last is not None and last.state.is_final and last.counts.failed == 0:
            return json_records.named_object(job), None
        if last is not None and not last.state.is_final:
            raise _not_over(last, name, settings.profile)
        file = result_on_disk(database, settings.profile, job.ref, name)
        history = Archive(database, settings.profile).history(job.ref)
    known = server_columns(known_contract(settings, job.ref.origin))
    source = None
    if header is None and history is not None and history.insertion is not None:
        source = history.insertion.source
    failures = failures_in(
        file, source, header=header, encoding=encoding, known=known, on_progress=on_progress
    )
    observe_columns(settings, job.ref.origin, failures.columns)
    return json_records.named_object(job), failures


def is_listed(name: str, settings: Settings) -> bool:
    """Whether a job on the watch list has this label: jobs are called after their files."""
    if not memory_file().exists():
        return False
    with suppress(ConfigError), open_memory(is_only_read=True) as database:
        jobs = WatchList(database, settings.profile).jobs()
        return any(job.label.casefold() == name.casefold() for job in jobs)
    return False


def result_on_disk(database: Database, profile: str, ref: JobRef, name: str) -> ResultFile:
    """Returns the result with the failed records of a job.

    Args:
        database: Says where it stands.
        profile: Whose job it is.
        ref: The job.
        name: What the user calls it.

    Raises:
        DataError: It is not on this disk.
        ConfigError: The memory cannot be read.
    """
    result = Results(database, profile).find(ref, ResultKind.FAILURE)
    file = result.file if result is not None and result.stage is ResultStage.ON_DISK else None
    if file is not None and is_there(file):
        return file
    raise _not_on_disk(result, command(f"results {shlex.quote(name)}", profile))


def failures_in(
    file: ResultFile,
    source: SourceFile | None,
    *,
    header: Sequence[str] | None = None,
    encoding: str | None = None,
    known: ServerColumns = NOT_KNOWN,
    on_progress: OnProgress | None = None,
) -> FailureFile:
    """Returns the failures in a result, placed in the file of its job where that is still there.

    Args:
        file: The result.
        source: The file that the user had named for the job; None where it is not known.
        header: Of the uploaded file, where the source is not known.
        encoding: The name of the result's encoding; None for its mark, else UTF-8.
        known: Columns that the server is known to add.
        on_progress: Called with the bytes read of the result, and the bytes in all.

    Raises:
        DataError: The result cannot be read.
    """
    index, why = None, ""
    if source is not None and file.records:
        try:
            header = read_header(source)
            columns, _ = read_columns(
                open_source(file.path), header, encoding=encoding, known=known
            )
            index = index_source(source, columns.names)
        except DataError as error:
            why = f"The places in the uploaded file are not known: {error.title}."
    return FailureFile(
        file.path,
        upload=header,
        source=index,
        encoding=encoding,
        on_progress=on_progress,
        assumed=(why,) if why else (),
        known=known,
    )


def _not_over(last: JobReading, name: str, profile: str) -> DataError:
    quoted = shlex.quote(name)
    next_step = f"To wait for its end: {command(f'wait {quoted}', profile)}"
    if last.state.is_waiting:
        next_step = f"To start it: {command(f'start {quoted}', profile)}"
    return DataError(
        "The job has not ended, so there is no result yet",
        f"It was “{last.raw_state}” when it was read last. Zoho makes the result at its end.",
        next_step,
    )


def _not_on_disk(result: Result | None, fetch: str) -> DataError:
    stage = None if result is None else result.stage
    next_step = f"Fetch the results, for 1 to 2 calls: {fetch}"
    match stage:
        case ResultStage.GONE:
            return DataError(
                "Zoho has no file with the failed records of the job, or none any more",
                "It deletes them three days after the end of a job; where none failed there may "
                "be no file.",
                f"To ask it once more, for 1 to 2 calls: {fetch}",
            )
        case ResultStage.REMOVED:
            return DataError(
                "The failed records of the job are no longer on this disk",
                "They were removed, by a command or for their age.",
                next_step,
            )
        case ResultStage.FETCHING:
            cause = "They are being fetched, or whoever fetched them was ended."
        case _:
            cause = ""
    return DataError("The failed records of the job are not on this disk", cause, next_step)
