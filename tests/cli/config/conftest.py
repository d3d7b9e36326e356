"""Nothing is configured, and the file is where the variable says."""

import os
from pathlib import Path

import pytest

from zcbulk_tui.config import paths


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of ours is set but the state folder."""
    for name in list(os.environ):
        if name.startswith("ZCBULK_") and name != paths.STATE_DIR:
            monkeypatch.delenv(name)


@pytest.fixture
def file(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The named place of the configuration file; nothing is there."""
    place = home / "settings" / "deep" / "zcbulk.toml"
    monkeypatch.setenv(paths.CONFIG, str(place))
    return place
