"""A file that is inserted many times in simulation, by the past of its form: all of it estimates.

Each rehearsal draws a rate, a lag and failures from what past jobs show, and follows the job with
the rules that a dashboard polls by. What becomes of a batch with a bad record no source says, so
both readings of the rule are rehearsed; see `batch_rule`.
"""

import math
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import NormalDist
from typing import NamedTuple

from zcbulk_tui.domain.batch_rule import BATCH, allowed_failures, batches_of
from zcbulk_tui.domain.form_past import WANDER, FormPast, Quantity
from zcbulk_tui.domain.job import Counts, JobReading, JobRef, JobState, WatchedJob
from zcbulk_tui.domain.outlook import outlook
from zcbulk_tui.domain.planner import Terms, wait
from zcbulk_tui.domain.progress import remember
from zcbulk_tui.domain.record_set import RecordSet
from zcbulk_tui.domain.upload import Suspects

RUNS = 40
"""Rehearsals of a file."""

START = datetime(2000, 1, 1, tzinfo=UTC)
"""When each rehearsed job starts: any time will do."""

_MANY = 8.0
"""Bad records to be expected in a batch from which on their number is drawn as a normal one."""

_SETTLES = 1.0
"""Seconds from the last record of a usual job to its end."""

_LONGEST = 30 * 86_400.0
"""Seconds that no job takes: a past that says so was measured by a clock that was set."""

_NEARLY_ALL = 0.999
"""The most that is made of the share of records that fail."""

_NORMAL = NormalDist()


class Part(NamedTuple):
    """The records of one job.

    Attributes:
        records: How many.
        suspects: How many of them are suspect, by their batches from 1; none is left out that has
            any.
    """

    records: int
    suspects: Mapping[int, int]


class Failures(NamedTuple):
    """What fails of a job.

    Attributes:
        records: Failed records, by their batches.
        batches: Those that count as failed, in their order.
    """

    records: Mapping[int, int]
    batches: Sequence[int]


class Draw(NamedTuple):
    """What is drawn of one job.

    Attributes:
        rate: Records a second.
        lag: Seconds from the accepted start to the first movement.
        wander: How much the rate varies within the job; see `FormPast.wander`.
        seed: Of all else.
    """

    rate: float
    lag: float
    wander: float
    seed: str


class Course(NamedTuple):
    """The course of a simulated job.

    Attributes:
        read: Returns what a status call reports so many seconds after the accepted start.
        seconds: When the job ends.
    """

    read: Callable[[float], JobReading]
    seconds: float


class Polled(NamedTuple):
    """What polling a job took.

    Attributes:
        calls: Status calls until its end was seen.
        seconds: When that was, in seconds after its start.
        ending: How it ended.
    """

    calls: int
    seconds: float
    ending: JobState


class Range(NamedTuple):
    """The first and the last decile of a quantity."""

    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a file under one reading of the batch rule.

    Attributes:
        one_fails_its_batch: Which reading: whether one bad record fails its batch.
        abort_chance: Of a system abort of any of its jobs, from 0 to 1; None for unknown. It is 0
            or 1 where the bad records are known.
        finish: Seconds from the first start to the end of the last job, where all complete; None
            if none do, or nothing is known of that.
        abort: The same to the system abort.
        calls: Status calls in all; None if unknown.
    """

    one_fails_its_batch: bool
    abort_chance: float | None
    finish: Range | None = None
    abort: Range | None = None
    calls: Range | None = None


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What rehearsals of a file show.

    Attributes:
        parts: Jobs that the file makes.
        is_cut_by_size: Whether that is a guess, since it is cut by its bytes.
        suspects: Records that are taken to fail.
        share: Share of the others that is taken to fail, by the past; None where none is, since the
            form's fields are known, or where there is no past.
        knows_fields: Whether the values were checked against the form's fields.
        past: What was drawn from; None where the form has none.
        outcomes: By reading of the batch rule: both, or the one that is known to hold.
    """

    parts: int
    is_cut_by_size: bool
    suspects: int
    share: float | None
    knows_fields: bool
    past: FormPast | None
    outcomes: tuple[Outcome, ...]


def cut(
    records: int, suspects: RecordSet, treatment: Suspects, most: int | None = None
) -> list[Part]:
    """Returns the jobs that a file makes, in their order.

    Args:
        records: Records in the file.
        suspects: The suspect ones.
        treatment: What becomes of those.
        most: Records in one job at most; None for any number.
    """
    places: Iterator[int] = (number - 1 for number in suspects)
    if treatment is Suspects.LEAVE_OUT:
        records, places = records - len(suspects), iter(())
    elif treatment is Suspects.PACK:
        places = iter(range(records - len(suspects), records))
    size = most or max(records, 1)
    found = [dict[int, int]() for _ in range(0, records, size)]
    for place in places:
        part, within = divmod(place, size)
        batch = within // BATCH + 1
        found[part][batch] = found[part].get(batch, 0) + 1
    return [
        Part(min(size, records - number * size), batches) for number, batches in enumerate(found)
    ]


