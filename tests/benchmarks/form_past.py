"""What the past of a form is worth: how true its ranges are, how many calls it saves.

``python -m tests.benchmarks.form_past [--seed N] [--forms N]`` makes up forms, each with a life of
jobs (`tests.benchmarks.form_families`), and replays each life through the monitor on a virtual
clock, with and without the past: what is known of a form is what the polls of its earlier jobs have
left in the memory. Five jobs are for learning, the others are measured. Exit code 1 where a limit
is missed. The constants were tuned on seeds that are words; those of `--seed` are numbers.

Calls are compared at equal mean delay: with the past, polls are planned at several prices, and the
calls at the delay of those without it lie between two of them. Few jobs are aborted, and each of
them waits long; so that their number is no matter of luck, the delay of a job that completed is
weighed with the delay that it would have had, aborted on its way, by how often that befalls jobs of
its form. Both parts are printed: with the past, aborts are looked for less where none came before,
and are seen later there.

A change is followed where no job before it counts any more. One that moves the end of a job by less
than the form's jobs differ anyway, say a lag of one second instead of four, cannot be told from
chance, and need not be: what matters is that the ranges after it are true. So the limits are for
those ranges, and for the changes that stand out; the share of all changes is printed beside them.
"""

import argparse
import math
import random
import sys
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise
from statistics import fmean
from typing import NamedTuple

from tests.benchmarks.figures import Figure, alone, table
from tests.benchmarks.form_families import (
    ABORTED_AT,
    Form,
    changed,
    jobs,
    make_form,
    quantile,
    reached,
)
from tests.benchmarks.replay import AMPLE, Policy, Watched, reading_of, together
from tests.benchmarks.traces import Trace
from zcbulk_tui.domain.budget import Pace
from zcbulk_tui.domain.form_past import FormPast, PastJob, form_past, past_job
from zcbulk_tui.domain.job import JobReading
from zcbulk_tui.domain.progress import remember
from zcbulk_tui.domain.snapshot import JobSnapshot

LEARNT, HELD_OUT, FOLLOWED = 5, 6, 3
"""Jobs from which a form is learnt, those that are measured, and those that show a change."""

BEFORE = 8
"""Jobs before a change."""

PRICES = (0.3, 0.45, 0.7, 1.0)
"""By how much calls are dearer with the past than without it, in turn."""

STANDS_OUT = 2.0
"""By how many spreads of it a change must move the end of a form's usual job to stand out."""

_MOMENTS = 40
"""Moments at which a job may be aborted that are looked at."""

_BETWEEN = 900.0
"""Seconds from the end of a job to the next one."""

_FIRST_SIGHT = 2.0
"""Seconds after the start at which a job is first read."""


@dataclass(slots=True)
class Ranges:
    """Ends of jobs beside the ranges in which they were expected with 80 %."""

    within: list[bool] = field(default_factory=list)
    unknown: int = 0

    def take(self, snapshot: JobSnapshot, since_reading: float) -> None:
        """Takes what was expected, and how long after its last reading the job ended."""
        time = snapshot.remaining
        if time is None:
            self.unknown += 1
        else:
            self.within.append(time.least <= since_reading <= time.most)

    @property
    def missed(self) -> float:
        """How far the share of ends within is from 80 %, in percent."""
        return abs(100 * self.share - 80)

    @property
    def share(self) -> float:
        """The share of ends within."""
        return fmean(self.within) if self.within else 0.0


def main() -> int:
    """Measures and prints; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.form_past")
    parser.add_argument("--seed", type=int, default=20261, metavar="N")
    parser.add_argument("--forms", type=int, default=150, metavar="N")
    arguments = parser.parse_args()
    figures = [*measure(arguments.seed, arguments.forms)]
    print(table(figures))
    return 1 if any(figure.verdict == "over" for figure in figures) else 0


def measure(seed: int, forms: int) -> Iterator[Figure]:
    """Yields all figures."""
    lives = [make_life(random.Random(f"{seed}/{number}")) for number in range(forms)]
    base = [replayed(life, 1.0, with_past=False) for _, life in lives]
    yield from _ranges(lives, base, seed)
    yield from _changes(seed, forms)
    yield from _calls(lives, base)


def make_life(chance: random.Random) -> tuple[Form, list[Trace]]:
    """Returns a form and its jobs, one after the other."""
    form, at, life = make_form(chance), 0.0, list[Trace]()
    for trace in jobs(form, chance, LEARNT + HELD_OUT):
        life.append(replace(trace, start=at))
        at += trace.ended_at + _BETWEEN
    return form, life


def replayed(life: Sequence[Trace], dearer: float, *, with_past: bool) -> list[Watched]:
    """Returns what polls see of a form's jobs."""
    policy = Policy("planner", dearer=dearer)
    return together(life, policy, Pace.BALANCED, AMPLE, is_one_form=with_past)[0]


