"""``zcbulk-tui insert``: brings a file into a form, from the check to the running job."""

import shlex
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from datetime import UTC, datetime

from zcbulk_tui.cli import check, options, queue_work, queueing, rest, trial, waiting
from zcbulk_tui.cli.context import insert_context
from zcbulk_tui.cli.contracts import form_contract
from zcbulk_tui.cli.forms import form_of
from zcbulk_tui.cli.insert_plan import print_plan
from zcbulk_tui.cli.json_records import failure_object
from zcbulk_tui.cli.lineage import check_is_new, check_same_form, remembered_chain
from zcbulk_tui.cli.output import print_error, print_json
from zcbulk_tui.cli.preparing import CheckedFile, check_file
from zcbulk_tui.cli.progress import reading
from zcbulk_tui.cli.state import check_signed_in, memory_file, open_memory
from zcbulk_tui.config import load
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.commands import command
from zcbulk_tui.domain.contract import Contract
from zcbulk_tui.domain.form import FormFields
from zcbulk_tui.domain.insertion import InsertPlan
from zcbulk_tui.domain.job import WatchedJob
from zcbulk_tui.domain.lineage import repair_label
from zcbulk_tui.domain.text import one_line, tags_in
from zcbulk_tui.domain.trial import MOST
from zcbulk_tui.domain.upload import Suspects
from zcbulk_tui.errors import (
    ConfigError,
    HeldError,
    Occasion,
    RefusedError,
    UsageError,
    ZcbulkError,
)
from zcbulk_tui.render.night import stopped
from zcbulk_tui.store.queue_stops import QueueStops

_DESCRIPTION = """\
Checks a CSV, or a ZIP with one, then creates a job, uploads the file and starts the job: 3 calls.
It asks once before the first of them. A form has one active job: while another one is active, the
file waits in a queue, which an open dashboard works."""

_EPILOG = f"""\
--suspects is for records that would probably fail: leave-out writes them to FILE.suspects.csv,
pack uploads them behind all others, as-they-are sends them in their places.

--trial sends few records first, chosen so that most of what may fail is among them: those in which
the check found something, the longest, rare values, some at random. It waits for the end of their
job, fetches its failures (1 call), prints the reasons, and asks about the other records. With
--yes, these are sent if the trial has completed without a failure. What has failed in the trial
is repaired from its job; the rest never holds it. --rest-of sends the rest later.

--rehearse runs the jobs 40 times in the simulator, at the rates, lags and failures of the last jobs
of the form, and polls them as the dashboard does. What it prints are estimates. A form without a
past has none. Which records fail is taken from the check; where the form's fields are not known,
from the share that failed in the past.

exit codes:
  0 started (or uploaded, or queued), 1 refused, or not confirmed; of a trial
  also that the rest was not sent, 2 usage, a file that cannot be used, or
  nothing was sent since the queue is stopped or holds the file, 3 sign-in,
  4 network, or an answer that was lost

With --wait, a job that was started decides. What a person has to mend is not waited for: a queue
that is stopped, a file that is held, also one before it in the form, a sign-in that is lost.
With --json, one array is printed at the end: each object has the status of its job then; how it
goes is on the standard error.

{waiting.EXIT_CODES}"""


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
        help="wait for the form's slot, and until the job has ended; the exit code says how",
    )
    waiting.add_timeout(parser)
    some = parser.add_mutually_exclusive_group()
    some.add_argument(
        "--trial",
        metavar="N",
        type=_trial,
        help=f"send at most N records first, up to {MOST:,}, and ask about the others by what "
        "became of them",
    )
    some.add_argument(
        "--rest-of",
        metavar="JOB",
        help="send all records but those of a trial that was sent before; JOB is its job",
    )
    parser.add_argument("--yes", action="store_true", help="skip the question (for scripts)")
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="check the file and print the plan; no call is made but for --list-fields",
    )
    parser.add_argument(
        "--rehearse",
        action="store_true",
        help="as --dry-run, and rehearse the jobs by the past of the form: when they end, the "
        "status readings, the chance of a system abort; no call is made",
    )
    parser.add_argument("--json", action="store_true", help="as a JSON array, an object per job")
    parser.set_defaults(occasion=Occasion.COMMAND)


def _positive(text: str) -> int:
    count = options.number(text, int)
    if count < 1:
        raise ArgumentTypeError("should be 1 or more")
    return count


def _trial(text: str) -> int:
    count = _positive(text)
    if count > MOST:
        raise ArgumentTypeError(f"should be at most {MOST:,}")
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
            print_json([{"file": {"name": name}, "error": failure_object(error)}])
        raise


