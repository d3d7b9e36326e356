"""What polling costs at least: a bound that no policy can beat, of the jobs of `traces`.

A job costs the seconds from its end to the call that sees it, and a price in seconds for each call.
An oracle polls these jobs. It is told what no program knows:

- of a job whose counts move: when it is due, which is when it completes if nothing happens;
- of a job that the system aborts: when. So its bound, a single call, is loose;
- of a blind job: that it is blind.

It does not know whether a user aborts a job, or the job fails, before it is due, nor when a blind
job ends. For these it has the very law by which `traces` draws them. With a duration that is
log-uniform from a to b, and aborted at the share s of its length, s uniform from c to d, the moment
A of an abort and the due time T = A / s have the density 1 / (A ln(b / a)) · A / T² / (d - c), in
which A no longer stands: given T, aborts are uniform from max(a, cT) to min(b, dT). They weigh
their part of that span for each 1 of a job that completes at T, which is as log-uniform. How many
there are of either comes from the file.

Calls at fixed moments are then all there is to decide, since each call but the last one only says
"not yet". After a call at s, W(s) = min over t > s of [price · S(s) + ∫ from s to t of (t - u)
dF(u) + W(t)], where S is the share that has not ended by then (Barlow, Hunter and Proschan 1963;
Keller 1974 is the limit of many calls). Ends are rounded up to a lattice that holds T. On a law of
single moments the minimum is exact: `optimum`. For every schedule of the true law there is one on
the lattice, each call rounded up, that makes no more calls and sees no end later than by one step
more, and none at T later at all. So the lattice's optimum less one step for each job that does not
end at T is no more than the true optimum. The first call of a policy counts like all others, and
the oracle makes none at the start, where it learns nothing.

What it is not:

- It is true of simulated jobs, and of the mean over many of all kinds. Of a kind it is the part
  that the oracle expects to pay for it: that of aborts from outside is that of jobs as long as
  them, of which most complete. A policy that bets on one kind may undercut its part, not the whole.
- It binds policies to which an outside abort comes unforeseen. The generator leaks: such aborts
  come only to jobs that else run like "clean" ones, so who knows the generator could stop caring as
  soon as failures, a queue or a stall are seen. ``told`` lets the oracle know each job's kind, save
  whether it is clean or ends by an abort from outside, and so binds those policies too.
- Finer leaks are left out: counts often rest for up to 5 s before an end, their steps grow with a
  job's length, and a total bounds the length of a blind job by the slowest and the fastest pace.
  The last one is worth about a tenth of the bound of blind jobs, to who knows these paces. The
  planner uses one: a last batch that is short takes as long as a full one, which is what it assumes
  of servers, too. That is worth about a fortieth of its cost.
"""

import math
from collections import deque
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from tests.benchmarks.traces import ABORTED_AT, DURATION, Trace
from zcbulk_tui.creator.wire import parse_state
from zcbulk_tui.domain.job import JobState

PRICE = 0.8
"""Seconds of delay that a call is worth: the planner's, at its balanced pace."""

_STEP = 1.0  # Of the lattice, in seconds.
_BLIND_STEP = 0.1
_PRICE_STEP = 1.2
_PRICE_STEPS = 32


class Law(NamedTuple):
    """When a job ends: moments in ascending order, and the weight of each, of any sum."""

    times: Sequence[float]
    weights: Sequence[float]


def is_system_abort(trace: Trace) -> bool:
    """True if the system ended the job for its failures."""
    return parse_state(trace.events[-1].status) is JobState.SYSTEM_ABORTED


def bounds(traces: Sequence[Trace], price: float = PRICE, *, told: bool = False) -> list[float]:
    """Returns the least cost that is to be expected of each, from what the oracle knows of it.

    Args:
        traces: Jobs as `traces` draws them.
        price: Of a call, in seconds.
        told: True if the oracle also knows the kinds.
    """
    outside = sum(trace.kind == "abort" for trace in traces) / 2
    like_these = sum(_may_be_aborted(trace, told) and trace.kind != "abort" for trace in traces)
    chance = outside / (outside + like_these) if outside else 0.0

    def bound(trace: Trace) -> float:
        within = DURATION[0] <= trace.ended_at <= DURATION[1]
        due = trace.due if trace.kind == "abort" else trace.ended_at
        if within and trace.kind == "blind":
            return _blind(price)
        if within and due is not None and _may_be_aborted(trace, told):
            law = _visible_law(due, chance)
            exact = law.weights[-1] if law.times[-1] == due else 0.0
            return optimum(law, price)[0] - _STEP * (1 - exact)
        return price

    return [bound(trace) for trace in traces]


