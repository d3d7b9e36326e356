"""``zcbulk-tui jobs``: the watch list. None of it makes a call, nor changes anything at Zoho."""

import shlex
from argparse import ArgumentParser, BooleanOptionalAction, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from zcbulk_tui.cli import export, import_jobs, options, templates
from zcbulk_tui.cli.context import operator, profile_context
from zcbulk_tui.cli.job_names import at_its_home, in_words, named_jobs, watched_jobs
from zcbulk_tui.cli.job_objects import Standing, job_record
from zcbulk_tui.cli.lineage import (
    Chains,
    as_tree,
    check_same_form,
    known_chains,
    net_results,
    remembered_chain,
)
from zcbulk_tui.cli.output import in_columns, print_error, print_lines
from zcbulk_tui.cli.overview import Overview, read_overview
from zcbulk_tui.cli.state import open_memory
from zcbulk_tui.cli.status import GIVING, no_jobs
from zcbulk_tui.config import load
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.address import job_path
from zcbulk_tui.domain.commands import command
from zcbulk_tui.domain.creation_time import EXAMPLES, read_created
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.job import Environment, WatchedJob
from zcbulk_tui.domain.records import EventKind, JobEvent
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.domain.text import one_line, tags_in
from zcbulk_tui.errors import HeldError, UsageError
from zcbulk_tui.render import words
from zcbulk_tui.render.span import Look, Span
from zcbulk_tui.store.memory import Memory
from zcbulk_tui.store.watch_list import WatchList
from zcbulk_tui.store.windows import NoWindow

_COLUMNS = ("LABEL", "JOB", "FORM", "ENVIRONMENT", "STATE", "TAGS", "NOTE")

_DROPS = ("FORM", "NOTE", "TAGS", "ENVIRONMENT", "JOB")
"""What a narrow terminal goes without, in this order."""

