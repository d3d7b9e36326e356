"""One screen in an app of its own: no jobs, no calls, nothing behind it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self

from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen

from tests.tui.picture import text_on
from zcbulk_tui.tui import screens
from zcbulk_tui.tui.palettes import PALETTES
from zcbulk_tui.tui.themes import textual_theme

_DEADLINE = 60.0
_LOOK = 0.01


class Alone(App[None]):
    """Nothing but one screen, in the colours of the dashboard.

    Attributes:
        opened: The screen.
        answers: What it was closed with, each time.
        pilot: Presses the keys.
    """

    CSS_PATH = Path(next(iter(screens.__path__))) / "watch.tcss"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The colours of the first theme."""
        return textual_theme("dark", PALETTES["dark"]).variables

    def __init__(self, opened: Screen[Any]) -> None:
        super().__init__()
        self.opened = opened
        self.answers: list[Any] = []
        self.pilot: Pilot[None]

    def on_mount(self) -> None:
        self.show(self.opened)

    def show(self, opened: Screen[Any]) -> None:
        """Opens another screen, or one once more."""
        self.opened = opened
        self.push_screen(opened, self.answers.append)

    @asynccontextmanager
    async def open(self, width: int = 120, height: int = 36) -> AsyncIterator[Self]:
        """Runs it."""
        async with self.run_test(size=(width, height)) as self.pilot:
            await self.pilot.pause()
            yield self

    async def press(self, *keys: str) -> None:
        """Presses keys."""
        await self.pilot.press(*keys)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Waits for something to come true."""
        async with asyncio.timeout(_DEADLINE):
            while not condition():
                await self.pilot.pause(_LOOK)

    def text(self) -> str:
        """What is on the screen, without borders and as one line."""
        lines = (line.replace("│", " ").replace("▌", " ") for line in text_on(self))
        return " ".join(" ".join(lines).split())