def failures(
    part: Part, share: float, chance: random.Random, *, one_fails_its_batch: bool
) -> Failures:
    """Returns what fails of a job: its suspect records, and as many others as are drawn.

    Where one bad record fails its batch, all of the batch is reported as failed: so a share of
    failed records is one of failed batches.

    Args:
        part: The job.
        share: Share of the records that fails besides.
        chance: Draws.
        one_fails_its_batch: Which reading of the rule holds.
    """
    if one_fails_its_batch:
        drawn = dict.fromkeys(_places(batches_of(part.records), share, chance), BATCH)
    else:
        drawn = _drawn(part.records, share, chance)
    records: dict[int, int] = {}
    failed: list[int] = []
    for batch in sorted(part.suspects.keys() | drawn.keys()):
        size = min(BATCH, part.records - (batch - 1) * BATCH)
        bad = part.suspects.get(batch, 0) + drawn.get(batch, 0)
        records[batch] = size if one_fails_its_batch else min(bad, size)
        if records[batch] == size:
            failed.append(batch)
    return Failures(records, failed)


def is_aborted(part: Part, found: Failures) -> bool:
    """Whether so many batches fail that Zoho ends the job."""
    return len(found.batches) > allowed_failures(batches_of(part.records))


def draws(past: FormPast, parts: int, seed: str) -> list[list[Draw]]:
    """Returns what is drawn of each job of each rehearsal; none where the past shows no course.

    Each decile is drawn as often as any other. What is not known of a form is the same for all its
    jobs, what varies from job to job is not.
    """
    rate, lag = past.rate, past.lag
    if rate is None or lag is None:
        return []
    chance = random.Random(seed)  # noqa: S311 - repeatable rehearsals, not cryptography
    wander = WANDER if past.wander is None else past.wander
    common = 1 / (past.jobs + 1) if parts > 1 else 0.0
    shared = [_normals(chance) for _ in (rate, lag)]
    runs: list[list[Draw]] = [[] for _ in range(RUNS)]
    for number in range(parts):
        own = [_normals(chance) for _ in (rate, lag)]
        for run, made in enumerate(runs):
            far = [
                math.sqrt(common) * of_all[run] + math.sqrt(1 - common) * of_this[run]
                for of_all, of_this in zip(shared, own, strict=True)
            ]
            its_seed = f"{seed}/{run}/{number}"
            made.append(Draw(_at(rate, far[0]), _at(lag, far[1]), wander, its_seed))
    return runs


def started(ref: JobRef) -> WatchedJob:
    """Returns a job as it is known once it was started, at `START`."""
    return WatchedJob(ref, "", START, started_at=START)


def polled(
    job: WatchedJob, course: Course, past: FormPast, on: Terms, known: bool | None = None
) -> Polled:
    """Polls a simulated job as a dashboard does, from its start until its end is seen.

    Args:
        job: The job, as it is known: when it was started, above all.
        course: What becomes of it.
        past: That of its form.
        on: The terms for calls.
        known: Whether one bad record fails its batch, as far as polls are planned with it.
    """
    readings: tuple[JobReading, ...] = ()
    calls, seconds = 0, 0.0
    while (ahead := outlook(job, readings, past, known)) is not None:
        calls, seconds = calls + 1, seconds + wait(ahead, on)[0]
        readings = remember(readings, course.read(seconds))
    return Polled(calls, seconds, readings[-1].state)


def usual_calls(past: FormPast, records: int, ref: JobRef, on: Terms) -> int | None:
    """Estimates the status calls of a job that goes as those before it usually did.

    Args:
        past: What they show.
        records: Records of the job; none of them fails.
        ref: Any job of the form.
        on: The terms for calls.

    Returns:
        How many; None where no past job shows it, or it would take longer than any job does.
    """
    if past.rate is None or past.lag is None:
        return None
    rate, lag = past.rate.middle, past.lag.middle
    full_at = lag + records / rate
    if full_at > _LONGEST:
        return None

    def read(seconds: float) -> JobReading:
        batches = int(max(seconds - lag, 0.0) * rate / BATCH)
        done = records if seconds >= full_at else min(batches * BATCH, records)
        ended = seconds >= full_at + _SETTLES
        state = JobState.COMPLETED if ended else JobState.IN_PROGRESS
        counts = Counts(records, done, 0, records - done)
        return JobReading(state, state.value, counts, START + timedelta(seconds=seconds))

    return polled(started(ref), Course(read, full_at + _SETTLES), past, on).calls


