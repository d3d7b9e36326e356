"""``insert --rest-of JOB``: all records of a file but those that a trial of it has sent.

Which these are stands in the row maps of what was sent: of the trial, and of parts of the rest,
where some were sent before. So no record is sent twice, whatever has ended the program in between.
"""

import shlex
from argparse import Namespace
from collections.abc import Sequence

from zcbulk_tui.cli import options, queue_work, queueing
from zcbulk_tui.cli.context import insert_context, now
from zcbulk_tui.cli.insert_plan import print_plan
from zcbulk_tui.cli.job_names import named_jobs
from zcbulk_tui.cli.preparing import CheckedFile
from zcbulk_tui.cli.progress import reading
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.data.row_map import RowMap
from zcbulk_tui.domain.commands import command
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.insertion import BAD_ENDS, Insertion, InsertPlan, Prepared
from zcbulk_tui.domain.job import JobReading, WatchedJob
from zcbulk_tui.domain.text import counted, one_line
from zcbulk_tui.domain.trial import Selection
from zcbulk_tui.errors import DataError, RefusedError, UsageError
from zcbulk_tui.render import words
from zcbulk_tui.render.figures import clock, number


def find_trial(arguments: Namespace, settings: Settings) -> Insertion:
    """Returns the trial whose job is named.

    Raises:
        UsageError: It is not the name of one job, or that is no trial, or of another form.
        ConfigError: It cannot be looked up.
    """
    (job,) = named_jobs(
        [arguments.rest_of],
        settings,
        environment=options.named_environment(arguments),
        strict=True,
    )
    with insert_context(settings) as (_, _, insertions):
        found = insertions.of_job(job.ref)
    if found is None or not found.source.is_trial:
        raise UsageError(
            f"{job.label} is not the job of a trial",
            "Which records of a file were sent before is known of trials from this machine.",
            f"To see the jobs: {command('jobs', settings.profile)}",
        )
    form = found.form
    for name, typed in (("form", form.form), ("app", form.app), ("owner", form.owner)):
        if getattr(arguments, name) not in (None, typed):
            raise UsageError(
                f"The trial was sent to another {name}: {typed}",
                "The rest belongs into the same form.",
                f"Leave out --{name}.",
            )
    return found


def insert(
    arguments: Namespace,
    settings: Settings,
    checked: CheckedFile,
    plan: InsertPlan,
    tried: Insertion,
) -> int:
    """Inserts the records that were not sent with a trial, or after it; returns the exit code.

    Raises:
        ZcbulkError: Nothing was sent.
    """
    selection = _others(arguments, settings, checked, tried)
    if arguments.dry_run:
        print_plan(arguments, settings, checked.found, plan, others=selection)
        return 0
    prepared = queue(arguments, settings, checked, plan, tried, selection)
    if prepared is None:
        raise RefusedError("Nothing was sent", "It was not confirmed.")
    return queue_work.work(arguments, settings, prepared.insertions, are_new=True)


def queue(
    arguments: Namespace,
    settings: Settings,
    checked: CheckedFile,
    plan: InsertPlan,
    tried: Insertion,
    selection: Selection,
) -> Prepared | None:
    """Asks about the rest and puts it into the queue; see `queueing.queue_file`."""
    ended_badly = False
    more = []
    with insert_context(settings) as (context, _, insertions):
        if tried.ref is not None:
            job = WatchedJob(tried.ref, tried.label, tried.queued_at)
            last = context.memory.known(job).last
            more = [f"The trial: {standing(last)}."]
            # The question says how it has ended: the queue does not hold the rest for it again.
            ended_badly = last is not None and last.state in BAD_ENDS
            last_of_form = insertions.last_of(plan.form)
            ended_badly = ended_badly and last_of_form is not None and last_of_form.ref == tried.ref
    return queueing.queue_file(
        arguments,
        settings,
        checked,
        plan,
        selection=selection,
        goes_on=ended_badly,
        more=more,
    )


def standing(reading: JobReading | None) -> str:
    """Returns how the job of a trial stands, as in ``done, 188 in, 12 failed``."""
    if reading is None:
        return "no reading yet"
    counts = reading.counts
    return (
        f"{words.state(reading).text}, {number(counts.success)} in, {number(counts.failed)} failed"
    )


def later(arguments: Namespace, profile: str, tried: Insertion) -> str:
    """Returns the command that sends the rest of the file of a trial."""
    name = shlex.quote(tried.job_id or tried.label)
    words = ["insert", shlex.quote(str(arguments.file)), "--rest-of", name]
    for name in ("environment", "suspects", "part_records", "fields"):
        value = getattr(arguments, name)
        if value is not None:
            words += [f"--{name.replace('_', '-')}", shlex.quote(str(value))]
    return command(" ".join(words), profile)


def repeated(
    arguments: Namespace, settings: Settings, checked: CheckedFile, form: FormRef
) -> list[str]:
    """Returns what is said before all of a file is sent of which a trial was sent."""
    with insert_context(settings) as (_, _, insertions):
        known = insertions.of_file(form, checked.found.facts.sha256)
    lines = []
    for tried in (it for it in known if it.source.is_trial and it.ref is not None):
        lines += [
            f"A trial of this file was sent. {sent_before(tried)} All would be sent again.",
            f"To send the others alone: {later(arguments, settings.profile, tried)}",
        ]
    return lines


def sent_before(tried: Insertion) -> str:
    """Returns when a trial was sent, and as which job, as a sentence."""
    at = clock(tried.queued_at, now())
    rows = counted(tried.upload_file.rows, "of its records was", "of its records were")
    return f"At {at}, {rows} sent as job {tried.job_id}."


def _others(
    arguments: Namespace, settings: Settings, checked: CheckedFile, tried: Insertion
) -> Selection:
    """Returns the records that no job has.

    Raises:
        UsageError: There is none.
        DataError: It is another file, or which of its records were sent cannot be made out.
    """
    facts = checked.found.facts
    if facts.sha256 != tried.source.sha256:
        raise DataError(
            f"{facts.name} is not the file of the trial",
            f"The trial was made of {tried.source.name}, which held something else.",
            "Give the file as it was then. Records that were changed since: send them as a file "
            "of their own.",
        )
    with insert_context(settings) as (_, _, insertions):
        known = insertions.of_file(tried.form, facts.sha256)
    sent = [tried, *(it for it in known if it.source.rest_of == tried.job_id)]
    with reading(arguments.file) as on_progress:
        records = checked.sent_records(_row_maps(sent), on_progress)
    if len(records) >= facts.records:
        jobs = queueing.jobs(len(sent)).partition(",")[0]
        raise UsageError(
            f"Nothing of {facts.name} is left to send",
            f"All its {facts.records:,} records are in {jobs} already, or in the queue.",
            f"To see the jobs: {command('jobs', settings.profile)}",
        )
    return Selection(records, tried.job_id)


def _row_maps(sent: Sequence[Insertion]) -> list[RowMap]:
    paths = [it.source.row_map for it in sent]
    if None in paths:
        raise DataError(
            "Which records were sent is not known",
            f"Nothing was written down of {one_line(sent[paths.index(None)].label, 60)}.",
        )
    return [RowMap.read(path) for path in paths if path is not None]
