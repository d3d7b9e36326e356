"""The doctor on answers that were not as known."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.doctor.examined import Doctor
from tests.cli.remembering import database
from zcbulk_tui.domain.records import EventKind, JobEvent
from zcbulk_tui.store.memory import Memory
from zcbulk_tui.store.windows import NoWindow

pytestmark = pytest.mark.usefixtures("nobody")

SAID = "Place of the counts: known since 2026-11-30 as “inside”, seen now as “beside”"


def happened(home: Path, at: datetime) -> None:
    """An answer was not as known."""
    (home / "state").mkdir(exist_ok=True)
    with database(home) as opened:
        memory = Memory(opened, "default", NoWindow(opened, "default"))
        memory.happened(JobEvent(at, EventKind.CONTRACT, SAID))


def test_a_contradiction_has_a_line_for_a_week(doctor: Doctor, home: Path) -> None:
    assert "contradiction" not in doctor()
    happened(home, datetime.now(UTC) - timedelta(days=8))
    assert "contradiction" not in doctor()
    happened(home, datetime.now(UTC) - timedelta(days=6))
    grade, said, fix = doctor()["contradiction"]
    assert grade == "warn"
    assert said.endswith(f": {SAID}.")
    assert fix.endswith("doctor --probe --form NAME --environment development --anew")
