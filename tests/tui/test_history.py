"""The history screen: its keys, what it follows, and what it draws anew."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.geometry import Region
from textual.pilot import Pilot

from tests.render.histories import event, history, read, start
from tests.support.jobs import NOW
from tests.tui.picture import text_on
from zcbulk_tui.domain.job import JobState
from zcbulk_tui.domain.records import History
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.render.glyphs import UNICODE
from zcbulk_tui.tui import screens
from zcbulk_tui.tui.keys import KEYS
from zcbulk_tui.tui.palettes import PALETTES
from zcbulk_tui.tui.screens.history import HistoryScreen
from zcbulk_tui.tui.themes import textual_theme
from zcbulk_tui.tui.widgets.lines import Lines

READINGS = [
    read(0, 0, state=JobState.READY),
    read(10, 100),
    read(20, 200),
    read(30, 300, 5),
    read(40, 400, 6),
    read(50, 500, 7),
]
OF = history(*READINGS, events=(event(30, "Failed records: 5"),), commands=(start(4),))


class HistoryApp(App[None]):
    """A history and nothing else.

    Attributes:
        memory: What is remembered; an error where it cannot be read.
        now: The moment.
        history: The screen.
    """

    CSS_PATH = Path(next(iter(screens.__path__))) / "watch.tcss"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The colours of the first theme."""
        return textual_theme("dark", PALETTES["dark"]).variables

    def __init__(self, memory: History | ConfigError) -> None:
        super().__init__()
        self.memory = memory
        self.now: datetime = NOW + timedelta(seconds=60)
        self.pilot: Pilot[None]
        self.history = HistoryScreen(self._load, glyphs=UNICODE, now=lambda: self.now, keys=KEYS)

    def on_mount(self) -> None:
        self.push_screen(self.history)

    def _load(self) -> History:
        if isinstance(self.memory, ConfigError):
            raise self.memory
        return self.memory

    @asynccontextmanager
    async def open(self, width: int = 80, height: int = 24) -> AsyncIterator["HistoryApp"]:
        """Runs it."""
        async with self.run_test(size=(width, height)) as self.pilot:
            await self.pilot.pause()
            yield self

    async def press(self, *keys: str) -> None:
        """Presses keys."""
        await self.pilot.press(*keys)

    async def remember(self, memory: History | ConfigError) -> None:
        """Lets the memory change, and the screen look at it."""
        self.memory = memory
        self.history.show_history()
        await self.pilot.pause()

    def shown(self) -> str:
        """What is on the screen."""
        return "\n".join(text_on(self))


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 15)])
async def test_it_opens_on_the_last_reading(size: tuple[int, int]) -> None:
    async with HistoryApp(OF).open(*size) as app:
        shown = app.shown()
        for part in ("Employees", "running", UNICODE.here, "493", "close"):
            assert part in shown
        assert "6 of 6" in shown or "6/6" in shown
        assert app.history.cursor == 5


WALK = [
    ("comma", 4),
    ("left", 3),
    ("home", 0),
    ("comma", 0),
    ("full_stop", 1),
    ("right", 2),
    ("end", 5),
    ("full_stop", 5),
    ("less_than_sign", 3),
    ("less_than_sign", 1),
    ("less_than_sign", 0),
    ("greater_than_sign", 1),
    ("greater_than_sign", 3),
    ("greater_than_sign", 5),
    ("g", 0),
    ("G", 5),
]
"""Keys, and the reading that each of them goes to; 1 and 3 show a change."""


async def test_the_keys_go_from_reading_to_reading() -> None:
    async with HistoryApp(OF).open(60, 15) as app:
        for step, (key, cursor) in enumerate(WALK):
            await app.press(key)
            assert app.history.cursor == cursor, step
        await app.press("g")
        await app.pilot.pause()
        assert "1 of 6" in app.shown()


async def test_each_of_three_keys_closes_it() -> None:
    async with HistoryApp(OF).open(60, 15) as app:
        for key in ("escape", "h", "q"):
            screen = HistoryScreen(lambda: OF, glyphs=UNICODE, now=lambda: NOW, keys=KEYS)
            await app.push_screen(screen)
            await app.press(key)
            assert app.screen is app.history, key


async def test_on_the_last_reading_the_cursor_follows_new_ones() -> None:
    async with HistoryApp(OF).open() as app:
        await app.remember(history(*READINGS, read(60, 600, 7)))
        assert "7 of 7" in app.shown()


async def test_elsewhere_it_stays_on_its_reading_also_when_others_are_dropped() -> None:
    async with HistoryApp(OF).open() as app:
        await app.press("comma")
        await app.remember(history(*READINGS, read(60, 600, 7)))
        assert "5 of 7" in app.shown()
        await app.remember(history(*READINGS[::2], read(60, 600, 7)))
        assert "3 of 4" in app.shown()
        assert "success   400" in app.shown()


async def test_the_first_reading_comes_while_it_is_open() -> None:
    async with HistoryApp(history()).open() as app:
        assert "Not read yet." in app.shown()
        for key in ("comma", "full_stop", "less_than_sign", "greater_than_sign", "g", "G"):
            await app.press(key)
        assert app.history.cursor == -1
        await app.remember(history(READINGS[0]))
        assert "1 of 1" in app.shown()
        await app.remember(history())
        assert "Not read yet." in app.shown()


async def test_a_memory_that_cannot_be_read_says_why_until_it_can() -> None:
    broken = ConfigError("The memory is broken", "It is a [b]directory[/b].", "Move it away.")
    async with HistoryApp(broken).open() as app:
        assert "The memory is broken. It is a [b]directory[/b]. Move it away." in app.shown()
        await app.press("comma", "less_than_sign", "g", "G")
        await app.remember(OF)
        assert "6 of 6" in app.shown()
        await app.press("comma")
        await app.remember(broken)
        assert "The memory is broken." in app.shown()
        assert "Employees" in app.shown()
        await app.remember(OF)
        assert "5 of 6" in app.shown()


async def test_it_fits_a_screen_that_changes() -> None:
    async with HistoryApp(OF).open(120, 40) as app:
        await app.pilot.resize_terminal(60, 15)
        await app.pilot.pause()
        shown = app.shown().splitlines()
        assert "6 of 6" in app.shown()
        assert "close" in shown[-1]
        assert max(map(len, shown)) <= 60


async def test_nothing_is_drawn_anew_that_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    async with HistoryApp(OF).open() as app:
        asked: list[Region] = []
        lines = app.history.query_one(Lines)
        refresh = lines.refresh

        def listening(*regions: Region, **options: Any) -> Lines:
            asked.extend(regions)
            return refresh(*regions, **options)

        monkeypatch.setattr(lines, "refresh", listening)
        await app.remember(history(*READINGS, events=OF.events, commands=OF.commands))
        assert asked == []
        await app.press("comma")
        assert 0 < len(asked) <= 7, "the line of the cursor, two of the reading, the list"
        assert all(region.height == 1 for region in asked)


async def test_it_looks_again_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zcbulk_tui.tui.screens.history._TICK", 0.02)
    async with HistoryApp(OF).open() as app:
        app.memory = history(*READINGS, read(60, 600, 7))
        for _ in range(200):
            if app.history.cursor == 6:
                break
            await app.pilot.pause(0.01)
        assert "7 of 7" in app.shown()
