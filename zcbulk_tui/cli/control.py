"""``zcbulk-tui start`` and ``abort``: one command to one job, sent once."""

import asyncio
import contextlib
import sys
from collections.abc import Mapping

from zcbulk_tui.cli import compose, loops, memory
from zcbulk_tui.config import load
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, Environment, JobRef
from zcbulk_tui.domain.outlook import UNREAD, Outlook
from zcbulk_tui.domain.planner import Reason, Terms
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.domain.windows import Recalled
from zcbulk_tui.errors import ConfigError, RefusedError, UnclearError, UsageError
from zcbulk_tui.monitor.events import CommandEnded, Event
from zcbulk_tui.monitor.monitor import Monitor
from zcbulk_tui.monitor.ports import Desk, JobApi
from zcbulk_tui.monitor.spending import Spending
from zcbulk_tui.render import words

_AGAIN = 5.0
"""Seconds between two statuses of which the first did not tell what became of a command."""

_PATIENCE = 60.0
"""Seconds to wait for a status that tells what became of a command whose answer is unclear."""


def run(action: Action, job: str, flags: Mapping[str, object], *, yes: bool) -> int:
    """Starts or aborts a job.

    Args:
        action: What to ask of it.
        job: Its status URL, or its id.
        flags: Settings from the command line.
        yes: Whether not to ask.

    Returns:
        0 when it was accepted, or is seen to have taken effect.

    Raises:
        ZcbulkError: It was not carried out, or nothing is known of it.
    """
    settings = load.load(flags=flags)
    if settings.read_only:
        raise ConfigError(
            f"This configuration is read-only, so nothing was sent to {action.value} the job",
            next_step="Set read_only = false, or use another configuration.",
        )
    (ref,) = compose.parse_jobs([job], settings)
    if not yes and not _confirmed(action, ref):
        print("Nothing was sent.")
        return 1
    command = loops.run(_send(settings, ref, action))
    return _report(command, ref)


def _confirmed(action: Action, ref: JobRef) -> bool:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            f"There is no terminal to ask on, so nothing was sent to {action.value} the job",
            next_step="In a script, add --yes.",
        )
    place = f"job {ref.job_id} of form {ref.form} in {ref.owner}/{ref.app}"
    print(f"{action.value.capitalize()} {place}, {ref.environment.value.upper()}.")
    if action is Action.ABORT:
        print("What is in stays in, what is not will not be inserted; there is no rollback.")
    if action is Action.ABORT and ref.environment is Environment.PRODUCTION:
        return _ask(f"To confirm, type the form's link name ({ref.form}): ") == ref.form
    return _ask("Go on? [y/N] ").lower() in ("y", "yes")


def _ask(question: str) -> str:
    try:
        return input(question).strip()
    except EOFError:
        print()
        return ""


class _Outcome:
    """Waits for the moment at which it is known what became of the command."""

    def __init__(self) -> None:
        self.settled: asyncio.Future[Command] = asyncio.get_running_loop().create_future()

    def publish(self, event: Event) -> None:
        """See `Sink`."""
        if isinstance(event, CommandEnded) and event.command.outcome is not Outcome.SENT:
            self.settled.set_result(event.command)


async def _send(settings: Settings, ref: JobRef, action: Action) -> Command:
    async with compose.client(settings) as client:
        with memory.command_desk(settings) as (desk, spending):
            return await _send_once(client, desk, spending, ref, action)


def _only_to_settle(ahead: Outlook, _: Terms) -> tuple[float, Reason]:
    """When a job is asked again: not before a status was needed that settles, and then soon."""
    return 86400.0 if ahead == UNREAD else _AGAIN, Reason.ANY_TIME


async def _send_once(
    client: JobApi, desk: Desk, spending: Spending, ref: JobRef, action: Action
) -> Command:
    sink, job = _Outcome(), compose.watched(ref)
    desk.memory.know([job])
    monitor = Monitor(client, sink, desk, spending, rule=_only_to_settle)
    monitor.watch([Recalled(JobSnapshot(job))])
    polling = asyncio.create_task(monitor.run())
    try:
        command = await monitor.command(ref, action)
        with contextlib.suppress(TimeoutError):
            command = await asyncio.wait_for(sink.settled, _PATIENCE)
        return command
    finally:
        polling.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await polling


def _report(command: Command, ref: JobRef) -> int:
    said = words.command(command, command.sent_at)
    if command.outcome in (Outcome.ACCEPTED, Outcome.TOOK_EFFECT):
        print(said)
        return 0
    if command.outcome is Outcome.REFUSED and command.error is not None:
        raise command.error
    if command.outcome is Outcome.NO_EFFECT:
        raise RefusedError(said.rstrip("."), next_step="Look at its status before trying again.")
    raise UnclearError(
        f"What became of the {command.action.value} is not known",
        str(command.error),
        f"Nothing was sent again. Look at the job {ref.job_id} with zcbulk-tui status.",
    )
