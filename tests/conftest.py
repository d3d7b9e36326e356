"""What holds for every test."""

import os

import pytest

from tests.support.commands import NO_KEYRING
from tests.support.properties import unhurried

unhurried()


def pytest_xdist_auto_num_workers() -> int:
    """Two more processes than cores: many tests wait for a terminal or for a screen."""
    return (os.cpu_count() or 1) + 2


@pytest.fixture(autouse=True)
def nothing_of_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads the configuration, the state, a token or the keyring of whoever runs it."""
    for name in [name for name in os.environ if name.startswith("ZCBULK_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", NO_KEYRING)
