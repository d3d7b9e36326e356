"""Whoever is killed at any moment leaves a whole memory, with all that was said to be kept."""

from pathlib import Path

from tests.support.memory_kills import kill

STARTS = 12


def test_nothing_that_was_acknowledged_is_lost(tmp_path: Path) -> None:
    tally = kill(tmp_path, STARTS)
    assert tally.lost == []
    assert (tally.starts, tally.killed, tally.clean) == (STARTS, STARTS, STARTS)
    assert tally.records > 0
    assert tally.changes > 0
    assert all(tally.rows.values())
    assert 0 < tally.silent < STARTS, "all were killed at the same stage"
