"""Title and progress: written when they change, and restored at the end."""

import pytest
from textual.app import App

from tests.tui.slow_terminal import SlowTerminal, on_slow_terminal
from zcbulk_tui.render.window_title import TitleState
from zcbulk_tui.tui.terminal.output_gate import OutputGate
from zcbulk_tui.tui.terminal.window_title import WindowTitle

KEEP, BACK, OFF = "\x1b[22;0t", "\x1b[23;0t", "\x1b]9;4;0\x1b\\"
UNDERSTANDS, PLAIN = {"WT_SESSION": "1"}, {"TERM": "xterm"}

RUNS = TitleState("2▶ 41%", 41, trouble=False)
FAILS = TitleState("2▶ 41% 1✗", 41, trouble=True)
OVER = TitleState("3✓", None, trouble=False)


class _Titled(App[None]):
    def __init__(self, environ: dict[str, str]) -> None:
        super().__init__(driver_class=SlowTerminal)
        self.gate = OutputGate(self)
        self.window_title = WindowTitle(self.gate, environ)

    def post_display_hook(self) -> None:
        self.gate.after_frame(self._driver)

    def on_unmount(self) -> None:
        self.window_title.hide()


def title(text: str) -> str:
    """What sets a title."""
    return f"\x1b]2;{text}\x1b\\"


def progress(state: int, percent: int) -> str:
    """What shows progress."""
    return f"\x1b]9;4;{state};{percent}\x1b\\"


async def test_what_is_new_is_written_and_nothing_else() -> None:
    async with on_slow_terminal(_Titled(UNDERSTANDS)) as (app, terminal):
        expected: dict[TitleState, list[str]] = {
            RUNS: [KEEP, title("2▶ 41%"), progress(1, 41)],
            FAILS: [title("2▶ 41% 1✗"), progress(2, 41)],
            FAILS._replace(percent=42): [progress(2, 42)],
            OVER: [title("3✓"), OFF],
        }
        for title_state, writes in expected.items():
            before = len(terminal.written)
            app.window_title.show(title_state)
            app.window_title.show(title_state)
            assert terminal.written[before:] == writes


async def test_no_progress_where_it_is_not_understood() -> None:
    async with on_slow_terminal(_Titled(PLAIN)) as (app, terminal):
        before = len(terminal.written)
        app.window_title.show(FAILS)
        app.window_title.hide()
        assert terminal.written[before:] == [KEEP, title("2▶ 41% 1✗"), BACK]


@pytest.mark.parametrize(("environ", "expected"), [(PLAIN, BACK), (UNDERSTANDS, OFF + BACK)])
async def test_the_end_gives_back_what_was_there(environ: dict[str, str], expected: str) -> None:
    async with on_slow_terminal(_Titled(environ)) as (app, terminal):
        app.window_title.show(RUNS)
        app.exit()
    assert terminal.written.count(expected) == 1
    assert "".join(terminal.written).endswith(expected)


async def test_who_has_shown_nothing_gives_nothing_back() -> None:
    async with on_slow_terminal(_Titled(UNDERSTANDS)) as (app, terminal):
        before = len(terminal.written)
        app.window_title.show_again()
        app.window_title.hide()
        assert terminal.written[before:] == []


async def test_a_pause_hides_all_and_the_end_of_it_shows_the_newest() -> None:
    async with on_slow_terminal(_Titled(UNDERSTANDS)) as (app, terminal):
        app.window_title.show(RUNS)
        app.window_title.show(FAILS)
        app.window_title.hide()
        before = len(terminal.written)
        app.window_title.hide()
        assert terminal.written[before:] == []
        app.window_title.show_again()
        assert terminal.written[before:] == [KEEP, title("2▶ 41% 1✗"), progress(2, 41)]


async def test_on_a_terminal_that_lags_only_the_newest_counts_and_the_end_gives_back() -> None:
    async with on_slow_terminal(_Titled(UNDERSTANDS)) as (app, terminal):
        terminal.fill(20)
        app.gate.after_frame(terminal)
        before = len(terminal.written)
        for percent in range(40):
            app.window_title.show(TitleState(f"1▶ {percent}%", percent, trouble=False))
        assert terminal.written[before:] == []
        app.window_title.hide()
        assert terminal.written[before:] == [OFF + BACK]
