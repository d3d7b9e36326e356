"""Bytes on the wire: 20 running jobs at the balanced pace, beside ``htop`` and ``watch``.

``python -m tests.benchmarks.wire [--minutes N]`` runs all of them at the same time, each
on a pseudo-terminal of 120x40 of its own that is read all the time, and prints what each has
written; Linux only. ``watch -n 2`` runs twice: once with a script that asks the simulator itself,
and once with ``cat`` of a file that holds the very lines of the dashboard's list, rewritten
whenever these change. So the second is sent nothing that the dashboard does not show. The starts
are left out. A figure over its limit is printed as such and no failure: what htop writes depends on
what the machine does.
"""

import argparse
import json
import os
import shutil
import signal
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from tests.benchmarks.figures import aligned
from tests.benchmarks.loopback import Loopback
from tests.benchmarks.picture import Picture
from tests.benchmarks.programs import Home, home
from tests.benchmarks.pty_session import MeasurementError, PtySession, pump

_JOBS = 20
_CONFIGURATION = '[budget]\ndaily_calls = 10_000_000\npace = "balanced"\n'
_TERMS = """\
20 running jobs of 69 to 366 records a second, at the balanced pace; 10,000,000 calls a day, so that
no call is saved for later; 120x40; without the starts; load of the machine {load}"""

_SCRIPT = str(Path(__file__).with_name("wire_script.py"))

_NOTICES = 20.0
"""Seconds after which the notices of the start have gone."""

_LOOK = 0.25
"""Seconds between two looks at what our list shows."""

_MINUTE = 60.0

_tell = partial(print, file=sys.stderr, flush=True)


class Program(NamedTuple):
    """A program that is measured.

    Attributes:
        name: In the table.
        session: Its terminal.
        limit: The most that our bytes may be, as a share of its own; None for ourselves.
    """

    name: str
    session: PtySession
    limit: float | None


class Copy:
    """The lines of our list as a file.

    Args:
        ours: The dashboard.
        labels: Of its jobs.
        path: Of the file.
    """

    def __init__(self, ours: PtySession, labels: Sequence[str], path: Path) -> None:
        self._ours = ours
        self._labels = labels
        self._path = path
        self._lines: list[str] = []
        self._picture = Picture()
        self._screen = self._picture.lines()
        self._bytes = 0

    def update(self) -> list[str]:
        """Brings the file up to what is on screen now, and returns the whole screen."""
        if self._ours.byte_count == self._bytes:
            return self._screen
        self._bytes = self._ours.byte_count
        self._picture.follow(self._ours)
        self._screen = self._picture.lines()
        # The selected job is named once more below the list.
        rows = [line for line in self._screen if any(label in line for label in self._labels)]
        lines = rows[: len(self._labels)]
        if lines != self._lines:
            self._lines = lines
            fresh = self._path.with_suffix(".new")
            fresh.write_text("\n".join(lines) + "\n", encoding="utf-8")
            fresh.replace(self._path)  # a reader sees the old lines or the new ones
        return self._screen


def main() -> int:
    """Measures and prints.

    Returns:
        0, or 1 if the measurement could not be made.
    """
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.wire", description="Measures the bytes on the wire."
    )
    parser.add_argument("--minutes", type=float, default=60.0, help="how long (default: 60)")
    arguments = parser.parse_args()
    # An orderly end, which takes along the programs that are being measured.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        _measure(arguments.minutes)
    except MeasurementError as error:
        _tell(f"not measured: {error}")
        return 1
    return 0


