"""``zcbulk-tui insert``: brings a file into a form, from the check to the running job."""

import asyncio
import json
import signal
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Sequence
from contextlib import AsyncExitStack
from functools import partial
from math import ceil
from typing import NamedTuple

from zcbulk_tui.cli import check, event_loop, options, prompts
from zcbulk_tui.cli.client import open_client
from zcbulk_tui.cli.context import insert_context
from zcbulk_tui.cli.forms import form_of
from zcbulk_tui.cli.inserting import Follower, now, until_ended, until_settled, working
from zcbulk_tui.cli.json_records import failure_object, form_object, insertion_object
from zcbulk_tui.cli.output import print_error, print_lines
from zcbulk_tui.cli.preparing import CheckedFile, check_file, discard, sweep
from zcbulk_tui.cli.sending import failure
from zcbulk_tui.cli.shutdown import ended_by_signals
from zcbulk_tui.cli.state import check_signed_in, memory_file
from zcbulk_tui.config import load
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.commands import command
from zcbulk_tui.domain.form import FormFields
from zcbulk_tui.domain.insertion import (
    BAD_ENDS,
    CALLS,
    STARTED,
    Insertion,
    InsertPlan,
    Prepared,
    Stage,
    stage,
)
from zcbulk_tui.domain.job import Action, Environment, JobReading, WatchedJob
from zcbulk_tui.domain.preflight import UPLOAD_LIMIT, Preflight
from zcbulk_tui.domain.tags import tags_in
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.domain.upload import Suspects
from zcbulk_tui.errors import (
    ConfigError,
    DataError,
    Occasion,
    RefusedError,
    UsageError,
    ZcbulkError,
)
from zcbulk_tui.monitor.profile_context import ProfileContext
from zcbulk_tui.monitor.quota_tracker import QuotaTracker
from zcbulk_tui.render.preflight import size
from zcbulk_tui.store.insertions import Insertions
from zcbulk_tui.store.json_objects import JsonObject

_DESCRIPTION = """\
Checks a CSV, or a ZIP with one, then creates a job, uploads the file and starts the job: 3 calls.
It asks once before the first of them. A form has one active job: while another one is active, the
file waits in a queue, which an open dashboard works."""

