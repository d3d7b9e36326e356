"""Sending a start or an abort exactly once, telling what became of it, and writing that down."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, JobReading
from zcbulk_tui.domain.records import ControlRecord, EventKind
from zcbulk_tui.errors import Answer, UnclearError, ZcbulkError
from zcbulk_tui.monitor.gate import CallGate, Priority
from zcbulk_tui.monitor.ports import Desk, JobApi
from zcbulk_tui.monitor.recorder import Recorder
from zcbulk_tui.monitor.spending import Spending
from zcbulk_tui.monitor.track import Track


class Control:
    """Sends commands, and keeps a record of each from before it is sent.

    Args:
        api: Zoho Creator.
        desk: Who sends them, and where they are written down.
        gate: Lets the calls through.
        spending: Counts them.
        recorder: Writes the calls down.
        now: The time of day; aware.
    """

    def __init__(
        self,
        api: JobApi,
        desk: Desk,
        gate: CallGate,
        spending: Spending,
        recorder: Recorder,
        now: Callable[[], datetime],
    ) -> None:
        self._api = api
        self._desk = desk
        self._gate = gate
        self._spending = spending
        self._recorder = recorder
        self._now = now

    def begin(self, track: Track, action: Action, shown: JobReading | None) -> ControlRecord:
        """Writes down that a command is about to be sent; returns the record.

        Args:
            track: The job, which takes the record.
            action: What to ask of it.
            shown: The reading on the screen when the user decided.
        """
        desk, command = self._desk, Command(action, self._now())
        key = uuid4().hex
        record = ControlRecord(key, track.job, desk.profile, desk.operator, command, shown)
        self._note(track, record)
        return record

    async def send(self, track: Track, record: ControlRecord) -> ControlRecord:
        """Sends a command that has begun.

        Returns:
            The record as the answer leaves it: accepted, refused, or still `Outcome.SENT` where
            the answer is unclear. Then it must not be sent again; a status tells what became of it.
        """
        command = record.command
        why, put = command.action.value, ""

        @asynccontextmanager
        async def slot(request: str) -> AsyncIterator[Callable[[Answer], None]]:
            nonlocal put
            put = request
            async with self._gate.call(Priority.COMMAND):
                self._spending.count(Cause.COMMAND)
                with self._recorder.call(track.job, Cause.COMMAND, why, put) as call:
                    yield call.succeeded

        try:
            said = await self._api.control(track.job.ref, command.action, slot)
        except UnclearError as error:
            command = command.ended(Outcome.SENT, error=error)
        except ZcbulkError as error:
            command = command.ended(Outcome.REFUSED, error=error)
        else:
            command = command.ended(Outcome.ACCEPTED, said=said.text)
        record = replace(record, command=command, request=put)
        self._note(track, record)
        return record

    def settle(self, track: Track, reading: JobReading) -> Command | None:
        """Takes what a reading shows of the last command.

        Returns:
            The command, if its answer was unclear and the reading tells what became of it.
        """
        before = track.command
        if not track.settle(reading) or track.record is None or before is None:
            return None
        self._note(track, track.record)
        return track.record.command if before.outcome is Outcome.SENT else None

    def _note(self, track: Track, record: ControlRecord) -> None:
        track.note(record)
        self._desk.memory.commanded(track.record or record)
        action, outcome = record.command.action.value, record.command.outcome.value
        settled = f", then {record.settled.raw_state}" if record.settled else ""
        self._recorder.event(EventKind.COMMAND, f"{action} {outcome}{settled}", track.job)
