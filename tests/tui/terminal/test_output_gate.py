"""A terminal that lags: drawing waits for it, and nothing is lost."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.pilot import Pilot
from textual.screen import Screen
from textual.timer import Timer, TimerCallback
from textual.widgets import Static

from tests.support.commands import PATIENCE
from tests.tui.slow_terminal import SlowTerminal
from tests.tui.stage import Stage
from zcbulk_tui.tui.app import DashboardApp
from zcbulk_tui.tui.terminal.output_gate import OutputGate

HUNG = 20
"""Writes that wait for a terminal that hangs; Textual stops everything at 30."""

SIZE = (30, 8)


class _Dialog(Screen[None]):
    def compose(self) -> ComposeResult:
        yield Static("Really?")


class Gated(App[None]):
    """Two counters behind a gate.

    Attributes:
        waits: Seconds of every timer that was set.
        told: What the gate has said of the link.
        time: Of its clock.
    """

    CSS = "Static { height: 1; width: 20; }"

    def __init__(self) -> None:
        super().__init__(driver_class=SlowTerminal)
        self.animation_level = "none"
        self.waits: list[float] = []
        self.told: list[bool] = []
        self.time = 0.0
        self.gate = OutputGate(self, on_slow=self.told.append, clock=lambda: self.time)
        self._looks_again = False

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static("first 0", id="first")
            yield Static("second 0", id="second")

    def post_display_hook(self) -> None:
        self.gate.after_frame(self._driver)

    def set_timer(
        self, delay: float, callback: TimerCallback | None = None, **options: Any
    ) -> Timer:
        if getattr(callback, "__self__", None) is self:  # one of Textual's own
            return super().set_timer(delay, callback, **options)
        assert not self._looks_again, "one timer at a time"
        self._looks_again = True
        self.waits.append(delay)

        def fired() -> object:
            self._looks_again = False
            return callback() if callback else None

        return super().set_timer(delay, fired, **options)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Pilot[None]]:
        """Runs it, until everything has been drawn that comes with the start."""
        async with self.run_test(headless=False, size=SIZE) as pilot:
            for _ in range(3):
                await pilot.pause()
            yield pilot

    @property
    def terminal(self) -> SlowTerminal:
        """Where it is shown."""
        assert isinstance(self._driver, SlowTerminal)
        return self._driver

    async def count(self, pilot: Pilot[None], name: str, number: int) -> None:
        """Shows another number; the layout stays."""
        self.query_one(f"#{name}", Static).update(f"{name} {number}", layout=False)
        await pilot.pause()

    async def hang(self, pilot: Pilot[None]) -> None:
        """Lets the terminal hang, and the gate notice it by a frame."""
        self.terminal.fill(HUNG)
        await self.count(pilot, "first", 1)

    async def let_hold_end(self) -> None:
        """Waits until the gate has seen that the terminal is back."""
        assert await comes_true(lambda: not self._looks_again)


async def comes_true(condition: Callable[[], bool]) -> bool:
    """Whether something comes true by itself in time; a pilot's pause would help it along."""
    try:
        async with asyncio.timeout(PATIENCE):
            while not condition():  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0.01)
    except TimeoutError:
        return False
    return True


async def assert_shows_what_a_redraw_shows(app: App[Any]) -> None:
    """Draws everything on a blank terminal, and holds it against what was shown."""
    terminal = app._driver
    assert isinstance(terminal, SlowTerminal)
    before, frames = terminal.shown(), terminal.frames
    terminal.resize(*app.size)
    if isinstance(app, DashboardApp):
        app._terminal.redraw()
    app.screen.refresh()
    assert await comes_true(lambda: terminal.frames > frames)
    assert terminal.shown() == before


async def test_nothing_is_held_while_the_terminal_keeps_up() -> None:
    app = Gated()
    async with app.open() as pilot:
        for number in range(1, 20):
            await app.count(pilot, "first", number)
            assert app.terminal.shown()[0] == f"first {number}"
        assert app.waits == []


async def test_a_few_writes_that_wait_are_no_reason_to_hold() -> None:
    app = Gated()
    async with app.open() as pilot:
        app.terminal.fill(3)
        for number in (1, 2, 3):
            before = app.terminal.frames
            await app.count(pilot, "first", number)
            assert app.terminal.frames == before + 1
        assert app.waits == []


