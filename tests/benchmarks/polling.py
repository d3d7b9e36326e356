"""How soon the end of a job is seen, and for how many calls: the planner beside fixed intervals.

``python -m tests.benchmarks.polling --traces FILE.jsonl`` replays traces (`tests.benchmarks.traces`
makes some) through the monitor on a virtual clock, each job alone, and prints for each policy and
kind of job: calls a job, seconds from its end to the poll that sees it, the cost of both beside the
least that any policy pays (`tests.benchmarks.bound`), and how far the progress that is shown is
off, sampled each second, as a share of all records. With ``--account`` all jobs share one account's
day, with its limit, and start where their traces say.
"""

import argparse
import json
import math
import sys
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC
from pathlib import Path
from statistics import mean
from typing import Any

from tests.benchmarks.bound import PRICE, bounds, is_system_abort, least_delay
from tests.benchmarks.replay import AMPLE, Account, Policy, Watched, alone, together
from tests.benchmarks.traces import Trace, read
from zcbulk_tui.domain.budget import Pace, QuotaPlan

_POLICIES = ("planner", "fixed:5", "fixed:15", "fixed:60")
_RESERVE = 20


@dataclass(frozen=True, slots=True)
class Result:
    """What a policy brings for jobs of a kind; delays in seconds, errors as shares of 1.

    Attributes:
        jobs: How many there are.
        calls_mean: Calls a job.
        delay_mean: Seconds from the end to the call that sees it; so are its quantiles.
        cost: ``delay_mean``, and the price in seconds of ``calls_mean``.
        bound: The cost of the best policy that could be, over the same jobs.
        times_bound: The cost in bounds.
        bound_told: The bound for policies that also know the kinds of all jobs.
        shown_error_p50: How far the progress that is shown is off; the p95 is its other quantile.
    """

    jobs: int
    calls_mean: float
    delay_mean: float
    delay_p50: float
    delay_p95: float
    delay_max: float
    cost: float
    bound: float
    times_bound: float
    bound_told: float
    shown_error_p50: float
    shown_error_p95: float


@dataclass(frozen=True, slots=True)
class _Job:
    """A job as a policy saw it, and what it costs at least: kinds untold, and told."""

    watched: Watched
    bound: float
    bound_told: float


def main() -> int:
    """Replays and prints; returns the exit code."""
    arguments = _parser().parse_args()
    try:
        traces = read(arguments.traces)
        if not traces:
            raise ValueError(f"{arguments.traces} holds no trace")
    except (OSError, ValueError) as error:
        print(f"polling: {error}", file=sys.stderr)
        return 2
    least = list(zip(bounds(traces), bounds(traces, told=True), strict=True))
    policies = {}
    for policy in arguments.policy or [_policy(name) for name in _POLICIES]:
        watched, account = _replay(traces, policy, arguments)
        jobs = [_Job(one, *costs) for one, costs in zip(watched, least, strict=True)]
        policies[policy.name] = {kind: asdict(result) for kind, result in _results(jobs)}
        if account is not None:
            policies[policy.name]["account"] = {
                "calls_by_day": account.by_day,
                "reserve_min": account.least_reserve,
                "max_calls_in_a_minute": _most_in_a_minute(account.calls),
                "delay_total": sum(one.delay for one in watched),
                "delay_total_bound": least_delay(traces, len(account.calls)),
            }
    if arguments.json:
        print(json.dumps({"policies": policies}, indent=1))
    else:
        _print(policies)
    return 0


def _replay(
    traces: Sequence[Trace], policy: Policy, arguments: argparse.Namespace
) -> tuple[list[Watched], Account | None]:
    pace, calls = Pace(arguments.pace), arguments.daily_calls
    if arguments.account:
        return together(traces, policy, pace, _quota_plan(calls or 250))
    quota_plan = _quota_plan(calls) if calls else AMPLE
    return [alone(trace, policy, pace, quota_plan) for trace in traces], None


def _results(jobs: Sequence[_Job]) -> Iterable[tuple[str, Result]]:
    """The results for all jobs, those that complete and show counts, and those of each kind."""
    return ((row, _result(of_row)) for row, of_row in _rows(jobs) if of_row)


def _rows(jobs: Sequence[_Job]) -> Iterator[tuple[str, Sequence[_Job]]]:
    yield "all", jobs
    yield "completing", [job for job in jobs if job.watched.trace.kind not in ("abort", "blind")]
    for kind in dict.fromkeys(job.watched.trace.kind for job in jobs):
        of_kind = [job for job in jobs if job.watched.trace.kind == kind]
        yield kind, of_kind
        if kind == "abort":
            yield "abort system", [job for job in of_kind if is_system_abort(job.watched.trace)]
            others = [job for job in of_kind if not is_system_abort(job.watched.trace)]
            yield "abort user/failed", others


