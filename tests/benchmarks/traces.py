"""Traces: what a server would tell of a job, moment by moment, for benchmarks of polling.

``python -m tests.benchmarks.traces --jobs N [--kinds clean,dirty] [--seed N] [--day SECONDS]``
prints one trace a line. All of it is invented; it shares no code with the simulator, so that a
way of polling is not judged by the physics it was made with.
"""

import argparse
import json
import math
import random
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

KINDS: tuple[str, ...] = ("clean", "dirty", "bursty", "queued", "stall", "abort", "blind")

BATCH = 200  # Records; the last batch of a job may be smaller.
LIMIT = 20  # More failed batches than one in this many end a job.
DURATION = (40.0, 10_800.0)
ABORTED_AT = (0.02, 0.98)  # The share of its records at which a job is aborted from outside.
SPEED = (5.0, 2_000.0)
MOST_RECORDS = 5_000_000
MOST_STEPS = 3_000

# A trace keeps to one spelling, as a server does.
_SPELLINGS = (
    ("IN_PROGRESS", "COMPLETED", "SYSTEM_ABORTED", "USER_ABORTED", "FAILED"),
    ("In-progress", "Completed", "System Aborted", "User Aborted", "Failed"),
)
_RUNNING, _COMPLETED, _SYSTEM, _USER, _FAILED = range(5)

_Failures = list[tuple[int, int]]  # Numbers of batches, from 1 up, and of failed records in them.
_Phases = list[tuple[float, float]]  # Seconds and paces: 1 is full speed, 0 a pause.


class Event(NamedTuple):
    """What holds from ``t`` seconds after the accepted start until the next event."""

    t: float
    status: str
    success: int | None
    failed: int | None
    unprocessed: int | None


@dataclass(frozen=True, slots=True)
class Trace:
    """The life of one job; the last event is terminal, and only that one."""

    kind: str
    total: int
    events: tuple[Event, ...]
    start: float | None = None
    """Seconds into the account's day; None = not placed."""
    due: float | None = None
    """When a job that is aborted from outside would have completed; None = not such a job."""

    @property
    def ended_at(self) -> float:
        """Time of the terminal event."""
        return self.events[-1].t

    def at(self, seconds: float) -> Event:
        """The event that holds so many seconds after the start."""
        return self.events[max(0, bisect_right(self.events, seconds, key=itemgetter(0)) - 1)]

    def to_json(self) -> str:
        """One line."""
        times = {"start": self.start, "due": self.due}
        known = {name: time for name, time in times.items() if time is not None}
        content = {"kind": self.kind, "total": self.total, **known, "events": self.events}
        return json.dumps(content, separators=(",", ":"))

    @classmethod
    def from_json(cls, line: str) -> "Trace":
        """The trace in a line; raises ValueError, which says why, if there is none."""
        content = json.loads(line)
        _require(isinstance(content, dict), "not an object")
        names = ("kind", "total", "start", "due", "events")
        kind, total, start, due, rows = map(content.get, names)
        _require(isinstance(kind, str), "kind is not a text")
        _require(_is_count(total), "total is not a whole number of at least 0")
        _require(start is None or _is_time(start), "start is not a number of at least 0")
        _require(due is None or _is_time(due), "due is not a number of at least 0")
        _require(isinstance(rows, list) and rows, "no events")
        fives = all(isinstance(row, list) and len(row) == 5 for row in rows)
        _require(fives, "an event is not a list of five")
        events = tuple(Event(*row) for row in rows)
        _check(events)
        return cls(kind, total, events, start, due)


def generate(kinds: Sequence[str], count: int, seed: int) -> Iterator[Trace]:
    """So many traces, of the kinds in turn; none depends on how many there are."""
    _require(kinds and set(kinds) <= set(KINDS), f"kinds are some of {', '.join(KINDS)}")
    named = ((number, kinds[number % len(kinds)]) for number in range(count))
    return (_make(kind, random.Random(f"{seed}/{kind}/{number}")) for number, kind in named)


def read(path: Path) -> list[Trace]:
    """The traces in a file, a line each; raises ValueError, which names all bad lines."""
    traces, faults = list[Trace](), list[str]()
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                if line.strip():
                    traces.append(Trace.from_json(line))
            except ValueError as error:
                faults.append(f"line {number}: {error}")
    if faults:
        raise ValueError(f"{path}: " + "; ".join(faults))
    return traces


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf


