"""What rehearsals are worth: how true the ranges of the finish and of the calls are.

``python -m tests.benchmarks.rehearsal [--seed N] [--forms N]`` makes up forms, each with a life of
jobs (`tests.benchmarks.form_families`), and replays each life through the monitor on a virtual
clock. Five jobs are for learning; each later one is rehearsed before it runs, by what the polls of
the jobs before it show. The rehearsals come from the simulator, the jobs do not: neither their laws
nor their code is shared. Exit code 1 where a limit is missed.
"""

import argparse
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from tests.benchmarks.figures import Figure, alone, table
from tests.benchmarks.form_past import LEARNT, is_completed, make_life, replayed, shown
from tests.benchmarks.replay import Watched
from tests.support.jobs import REF
from zcbulk_tui.cli.rehearsing import rehearse_parts
from zcbulk_tui.domain.budget import Pace
from zcbulk_tui.domain.form_past import FormPast, form_past
from zcbulk_tui.domain.planner import Terms
from zcbulk_tui.domain.rehearsal import Basis, Outcome, Part, Range


@dataclass(slots=True)
class Beside:
    """Quantities of jobs beside the ranges in which they were expected with 80 %."""

    seen: list[float] = field(default_factory=list)
    expected: list[Range] = field(default_factory=list)

    def take(self, seen: float, expected: Range) -> None:
        """Takes what was seen of a job, and what was expected."""
        self.seen.append(seen)
        self.expected.append(expected)

    @property
    def share(self) -> float:
        """The share of those within, in percent."""
        return 100 * fmean(
            least <= seen <= most
            for seen, (least, most) in zip(self.seen, self.expected, strict=True)
        )

    @property
    def ratio(self) -> float:
        """All that was expected, by the middles of the ranges, over all that was seen."""
        return sum(sum(each) / 2 for each in self.expected) / sum(self.seen)


def main() -> int:
    """Measures and prints; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.rehearsal")
    parser.add_argument("--seed", type=int, default=20262, metavar="N")
    parser.add_argument("--forms", type=int, default=60, metavar="N")
    arguments = parser.parse_args()
    figures = [*measure(arguments.seed, arguments.forms)]
    print(table(figures))
    return 1 if any(figure.verdict == "over" for figure in figures) else 0


def measure(seed: int, forms: int) -> Iterator[Figure]:
    """Yields all figures."""
    finishes, calls, seconds = Beside(), Beside(), list[float]()
    for number in range(forms):
        _, life = make_life(random.Random(f"{seed}/{number}"))
        seen = replayed(life, 1.0, with_past=True)
        for place in range(LEARNT, len(seen)):
            past = past_of(seen[:place])
            trace = seen[place].trace
            if past is None or not is_completed(trace):
                continue
            began = time.perf_counter()
            found = rehearsed(past, trace.total, f"{seed}/{number}/{place}")
            seconds.append(time.perf_counter() - began)
            if found.finish is not None and found.calls is not None:
                finishes.take(trace.ended_at, found.finish)
                calls.take(len(seen[place].readings), found.calls)
    runs = len(finishes.seen)
    yield alone("ends within the 80 % range", "%", finishes.share, runs=runs)
    yield alone("  off 80 %", "%", abs(finishes.share - 80), 5.0, runs=runs)
    yield alone("calls a job", "", fmean(calls.seen), runs=runs)
    yield alone("  expected, as a share of those", "", calls.ratio, runs=runs)
    yield alone("  off 1", "%", 100 * abs(calls.ratio - 1), 20.0, runs=runs)
    yield alone("  within the 80 % range", "%", calls.share, runs=runs)
    yield alone("seconds of 40 rehearsals", "s", fmean(seconds), runs=len(seconds))


def past_of(seen: Sequence[Watched]) -> FormPast | None:
    """Returns what the polls of jobs show of their form."""
    return form_past([job for it in seen if (job := shown(it))])


def rehearsed(past: FormPast, records: int, seed: str) -> Outcome:
    """Rehearses a file of a form whose fields are not known."""
    on = Terms(Pace.BALANCED.price)
    basis = Basis(past, past.failed_share, False, False, REF, on, seed)
    (found,) = rehearse_parts([Part(records, {})], basis)
    return found


if __name__ == "__main__":
    sys.exit(main())