def least_delay(traces: Sequence[Trace], calls: int) -> float:
    """Seconds of delay that so many calls for all of these jobs leave in total, at least.

    A scheduler with that many calls pays sum(delay) + price · calls, and no less than the oracle,
    whatever the price: so the best of all prices bounds its delay (Lagrange's relaxation).
    """

    def bound(step: int) -> float:
        price = PRICE * _PRICE_STEP**step
        return sum(bounds(traces, price)) - price * calls

    # It is concave in the price, and each price gives a bound: no need to hit the best one.
    low, high = -_PRICE_STEPS, _PRICE_STEPS
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if bound(middle + 1) > bound(middle) else (low, middle)
    return max(0.0, bound(low))


def optimum(law: Law, price: float) -> tuple[float, list[float]]:
    """The least that polling costs under a law, and the moments to poll at, until the end is seen.

    Calls between the moments of a law only see later what they see. For calls at moments j < k and
    none in between, the cost is linear in the weight F that has ended by j, with the slope -k. So
    the best k for each j stands on a lower envelope of lines; both F and the slopes are sorted.
    """
    ended, moments = [0.0], [0.0]  # Weights, and times by weights, before each moment.
    for time, weight in zip(law.times, law.weights, strict=True):
        ended.append(ended[-1] + weight)
        moments.append(moments[-1] + weight * time)
    last = len(law.times)
    lines = deque[tuple[float, float, int]]()
    best, following = 0.0, [last] * (last + 1)
    for place in range(last, -1, -1):
        if place < last:
            share = ended[place]
            while len(lines) > 1 and _at(lines[1], share) <= _at(lines[0], share):
                lines.popleft()
            best = price * (ended[-1] - share) + _at(lines[0], share) + moments[place]
            following[place] = lines[0][2]
        if place:
            time = law.times[place - 1]
            line = (-time, time * ended[place] - moments[place] + best, place)
            while len(lines) > 1 and _is_needless(lines[-2], lines[-1], line):
                lines.pop()
            lines.append(line)
    schedule, place = list[float](), 0
    while place < last:
        place = following[place]
        schedule.append(law.times[place - 1])
    return best, schedule


def _at(line: tuple[float, float, int], share: float) -> float:
    return line[0] * share + line[1]


def _is_needless(
    old: tuple[float, float, int], middle: tuple[float, float, int], new: tuple[float, float, int]
) -> bool:
    """True if nowhere the middle line is the lowest of three with ascending slopes."""
    return (new[1] - old[1]) * (middle[0] - old[0]) <= (middle[1] - old[1]) * (new[0] - old[0])


def _may_be_aborted(trace: Trace, told: bool) -> bool:
    """True if the oracle must reckon with an abort from outside."""
    if trace.kind == "abort":
        return not is_system_abort(trace)
    return trace.kind == "clean" if told else trace.kind != "blind"


def _visible_law(due: float, chance: float) -> Law:
    """When a job ends that is due then, if this share of such jobs is drawn to be aborted."""
    low, high = max(DURATION[0], ABORTED_AT[0] * due), min(DURATION[1], ABORTED_AT[1] * due)
    aborted = chance * max(0.0, high - low) / (due * (ABORTED_AT[1] - ABORTED_AT[0]))
    completing = 1 - chance if due <= DURATION[1] else 0.0
    if not aborted:
        return Law([due], [1.0])
    aborted /= aborted + completing
    last = due if completing else high
    times = _lattice(low, high, last, _STEP)
    weights = [
        aborted * max(0.0, min(time, high) - max(time - _STEP, low)) / (high - low)
        for time in times
    ]
    if not completing:
        return Law(times, weights)
    if times[-1] == due:
        return Law(times, [*weights[:-1], weights[-1] + 1 - aborted])
    return Law([*times, due], [*weights, 1 - aborted])


def _lattice(low: float, high: float, last: float, step: float) -> list[float]:
    """Moments in ascending order, in steps back from the last one, that end spans within these."""
    first, count = math.floor((last - high) / step), math.ceil((last - low) / step)
    return [last - step * back for back in range(count - 1, first - 1, -1)]


@cache
def _blind(price: float) -> float:
    """The optimum for jobs of which nothing is known but that their durations are log-uniform."""
    low, high = DURATION
    times = _lattice(low, high, high, _BLIND_STEP)
    ended = [math.log(max(time, low) / low) / math.log(high / low) for time in (low, *times)]
    law = Law(times, [after - before for before, after in pairwise(ended)])
    return optimum(law, price)[0] - _BLIND_STEP
