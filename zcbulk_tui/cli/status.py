"""``zcbulk-tui status``: prints what Zoho says of jobs."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import NamedTuple

from zcbulk_tui.cli import event_loop, options, templates, waiting
from zcbulk_tui.cli.client import client_with
from zcbulk_tui.cli.context import stored_context
from zcbulk_tui.cli.contracts import printing_watch
from zcbulk_tui.cli.job_names import in_words, named_jobs, watched_jobs
from zcbulk_tui.cli.job_objects import Standing, status_record
from zcbulk_tui.cli.lineage import Chains, known_chains, net_results
from zcbulk_tui.cli.output import in_columns, print_error, print_lines
from zcbulk_tui.cli.overview import Overview, overview, read_overview, standings, uploads
from zcbulk_tui.cli.state import check_signed_in
from zcbulk_tui.cli.wait_lines import make_report
from zcbulk_tui.config import load
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.commands import command
from zcbulk_tui.domain.concern import assess
from zcbulk_tui.domain.contract import Contract
from zcbulk_tui.domain.control import Outcome
from zcbulk_tui.domain.job import Environment, JobReading, JobRef, WatchedJob
from zcbulk_tui.domain.records import ControlRecord
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.errors import ConfigError, Occasion, ZcbulkError
from zcbulk_tui.monitor.once import read_all
from zcbulk_tui.render import words
from zcbulk_tui.render.concerns import failed_look
from zcbulk_tui.render.figures import clock, number, percent
from zcbulk_tui.render.span import Line, Span
from zcbulk_tui.store.archive import Archive
from zcbulk_tui.store.json_objects import JsonObject
from zcbulk_tui.store.memory import Memory

_DESCRIPTION = """\
Prints the status of jobs; without a JOB, of all that are on the watch list.
It costs at most 1 call per job: one that a dashboard on the same profile polls, or that is
over, costs none, unless it was commanded since: what is remembered of it is printed."""

_EPILOG = f"""\
A narrow terminal gets shorter labels first, then fewer columns, without FORM, ENVIRONMENT, OK, JOB,
READ, %, FAILED, LEFT in this order; no figure and no id is cut. A pipe gets all.

--wait prints the status once all have ended; until then, how it goes, with --json on the standard
error.

{waiting.EXIT_CODES}"""

_COLUMNS = ("LABEL", "JOB", "FORM", "ENVIRONMENT", "STATE", "%", "OK", "FAILED", "LEFT", "READ")

GIVING = {"LABEL": 12, "FORM": 8}
"""Cells of the columns that give way on a terminal, in this order."""

_DROPS = ("FORM", "ENVIRONMENT", "OK", "JOB", "READ", "%", "FAILED", "LEFT")
"""What a narrow terminal goes without, in this order; label and state stay."""

_OPEN = (Outcome.SENT, Outcome.NO_EFFECT, Outcome.UNPROVEN)


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what can be typed after the command."""
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    options.add_job_arguments(parser, "*", left_out="the watch list")
    templates.add_arguments(parser, "status", "as a JSON array, an object per job")
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
    is_for_programs = templates.is_for_programs(arguments)
    waited = None
    try:
        waiting.check_arguments(arguments)
        settings = load.load(flags=options.setting_flags(arguments))
        environment = options.named_environment(arguments)
        jobs = known = _jobs(arguments.jobs, settings, environment)
        if not known:
            if is_for_programs:
                templates.print_found(arguments, [])
            else:
                print(no_jobs(settings.profile))
            return 0
        if arguments.wait:
            waited = _wait(arguments, settings, known)
            found = _after(settings, waited.snapshots)
        else:
            found = event_loop.run(
                _read(settings, known, fresh=arguments.fresh, with_polls=is_for_programs)
            )
    except ZcbulkError as error:
        if is_for_programs:
            now = _now()
            objects = [status_record(job, error, None, now) for job in jobs]
            templates.print_found(arguments, objects)
        raise
    asked = found.asked
    if is_for_programs:
        templates.print_found(arguments, _objects(found))
    else:
        print_lines([*_table(asked), *net_results(known, found.chains)])
    for line in _open_commands(asked):
        (print_error if is_for_programs else print)(line)
    worst = 0
    for each in asked:
        if isinstance(each.result, ZcbulkError):
            # What a wait has met, it has said.
            if waited is None:
                print_error(f"{in_words(each.job)}: {each.result.told(Occasion.ONCE)}")
            worst = max(worst, each.result.exit_code)
    return worst if waited is None else waited.exit_code


