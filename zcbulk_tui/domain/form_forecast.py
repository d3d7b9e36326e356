"""When a job ends, by the past of its form and by its own readings: all of it is an estimate.

The past is what is expected before anything is seen, each reading of the job is evidence. So the
job's own rate takes over as it is seen, the sooner the less is known of the form.
"""

import math
from collections.abc import Sequence
from operator import mul
from statistics import NormalDist
from typing import NamedTuple

from zcbulk_tui.domain.batch_rule import BATCH
from zcbulk_tui.domain.form_past import PIECE, WANDER, FormPast, Quantity
from zcbulk_tui.domain.job import JobReading, JobState, WatchedJob
from zcbulk_tui.domain.progress import Forecast, Motion, finish

_MOVING = frozenset({JobState.IN_PROGRESS, JobState.UNKNOWN})

_NORMAL = NormalDist()

_DECILE = _NORMAL.inv_cdf(0.9)
"""Distance of the last decile of a normal distribution from its middle, in spreads."""

_SLOW = _NORMAL.inv_cdf(0.96)
"""The same of what a job must exceed to be called slow: what is known of a form is itself not sure.
"""

_LOGISTIC = math.log(9)
"""The same of a logistic distribution."""

_VAGUE = 0.25
"""Variance of the logarithm of a rate while a job is known to move from one reading alone."""

_OTHER = 4.0
"""Square of the distance, in spreads, from which on a job is ever less like those before it."""

_SURVIVES = 1e-3
"""The share of the jobs of a form of which one is no longer like them."""

_MOST_SPREAD = 1.2
"""The most that is made of a spread: beyond it nothing is known anyway."""

_DRIFT = 0.02
"""Drift of even the steadiest rate, as a fraction of it."""

# The rates are invented, since no source says how long anything takes at Zoho. A wrong value costs
# some calls or some seconds, no more. `tests.benchmarks.polling` measures them.
ANY_TIME = 33_000.0
"""Mean seconds until a moving job ends unexpectedly, by what befalls jobs of any length."""

ON_THE_WAY = 0.14
"""Chance that a job ends unexpectedly on its way, wherever that is, by what befalls a job."""

_USUAL_ENDS = 0.5
"""The unexpected ends that these rates count for beside those of a form's past."""

_STEPS = 24
"""Moments at which a job may have begun to move that are looked at."""

_CLOCK = 1.0
"""Least uncertainty of a forecast in seconds."""


class Expected(NamedTuple):
    """What is to be expected of a job of a form, from its accepted start to its end.

    Attributes:
        least: First decile of the seconds that it takes.
        most: Last decile.
        jobs: Past jobs that this rests on.
    """

    least: float
    most: float
    jobs: int


class _Time(NamedTuple):
    """A time in seconds, by its mean and variance; no more is needed of what is added up."""

    mean: float
    variance: float

    def plus(self, other: "_Time") -> "_Time":
        return _Time(self.mean + other.mean, self.variance + other.variance)

    def quantile(self, spreads: float) -> float:
        """The log-normal distribution with this mean and variance, so far from its median."""
        square = math.log1p(self.variance / self.mean**2)
        return self.mean * math.exp(spreads * math.sqrt(square) - square / 2)


def expected(past: FormPast | None, records: int) -> Expected | None:
    """Returns what is to be expected of so many records; None where no past job shows it."""
    if past is None or past.rate is None or past.lag is None or records <= 0:
        return None
    whole = _of(past.lag).plus(_work(past.rate, records))
    least, most = whole.quantile(-_DECILE), whole.quantile(_DECILE)
    return Expected(least, most, past.jobs)


def forecast(
    job: WatchedJob,
    readings: Sequence[JobReading],
    moves: Motion | None,
    past: FormPast | None,
) -> Forecast | None:
    """Returns when a job ends, from its last reading; None where nothing is known of it.

    Args:
        job: The job.
        readings: Oldest first.
        moves: How its counts have moved.
        past: That of its form; None where there is none.
    """
    last = readings[-1] if readings else None
    left = last.counts.left if last is not None else None
    if last is None or left is None or last.state not in _MOVING:
        return None
    if past is None or past.rate is None or left <= 0:
        return None if moves is None else finish(moves, left)
    if moves is not None:
        rate = _by_now(past, past.rate, job, readings, moves)
        return _on_its_way(past, rate, last, left)
    if last.counts.processed or job.started_at is None or past.lag is None:
        return None
    waited = (last.read_at - job.started_at).total_seconds()
    lag = _lag_left(past.lag, waited)
    return None if lag is None else _as_forecast(lag.plus(_work(past.rate, left)))


def unexpected(past: FormPast | None) -> float:
    """Returns how many times as often as others jobs of the form end uncompleted."""
    if past is None:
        return 1.0
    ends = past.jobs - past.endings.get(JobState.COMPLETED, 0)
    usual = past.jobs * ON_THE_WAY + past.seconds / ANY_TIME
    return (_USUAL_ENDS + ends) / (_USUAL_ENDS + usual)


def is_slow(job: WatchedJob, last: JobReading, past: FormPast | None) -> bool:
    """Whether 9 of 10 jobs of the form would have come this far sooner, by what they show.

    Args:
        job: A job that runs.
        last: Its last reading.
        past: That of its form; None where there is none.
    """
    counts = last.counts
    if past is None or job.started_at is None or past.lag is None or past.rate is None:
        return False
    if counts.processed is None or last.state is not JobState.IN_PROGRESS:
        return False
    until = _of(past.lag)
    if counts.processed:
        until = until.plus(_work(past.rate, counts.processed + BATCH))
    return (last.read_at - job.started_at).total_seconds() > until.quantile(_SLOW)