_EPILOG = """\
--suspects is for records that would probably fail: leave-out writes them to FILE.suspects.csv,
pack uploads them behind all others, as-they-are sends them in their places.

exit codes:
  0 started (or uploaded, or queued), 1 refused, or not confirmed; with --wait also for a bad end,
  2 usage, or a file that cannot be used, 3 sign-in, 4 network, or an answer that was lost"""


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what can be typed after the command."""
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    check.add_file_arguments(parser)
    parser.add_argument("--label", metavar="TEXT", default="", help="what the job is called here")
    parser.add_argument(
        "--tag", metavar="TAG", action="append", default=[], help="a tag; may be given again"
    )
    parser.add_argument(
        "--suspects",
        choices=[it.value for it in Suspects],
        help="what becomes of records that would probably fail (default: it asks)",
    )
    parser.add_argument(
        "--part-records",
        metavar="N",
        type=_positive,
        help="cut the file into jobs of at most N records (default: only above 100 MB)",
    )
    parser.add_argument(
        "--start",
        action="store_true",
        default=True,
        help="start the job once the file is there (default)",
    )
    parser.add_argument(
        "--no-start",
        dest="start",
        action="store_false",
        help="leave the job uploaded; it must be started within 3 hours of its creation",
    )
    parser.add_argument(
        "--wait",
        action="store_true",
        help="wait for the form's slot, and until the job has ended; reading it costs calls",
    )
    parser.add_argument("--yes", action="store_true", help="skip the question (for scripts)")
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="check the file and print the plan; no call is made but for --list-fields",
    )
    parser.add_argument("--json", action="store_true", help="as a JSON array, an object per job")
    parser.set_defaults(occasion=Occasion.COMMAND)


def _positive(text: str) -> int:
    count = options.number(text, int)
    if count < 1:
        raise ArgumentTypeError("should be 1 or more")
    return count


def run(arguments: Namespace) -> int:
    """Inserts a file.

    Returns:
        0 when it was started, or is as far as was asked for; else the highest exit code.

    Raises:
        ZcbulkError: Nothing was sent.
    """
    try:
        return _run(arguments)
    except ZcbulkError as error:
        if arguments.json:
            name = one_line(arguments.file.name, 100)
            print(json.dumps([{"file": {"name": name}, "error": failure_object(error)}], indent=2))
        raise


def _run(arguments: Namespace) -> int:
    settings = load.load(flags=options.setting_flags(arguments))
    check_may_send(settings, sends=not arguments.dry_run)
    form = form_of(arguments, settings)
    fields = check.known_fields(arguments, settings)
    checked = _check(arguments, fields)
    plan = InsertPlan(
        form,
        one_line(arguments.label, 60),
        tags_in(" ".join(arguments.tag)),
        _suspects(arguments, checked),
        arguments.part_records,
        arguments.start,
    )
    folder = memory_file().parent / "uploads"
    with insert_context(settings) as (context, quota, insertions):
        if arguments.dry_run:
            _print_plan(arguments, checked.found, plan, quota)
            return 0
        with ended_by_signals():
            sweep(folder, insertions, now())
            prepared = checked.prepare(plan, folder, context.operator, now())
            try:
                if not arguments.yes and not _confirmed(prepared, plan, quota):
                    raise RefusedError("Nothing was sent", "It was not confirmed.")
                insertions.add(prepared.insertions)
            except BaseException:
                discard(prepared)
                raise
    return work(arguments, settings, prepared.insertions, are_new=True)


def check_may_send(settings: Settings, *, sends: bool = True) -> None:
    """Looks whether files can be inserted with a configuration.

    Args:
        settings: The configuration.
        sends: Whether a file is sent, not only looked at.

    Raises:
        ConfigError: It is read-only.
        SignInError: Nobody is signed in: the file would wait for somebody who is.
    """
    if settings.read_only:
        raise ConfigError(
            "This configuration is read-only, so nothing is inserted",
            next_step="Set read_only = false, or use another configuration.",
        )
    if sends:
        check_signed_in(settings)


def _check(arguments: Namespace, fields: FormFields | None) -> CheckedFile:
    """Checks the file, and prints what was found."""
    with check.reading(arguments) as on_progress:
        checked = check_file(
            arguments.file,
            fields,
            encoding=arguments.encoding,
            delimiter=arguments.delimiter,
            on_progress=on_progress,
        )
    if not arguments.json:
        check.print_report(checked.found, is_cut=True)
        print()
    return checked


def _suspects(arguments: Namespace, checked: CheckedFile) -> Suspects:
    """What becomes of suspect records: as was typed, else as is answered."""
    found, typed = checked.found, arguments.suspects
    if found.header_blocks and typed != Suspects.AS_THEY_ARE.value and not arguments.dry_run:
        if typed is not None or not has_terminal():
            raise UsageError(
                "The header would be refused, so nothing was sent",
                "Leaving out records, or packing them, mends no header.",
                "Mend it, or send the file nevertheless: --suspects as-they-are",
            )
        if not prompts.confirm("The header would be refused. Send it nevertheless? [y/N] "):
            raise RefusedError("Nothing was sent", "It was not confirmed.")
    suspects = len(found.suspects)
    if typed is not None or not suspects or arguments.dry_run:
        return Suspects(typed) if typed is not None else Suspects.AS_THEY_ARE
    if not has_terminal():
        raise UsageError(
            f"{suspects:,} record{'s' * (suspects > 1)} {'would' if found.blocks else 'may'} be "
            "refused, so nothing was sent",
            next_step="Repair the file, or say what to do: --suspects leave-out, pack or "
            "as-they-are.",
        )
    said = prompts.answer(
        f"{suspects:,} suspect records: leave them [o]ut, [p]ack them at the end, "
        "[s]end them as they are, or [q]uit? "
    ).lower()
    chosen = {"o": Suspects.LEAVE_OUT, "p": Suspects.PACK, "s": Suspects.AS_THEY_ARE}.get(said[:1])
    if chosen is None:
        raise RefusedError("Nothing was sent", "It was not confirmed.")
    return chosen


def has_terminal() -> bool:
    """Whether there is a terminal to ask on."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _print_plan(
    arguments: Namespace, found: Preflight, plan: InsertPlan, quota: QuotaTracker
) -> None:
    """Prints what would be sent.

    Raises:
        DataError: Nothing would be.
    """
    facts, form = found.facts, plan.form
    left_out = len(found.suspects) if plan.suspects is Suspects.LEAVE_OUT else 0
    records = facts.records - left_out
    if not records:
        raise DataError(
            f"Nothing of {facts.name} is left to upload",
            f"It has {facts.records:,} records, and {left_out:,} would be left out.",
        )
    if arguments.json:
        planned: JsonObject = {
            **form_object(form),
            "suspects": plan.suspects.value,
            "starts": plan.starts,
            "check": check.as_object(found),
        }
        print(json.dumps([planned], indent=2))
        return
    jobs = ceil(records / plan.part_records) if plan.part_records else 1
    # How many parts the bytes make is known only when they are written.
    least = "at least " if facts.csv_bytes > UPLOAD_LIMIT else ""
    print(
        f"{records:,} records of a file of {size(facts.disk_bytes)}, into form {form.form} in "
        f"{form.owner}/{form.app}, {form.environment.value.upper()}: {least}{_jobs(jobs)}."
    )
    if left_out:
        print(f"Suspect records that would be left out: {left_out:,}.")
    print_lines([_price(jobs, plan, least), _left(quota)])
    if arguments.list_fields and arguments.fields is None:
        print("Only the form's fields were asked for, by 1 call; nothing else was sent.")
    else:
        print("Nothing was sent, and nothing was written.")


