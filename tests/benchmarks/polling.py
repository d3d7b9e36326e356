"""How soon the end of a job is seen, and for how many calls: the planner beside fixed intervals.

``python -m tests.benchmarks.polling --traces FILE.jsonl`` replays traces (`tests.benchmarks.traces`
makes some) through the monitor on a virtual clock, each job alone, and prints for each policy and
kind of job: calls a job, seconds from its end to the poll that sees it, and how far the progress
that is shown is off, sampled each second, as a share of all records. With ``--account`` all jobs
share one account's day, with its limit, and start where their traces say.
"""

import argparse
import json
import math
import sys
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

from tests.benchmarks.replay import AMPLE, Account, Policy, Watched, alone, together
from tests.benchmarks.traces import Trace, read
from zcbulk_tui.domain.budget import Pace, QuotaPlan

_POLICIES = ("planner", "fixed:5", "fixed:15", "fixed:60")
_RESERVE = 20


@dataclass(frozen=True, slots=True)
class Result:
    """What a policy brings for jobs of a kind; delays in seconds, errors as shares of 1."""

    jobs: int
    calls_mean: float
    delay_p50: float
    delay_p95: float
    delay_max: float
    shown_error_p50: float
    shown_error_p95: float


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
    policies = {}
    for policy in arguments.policy or [_policy(name) for name in _POLICIES]:
        watched, account = _replay(traces, policy, arguments)
        policies[policy.name] = {kind: asdict(result) for kind, result in _results(watched)}
        if account is not None:
            policies[policy.name]["account"] = {
                "calls_by_day": account.by_day,
                "reserve_min": account.least_reserve,
                "max_calls_in_a_minute": _most_in_a_minute(account.calls),
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


def _results(watched: Sequence[Watched]) -> Iterable[tuple[str, Result]]:
    """The results for all jobs, and for those of each kind, in the order of the file."""
    yield "all", _result(watched)
    for kind in dict.fromkeys(one.trace.kind for one in watched):
        yield kind, _result([one for one in watched if one.trace.kind == kind])


def _result(watched: Sequence[Watched]) -> Result:
    delays = sorted(one.delay for one in watched)
    errors = sorted(error for one in watched for error in one.shown_errors)
    return Result(
        len(watched),
        sum(len(one.readings) for one in watched) / len(watched),
        _quantile(delays, 0.5),
        _quantile(delays, 0.95),
        delays[-1],
        _quantile(errors, 0.5),
        _quantile(errors, 0.95),
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
        f"{'policy':10} {'kind':8} {'jobs':>5} {'calls/job':>9} "
        f"{'delay p50':>9} {'p95':>8} {'max':>8} {'shown off p50':>13} {'p95':>6}"
    )
    for policy, kinds in policies.items():
        for kind, figures in kinds.items():
            if kind == "account":
                print(f"{policy:10} {kind:8} {_in_words(figures)}")
                continue
            delays = (f"{figures[f'delay_{name}']:,.1f} s" for name in ("p50", "p95", "max"))
            p50, p95, most = delays
            print(
                f"{policy:10} {kind:8} {figures['jobs']:5} {figures['calls_mean']:9.1f} "
                f"{p50:>9} {p95:>8} {most:>8} {figures['shown_error_p50']:13.2%} "
                f"{figures['shown_error_p95']:6.2%}"
            )


def _in_words(account: Mapping[str, Any]) -> str:
    by_day = ", ".join(f"{calls:,}" for calls in account["calls_by_day"])
    return (
        f"calls by day: {by_day}; least reserve: {account['reserve_min']}; "
        f"most calls in a minute: {account['max_calls_in_a_minute']}"
    )


if __name__ == "__main__":
    sys.exit(main())
