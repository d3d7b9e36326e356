"""``zcbulk-tui start`` and ``abort``: one command to one job, sent once."""

import asyncio
import contextlib
import signal
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from zcbulk_tui.cli import event_loop, options, prompts
from zcbulk_tui.cli.client import open_client
from zcbulk_tui.cli.context import command_context
from zcbulk_tui.cli.job_names import named_jobs, watched
from zcbulk_tui.cli.output import print_error
from zcbulk_tui.config import load
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain import control
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, Environment, JobRef
from zcbulk_tui.domain.records import ControlRecord
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.domain.windows import Recalled
from zcbulk_tui.errors import (
    ConfigError,
    HeldError,
    Occasion,
    QuotaSpentError,
    RefusedError,
    UnclearError,
    UsageError,
)
from zcbulk_tui.monitor.events import Event, JobChanged
from zcbulk_tui.monitor.monitor import Monitor
from zcbulk_tui.monitor.ports import JobApi
from zcbulk_tui.monitor.profile_context import ProfileContext
from zcbulk_tui.monitor.quota_tracker import QuotaTracker
from zcbulk_tui.render import words

_AT_LEAST = 1.0
"""Seconds after which it is seen that a look could not be made, which no event reports."""


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what can be typed after either command."""
    options.add_job_arguments(parser, several=False)
    parser.add_argument("--yes", action="store_true", help="do not ask (for scripts)")
    parser.set_defaults(occasion=Occasion.COMMAND)


def run(arguments: Namespace) -> int:
    """Starts or aborts a job.

    Returns:
        0 when it was accepted, or is seen to have taken effect.

    Raises:
        ZcbulkError: It was not carried out, or nothing is known of it.
    """
    action = Action(arguments.command)
    settings = load.load(flags=options.setting_flags(arguments))
    if settings.read_only:
        raise ConfigError(
            f"This configuration is read-only, so nothing was sent to {action.value} the job",
            next_step="Set read_only = false, or use another configuration.",
        )
    (ref,) = named_jobs(arguments.jobs, settings)
    if not arguments.yes and not _confirmed(action, ref):
        print("Nothing was sent.")
        return 1
    progress = _Progress(action, ref)
    try:
        command = event_loop.run(_send(settings, ref, action, progress))
    except KeyboardInterrupt:
        print_error(progress.so_far())
        raise
    except asyncio.CancelledError:
        print_error(progress.so_far())
        return 128 + (progress.ended_by or signal.SIGTERM)
    return _report(command, ref, progress.state)


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
        question = f"To confirm, type the form's link name ({ref.form}): "
        return prompts.answer(question) == ref.form
    return prompts.confirm("Go on? [y/N] ")


class _Progress:
    """What is known of the command so far, and what is said of it meanwhile.

    Args:
        action: Start or abort.
        ref: The job.

    Attributes:
        command: The last command to the job, an earlier one until this one is sent.
        state: The job's state as it was last read, in the server's word; empty until it was.
        ended_by: The number of the signal that ends it; None for none.
        is_recorded: Whether what is known of the command outlives this program.
        changed: Set when one of them has changed.
    """

    def __init__(self, action: Action, ref: JobRef) -> None:
        self.command: Command | None = None
        self.state = ""
        self.ended_by: int | None = None
        self.is_recorded = True
        self.changed = asyncio.Event()
        self._action = action
        self._ref = ref
        self._earlier: datetime | None = None

    def follows(self, earlier: ControlRecord | None) -> None:
        """Takes the last command that was sent before this one."""
        self._earlier = earlier.at if earlier is not None else None

    def waits_for(self, earlier: ControlRecord) -> None:
        """Says that what became of an earlier command comes first."""
        self.follows(earlier)
        print(
            f"{earlier.held().cause} The status is read first, for a minute or two; until then no "
            f"{self._action.value} is sent.",
            flush=True,
        )

    def goes_on(self) -> None:
        """Says that the earlier command stands in the way no longer."""
        print(f"That is settled: the {self._action.value} is sent now.", flush=True)

    def publish(self, event: Event) -> None:
        """See `Sink`."""
        if isinstance(event, JobChanged):
            before, self.command = self.command, event.snapshot.command
            if event.snapshot.last is not None:
                self.state = event.snapshot.last.raw_state
            is_new = self.command is not None and self.command.sent_at != self._earlier
            if is_new and _is_lost(self.command) and not _is_lost(before):
                print(self._unclear(), flush=True)
        self.changed.set()

    def so_far(self) -> str:
        """What is known where nobody waits any longer."""
        command = self.command
        if command is None or command.sent_at == self._earlier:
            return f"Interrupted before the {self._action.value} was sent."
        if command.outcome is not Outcome.SENT:
            return f"Interrupted. {words.command(command, command.sent_at)}"
        recorded = "is written down so" if self.is_recorded else "could not be written down"
        return (
            f"Interrupted: what became of the {command.action.value} is not known, and "
            f"{recorded}. Nothing was sent again. Look at the job {self._ref.job_id} with "
            "zcbulk-tui status."
        )

    def _unclear(self) -> str:
        verb = self.command.action.value if self.command else self._action.value
        *times, last = (f"{seconds:g}" for seconds in control.LOOKS)
        return (
            f"The answer to the {verb} is unclear; the status is read after {', '.join(times)} "
            f"and {last} seconds, until it shows the effect. Nothing is sent again."
        )


def _is_lost(command: Command | None) -> bool:
    return command is not None and command.is_unclear


async def _send(settings: Settings, ref: JobRef, action: Action, progress: _Progress) -> Command:
    sending, loop = asyncio.current_task(), asyncio.get_running_loop()

    def end(number: int) -> None:
        progress.ended_by = number
        if sending is not None:
            sending.cancel()

    # What is known of the command then is written down before the process ends.
    with contextlib.suppress(ValueError, RuntimeError):  # not in the main thread
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) == signal.SIG_DFL:
                loop.add_signal_handler(number, end, number)
    async with open_client(settings) as client:
        with command_context(settings) as (context, quota):
            return await _send_once(client, context, quota, ref, action, progress)


async def _send_once(
    client: JobApi,
    context: ProfileContext,
    quota: QuotaTracker,
    ref: JobRef,
    action: Action,
    progress: _Progress,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Command:
    job = watched(ref)
    context.memory.know([job])
    monitor = Monitor(client, progress, context, quota, polls=False, now=now)
    earlier = context.memory.last_command(ref)
    progress.follows(earlier)
    monitor.watch([Recalled(JobSnapshot(job), earlier)])
    polling = asyncio.create_task(monitor.run())
    await asyncio.sleep(0)  # so that it has begun
    try:
        while True:
            earlier = context.memory.last_command(ref)
            if earlier is not None and earlier.is_unclear:
                progress.waits_for(earlier)
                if earlier.command.error is not None:
                    with contextlib.suppress(QuotaSpentError):  # the looks use what is kept back
                        monitor.poll_now([ref], key="settle")
                before = await _settled(monitor, polling, progress, earlier.command, ref)
                if before.outcome is Outcome.SENT or (
                    before.action is action and before.outcome in _MAY_BE_DONE
                ):
                    return before
                if before.action is action and before.outcome is Outcome.ACCEPTED:
                    raise replace(earlier, command=before).held()
                progress.goes_on()
            # What the command did is seen by comparison with how the job stood before.
            shown = context.memory.known(job).last
            try:
                command = await monitor.command(ref, action, shown)
            except HeldError:
                held_by = context.memory.last_command(ref)
                # Another process was quicker by a moment.
                if held_by is None or not held_by.is_unclear:
                    raise
                continue
            return await _settled(monitor, polling, progress, command, ref)
    finally:
        polling.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await polling
        progress.is_recorded = context.memory.trouble is None


async def _settled(
    monitor: Monitor,
    polling: asyncio.Task[None],
    progress: _Progress,
    command: Command,
    ref: JobRef,
) -> Command:
    """Waits until it is known what became of a command, or the looks at it are over."""
    while command.outcome is Outcome.SENT and monitor.is_looking(ref) and not polling.done():
        progress.changed.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_AT_LEAST):
                await progress.changed.wait()
        command = progress.command or command
    return command


_MAY_BE_DONE = (Outcome.TOOK_EFFECT, Outcome.UNPROVEN)
"""What has become of an earlier command after which the same is not sent again by itself."""


def _report(command: Command, ref: JobRef, state: str) -> int:
    said = words.command(command, command.sent_at)
    if command.outcome in (Outcome.ACCEPTED, Outcome.TOOK_EFFECT):
        print(said)
        return 0
    if command.outcome is Outcome.REFUSED and command.error is not None:
        raise command.error
    if command.outcome is Outcome.NO_EFFECT:
        raise RefusedError(said.rstrip("."), next_step="Look at its status before trying again.")
    if command.outcome is Outcome.UNPROVEN:
        raise UnclearError(
            said.rstrip("."),
            f"The job is “{state}” by its last status; how it stood before, is not known.",
            "Nothing was sent again.",
        )
    raise UnclearError(
        f"What became of the {command.action.value} is not known",
        str(command.error),
        f"Nothing was sent again. Look at the job {ref.job_id} with zcbulk-tui status.",
    )
