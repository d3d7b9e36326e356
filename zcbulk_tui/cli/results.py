"""``zcbulk-tui results``: what failed in ended jobs, and what was not reached, as files."""

import asyncio
import signal
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

from zcbulk_tui.cli import (
    event_loop,
    failing,
    options,
    prompts,
    result_copies,
    result_work,
    templates,
)
from zcbulk_tui.cli.context import operator, recorded_context
from zcbulk_tui.cli.job_names import JobNames, in_words, named_jobs
from zcbulk_tui.cli.job_objects import deadline_object
from zcbulk_tui.cli.json_records import failure_object, named_object
from zcbulk_tui.cli.output import in_columns, print_error, print_lines
from zcbulk_tui.cli.result_work import Outcome, Progress
from zcbulk_tui.cli.state import memory_file, open_memory
from zcbulk_tui.config import load
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.commands import command
from zcbulk_tui.domain.deadlines import upcoming
from zcbulk_tui.domain.job import JobRef, WatchedJob
from zcbulk_tui.domain.result import Result, ResultKind, ResultStage
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.domain.text import counted, one_line
from zcbulk_tui.errors import DataError, ExitCode, Occasion, RefusedError, UsageError, ZcbulkError
from zcbulk_tui.monitor.recorder import Recorder
from zcbulk_tui.monitor.result_removal import remove
from zcbulk_tui.render.deadline_words import moment
from zcbulk_tui.render.results import stands
from zcbulk_tui.render.span import Look, Span
from zcbulk_tui.store import json_objects, recall
from zcbulk_tui.store.json_objects import JsonObject
from zcbulk_tui.store.results import Results, is_there

_DESCRIPTION = """\
Fetches the results of jobs that have ended: which records failed, which were not reached,
and which went in. Each costs 1 call, and 1 more for each try while Zoho still makes it;
what is on this disk costs none. A job that is not known to be over is asked first: 1 call.

  zcbulk-tui results JOB …           fetch what failed or was not reached
  zcbulk-tui results list            print what is on the disk
  zcbulk-tui results remove JOB …    remove results from the disk

Results are your records: they are kept in the state folder, in files only you may read, for
as many days as the setting results.days says. Zoho deletes them 3 days after the job's end."""

_EPILOG = """\
A job that is called "list" or "remove" is named by its id."""

_LIST, _REMOVE = "list", "remove"

_COLUMNS = ("LABEL", "JOB", "RESULT", "STANDS", "RECORDS", "BYTES", "KEPT UNTIL")

_DROPS = ("BYTES", "JOB", "KEPT UNTIL", "RECORDS")
"""What a narrow terminal goes without, in this order."""

_KINDS = {name: kind for kind, name in result_copies.ENDINGS.items()}

