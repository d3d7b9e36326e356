"""The demo in a terminal: it lives, it fits, and it leaves no trace."""

from pathlib import Path

from tests.support.commands import files_below
from tests.support.jobs import DEMO
from tests.support.terminal import ALTERNATE_SCREEN, CURSOR, MOUSE, Terminal
from tests.terminal.conftest import Open

FIRST_ROW = 3
"""Line of the first job: above it are the status line, a rule and the titles."""

FOOT = 5
"""Lines below the list."""

NAME = 4
"""Cell at which the names begin."""

BAR_GLYPHS = frozenset("█▓▚░")


def bars(terminal: Terminal) -> list[str]:
    """The bars of all jobs."""
    at = terminal.lines[2].find("PROGRESS")
    end = terminal.lines[2].find("%")
    return [line[at:end] for line in terminal.lines[FIRST_ROW : -FOOT - 1]] if at > 0 else []


def is_laid_out(terminal: Terminal, columns: int, lines: int) -> bool:
    """Whether status line, titles, rows, rules and keys stand where they belong at this size."""
    shown = terminal.lines
    rule = "─" * columns
    rows, total = shown[FIRST_ROW : -FOOT - 1], shown[-FOOT - 1]
    at = shown[2].find("PROGRESS")
    return (
        (len(shown), len(shown[0])) == (lines, columns)
        and shown[0].startswith(" DEMO ")
        and (shown[1], shown[-FOOT]) == (rule, rule)
        and shown[2].startswith("    JOB ")
        and total.startswith("  Σ Total")
        and shown[-1].startswith(" S start (2)  X abort (2) ")
        and at > 0
        and all(
            any(row[NAME:at].split("  ")[0].strip().rstrip("…") in label for label in DEMO)
            for row in rows[: len(DEMO)]
        )
        and all(row[NAME:at].strip() for row in rows[: len(DEMO)])
        and all(not row.strip() for row in rows[len(DEMO) :])
        and any(BAR_GLYPHS & set(row) for row in rows)
        and any(row.startswith("▌ ") for row in rows)
    )


def test_the_demo(on_terminal: Open, home: Path) -> None:
    demo = on_terminal("demo")
    demo.wait_for("DEMO")
    demo.wait_for("connected")
    demo.wait_until(lambda: is_laid_out(demo, 120, 36), "whole picture")
    assert {ALTERNATE_SCREEN} | MOUSE <= demo.modes
    assert CURSOR not in demo.modes
    assert not demo.is_as_it_was()

    first = bars(demo)

    def have_moved() -> bool:
        now = bars(demo)
        return len(now) == len(first) and sum(a != b for a, b in zip(first, now, strict=True)) >= 2

    demo.wait_until(have_moved, "bars that move")

    for columns, lines in ((80, 24), (60, 15), (200, 50), (120, 36)):
        demo.resize(columns, lines)
        demo.wait_until(
            lambda size=(columns, lines): is_laid_out(demo, *size),  # type: ignore[misc]  # bound now
            f"picture of {columns} by {lines}",
        )

    demo.press("\x03")  # ctrl+c is no way out, and does no harm
    demo.wait_for("Press q to quit")
    demo.press("G")
    demo.wait_for_line("^▌...Regions")

    demo.press("q")
    assert demo.exit_code() == 0
    assert demo.is_as_it_was()
    assert b"Traceback" not in demo.written
    assert files_below(home) == {}


def test_read_only_in_ascii_and_the_order_of_things(on_terminal: Open) -> None:
    demo = on_terminal("demo", "--read-only", "--ascii")
    demo.wait_for("READ-ONLY")
    demo.wait_for("connected")
    demo.wait_for_line("Tax codes .* expired")
    assert sorted(set(demo.text) - set(map(chr, range(128)))) == []
    assert "S start" not in demo.text
    assert "X abort" not in demo.text
    demo.press("S", "X", "q")
    assert demo.exit_code() == 0
    taken, left = demo.written.index(b"\x1b[?1049h"), demo.written.index(b"\x1b[?1049l")
    assert taken < demo.written.index(b"DEMO") <= demo.written.rindex(b"DEMO") < left
    assert b"DEMO" not in demo.written[left:]