def _require(condition: Any, otherwise: str) -> None:
    if not condition:
        raise ValueError(otherwise)


def _check(events: Sequence[Event]) -> None:
    """Makes sure that events can be replayed; servers may count as they like."""
    for index, event in enumerate(events):
        name = f"event {index}"
        _require(_is_time(event.t), f"{name}: the time is not a number of at least 0")
        _require(not index or event.t >= events[index - 1].t, f"{name}: the times do not ascend")
        _require(isinstance(event.status, str), f"{name}: the status is not a text")
        sound = all(count is None or _is_count(count) for count in event[2:])
        _require(sound, f"{name}: a count is neither null nor a whole number of at least 0")


def _log_uniform(rng: random.Random, low: float, high: float) -> float:
    return math.exp(rng.uniform(math.log(low), math.log(high)))


def _phases(kind: str, rng: random.Random, lasts: float) -> _Phases:
    """The phases of a job; the last one is no pause."""
    queue = min(rng.uniform(0, 20), lasts / 4)
    if kind == "queued":
        queue = lasts * rng.uniform(0.2, 0.9)
    phases, left = [(queue, 0.0)], lasts - queue
    if kind == "bursty":
        paces = (0.0, rng.uniform(0.03, 0.3), 1.0)
        while left > 0:
            seconds = min(left, lasts / 6, max(2.0, rng.lognormvariate(math.log(20), 1.1)))
            others = [pace for pace in paces if pace != phases[-1][1] and (pace or seconds < left)]
            phases.append((seconds, rng.choice(others)))
            left -= seconds
        return phases
    if kind == "stall":
        idle, cut = lasts * rng.uniform(0.05, 0.6), rng.uniform(0.2, 0.8)
        left -= idle
        for seconds in rng.choice([[idle], [idle * cut, idle * (1 - cut)]]):
            before = left * rng.uniform(0.02, 0.98)
            phases += [(before, 1.0), (seconds, 0.0)]
            left -= before
    return [*phases, (left, 1.0)]


def _course(rng: random.Random, phases: _Phases) -> tuple[list[float], list[float]]:
    """Moments, and the work done by then in seconds at full speed, in steps of a job's own size."""
    active = sum(seconds for seconds, pace in phases if pace)
    step = max(min(_log_uniform(rng, 0.5, 10), active / 10), active / MOST_STEPS)
    swing, roughness = rng.uniform(0.1, 0.4) / 3, rng.uniform(0.05, 0.3)
    waves = [(math.tau / _log_uniform(rng, 20, 2_000), rng.uniform(0, math.tau)) for _ in range(3)]
    times, works = [0.0], [0.0]
    for seconds, pace in phases:
        # Uneven steps, lest they beat with an interval of polling.
        lengths = [rng.uniform(0.6, 1.4) for _ in range(math.ceil(seconds / step) if pace else 1)]
        scale = seconds / sum(lengths)
        for length in (length * scale for length in lengths):
            wave = 1 + swing * sum(math.sin(speed * times[-1] + phase) for speed, phase in waves)
            works.append(works[-1] + length * pace * wave * rng.lognormvariate(0, roughness))
            times.append(times[-1] + length)
    return times, works


def _steps(times: list[float], works: list[float], batches: int) -> Iterator[tuple[float, int]]:
    """Moments, and the batches done by then of so many in the end."""
    if batches >= len(works):
        yield from zip(times, (int(work / works[-1] * batches) for work in works), strict=True)
        return
    # Slower than a batch a step: each batch shows when it is done.
    for batch in range(1, batches + 1):
        work = works[-1] * (batch / batches)
        index = bisect_left(works, work)
        share = (work - works[index - 1]) / (works[index] - works[index - 1])
        yield times[index - 1] + share * (times[index] - times[index - 1]), batch


def _total(rng: random.Random, work: float, least: int, share: float = 1.0) -> int:
    """Records of a job of which such a share takes so many seconds at full speed."""
    slowest = max(SPEED[0], least * share / work)
    fastest = min(SPEED[1], MOST_RECORDS * share / work)
    return min(MOST_RECORDS, max(least, round(_log_uniform(rng, slowest, fastest) * work / share)))


def _fail(rng: random.Random, batches: Sequence[int], mean: float) -> _Failures:
    mean = min(float(BATCH), max(1.0, mean))
    around = min(mean - 1, BATCH - mean) / 2
    return [(batch, round(rng.uniform(mean - around, mean + around))) for batch in sorted(batches)]


