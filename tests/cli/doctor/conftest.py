"""A doctor, and what it may find."""

import socket
from collections.abc import Iterator

import pytest

from tests.cli.doctor.examined import ACCOUNTS_URL, Doctor
from tests.support.commands import CANARY, CommandLine
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.server import LoopbackServer


@pytest.fixture
def doctor(cli: CommandLine) -> Doctor:
    return Doctor(cli)


@pytest.fixture
def creator() -> Creator:
    return build("steady", token=CANARY)


@pytest.fixture
def server(creator: Creator, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackServer]:
    """The simulator, as API and as accounts server."""
    with LoopbackServer(creator) as server:
        monkeypatch.setenv("ZCBULK_BASE_URL", server.base_url)
        monkeypatch.setenv(ACCOUNTS_URL, server.base_url)
        yield server


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> str:
    """An address at which nobody listens, as API and as accounts server."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    monkeypatch.setenv("ZCBULK_BASE_URL", url)
    monkeypatch.setenv(ACCOUNTS_URL, url)
    return url
