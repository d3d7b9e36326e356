"""The benchmark of commands, in small: nothing doubled, nothing untrue."""

import pytest

from tests.benchmarks import commands
from tests.benchmarks.command_tally import Tally
from tests.support.virtual_time import run_virtual


@pytest.mark.parametrize("keys", [True, False], ids=["keys", "commands"])
def test_what_is_said_and_written_is_what_happened(keys: bool) -> None:
    tally = Tally()
    run_virtual(commands._in_virtual_time(40, 1, tally, keys=keys))
    assert sum(tally.outcomes.values()) >= 40
    assert (tally.doubled, tally.words, tally.records) == ([], [], [])
