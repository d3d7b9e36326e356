"""What the dashboard costs on a terminal, beside a minimal Textual app in the same run.

``python -m tests.benchmarks.terminal [--only NAME …] [--quick] [--json]`` runs everything on
pseudo-terminals of 120x40 and prints a table; Linux only. A figure over its limit is printed as
such and no failure: machines differ, and a busy one says little. All of it takes about sixteen
minutes, `--quick` about six.
"""

import argparse
import json
import signal
import sys
from collections.abc import Callable, Iterable
from functools import partial

from tests.benchmarks import finding, hang, keys, start, steady
from tests.benchmarks.figures import Figure, table
from tests.benchmarks.plan import FULL, QUICK, Plan
from tests.benchmarks.pty_session import MeasurementError

_MEASUREMENTS: dict[str, Callable[[Plan], Iterable[Figure]]] = {
    "start": start.measure,
    "memory": start.measure_memory,
    "idle": steady.measure_idle,
    "polled": steady.measure_polled,
    "fed": steady.measure_fed,
    "keys": keys.measure,
    "finding": finding.measure,
    "hang": hang.measure,
}

_LEGEND = """
base: the minimal app in the same run, unless the line names another
compared: ratio or difference of ours to base, the median over the runs; bytes are the worst run's
limit: for what is compared, or for ours where nothing is"""


def main() -> int:
    """Measures and prints.

    Returns:
        0, or 1 if a measurement could not be made.
    """
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.terminal", description="Measures the dashboard."
    )
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=list(_MEASUREMENTS))
    parser.add_argument("--quick", action="store_true", help="fewer runs, shorter windows")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    arguments = parser.parse_args()
    # An orderly end, which takes along the programs that are being measured.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

    plan = QUICK if arguments.quick else FULL
    figures: list[Figure] = []
    failures: list[str] = []
    for name in arguments.only or _MEASUREMENTS:
        _tell(f"measuring {name} …")
        try:
            figures += _MEASUREMENTS[name](plan)
        except MeasurementError as error:
            failures.append(f"{name}: {error}")
            _tell(failures[-1])
    if arguments.json:
        print(json.dumps([figure.as_json() for figure in figures], indent=1))
    else:
        print(table(figures))
        print(_LEGEND)
    for failure in failures:
        _tell(f"not measured: {failure}")
    return 1 if failures else 0


_tell = partial(print, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
