"""The help on the screen: it scrolls, is filtered as typed, and closes."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from textual.app import App
from textual.pilot import Pilot

from tests.support.commands import PATIENCE
from tests.tui.picture import text_on
from zcbulk_tui.render.glyphs import ASCII, UNICODE, Glyphs
from zcbulk_tui.tui import screens
from zcbulk_tui.tui.keys import KEYS, Key, keymap
from zcbulk_tui.tui.own_keys import remapped
from zcbulk_tui.tui.palettes import PALETTES
from zcbulk_tui.tui.screens.help import HelpScreen
from zcbulk_tui.tui.themes import textual_theme

LAST = "Of the last poll;"


class HelpApp(App[None]):
    """An app with the colours of the watch screen."""

    CSS_PATH = Path(screens.__file__).parent / "watch.tcss"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The colours of the first theme."""
        return textual_theme("dark", PALETTES["dark"]).variables


class Open:
    """The help on a screen."""

    def __init__(self, app: HelpApp, pilot: Pilot[None]) -> None:
        self.app = app
        self._pilot = pilot

    async def press(self, *keys: str) -> None:
        """Presses keys."""
        await self._pilot.press(*keys)
        await self._pilot.pause()

    async def resize(self, width: int, height: int) -> None:
        """Gives the terminal another size."""
        await self._pilot.resize_terminal(width, height)
        await self._pilot.pause()

    @property
    def is_open(self) -> bool:
        """Whether it is still there."""
        return isinstance(self.app.screen, HelpScreen)

    def lines(self) -> list[str]:
        """What is on the screen."""
        return text_on(self.app)

    @property
    def first(self) -> int:
        """The place of the first line that is shown, as the head says it."""
        return int(self.lines()[0].split()[1].split("-")[0])

    def shows(self, text: str) -> bool:
        """Whether it is on the screen."""
        return any(text in line for line in self.lines())


@asynccontextmanager
async def help_screen(
    keys: Sequence[Key] = KEYS,
    size: tuple[int, int] = (80, 24),
    *,
    read_only: bool = False,
    glyphs: Glyphs = UNICODE,
) -> AsyncIterator[Open]:
    app = HelpApp()
    app.set_keymap(keymap(keys))
    async with app.run_test(size=size) as pilot:
        await app.push_screen(HelpScreen(keys, read_only=read_only, glyphs=glyphs))
        help_ = Open(app, pilot)
        async with asyncio.timeout(PATIENCE):
            while not any(help_.lines()[2:]):  # a slow machine draws it some refreshes later
                await pilot.pause()
        yield help_


async def test_all_of_it_can_be_reached_page_by_page() -> None:
    async with help_screen(size=(60, 15)) as help_:
        seen = help_.lines()
        while not help_.shows(LAST):
            await help_.press("pagedown")
            page = help_.lines()
            assert page != seen[-len(page) :]
            seen += page
        said = " ".join(" ".join(seen).split())
        for key in KEYS:
            assert f" {key.shown} {key.help.split(maxsplit=1)[0]} " in said, key


async def test_scrolling_by_keys_stays_within_it() -> None:
    async with help_screen() as help_:
        first = help_.lines()
        journey = [("j", 2), ("down", 3), ("k", 2), ("space", 23), ("pageup", 2), ("ctrl+d", 12)]
        for key, top in journey:
            await help_.press(key)
            assert (key, help_.first) == (key, top)
        await help_.press("G")
        last = help_.first
        assert help_.shows(LAST)
        await help_.press("j", "pagedown")
        assert help_.first == last
        await help_.press("g", "up", "ctrl+u")
        assert help_.lines() == first


async def test_it_is_filtered_as_typed() -> None:
    async with help_screen() as help_:
        before = help_.lines()
        await help_.press("slash", *"q?", "escape")
        assert help_.is_open
        assert help_.lines() == before, "Esc leaves the field, and clears it"
        await help_.press("G", "slash", *"a QU")
        shown = [line.strip() for line in help_.lines()]
        assert shown[0] == "Help"  # all of it is there: no place is said
        at = shown.index("Selected or marked jobs")
        assert [line.partition(" ")[2].strip() for line in shown[at + 1 : at + 3]] == [
            "Start the job, after a question. (2 to 5 calls)",
            "Abort the job, after a question. (2 to 5 calls)",
        ]
        assert not help_.shows("Move")
        await help_.press("x")
        assert help_.shows("Nothing matches.")
        await help_.press("backspace", "enter")
        assert help_.shows("Start the job")
        assert help_.shows("clear the filter")
        await help_.press("escape")
        assert help_.is_open
        assert help_.shows("Select the next job;")
        await help_.press("escape")
        assert not help_.is_open


async def test_it_closes_with_the_key_that_opens_it_and_with_q() -> None:
    async with help_screen() as help_:
        for key in ("question_mark", "q"):
            await help_.press(key)
            assert not help_.is_open
            await help_.app.push_screen(HelpScreen(KEYS, read_only=False, glyphs=UNICODE))


async def test_it_names_own_keys_and_closes_with_the_one_that_opens_it() -> None:
    async with help_screen(remapped(KEYS, {"help": "f1", "start": "ctrl+x"}), (80, 40)) as help_:
        assert help_.shows("ctrl+x ")
        await help_.press("question_mark")
        assert help_.is_open
        await help_.press("f1")
        assert not help_.is_open


async def test_read_only_has_no_start_and_no_abort_and_glyphs_are_those_of_the_list() -> None:
    async with help_screen(size=(120, 120), read_only=True, glyphs=ASCII) as help_:
        assert not help_.shows("Start the job")
        assert not help_.shows("Abort the job")
        assert help_.shows("Poll the job now.")
        assert help_.shows(f"{ASCII.failed * 4} ")
        assert not help_.shows(UNICODE.success)


async def test_another_size_keeps_the_place_within_it() -> None:
    async with help_screen() as help_:
        await help_.press("G")
        await help_.resize(60, 15)
        assert help_.first > 1
        await help_.resize(120, 150)
        assert help_.shows("Select the next job;")
        assert help_.shows(LAST)