async def test_nothing_is_drawn_while_the_terminal_hangs() -> None:
    app = Gated()
    async with app.open() as pilot:
        await app.hang(pilot)
        frames, waiting = app.terminal.frames, app.terminal.qsize()
        for number in range(30):
            await app.count(pilot, "second", number)
        assert (app.terminal.frames, app.terminal.qsize()) == (frames, waiting)


async def test_a_growing_backlog_never_comes_near_the_end_of_the_queue() -> None:
    app = Gated()
    async with app.open() as pilot:
        app.terminal.reads = False
        for number in range(30):
            await app.count(pilot, "first", number)
        assert 1 < app.terminal.qsize() < 15


async def test_a_terminal_that_is_slow_but_reads_is_still_held() -> None:
    app = Gated()
    async with app.open() as pilot:
        await app.hang(pilot)
        frames = app.terminal.frames
        while app.terminal.qsize() > 1:
            app.terminal.read_one()
            await app.count(pilot, "second", app.terminal.qsize())
            assert app.terminal.frames == frames


async def test_what_changed_in_the_meantime_is_drawn_when_the_terminal_is_back() -> None:
    app = Gated()
    async with app.open() as pilot:
        await app.hang(pilot)
        for number in range(10):
            await app.count(pilot, "second", number)
        frames = app.terminal.frames
        app.terminal.catch_up()
        assert await comes_true(lambda: app.terminal.shown()[1] == "second 9")
        assert app.terminal.shown()[0] == "first 1"
        assert app.terminal.frames == frames + 1, "all of it at once"


async def test_a_layout_that_changed_in_the_meantime_is_drawn_in_full() -> None:
    app = Gated()
    async with app.open() as pilot:
        await app.hang(pilot)
        await app.query_one(Vertical).mount(Static("above all"), before="#first")
        await pilot.pause()
        app.terminal.catch_up()
        expected = ["above all", "first 1", "second 0"]
        assert await comes_true(lambda: app.terminal.shown()[:3] == expected)
        await assert_shows_what_a_redraw_shows(app)


@pytest.mark.parametrize(("width", "height"), [(20, 5), (40, 12)])
async def test_another_size_in_the_meantime_is_drawn_in_full(width: int, height: int) -> None:
    app = Gated()
    async with app.open() as pilot:
        await app.hang(pilot)
        app.terminal.resize(width, height)
        await pilot.resize_terminal(width, height)
        await app.count(pilot, "second", 5)
        app.terminal.catch_up()
        expected = ["first 1", "second 5"]
        assert await comes_true(lambda: app.terminal.shown()[:2] == expected)
        await assert_shows_what_a_redraw_shows(app)


async def test_a_dialog_that_was_opened_in_the_meantime_is_there() -> None:
    app = Gated()
    async with app.open() as pilot:
        await app.hang(pilot)
        await app.push_screen(_Dialog())
        await pilot.pause()
        app.terminal.catch_up()
        assert await comes_true(lambda: app.terminal.shown()[0] == "Really?")
        assert app.terminal.shown()[1] == "", "and what was below it is covered"


async def test_a_dialog_that_was_closed_in_the_meantime_is_gone() -> None:
    app = Gated()
    async with app.open() as pilot:
        await app.push_screen(_Dialog())
        await pilot.pause()
        app.terminal.fill(HUNG)
        app.screen.refresh()
        await pilot.pause()
        await app.pop_screen()
        await pilot.pause()
        app.terminal.catch_up()
        assert await comes_true(lambda: app.terminal.shown()[0] == "first 0")
        await assert_shows_what_a_redraw_shows(app)


async def test_it_looks_again_now_and_then_and_does_nothing_else() -> None:
    app = Gated()
    async with app.open() as pilot:
        await app.hang(pilot)
        assert len(app.waits) == 1
        for number in range(30):
            await app.count(pilot, "second", number)
        assert await comes_true(lambda: len(app.waits) >= 4)
        assert all(0.05 <= seconds <= 0.5 for seconds in app.waits)
        app.terminal.catch_up()
        await app.let_hold_end()
        looks = len(app.waits)
        await app.count(pilot, "second", 200)
        assert len(app.waits) == looks, "nothing runs while the terminal keeps up"


