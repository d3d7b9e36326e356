"""Every end of a session is orderly, or at least an end."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which

import pytest

from tests.support.commands import environment
from tests.support.simulators import SimulatorProcess
from tests.support.terminal import Terminal
from tests.terminal.conftest import Open

SOON = 3.0
"""Seconds within which the program is gone, though it hangs; a busy machine needs some more than
the two that are promised."""

DEADLY = [
    *(signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGUSR1),
    *(signal.SIGUSR2, signal.SIGALRM, signal.SIGABRT, signal.SIGVTALRM, signal.SIGRTMIN + 3),
]

CTRL_C, REDRAW = "\x03", "\x0c"

# Runs the program with one function of it that waits for ever.
_STUCK = """\
import sys, threading
import {module} as module
def wait(*_):
    print("HANGS", file=sys.__stderr__, flush=True)
    threading.Event().wait()
module.{name} = wait
from zcbulk_tui.cli.main import main
sys.exit(main())
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

_IGNORED = """\
import os, signal, sys
signal.signal(signal.SIGHUP, signal.SIG_IGN)
os.execv(sys.executable, [sys.executable, "-m", "zcbulk_tui", *sys.argv[1:]])
"""

_HELD_BACK = """\
import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGHUP])
os.execv(sys.executable, [sys.executable, "-m", "zcbulk_tui", *sys.argv[1:]])
"""


_RECORDED = """\
import os, shlex, sys
program = shlex.join([sys.executable, "-m", "zcbulk_tui", *sys.argv[1:]])
os.execvp("script", ["script", "-qc", program, os.devnull])
"""


@contextmanager
def running(script: str, *arguments: str, home: Path, **more: str) -> Iterator[Terminal]:
    """Runs a script of Python on a terminal, in a module search path with this program."""
    command = [sys.executable, "-c", script, *arguments]
    with Terminal(command, environment(home, **more)) as terminal:
        yield terminal


def test_a_signal_ends_it_and_leaves_the_terminal_as_it_was(on_terminal: Open) -> None:
    # Together, since they wait more than they work.
    for numbers in (DEADLY[:5], DEADLY[5:]):
        demos = {number: on_terminal("demo") for number in numbers}
        for demo in demos.values():
            demo.wait_for("connected")
        for number, demo in demos.items():
            demo.send_signal(number)
            assert demo.exit_code(SOON) == 128 + number, number
            assert demo.is_as_it_was(), number
            assert b"Traceback" not in demo.written


def test_a_signal_before_the_first_frame_does_so_too(on_terminal: Open) -> None:
    demo = on_terminal("demo")
    demo.wait_until(lambda: b"\x1b[?1049h" in demo.written, "terminal taken")
    demo.send_signal(signal.SIGTERM)
    assert demo.exit_code(SOON) == 128 + signal.SIGTERM
    assert demo.is_as_it_was()


def test_a_terminal_that_does_not_read_is_left_all_the_same(on_terminal: Open) -> None:
    ends: dict[str | int, int] = {"q": 128 + signal.SIGHUP, signal.SIGTERM: 128 + signal.SIGTERM}
    demos = {end: on_terminal("demo") for end in ends}
    for demo in demos.values():
        demo.wait_for("connected")
        demo.fill()
    deadline = time.monotonic() + SOON
    for end, demo in demos.items():
        if isinstance(end, str):
            demo.press(end)
        else:
            demo.send_signal(end)
    for end, demo in demos.items():
        assert demo.exit_code(deadline - time.monotonic(), reading=False) == ends[end]
        # What it finds when it goes on.
        assert demo.is_as_it_was()
        assert b"Traceback" not in demo.written


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(_ANOTHER_SESSION, id="of another session"),
        pytest.param(_IGNORED, id="SIGHUP ignored"),
        pytest.param(_HELD_BACK, id="SIGHUP held back"),
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
    with running(start, "demo", home=home) as demo:
        demo.wait_for("connected")
        demo.hang_up()
        code = demo.exit_code(SOON, reading=False)
        # Some versions of script end with the code of their own.
        assert code == 128 + signal.SIGHUP or start is _RECORDED


def test_a_connection_that_breaks_off_ends_it(on_terminal: Open) -> None:
    reading, hung = on_terminal("demo"), on_terminal("demo")
    for demo in (reading, hung):
        demo.wait_for("connected")
    hung.fill()
    for demo in (reading, hung):
        demo.hang_up()
        assert demo.exit_code(SOON, reading=False) == 128 + signal.SIGHUP


