"""How far a command is, in one line."""

import io
import sys
from pathlib import Path

import pytest

from zcbulk_tui.cli.progress import ProgressLine, reading


class _Terminal(io.StringIO):
    """A standard error that is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with reading(Path("f.csv")) as show:
        assert show is not None
        for done in (0, 50, 50, 100):
            show(done, 100)
    parts = terminal.getvalue().split("\r")
    assert [part[-21:].strip("█░ \x1b[K") for part in parts[1:4]] == [
        "0 % of 100 bytes",
        "50 % of 100 bytes",
        "100 % of 100 bytes",
    ]
    assert parts[4:] == ["\x1b[K"]


def test_no_terminal_sees_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with reading(Path("f.csv")) as show:
        assert show is None


def test_a_text_is_one_safe_line_that_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    line = ProgressLine()
    line.clear()
    for text in ("half\x1b[2J", "half\x1b[2J", "all"):
        line.say(text)
    line.clear()
    assert terminal.getvalue() == "\rhalf\N{REPLACEMENT CHARACTER}[2J\x1b[K\rall\x1b[K\r\x1b[K"