def _result(jobs: Sequence[_Job]) -> Result:
    delays = sorted(job.watched.delay for job in jobs)
    errors = sorted(error for job in jobs for error in job.watched.shown_errors)
    calls, delay = mean(len(job.watched.readings) for job in jobs), mean(delays)
    cost, bound = delay + PRICE * calls, mean(job.bound for job in jobs)
    return Result(
        jobs=len(jobs),
        calls_mean=calls,
        delay_mean=delay,
        delay_p50=_quantile(delays, 0.5),
        delay_p95=_quantile(delays, 0.95),
        delay_max=delays[-1],
        cost=cost,
        bound=bound,
        times_bound=cost / bound,
        bound_told=mean(job.bound_told for job in jobs),
        shown_error_p50=_quantile(errors, 0.5),
        shown_error_p95=_quantile(errors, 0.95),
    )


def _quantile(ascending: Sequence[float], share: float) -> float:
    """The value that this share of the others does not exceed; 0 of none."""
    if not ascending:
        return 0.0
    return ascending[min(math.ceil(share * len(ascending)), len(ascending)) - 1]


def _most_in_a_minute(calls: Sequence[float]) -> int:
    return max((bisect_left(calls, at + 60) - place for place, at in enumerate(calls)), default=0)


def _quota_plan(daily_calls: int) -> QuotaPlan:
    return QuotaPlan(daily_calls, share=1, reserve=_RESERVE, zone=UTC)


def _policy(text: str) -> Policy:
    if text == "planner":
        return Policy(text)
    name, _, seconds = text.partition(":")
    try:
        interval = float(seconds)
    except ValueError:
        interval = math.nan
    if name != "fixed" or not 1 <= interval <= 86400:
        raise argparse.ArgumentTypeError(f"“{text}” is neither planner nor fixed:SECONDS, from 1")
    return Policy(text, interval)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.polling",
        description="Measures how soon ends of jobs are seen, and for how many calls.",
    )
    parser.add_argument("--traces", type=Path, required=True, metavar="FILE.jsonl")
    parser.add_argument(
        "--policy", type=_policy, nargs="+", action="extend", help="planner or fixed:SECONDS"
    )
    parser.add_argument(
        "--pace", choices=[pace.value for pace in Pace], default=Pace.BALANCED.value
    )
    parser.add_argument("--daily-calls", type=int, metavar="N", help="the account's calls of a day")
    parser.add_argument("--account", action="store_true", help="all jobs share one account's day")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    return parser


def _print(policies: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> None:
    print(
        f"{'policy':10} {'kind':17} {'jobs':>5} {'calls/job':>9} {'delay mean':>10} {'p50':>8} "
        f"{'p95':>8} {'max':>8} {'cost':>6} {'bound':>6} {'times':>6} {'told':>6} "
        f"{'shown off p50':>13} {'p95':>6}"
    )
    for policy, kinds in policies.items():
        for kind, figures in kinds.items():
            if kind == "account":
                print(f"{policy:10} {kind:17} {_in_words(figures)}")
                continue
            delays = (figures[f"delay_{name}"] for name in ("mean", "p50", "p95", "max"))
            average, *others = (f"{delay:,.1f} s" for delay in delays)
            costs = (figures[name] for name in ("cost", "bound", "times_bound", "bound_told"))
            print(
                f"{policy:10} {kind:17} {figures['jobs']:5} {figures['calls_mean']:9.1f} "
                f"{average:>10} {' '.join(f'{delay:>8}' for delay in others)} "
                f"{' '.join(f'{cost:6.2f}' for cost in costs)} "
                f"{figures['shown_error_p50']:13.2%} {figures['shown_error_p95']:6.2%}"
            )
    print(
        f"\ncost: mean delay and {PRICE:g} s a call; bound: no policy pays less, if outside aborts "
        "come unforeseen to it;\ntimes: cost by bound; told: the bound if it knew all kinds"
    )


def _in_words(account: Mapping[str, Any]) -> str:
    by_day = ", ".join(f"{calls:,}" for calls in account["calls_by_day"])
    return (
        f"calls by day: {by_day}; least reserve: {account['reserve_min']}; "
        f"most calls in a minute: {account['max_calls_in_a_minute']}; "
        f"all delays: {account['delay_total']:,.0f} s, and with as many calls "
        f"at least {account['delay_total_bound']:,.0f} s"
    )


if __name__ == "__main__":
    sys.exit(main())
