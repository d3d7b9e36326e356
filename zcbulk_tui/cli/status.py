"""``zcbulk-tui status``: prints what Zoho says of jobs."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from datetime import UTC, datetime

from zcbulk_tui.cli import event_loop, options, waiting
from zcbulk_tui.cli.client import open_client
from zcbulk_tui.cli.context import command_context
from zcbulk_tui.cli.job_names import in_words, named_jobs, watched_jobs
from zcbulk_tui.cli.json_records import chain_object, failure_object, named_object
from zcbulk_tui.cli.lineage import Chains, known_chains, net_results
from zcbulk_tui.cli.output import in_columns, print_error, print_lines
from zcbulk_tui.cli.wait_lines import make_report
from zcbulk_tui.config import load
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.commands import command
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Environment, JobReading, JobState, WatchedJob
from zcbulk_tui.domain.lineage import Chain
from zcbulk_tui.errors import Occasion, ZcbulkError
from zcbulk_tui.monitor.once import read_all
from zcbulk_tui.render import words
from zcbulk_tui.render.figures import clock, number, percent
from zcbulk_tui.store.json_objects import JsonObject, reading_object

_DESCRIPTION = """\
Prints the status of jobs; without a JOB, of all that are on the watch list.
It costs at most 1 call per job: one that a dashboard on the same profile polls, or that is
over, costs none, unless it was commanded since: what is remembered of it is printed."""

_EPILOG = f"""\
--wait prints the status once all have ended; until then, how it goes, with --json on the standard
error.

{waiting.EXIT_CODES}

examples:
  zcbulk-tui status
  zcbulk-tui status Customers --json | jq '.[0].percent'
  zcbulk-tui status --wait --timeout 8h"""

_FIGURES = ("raw_state", "total", "success", "failed", "unprocessed")

_COLUMNS = ("LABEL", "JOB", "FORM", "ENVIRONMENT", "STATE", "%", "OK", "FAILED", "LEFT", "READ")

GIVING = {"FORM": 8, "LABEL": 12, "JOB": 8}
"""Cells of the columns that give way on a terminal, in this order."""

_OPEN = (Outcome.SENT, Outcome.NO_EFFECT, Outcome.UNPROVEN)


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what can be typed after the command."""
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    options.add_job_arguments(parser, "*", left_out="the watch list")
    parser.add_argument("--json", action="store_true", help="as a JSON array, an object per job")
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--fresh", action="store_true", help="ask Zoho for each: 1 call each")
    waiting.add_wait(either)
    waiting.add_timeout(parser)


def run(arguments: Namespace) -> int:
    """Prints the status of each job, and what went wrong to stderr.

    Returns:
        0, or the highest exit code of what went wrong; after a wait, that of the wait.

    Raises:
        ZcbulkError: No call could be made at all.
    """
    jobs: Sequence[WatchedJob | None] = [None] * (len(arguments.jobs) or 1)
    waited = None
    try:
        waiting.check_arguments(arguments)
        settings = load.load(flags=options.setting_flags(arguments))
        environment = options.named_environment(arguments)
        jobs = known = _jobs(arguments.jobs, settings, environment)
        if not known:
            print("[]" if arguments.json else no_jobs(settings.profile))
            return 0
        if arguments.wait:
            waited = _wait(arguments, settings, known)
            results = [waiting.result_of(it) for it in waited.snapshots]
            commands = [it.command for it in waited.snapshots]
        else:
            results, commands = event_loop.run(_read(settings, known, fresh=arguments.fresh))
    except ZcbulkError as error:
        if arguments.json:
            _print_json(jobs, [error] * len(jobs), {})
        raise
    chains = known_chains(settings.profile)
    if arguments.json:
        _print_json(known, results, chains)
    else:
        print_lines([*_table(known, results), *net_results(known, chains)])
    for line in _open_commands(known, commands):
        (print_error if arguments.json else print)(line)
    worst = 0
    for job, result in zip(known, results, strict=True):
        if isinstance(result, ZcbulkError):
            # What a wait has met, it has said.
            if waited is None:
                print_error(f"{in_words(job)}: {result.told(Occasion.ONCE)}")
            worst = max(worst, result.exit_code)
    return worst if waited is None else waited.exit_code


