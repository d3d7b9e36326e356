"""Only changed cells are sent, and the terminal shows what it would show of everything."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pyte
import pytest
from rich.console import RenderableType
from rich.text import Text
from textual import events
from textual._compositor import CompositorUpdate, LayoutUpdate
from textual.app import App, ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.geometry import Offset, Size
from textual.pilot import Pilot
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, Static

from tests.tui.slow_terminal import SlowTerminal
from tests.tui.stage import Stage
from zcbulk_tui.tui.app import DashboardApp
from zcbulk_tui.tui.terminal.frame_diff import FrameDiff

SEEDS = (1,)
_STEPS = 16

_WORDS = ("12s", "13s", "a", "    ", "日本", "한글", "█▌░", "e\u0301", "🙂", "ｆｕ", "─", "more")
_STYLES = ("", "", "bold", "red", "on blue", "bold #ff8800 on #102030", "reverse", "underline")


class _Dialog(ModalScreen[None]):
    DEFAULT_CSS = "_Dialog { align: center middle; } _Dialog Static { width: 21; height: 3; }"

    def __init__(self, text: Text) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        yield Static(self._text)


class _Patchwork(App[None]):
    """Texts side by side, one of them scrolled, and a field."""

    CSS = """
    #scrolled { width: 40%; height: 8; scrollbar-size: 1 1; }
    #scrolled Static { height: 20; }
    #left { width: 17; height: 8; }
    #right { width: 1fr; height: 8; }
    """

    def __init__(self, *, is_on: bool = True) -> None:
        super().__init__(driver_class=SlowTerminal)
        self.animation_level = "none"
        self.frame_diff = FrameDiff(self)
        self.frame_diff.is_on = is_on

    def compose(self) -> ComposeResult:
        field = Input(select_on_focus=False)
        field.cursor_blink = False
        yield field
        with Horizontal():
            yield Static("read 12s ago", id="left")
            yield Static("", id="right")
            with VerticalScroll(id="scrolled"):
                yield Static("", id="long")

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Resize):
            self.frame_diff.invalidate()
        await super().on_event(event)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        super()._display(screen, self.frame_diff.diff(renderable))

    @property
    def terminal(self) -> SlowTerminal:
        assert isinstance(self._driver, SlowTerminal)
        return self._driver

    def show(self, text: str | Text, name: str = "left") -> None:
        self.screen_stack[0].query_one(f"#{name}", Static).update(text)


@asynccontextmanager
async def _opened(
    app: _Patchwork, width: int = 60, height: int = 14
) -> AsyncIterator[tuple[SlowTerminal, Pilot[None]]]:
    async with app.run_test(headless=False, size=(width, height), notifications=True) as pilot:
        for _ in range(3):
            await pilot.pause()
        app.terminal.written.clear()
        yield app.terminal, pilot


Picture = list[list[pyte.screens.Char]]


def _cells(screen: pyte.Screen) -> Picture:
    return [[screen.buffer[y][x] for x in range(screen.columns)] for y in range(screen.lines)]


def _drawn_anew(app: App[Any]) -> Picture:
    """What a terminal would show that Textual draws the whole screen for."""
    width, height = app.size
    screen = pyte.Screen(width, height)
    update = app.screen._compositor.render_full_update()
    pyte.Stream(screen).feed(update.render_segments(app.console))
    return _cells(screen)


def _assert_right(app: App[Any]) -> None:
    terminal = app._driver
    assert isinstance(terminal, SlowTerminal)
    shown = _cells(terminal._terminal)
    _assert_same(shown, _drawn_anew(app))


def _assert_same(shown: Picture, right: Picture) -> None:
    for row, (line, right_line) in enumerate(zip(shown, right, strict=True)):
        assert line == right_line, f"line {row}"


def _text(luck: random.Random, words: int) -> Text:
    pieces = [(luck.choice(_WORDS), luck.choice(_STYLES)) for _ in range(words)]
    return Text.assemble(*pieces)


async def _step(app: _Patchwork, pilot: Pilot[None], luck: random.Random) -> str:
    """Does something, and returns what."""
    what = luck.choice(("left", "left", "right", "scroll", "dialog", "key", "toast", "resize"))
    if what in ("left", "right"):
        app.show(_text(luck, luck.randint(1, 12)), what)
    elif what == "scroll":
        app.show(_text(luck, 60), "long")
        scrolled = app.screen_stack[0].query_one("#scrolled")
        scrolled.scroll_to(y=luck.randint(0, 12), animate=False)
    elif what == "dialog" and len(app.screen_stack) < 3 and luck.random() < 0.6:
        await app.push_screen(_Dialog(_text(luck, 12)))
    elif what == "dialog" and len(app.screen_stack) > 1:
        await app.pop_screen()
    elif what == "key":
        await pilot.press(*luck.choices(("a", "日", "left", "backspace", "right"), k=2))
    elif what == "toast":
        app.clear_notifications() if luck.random() < 0.5 else app.notify("A toast 日本")
    elif what == "resize":
        width, height = luck.randint(30, 70), luck.randint(8, 18)
        app.terminal.resize(width, height)
        await pilot.resize_terminal(width, height)
    await pilot.pause()
    await pilot.pause()
    return what


async def _pictures(seed: int, *, is_on: bool) -> list[tuple[str, Picture]]:
    luck = random.Random(seed)
    app = _Patchwork(is_on=is_on)
    pictures = []
    async with _opened(app) as (terminal, pilot):
        for _ in range(_STEPS):
            what = await _step(app, pilot, luck)
            pictures.append((what, _cells(terminal._terminal)))
    assert app.frame_diff.is_on is is_on
    return pictures


@pytest.mark.parametrize("seed", SEEDS)
async def test_the_terminal_shows_what_it_would_show_of_everything(seed: int) -> None:
    shown, right = [await _pictures(seed, is_on=is_on) for is_on in (True, False)]
    for step in range(_STEPS):
        assert shown[step] == right[step]


async def test_a_changed_age_costs_little_and_the_same_again_nothing() -> None:
    app = _Patchwork()
    async with _opened(app) as (terminal, pilot):
        terminal.written.clear()
        app.show("read 13s ago")
        await pilot.pause()
        # Two places, a digit, and the codes of two colours of 24 bits.
        assert 0 < sum(map(len, terminal.written)) < 56
        terminal.written.clear()
        app.show("read 13s ago")
        app.screen.refresh()
        await pilot.pause()
        assert terminal.written == []
        _assert_right(app)


async def test_switched_off_all_is_sent_as_textual_makes_it() -> None:
    app = _Patchwork(is_on=False)
    async with _opened(app) as (terminal, pilot):
        app.show("read 13s ago")
        await pilot.pause()
        assert "read 13s ago" in terminal.last
        app.frame_diff.is_on = True
        app.show("read 14s ago")
        await pilot.pause()
        assert "read 14s ago" in terminal.last, "nothing is known yet"
        _assert_right(app)


async def test_the_cursor_goes_where_the_field_wants_it() -> None:
    app = _Patchwork()
    async with _opened(app) as (terminal, pilot):
        app.screen.query_one(Input).focus()
        await pilot.press("a", "b", "left")
        await pilot.pause()
        cursor = terminal._terminal.cursor
        assert (cursor.x, cursor.y) == app.cursor_position
        assert app.cursor_position != (0, 0)


async def test_where_only_the_cursor_goes_elsewhere_that_is_sent() -> None:
    app = _Patchwork()
    async with _opened(app) as (terminal, pilot):
        app.screen.set_focus(None)
        await pilot.pause()
        app.cursor_position = Offset(3, 2)
        terminal.written.clear()
        app.screen.refresh()
        await pilot.pause()
        assert "".join(terminal.written) == "\x1b[3;4H"


@pytest.mark.parametrize("forgets", [True, False])
async def test_what_is_forgotten_is_sent_again(forgets: bool) -> None:
    app = _Patchwork()
    async with _opened(app) as (terminal, pilot):
        terminal._terminal.reset()  # something else has written there
        if forgets:
            app.frame_diff.invalidate()
        app.screen.refresh(layout=True)
        await pilot.pause()
        assert any("read 12s ago" in line for line in terminal.shown()) is forgets


async def test_what_was_not_written_does_not_count_as_shown() -> None:
    app = _Patchwork()
    async with _opened(app) as (terminal, pilot):
        with app.batch_update():
            app.show("read 13s ago")
            await pilot.pause()
            # A frame that is made, and not written: so it is with a layout while drawing is held.
            app.screen._compositor_refresh()
            assert terminal.written == []
        app.screen.refresh()
        await pilot.pause()
        _assert_right(app)


async def test_an_earlier_screen_takes_back_what_has_changed_since() -> None:
    app = _Patchwork()
    async with _opened(app) as (terminal, pilot):
        earlier = app.screen._compositor.render_full_update()
        app._display(app.screen, earlier)
        app.show("read 13s ago")
        await pilot.pause()
        app._display(app.screen, earlier)
        assert any("read 12s ago" in line for line in terminal.shown())


class _Other(LayoutUpdate):
    """An update of a kind that is not known."""


async def test_an_update_that_is_not_known_is_sent_as_it_is_and_forgets_the_rest() -> None:
    app = _Patchwork()
    async with _opened(app) as (terminal, pilot):
        made = app.screen._compositor.render_full_update()
        update = _Other(made.strips, made.region)
        assert app.frame_diff.diff(update) is update
        app.show("read 13s ago")
        await pilot.pause()
        assert "read 13s ago" in terminal.last
        assert app.frame_diff.is_on


@pytest.mark.parametrize("lost", ["strips", "region"])
async def test_with_another_textual_it_switches_itself_off(lost: str) -> None:
    app = _Patchwork()
    async with _opened(app) as (terminal, pilot):
        update = app.screen._compositor.render_full_update()
        delattr(update, lost)
        assert app.frame_diff.diff(update) is update
        assert not app.frame_diff.is_on
        app.show("read 13s ago")
        await pilot.pause()
        assert "read 13s ago" in terminal.last


class _Twin:
    """A second terminal, which Textual itself writes each update to that the diff is given."""

    def __init__(self, app: DashboardApp) -> None:
        self._app = app
        self._screen = pyte.Screen(*app.size)
        self._stream = pyte.Stream(self._screen)
        self._diff = app._terminal._frame_diff
        self._original = self._diff.diff
        self._diff.diff = self._write  # type: ignore[method-assign]  # the one way updates take

    def _write(self, update: RenderableType | None) -> RenderableType | None:
        if update is not None:
            assert isinstance(update, CompositorUpdate)
            self._stream.feed(update.render_segments(self._app.console))
        return self._original(update)

    def assert_same(self, terminal: SlowTerminal) -> None:
        """Compares what was painted; what is still to be painted is in neither."""
        assert self._diff.is_on
        _assert_same(_cells(terminal._terminal), _cells(self._screen))


@asynccontextmanager
async def _demo(stage: Stage, width: int = 120, height: int = 36) -> AsyncIterator[SlowTerminal]:
    stage.app.driver_class = SlowTerminal
    running = stage.app.run_test(headless=False, size=(width, height), notifications=True)
    async with running as stage.pilot:
        await stage.until(stage.all_read)
        terminal = stage.app._driver
        assert isinstance(terminal, SlowTerminal)
        yield terminal


_KEYS = (
    *("down", "down", "end", "home", "pagedown"),
    *("question_mark", "pagedown", "escape"),
    *("slash", "o", "r", "enter", "escape"),
    *("o", "o", "O", "v", "v"),
    *("space", "down", "space", "asterisk"),
    *("enter", "down", "escape"),
    *("a", "x", "escape"),
    *("y", "t", "ctrl+l"),
)


async def test_the_dashboard_is_shown_right_after_every_key() -> None:
    stage = Stage()
    async with _demo(stage, 80, 24) as terminal:
        twin = _Twin(stage.app)
        for key in ("ctrl+l", *_KEYS):
            await stage.press(key)
            await stage.show()
            twin.assert_same(terminal)
        await stage.wait(7)
        stage.app.clear_notifications()
        await stage.until(lambda: not stage.app.screen.query("Toast"))
        twin.assert_same(terminal)
        _assert_right(stage.app)
        terminal.written.clear()
        stage.app.screen.refresh()
        await stage.pilot.pause()
        assert terminal.written == [], "all of it is shown already"


async def test_the_dashboard_is_drawn_anew_by_its_key() -> None:
    stage = Stage()
    async with _demo(stage) as terminal:
        terminal._terminal.reset()  # something else has written there
        await stage.press("ctrl+l")
        await stage.pilot.pause()
        _assert_right(stage.app)


async def test_the_dashboard_is_drawn_anew_in_another_size() -> None:
    stage = Stage()
    async with _demo(stage) as terminal:
        terminal.resize(100, 30)
        await stage.pilot.resize_terminal(100, 30)
        await stage.until(lambda: stage.app.size == (100, 30))
        await stage.pilot.pause()
        _assert_right(stage.app)


async def test_the_dashboard_is_drawn_anew_when_its_size_comes_back() -> None:
    stage = Stage()
    async with _demo(stage) as terminal:
        terminal.resize(120, 36)  # nothing is left of the lines, as after two resizes at once
        stage.app.post_message(events.Resize(Size(120, 36), Size(120, 36)))
        await stage.until(lambda: "DEMO" in "".join(terminal.shown()))
        await stage.pilot.pause()
        _assert_right(stage.app)


async def test_what_a_lagging_terminal_was_spared_comes_when_it_has_caught_up() -> None:
    stage = Stage()
    async with _demo(stage) as terminal:
        terminal.fill(20)
        await stage.press("down", "question_mark", "escape", "down", "v")
        assert terminal.qsize() < 25
        terminal.catch_up()
        await stage.until(lambda: not stage.app._batch_count)
        await stage.show()
        _assert_right(stage.app)
