"""How a started job moves: a pure function of seed, workload and seconds since the start.

Nothing is advanced step by step. The speed is a sum of slow waves whose integral has a closed form,
and the bad batches are drawn once, so a job of a million records costs as little to look at as one
of ten, and looking often gives the same counts as looking once.
"""

import math
import random
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import accumulate


class State(Enum):
    """Where a job stands in its life [LIMB].

    ``WAITING`` and ``READY`` both come before the start: without and with an uploaded file.
    """

    WAITING = auto()
    READY = auto()
    RUNNING = auto()
    COMPLETED = auto()
    USER_ABORTED = auto()
    SYSTEM_ABORTED = auto()
    FAILED = auto()
    EXPIRED = auto()


BATCH_RECORDS = 200
"""Records in one batch; the last one may be smaller [LIMB]."""

TOLERATED_BATCHES_PER_FAILED_ONE = 20
"""More failed batches than one in this many, 5 %, end the job as System Aborted [LIMB]."""

# Invented, the first as a default: the sources say neither how long a job queues, nor why one may
# still be in progress with full counters, as the sample of [STATUS] is.
QUEUE_SECONDS = (1.0, 4.0)
SETTLE_SECONDS = 1.0

# Invented: amplitude as a share of the mean speed, and range of the period in seconds. The
# amplitudes add up to less than 1, so that a job never runs backwards.
WAVES = ((0.12, (35.0, 70.0)), (0.18, (90.0, 200.0)), (0.2, (300.0, 700.0)))

# The same where a workload says how much its speed wanders: as often as this in a job, so that its
# mean speed is kept to the end. The factor makes the amplitude of one of them of the wandering: a
# tenth of a job averages some of it away.
_TURNS, _AMPLITUDE, _MOST = (1, 2, 4), 0.88, 0.95

WORST_BATCH_FAILURES = 40


@dataclass(frozen=True, slots=True)
class Counts:
    """The four counters of a job, in records; the last three add up to ``total`` [STATUS]."""

    total: int
    success: int
    failed: int
    unprocessed: int


@dataclass(frozen=True, slots=True)
class Workload:
    """What a job has to do, and what becomes of it."""

    records: int
    records_per_second: float
    """Mean speed; the speed of a moment wanders between half and one and a half of it."""
    bad_batch_chance: float = 0.0
    """Chance of one batch to hold failed records, at least 0 and below 1."""
    breaks_after: float | None = None
    """Share of the batches after which the job ends as Failed; None = it does not."""
    queue_seconds: tuple[float, float] = QUEUE_SECONDS
    """From and until: how long the job waits after its start before it inserts."""
    wander: float | None = None
    """Standard deviation of the speed over a tenth of the job, as a share of its mean; None = as
    ``WAVES`` have it."""

    def __post_init__(self) -> None:
        if self.records < 0 or self.records_per_second <= 0:
            raise ValueError("a workload needs records of at least 0 and a speed above 0")
        if not 0 <= self.bad_batch_chance < 1:
            raise ValueError("bad_batch_chance must be at least 0 and below 1")
        if min(self.queue_seconds) < 0 or (self.wander or 0) < 0:
            raise ValueError("neither queue_seconds nor wander may be below 0")


@dataclass(frozen=True, slots=True)
class Failures:
    """What fails of a file; batches are numbered from 1."""

    records: Mapping[int, int]
    """Failed records of each batch that has any, in the order of the batches."""
    batches: Sequence[int]
    """Those that count as failed, in their order."""


