"""A terminal that is too small: one sentence, no key, and everything as it was afterwards.

And sizes that no screen has.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.geometry import Size
from textual.message import Message
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

from tests.tui.slow_terminal import SlowTerminal
from tests.tui.stage import Stage
from tests.tui.terminal.test_output_gate import comes_true
from zcbulk_tui.tui.terminal.size import SMALLEST, SmallScreen, clamp, too_small

ROOM, TOO_SMALL = (80, 24), (48, 12)


class _Question(ModalScreen[str]):
    def compose(self) -> ComposeResult:
        yield Label("Type the name:")
        yield Input(id="name")
        yield Input(id="other")


class _Shrinks(App[None]):
    """Counts with keys, asks a question, and quits."""

    BINDINGS = [("x", "count", "count"), ("d", "ask", "ask"), ("q", "leave", "leave")]  # noqa: RUF012 - as Textual has it

    def __init__(self) -> None:
        super().__init__(driver_class=SlowTerminal)
        self.counted = 0
        self.frames = 0
        self.small = SmallScreen(self, {"q": self.exit})

    def compose(self) -> ComposeResult:
        yield Static("the list")

    def action_count(self) -> None:
        self.counted += 1

    def action_ask(self) -> None:
        self.push_screen(_Question())

    async def on_event(self, event: events.Event) -> None:
        if not self.small.intercepts(event):
            await super().on_event(event)

    def post_display_hook(self) -> None:
        self.frames += 1
        self.small.after_frame()

    @asynccontextmanager
    async def open(
        self, size: tuple[int, int] = ROOM, *, toasts: bool = False
    ) -> AsyncIterator[Pilot[None]]:
        async with self.run_test(
            headless=False, size=size, notifications=toasts, tooltips=True
        ) as pilot:
            await settle(pilot)
            yield pilot

    async def resize(self, pilot: Pilot[None], size: tuple[int, int]) -> None:
        """Gives it a terminal of another size."""
        assert isinstance(self._driver, SlowTerminal)
        self._driver.resize(*size)
        await pilot.resize_terminal(*size)
        await settle(pilot)

    def text(self) -> str:
        """What is on the terminal."""
        assert isinstance(self._driver, SlowTerminal)
        return " ".join(" ".join(self._driver.shown()).split())


async def settle(pilot: Pilot[Any]) -> None:
    """Waits for a layout, what it brings about, and the frames of both."""
    for _ in range(2):
        await pilot.pause()


@pytest.mark.parametrize(
    ("size", "fits"),
    [((60, 15), True), ((59, 15), False), ((60, 14), False)],
)
async def test_what_is_too_small(size: tuple[int, int], fits: bool) -> None:
    app = _Shrinks()
    async with app.open(size) as pilot:
        assert ("the list" in app.text()) is fits
        await pilot.press("x")
        assert app.counted == fits


async def test_it_says_what_is_needed_and_what_is_there() -> None:
    assert too_small(Size(48, 12)) == "This needs 60x15 at least; the terminal has 48x12."
    app = _Shrinks()
    async with app.open() as pilot:
        for size in (TOO_SMALL, (59, 14)):
            await app.resize(pilot, size)
            assert app.text() == too_small(Size(*size))


async def test_the_sentence_stands_in_the_middle() -> None:
    app = _Shrinks()
    async with app.open((58, 11)):
        assert isinstance(app._driver, SlowTerminal)
        lines = app._driver.shown()
        assert [number for number, line in enumerate(lines) if line] == [5]
        assert lines[5].startswith("    This needs ")


@pytest.mark.parametrize("size", [(1, 1), (2, 2)])
async def test_nothing_is_drawn_while_nothing_happens(size: tuple[int, int]) -> None:
    app = _Shrinks()
    async with app.open(size) as pilot:
        await pilot.pause(0.1)
        before = app.frames
        await pilot.pause(0.1)  # Textual draws 60 frames a second where it does not come to rest
        assert app.frames - before <= 1
        await app.resize(pilot, ROOM)
        assert app.text() == "the list"
        assert app.screen.styles.overflow_y == "auto"


async def test_growing_again_brings_back_what_was_there() -> None:
    app = _Shrinks()
    async with app.open() as pilot:
        for _ in range(2):
            await app.resize(pilot, TOO_SMALL)
            await pilot.press("x", "d")
            await app.resize(pilot, ROOM)
            assert app.text() == "the list"
            assert app.counted == 0
        await pilot.press("x")
        assert app.counted == 1
        assert [type(child).__name__ for child in app.screen.children].count("_Cover") == 0


async def test_a_dialog_keeps_its_focus_and_what_has_been_typed() -> None:
    app = _Shrinks()
    async with app.open() as pilot:
        await pilot.press("d", "tab", "a", "b")
        await app.resize(pilot, TOO_SMALL)
        assert app.text() == too_small(Size(*TOO_SMALL))
        await pilot.press("c", "tab", "enter", "escape")
        app.post_message(events.Paste("pasted"))
        await pilot.click(offset=(1, 1))
        await app.resize(pilot, ROOM)
        other = app.screen.query_one("#other", Input)
        assert (other.value, app.focused) == ("ab", other)
        await pilot.press("c")
        assert other.value == "abc"


async def test_a_dialog_that_comes_or_goes_meanwhile_is_covered() -> None:
    app = _Shrinks()
    async with app.open() as pilot:
        await app.resize(pilot, TOO_SMALL)
        app.action_ask()
        await settle(pilot)
        assert app.text() == too_small(Size(*TOO_SMALL))
        app.pop_screen()
        await settle(pilot)
        assert app.text() == too_small(Size(*TOO_SMALL))
        app.action_ask()
        await settle(pilot)
        await app.resize(pilot, ROOM)
        assert "Type the name:" in app.text()
        await pilot.press("q")  # typed
        assert app.screen.query_one("#name", Input).value == "q"


async def test_a_message_in_passing_is_covered_too() -> None:
    app = _Shrinks()
    async with app.open(toasts=True) as pilot:
        app.notify("in passing")
        await app.resize(pilot, TOO_SMALL)
        assert app.text() == too_small(Size(*TOO_SMALL))


@pytest.mark.parametrize("keys", [["q"], ["d", "q"]])
async def test_the_key_that_quits_does_also_over_a_dialog(keys: list[str]) -> None:
    app = _Shrinks()
    async with app.open() as pilot:
        await pilot.press(*keys[:-1])
        await app.resize(pilot, TOO_SMALL)
        await pilot.press("x", keys[-1])
        assert not app.is_running or app._exit


async def test_a_key_counts_only_when_the_picture_is_back() -> None:
    app = _Shrinks()
    async with app.open() as pilot:
        await app.resize(pilot, TOO_SMALL)
        # All at once: the key was pressed while there was nothing to be read.
        for event in (resized(*ROOM), key("x"), resized(*TOO_SMALL), key("x")):
            app.post_message(event)
        await settle(pilot)
        assert app.counted == 0
        assert isinstance(app._driver, SlowTerminal)
        app._driver.resize(*ROOM)
        app.post_message(resized(*ROOM))
        assert await comes_true(lambda: app.text() == "the list")
        app.post_message(key("x"))
        await settle(pilot)
        assert app.counted == 1


def resized(width: int, height: int) -> Message:
    """A new size."""
    return events.Resize(Size(width, height), Size(width, height))


def key(name: str) -> Message:
    """A key that is pressed."""
    return events.Key(name, name)


def test_the_least_size() -> None:
    assert Size(60, 15) == SMALLEST


@pytest.mark.parametrize(
    ("reported", "used"),
    [((65_535, 65_535), (1000, 300)), ((1000, 301), (1000, 300)), ((120, 36), (120, 36))],
)
def test_a_size_is_clamped(reported: tuple[int, int], used: tuple[int, int]) -> None:
    event = events.Resize(Size(*reported), Size(*reported))
    clamp(event)
    assert (event.size, event.virtual_size) == (Size(*used), Size(*used))


async def test_the_dashboard_gets_sizes_that_are_clamped() -> None:
    async with Stage().open() as stage:
        stage.app.post_message(events.Resize(Size(65_535, 65_535), Size(65_535, 65_535)))
        await stage.until(lambda: stage.screen.size == Size(1000, 300))