def _jobs(count: int) -> str:
    return "1 job" if count == 1 else f"{count:,} jobs, one after the other"


def _price(jobs: int, plan: InsertPlan, least: str = "") -> str:
    steps = "create, upload, start" if plan.starts else "create, upload"
    calls = (CALLS if plan.starts else CALLS - 1) * jobs
    of_each = "the job" if jobs == 1 and not least else "each job"
    return f"It costs {least}{calls:,} calls ({steps}), and the status readings of {of_each}."


def _left(quota: QuotaTracker) -> str:
    budget = quota.budget
    return f"{budget.left:,} calls left today."


def _confirmed(prepared: Prepared, plan: InsertPlan, quota: QuotaTracker) -> bool:
    """Asks once for all parts; the rules are those of the dashboard."""
    files, form = prepared.insertions, plan.form
    in_production = form.environment is Environment.PRODUCTION
    if not has_terminal():
        raise UsageError(
            "There is no terminal to ask on, so nothing was sent",
            next_step="In a script, add --yes.",
        )
    place = f"form {form.form} in {form.owner}/{form.app}, {form.environment.value.upper()}"
    rows = sum(it.upload_file.rows for it in files)
    name = files[0].source.name
    print(f"Insert {rows:,} records of {name} into {place}: {_jobs(len(files))}.")
    if prepared.left_out_path is not None:
        print(
            f"{prepared.left_out:,} records are left out: {one_line(str(prepared.left_out_path))}"
        )
    print("There is no rollback. No workflows run.")
    print(_price(len(files), plan))
    print(_left(quota))
    if in_production:
        typed = prompts.answer(f"To confirm, type the form's link name ({form.form}): ")
        return typed == form.form
    return prompts.confirm("Go on? [y/N] ")


def work(
    arguments: Namespace, settings: Settings, files: Sequence[Insertion], *, are_new: bool
) -> int:
    """Works files of the queue, and reports how they come along; returns the exit code.

    Args:
        arguments: What was typed.
        settings: The configuration.
        files: The files.
        are_new: Whether this command has put them into the queue: where nothing of them comes to
            Zoho, they are taken off it again.

    Raises:
        ZcbulkError: Nothing was sent.
    """
    say = print_error if arguments.json else partial(print, flush=True)
    follower = Follower([it.key for it in files], say)
    outcome = _Outcome()
    try:
        event_loop.run(_insert(arguments, settings, files, follower, outcome, are_new=are_new))
    except (KeyboardInterrupt, asyncio.CancelledError) as error:
        follower.clear()
        print_error(
            "Interrupted. What was sent is written down; what was not stays in the queue: "
            f"{command('queue', settings.profile)}"
        )
        if isinstance(error, KeyboardInterrupt):
            raise
        return 128 + (outcome.signal or signal.SIGTERM)
    follower.clear()
    refused = [(it.insertion, it.error) for it in outcome.results if it.error is not None]
    if arguments.json:
        objects = [insertion_object(it.insertion, it.stage, it.error) for it in outcome.results]
        print(json.dumps(objects, indent=2))
    for insertion, refusal in refused:
        # What stays in the queue is sent again, but not by this command.
        stays = insertion.ref is not None and not insertion.is_over
        print_error(refusal.told(Occasion.ONCE if stays else Occasion.COMMAND))
    if outcome.unread is not None:
        print_error(outcome.unread.told(Occasion.ONCE))
    ended = outcome.reading
    is_bad = ended is not None and ended.state in BAD_ENDS
    errors = [refusal for _, refusal in refused]
    if outcome.unread is not None:
        errors.append(outcome.unread)
    return max([int(is_bad), *(it.exit_code for it in errors)])


class _Result(NamedTuple):
    """What has become of a file, and why it comes no further; None for no reason."""

    insertion: Insertion
    stage: Stage
    error: ZcbulkError | None


