import pytest

from tests.simulator.support import ManualClock
from zcbulk_tui.simulator.clock import Timeline, written


def test_simulated_time_runs_faster_from_the_same_start() -> None:
    clock = ManualClock(100.0)
    timeline = Timeline(clock, speed=10.0)
    assert timeline.now() == timeline.start == 100.0
    clock.now += 3
    assert timeline.now() == 130.0


def test_time_must_run_forwards() -> None:
    with pytest.raises(ValueError, match="speed"):
        Timeline(ManualClock(), speed=0)


def test_a_moment_as_creator_writes_it() -> None:
    assert written(1_773_225_000.0) == "11-Mar-2026 10:30:00"
