"""What comes from the terminal, and is no key: nothing is spent or asked, and all goes on."""

import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.cli import crash
from tests.support.commands import CANARY, environment
from tests.support.jobs import URL
from tests.support.simulators import SimulatorThread
from tests.support.terminal import ESCAPE, Terminal
from tests.terminal.conftest import Open

READY, OTHER = "Prices 4060", "Customers 4027"

ANSWERS = [
    b"\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\",
    b"\x1b]10;rgb:S/X/r\x07",
    b"\x1b]4;1;rgb:aaaa/RRRR/bbbb\x1b\\",
    b"\x1b]52;c;U1hSCg==\x07",
    b"\x1bP1+r524742=38\x1b\\",
    b"\x1bP>|XTerm(390)\x1b\\",
    b"\x1bP1$r2 q\x1b\\",
    b"\x1b_Gi=31;OK\x1b\\",
    b"\x1b^S\x1b\\",
    b"\x1bXSR\x1b\\",
    b"\x90>|tmux 3.4\x9c",
    b"\x9d11;rgb:SS\x9c",
    b"\x1b[?62;22;52c",
    b"\x1b[>84;0;0c",
    b"\x1b[=1;1c",
    b"\x9b?1;2c",
    b"\x1b[1;1R",
    b"\x1b[?2031;2$y",
    b"\x1b[12;4$y",
    b"\x1b[8;24;80t",
    b"\x1b[48;9;20;90;200t",
    b"\x1b[?997;2n",
    b"\x1b[?7u",
]

BROKEN = [
    b"\xe9",
    b"caf\xe9",
    b"\xc3",
    b"\xd3\xf9",
    b"\xff\xfe\x80\x9a",
    b"\x1b[M \x95\xa2",
    b"\x1b[M#\xff\x21",
    b"\xf0\x9f\x98",
    b"\xed\xa0\x80",
    b"\x1b[99999999999;5u",
    b"\x1b[97:65;1:3u",
    b"\x1b[<99999999999;1;1M",
    b"\x00\x01\x02\x80",
]


def opened(on_terminal: Open, simulator: SimulatorThread, env: dict[str, str]) -> Terminal:
    """A dashboard with a ready job and another, whose polls are paused."""
    urls = (simulator.urls["Price list"], simulator.urls["Customers"])
    screen = on_terminal("watch", *urls, env=env, columns=180)
    screen.wait_for_line(f"▶ {OTHER} .*█")
    screen.wait_for_line(f"○ {READY}")
    screen.press("p")
    screen.wait_for("polls paused")
    return screen


def is_still_there(screen: Terminal) -> None:
    """The next keys move the cursor."""
    for key, name in (("G", OTHER), ("g", READY)):
        for _ in range(10):  # one that a busy program reads together with text is text
            screen.press(key)
            with suppress(AssertionError):
                screen.wait_for_line(f"^▌ . {name}", 2.0)
                break
        screen.wait_for_line(f"^▌ . {name}", 0.0)


def test_what_is_no_key_spends_and_starts_nothing(
    on_terminal: Open, simulator: SimulatorThread, home: Path
) -> None:
    env = environment(home, base_url=simulator.base_url, token=simulator.token)
    screen = opened(on_terminal, simulator, env)
    before = simulator.log()
    for sent in ANSWERS:
        screen.send(sent)
        screen.send(sent[:3])
        screen.send(sent[3:])
    is_still_there(screen)
    for sent in BROKEN:
        screen.send(sent)
        screen.press("\x1b[A")
    is_still_there(screen)
    assert simulator.log() == before

    # Text that comes together is no row of keys.
    for reads in ([b"Salary"], [b"Sy\r"], [b"X" * 4000, b"X" * 4000 + b"r"]):
        for read in reads:
            screen.send(read)
        screen.wait_for("faster than anybody types")
        is_still_there(screen)
        assert "Start “" not in screen.text
        assert "Abort “" not in screen.text
    assert simulator.log() == before

    # A key that is held down on a slow line moves on.
    screen.send(b"jkjkj")
    screen.wait_for_line(f"^▌ . {OTHER}")
    screen.send(b"\x1b[A" * 3)
    screen.wait_for_line(f"^▌ . {READY}")

    # Into a field it is text.
    screen.press("/")
    screen.wait_for("!word for without")
    screen.send(b"Customers")
    screen.wait_for_line("^ *Customers *$")
    screen.wait_until_gone(READY)
    screen.press(ESCAPE)
    screen.wait_for(READY)

    # Jobs in it are offered.
    screen.send(f"watch {URL}, and {URL[:-1]}9.".encode())
    screen.wait_for("Watch 2 jobs?")
    assert simulator.log() == before
    screen.press(ESCAPE)
    screen.wait_until_gone("Watch 2 jobs?")

    # A question takes a yes that comes alone, and not at once.
    screen.press("S")
    screen.wait_for(f"Start “{READY}”?")
    screen.send(b"\ty")
    screen.press("\x1b[Cy")
    screen.wait_for("Too soon for a yes")
    assert f"Start “{READY}”?" in screen.text
    assert simulator.log() == before
    # After text it takes a few seconds until a key cannot be the rest of it.
    screen.answer("y", f"Start “{READY}”?")
    screen.wait_for_line("^.*Start accepted at")
    assert simulator.commands() == [("4060", "start")]
    screen.press("q")
    assert screen.exit_code() == 0
    assert screen.is_as_it_was()
    assert b"Traceback" not in screen.written


@pytest.mark.parametrize(
    ("place", "where"),
    [
        ("zcbulk_tui.tui.terminal.input_driver:messages_of", "thread"),
        ("textual.drivers.linux_driver:LinuxDriver._disable_line_wrap", "loop"),
    ],
)
def test_what_breaks_ends_it_with_a_line(home: Path, place: str, where: str) -> None:
    command = [sys.executable, crash.__file__, place, where, ""]
    with Terminal(command, environment(home, token=CANARY), columns=180) as screen:
        if "line_wrap" not in place:
            screen.wait_for("paste its URL here")
            screen.press("j")
        assert screen.exit_code() == 1
        assert screen.is_as_it_was()
        said = bytes(screen.written).rpartition(b"\x1b[?1049l")[2]
        assert said.count(b"A fault in this program ended it (RuntimeError") == 1
        assert b"Traceback" not in screen.written