def _tolerated(rng: random.Random, total: int, dirty: bool) -> _Failures:
    """If dirty, in 0.1 to 4 % of the records and at most 4.2 % of the batches; else hardly any."""
    batches = math.ceil(total / BATCH)
    bad, mean = rng.choice((0, 0, 1)) * min(3, batches // (2 * LIMIT)), rng.uniform(1, 3)
    if dirty:
        share = _log_uniform(rng, 0.001, 0.04)
        bad = max(1, int(_log_uniform(rng, share, 0.042) * batches))
        mean = share * total / bad
    return _fail(rng, rng.sample(range(1, batches + 1), bad), mean)


def _too_many(rng: random.Random, batches: int, onset: float, chance: float) -> list[int]:
    """Failing batches up to the one that ends the job; after the onset each has such a chance."""
    bad, batch = list[int](), int(onset * batches)
    while len(bad) * LIMIT <= batches:
        batch += 1
        # Where chance is too kind, the last ones must do.
        if rng.random() < chance or batches - batch <= batches // LIMIT - len(bad):
            bad.append(batch)
    return bad


def _make(kind: str, rng: random.Random) -> Trace:
    lasts = _log_uniform(rng, *DURATION)
    *phases, (seconds, pace) = _phases(kind, rng, lasts)
    settle = rng.choice((0, 1, 1)) * min(rng.uniform(0.2, 5), seconds / 4)
    times, works = _course(rng, [*phases, (seconds - settle, pace)])
    due = None
    if kind == "abort" and rng.random() < 0.5:
        onset = rng.choice((0.0, rng.uniform(0.1, 0.8)))
        chance = _log_uniform(rng, max(0.06, 0.05 / (0.95 - onset)), 1)
        total = _total(rng, works[-1], LIMIT * BATCH, onset + 0.05 / chance)
        bad = _too_many(rng, math.ceil(total / BATCH), onset, chance)
        ending, done, failures = _SYSTEM, bad[-1], _fail(rng, bad, _log_uniform(rng, 1, BATCH))
    elif kind == "abort":
        share = rng.uniform(*ABORTED_AT)
        due = round(lasts / share, 3)
        total = _total(rng, works[-1], 5 * BATCH, share)
        ending, done = rng.choice((_USER, _FAILED)), int(share * total / BATCH)
        failures = _tolerated(rng, total, dirty=False)
    else:
        total = _total(rng, works[-1], 25 * BATCH if kind == "dirty" else BATCH)
        ending, done = _COMPLETED, math.ceil(total / BATCH)
        failures = _tolerated(rng, total, dirty=kind == "dirty")
    # The last batch may be too small for as many.
    failing = (min(failed, total - (batch - 1) * BATCH) for batch, failed in failures)
    failed_after = list(accumulate(failing, initial=0))

    def event(t: float, status: int, batches: int) -> Event:
        processed = min(batches * BATCH, total)
        failed = failed_after[bisect_right(failures, batches, key=itemgetter(0))]
        return Event(t, spelling[status], processed - failed, failed, total - processed)

    spelling, end = rng.choice(_SPELLINGS), round(lasts, 3)
    events = [event(0, _RUNNING, 0)]
    for t, batches in _steps(times, works, 0 if kind == "blind" else done):
        now = event(round(t, 3), _RUNNING, batches)
        if events[-1].t < now.t < end and events[-1].unprocessed != now.unprocessed:
            events.append(now)
    return Trace(kind, total, (*events, event(end, ending, done)), due=due)


def main() -> None:
    parser = argparse.ArgumentParser(description="Prints traces, one a line.")
    parser.add_argument("--jobs", type=int, required=True, metavar="N")
    parser.add_argument("--kinds", default=",".join(KINDS), help="of %(default)s, in turn")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--day", type=float, metavar="SECONDS", help="start each within so many")
    arguments = parser.parse_args()
    try:
        traces = generate(arguments.kinds.split(","), arguments.jobs, arguments.seed)
    except ValueError as error:
        parser.error(str(error))
    for number, trace in enumerate(traces):
        share = random.Random(f"{arguments.seed}/start/{number}").random()
        start = None if arguments.day is None else round(share * arguments.day, 3)
        print(replace(trace, start=start).to_json())


if __name__ == "__main__":
    main()
