"""The simulator with a clock that stands still."""

import pytest

from tests.simulator.support import ManualClock
from tests.support.simulators import labelled
from zcbulk_tui.simulator.accounts import Accounts
from zcbulk_tui.simulator.clock import Timeline
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.jobs import Job
from zcbulk_tui.simulator.scenarios import build


@pytest.fixture
def clock() -> ManualClock:
    """Stands still until it is told to go on."""
    return ManualClock()


@pytest.fixture
def timeline(clock: ManualClock) -> Timeline:
    """Simulated time, as fast as the clock."""
    return Timeline(clock)


@pytest.fixture
def accounts(timeline: Timeline) -> Accounts:
    """An accounts server of its own."""
    return Accounts(timeline)


@pytest.fixture
def creator(clock: ManualClock) -> Creator:
    """The steady scenario."""
    return build("steady", clock=clock)


@pytest.fixture
def running(creator: Creator) -> Job:
    """A job that runs."""
    return labelled(creator, "Customers")
