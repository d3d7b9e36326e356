"""The queue of due times: which job is polled next, and when."""

import heapq
import itertools

from zcbulk_tui.domain.job import JobRef

_SLACK = 64
"""Overtaken entries that are always tolerated."""


class Schedule:
    """Jobs by the moment at which they are due, each at most once.

    Times are seconds of any clock that never runs backwards.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, JobRef]] = []
        self._entry: dict[JobRef, int] = {}
        self._serial = itertools.count()

    def put(self, ref: JobRef, due: float) -> None:
        """Makes a job due at `due`, whatever it was before."""
        serial = next(self._serial)
        self._entry[ref] = serial
        heapq.heappush(self._heap, (due, serial, ref))
        if len(self._heap) > 2 * len(self._entry) + _SLACK:
            self._tidy()

    def discard(self, ref: JobRef) -> None:
        """Takes a job out of the queue, if it is in it."""
        self._entry.pop(ref, None)

    def next_due(self) -> float | None:
        """When the first job is due; None when there is none."""
        while self._heap and self._entry.get(self._heap[0][2]) != self._heap[0][1]:
            heapq.heappop(self._heap)  # overtaken by a later put, or discarded
        return self._heap[0][0] if self._heap else None

    def forward(self, seconds: float) -> None:
        """Makes every job due so much earlier."""
        self._heap = [(due - seconds, serial, ref) for due, serial, ref in self._heap]

    def pop_due(self, now: float) -> JobRef | None:
        """Takes out the job that has been due for the longest; None when none is due."""
        due = self.next_due()
        if due is None or due > now:
            return None
        ref = heapq.heappop(self._heap)[2]
        del self._entry[ref]
        return ref

    def _tidy(self) -> None:
        """Drops what has been overtaken."""
        self._heap = [entry for entry in self._heap if self._entry.get(entry[2]) == entry[1]]
        heapq.heapify(self._heap)
