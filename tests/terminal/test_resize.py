"""Sizes that come in storms, sizes that nobody can use, and a terminal that reads late."""

import time

from tests.support.terminal import Terminal
from tests.terminal.conftest import Open

STORM = 100
"""Resizes in about a second."""

WHOLE_SCREEN = 35_000
"""Bytes, at least, that a screen of 120 by 36 may cost."""


def read_for(terminal: Terminal, seconds: float) -> None:
    """Reads for a while."""
    end = time.monotonic() + seconds
    terminal.wait_until(lambda: time.monotonic() > end)


def test_every_size_and_every_delay_ends_in_the_right_picture(on_terminal: Open) -> None:
    demo = on_terminal("demo")
    demo.wait_for("connected")
    demo.wait_for("Tax codes")
    demo.press("p")  # so that the picture stands still
    demo.wait_for("polls paused")
    whole = [line[:22] for line in demo.lines]

    def is_as_before() -> bool:
        return [line[:22] for line in demo.lines] == whole and "polls paused" in demo.lines[0]

    # A storm costs a few screens.
    before = len(demo.written)
    for step in range(STORM):
        demo.resize(70 + step * 7 % 60, 16 + step * 5 % 20)
        demo._read(0.01)
    demo.resize(120, 36)
    demo.wait_until(is_as_before, "picture as before")
    assert len(demo.written) - before < 8 * WHOLE_SCREEN

    # What was not read for a while loses nothing.
    demo.fill()
    demo.resize(120, 36)
    demo.wait_until(is_as_before, "picture as before")

    # No size is too small.
    for columns, lines in ((1, 1), (200, 2), (3, 60), (48, 12)):
        demo.resize(columns, lines)
        read_for(demo, 0.2)
    demo.wait_for_line("This needs 60x15 at least")
    demo.wait_for("48x12.")
    assert "DEMO" not in demo.text
    demo.press("G", "a")
    read_for(demo, 0.3)
    demo.resize(120, 36)
    demo.wait_for_line("^▌ ▶ Orders EU")
    demo.press("j")
    demo.wait_for_line("^▌ ○ Warehouses")
    assert "Watch a job" not in demo.text
    demo.press("G")
    demo.wait_for_line("^▌...Regions")
    demo.resize(20, 5)
    demo.wait_for("20x5.")
    demo.press("q")
    assert demo.exit_code() == 0
    assert b"Traceback" not in demo.written