class Run:
    """The course of one job from its start call to its end, unless a user aborts it.

    What fails is drawn by the workload's chance, or given where there is a real file.
    """

    def __init__(self, workload: Workload, seed: str, failures: Failures | None = None) -> None:
        rng = random.Random(seed)  # noqa: S311 - repeatable physics, not cryptography
        self.workload = workload
        self.batches = math.ceil(workload.records / BATCH_RECORDS)
        self._queue_seconds = rng.uniform(*workload.queue_seconds)
        self._waves = tuple(
            (share, math.tau / seconds, rng.uniform(0, math.tau))
            for share, seconds in _periods(workload, rng)
        )
        failures = failures or self._draw_failures(rng)
        self._bad_batches = list(failures.records)
        self._failed_after = (0, *accumulate(failures.records.values()))
        self._failed_batches = failures.batches
        self.ending, self._last_batch = self._foresee_ending()
        settle = SETTLE_SECONDS if self.ending is State.COMPLETED else 0.0
        self.duration = self.seconds_until(self._last_batch) + settle
        """Seconds from the start call to ``ending``."""

    def counts(self, elapsed: float) -> Counts:
        """The counters ``elapsed`` seconds after the start call."""
        done = self.batches_done(elapsed)
        total = self.workload.records
        processed = min(done * BATCH_RECORDS, total)
        failed = self._failed_after[bisect_right(self._bad_batches, done)]
        return Counts(total, processed - failed, failed, total - processed)

    def failed_by_batch(self, batches: int) -> Iterator[tuple[int, int]]:
        """Of the first so many batches those that hold failed records, and how many."""
        for place in range(bisect_right(self._bad_batches, batches)):
            yield (
                self._bad_batches[place],
                self._failed_after[place + 1] - self._failed_after[place],
            )

    def seconds_until(self, batches: float) -> float:
        """Seconds from the start call until so many batches are done."""
        mean = self.workload.records_per_second / BATCH_RECORDS
        slowest = mean * (1 - sum(share for share, _, _ in self._waves))
        low, high = 0.0, batches / slowest
        for _ in range(60):
            middle = (low + high) / 2
            if self._work(middle) < batches:
                low = middle
            else:
                high = middle
        return self._queue_seconds + high

    def batches_done(self, elapsed: float) -> int:
        """The batches done ``elapsed`` seconds after the start call, failed ones included."""
        if elapsed >= self.duration:
            return self._last_batch
        return min(int(self._work(max(0.0, elapsed - self._queue_seconds))), self._last_batch)

    def _work(self, seconds: float) -> float:
        """Batches done after so many seconds of work: the integral of the wandering speed."""
        swing = sum(
            share / pace * (math.sin(pace * seconds + phase) - math.sin(phase))
            for share, pace, phase in self._waves
        )
        return self.workload.records_per_second / BATCH_RECORDS * (seconds + swing)

    def _draw_failures(self, rng: random.Random) -> Failures:
        """Every bad batch counts as failed."""
        batches = self._draw_bad_batches(rng)
        records = {
            batch: rng.randint(1, min(WORST_BATCH_FAILURES, self._batch_size(batch)))
            for batch in batches
        }
        return Failures(records, batches)

    def _draw_bad_batches(self, rng: random.Random) -> list[int]:
        """Numbers of the bad batches from 1 up, ending with the one that is too many."""
        chance = self.workload.bad_batch_chance
        found: list[int] = []
        if chance == 0:
            return found
        batch = 0
        while len(found) <= self.batches // TOLERATED_BATCHES_PER_FAILED_ONE:
            # The gap to the next bad batch is drawn in one go, so the good ones cost nothing.
            batch += 1 + int(math.log(1 - rng.random()) / math.log(1 - chance))
            if batch > self.batches:
                break
            found.append(batch)
        return found

    def _foresee_ending(self) -> tuple[State, int]:
        """How the job ends, and after which batch."""
        endings = [(self.batches, State.COMPLETED)]
        if self.workload.breaks_after is not None:
            endings.append((int(self.workload.breaks_after * self.batches), State.FAILED))
        tolerated = self.batches // TOLERATED_BATCHES_PER_FAILED_ONE
        if len(self._failed_batches) > tolerated:
            endings.append((self._failed_batches[tolerated], State.SYSTEM_ABORTED))
        # Of two endings at the same batch the one named last holds: the documented rule first.
        last, ending = min(reversed(endings), key=lambda candidate: candidate[0])
        return ending, last

    def _batch_size(self, batch: int) -> int:
        return min(BATCH_RECORDS, self.workload.records - (batch - 1) * BATCH_RECORDS)


def _periods(workload: Workload, rng: random.Random) -> Iterator[tuple[float, float]]:
    """The amplitude of each wave, as a share of the mean speed, and its period in seconds."""
    if workload.wander is None:
        yield from ((share, rng.uniform(*period)) for share, period in WAVES)
        return
    lasts = max(workload.records, 1) / workload.records_per_second
    for turns in _TURNS:
        yield min(_AMPLITUDE * workload.wander, _MOST / len(_TURNS)), lasts / turns
