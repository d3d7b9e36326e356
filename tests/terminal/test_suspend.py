"""Stopping and going on: the shell gets its terminal, and the dashboard gets it back."""

import os
import shlex
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.commands import PROGRAM, environment
from tests.support.simulators import SimulatorThread
from tests.support.terminal import (
    ALTERNATE_SCREEN,
    AUTOWRAP,
    BRACKETED_PASTE,
    CURSOR,
    MOUSE,
    Terminal,
)
from tests.terminal.conftest import Open
from tests.terminal.test_control import add
from tests.terminal.test_windows import TAKEN_OVER

SUSPEND = "\x1a"
SHELL = ("/bin/bash", "--norc", "--noprofile", "--noediting", "-i")
PROGRESS, TITLE_SAVED = b"\x1b]9;4;2;", b"\x1b[22;0t"
GIVEN_BACK = b"\x1b]9;4;0\x1b\\\x1b[23;0t"
"""No progress any more, and the title from before."""

TAKEN = b"\x1b[?1049h"
OURS = {ALTERNATE_SCREEN, BRACKETED_PASTE} | MOUSE


@contextmanager
def in_a_shell(home: Path, **more: str) -> Iterator[Terminal]:
    """Starts the demo from a shell that has jobs, until it is connected."""
    env = environment(home, PS1="READY>", **more)
    with Terminal(SHELL, env) as terminal:
        terminal.wait_for("READY>")
        terminal.press(f"{shlex.join(PROGRAM)} demo\r")
        terminal.wait_for("connected")
        yield terminal


def child_of(terminal: Terminal) -> int:
    """The process that the shell runs."""
    children = Path(f"/proc/{terminal.pid}/task/{terminal.pid}/children").read_text()
    return int(children.split()[0])


