"""Copying goes to the terminal, in the way that its surroundings hand on."""

import pytest
from textual.app import App

from tests.tui.slow_terminal import SlowTerminal, on_slow_terminal
from zcbulk_tui.render import escapes
from zcbulk_tui.render.escapes import Around
from zcbulk_tui.tui import clipboard
from zcbulk_tui.tui.output_gate import OutputGate


class _Copies(App[None]):
    def __init__(self) -> None:
        super().__init__(driver_class=SlowTerminal)
        self.gate = OutputGate(self)

    def copy_to_clipboard(self, text: str) -> None:
        clipboard.copy(self.gate, text)

    def post_display_hook(self) -> None:
        self.gate.after_frame(self._driver)


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
