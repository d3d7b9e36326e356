"""How often the windows look at each other."""

import pytest


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A window without others looks seldom, so that a day is over soon; set by test modules."""
    monkeypatch.setattr("zcbulk_tui.monitor.monitor.TICK", 300.0)