def _wait(arguments: Namespace, settings: Settings, jobs: Sequence[WatchedJob]) -> waiting.Waited:
    return waiting.wait(
        settings,
        jobs,
        make_report(to_errors=templates.is_for_programs(arguments)),
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


class _Asked(NamedTuple):
    """A job, what it was read as, and what is known of it since.

    Attributes:
        job: The job.
        result: A reading, or why there is none.
        snapshot: How it stands.
        record: Its last start or abort; None for none.
    """

    job: WatchedJob
    result: JobReading | ZcbulkError
    snapshot: JobSnapshot
    record: ControlRecord | None


class _Found(NamedTuple):
    """The jobs, and what the memory knows beside.

    Attributes:
        asked: The jobs.
        chains: By job, the chain that it belongs to.
        overview: The polls that a dashboard has planned; None where they are not known.
        uploads: When the uploads of the files of running jobs began that were sent from here.
    """

    asked: Sequence[_Asked]
    chains: Chains
    overview: Overview | None
    uploads: Mapping[JobRef, datetime]


def _objects(found: _Found) -> list[JsonObject]:
    """The jobs for programs, with the polls that a dashboard has planned."""
    seen, chains = found.overview, found.chains
    polls: Mapping[JobRef, JobSnapshot] = {} if seen is None else seen.snapshots
    window = "" if seen is None else seen.windows.poller
    now = _now()
    objects = []
    for job, result, snapshot, record in found.asked:
        if job.ref in polls:
            planned = polls[job.ref]
            snapshot = replace(snapshot, next_poll_at=planned.next_poll_at, reason=planned.reason)
        uploaded_at = found.uploads.get(job.ref)
        standing = Standing(snapshot, record, chains.get(job.ref), window, uploaded_at)
        objects.append(status_record(job, result, standing, now))
    return objects


def _after(settings: Settings, snapshots: Sequence[JobSnapshot]) -> _Found:
    """The jobs as a wait has left them."""
    left = standings(settings.profile, snapshots)
    asked = [
        _Asked(it.snapshot.job, waiting.result_of(it.snapshot), it.snapshot, it.record)
        for it in left
    ]
    sent = {it.snapshot.ref: it.uploaded_at for it in left if it.uploaded_at is not None}
    seen = None
    with suppress(ConfigError):
        seen = read_overview(settings)
    return _Found(asked, known_chains(settings.profile), seen, sent)


async def _read(
    settings: Settings, jobs: list[WatchedJob], *, fresh: bool, with_polls: bool
) -> _Found:
    """Reads the jobs, and what the memory knows beside, which is opened once for all of it."""
    check_signed_in(settings)
    with stored_context(settings) as (context, quota, database):
        watch = printing_watch(settings, database)
        async with client_with(settings, watch) as client:
            results = await read_all(client, jobs, quota, context, _now, fresh=fresh)
        known = cache(watch.known)
        asked = [
            _asked(context.memory, job, result, known(job.ref.origin))
            for job, result in zip(jobs, results, strict=True)
        ]
        chains: Chains = {}
        seen = None
        # Where they cannot be read, no chain and no poll of any dashboard is known.
        with suppress(ConfigError):
            chains = Archive(database, settings.profile).chains()
            seen = overview(database, settings, _now()) if with_polls else None
        sent = uploads(database, settings.profile, [it.snapshot for it in asked])
        return _Found(asked, chains, seen, sent)


def _asked(
    memory: Memory, job: WatchedJob, result: JobReading | ZcbulkError, contract: Contract
) -> _Asked:
    record, snapshot = memory.last_command(job.ref), memory.known(job)
    snapshot = replace(
        snapshot,
        command=record.command if record else None,
        past=None if snapshot.is_final else memory.form_past(job.ref),
        one_fails_its_batch=contract.one_fails_its_batch,
    )
    return _Asked(job, result, snapshot, record)


def _now() -> datetime:
    return datetime.now(UTC)


def _table(asked: Sequence[_Asked]) -> list[Line]:
    """The jobs that were read, in columns as wide as what is in them, or as a terminal has room."""
    rows = [_cells(each, each.result) for each in asked if isinstance(each.result, JobReading)]
    if not rows:
        return []
    return in_columns(_COLUMNS, rows, giving=GIVING, drops=_DROPS, right=_COLUMNS.index("%"))


def _cells(asked: _Asked, reading: JobReading) -> tuple[str | Span, ...]:
    ref, counts = asked.job.ref, reading.counts
    return (
        asked.job.label,
        ref.job_id,
        ref.form,
        ref.environment.value,
        words.state(reading),
        percent(counts.share_done),
        number(counts.success),
        Span(number(counts.failed), failed_look(assess(asked.snapshot).concern)),
        number(counts.left),
        clock(reading.read_at, _now()),
    )


def _open_commands(asked: Sequence[_Asked]) -> list[str]:
    """What is said of jobs of whose last command not all is known."""
    return [
        f"{in_words(each.job)}: {words.command(each.record.command, _now())}"
        for each in asked
        if each.record is not None and each.record.command.outcome in _OPEN
    ]
