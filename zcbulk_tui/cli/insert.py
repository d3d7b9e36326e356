"""``zcbulk-tui insert``: brings a file into a form, from the check to the running job."""

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from dataclasses import replace
from math import ceil

from zcbulk_tui.cli import check, options, prompts, queue_work
from zcbulk_tui.cli.context import insert_context
from zcbulk_tui.cli.forms import form_of
from zcbulk_tui.cli.inserting import now
from zcbulk_tui.cli.json_records import failure_object, form_object
from zcbulk_tui.cli.lineage import check_same_form, remembered_chain
from zcbulk_tui.cli.output import print_lines
from zcbulk_tui.cli.preparing import CheckedFile, check_file, discard, sweep
from zcbulk_tui.cli.shutdown import ended_by_signals
from zcbulk_tui.cli.state import check_signed_in, memory_file
from zcbulk_tui.config import load
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.form import FormFields
from zcbulk_tui.domain.insertion import (
    CALLS,
    InsertPlan,
    Prepared,
)
from zcbulk_tui.domain.job import Environment, WatchedJob
from zcbulk_tui.domain.lineage import repair_label
from zcbulk_tui.domain.preflight import UPLOAD_LIMIT, Preflight
from zcbulk_tui.domain.text import one_line, tags_in
from zcbulk_tui.domain.upload import Suspects
from zcbulk_tui.errors import (
    ConfigError,
    DataError,
    Occasion,
    RefusedError,
    UsageError,
    ZcbulkError,
)
from zcbulk_tui.monitor.quota_tracker import QuotaTracker
from zcbulk_tui.render.preflight import size
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
        "--repairs",
        metavar="JOB",
        help="the job whose failed records the file sends again; names the form, where none is",
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
    repaired, label = None, arguments.label
    if arguments.repairs is not None:
        environment = options.named_environment(arguments)
        named = _with_typed_names(arguments, settings)
        repaired, chain = remembered_chain(arguments.repairs, named, environment)
        settings = _at_form_of(repaired, arguments, settings)
        label = label or repair_label(repaired.label, chain)
    form = form_of(arguments, settings)
    if repaired is not None:
        check_same_form(repaired, form, settings)
    fields = check.known_fields(arguments, settings)
    checked = _check(arguments, fields)
    plan = InsertPlan(
        form,
        one_line(label, 60),
        tags_in(" ".join(arguments.tag)),
        _suspects(arguments, checked),
        arguments.part_records,
        arguments.start,
        repaired.ref.job_id if repaired is not None else "",
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
    return queue_work.work(arguments, settings, prepared.insertions, are_new=True)


def _with_typed_names(arguments: Namespace, settings: Settings) -> Settings:
    """The settings with what was typed of a form: an id alone is one of a job of that form."""
    return replace(
        settings,
        owner=arguments.owner or settings.owner,
        app=arguments.app or settings.app,
        form=arguments.form or settings.form,
    )


def _at_form_of(job: WatchedJob, arguments: Namespace, settings: Settings) -> Settings:
    """The settings with the form and environment of a job, unless something else was typed."""
    ref = job.ref
    environment = ref.environment.value if arguments.environment is None else settings.environment
    typed = (arguments.owner, arguments.app, arguments.form)
    if any(it is not None for it in typed):
        return replace(settings, environment=environment)
    return replace(settings, owner=ref.owner, app=ref.app, form=ref.form, environment=environment)


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
            "repairs": plan.repairs or None,
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