def _measure(minutes: float) -> None:
    for name in ("htop", "watch"):
        if shutil.which(name) is None:
            raise MeasurementError(f"{name} is not installed")
    with ExitStack() as stack:
        server = stack.enter_context(Loopback("hundred"))
        place, elsewhere = stack.enter_context(home()), stack.enter_context(home())
        ours = stack.enter_context(_dashboard(place, server))
        lines = elsewhere.path / "lines"
        copy = Copy(ours, [job["label"] for job in server.jobs[:_JOBS]], lines)
        _tell("starting …")
        _until([ours], lambda: _stands(copy.update()), "dashboard with all jobs read")
        programs = _others(ours, elsewhere, server, lines, stack)
        sessions = [program.session for program in programs]
        _until(sessions, lambda: all(session.byte_count for session in sessions), "first frames")
        _run(sessions, copy, _NOTICES)
        _until(sessions, lambda: time.perf_counter() - ours.chunks[-1].at >= 1, "quiet second")

        _tell(f"measuring for {minutes:g} min …")
        copy.update()
        begin, began = time.perf_counter(), time.time()
        _run(sessions, copy, minutes * _MINUTE)
        end, ended = time.perf_counter(), time.time()

        _check(server)
        calls = sum(began <= call["time"] < ended for call in server.calls())
        load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
        print(_table(programs, begin, end))
        print(f"\ncalls made by zcbulk-tui: {calls:,}, {calls / minutes:.1f} a minute")
        print(_TERMS.format(load=load))


def _dashboard(place: Home, server: Loopback) -> PtySession:
    place.connect(server)
    place.configure(_CONFIGURATION)
    place.watch(server, _JOBS)
    return place.dashboard()


def _others(
    ours: PtySession, place: Home, server: Loopback, lines: Path, stack: ExitStack
) -> list[Program]:
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(place.path),
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
    }

    def start(*command: str) -> PtySession:
        return stack.enter_context(PtySession(command, environment, str(place.path)))

    script = start("watch", "-n", "2", sys.executable, _SCRIPT, server.base_url, str(_JOBS))
    return [
        Program("zcbulk-tui", ours, None),
        Program("htop", start("htop"), 1 / 3),
        Program("watch, a script", script, 1),
        Program("watch, our lines", start("watch", "-n", "2", "cat", lines.name), 1),
    ]


def _stands(screen: Sequence[str]) -> bool:
    return f"{_JOBS} running" in screen[0] and "connected" in screen[0]


def _until(
    sessions: Sequence[PtySession],
    condition: Callable[[], bool],
    what: str,
    timeout: float = 180.0,
) -> None:
    """Reads what all write until a condition holds.

    Raises:
        MeasurementError: It does not in time.
    """
    end = time.perf_counter() + timeout
    while not condition():
        if time.perf_counter() > end:
            raise MeasurementError(f"No {what} within {timeout:g} s")
        pump(sessions, _LOOK)


def _run(sessions: Sequence[PtySession], copy: Copy, seconds: float) -> None:
    end = time.perf_counter() + seconds
    while (left := end - time.perf_counter()) > 0:
        pump(sessions, min(_LOOK, left))
        copy.update()


def _check(server: Loopback) -> None:
    states = Counter(job["state"] for job in _jobs(server)[:_JOBS])
    if states["RUNNING"] != _JOBS:
        raise MeasurementError(f"Not all of the jobs have run to the end: {dict(states)}")


def _jobs(server: Loopback) -> list[dict[str, Any]]:
    """How the jobs stand now; the server's own attribute tells how they stood at the start."""
    with urllib.request.urlopen(f"{server.base_url}/simulator/jobs", timeout=30) as answer:
        jobs: list[dict[str, Any]] = json.load(answer)
    return jobs


def _table(programs: Sequence[Program], begin: float, end: float) -> str:
    ours, *_ = (totals := [_by_minute(program.session, begin, end) for program in programs])
    rows = [("", "bytes", "B/s", "worst minute", "ours to it", "limit", "")]
    for (name, _, limit), minutes in zip(programs, totals, strict=True):
        total = sum(minutes)
        figures = (name, f"{total:,}", f"{total / (end - begin):.1f}", f"{max(minutes):,}")
        if limit is None:
            rows.append((*figures, "", "", ""))
            continue
        share = sum(ours) / total if total else float("inf")
        verdict = "ok" if share < limit else "over"
        rows.append((*figures, f"×{share:.3f}", f"×{limit:.3f}", verdict))
    return aligned(rows, left=(0, 6))


def _by_minute(session: PtySession, begin: float, end: float) -> list[int]:
    """Bytes in each minute; the odd second at the end belongs to the last."""
    minutes = [0] * max(round((end - begin) / _MINUTE), 1)
    for at, data in session.chunks:
        if begin <= at < end:
            minutes[min(int((at - begin) // _MINUTE), len(minutes) - 1)] += len(data)
    return minutes


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