def _wait(arguments: Namespace, settings: Settings, jobs: Sequence[WatchedJob]) -> waiting.Waited:
    return waiting.wait(
        settings,
        jobs,
        make_report(to_errors=arguments.json),
        names=arguments.jobs,
        options=waiting.options_of(arguments),
        timeout=arguments.timeout,
    )


def no_jobs(profile: str) -> str:
    """What is said of an empty watch list, and how it is filled."""
    return f"The watch list is empty. To put a job on it: {command('jobs add URL', profile)}"


def _jobs(
    names: Sequence[str], settings: Settings, environment: Environment | None
) -> list[WatchedJob]:
    if names:
        return named_jobs(names, settings, environment=environment)
    jobs = watched_jobs(settings.profile)
    return [job for job in jobs if environment in (None, job.ref.environment)]


def _print_json(
    jobs: Sequence[WatchedJob | None],
    results: Sequence[JobReading | ZcbulkError],
    chains: Chains,
) -> None:
    objects = [
        as_object(job, result, chains.get(job.ref) if job is not None else None)
        for job, result in zip(jobs, results, strict=True)
    ]
    print(json.dumps(objects, indent=2))


def as_object(
    job: WatchedJob | None, result: JobReading | ZcbulkError, chain: Chain | None
) -> JsonObject:
    """One job for ``--json``; without a reading its state is unknown and all figures are null.

    Args:
        job: Which job; None where what was typed names none.
        result: A reading, or why there is none.
        chain: The chain that it belongs to; None for none.
    """
    figures = reading_object(result) if isinstance(result, JobReading) else {}
    share = result.counts.share_done if isinstance(result, JobReading) else None
    return {
        **named_object(job),
        "state": figures.get("state", JobState.UNKNOWN.value),
        **{name: figures.get(name) for name in _FIGURES},
        "percent": None if share is None else _percent(share),
        "read_at": figures.get("read_at"),
        "error": failure_object(result if isinstance(result, ZcbulkError) else None),
        "repairs": job.repairs or None if job is not None else None,
        "chain": chain_object(chain),
    }


def _percent(share: float) -> float:
    """With one decimal; 100 only when nothing is missing."""
    return 100.0 if share == 1 else min(round(share * 100, 1), 99.9)


async def _read(
    settings: Settings, jobs: list[WatchedJob], *, fresh: bool
) -> tuple[list[JobReading | ZcbulkError], list[Command | None]]:
    async with open_client(settings) as client:
        with command_context(settings) as (context, quota):
            results = await read_all(client, jobs, quota, context, _now, fresh=fresh)
            records = [context.memory.last_command(job.ref) for job in jobs]
            return results, [None if record is None else record.command for record in records]


def _now() -> datetime:
    return datetime.now(UTC)


def _table(jobs: list[WatchedJob], results: list[JobReading | ZcbulkError]) -> list[str]:
    """The jobs that were read, in columns as wide as what is in them, or as a terminal has room."""
    rows = [
        _cells(job, result)
        for job, result in zip(jobs, results, strict=True)
        if isinstance(result, JobReading)
    ]
    if not rows:
        return []
    return in_columns(_COLUMNS, rows, giving=GIVING, right=_COLUMNS.index("%"))


def _cells(job: WatchedJob, reading: JobReading) -> tuple[str, ...]:
    ref, counts = job.ref, reading.counts
    return (
        job.label,
        ref.job_id,
        ref.form,
        ref.environment.value,
        reading.raw_state,
        percent(counts.share_done),
        *(number(value) for value in (counts.success, counts.failed, counts.left)),
        clock(reading.read_at, _now()),
    )


def _open_commands(jobs: list[WatchedJob], commands: list[Command | None]) -> list[str]:
    """What is said of jobs of whose last command not all is known."""
    return [
        f"{in_words(job)}: {words.command(last, _now())}"
        for job, last in zip(jobs, commands, strict=True)
        if last is not None and last.outcome in _OPEN
    ]
