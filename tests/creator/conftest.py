"""The simulator as an accounts server, and a network to it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.creator.sign_ins import ManualWorld, world
from tests.creator.signing_in import network
from zcbulk_tui.creator.network import Network


@pytest.fixture
def at_zoho(tmp_path: Path) -> Iterator[ManualWorld]:
    """The simulator with a clock that stands still."""
    with world(tmp_path) as made:
        yield made


@pytest.fixture
async def wire() -> AsyncIterator[Network]:
    """A network that is closed at the end."""
    async with network() as made:
        yield made