def _run(arguments: Namespace) -> int:
    waiting.check_arguments(arguments)
    arguments.dry_run = arguments.dry_run or arguments.rehearse
    settings = load.load(flags=options.setting_flags(arguments))
    _check_arguments(arguments, settings)
    check_may_send(settings, sends=not arguments.dry_run)
    repaired, label = None, arguments.label
    if arguments.repairs is not None:
        environment = options.named_environment(arguments)
        named = _with_typed_names(arguments, settings)
        repaired, chain = remembered_chain(arguments.repairs, named, environment)
        settings = _at_form_of(repaired, arguments, settings)
        label = label or repair_label(repaired.label, chain)
    tried = None
    if arguments.rest_of is not None:
        tried = rest.find_trial(arguments, settings)
        arguments.encoding = arguments.encoding or tried.source.encoding
        arguments.delimiter = arguments.delimiter or tried.source.delimiter
    form = form_of(arguments, settings) if tried is None else tried.form
    if repaired is not None:
        check_same_form(repaired, form, settings)
    fields = check.known_fields(arguments, settings, form)
    checked = _check(arguments, fields, form_contract(settings, form))
    if repaired is not None:
        with insert_context(settings) as (_, _, insertions):
            check_is_new(repaired, form, insertions, checked.found.facts.sha256, settings)
    plan = InsertPlan(
        form,
        one_line(label, 60),
        tags_in(" ".join(arguments.tag)),
        queueing.suspects(arguments, checked.found),
        arguments.part_records,
        arguments.start,
        repaired.ref.job_id if repaired is not None else "",
    )
    if tried is not None:
        return rest.insert(arguments, settings, checked, plan, tried)
    if arguments.trial is not None:
        return trial.insert(arguments, settings, checked, plan)
    if arguments.dry_run:
        print_plan(arguments, settings, checked.found, plan)
        return 0
    repeated = rest.repeated(arguments, settings, checked, form)
    for line in repeated if arguments.yes else ():
        print_error(line)
    prepared = queueing.queue_file(arguments, settings, checked, plan, more=repeated)
    if prepared is None:
        raise RefusedError("Nothing was sent", "It was not confirmed.")
    return queue_work.work(arguments, settings, prepared.insertions, are_new=True)


def _check_arguments(arguments: Namespace, settings: Settings) -> None:
    """Looks whether the options go together.

    Raises:
        UsageError: They do not.
    """
    if arguments.trial is not None and not arguments.start:
        raise UsageError(
            "--trial and --no-start exclude each other",
            "A trial shows what fails by being inserted.",
            "Leave out one of them.",
        )
    if arguments.rehearse and (arguments.trial is not None or arguments.rest_of is not None):
        other = "--trial" if arguments.trial is not None else "--rest-of"
        raise UsageError(
            f"--rehearse and {other} exclude each other",
            "All records of a file are rehearsed.",
            "Leave out one of them.",
        )
    if arguments.rehearse and arguments.list_fields:
        words = ["check", str(arguments.file), "--list-fields"]
        for name in ("form", "app", "owner", "environment", "encoding", "delimiter"):
            typed = getattr(arguments, name)
            words += [f"--{name}", typed] if typed else []
        first = command(one_line(shlex.join(words)), settings.profile)
        raise UsageError(
            "--rehearse and --list-fields exclude each other",
            "A rehearsal makes no call.",
            f"List the fields first, they are kept: {first}",
        )


def _with_typed_names(arguments: Namespace, settings: Settings) -> Settings:
    """The settings with what was typed of a form: an id alone is one of a job of that form."""
    return settings._replace(
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
        return settings._replace(environment=environment)
    return settings._replace(owner=ref.owner, app=ref.app, form=ref.form, environment=environment)


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
            next_step="Leave out --read-only, set read_only = false, or use another profile.",
        )
    if sends:
        check_signed_in(settings)
        check_not_stopped(settings)


def check_not_stopped(settings: Settings) -> None:
    """Looks whether the queue of a profile goes on.

    Raises:
        HeldError: It is stopped: nothing of it is sent, by a command neither.
        ConfigError: The memory cannot be read.
    """
    if not memory_file().exists():
        return
    with open_memory(is_only_read=True) as database:
        stop = QueueStops(database, settings.profile).current()
    if stop is not None:
        raise HeldError(
            "The queue is stopped, so nothing was sent",
            f"{stopped(stop, datetime.now(UTC))}.",
            f"To let it go on: {command('queue go-on', settings.profile)}",
        )


def _check(arguments: Namespace, fields: FormFields | None, contract: Contract) -> CheckedFile:
    """Checks the file, and prints what was found."""
    with reading(arguments.file) as on_progress:
        checked = check_file(
            arguments.file,
            fields,
            encoding=arguments.encoding,
            delimiter=arguments.delimiter,
            contract=contract,
            on_progress=on_progress,
        )
    if not arguments.json:
        check.print_report(checked.found, is_cut=True)
        print()
    return checked