async def test_a_terminal_may_hang_again_and_again() -> None:
    app = Gated()
    async with app.open() as pilot:
        for number in range(2, 5):
            await app.hang(pilot)
            await app.query_one("#second", Static).remove()
            await app.query_one(Vertical).mount(Static(f"second {number}", id="second"))
            app.terminal.catch_up()
            shown = f"second {number}"
            assert await comes_true(lambda: app.terminal.shown()[1] == shown)  # noqa: B023 - awaited at once
            await app.let_hold_end()
        await assert_shows_what_a_redraw_shows(app)


async def test_what_is_not_drawn_is_written_at_once() -> None:
    app = Gated()
    async with app.open():
        app.gate.write("one", "\x1b]2;one\x1b\\")
        app.gate.write("one", "\x1b]2;two\x1b\\")
        assert app.terminal.written[-2:] == ["\x1b]2;one\x1b\\", "\x1b]2;two\x1b\\"]


async def test_of_what_is_not_drawn_the_newest_is_written_when_the_terminal_is_back() -> None:
    app = Gated()
    async with app.open() as pilot:
        await app.hang(pilot)
        before = len(app.terminal.written)
        for number in range(40):
            app.gate.write("title", f"\x1b]2;{number}\x1b\\")
            app.gate.write("other", "\x1b]2;other\x1b\\")
        assert len(app.terminal.written) == before
        app.terminal.catch_up()
        await app.let_hold_end()
        expected = ["\x1b]2;39\x1b\\", "\x1b]2;other\x1b\\"]
        assert [data for data in app.terminal.written[before:] if "]2;" in data] == expected


async def wait_behind(app: Gated, pilot: Pilot[None], looks: int) -> None:
    """Has the terminal hang for so many looks of the gate, a tenth of a second apart."""
    app.terminal.fill(HUNG)
    app.gate.after_frame(app.terminal)
    driver = app.terminal
    for _ in range(looks - 1):
        app.time += 0.1
        app.gate._count_wait()
    driver.catch_up()
    await app.let_hold_end()
    await pilot.pause()


@pytest.mark.parametrize(("looks", "slow"), [(95, False), (105, True)])
async def test_a_link_that_makes_it_wait_for_long_is_slow(looks: int, slow: bool) -> None:
    app = Gated()
    async with app.open() as pilot:
        await wait_behind(app, pilot, looks)
        assert app.told == [True] * slow, "once"


async def test_waits_far_apart_are_no_slow_link() -> None:
    app = Gated()
    async with app.open() as pilot:
        for _ in range(5):
            await wait_behind(app, pilot, 60)
            app.time += 60
        assert app.told == []


async def test_a_link_is_fast_again_after_minutes_without_a_wait() -> None:
    app = Gated()
    async with app.open() as pilot:
        await wait_behind(app, pilot, 150)
        app.time += 100
        await wait_behind(app, pilot, 2)
        for passed, told in ((170, [True]), (15, [True, False]), (500, [True, False])):
            app.time += passed
            await app.count(pilot, "first", int(app.time))
            assert app.told == told


async def test_a_link_that_turns_slow_again_is_tried_less_often() -> None:
    app = Gated()
    async with app.open() as pilot:
        for minutes in (3, 6, 12):
            app.told.clear()
            await wait_behind(app, pilot, 150)
            app.time += minutes * 60 - 10
            await app.count(pilot, "first", int(app.time))
            assert app.told == [True]
            app.time += 20
            await app.count(pilot, "first", int(app.time))
            assert app.told == [True, False]


async def test_polls_go_on_behind_a_terminal_that_hangs() -> None:
    stage = Stage()
    stage.app.driver_class = SlowTerminal
    async with stage.app.run_test(headless=False, size=(120, 36)) as stage.pilot:
        await stage.until(stage.all_read)
        terminal = stage.app._driver
        assert isinstance(terminal, SlowTerminal)
        calls = len(stage.creator.log)
        terminal.fill(HUNG)
        await stage.pass_time(15)
        await stage.press("j", "j")
        assert len(stage.creator.log) >= calls + 12, "four jobs, three times"
        assert "▌" in terminal.shown()[3], "the last that was seen"
        terminal.catch_up()
        assert await comes_true(lambda: "▌" in terminal.shown()[5])
        await assert_shows_what_a_redraw_shows(stage.app)
