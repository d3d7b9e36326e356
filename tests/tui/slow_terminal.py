"""A terminal that can stop reading, and that shows what has arrived."""

from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import pyte
from textual.app import App
from textual.drivers.headless_driver import HeadlessDriver

from tests.support.terminal import lines_of

Shown = TypeVar("Shown", bound=App[Any])


class SlowTerminal(HeadlessDriver):
    """A driver whose writes are queued, and read by a terminal as soon as it likes.

    Attributes:
        frames: Writes so far, read or not.
        reads: Whether the terminal reads; while it does not, writes pile up.
        written: Everything that was written, read or not.
    """

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self.frames = 0
        self.reads = True
        self.written: list[str] = []
        width, height = options["size"]
        self._terminal = pyte.Screen(width, height)
        self._stream = pyte.Stream(self._terminal)
        self._unread: deque[str] = deque()
        # Where Textual's drivers keep what the terminal has not taken yet.
        self._writer_thread = self
        self._queue = self

    @property
    def is_headless(self) -> bool:
        """So that the app writes what it draws."""
        return False

    def write(self, data: str) -> None:
        """Takes a frame."""
        self.frames += 1
        self.written.append(data)
        self._unread.append(data)
        if self.reads:
            self.catch_up()

    @property
    def last(self) -> str:
        """The newest write."""
        return self.written[-1]

    def qsize(self) -> int:
        """Writes that the terminal has not taken."""
        return len(self._unread)

    def fill(self, writes: int) -> None:
        """Leaves writes waiting that show nothing."""
        self.reads = False
        self._unread.extend([""] * writes)

    def read_one(self) -> None:
        """Lets the terminal read a single write."""
        self._stream.feed(self._unread.popleft())

    def catch_up(self) -> None:
        """Lets the terminal read everything."""
        self.reads = True
        while self._unread:
            self.read_one()

    def resize(self, width: int, height: int) -> None:
        """Takes another size; what was shown is gone, as after a redraw from nothing."""
        self._terminal.resize(height, width)
        self._terminal.reset()

    def shown(self) -> list[str]:
        """The lines of the terminal, without blanks at their ends."""
        return [line.rstrip() for line in lines_of(self._terminal)]


@asynccontextmanager
async def on_slow_terminal(
    app: Shown, width: int = 80, height: int = 24
) -> AsyncIterator[tuple[Shown, SlowTerminal]]:
    """Runs an app that was made for such a terminal, until all has been drawn at the start."""
    async with app.run_test(headless=False, size=(width, height)) as pilot:
        for _ in range(3):
            await pilot.pause()
        terminal = app._driver
        assert isinstance(terminal, SlowTerminal)
        yield app, terminal
