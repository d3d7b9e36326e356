"""Jobs watched, started and aborted by keys, with the simulator's own word for it."""

from contextlib import closing
from pathlib import Path

from tests.support.commands import environment, files_below
from tests.support.simulators import SimulatorThread
from tests.support.terminal import ALTERNATE_SCREEN, ENTER, ESCAPE, Terminal
from tests.terminal.conftest import Open
from zcbulk_tui.store.database import FILE_NAME, open_database
from zcbulk_tui.store.watch_list import WatchList

WIDE = 180
"""Columns at which messages in passing cover no sentence about the selected job."""

FIRST_PRIVATE = b"\x1b[?1049"


def command_line_of(terminal: Terminal) -> bytes:
    """The arguments of a program, as everybody on the machine can see them."""
    path = Path(f"/proc/{terminal.pid}/cmdline")
    return path.read_bytes() if path.exists() else b""


def wait_for_keys(terminal: Terminal) -> None:
    """Waits until keys can be used, which is a moment after the first picture."""
    terminal.wait_until(
        lambda: terminal.colour_of("add ") == terminal.colour_of("help ") != "", "keys"
    )


def add(terminal: Terminal, url: str, name: str) -> None:
    """Watches a job by pasting its URL."""
    wait_for_keys(terminal)
    terminal.press("a")
    terminal.wait_for("Watch a job")
    terminal.paste(f"{url}\n")
    terminal.wait_for_line(rf"Job id +{url.rpartition('/')[2]}")
    terminal.press(ENTER)
    terminal.wait_until_gone("Watch a job")
    terminal.wait_for_line(rf"^▌.{{3}}{name}")


def test_watch_start_abort_and_come_back(
    on_terminal: Open, simulator: SimulatorThread, home: Path
) -> None:
    env = environment(home, base_url=simulator.base_url, token=simulator.token)
    ready, running = simulator.urls["Price list"], simulator.urls["Customers"]

    screen = on_terminal(env=env, columns=WIDE)
    screen.wait_for("paste its URL here")
    add(screen, ready, "Prices 4060")
    add(screen, running, "Customers 4027")
    screen.wait_for_line("Customers 4027 .*█")

    # A start takes a clear yes.
    screen.press("k")
    screen.wait_for_line("^▌ ○ Prices 4060")
    screen.press("S")
    screen.wait_for("Start “Prices 4060”?")
    screen.press(ENTER)  # the focus is on No
    screen.wait_until_gone("Start “Prices 4060”?")
    assert simulator.commands() == []
    screen.press("S")
    screen.wait_for("Start “Prices 4060”?")
    screen.answer("y", "Start “Prices 4060”?")
    screen.wait_for_line("^.*Start accepted at .*: the server said “Job created successfully”")
    assert simulator.states()["Price list"] == "RUNNING"

    # An abort in production takes the form's link name.
    screen.press("j", "X")
    screen.wait_for("Abort “Customers 4027”?")
    screen.wait_for("There is no rollback")
    screen.press("y", ENTER)
    screen.wait_for_line("^ +│ +y +│")
    screen.press(ESCAPE)
    screen.wait_until_gone("Abort “Customers 4027”?")
    assert simulator.commands() == [("4060", "start")]
    screen.press("X")
    screen.wait_for("Abort “Customers 4027”?")
    screen.press(*"Customers")
    screen.answer(ENTER, "Abort “Customers 4027”?")
    screen.wait_for_line("^.*Abort accepted at .*: the server said “Job aborted successfully”")
    screen.wait_for_line("^  ▶ Prices 4060")
    screen.wait_for_line("^▌ ■ Customers 4027")
    assert simulator.states()["Customers"] == "USER_ABORTED"

    screen.press("q")
    assert screen.exit_code() == 0
    assert screen.is_as_it_was()
    commands = [("4060", "start"), ("4027", "abort")]
    assert simulator.commands() == commands

    # The list is there again; one job leaves it, and nothing changes at Zoho.
    again = on_terminal(env=env)
    again.wait_for_line("▶ Prices 4060")
    again.wait_for_line("■ Customers 4027")
    asked = command_line_of(again)
    wait_for_keys(again)
    again.press("x")
    again.wait_for("Stop watching “Prices 4060”?")
    again.answer("y", "Stop watching “Prices 4060”?")
    again.wait_until(lambda: not again.line_with("Prices 4060"), "row gone")
    again.press("q")
    assert again.exit_code() == 0
    with closing(open_database(home / "state" / FILE_NAME)) as database:
        (kept,) = WatchList(database, "default").jobs()
    assert kept.ref.job_id == running.rpartition("/")[2]
    assert simulator.commands() == commands
    assert simulator.states()["Price list"] == "RUNNING"

    secret = simulator.token.encode()
    for place in (bytes(screen.written), bytes(again.written), asked, *files_below(home).values()):
        assert secret not in place


def test_the_question_of_an_abort(
    on_terminal: Open, simulator: SimulatorThread, home: Path
) -> None:
    env = environment(home, base_url=simulator.base_url, token=simulator.token)
    aborted = on_terminal("abort", simulator.urls["Customers"], env=env)
    interrupted = on_terminal("abort", simulator.urls["Orders"], env=env)
    aborted.wait_for("there is no rollback")
    aborted.wait_for("type the form's link name (Customers)")
    aborted.press("Customers", ENTER)
    assert aborted.exit_code() == 0
    assert "Job aborted successfully" in aborted.text
    assert FIRST_PRIVATE not in aborted.written
    interrupted.wait_for("type the form's link name")
    interrupted.press("\x03")
    assert interrupted.exit_code() == 130
    assert b"Traceback" not in interrupted.written
    assert simulator.commands() == [("4027", "abort")]
    assert simulator.states()["Customers"] == "USER_ABORTED"


def test_what_cannot_be_used_is_said_before_the_screen_is_taken(
    on_terminal: Open, home: Path
) -> None:
    bad = environment(home, token="1000.x", config="read_only = 1\n")
    terminal = on_terminal(env=bad, columns=250)
    assert terminal.exit_code() == 2
    said = " ".join(" ".join(terminal.lines).split())
    assert said.startswith("zcbulk-tui: ")
    for words in ("config.toml, line 1: read_only cannot be 1", "true or false"):
        assert words in said
    assert FIRST_PRIVATE not in terminal.written
    assert ALTERNATE_SCREEN not in terminal.modes
    assert terminal.is_as_it_was()
    assert list(files_below(home)) == ["config.toml"]
