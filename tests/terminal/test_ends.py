"""Every end of a session is orderly, or at least an end."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which

import pytest

from tests.support.commands import CANARY, PATIENCE, environment
from tests.support.simulators import SimulatorThread
from tests.support.terminal import Terminal
from tests.terminal.conftest import Open

SOON = PATIENCE
"""Seconds within which the program is gone, though it hangs; on an idle machine two, as promised,
but a busy one may need many times as long."""

EMPTY = "paste its URL here"
"""On a dashboard without a job, which starts in half of the time of one that has some."""

CTRL_C, REDRAW = "\x03", "\x0c"

# Runs the program with one function of it that waits for ever. What is done then gets the time
# that it takes on a busy machine.
_STUCK = """\
import sys, threading
import {module} as module
from zcbulk_tui.cli import shutdown
shutdown._LAST_STEPS = 60.0
def wait(*_):
    print("HANGS", file=sys.__stderr__, flush=True)
    threading.Event().wait()
module.{name} = wait
from zcbulk_tui.cli.main import main
sys.exit(main())
"""

# An orderly end gets more time than the test has: one that has to be forced fails it.
_IN_ORDER = """\
import sys
from zcbulk_tui.cli import shutdown
from zcbulk_tui.tui.terminal import exit_watchdog
shutdown.GRACE = exit_watchdog._KEY_TIMEOUT = 60.0
"""

# As su does: another session, to which the kernel says nothing about the terminal.
_ANOTHER_SESSION = """\
import os, signal, sys
signal.signal(signal.SIGHUP, signal.SIG_IGN)
child = os.fork()
if not child:
    os.setsid()
    os.execv(sys.executable, [sys.executable, "-m", "zcbulk_tui", *sys.argv[1:]])
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""

_RECORDED = """\
import os, shlex, sys
program = shlex.join([sys.executable, "-m", "zcbulk_tui", *sys.argv[1:]])
os.execvp("script", ["script", "-qc", program, os.devnull])
"""


@pytest.fixture
def dashboard(on_terminal: Open, home: Path) -> Terminal:
    """An empty dashboard."""
    terminal = on_terminal(env=environment(home, token=CANARY))
    terminal.wait_for(EMPTY)
    return terminal


@contextmanager
def running(script: str, *arguments: str, home: Path, **more: str) -> Iterator[Terminal]:
    """Runs a script of Python on a terminal, in a module search path with this program."""
    command = [sys.executable, "-c", script, *arguments]
    with Terminal(command, environment(home, **more)) as terminal:
        yield terminal


def test_a_signal_that_leaves_a_core_leaves_the_terminal_as_it_was(dashboard: Terminal) -> None:
    dashboard.send_signal(signal.SIGQUIT)
    assert dashboard.exit_code(SOON) == 128 + signal.SIGQUIT
    assert dashboard.is_as_it_was()
    assert b"Traceback" not in dashboard.written


def test_one_without_a_name_before_the_first_frame_does_so_too(on_terminal: Open) -> None:
    demo = on_terminal("demo")
    demo.wait_until(lambda: b"\x1b[?1049h" in demo.written, "terminal taken")
    demo.send_signal(signal.SIGRTMIN + 3)
    assert demo.exit_code(SOON) == 128 + signal.SIGRTMIN + 3
    assert demo.is_as_it_was()
    assert b"Traceback" not in demo.written


def test_a_terminal_that_does_not_read_is_left_all_the_same(dashboard: Terminal) -> None:
    dashboard.fill()
    dashboard.press("q")
    assert dashboard.exit_code(SOON, reading=False) == 128 + signal.SIGHUP
    # What it finds when it goes on.
    assert dashboard.is_as_it_was()
    assert b"Traceback" not in dashboard.written


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(_ANOTHER_SESSION, id="of another session"),
        pytest.param(
            _RECORDED,
            id="recorded by script",
            marks=pytest.mark.skipif(
                which("script") is None or sys.platform != "linux", reason="no script of Linux"
            ),
        ),
    ],
)
def test_a_terminal_that_is_gone_ends_it(start: str, home: Path) -> None:
    with running(start, home=home, token=CANARY) as dashboard:
        dashboard.wait_for(EMPTY)
        dashboard.hang_up()
        code = dashboard.exit_code(SOON, reading=False)
        # Some versions of script end with the code of their own.
        assert code == 128 + signal.SIGHUP or start is _RECORDED


def test_a_connection_that_breaks_off_ends_it_though_nothing_is_read(dashboard: Terminal) -> None:
    dashboard.fill()
    dashboard.hang_up()
    assert dashboard.exit_code(SOON, reading=False) == 128 + signal.SIGHUP


