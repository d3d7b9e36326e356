"""Programs on terminals of their own, for somebody who has nothing but an empty home."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.commands import PROGRAM, environment
from tests.support.simulators import SimulatorThread
from tests.support.terminal import Terminal

Open = Callable[..., Terminal]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home with the state folder in it."""
    return tmp_path / "home"


@pytest.fixture
def on_terminal(home: Path) -> Iterator[Open]:
    """Starts ``zcbulk-tui`` on a terminal; it is gone after the test."""
    with ExitStack() as stack:

        def start(
            *arguments: str, env: Mapping[str, str] | None = None, columns: int = 120
        ) -> Terminal:
            command = [*PROGRAM, *arguments]
            return stack.enter_context(Terminal(command, env or environment(home), columns=columns))

        yield start


@pytest.fixture
def simulator() -> Iterator[SimulatorThread]:
    """The steady scenario."""
    with SimulatorThread.serving() as running:
        yield running
