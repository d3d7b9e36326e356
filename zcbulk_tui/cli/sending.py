"""Sends one start or abort, once, and waits until it is known what became of it."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import UTC, datetime

from zcbulk_tui.domain import control
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, JobRef, WatchedJob
from zcbulk_tui.domain.records import ControlRecord
from zcbulk_tui.domain.snapshot import JobSnapshot, Listed
from zcbulk_tui.domain.windows import Recalled
from zcbulk_tui.errors import HeldError, QuotaSpentError, RefusedError, UnclearError, ZcbulkError
from zcbulk_tui.monitor.events import Event, JobChanged
from zcbulk_tui.monitor.monitor import Monitor
from zcbulk_tui.monitor.ports import JobApi
from zcbulk_tui.monitor.profile_context import ProfileContext
from zcbulk_tui.monitor.quota_tracker import QuotaTracker
from zcbulk_tui.render import words
from zcbulk_tui.render.clipboard import status_command

_AT_LEAST = 1.0
"""Seconds after which it is seen that a look could not be made, which no event reports."""


class Progress:
    """What is known of the command so far, and what is said of it meanwhile.

    Args:
        action: Start or abort.
        job: The job.
        profile: The profile that it is sent with.
        say: Prints a line for whoever waits.

    Attributes:
        job: The job.
        command: The last command to the job, an earlier one until this one is sent.
        state: The job's state as it was last read, in the server's word; empty until it was.
        is_recorded: Whether what is known of the command outlives this program.
        changed: Set when one of them has changed.
    """

    def __init__(
        self, action: Action, job: WatchedJob, profile: str, say: Callable[[str], None]
    ) -> None:
        self.command: Command | None = None
        self.state = ""
        self.is_recorded = True
        self.changed = asyncio.Event()
        self._action = action
        self.job = job
        self._profile = profile
        self._say = say
        self._earlier: datetime | None = None

    def follows(self, earlier: ControlRecord | None) -> None:
        """Takes the last command that was sent before this one."""
        self._earlier = earlier.at if earlier is not None else None

    def waits_for(self, earlier: ControlRecord) -> None:
        """Says that what became of an earlier command comes first."""
        self.follows(earlier)
        self._say(
            f"{earlier.held().cause} The status is read first, for a minute or two; until then no "
            f"{self._action.value} is sent."
        )

    def goes_on(self) -> None:
        """Says that the earlier command stands in the way no longer."""
        self._say(f"That is settled: the {self._action.value} is sent now.")

    def publish(self, event: Event) -> None:
        """See `Sink`."""
        if isinstance(event, JobChanged):
            before, self.command = self.command, event.snapshot.command
            if event.snapshot.last is not None:
                self.state = event.snapshot.last.raw_state
            is_new = self.command is not None and self.command.sent_at != self._earlier
            if is_new and _is_lost(self.command) and not _is_lost(before):
                self._say(self._unclear())
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
            f"{recorded}. Nothing was sent again. Look at the job: "
            f"{status_command(Listed(self._profile, JobSnapshot(self.job)))}"
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


async def send_once(
    client: JobApi,
    context: ProfileContext,
    quota: QuotaTracker,
    job: WatchedJob,
    action: Action,
    progress: Progress,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Command:
    """Sends a command, after what is still unclear of an earlier one; waits for its outcome.

    Returns:
        The command with what became of it, or an earlier one that leaves nothing to send.

    Raises:
        ZcbulkError: Nothing was sent.
    """
    ref = job.ref
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
                    raise earlier._replace(command=before).held()
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
    progress: Progress,
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


def failure(command: Command, job: WatchedJob, state: str, profile: str) -> ZcbulkError | None:
    """Returns why a command was not carried out, as far as is known; None where it was.

    Args:
        command: What became of it.
        job: The job.
        state: Its state as it was last read, in the server's word.
        profile: The profile that it was sent with.
    """
    said = words.command(command, command.sent_at).rstrip(".")
    match command.outcome:
        case Outcome.ACCEPTED | Outcome.TOOK_EFFECT:
            return None
        case Outcome.REFUSED if command.error is not None:
            return command.error
        case Outcome.NO_EFFECT:
            return RefusedError(said, next_step="Look at its status before trying again.")
        case Outcome.UNPROVEN:
            return UnclearError(
                said,
                f"The job is “{state}” by its last status; how it stood before, is not known.",
                "Nothing was sent again.",
            )
        case _:
            return UnclearError(
                f"What became of the {command.action.value} is not known",
                str(command.error),
                "Nothing was sent again. Look at the job: "
                f"{status_command(Listed(profile, JobSnapshot(job)))}",
            )
