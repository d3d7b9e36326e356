"""How well, how fast and in how much memory failures are grouped.

``python -m tests.benchmarks.failures [--failures N] [--many N] [--runs N] [--only STYLE]`` makes
results in a temporary folder that are hard to group, of 12 kinds with values that differ in each
record, and knows the true kind of each; see `failure_kinds`. It groups each result in a process of
its own and prints the share that is grouped rightly: for each kind the records in the one group
that has most of it, and no other kind's. Then it does so with a million failures, beside
`csv.reader`, and prints the seconds and the peak memory. The exit code is 1 where a figure is over
its limit.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from array import array
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from tests.benchmarks.failure_kinds import COLUMNS, Maker, Style, write
from tests.benchmarks.figures import Figure, alone, ratio, table
from tests.benchmarks.loopback import ROOT

_RIGHT, _SECONDS, _MEGABYTES = 0.99, 2.0, 150
"""What must be grouped rightly, within which time; and the memory for a million failures."""

_KNOWN = ("known", "unknown")
"""Whether the header of the upload is known."""

_PEAK = """\
def peak():
    with open("/proc/self/status") as status:
        return next(int(it.split()[1]) for it in status if it.startswith("VmHWM")) * 1024 / 1e6
"""
"""Megabytes at most since this program began: `ru_maxrss` has those of its parent in it."""

_GROUP = """\
import json, sys, time
from pathlib import Path
from zcbulk_tui.data.failures import FailureFile
path, out, upload = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:] or None
begin, cpu = time.perf_counter(), time.process_time()
failures = FailureFile(path, upload=upload)
seconds, cpu = time.perf_counter() - begin, time.process_time() - cpu
out.write_bytes(failures.group_of.tobytes())
print(json.dumps({
    "seconds": seconds,
    "cpu": cpu,
    "megabytes": peak(),
    "groups": [[it.reason, it.records] for it in failures.report.groups[:30]],
    "count": len(failures.report.groups),
}))
"""

_READ = """\
import csv, json, sys, time
begin, cpu = time.perf_counter(), time.process_time()
with open(sys.argv[1], newline="", encoding="utf-8") as file:
    for _ in csv.reader(file):
        pass
print(json.dumps({
    "seconds": time.perf_counter() - begin,
    "cpu": time.process_time() - cpu,
    "megabytes": peak(),
}))
"""


class Grouped(NamedTuple):
    """A result, grouped.

    Attributes:
        right: The share that is grouped rightly.
        groups: How many groups there are.
        seconds: That it took, with the reading.
        cpu: Seconds that it computed: the figure that holds on a busy machine, too.
    """

    right: float
    groups: int
    seconds: float
    cpu: float


def rightly(kinds: Sequence[int], group_of: Sequence[int]) -> float:
    """Returns the share of records in the one group of their kind, each group being one kind's."""
    together = Counter(zip(kinds, group_of, strict=True))
    right = 0
    kinds_done: set[int] = set()
    groups_done: set[int] = set()
    for (kind, group), count in together.most_common():
        if kind not in kinds_done and group not in groups_done:
            right += count
            kinds_done.add(kind)
            groups_done.add(group)
    return right / len(kinds) if kinds else 1.0


def measure(folder: Path, style: Style, count: int, seed: int, upload: Sequence[str]) -> Grouped:
    """Makes a result and groups it."""
    path, out = folder / "failure.csv", folder / "groups"
    kinds = write(path, Maker(style, seed=seed).failures(count), style)
    found = _run(_GROUP, str(path), str(out), *upload)
    group_of = array("H")
    group_of.frombytes(out.read_bytes())
    return Grouped(rightly(kinds, group_of), found["count"], found["seconds"], found["cpu"])


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures, and prints the figures; returns 1 where one is over its limit."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--failures", type=int, default=40_000)
    parser.add_argument("--many", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", choices=[style.value for style in Style])
    given = parser.parse_args(arguments)
    styles = [style for style in Style if given.only in (None, style.value)]
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        for style in styles:
            for known in _KNOWN:
                upload = COLUMNS if known == "known" else ()
                runs = [
                    measure(Path(folder), style, given.failures, seed, upload)
                    for seed in range(given.runs)
                ]
                figures += _of_style(f"{style.value}, header {known}", runs)
        if given.many:
            for style in styles:
                figures += _of_many(Path(folder), style, given.many)
    print(f"{given.failures:,} failures of 12 kinds; then {given.many:,}")
    print(table(figures))
    return int(any(figure.verdict == "over" for figure in figures))


def _of_style(what: str, runs: Sequence[Grouped]) -> list[Figure]:
    # What nothing sets apart and no cell or header tells is not what is promised.
    wrong = max(1 - run.right for run in runs) * 100
    is_promised = "unknown" not in what or "elsewhere" not in what
    return [
        alone(
            f"{what}: wrong",
            "%",
            wrong,
            (1 - _RIGHT) * 100 if is_promised else None,
            runs=len(runs),
        ),
        alone(f"{what}: groups", "", max(run.groups for run in runs), runs=len(runs)),
        alone(f"{what}: time", "s", median(run.seconds for run in runs), runs=len(runs)),
        alone(f"{what}: CPU", "s", median(run.cpu for run in runs), _SECONDS, runs=len(runs)),
    ]


def _of_many(folder: Path, style: Style, count: int) -> list[Figure]:
    path, out = folder / "many.csv", folder / "groups"
    write(path, Maker(style).failures(count), style)
    reader, found = _run(_READ, str(path)), _run(_GROUP, str(path), str(out), *COLUMNS)
    path.unlink()
    what = f"{count:,}, {style.value}"
    return [
        ratio(f"{what}: csv.reader", "s", [reader["cpu"]], [found["cpu"]]),
        alone(f"{what}: memory", "MB", found["megabytes"], _MEGABYTES, base=reader["megabytes"]),
    ]


def _run(program: str, *arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", f"{_PEAK}{program}", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    sys.exit(main())
