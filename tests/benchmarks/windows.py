"""Calls of one window and of three with a script beside them, over the same jobs.

``python -m tests.benchmarks.windows [--seconds N]`` runs a simulator with 20 running jobs twice:
for one dashboard, and for three with ``zcbulk-tui status`` again and again. At the end it kills
the one of the three that polls. The exit code is 1 if three windows took clearly more calls than
one, if a command made a call while a window polled, if a job was asked before its time, or if
nobody took the place of the one that was killed in time.
"""

import argparse
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from tests.benchmarks.picture import Picture
from tests.benchmarks.pty_session import MeasurementError
from tests.support.asked import Asked
from tests.support.window_stage import Commands, Stage, make_stage
from zcbulk_tui.domain.budget import Cause

_JOBS = 20
_MORE = 1.05
"""How many times the calls of one window several may take: a plan depends on its moments."""

_TAKEN_OVER = 10.0
_BEFORE_DEATH, _AFTER_DEATH = 5.0, 10.0
"""Seconds around the death of a window of which it is told how often each job was asked."""


@dataclass(slots=True)
class Death:
    """What followed when the window that polled was killed; moments in seconds after that.

    Attributes:
        said: When another window no longer said that it shows what others read.
        called: When another window made the first call; None while none has.
        around: How often each job was asked around it.
        untold: Calls that the server has seen and nobody has written down.
        early: Calls before their time.
        by_script: Calls of commands.
    """

    said: float
    called: float | None
    around: Counter[str]
    untold: int
    early: int
    by_script: int


def main() -> int:
    """Measures and prints; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.windows",
        description="Measures what several windows cost beside one.",
    )
    parser.add_argument("--seconds", type=float, default=120.0, help="of each run (default: 120)")
    seconds = parser.parse_args().seconds
    try:
        one = _run_of_one(seconds)
        three, by_script, death = _run_of_three(seconds)
    except MeasurementError as error:
        print(f"windows: {error}", file=sys.stderr)
        return 2
    ratio = three / one
    print(f"three windows and a script beside one window: {ratio:.3f} times the calls")
    by_scripts = by_script or death.by_script
    wrong = ratio > _MORE or by_scripts or death.early or death.said > _TAKEN_OVER
    return 1 if wrong else 0


def _run_of_one(seconds: float) -> int:
    with make_stage(_JOBS) as stage, ExitStack() as stack:
        begun = time.time()
        stage.open(stack, 1)
        while time.time() < begun + seconds:
            stage.pump(0.5)
        calls = stage.calls(begun, begun + seconds)
        _print_calls(f"one window, {seconds:g} s", calls, stage.asked())
    return calls.total()


def _run_of_three(seconds: float) -> tuple[int, int, Death]:
    with make_stage(_JOBS) as stage, ExitStack() as stack:
        begun = time.time()
        stage.open(stack, 3)
        commands = stack.enter_context(Commands(stage))
        all_read = None
        while time.time() < begun + seconds:
            stage.pump(0.5)
            if all_read is None and _all_are_read(stage):
                all_read = time.time()
            if all_read is not None:
                commands.look()
        if all_read is None:
            raise MeasurementError("The jobs were not read in time")
        calls = stage.calls(begun, begun + seconds)
        _print_calls(f"three windows and a script, {seconds:g} s", calls, stage.asked())
        print(f"  commands: {commands.codes.total()}, by exit code {dict(commands.codes)}")
        by_script = _print_askers(stage)
        death = _kill_one(stage, commands)
    return calls.total(), by_script, death


def _kill_one(stage: Stage, commands: Commands) -> Death:
    """Kills the window that polls, and looks how the others take it."""
    dying = stage.window_that_polls()
    del stage.windows[dying]
    os.kill(dying.pid, signal.SIGKILL)
    died = time.time()
    said: float | None = None
    while (after := time.time() - died) < max(_AFTER_DEATH, _TAKEN_OVER) + 2 or said is None:
        if after > 60:
            raise MeasurementError("Nobody took the place of the window that was killed")
        stage.pump(0.1)
        commands.look()
        if said is None and any(map(_polls, stage.windows.values())):
            said = time.time() - died
    around = stage.calls(died - _BEFORE_DEATH, died + _AFTER_DEATH)
    asked = stage.asked(died)
    by_windows = [one for one in asked if one.record.cause is not Cause.SCRIPT]
    first = min((one.record.at.timestamp() for one in by_windows), default=None)
    early = [one for one in asked if one.is_early]
    by_script = sum(one.record.cause is Cause.SCRIPT for one in asked)
    # The log goes first: a call that comes in between is in the memory only.
    seen = stage.calls(0, float("inf")).total()
    death = Death(
        said,
        None if first is None else first - died,
        around,
        max(seen - len(stage.asked()), 0),
        len(early),
        by_script,
    )
    _print_death(death)
    return death


def _print_calls(what: str, calls: Counter[str], asked: Sequence[Asked]) -> None:
    each = calls.values()
    print(f"{what}: {calls.total()} status calls")
    print(
        f"  each of {len(calls)} jobs: {min(each)} to {max(each)}, "
        f"{calls.total() / len(calls):.1f} on average"
    )
    reasons = Counter(one.record.why for one in asked)
    print(f"  why: {', '.join(f'{why} {times}' for why, times in reasons.most_common())}")
    print(f"  before their time by the plan: {sum(one.is_early for one in asked)}", flush=True)


def _print_askers(stage: Stage) -> int:
    """Prints who has made the calls; returns how many of them commands have made."""
    with stage.memory() as database:
        names = dict(database.rows("SELECT id, name FROM windows"))
        readings = database.rows("SELECT by_window, count(*) FROM readings GROUP BY by_window")
        causes = dict(database.rows("SELECT cause, count(*) FROM calls GROUP BY cause"))
    by_name = {names.get(number, "commands"): times for number, times in readings}
    told = ", ".join(f"{name}: {by_name.get(name, 0)}" for name in [*names.values(), "commands"])
    print(f"  readings by process: {told}")
    causes.setdefault(Cause.SCRIPT.value, 0)
    told = ", ".join(f"{cause} {times}" for cause, times in causes.items())
    print(f"  calls by cause: {told}", flush=True)
    return int(causes[Cause.SCRIPT.value])


def _print_death(death: Death) -> None:
    print("the window that polls, killed:")
    called = "none" if death.called is None else f"{death.called:.1f} s"
    print(f"  another one polls, by its status line, after: {death.said:.1f} s")
    print(f"  first call of another window after: {called}")
    times = Counter(death.around.values())
    often = ", ".join(f"{jobs} jobs {n} times" for n, jobs in sorted(times.items()))
    print(
        f"  asked from {_BEFORE_DEATH:g} s before to {_AFTER_DEATH:g} s after:"
        f" {_JOBS - len(death.around)} jobs 0 times, {often or 'no job more'}"
    )
    print(f"  calls after it before their time by the plan: {death.early}")
    print(f"  calls after it by the script: {death.by_script}")
    print(f"  calls in all that nobody has written down: {death.untold}", flush=True)


def _all_are_read(stage: Stage) -> bool:
    return all(f"{_JOBS} running" in picture.lines()[0] for picture in stage.windows.values())


def _polls(picture: Picture) -> bool:
    line = picture.lines()[0]
    return "connected" in line and " via " not in line


if __name__ == "__main__":
    sys.exit(main())