@pytest.mark.parametrize(
    ("end", "code"), [("q", 1), (CTRL_C, 1), (signal.SIGTERM, 128 + signal.SIGTERM)]
)
def test_a_loop_that_hangs_ends_it_too(end: str | int, code: int, home: Path) -> None:
    script = _STUCK.format(module="zcbulk_tui.tui.app", name="DashboardApp.action_redraw")
    with running(script, "demo", home=home) as demo:
        demo.wait_for("connected")
        demo.press(REDRAW)
        demo.wait_until(lambda: b"HANGS" in demo.written, "hang")
        if isinstance(end, str):
            demo.press(end)
        else:
            demo.send_signal(end)
        assert demo.exit_code(SOON) == code
        assert demo.is_as_it_was()
        assert "Something hung" in demo.text


@pytest.mark.parametrize(
    ("module", "name"),
    [
        pytest.param("socket", "getaddrinfo", id="look-up of a name"),
        pytest.param("zcbulk_tui.config.secrets", "printed_by", id="token_command"),
        pytest.param("zcbulk_tui.store.database", "Database.close", id="closing"),
    ],
)
def test_q_and_ctrl_c_wait_for_nothing(
    module: str, name: str, simulator: SimulatorProcess, home: Path
) -> None:
    script = _STUCK.format(module=module, name=name)
    base_url, job = simulator.base_url, simulator.urls["Customers"]
    if name == "getaddrinfo":
        base_url, job = "https://x.invalid", job.replace(base_url, "https://x.invalid")
    signed_in = (
        {"config": 'token_command = "true"\n'}
        if name == "printed_by"
        else {"token": simulator.token}
    )
    env = {"base_url": base_url, **signed_in}
    with running(script, "watch", job, home=home, **env) as dashboard:
        if name == "Database.close":
            dashboard.wait_for("connected")
        else:
            dashboard.wait_until(lambda: b"HANGS" in dashboard.written, "hang")
        dashboard.press("q")
        # What had been to be written then may be lost.
        assert dashboard.exit_code(SOON) == (1 if name == "Database.close" else 0)
        assert dashboard.is_as_it_was()
    with running(script, "status", "--fresh", job, home=home, **env) as status:
        status.wait_until(lambda: b"HANGS" in status.written, "hang")
        status.press(CTRL_C)
        assert status.exit_code(SOON) == 130
        assert status.is_as_it_was()
        assert b"Traceback" not in status.written


def test_a_program_that_prints_no_token_ends_with_it(
    simulator: SimulatorProcess, home: Path, tmp_path: Path
) -> None:
    pid, program = tmp_path / "pid", tmp_path / "token"
    program.write_text(
        f"#!/bin/sh\ntrap '' TERM HUP INT\nsleep 1000 &\necho $$ $! > {pid}\nwait\nwait\n"
    )
    program.chmod(0o700)
    more = {"base_url": simulator.base_url, "config": f'token_command = "{program}"\n'}
    script = "import sys; from zcbulk_tui.cli.main import main; sys.exit(main())"
    with running(script, "watch", simulator.urls["Customers"], home=home, **more) as dashboard:
        dashboard.wait_until(lambda: pid.exists() and pid.read_text() != "", "program")
        dashboard.press("q")
        assert dashboard.exit_code(SOON) == 0
    for process in map(int, pid.read_text().split()):
        stat = Path(f"/proc/{process}/stat")
        assert not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z"


def test_a_question_for_a_secret_gives_the_echo_back(on_terminal: Open, home: Path) -> None:
    env = environment(home, ZCBULK_CLIENT_ID="1000.A", ZCBULK_ACCOUNTS_URL="https://x.invalid")
    for number in (signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP):
        login = on_terminal("login", "--refresh-token", env=env)
        login.wait_for("Client secret:")
        login.send_signal(number)
        assert login.exit_code(SOON) == 128 + number
        assert login.is_as_it_was()


@pytest.mark.parametrize("closed", [0, 2])
def test_where_there_is_no_terminal_it_does_not_begin(closed: int, home: Path) -> None:
    close = f"import os; os.close({closed}); "
    become = "import sys; os.execv(sys.executable, [sys.executable, '-m', 'zcbulk_tui', 'demo'])"
    with running(close + become, home=home) as demo:
        assert demo.exit_code() == 2
        assert demo.is_as_it_was()


def test_a_terminal_that_reads_again_shows_everything(on_terminal: Open) -> None:
    demo = on_terminal("demo")
    demo.wait_for("connected")
    demo.press("p")
    demo.wait_for("polls paused")
    whole = [line[:22] for line in demo.lines]
    demo.fill()
    demo.resize(120, 36)
    demo.wait_until(
        lambda: [line[:22] for line in demo.lines] == whole and "polls paused" in demo.lines[0],
        "picture as before",
    )
