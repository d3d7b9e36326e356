"""Forms of many kinds, each with the jobs of its life, as traces.

All of it is invented; it shares no code with the simulator, nor a law with the forecasts: the rate
of a job wanders with a memory, and its end takes a moment of its own.
"""

import math
import random
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from tests.benchmarks.traces import BATCH, Event, Trace

_PIECES = 200
"""Pieces of a job in each of which its rate is the same."""

ABORTED_AT = (0.1, 0.95)
"""The share of its records at which a job is aborted."""

_RUNNING, _COMPLETED, _ABORTED = "In-progress", "Completed", "User Aborted"


@dataclass(frozen=True, slots=True)
class Form:
    """How the jobs of a form behave.

    Attributes:
        rate: Median of the records a second.
        rate_spread: Standard deviation of its logarithm from job to job.
        lag: Median of the seconds from the start to the first movement.
        lag_spread: Standard deviation of its logarithm from job to job.
        wander: Standard deviation of the logarithm of the rate within a job.
        memory: The share of a job for which it wanders to one side.
        size: Median of the records.
        size_spread: Standard deviation of its logarithm.
        failed_share: Share of the records that fail.
        aborts: Share of the jobs that a user aborts.
    """

    rate: float
    rate_spread: float
    lag: float
    lag_spread: float
    wander: float
    memory: float
    size: float
    size_spread: float
    failed_share: float
    aborts: float


def make_form(chance: random.Random) -> Form:
    """Returns a form of some kind."""
    rate, lasts = _log_uniform(chance, 10, 1_500), _log_uniform(chance, 120, 4_000)
    return Form(
        rate=rate,
        rate_spread=_log_uniform(chance, 0.06, 0.4),
        lag=_log_uniform(chance, 3, 400),
        lag_spread=_log_uniform(chance, 0.15, 0.8),
        wander=_log_uniform(chance, 0.05, 0.4),
        memory=_log_uniform(chance, 0.01, 0.15),
        size=max(rate * lasts, 4.0 * BATCH),
        size_spread=chance.uniform(0.1, 0.7),
        failed_share=chance.choice((0.0, 0.0, 0.003, 0.02)),
        aborts=chance.choice((0.0, 0.0, 0.0, 0.1)),
    )


def changed(form: Form, chance: random.Random) -> Form:
    """Returns how a form behaves after a change that matters: of its rate, its lag or both."""
    factor = chance.choice((1 / 4, 1 / 3, 3.0, 4.0))
    what = chance.choice(("rate", "rate", "lag", "both"))
    form = replace(form, rate=form.rate * (1 if what == "lag" else factor))
    return replace(form, lag=form.lag / (1 if what == "rate" else factor))


def jobs(form: Form, chance: random.Random, count: int) -> Iterator[Trace]:
    """Yields so many jobs of a form, one after the other."""
    return (_job(form, chance) for _ in range(count))


def quantile(form: Form, records: int, share: float, chance: random.Random) -> float:
    """Returns the seconds that this share of the jobs with so many records do not exceed."""
    runs = sorted(_lag(form, chance) + records / _rate(form, chance) for _ in range(2_000))
    return runs[math.ceil(share * len(runs)) - 1]


def _job(form: Form, chance: random.Random) -> Trace:
    total = max(round(chance.lognormvariate(math.log(form.size), form.size_spread)), BATCH)
    lag, rate = _lag(form, chance), _rate(form, chance)
    moments = [lag + it for it in _moments(form, total / rate, chance)]
    batches = math.ceil(total / BATCH)
    aborted_at = chance.uniform(*ABORTED_AT) if chance.random() < form.aborts else 1.0
    last = math.floor(batches * aborted_at) if aborted_at < 1 else batches
    failed = list(
        accumulate(sum(chance.random() < form.failed_share for _ in range(4)) for _ in range(last))
    )
    events = [Event(0.0, _RUNNING, 0, 0, total)]
    step = max(batches // 1_500, 1)
    for batch in [*range(step, last, step), last]:
        processed = min(batch * BATCH, total)
        bad = min(failed[batch - 1] if batch else 0, processed)
        at = round(_at(moments, processed / total), 3)
        if at > events[-1].t:
            events.append(Event(at, _RUNNING, processed - bad, bad, total - processed))
    end = events[-1]
    at = round(end.t + chance.uniform(0.2, 4.0), 3)
    status = _COMPLETED if aborted_at == 1 else _ABORTED
    return Trace("form", total, (*events, end._replace(t=at, status=status)))


def _moments(form: Form, seconds: float, chance: random.Random) -> list[float]:
    """When each piece of a job is done, at the job's own rate over all of it."""
    keep = math.exp(-1 / (_PIECES * form.memory))
    log, lengths = chance.gauss(0, form.wander), list[float]()
    for _ in range(_PIECES):
        lengths.append(math.exp(-log))
        log = keep * log + chance.gauss(0, form.wander * math.sqrt(1 - keep**2))
    scale = seconds / _PIECES
    return [0.0, *accumulate(length * scale for length in lengths)]


def _at(moments: Sequence[float], share: float) -> float:
    place = min(max(share, 0.0), 1.0) * (len(moments) - 1)
    below = min(int(place), len(moments) - 2)
    return moments[below] + (place - below) * (moments[below + 1] - moments[below])


def _lag(form: Form, chance: random.Random) -> float:
    return chance.lognormvariate(math.log(form.lag), form.lag_spread)


def _rate(form: Form, chance: random.Random) -> float:
    return chance.lognormvariate(math.log(form.rate), form.rate_spread)


def first_movement(trace: Trace) -> float:
    """Returns when the counts of a job began to move; its end if they never did."""
    return next((it.t for it in trace.events if it.unprocessed != trace.total), trace.ended_at)


def reached(trace: Trace, share: float) -> float:
    """Returns when a job had done this share of its records; its end if it never did."""
    records = (1 - share) * trace.total
    done = [-(it.unprocessed or 0) for it in trace.events]
    place = bisect_left(done, -records)
    return trace.events[min(place, len(done) - 1)].t


def _log_uniform(chance: random.Random, low: float, high: float) -> float:
    return math.exp(chance.uniform(math.log(low), math.log(high)))