_PARTS = {
    "list": "print the watch list (the default)",
    "add": "put jobs on it",
    "edit": "change what it says of a job",
    "remove": "take jobs off it; nothing changes at Zoho",
    "import": "put the jobs of a file on it",
    "export": "write it, and what is remembered of its jobs, as JSON or CSV",
}


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what can be typed after the command."""
    options.add_profile(parser, inherit=True)
    parts = parser.add_subparsers(title="commands", metavar="COMMAND", dest="part")
    for part, what in _PARTS.items():
        sub = parts.add_parser(part, help=what, description=f"Watch list: {what}.")
        match part:
            case "import":
                import_jobs.add_arguments(sub)
            case "export":
                export.add_arguments(sub)
            case "list":
                options.add_profile(sub, inherit=True)
                templates.add_arguments(sub, "jobs", "as a JSON array, an object per job")
            case _:
                options.add_job_arguments(sub, 1 if part == "edit" else "+")
        if part in ("add", "edit"):
            sub.add_argument("--label", help="what it is called here")
            sub.add_argument("--note", help="a line about it")
    parts.choices["add"].add_argument(
        "--tag", action="append", metavar="TAG", help="can be given several times"
    )
    edit = parts.choices["edit"]
    edit.add_argument("--tags", help='all of its tags: "eu hr"; "" for none')
    edit.add_argument(
        "--repairs",
        metavar="JOB",
        help='the job whose failed records it has sent again; "" for none',
    )
    edit.add_argument(
        "--alert-on-end",
        action=BooleanOptionalAction,
        help="raise an alert when it ends, however it does; w in the dashboard",
    )
    edit.add_argument(
        "--created",
        metavar="WHEN",
        help=f'when it was created at Zoho ({EXAMPLES}; "" for unknown)',
    )


def run(arguments: Namespace) -> int:
    """Does what was typed after the command; returns the exit code.

    Raises:
        ZcbulkError: See each of them.
    """
    match arguments.part:
        case "add":
            return add(arguments)
        case "edit":
            return edit(arguments)
        case "remove":
            return remove(arguments)
        case "import":
            return import_jobs.run(arguments)
        case "export":
            return export.run(arguments)
        case _:
            return show(arguments)


def show(arguments: Namespace) -> int:
    """Prints the watch list, as the memory has it; returns the exit code.

    Raises:
        ConfigError: It cannot be read.
    """
    settings = load.load(flags=options.setting_flags(arguments))
    jobs = watched_jobs(settings.profile)
    chains = known_chains(settings.profile)
    seen = read_overview(settings)
    if templates.is_for_programs(arguments):
        objects = [job_record(_standing(job, seen, chains), seen.at) for job in jobs]
        templates.print_found(arguments, objects)
    elif jobs:
        rows = [_cells(branch, job, seen) for branch, job in as_tree(jobs, chains)]
        print_lines(
            in_columns(_COLUMNS, rows, giving={"NOTE": 8, "TAGS": 8, **GIVING}, drops=_DROPS)
        )
        print_lines(net_results(jobs, chains))
    else:
        print(no_jobs(settings.profile))
    return 0


def _standing(job: WatchedJob, seen: Overview, chains: Chains) -> Standing:
    ref = job.ref
    snapshot = seen.snapshots.get(ref, JobSnapshot(job))
    last, uploaded_at = seen.commands.get(ref), seen.uploads.get(ref)
    return Standing(snapshot, last, chains.get(ref), seen.windows.poller, uploaded_at)


def _cells(branch: str, job: WatchedJob, seen: Overview) -> tuple[str | Span, ...]:
    ref, tags = job.ref, " ".join(job.tags)
    last = seen.snapshots[ref].last if ref in seen.snapshots else None
    return (
        branch + job.label,
        ref.job_id,
        ref.form,
        ref.environment.value,
        Span("–", Look.DIM) if last is None else words.state(last),
        tags,
        job.note,
    )


def add(arguments: Namespace) -> int:
    """Puts jobs on the watch list; one that is there gets what was typed of it.

    Raises:
        UsageError: Something typed cannot be used.
        ConfigError: The list cannot be written; nothing is changed then.
    """
    settings = load.load(flags=options.setting_flags(arguments))
    jobs = named_jobs(arguments.jobs, settings, environment=options.named_environment(arguments))
    if arguments.label and len(jobs) > 1:
        raise UsageError(
            f"One label was typed for {len(jobs)} jobs, so nothing was added",
            next_step="Add them one by one, or leave out --label.",
        )
    tags = None if arguments.tag is None else " ".join(arguments.tag)
    with _open(settings) as (watch_list, memory):
        known = {job.ref for job in watch_list.jobs()}
        after = [
            _reworded(job, arguments.label, tags, arguments.note)._replace(added_by=_by())
            for job in jobs
        ]
        watch_list.add_all(after)
        for job in after:
            is_new = job.ref not in known
            kind = EventKind.ADDED if is_new else EventKind.EDITED
            what = "Watched from now on" if is_new else "Label, tags or note changed"
            _happened(memory, kind, what, job)
            print(f"{'Added' if is_new else 'Already watched'}: {in_words(job)}")
    return 0


def edit(arguments: Namespace) -> int:
    """Changes what the watch list says of a job.

    Raises:
        UsageError: Something typed cannot be used.
        HeldError: It is not known what became of a command, so the environment must stay.
        ConfigError: The list cannot be written; nothing is changed then.
    """
    # What is typed as the environment is the new one, and does not say which job is meant.
    settings = load.load(flags={**options.setting_flags(arguments), "environment": None})
    environment = options.named_environment(arguments)
    (job,) = named_jobs(arguments.jobs, settings, strict=True)
    after = _reworded(job, arguments.label, arguments.tags, arguments.note)
    if arguments.created is not None:
        created = read_created(arguments.created, job, datetime.now(UTC))
        after = after._replace(created_at=created)
    if arguments.alert_on_end is not None:
        after = after._replace(alert_on_end=arguments.alert_on_end)
    if arguments.repairs is not None:
        after = after._replace(repairs=_repaired(arguments.repairs, job, settings))
    with _open(settings) as (watch_list, memory):
        if job.ref not in {listed.ref for listed in watch_list.jobs()}:
            raise UsageError(
                f"{in_words(job)} is not on the watch list",
                next_step=f"To add it: {_again(job, settings)}",
            )
        if environment in (None, job.ref.environment):
            watch_list.edit(after)
            what = "Label, tags, note, creation, alert or what it repairs changed"
            _happened(memory, EventKind.EDITED, what, after)
        else:
            _move(watch_list, memory, job, after, environment, settings)
    if environment is not None:
        after = after._replace(ref=after.ref._replace(environment=environment))
    print(f"Changed: {in_words(after)}")
    return 0


def remove(arguments: Namespace) -> int:
    """Takes jobs off the watch list, and prints how each is added again; returns the exit code.

    Raises:
        UsageError: A name is not that of exactly one job on the list; nothing is changed then.
        ConfigError: The list cannot be written.
    """
    settings = load.load(flags=options.setting_flags(arguments))
    jobs = named_jobs(
        arguments.jobs,
        settings,
        environment=options.named_environment(arguments),
        strict=True,
    )
    with _open(settings) as (watch_list, memory):
        known = {job.ref for job in watch_list.jobs()}
        for job in jobs:
            if job.ref not in known:
                raise UsageError(
                    f"{in_words(job)} is not on the watch list, so nothing was removed",
                    next_step=f"To see what is: {command('jobs', settings.profile)}",
                )
        for job in jobs:
            watch_list.remove(job.ref)
            _happened(memory, EventKind.REMOVED, "Not watched any more", job)
            print(f"Removed: {in_words(job)}. To add it again: {_again(job, settings)}")
    return 0


@contextmanager
def _open(settings: Settings) -> Iterator[tuple[WatchList, Memory]]:
    """The list, and what has dashboards that are open learn of its changes."""
    with open_memory() as database:
        window = NoWindow(database, settings.profile)
        memory = profile_context(settings, database, window).memory
        yield WatchList(database, settings.profile), memory
        if database.trouble:
            print_error(database.trouble)


def _move(
    watch_list: WatchList,
    memory: Memory,
    before: WatchedJob,
    after: WatchedJob,
    environment: Environment,
    settings: Settings,
) -> None:
    last = memory.last_command(before.ref)
    if last is not None and last.is_unclear:
        raise HeldError(f"The environment of {in_words(before)} was not changed", last.held().cause)
    moved = after._replace(ref=after.ref._replace(environment=environment))
    watch_list.replace(before.ref, moved)
    _happened(memory, EventKind.REMOVED, f"Watched in {environment} from now on", before)
    _happened(memory, EventKind.ADDED, "Watched from now on", moved)
    was = before.ref.environment
    past = command(f"history {before.ref.job_id} --environment {was}", settings.profile)
    print(f"What was read in {was} stays there: {past}")


def _reworded(job: WatchedJob, label: str | None, tags: str | None, note: str | None) -> WatchedJob:
    """A job with what was typed of it; None leaves it as it is."""
    return job._replace(
        label=one_line(label or "", 60) or job.label,
        tags=job.tags if tags is None else tags_in(tags),
        note=job.note if note is None else one_line(note, 200),
    )


def _repaired(name: str, job: WatchedJob, settings: Settings) -> str:
    """The id of the job that a job repairs; empty for none.

    Raises:
        UsageError: It cannot repair the one that was named.
    """
    if not name.strip():
        return ""
    other, _ = remembered_chain(name, settings, job.ref.environment)
    check_same_form(other, FormRef.of(at_its_home(job.ref, settings)), settings)
    if other.ref == job.ref:
        raise UsageError(
            f"{in_words(job)} cannot repair itself", next_step="Name the job that it repairs."
        )
    return other.ref.job_id


def _happened(memory: Memory, kind: EventKind, what: str, job: WatchedJob) -> None:
    text = f"{what}, by {_by()}"
    memory.happened(JobEvent(datetime.now(UTC), kind, text, job.ref, job.label))


def _by() -> str:
    return f"{operator()}, jobs"


def _again(job: WatchedJob, settings: Settings) -> str:
    url = f"{job.ref.origin}{job_path(job.ref, 'v2.1')}"
    said = [f"--label {shlex.quote(job.label)}", *(f"--tag {shlex.quote(tag)}" for tag in job.tags)]
    if job.note:
        said.append(f"--note {shlex.quote(job.note)}")
    words = f"jobs add {url} --environment {job.ref.environment} {' '.join(said)}"
    return command(words, settings.profile)
