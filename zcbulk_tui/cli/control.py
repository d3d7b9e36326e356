"""``zcbulk-tui abort``, and the sending of ``start``: one command to each job, sent once."""

import asyncio
import json
import signal
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from zcbulk_tui.cli import event_loop, options, prompts
from zcbulk_tui.cli.client import open_client, variant_memory
from zcbulk_tui.cli.context import command_context
from zcbulk_tui.cli.contracts import known_contract
from zcbulk_tui.cli.job_names import at_its_home, in_words, named_jobs
from zcbulk_tui.cli.json_records import failure_object, named_object
from zcbulk_tui.cli.output import print_error, print_json
from zcbulk_tui.cli.sending import Progress, failure, send_once
from zcbulk_tui.cli.wait_json import statuses
from zcbulk_tui.cli.waiting import Waited
from zcbulk_tui.config import load
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.creator.control import known_way
from zcbulk_tui.creator.scopes import CREATE
from zcbulk_tui.domain.address import job_path
from zcbulk_tui.domain.control import Command
from zcbulk_tui.domain.job import Action, Environment, WatchedJob
from zcbulk_tui.domain.records import ControlRecord
from zcbulk_tui.errors import ConfigError, Occasion, RefusedError, UsageError, ZcbulkError
from zcbulk_tui.monitor.profile_context import ProfileContext
from zcbulk_tui.render import words
from zcbulk_tui.store.json_objects import JsonObject

_EFFECT = {
    Action.START: "Zoho will begin to insert the uploaded records. No workflows run for them.",
    Action.ABORT: "What is in stays in, what is not will not be inserted; there is no rollback.",
}


@dataclass(slots=True)
class _Result:
    """What became of the command to one job.

    Attributes:
        job: The job.
        command: The command; None where none was sent.
        error: Why it was not carried out, as far as is known; None where it was.
    """

    job: WatchedJob | None
    command: Command | None = None
    error: ZcbulkError | None = None


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what can be typed after either command."""
    options.add_job_arguments(parser, "+")
    parser.add_argument("--yes", action="store_true", help="skip the question (for scripts)")
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="print what would be sent, and what would keep it from being sent; no call is made",
    )
    parser.add_argument("--json", action="store_true", help="as a JSON array, an object per job")
    parser.set_defaults(occasion=Occasion.COMMAND)


AndThen = Callable[[Settings, Sequence[WatchedJob]], Waited]
"""What follows a command, for the jobs that have taken it."""


def run(arguments: Namespace) -> int:
    """Aborts jobs; see `carry_out`."""
    return carry_out(arguments)


def carry_out(arguments: Namespace, and_then: AndThen | None = None) -> int:
    """Starts or aborts jobs, one after the other.

    Args:
        arguments: What was typed.
        and_then: Waits for the end of those that have taken the command; None where nobody waits.

    Returns:
        0 when all were accepted, or are seen to have taken effect; else the highest exit code of
        those that were not; else that of the wait.

    Raises:
        ZcbulkError: Nothing was sent to any of them.
    """
    action = Action(arguments.command)
    jobs: Sequence[WatchedJob | None] = [None] * len(arguments.jobs)
    try:
        settings = load.load(flags=options.setting_flags(arguments))
        jobs = known = named_jobs(
            arguments.jobs,
            settings,
            environment=options.named_environment(arguments),
            strict=True,
        )
        if arguments.dry_run:
            return _dry_run(action, known, settings, as_json=arguments.json)
        if settings.read_only:
            raise _read_only(action)
        if not arguments.yes and not _confirmed(action, known):
            raise RefusedError("Nothing was sent", "It was not confirmed.")
        return _send_all(action, known, settings, and_then, as_json=arguments.json)
    except ZcbulkError as error:
        if arguments.json:
            _print_json(action, [_Result(job, error=error) for job in jobs])
        raise


def _read_only(action: Action) -> ConfigError:
    return ConfigError(
        f"This configuration is read-only, so nothing was sent to {action.value} the job",
        next_step="Leave out --read-only, set read_only = false, or use another profile.",
    )


def _confirmed(action: Action, jobs: Sequence[WatchedJob]) -> bool:
    """Asks once for all jobs; the rules are those of the dashboard."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            f"There is no terminal to ask on, so nothing was sent to {action.value} the job",
            next_step="In a script, add --yes.",
        )
    verb, count = action.value.capitalize(), len(jobs)
    print(f"{verb} {_place(jobs[0])}." if count == 1 else f"{verb} {count:,} jobs:")
    if count > 1:
        for job in jobs:
            print(f"  {_place(job)}")
    print(_EFFECT[action])
    if action is Action.START or not any(map(_is_in_production, jobs)):
        return prompts.confirm("Go on? [y/N] ")
    if count > 1:
        return prompts.answer(f"To confirm, type the number of jobs to abort ({count}): ") == str(
            count
        )
    form = jobs[0].ref.form
    return prompts.answer(f"To confirm, type the form's link name ({form}): ") == form


def _place(job: WatchedJob) -> str:
    ref = job.ref
    return (
        f"“{job.label}”, job {ref.job_id} of form {ref.form} in {ref.owner}/{ref.app}, "
        f"{ref.environment.value.upper()}"
    )


def _is_in_production(job: WatchedJob) -> bool:
    return job.ref.environment is Environment.PRODUCTION


