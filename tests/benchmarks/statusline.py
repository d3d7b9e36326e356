"""What a prompt waits for: ``zcbulk-tui statusline`` as a whole process, beside ``python -c pass``.

The store has 200 jobs with 100 readings each. The processes run in turn, with their bytecode
warm: a machine that is busy for a while slows all of them.

    python -m tests.benchmarks.statusline [--runs 40]
"""

import argparse
import os
import subprocess
import sys
import sysconfig
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.figures import Figure, alone, table
from tests.support.jobs import watched
from zcbulk_tui.cli.quick import COMPLETE
from zcbulk_tui.domain.job import Counts, JobReading, JobState
from zcbulk_tui.store.database import FILE_NAME, open_database
from zcbulk_tui.store.rows import KEEP_READING, reading_values
from zcbulk_tui.store.watch_list import WatchList

_JOBS, _READINGS = 200, 100

_TIMES, _PLUS = 1.3, 0.060
"""The most that a status line may take: so many times as long as nothing, and seconds more."""


def main() -> int:
    """Prints the figures; returns 1 where one is over its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=40)
    runs = parser.parse_args().runs
    script = Path(sysconfig.get_path("scripts")) / "zcbulk-tui"
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "python -m zcbulk_tui statusline": [sys.executable, "-m", "zcbulk_tui", "statusline"],
        "zcbulk-tui statusline": [str(script), "statusline"],
        f"zcbulk-tui {COMPLETE} jobs": [str(script), COMPLETE, "jobs", "--profile", "default"],
        "zcbulk-tui --version": [str(script), "--version"],
    }
    with TemporaryDirectory() as folder:
        _fill(Path(folder) / FILE_NAME)
        env = {**os.environ, "ZCBULK_STATE_DIR": folder, "LC_ALL": "C.UTF-8"}
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        taken = _taken(commands, env, runs)
    figures = _figures(taken, runs)
    print(table(figures))
    return 1 if any(figure.verdict == "over" for figure in figures) else 0


def _figures(taken: dict[str, list[float]], runs: int) -> list[Figure]:
    base = taken.pop("python -c pass")
    middle = sorted(base)[len(base) // 2] * 1000
    figures = []
    for what, seconds in taken.items():
        limit = (middle * _TIMES + _PLUS * 1000) if "statusline" in what else None
        ours = sorted(seconds)[len(seconds) // 2] * 1000
        figures.append(alone(what, "ms", ours, limit, base=middle, runs=runs))
    return figures


def _taken(
    commands: dict[str, list[str]], env: dict[str, str], runs: int
) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for run in range(runs + 2):
        for name, command in commands.items():
            began = time.perf_counter()
            subprocess.run(command, env=env, stdout=subprocess.DEVNULL, check=True)
            if run > 1:  # the first ones write bytecode
                taken[name].append(time.perf_counter() - began)
    return taken


def _fill(path: Path) -> None:
    began = datetime.now(UTC) - timedelta(seconds=10 * _READINGS)
    jobs = [watched(str(number), f"Job {number}") for number in range(_JOBS)]
    with closing(open_database(path)) as database:
        WatchList(database, "default").add_all(jobs)
        with database.transaction() as connection:
            for number in range(_READINGS):
                at = began + timedelta(seconds=10 * number)
                counts = Counts(10_000, 50 * number, 0, 10_000 - 50 * number)
                one = JobReading(JobState.IN_PROGRESS, "In-progress", counts, at)
                for job in jobs:
                    connection.execute(KEEP_READING, reading_values("default", 1, job.ref, one))


if __name__ == "__main__":
    sys.exit(main())