def _on_its_way(past: FormPast, rate: Quantity, last: JobReading, left: int) -> Forecast:
    """When what is left is done at a rate that goes on to wander."""
    variance = rate.spread**2 + _piece(past, last) / left + _DRIFT**2
    return _as_forecast(_work(Quantity(rate.middle, math.sqrt(variance)), left))


def _by_now(
    past: FormPast,
    rate: Quantity,
    job: WatchedJob,
    readings: Sequence[JobReading],
    moves: Motion,
) -> Quantity:
    """The rate by the past, by when the job got to move, and by how it moved since.

    Two readings of movement are looked at as they are: what came before them is known already.
    """
    moving = [it for it in readings if it.counts.processed]
    begun = readings[: readings.index(moving[0]) + 1] if moving else readings
    before = _just_begun(past, job, begun)
    if len(moving) > 2 or before is None:
        records = moves.rate * moves.seconds
        return _seen(past, before or rate, readings[-1], moves.rate, records, vague=moves.vague)
    seconds = (moving[-1].read_at - moving[0].read_at).total_seconds()
    records = (moving[-1].counts.processed or 0) - (moving[0].counts.processed or 0)
    if seconds <= 0 or records <= 0:
        return before
    return _seen(past, before, readings[-1], records / seconds, records)


def _seen(
    past: FormPast,
    known: Quantity,
    last: JobReading,
    own: float,
    records: float,
    *,
    vague: bool = False,
) -> Quantity:
    """What was known of a rate, and what so many records show, each by how sure it is."""
    error = _own_error(past, last, records) + (_VAGUE if vague else 0.0)
    distance = math.log(own / known.middle)
    before = _unlike(known.spread, distance, error)
    middle = math.log(known.middle) + distance * before / (before + error)
    return Quantity(math.exp(middle), math.sqrt(before * error / (before + error)))


def _unlike(spread: float, distance: float, error: float = 0.0) -> float:
    """Returns the variance of what is known, which is less the more a job is unlike it.

    Args:
        spread: Of what is known.
        distance: Of what the job shows from its middle.
        error: Variance of what the job shows.
    """
    known = spread**2
    return known * max(distance**2 / (known + error) / _OTHER, 1.0)


def _just_begun(past: FormPast, job: WatchedJob, readings: Sequence[JobReading]) -> Quantity | None:
    """The rate of a job whose last reading alone shows movement: the sooner it began, the lower.

    None where the past or the readings do not say when it may have begun.
    """
    last, still = readings[-1], [it for it in readings[:-1] if not it.counts.processed]
    processed = last.counts.processed
    if job.started_at is None or past.lag is None or past.rate is None or not processed:
        return None
    now = (last.read_at - job.started_at).total_seconds()
    since = max(((it.read_at - job.started_at).total_seconds() for it in still), default=0.0)
    since = max(since, 0.0)
    if now <= since:
        return None
    lag, rate = past.lag, past.rate
    error = _own_error(past, last, processed)
    weights, logs, variances = [], [], []
    for step in range(_STEPS):
        began = since + (now - since) * (step + 0.5) / _STEPS
        waited = math.log(began / lag.middle)
        lags = _unlike(lag.spread, waited)
        log = math.log(processed / (now - began) / rate.middle)
        rates = _unlike(rate.spread, log, error)
        distance = waited**2 / lags + log**2 / (rates + error)
        likely = math.exp(-distance / 2) / math.sqrt(lags * (rates + error))
        weights.append(likely / began / (now - began))
        trust = rates / (rates + error)
        logs.append(trust * log)
        variances.append(trust * error)
    weight = sum(weights)
    mean = math.fsum(map(mul, weights, logs)) / weight
    squares = math.fsum(
        each * ((log - mean) ** 2 + variance)
        for each, log, variance in zip(weights, logs, variances, strict=True)
    )
    return Quantity(rate.middle * math.exp(mean), math.sqrt(squares / weight))


def _piece(past: FormPast, last: JobReading) -> float:
    """The variance of the logarithm of a rate, by the records over which it is taken."""
    wander = WANDER if past.wander is None else past.wander
    return wander**2 * PIECE * max(last.counts.total or 0, last.counts.left or 0)


def _own_error(past: FormPast, last: JobReading, seen: float) -> float:
    return _piece(past, last) / seen + (BATCH / seen) ** 2 / 6


def _work(rate: Quantity, records: int) -> _Time:
    return _of(Quantity(records / rate.middle, rate.spread))


def _of(quantity: Quantity) -> _Time:
    square = min(quantity.spread, _MOST_SPREAD) ** 2
    mean = quantity.middle * math.exp(square / 2)
    return _Time(mean, mean**2 * math.expm1(square))


def _lag_left(lag: Quantity, waited: float) -> _Time | None:
    """Returns how long a job that has waited so long waits yet; None if it is not like the past."""
    spread = min(lag.spread, _MOST_SPREAD)
    if waited <= 0:
        return _of(Quantity(lag.middle, spread))
    at = math.log(waited / lag.middle) / spread
    survives = _NORMAL.cdf(-at)
    if survives < _SURVIVES:
        return None
    first = lag.middle * math.exp(spread**2 / 2) * _NORMAL.cdf(spread - at) / survives
    second = lag.middle**2 * math.exp(2 * spread**2) * _NORMAL.cdf(2 * spread - at) / survives
    return _Time(max(first - waited, 0.0), max(second - first**2, 0.0))


def _as_forecast(time: _Time) -> Forecast:
    """The forecast with the same first and last decile."""
    time = time.plus(_Time(0.0, _CLOCK**2))
    least, most = time.quantile(-_DECILE), time.quantile(_DECILE)
    return Forecast((least + most) / 2, (most - least) / 2 / _LOGISTIC)
