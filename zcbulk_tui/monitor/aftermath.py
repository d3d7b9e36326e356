"""What becomes of commands after their answer: what a reading shows of them, and when to look."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from zcbulk_tui.domain.control import LOOKS, next_look
from zcbulk_tui.domain.job import JobReading, JobRef
from zcbulk_tui.domain.records import ANSWERED_WITHIN, ControlRecord, EventKind, last_of_each
from zcbulk_tui.monitor.recorder import Recorder
from zcbulk_tui.store.memory import Memory
from zcbulk_tui.store.queue_stops import QueueStops


class Asked(NamedTuple):
    """A command that a reading may settle: it was sent before the reading was requested.

    Attributes:
        record: What was known of it then.
        after: Seconds from the moment at which its answer was lost to the request; negative where
            it may have been on its way still.
        is_second: See `ControlRecord.settled_by`.
    """

    record: ControlRecord
    after: float
    is_second: bool


@dataclass(slots=True)
class _Watch:
    """The looks at a command, above all at one whose answer is unclear.

    Attributes:
        since: When it was answered, or the answer lost, at the latest; in the loop's time.
        is_own: Whether it was sent from here.
        done: Looks that were made, or tried.
    """

    since: float
    is_own: bool
    done: int = 0


class Aftermath:
    """Keeps the records of commands true to what readings show.

    A reading proves nothing of a command that was sent after its request, however late it is
    answered. So what it may settle is fixed by its request, and no clock decides that.

    Args:
        memory: Keeps the records, those of other processes too.
        recorder: Writes down that more is known of one.
        now: The time of day; aware.
    """

    def __init__(self, memory: Memory, recorder: Recorder, now: Callable[[], datetime]) -> None:
        self._memory = memory
        self._recorder = recorder
        self._now = now
        self._watches: dict[str, _Watch] = {}

    def answered(self, record: ControlRecord) -> None:
        """Takes that a command of this process was answered now, or its answer was lost."""
        self._watches[record.key] = _Watch(_time(), is_own=True)

    def is_own(self, record: ControlRecord) -> bool:
        """Whether this process has sent it."""
        return self._watch(record).is_own

    def next_look_at(self, record: ControlRecord) -> float | None:
        """Returns when to look at what became of an unclear command; None for not any more.

        In the loop's time.
        """
        watch = self._watch(record)
        after = next_look(watch.done)
        return None if after is None else watch.since + after

    def looks_last(self, record: ControlRecord | None) -> float:
        """Returns the seconds until the last look at a command is due; 0 where none is to come."""
        if record is None or not self.is_looking(record):
            return 0.0
        return max(self._watch(record).since + LOOKS[-1] - _time(), 0.0)

    def looked(self, record: ControlRecord) -> None:
        """Takes that the looks that are due now are made, or cannot be."""
        while (due := self.next_look_at(record)) is not None and due <= _time():
            self._watch(record).done += 1

    def is_looking(self, record: ControlRecord) -> bool:
        """Whether some of the planned looks are still to come."""
        return record.is_unclear and self.next_look_at(record) is not None

    def forward(self, seconds: float) -> None:
        """Takes that this machine has slept."""
        for watch in self._watches.values():
            watch.since -= seconds

    def asking(self, ref: JobRef, own: ControlRecord | None = None) -> list[Asked]:
        """Returns the commands that a reading requested now may settle.

        Args:
            ref: The job.
            own: Its last command as this process knows it, which may not have been written yet.
        """
        known = self._memory.commands_of(ref)
        if own is not None:
            known = [own, *(record for record in known if record.key != own.key)]
        records = last_of_each(known)
        # Rounded, since a look at 60 s may be a hair before it.
        asked = [
            Asked(record, round(_time() - self._watch(record).since, 3), is_second)
            for record, is_second in records
        ]
        for record, _ in records:
            self.looked(record)
        return asked

    def read(self, asked: Sequence[Asked], reading: JobReading) -> list[ControlRecord]:
        """Writes down what a reading shows; returns the records that it changes."""
        changed = []
        # More may have become known meanwhile: above all the answer, to who has sent it.
        stored = {
            record.key: record
            for record in (self._memory.commands_of(asked[0].record.job.ref) if asked else ())
        }
        for before, after, is_second in asked:
            record = before.updated_by(stored.get(before.key, before))
            known = record.settled_by(reading, after, is_second=is_second)
            if known is not record:
                self.note(known)
                changed.append(known)
                self._watches.pop(known.key, None)
        return changed

    def begin(self, record: ControlRecord, stops: QueueStops | None) -> None:
        """Writes down that a command is about to be sent; see `Memory.begin`.

        Raises:
            HeldError: An earlier one stands in its way, or a stop of the queue.
            ConfigError: Whether that is stopped cannot be read.
        """
        self._memory.begin(record, stops)
        self._tell(record)

    def note(self, record: ControlRecord) -> None:
        """Writes down what more is known of a command."""
        self._memory.commanded(record)
        self._tell(record)

    def _tell(self, record: ControlRecord) -> None:
        action, outcome = record.command.action.value, record.command.outcome.value
        settled = f", then {record.settled.raw_state}" if record.settled else ""
        # A pause that Zoho asks for is one for all processes; later it is none any more.
        error = record.command.error if record.settled is None else None
        text = f"{action} {outcome}{settled}"
        self._recorder.event(EventKind.COMMAND, text, record.job, error=error)

    def _watch(self, record: ControlRecord) -> _Watch:
        """The looks at a command; one of another process may be on its way still."""
        if record.key not in self._watches:
            age = max((self._now() - record.at).total_seconds(), 0.0)
            since = _time() - age + (ANSWERED_WITHIN if record.is_unclear else 0.0)
            self._watches[record.key] = _Watch(since, is_own=False)
        return self._watches[record.key]


def _time() -> float:
    return asyncio.get_running_loop().time()