def shown(watched: Watched) -> PastJob | None:
    """Returns what the polls of a job show of it."""
    started_at = watched.readings[0][1].job.started_at
    return past_job(started_at, [it.last for _, it in watched.readings if it.last])


def is_completed(trace: Trace) -> bool:
    """Whether a job came to its own end."""
    return trace.events[-1].unprocessed == 0


def _ranges(
    lives: Sequence[tuple[Form, list[Trace]]], base: Sequence[list[Watched]], seed: int
) -> Iterator[Figure]:
    """How true the ranges are after five jobs, and how often a job is called slow."""
    first, tenth, half, chance = Ranges(), Ranges(), Ranges(), random.Random(f"{seed}/moments")
    measured = slow = falsely = 0
    for (form, _), seen in zip(lives, base, strict=True):
        past = form_past([job for it in seen[:LEARNT] if (job := shown(it))])
        for watched in seen[LEARNT:]:
            trace, measured = watched.trace, measured + 1
            is_slow = any(
                replace(it, past=past).is_slow_for_form for _, it in watched.readings[:-1]
            )
            slow += is_slow
            if not is_completed(trace):
                continue
            usual = quantile(form, trace.total, 0.9, random.Random(f"{seed}/usual"))
            falsely += is_slow and trace.ended_at <= usual
            _take(first, watched, past, _FIRST_SIGHT)
            for ranges, share in ((tenth, 0.1), (half, 0.5)):
                later = chance.uniform(0, 0.02) * trace.ended_at
                _take(ranges, watched, past, reached(trace, share) + later)
    for what, ranges in (("first sight", first), ("10 %", tenth), ("50 %", half)):
        runs = len(ranges.within)
        limit = None if ranges is half else 5.0
        yield alone(f"ends within the 80 % range, at {what}", "%", 100 * ranges.share, runs=runs)
        yield alone(f"  off 80 %, at {what}", "%", ranges.missed, limit, runs=runs)
        yield alone(f"  without a range, at {what}", "", ranges.unknown)
    yield alone("jobs called slow", "%", 100 * slow / measured, runs=measured)
    yield alone("  falsely", "%", 100 * falsely / measured, 5.0, runs=measured)


def _take(ranges: Ranges, watched: Watched, past: FormPast | None, at: float) -> None:
    """Takes what is expected of a job where it is read at a moment, beside the polls before."""
    trace, job = watched.trace, watched.readings[0][1].job
    assert job.started_at is not None
    now = reading_of(trace, at, job.started_at + timedelta(seconds=at))
    if now.state.is_final:
        return
    readings: tuple[JobReading, ...] = ()
    for _, it in (it for it in watched.readings if it[0] < at):
        if it.last is not None:
            readings = remember(readings, it.last)
    snapshot = JobSnapshot(job, remember(readings, now), past=past)
    ranges.take(snapshot, trace.ended_at - at)


def _changes(seed: int, forms: int) -> Iterator[Figure]:
    """Whether a form is followed that changes."""
    followed = [0] * FOLLOWED
    kept, clear, ranges = 0, list[bool](), Ranges()
    for number in range(forms):
        chance = random.Random(f"{seed}/change/{number}")
        form = make_form(chance)
        other = changed(form, chance)
        life = [*jobs(form, chance, BEFORE), *jobs(other, chance, FOLLOWED + 1)]
        seen = [_polled(trace, place) for place, trace in enumerate(life)]
        kept += _jobs(seen[:BEFORE]) == BEFORE
        for count in range(FOLLOWED):
            followed[count] += _jobs(seen[: BEFORE + count + 1]) <= count + 1
        if stands_out(form, other):
            clear.append(_jobs(seen[:-1]) <= FOLLOWED)
        past = form_past([job for it in seen[:-1] if (job := shown(it))])
        if is_completed(life[-1]):
            _take(ranges, seen[-1], past, _FIRST_SIGHT)
    what = f"after a change and {FOLLOWED} jobs"
    runs = len(ranges.within)
    yield alone(f"{what}, ends within the 80 % range", "%", 100 * ranges.share, runs=runs)
    yield alone("  off 80 %", "%", ranges.missed, 5.0, runs=runs)
    for count, share in enumerate(followed, start=1):
        missed = 100 - 100 * share / forms
        yield alone(f"changes not followed after {count} jobs", "%", missed, runs=forms)
    missed = 100 - 100 * fmean(clear or [True])
    yield alone(f"  of those that stand out, after {FOLLOWED}", "%", missed, 10.0, runs=len(clear))
    yield alone("steady forms cut short", "%", 100 - 100 * kept / forms, 10.0, runs=forms)