class _Outcome:
    """What has become of the files, how the last job ended, and which signal has ended it."""

    def __init__(self) -> None:
        self.results: list[_Result] = []
        self.reading: JobReading | None = None
        self.unread: ZcbulkError | None = None
        self.signal: int | None = None


async def _insert(
    arguments: Namespace,
    settings: Settings,
    files: Sequence[Insertion],
    follower: Follower,
    outcome: _Outcome,
    *,
    are_new: bool,
) -> None:
    inserting, loop = asyncio.current_task(), asyncio.get_running_loop()

    def end(number: int) -> None:
        outcome.signal = number
        if inserting is not None:
            inserting.cancel()

    # What is known of a step then is written down before the process ends.
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_DFL:
            loop.add_signal_handler(number, end, number)
    say = print_error if arguments.json else partial(print, flush=True)
    async with AsyncExitStack() as stack:
        context, quota, insertions = stack.enter_context(insert_context(settings))
        try:
            client = await stack.enter_async_context(open_client(settings))
        except ZcbulkError:
            if are_new:
                _forget(insertions, files, settings.profile)
            raise
        keys = [file.key for file in files]
        async with working(client, context, quota, insertions, follower, files) as queue:
            found = await until_settled(queue, follower, insertions, keys, waits=arguments.wait)
            outcome.results = [
                _result(it, queue.error_of(it), context, follower, settings.profile) for it in found
            ]
        if are_new and _is_forgotten(found):
            # Whoever reads the error gives the command anew.
            _forget(insertions, found, settings.profile)
            return
        for insertion, where, error in outcome.results:
            job = _job_of(insertion)
            if job is not None:
                say(f"{insertion.label}: job {job.ref.job_id}, on the watch list")
            if job is not None and insertion.is_over:
                if arguments.wait and insertion.starts and error is None:
                    try:
                        outcome.reading = await until_ended(client, context, quota, job, say)
                    except ZcbulkError as unread:
                        outcome.unread = unread
            elif where is Stage.WAITS:
                print_error(
                    f"{insertion.label}: queued. An open dashboard creates its job when the "
                    f"form's slot is free; to see the queue: {command('queue', settings.profile)}"
                )
            else:
                print_error(_stays(insertion, settings.profile))


def _stays(insertion: Insertion, profile: str) -> str:
    return f"{insertion.label} stays in the queue: {command('queue', profile)}"


def _forget(insertions: Insertions, files: Sequence[Insertion], profile: str) -> None:
    """Takes files off the queue again, but for those that a dashboard works meanwhile."""
    for insertion in files:
        try:
            insertions.drop(insertion)
        except UsageError:
            print_error(_stays(insertion, profile))


def _result(
    insertion: Insertion,
    error: ZcbulkError | None,
    context: ProfileContext,
    follower: Follower,
    profile: str,
) -> _Result:
    file, where = follower.files.get(insertion.key), stage(insertion)
    if insertion.is_over and insertion.starts and insertion.ref is not None:
        error = _start_failure(context, insertion, profile)
    elif file is not None and file.stage is Stage.HELD and where is Stage.WAITS:
        where = Stage.HELD
        error = RefusedError(
            "Nothing was sent",
            f"The job before it in the form, {file.slot.ended_badly}, ended badly.",
            f"To let it go on nevertheless: {command(f'queue go-on {insertion.key[:8]}', profile)}",
        )
    return _Result(insertion, where, error)


def _start_failure(
    context: ProfileContext, insertion: Insertion, profile: str
) -> ZcbulkError | None:
    """Returns why a job was not started, or may not have been; None where it was."""
    job = _job_of(insertion)
    assert job is not None  # noqa: S101 - for the type checker: the caller looks
    last, known = context.memory.last_command(job.ref), context.memory.known(job).last
    state = known.raw_state if known is not None else ""
    if last is not None and last.command.action is Action.START:
        return failure(last.command, last.job, state, profile)
    if known is not None and known.state in STARTED:
        return None  # by somebody else
    return RefusedError(
        "The job was not started",
        f"Its last status is “{state}”." if state else "Its status is not known.",
        f"Look at it: {command('status ' + job.ref.job_id, profile)}",
    )


def _is_forgotten(files: Sequence[Insertion]) -> bool:
    """Whether a create was refused, and nothing of a file is at Zoho, nor may be."""
    refused = any(stage(it) in (Stage.REFUSED, Stage.TRIES_AGAIN) for it in files)
    nothing = all(it.ref is None and stage(it) is not Stage.UNCLEAR for it in files)
    return refused and nothing


def _job_of(insertion: Insertion) -> WatchedJob | None:
    if insertion.ref is None:
        return None
    return WatchedJob(insertion.ref, insertion.label, insertion.queued_at)
