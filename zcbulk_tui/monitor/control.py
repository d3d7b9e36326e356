"""Sending a start or an abort exactly once, and writing that down."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from uuid import uuid4

from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, JobReading
from zcbulk_tui.domain.records import ControlRecord
from zcbulk_tui.errors import UnclearError, UnreachableError, UsageError, ZcbulkError
from zcbulk_tui.monitor.aftermath import Aftermath
from zcbulk_tui.monitor.call_limiter import Priority
from zcbulk_tui.monitor.calls import Calls, Slots
from zcbulk_tui.monitor.polled_job import PolledJob
from zcbulk_tui.monitor.ports import JobApi
from zcbulk_tui.monitor.profile_context import ProfileContext
from zcbulk_tui.store.queue_stops import QueueStops


class Sender(NamedTuple):
    """Who sends a command: a user, unless more is said.

    Attributes:
        sends_again: Returns whether it sends the command again after an error that proves that
            nothing happened, which is said then.
        stops: What keeps it from sending any; None for nothing.
        check: Called before each call is made, however long that has waited for its turn; raises
            `HeldError` where it is not to be made any more.
    """

    sends_again: Callable[[ZcbulkError], bool] = lambda _: False
    stops: QueueStops | None = None
    check: Callable[[], None] = lambda: None


class Control:
    """Sends commands, and keeps a record of each from before it is sent.

    Args:
        api: Zoho Creator.
        context: Who sends them, and where they are written down.
        calls: Makes the calls.
        aftermath: Keeps the records.
        now: The time of day; aware.
    """

    def __init__(
        self,
        api: JobApi,
        context: ProfileContext,
        calls: Calls,
        aftermath: Aftermath,
        now: Callable[[], datetime],
    ) -> None:
        self._api = api
        self._context = context
        self._calls = calls
        self._aftermath = aftermath
        self._now = now

    def check(self, polled_job: PolledJob, action: Action) -> None:
        """Makes sure that a command still makes sense.

        Raises:
            HeldError: An earlier command stands in its way.
            UsageError: It does not.
        """
        last = polled_job.record
        if last is not None and last.is_unclear:
            raise last.held()
        if not polled_job.snapshot().allows(action):
            raise too_late("The job has changed meanwhile: it is over, or was commanded elsewhere.")

    def begin(
        self,
        polled_job: PolledJob,
        action: Action,
        shown: JobReading | None,
        sender: Sender,
    ) -> ControlRecord:
        """Writes down that a command is about to be sent; returns the record.

        Args:
            polled_job: The job, which takes the record.
            action: What to ask of it.
            shown: The reading on the screen when the user decided.
            sender: Who sends it.

        Raises:
            HeldError: An earlier command stands in its way, by whatever process, or a stop.
            ConfigError: Whether there is a stop cannot be read.
        """
        context, command = self._context, Command(action, self._now())
        known = [reading for reading in (shown, polled_job.last) if reading is not None]
        newest = max(known, key=lambda reading: reading.read_at, default=None)
        key = uuid4().hex
        record = ControlRecord(
            key, polled_job.job, context.profile, context.operator, command, newest
        )
        self._aftermath.begin(record, sender.stops)
        polled_job.note(record)
        return record

    async def send(
        self, polled_job: PolledJob, record: ControlRecord, sender: Sender
    ) -> ControlRecord:
        """Sends a command that has begun.

        Where this is cancelled, as at the end of the program, what is known then is written down:
        whether a byte of the command has left.

        Args:
            polled_job: The job.
            record: The command.
            sender: Who sends it.

        Returns:
            The record as the answer leaves it: accepted, refused, or still `Outcome.SENT` where
            the answer is unclear. Then it must not be sent again; a status shows what became of it.
        """
        command = record.command
        slot = Slots(
            self._calls,
            polled_job.job,
            Cause.COMMAND,
            command.action.value,
            Priority.COMMAND,
            check=sender.check,
        )
        try:
            said = await self._api.control(polled_job.job.ref, command.action, slot)
        except ZcbulkError as error:
            # Every other answer proves that nothing happened.
            is_unclear = isinstance(error, UnclearError)
            error.is_sent_again = not is_unclear and sender.sends_again(error)
            command = command.ended(Outcome.SENT if is_unclear else Outcome.REFUSED, error=error)
        except BaseException:
            outcome = Outcome.SENT if slot.may_have_left else Outcome.REFUSED
            command = command.ended(outcome, error=_cut_short(sent=slot.may_have_left))
            self._note(polled_job, record, command, slot.request)
            raise
        else:
            command = command.ended(Outcome.ACCEPTED, said=said.text)
        return self._note(polled_job, record, command, slot.request)

    def _note(
        self, polled_job: PolledJob, record: ControlRecord, command: Command, request: str
    ) -> ControlRecord:
        self._aftermath.answered(record)
        known = record._replace(command=command, request=request)
        polled_job.learn(known)
        if polled_job.record is not None and polled_job.record.key == known.key:
            known = polled_job.record
        self._aftermath.note(known)
        return known


def _cut_short(*, sent: bool) -> ZcbulkError:
    if sent:
        return UnclearError("Interrupted before the answer came", "The request was sent.")
    return UnreachableError("Interrupted before its first byte left")


def too_late(cause: str) -> UsageError:
    """Why a command was not sent that was decided on."""
    return UsageError("Nothing was sent", cause, "Look at the list, and decide anew.")
