"""An alert as a terminal gets it: once, in the words that it understands, also through tmux."""

import re
import shutil
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.commands import environment
from tests.support.terminal import Terminal
from tests.terminal.alert_app import JOB, text

APP = (sys.executable, "-m", "tests.terminal.alert_app")
TMUX = shutil.which("tmux")
LABEL = JOB.job.label
ST = b"\x1b\\"
NAME, OSC_99 = b"\x1b[>q", b"\x1b]99;i=zcbulk:p=?;\x1b\\"
"""What a terminal is asked."""


_STRING = re.compile(rb"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")


def told(number: int) -> bytes:
    """The end of what kitty is told of an alert."""
    return b":d=1:p=body;" + text(number).encode() + ST


def bells(terminal: Terminal) -> int:
    """How often it rang: a BEL that ends a control string does not ring."""
    return _STRING.sub(b"", bytes(terminal.written)).count(b"\x07")


def raise_alert(terminal: Terminal, number: int) -> None:
    """Has the next alert raised, and waits for its toast."""
    terminal.press("r")
    terminal.wait_for(f"{LABEL}: {text(number)}")


def leave(terminal: Terminal) -> None:
    """Quits; all that was written has come then."""
    terminal.press("q")
    assert terminal.exit_code() == 0
    assert terminal.is_as_it_was()


def test_a_terminal_that_names_itself_is_asked_nothing_and_told_once(home: Path) -> None:
    with Terminal(APP, environment(home, TERM="xterm-kitty")) as terminal:
        terminal.wait_for("connected")
        raise_alert(terminal, 1)
        leave(terminal)
    assert NAME not in terminal.written
    assert terminal.written.count(told(1)) == 1
    assert terminal.written.count(b":d=0:p=title;" + LABEL.encode() + ST) == 1
    assert terminal.written.count(b"\x1b]99;") == 2
    assert bells(terminal) == 1


def test_one_that_does_not_is_asked_and_its_answer_is_no_key(home: Path) -> None:
    with Terminal(APP, environment(home)) as terminal:
        terminal.wait_until(lambda: NAME + OSC_99 in terminal.written, "question")
        terminal.send(b"\x1bP>|iTerm2 3.5.0\x1b\\")
        terminal.wait_for("connected")
        raise_alert(terminal, 1)
        leave(terminal)
    expected = f"\x1b]9;zcbulk-tui: {LABEL}: {text(1)}\x1b\\".encode()
    assert terminal.written.count(expected) == 1
    assert terminal.written.count(b"\x1b]9;") == 1


@pytest.mark.skipif(TMUX is None, reason="there is no tmux here")
def test_tmux_hands_it_on_where_it_may_and_rings_in_any_case(home: Path) -> None:
    env = environment(home, TMUX_TMPDIR=str(home))
    tmux = (str(TMUX), "-L", "notified", "-f", "/dev/null")

    def tell_tmux(*command: str) -> None:
        subprocess.run([*tmux, *command], env=env, check=True)

    with ExitStack() as stack:
        stack.callback(subprocess.run, [*tmux, "kill-server"], env=env, stderr=subprocess.DEVNULL)
        terminal = stack.enter_context(Terminal([*tmux, "new-session", " ".join(APP)], env))
        terminal.wait_until(lambda: NAME in terminal.written, "question of tmux's own")
        terminal.send(b"\x1bP>|kitty(0.36.1)\x1b\\")
        terminal.wait_for("connected")
        titles, pane = terminal.line_with("JOB"), home / "pane"
        pane.touch()
        tell_tmux("pipe-pane", f"cat >> '{pane}'")

        tell_tmux("set", "-g", "allow-passthrough", "on")
        raise_alert(terminal, 1)
        terminal.wait_until(lambda: told(1) in terminal.written, "notification")
        terminal.wait_until(lambda: bells(terminal) == 1, "bell")

        # As tmux comes, it keeps what is for the terminal.
        tell_tmux("set", "-g", "allow-passthrough", "off")
        raise_alert(terminal, 2)
        sent = told(2).replace(b"\x1b", b"\x1b\x1b")
        terminal.wait_until(lambda: sent in pane.read_bytes(), "notification for tmux")
        terminal.wait_until(lambda: bells(terminal) == 2, "bell")
        assert terminal.line_with("JOB") == titles
        assert "p=title" not in terminal.text
        terminal.press("q")
        assert terminal.exit_code() == 0
    assert told(2) not in terminal.written
    assert terminal.written.count(told(1)) == 1
    assert terminal.written.count(b"\x1b]99;") == 2
    assert b"tmux;" not in terminal.written