def is_stopped(pid: int) -> bool:
    """Whether a process is stopped."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def wait_for_bytes(terminal: Terminal, data: bytes, mark: int) -> None:
    """Waits until something is written behind a mark."""
    terminal.wait_until(lambda: data in terminal.written[mark:], repr(data))


def wait_until_stopped(terminal: Terminal, pid: int) -> None:
    """Waits until the shell has its terminal back, as it was."""
    terminal.wait_until(lambda: is_stopped(pid), "stop")
    terminal.wait_for("Stopped")
    # What is typed before the shell asks for it may be lost.
    terminal.wait_for_line("^READY>")
    assert terminal.modes == {AUTOWRAP, CURSOR}
    terminal.press("echo $((40 + 2))\r")
    terminal.wait_for_line("^42")


def resume(terminal: Terminal) -> int:
    """Has the shell resume the dashboard; returns where in the output that began."""
    mark = len(terminal.written)
    terminal.press("fg\r")
    wait_until_back(terminal, mark)
    return mark


def wait_until_back(terminal: Terminal, mark: int) -> None:
    """Waits until the dashboard is there in full, with all that it turns on.

    After a stop that left it no time, picture, modes and line settings may still be those from
    before. It gives them back first, and discards what was typed; so it must have taken the
    terminal behind the mark, and then have made it raw.
    """
    wait_for_bytes(terminal, TAKEN, mark)
    terminal.wait_until(terminal.is_raw, "raw mode")
    terminal.wait_for("connected")
    terminal.wait_for("Tax codes")
    terminal.wait_for("? help")
    terminal.wait_until_gone("READY>")
    terminal.wait_until(lambda: terminal.modes >= OURS and CURSOR not in terminal.modes, "modes")


def quit_demo(terminal: Terminal) -> None:
    """Leaves the demo in order, and the shell."""
    mark = len(terminal.written)
    terminal.press("q")
    wait_for_bytes(terminal, b"READY>", mark)
    assert terminal.modes - {BRACKETED_PASTE} == {AUTOWRAP, CURSOR}
    terminal.press("echo left $?\r")
    terminal.wait_for("left 0")
    assert b"Traceback" not in terminal.written


def test_it_stops_in_every_way_goes_on_and_ends(home: Path) -> None:
    with in_a_shell(home, WT_SESSION="1") as terminal:
        pid = child_of(terminal)
        terminal.wait_until(lambda: PROGRESS in terminal.written, "progress")
        assert terminal.written.index(TITLE_SAVED) < terminal.written.index(b"\x1b]2;4")

        # By a key; title and progress are given back meanwhile.
        for _ in range(2):
            terminal.press("G")
            terminal.wait_for_line("^▌.{3}Regions")
            mark = len(terminal.written)
            terminal.press(SUSPEND)
            wait_until_stopped(terminal, pid)
            assert terminal.written.count(GIVEN_BACK, mark) == 1
            mark = resume(terminal)
            terminal.wait_for_line("^▌.{3}Regions")
            wait_for_bytes(terminal, PROGRESS, mark)
            back = bytes(terminal.written[mark:])
            assert back.index(TITLE_SAVED) < back.index(b"\x1b]2;") < back.index(PROGRESS)
            terminal.press("k")  # heard once, by one reader
            terminal.wait_for_line("^▌.{3}Invoices Q3")

        # By signals from outside, of which the second leaves no time to give anything back.
        os.kill(pid, signal.SIGTSTP)
        wait_until_stopped(terminal, pid)
        resume(terminal)
        mark = len(terminal.written)
        os.kill(pid, signal.SIGSTOP)
        wait_for_bytes(terminal, b"READY>", mark)
        resume(terminal)

        # In the background it waits for the terminal.
        terminal.press(SUSPEND)
        wait_until_stopped(terminal, pid)
        mark = len(terminal.written)
        terminal.press("bg\r")
        wait_for_bytes(terminal, b" &", mark)
        terminal.wait_until(lambda: is_stopped(pid), "stop")
        terminal.press("\r")
        wait_for_bytes(terminal, b"Stopped", mark)
        assert TAKEN not in terminal.written[mark:]
        resume(terminal)

        # A signal ends it while the shell has the terminal.
        terminal.press(SUSPEND)
        wait_until_stopped(terminal, pid)
        mark = len(terminal.written)
        terminal.press("kill %1\r")
        terminal.wait_until(lambda: not Path(f"/proc/{pid}").exists(), "end")
        terminal.press("\r")
        wait_for_bytes(terminal, b"Exit 143", mark)
        assert b"\x1b[?1049" not in terminal.written[mark:]
        assert b"Traceback" not in terminal.written


def test_without_a_shell_it_comes_back_at_once(on_terminal: Open, home: Path) -> None:
    # As in a pane of tmux that runs nothing else: nobody could ever wake it.
    demo = on_terminal("demo", env=environment(home, WT_SESSION="1"))
    demo.wait_for("connected")
    mark = len(demo.written)
    demo.press(SUSPEND)
    demo.wait_until(lambda: demo.written.count(TAKEN, mark) == 1, "redraw")
    wait_until_back(demo, mark)
    demo.send_signal(signal.SIGCONT)  # of no consequence
    demo.wait_until(lambda: demo.written.count(TAKEN, mark) == 2, "redraw")
    demo.wait_until(demo.is_raw, "raw mode")
    mark = len(demo.written)
    demo.press("q")
    assert demo.exit_code() == 0
    assert demo.is_as_it_was()
    assert demo.written.count(GIVEN_BACK, mark) == 1


def test_another_window_polls_meanwhile_and_it_follows_when_it_goes_on(
    on_terminal: Open, simulator: SimulatorThread, home: Path
) -> None:
    config = "[budget]\ndaily_calls = 100000\n"
    env = environment(
        home, base_url=simulator.base_url, token=simulator.token, config=config, PS1="READY>"
    )
    with Terminal(SHELL, env, columns=180) as stopped:
        stopped.wait_for("READY>")
        stopped.press(f"{shlex.join(PROGRAM)}\r")
        stopped.wait_for("paste its URL here")
        add(stopped, simulator.urls["Customers"], "Customers 4027")
        stopped.wait_for_line("▶ Customers 4027 .*█")
        other = on_terminal(env=env, columns=180)
        other.wait_for("connected via ")
        pid = child_of(stopped)
        stopped.press(SUSPEND)
        wait_until_stopped(stopped, pid)
        other.wait_until_gone(" via ", TAKEN_OVER)
        calls = len(simulator.log())
        stopped.press("fg\r")
        stopped.wait_for("connected via ")
        stopped.wait_for_line("▶ Customers 4027 .*█")
        assert len(simulator.log()) - calls <= 1, "no burst of what came due meanwhile"
        quit_demo(stopped)