class Basis(NamedTuple):
    """What the rehearsals of a file rest on.

    Attributes:
        past: That of the form; None where there is none.
        share: Share of the records that fail besides the suspect ones; None for none.
        knows_fields: Whether the suspect records are taken to be all that fail.
        rule: The reading of the batch rule that is known to hold, with which polls are planned;
            None while both are open.
        ref: Any job of the form.
        on: The terms for calls.
        seed: Of all that is drawn.
    """

    past: FormPast | None
    share: float | None
    knows_fields: bool
    rule: bool | None
    ref: JobRef
    on: Terms
    seed: str

    @property
    def readings(self) -> tuple[bool, ...]:
        """The readings of the batch rule to rehearse: whether one bad record fails its batch."""
        return (True, False) if self.rule is None else (self.rule,)


def outcome(
    parts: Sequence[Part],
    basis: Basis,
    simulate: Callable[[Part, Draw, Failures], Course],
    *,
    one_fails_its_batch: bool,
) -> Outcome:
    """Rehearses a file under one reading of the batch rule.

    Args:
        parts: The jobs that it makes.
        basis: What is known.
        simulate: Returns the course of a job, of which something was drawn.
        one_fails_its_batch: Which reading.
    """
    past, share = basis.past, basis.share
    drawn = draws(past, len(parts), basis.seed) if past is not None else []
    ends: list[_End] = []
    aborts, failed = 0, None
    for run in range(RUNS):
        if failed is None or share:
            chance = random.Random(f"{basis.seed}/{run}")  # noqa: S311 - as above
            failed = [
                failures(part, share or 0.0, chance, one_fails_its_batch=one_fails_its_batch)
                for part in parts
            ]
        aborts += any(map(is_aborted, parts, failed))
        if past is not None and drawn:
            courses = map(simulate, parts, drawn[run], failed)
            ends.append(_follow(courses, basis, past))
    is_sure = basis.knows_fields or past is not None or aborts
    return Outcome(
        one_fails_its_batch,
        aborts / RUNS if is_sure else None,
        _range([it.seconds for it in ends if not it.is_aborted]),
        _range([it.seconds for it in ends if it.is_aborted]),
        _range([float(it.calls) for it in ends]),
    )


class _End(NamedTuple):
    """How a rehearsal ended, and in how many seconds and calls."""

    is_aborted: bool
    seconds: float
    calls: int


def _follow(courses: Iterable[Course], basis: Basis, past: FormPast) -> _End:
    """Follows jobs one after the other: the next one begins when the end of the last is seen.

    After a system abort none follows: the queue waits for the word of a person.
    """
    job = started(basis.ref)
    before = end = 0.0
    calls, is_aborted = 0, False
    for course in courses:
        seen = polled(job, course, past, basis.on, basis.rule)
        end, before, calls = before + course.seconds, before + seen.seconds, calls + seen.calls
        is_aborted = seen.ending is JobState.SYSTEM_ABORTED
        if is_aborted:
            break
    return _End(is_aborted, end, calls)


def _range(values: Sequence[float]) -> Range | None:
    """Returns the first and the last decile of values, each of which stands for as many."""
    if not values:
        return None
    ordered = sorted(values)

    def at(share: float) -> float:
        place = min(max(share * len(ordered) - 0.5, 0.0), len(ordered) - 1.0)
        below = int(place)
        above = min(below + 1, len(ordered) - 1)
        return ordered[below] + (place - below) * (ordered[above] - ordered[below])

    return Range(at(0.1), at(0.9))


def _normals(chance: random.Random) -> list[float]:
    """Values of a normal distribution, one of each of as many equal parts, in any order."""
    values = [_NORMAL.inv_cdf((place + 0.5) / RUNS) for place in range(RUNS)]
    chance.shuffle(values)
    return values


def _at(quantity: Quantity, far: float) -> float:
    return quantity.middle * math.exp(quantity.spread * far)


def _drawn(records: int, share: float, chance: random.Random) -> dict[int, int]:
    """How many records of each batch fail by themselves; few batches have none where many fail."""
    if BATCH * share <= _MANY:
        return Counter((place - 1) // BATCH + 1 for place in _places(records, share, chance))
    found = {}
    for batch in range(1, batches_of(records) + 1):
        mean = share * min(BATCH, records - (batch - 1) * BATCH)
        count = round(chance.gauss(mean, math.sqrt(mean * max(1 - share, 0.0))))
        if count > 0:
            found[batch] = count
    return found


def _places(count: int, share: float, chance: random.Random) -> Iterator[int]:
    """Yields those of so many things, from 1, that a chance falls on: from one to the next."""
    if share <= 0:
        return
    place, each = 0, math.log1p(-min(share, _NEARLY_ALL))
    while True:
        place += 1 + int(min(math.log(1 - chance.random()) / each, count))
        if place > count:
            return
        yield place