@pytest.mark.parametrize(("end", "code"), [(CTRL_C, 1), (signal.SIGTERM, 128 + signal.SIGTERM)])
def test_a_loop_that_hangs_ends_it_too(end: str | int, code: int, home: Path) -> None:
    script = _STUCK.format(module="zcbulk_tui.tui.app", name="DashboardApp.action_redraw")
    with running(script, home=home, token=CANARY) as dashboard:
        dashboard.wait_for(EMPTY)
        dashboard.press(REDRAW)
        dashboard.wait_until(lambda: b"HANGS" in dashboard.written, "hang")
        if isinstance(end, str):
            dashboard.press(end)
        else:
            dashboard.send_signal(end)
        assert dashboard.exit_code(SOON) == code
        assert dashboard.is_as_it_was()
        assert "Something hung" in dashboard.text


def test_q_and_ctrl_c_wait_for_no_look_up_of_a_name(simulator: SimulatorThread, home: Path) -> None:
    script = _IN_ORDER + _STUCK.format(module="socket", name="getaddrinfo")
    env = {"base_url": "https://x.invalid", "token": simulator.token}
    job = simulator.urls["Customers"].replace(simulator.base_url, "https://x.invalid")
    with running(script, "watch", job, home=home, **env) as dashboard:
        dashboard.wait_until(lambda: b"HANGS" in dashboard.written, "hang")
        dashboard.press("q")
        assert dashboard.exit_code(SOON) == 0
        assert dashboard.is_as_it_was()
    interrupt_status(script, job, home, env)


def test_q_and_ctrl_c_wait_for_no_closing(simulator: SimulatorThread, home: Path) -> None:
    script = _STUCK.format(module="zcbulk_tui.store.database", name="Database.close")
    env, job = {"base_url": simulator.base_url, "token": simulator.token}, simulator.urls["Regions"]
    with running(script, "watch", job, home=home, **env) as dashboard:
        dashboard.wait_for("connected")
        dashboard.press("q")
        # What had been to be written then may be lost.
        assert dashboard.exit_code(SOON) == 1
        assert dashboard.is_as_it_was()
    interrupt_status(script, job, home, env)


def interrupt_status(script: str, job: str, home: Path, env: dict[str, str]) -> None:
    with running(script, "status", "--fresh", job, home=home, **env) as status:
        status.wait_until(lambda: b"HANGS" in status.written, "hang")
        interrupt(status)


def interrupt(status: Terminal) -> None:
    status.press(CTRL_C)
    assert status.exit_code(SOON) == 130
    assert status.is_as_it_was()
    assert b"Traceback" not in status.written


def test_a_program_that_prints_no_token_ends_with_it(
    on_terminal: Open, simulator: SimulatorThread, home: Path, tmp_path: Path
) -> None:
    pid, program = tmp_path / "pid", tmp_path / "token"
    program.write_text(
        "#!/bin/sh\ntrap '' TERM HUP INT\nsleep 1000 &\n"
        # Its parent is gone.
        f"(sh -c 'echo $$ > {pid}.new; exec sleep 1000' &)\nwhile ! [ -s {pid}.new ]; do :; done\n"
        f"echo $$ $! >> {pid}.new\nmv {pid}.new {pid}\nwait\nwait\n"
    )
    program.chmod(0o700)
    config = f'token_command = "{program}"\n'
    env = environment(home, base_url=simulator.base_url, config=config)
    job = simulator.urls["Customers"]

    def wait_until_it_runs(terminal: Terminal) -> None:
        terminal.wait_until(lambda: pid.exists() and pid.read_text() != "", "program")

    def has_ended() -> bool:
        stats = [Path(f"/proc/{process}/stat") for process in pid.read_text().split()]
        pid.unlink()
        return all(not it.exists() or state_of(it) == "Z" for it in stats)

    dashboard = on_terminal("watch", job, env=env)
    wait_until_it_runs(dashboard)
    dashboard.press("q")
    assert dashboard.exit_code(SOON) == 0
    assert dashboard.is_as_it_was()
    assert has_ended()
    status = on_terminal("status", "--fresh", job, env=env)
    wait_until_it_runs(status)
    interrupt(status)
    assert has_ended()
    for number in (signal.SIGTERM, signal.SIGHUP):
        status = on_terminal("status", "--fresh", job, env=env)
        wait_until_it_runs(status)
        status.send_signal(number)
        assert status.exit_code(SOON) == -number
        assert has_ended(), number


def state_of(stat: Path) -> str:
    """The letter for the state of a process."""
    return stat.read_text().rpartition(")")[2].split()[0]


def test_a_question_for_a_secret_gives_the_echo_back(on_terminal: Open, home: Path) -> None:
    env = environment(home, ZCBULK_CLIENT_ID="1000.A", ZCBULK_ACCOUNTS_URL="https://x.invalid")
    login = on_terminal("login", "--refresh-token", env=env)
    login.wait_for("Client secret:")
    login.send_signal(signal.SIGTERM)
    assert login.exit_code(SOON) == 128 + signal.SIGTERM
    assert login.is_as_it_was()


def test_where_there_is_no_terminal_it_does_not_begin(home: Path) -> None:
    close = "import os; os.close(0); "
    become = "import sys; os.execv(sys.executable, [sys.executable, '-m', 'zcbulk_tui', 'demo'])"
    with running(close + become, home=home) as demo:
        assert demo.exit_code() == 2
        assert demo.is_as_it_was()
