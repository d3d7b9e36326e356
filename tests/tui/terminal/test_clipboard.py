"""Copying goes to the terminal, in the way that its surroundings hand on."""

from pathlib import Path

import pytest
from textual.app import App

from tests.tui.slow_terminal import SlowTerminal, on_slow_terminal
from tests.tui.stage import Stage
from zcbulk_tui.render import escapes
from zcbulk_tui.render.escapes import Around
from zcbulk_tui.tui.terminal.app_terminal import AppTerminal


class _Copies(App[None]):
    def __init__(self) -> None:
        super().__init__(driver_class=SlowTerminal)
        self.terminal = AppTerminal(
            self, leave_keys=(), suspend_keys=(), on_slow=lambda _: None, ending=None
        )

    def copy_to_clipboard(self, text: str) -> None:
        self.terminal.copy(text)

    def post_display_hook(self) -> None:
        self.terminal.after_frame(self._driver)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"TERM": "xterm"}, Around.NOTHING),
        ({"TERM": "xterm", "TMUX": "/tmp/tmux-0/default,1,0"}, Around.TMUX),
        ({"TERM": "screen", "STY": "1.pts-0"}, Around.SCREEN),
    ],
)
async def test_a_text_is_copied_in_one_write(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], expected: Around
) -> None:
    for name in ("TERM", "TMUX", "STY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    async with on_slow_terminal(_Copies()) as (app, terminal):
        app.copy_to_clipboard("3888833000000114027\n" * 100)
        assert terminal.last == escapes.copy("3888833000000114027\n" * 100, expected)


async def test_nothing_is_copied_before_there_is_a_terminal() -> None:
    app = _Copies()
    app.copy_to_clipboard("too early")
    async with on_slow_terminal(app) as (_, terminal):
        app.copy_to_clipboard("now")
        assert "too early" not in "".join(terminal.written)


@pytest.mark.parametrize(
    ("option", "begin"), [("on", "Copied"), ("external", "Not copied"), ("off", "Not copied")]
)
async def test_the_toast_says_what_tmux_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, option: str, begin: str
) -> None:
    program = tmp_path / "tmux"
    program.write_text(f'#!/bin/sh\n[ "$3" = set-clipboard ] && echo {option} || echo off\n')
    program.chmod(0o700)
    monkeypatch.setenv("TMUX", "/tmp/tmux-0/default,1,0")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    async with Stage().open(120, 40, toasts=True) as stage:
        await stage.pilot.press("y")
        await stage.until(lambda: len(stage.app._notifications) > 0)
        (said,) = (each.message for each in stage.app._notifications)
    assert said.startswith(begin)


async def test_the_toast_of_a_terminal_without_a_clipboard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TMUX", raising=False)
    monkeypatch.setenv("TERM", "linux")
    async with Stage().open(120, 40, toasts=True) as stage:
        await stage.pilot.press("Y")
        (said,) = (each.message for each in stage.app._notifications)
    assert said.startswith("Not copied")
    assert "mouse" in said
