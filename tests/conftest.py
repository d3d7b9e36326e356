"""What holds for every test."""

import os

import pytest

from tests.support.properties import unhurried
from zcbulk_tui.config import load, paths, secrets

unhurried()


def pytest_xdist_auto_num_workers() -> int:
    """One more process than there are cores: some tests wait for a terminal most of the time."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(autouse=True)
def nothing_of_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads the configuration, the state or the token of whoever runs it."""
    for name in (load.BASE_URL, paths.CONFIG, paths.STATE_DIR, secrets.ACCESS_TOKEN):
        monkeypatch.delenv(name, raising=False)