def stands_out(form: Form, other: Form) -> bool:
    """Whether a change moves the end of a usual job by more than jobs of the form differ anyway."""
    work = form.size / form.rate
    before, after = form.lag + work, other.lag + form.size / other.rate
    spread = math.hypot(form.lag * form.lag_spread, work * form.rate_spread) / before
    return abs(math.log(after / before)) > STANDS_OUT * spread


def _jobs(seen: Sequence[Watched]) -> int:
    past = form_past([job for it in seen if (job := shown(it))])
    return past.jobs if past else 0


def _polled(trace: Trace, place: int) -> Watched:
    """A job as it is polled by itself, so many days after the first one."""
    (watched,), _ = together([trace], Policy("planner"), Pace.BALANCED, AMPLE)
    watched.readings = [(at, _later(it, timedelta(days=place))) for at, it in watched.readings]
    return watched


def _later(snapshot: JobSnapshot, by: timedelta) -> JobSnapshot:
    job = snapshot.job
    started_at = job.started_at and job.started_at + by
    readings = tuple(replace(it, read_at=it.read_at + by) for it in snapshot.readings)
    return replace(snapshot, job=job._replace(started_at=started_at), readings=readings)


class Cost(NamedTuple):
    """What polls of the jobs that are measured cost, on average.

    Attributes:
        delay: Seconds until an end is seen, by how often jobs of each form are aborted.
        calls: Calls a job.
        completed: The delay of the jobs that completed.
        aborted: The delay that these would have had, aborted on their way.
    """

    delay: float
    calls: float
    completed: float
    aborted: float


def _calls(
    lives: Sequence[tuple[Form, list[Trace]]], base: Sequence[list[Watched]]
) -> Iterator[Figure]:
    """Calls a job without and with the past, at the same mean delay."""
    forms = [form for form, _ in lives]
    without = cost(forms, base)
    yield from _told("without the past", without, len(base) * HELD_OUT)
    points = list[Cost]()
    for dearer in PRICES:
        seen = [replayed(life, dearer, with_past=True) for _, life in lives]
        points.append(cost(forms, seen))
        yield from _told(f"with the past, price x {dearer:g}", points[-1], len(base) * HELD_OUT)
        if points[-1].delay > without.delay:
            break
    alike = at_delay([(it.delay, it.calls) for it in points], without.delay)
    yield alone("calls a job with the past, at equal mean delay", "", alike, base=without.calls)
    yield alone("  as a share of those without", "", alike / without.calls, 0.8)


def _told(what: str, found: Cost, runs: int) -> Iterator[Figure]:
    yield alone(f"calls a job {what}", "", found.calls, runs=runs)
    yield alone("  mean delay", "s", found.delay)
    yield alone("    of jobs that complete", "s", found.completed)
    yield alone("    of the same, aborted on their way", "s", found.aborted)


def cost(forms: Sequence[Form], seen: Sequence[list[Watched]]) -> Cost:
    """Returns the mean cost of the jobs that are measured, by form."""
    held_out = [(form, it) for form, life in zip(forms, seen, strict=True) for it in life[LEARNT:]]
    completed = [
        (form.aborts, it.delay, delay_if_aborted(it))
        for form, it in held_out
        if is_completed(it.trace)
    ]
    return Cost(
        fmean((1 - share) * own + share * other for share, own, other in completed),
        fmean(len(it.readings) for _, it in held_out),
        fmean(own for _, own, _ in completed),
        fmean(other for _, _, other in completed),
    )


def delay_if_aborted(watched: Watched) -> float:
    """Returns the mean seconds until the poll after an abort anywhere on a job's way."""
    polls, trace = [at for at, _ in watched.readings], watched.trace
    first, last = ABORTED_AT
    shares = (first + (last - first) * (step + 0.5) / _MOMENTS for step in range(_MOMENTS))
    moments = [reached(trace, share) for share in shares]
    return fmean(polls[bisect_left(polls, moment)] - moment for moment in moments)


def at_delay(points: Sequence[tuple[float, float]], delay: float) -> float:
    """Returns the calls at a delay, between the points around it; infinite where none are."""
    ascending = sorted(points)
    for (low, many), (high, few) in pairwise(ascending):
        if low <= delay <= high:
            share = (delay - low) / (high - low) if high > low else 0.0
            return many + share * (few - many)
    return math.inf if not points or delay < ascending[0][0] else ascending[-1][1]


if __name__ == "__main__":
    sys.exit(main())
