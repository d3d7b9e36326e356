"""How long and how often things are measured."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """Runs and durations.

    Attributes:
        starts: Rounds of starts; each starts every program once.
        window: Seconds of a steady window.
        windows: How many of them.
        minutes: Minutes of calls for which the polled dashboard is watched.
        finished: Finished jobs of the idle dashboard.
        keys: Keys pressed.
        rounds: Programs in which jobs are filtered and sorted.
        hang: Seconds for which the terminal does not read.
    """

    starts: int
    window: float
    windows: int
    minutes: int
    finished: int
    keys: int
    rounds: int
    hang: float


FULL = Plan(starts=15, window=24, windows=3, minutes=2, finished=100, keys=64, rounds=3, hang=120)

QUICK = Plan(starts=5, window=6, windows=2, minutes=1, finished=40, keys=64, rounds=1, hang=20)
"""The finished jobs are few enough to be read within the first minute's calls."""
