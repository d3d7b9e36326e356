"""Processes killed while they write into the memory: what they were told is kept is there.

``python -m tests.benchmarks.killed [--starts N] [--seed N]`` starts one process after the other.
Each opens the memory in a folder and writes as fast as it can, until SIGKILL ends it at a moment
that is left to chance. The exit code is 1 if anything was lost.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.support.memory_kills import kill


def main() -> int:
    """Kills and prints; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.killed",
        description="Looks whether processes that are killed lose what they were told is kept.",
    )
    parser.add_argument("--starts", type=int, default=200, metavar="N", help="default: 200")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="default: 1")
    arguments = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="zcbulk-benchmark-") as folder:
        tally = kill(Path(folder), arguments.starts, arguments.seed)
    seconds = time.monotonic() - begun
    figures = {
        "starts": tally.starts,
        "killed by SIGKILL": tally.killed,
        "of these before any acknowledgement": tally.silent,
        "control records acknowledged": tally.records,
        "changes of the watch list acknowledged": tally.changes,
        "readings written": tally.rows["readings"],
        "calls and events written": tally.rows["calls"] + tally.rows["events"],
        "lost": len(tally.lost),
    }
    for what, figure in figures.items():
        print(f"{what:40} {figure:8,}")
    print(f"{'integrity clean':40} {tally.clean:8,} of {tally.starts:,}")
    print(f"{'seconds':40} {seconds:8,.1f}")
    for wrong in tally.lost:
        print(f"  {wrong}")
    return 0 if not tally.lost and tally.killed == tally.starts else 1


if __name__ == "__main__":
    sys.exit(main())
