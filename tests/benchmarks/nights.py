"""Nights with faults: nothing is doubled, no result is lost, and the morning report is true.

``python -m tests.benchmarks.nights [--nights N] [--seed N] [--processes N] [--first N]
[--rarely N]`` lives through so many nights in virtual time: files in a queue, jobs made elsewhere,
a small day's budget, a night that is armed, and one or two windows. Networks, sign-ins and disks
fail, answers are lost, and windows are killed, also in the middle of a call. What the simulator and
the network have seen is compared with what the product has done and said. Windows look twenty times
as rarely as they do, unless ``--rarely 1`` is given, which takes a good ten times as long. The exit
code is 1 where something is wrong.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from pathlib import Path

from tests.benchmarks.chain_user import without_threads
from tests.benchmarks.night_judge import Verdict, judge
from tests.benchmarks.night_window import looking_rarely
from tests.benchmarks.night_world import Outcome, World
from tests.support.virtual_time import run_virtual

_KINDS = (
    "doubled",
    "results expired unfetched",
    "reserve",
    "heartbeat",
    "alerts",
    "reports",
    "needs a person",
    "wrong numbers",
    "failed",
)
"""What may be wrong."""

RARELY = 20
"""How much more rarely windows look than they do, so that 200 nights take minutes."""


def live(folder: Path, seed: str, hours: float | None = None, rarely: int = RARELY) -> Outcome:
    """Lives through a night in a folder of its own."""

    async def scene() -> Outcome:
        return await World(folder, seed, hours).live()

    with without_threads(), looking_rarely(rarely):
        return run_virtual(scene())


def run_night(number: int, seed: int, rarely: int) -> Verdict:
    """Lives through a night and judges it; what is raised counts as wrong."""
    try:
        with tempfile.TemporaryDirectory(prefix="zcbulk-benchmark-") as folder:
            return judge(live(Path(folder), f"{seed}:{number}", rarely=rarely))
    except Exception as error:  # noqa: BLE001 - the others go on, and this one is reported
        failed = Verdict()
        failed.wrong["failed"].append(f"{type(error).__name__}: {error}")
        return failed


def measure(nights: range, seed: int, processes: int, rarely: int) -> Verdict:
    """Lives through nights; returns what was found."""
    total = Verdict()
    for number, found in zip(nights, _found(nights, seed, processes, rarely), strict=True):
        total.add(found, f"night {number} of seed {seed}")
        for kind, texts in found.wrong.items():
            for text in texts:
                print(f"night {number}: {kind}: {text}", file=sys.stderr, flush=True)
    return total


def _found(nights: range, seed: int, processes: int, rarely: int) -> Iterator[Verdict]:
    if processes <= 1:
        yield from map(run_night, nights, repeat(seed), repeat(rarely))
        return
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(run_night, nights, repeat(seed), repeat(rarely))


def main() -> int:
    """Lives through nights and prints; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.nights",
        description="Lives through nights with faults, and compares with the truth.",
    )
    parser.add_argument("--nights", type=int, default=200, metavar="N", help="default: 200")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="default: 1")
    parser.add_argument("--processes", type=int, default=2, metavar="N", help="default: 2")
    parser.add_argument("--first", type=int, default=0, metavar="N", help="number of the first")
    parser.add_argument(
        "--rarely", type=int, default=RARELY, metavar="N", help="1 for looks as in a dashboard"
    )
    given = parser.parse_args()
    begun = time.monotonic()
    nights = range(given.first, given.first + given.nights)
    total = measure(nights, given.seed, given.processes, given.rarely)
    figures = {
        **dict(sorted(total.figures.items())),
        **{f"wrong: {kind}": len(total.wrong[kind]) for kind in _KINDS},
        "longest heartbeat after it should have stopped, s": round(total.lateness),
        "seconds": round(time.monotonic() - begun),
    }
    for what, figure in figures.items():
        print(f"{what:52} {figure:10,}")
    wrong = [text for kind in _KINDS for text in total.wrong[kind]]
    for line in wrong[:60]:
        print(f"  {line[:300]}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