_Until = Mapping[JobRef, datetime]


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what can be typed after the command."""
    parser.description, parser.epilog = _DESCRIPTION, _EPILOG
    options.add_job_arguments(parser, "+")
    parser.add_argument("--failed", action="store_true", help="only what failed")
    parser.add_argument("--unprocessed", action="store_true", help="only what was not reached")
    parser.add_argument("--success", action="store_true", help="only what went in: record ids")
    parser.add_argument(
        "--output",
        metavar="DIR",
        type=Path,
        help="copy them there, under the jobs' labels; no other file is written over",
    )
    templates.add_arguments(parser, "results", "as a JSON array, an object per result")
    parser.add_argument(
        "--yes", action="store_true", help="with remove: skip the question (for scripts)"
    )


def run(arguments: Namespace) -> int:
    """Does what was typed after the command; returns the exit code.

    Raises:
        ZcbulkError: It cannot be done.
    """
    settings = load.load(flags=options.setting_flags(arguments))
    part, *others = arguments.jobs
    fetches = any(getattr(arguments, name) for name in (*_KINDS, "output"))
    if part not in (_LIST, _REMOVE):
        if arguments.yes:
            raise UsageError("--yes goes with remove only")
        return _fetch(arguments, settings)
    if fetches:
        raise UsageError(
            f"“results {part}” fetches nothing, so it takes none of these options",
            next_step=f"For a job of that name: {command('results ID', settings.profile)}",
        )
    if part == _LIST:
        if others or arguments.yes:
            raise UsageError("“results list” takes nothing but --json or --format")
        return _list(settings, arguments)
    if not others:
        raise UsageError(
            "No job was named whose results are to be removed",
            next_step=f"To see what is there: {command('results list', settings.profile)}",
        )
    return _remove(arguments, settings, others)


# Fetching.


def _fetch(arguments: Namespace, settings: Settings) -> int:
    jobs = named_jobs(arguments.jobs, settings, environment=options.named_environment(arguments))
    kinds = [kind for name, kind in _KINDS.items() if getattr(arguments, name)]
    kinds = kinds or [ResultKind.FAILURE, ResultKind.UNPROCESSED]
    say = print_error if templates.is_for_programs(arguments) else partial(print, flush=True)
    progress, ending = Progress(jobs, say), event_loop.Ending()
    try:
        outcomes = event_loop.run(result_work.fetch(settings, jobs, kinds, say, progress, ending))
    except (KeyboardInterrupt, asyncio.CancelledError) as error:
        progress.clear()
        print_error(
            "Interrupted. What is on the disk stays there; the same command fetches the rest."
        )
        if isinstance(error, KeyboardInterrupt):
            raise
        return 128 + (ending.signal or signal.SIGTERM)
    progress.clear()
    copies = _Copies(jobs, arguments.output)
    made = [(it, *copies.make(it)) for it in outcomes]
    if templates.is_for_programs(arguments):
        objects = [_outcome_object(it, copied, failure) for it, copied, failure in made]
        templates.print_found(arguments, objects)
    else:
        print_lines(_said(it, copied) for it, copied, failure in made if failure is None)
    refused = [(it, failure) for it, _, failure in made if failure is not None]
    for line in dict.fromkeys(f"{_named(it)}: {why.told(Occasion.ONCE)}" for it, why in refused):
        print_error(line)
    codes = {why.exit_code for _, why in refused}
    # That a disk is full says that all else is done.
    return max(codes - {ExitCode.OUTPUT} or codes, default=0)


def _named(outcome: Outcome) -> str:
    """What an outcome is about: one result, or the job, where it says the same of each."""
    return in_words(outcome.job) if outcome.is_of_job else result_work.named(outcome)


class _Copies:
    """Copies results to where the user wants them.

    Args:
        jobs: The jobs.
        folder: Where; None for nowhere.
    """

    def __init__(self, jobs: Sequence[WatchedJob], folder: Path | None) -> None:
        self._names = result_copies.names(jobs)
        self._folder = folder

    def make(self, outcome: Outcome) -> tuple[Path | None, ZcbulkError | None]:
        """Returns where the copy of a result is, if any, and why there is none that should be."""
        file = outcome.result.file if outcome.result is not None else None
        if self._folder is None or file is None or outcome.error is not None:
            return None, outcome.error
        try:
            return result_copies.copy(file, self._folder, self._names[outcome.job.ref]), None
        except DataError as error:
            return None, error


def _said(outcome: Outcome, copied: Path | None) -> str:
    file = outcome.result.file if outcome.result is not None else None
    if file is None or outcome.result is None:
        return f"{result_work.named(outcome)}: 0 records, so there is nothing to fetch"
    doubt = ""
    if outcome.result.is_short:
        doubt = f"; Zoho counted {outcome.result.expected:,}, the file has {file.records:,}"
    where = one_line(str(copied or file.path), 500)
    return f"{result_work.named(outcome)}: {counted(file.records, 'record')}{doubt}: {where}"


def _outcome_object(outcome: Outcome, copied: Path | None, error: ZcbulkError | None) -> JsonObject:
    stage = outcome.result.stage.value if outcome.result is not None else None
    return {
        **named_object(outcome.job),
        "result": result_copies.ENDINGS[outcome.kind],
        "stage": stage,
        "expected": outcome.records,
        **_file_object(outcome.result),
        "copied_to": copied and str(copied),
        "error": failure_object(error),
    }


def _file_object(result: Result | None) -> JsonObject:
    file = result.file if result is not None else None
    return {
        "tries": result.tries if result is not None else 0,
        "records": file and file.records,
        "bytes": file and file.size,
        "sha256": file and file.sha256,
        "path": file and str(file.path),
        "fetched_at": file and json_objects.moment(file.fetched_at),
    }


# What is on the disk.


def _list(settings: Settings, arguments: Namespace) -> int:
    found = _known(settings)
    until = _kept_until(found, settings)
    if templates.is_for_programs(arguments):
        templates.print_found(arguments, [_listed_object(it, until) for it in found])
    elif found:
        rows = [_cells(it, until) for it in found]
        print_lines(in_columns(_COLUMNS, rows, giving={"LABEL": 12, "STANDS": 8}, drops=_DROPS))
    else:
        print(f"No results are here. To fetch some: {command('results JOB', settings.profile)}")
    return 0


class _Known(NamedTuple):
    """A result, and how the job stands that it is of."""

    snapshot: JobSnapshot
    result: Result


def _known(settings: Settings) -> list[_Known]:
    if not memory_file().exists():
        return []
    with open_memory(is_only_read=True) as database:
        results = Results(database, settings.profile)
        jobs = [recall.known(database, settings.profile, job) for job in results.jobs()]
        known = results.as_known(results.all())
    return [_Known(job, it) for job in jobs for it in known if it.ref == job.ref]


def _cells(known: _Known, until: _Until) -> tuple[str | Span, ...]:
    job, result, file = known.snapshot.job, known.result, known.result.file
    return (
        job.label,
        job.ref.job_id,
        result_copies.ENDINGS[result.kind],
        Span(_stands(result), _look(result)),
        f"{file.records:,}" if file else "–",
        f"{file.size:,}" if file else "–",
        moment(until[job.ref]) if file else "–",
    )


def _stands(result: Result) -> str:
    if result.file is not None and not is_there(result.file):
        return "file is gone"
    if result.stage is ResultStage.DUE and result.error is not None:
        return f"due: {one_line(result.error.title, 60)}"
    return result.stage.value


def _look(result: Result) -> Look:
    if result.file is not None and not is_there(result.file):
        return Look.WARNING
    return stands(result, datetime.now(UTC)).look


def _kept_until(found: Sequence[_Known], settings: Settings) -> _Until:
    """Until when the files of each job are kept: they go together, by the age of the last."""
    until: dict[JobRef, datetime] = {}
    for _, result in found:
        if result.file is not None:
            at = result.file.fetched_at + timedelta(days=settings.results.days)
            until[result.ref] = max(until.get(result.ref, at), at)
    return until


def _listed_object(known: _Known, until: _Until) -> JsonObject:
    job, result, file = known.snapshot.job, known.result, known.result.file
    return {
        **named_object(job),
        "result": result_copies.ENDINGS[result.kind],
        "stage": result.stage.value,
        "expected": result.expected,
        **_file_object(result),
        "on_disk": file is not None and is_there(file),
        "kept_until": json_objects.moment(until[job.ref]) if file else None,
        "next_try_at": json_objects.moment(result.next_try),
        "deadline": deadline_object(upcoming(known.snapshot), datetime.now(UTC)),
        "error": failure_object(result.error),
    }


# Removing.


def _remove(arguments: Namespace, settings: Settings, names: Sequence[str]) -> int:
    with recorded_context(settings) as (context, _, database):
        results = Results(database, settings.profile)
        known = JobNames(
            settings, results.jobs(), options.named_environment(arguments), strict=True
        )
        jobs = {job.ref: job for job in map(known.find, names)}
        files = [it for ref in jobs for it in results.of(ref) if it.file is not None]
        if not files:
            raise UsageError(
                "No results of that are on the disk, so nothing was removed",
                next_step=f"To see what is: {command('results list', settings.profile)}",
            )
        if not arguments.yes:
            _ask(list(_lost(list(jobs.values()), files)))
        recorder = Recorder(context.memory, lambda: datetime.now(UTC))
        for job in jobs.values():
            removed = remove(results, failing.result_folder(), recorder, job, f"by {operator()}")
            for result in removed:
                print(f"Removed: {in_words(job)}, {result.kind.word}")
    return 0


def _lost(jobs: Sequence[WatchedJob], files: Sequence[Result]) -> Iterator[str]:
    for job in jobs:
        own = [it.file for it in files if it.ref == job.ref and it.file is not None]
        if own:
            counts = ", ".join(f"{it.records:,} {it.kind.word}" for it in own)
            yield f"{in_words(job)}: {counts}"
    yield "Zoho deletes them 3 days after the end; what is removed after that is lost."


def _ask(lines: Sequence[str]) -> None:
    if not prompts.has_terminal():
        raise UsageError(
            "There is no terminal to ask on, so nothing was removed",
            next_step="In a script, add --yes.",
        )
    print_lines(lines)
    if not prompts.confirm("Remove them from this disk? [y/N] "):
        raise RefusedError("Nothing was removed", "It was not confirmed.")