def _send_all(
    action: Action,
    jobs: Sequence[WatchedJob],
    settings: Settings,
    and_then: AndThen | None,
    *,
    as_json: bool,
) -> int:
    ending = event_loop.Ending()
    say: Callable[[str], None] = print_error if as_json else partial(print, flush=True)
    progress = [Progress(action, job, settings.profile, say) for job in jobs]
    results: list[_Result] = []
    interrupted: int | None = None
    try:
        event_loop.run(_send_each(settings, jobs, action, progress, results, ending, as_json))
    except (KeyboardInterrupt, asyncio.CancelledError) as error:
        print_error(progress[min(len(results), len(jobs) - 1)].so_far())
        left = len(jobs) - len(results) - 1
        if left > 0:
            print_error(f"Nothing was sent to the {left:,} after it.")
        if isinstance(error, KeyboardInterrupt):
            raise
        interrupted = 128 + (ending.signal or signal.SIGTERM)
    if interrupted is not None:
        return interrupted
    code: int = max(result.error.exit_code if result.error else 0 for result in results)
    waited = None
    taken = [it.job for it in results if it.job is not None and it.error is None]
    if and_then is not None and taken:
        try:
            waited = and_then(settings, taken)
            code = waited.exit_code if waited.is_stopped else code or waited.exit_code
        except ZcbulkError as error:  # what was sent is said nevertheless
            print_error(error.told(Occasion.ONCE))
            code = code or error.exit_code
    if as_json:
        _print_json(action, results, waited)
    return code


async def _send_each(
    settings: Settings,
    jobs: Sequence[WatchedJob],
    action: Action,
    progress: Sequence[Progress],
    results: list[_Result],
    ending: event_loop.Ending,
    as_json: bool,
) -> None:
    # What is known of the command then is written down before the process ends.
    with event_loop.cancelled_by_signals(ending):
        async with open_client(settings) as client:
            with command_context(settings) as (context, quota):
                for job, its_progress in zip(jobs, progress, strict=True):
                    result = _Result(job)
                    try:
                        command = await send_once(client, context, quota, job, action, its_progress)
                        result.command = command
                        result.error = failure(command, job, its_progress.state, settings.profile)
                    except ZcbulkError as error:
                        result.error = error
                    results.append(result)
                    _report(result, f"{in_words(job)}: " if len(jobs) > 1 else "", as_json=as_json)


def _report(result: _Result, name: str, *, as_json: bool) -> None:
    if result.error is not None:
        print_error(f"{name}{result.error.told(Occasion.COMMAND)}")
    elif result.command is not None and not as_json:
        print(f"{name}{words.command(result.command, result.command.sent_at)}", flush=True)


def _print_json(action: Action, results: Sequence[_Result], waited: Waited | None = None) -> None:
    objects = [_as_object(action, result) for result in results]
    if waited is not None:
        ends = statuses(waited)
        for one, result in zip(objects, results, strict=True):
            one["status"] = result.job and ends.get(result.job.ref)
    print_json(objects)


def _as_object(action: Action, result: _Result) -> JsonObject:
    """The command to one job for ``--json``; what was not sent has no outcome."""
    command, answer = result.command, result.error and result.error.answer
    said = (command.said if command else "") or (answer.text if answer else "")
    return {
        **named_object(result.job),
        "action": action.value,
        "outcome": command.outcome.value if command else None,
        "said": said or None,
        "code": answer.code if answer else None,
        "http": answer.http_status if answer else None,
        "error": failure_object(result.error),
    }


def _dry_run(
    action: Action, jobs: Sequence[WatchedJob], settings: Settings, *, as_json: bool
) -> int:
    """Prints what would be sent; makes no call, and reads no token."""
    variants = variant_memory(settings)
    objects: list[JsonObject] = []
    with command_context(settings) as (context, _):
        for job in jobs:
            ref = at_its_home(job.ref, settings)
            variant = variants.recall(ref.origin, known_way(known_contract(settings, ref.origin)))
            url = ref.origin + job_path(ref, settings.api_version)
            obstacles = _obstacles(action, job, context, settings)
            objects.append(
                {
                    **named_object(job),
                    "action": action.value,
                    "method": variant.method,
                    "url": url,
                    "body": variant.body(action),
                    "scope": CREATE,
                    "obstacles": obstacles,
                }
            )
            if not as_json:
                print(f"{action.value.capitalize()} {_place(job)}.")
                print(f"  {variant.method} {url}")
                if not _is_in_production(job):
                    print(f"  environment: {ref.environment}")
                print(f"  {json.dumps(variant.body(action))}")
                print(f"  It takes the scope {CREATE}. It costs 2 calls, 5 at most.")
                for obstacle in obstacles:
                    print(f"  {obstacle}")
    if as_json:
        print_json(objects)
    else:
        print("Nothing was sent.")
    return 0


def _obstacles(
    action: Action, job: WatchedJob, context: ProfileContext, settings: Settings
) -> list[str]:
    """Why the command may not be sent, or be refused, as far as is remembered."""
    now = datetime.now(UTC)
    found = ["The configuration is read-only."] if settings.read_only else []
    record = ControlRecord("", job, settings.profile, context.operator, Command(action, now))
    before = context.memory.in_the_way(record)
    if before is not None:
        held = before.held()
        found.append(f"{held.cause} {held.next_step}")
    last = context.memory.known(job).last
    if last is None:
        found.append("Its state is not known: it was never read.")
    elif not action.fits(last.state):
        found.append(
            f"Zoho may refuse it: the job was “{last.raw_state}” at "
            f"{last.read_at.astimezone():%Y-%m-%d %H:%M}."
        )
    return found
