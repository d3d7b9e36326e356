"""A job's history in order: readings, rates, changes and events."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from zcbulk_tui.domain.job import JobReading
from zcbulk_tui.domain.records import ControlRecord, History, JobEvent

Entry = JobEvent | ControlRecord
"""What stands beside the readings."""


class Step(NamedTuple):
    """What moved between two readings, and in what time: more than none."""

    seconds: float
    records: int

    @property
    def rate(self) -> float:
        """Records a second."""
        return self.records / self.seconds


@dataclass(frozen=True, slots=True)
class Timeline:
    """A history that can be walked along.

    Attributes:
        history: What it is made of.
        moments: Of each reading: seconds since the first; never less than of the one before.
        steps: Of each reading: what moved since the one before; None where that is not known.
        entries: Events and commands, oldest first.
        times: Of each of them: seconds since the first reading.
        positions: Of each of them: the first reading that is not older; none is for the newest.
        changes: The readings that show a change, see `changes`.
        most: The most records in any reading.
    """

    history: History
    moments: tuple[float, ...]
    steps: tuple[Step | None, ...]
    entries: tuple[Entry, ...]
    times: tuple[float, ...]
    positions: tuple[int, ...]
    changes: tuple[int, ...]
    most: int

    @property
    def readings(self) -> tuple[JobReading, ...]:
        """The readings, in the order in which they came."""
        return self.history.readings

    @property
    def last(self) -> int:
        """The newest reading; -1 if there is none."""
        return len(self.readings) - 1

    def change_before(self, index: int) -> int:
        """Returns the change before a reading; the first reading if there is none."""
        found = bisect_left(self.changes, index)
        return self.changes[found - 1] if found else min(self.last, 0)

    def change_after(self, index: int) -> int:
        """Returns the change after a reading; the last reading if there is none."""
        found = bisect_right(self.changes, index)
        return self.changes[found] if found < len(self.changes) else self.last

    def beside(self, index: int) -> range:
        """Returns which entries fall between a reading and the one before."""
        return range(bisect_left(self.positions, index), bisect_right(self.positions, index))

    def find(self, reading: JobReading, index: int) -> int:
        """Returns where a reading is; if it is no longer kept, one that is close to it in time.

        Args:
            reading: Of this history, or of an older state of it.
            index: Where it was then.
        """
        if index <= self.last and self.readings[index] == reading:
            return index
        if reading in self.readings:
            return self.readings.index(reading)
        since = (reading.read_at - self.readings[0].read_at).total_seconds()
        return max(bisect_right(self.moments, since) - 1, 0)


def timeline(history: History) -> Timeline:
    """Puts a history in order.

    A reading that seems to be older than the one before, since a clock was set back, stands at the
    same moment.
    """
    readings = history.readings
    entries: list[Entry] = [*history.events, *history.commands]
    entries.sort(key=lambda one: one.at)
    begin = readings[0].read_at if readings else None
    moments: list[float] = []
    latest = 0.0
    for reading in readings:
        latest = max(latest, (reading.read_at - readings[0].read_at).total_seconds())
        moments.append(latest)
    times = [(one.at - begin).total_seconds() if begin else 0.0 for one in entries]
    positions = [bisect_left(moments, time) for time in times]
    return Timeline(
        history,
        tuple(moments),
        tuple(_steps(readings)),
        tuple(entries),
        tuple(times),
        tuple(positions),
        tuple(changes(readings, positions)),
        max((max(r.counts.total or 0, shown(r)) for r in readings), default=0),
    )


def shown(reading: JobReading) -> int:
    """The records of a reading that are drawn: those that went in and those that failed."""
    return (reading.counts.success or 0) + (reading.counts.failed or 0)


def changes(readings: Sequence[JobReading], positions: Sequence[int] = ()) -> list[int]:
    """Returns the readings that show a change.

    That is one of these:

    - the state, or the server's word for it, is another than in the reading before;
    - records failed, and none had between the two readings before;
    - counts moved, and had stood still between the two readings before;
    - counts shrank: the server began anew;
    - something happened since the reading before.

    A count missing from an answer is taken as unchanged.

    Args:
        readings: In the order in which they came.
        positions: The first reading after each thing that happened.
    """
    found = {position for position in positions if 0 < position < len(readings)}
    success = failed = 0
    moved = fails = True
    before: JobReading | None = None
    for index, reading in enumerate(readings):
        counts = reading.counts
        new_success = success if counts.success is None else counts.success
        new_failed = failed if counts.failed is None else counts.failed
        if before is not None:
            moves = (new_success, new_failed) != (success, failed)
            grows = new_failed > failed
            is_change = (
                reading.raw_state != before.raw_state
                or reading.state is not before.state
                or (grows and not fails)
                or (moves and not moved)
                or new_success + new_failed < success + failed
            )
            if is_change:
                found.add(index)
            moved, fails = moves, grows
        else:
            # Failures in the second reading are a change; movement in it is not.
            fails = new_failed > 0
        before, success, failed = reading, new_success, new_failed
    return sorted(found)


def _steps(readings: Sequence[JobReading]) -> list[Step | None]:
    steps: list[Step | None] = []
    before: JobReading | None = None
    before_done: int | None = None
    for reading in readings:
        done = reading.counts.processed
        step = None
        if before is not None and done is not None and before_done is not None:
            seconds = (reading.read_at - before.read_at).total_seconds()
            if seconds > 0 and done >= before_done:
                step = Step(seconds, done - before_done)
        steps.append(step)
        before, before_done = reading, done
    return steps
