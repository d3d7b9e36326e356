"""Every end of a session is orderly, or at least an end."""

import signal
import time

from tests.terminal.conftest import Open

SIGNALS = [signal.SIGTERM, signal.SIGHUP]


def test_a_signal_ends_it_and_leaves_the_terminal_as_it_was(on_terminal: Open) -> None:
    # Together, since they wait more than they work.
    demos = {number: on_terminal("demo") for number in (*SIGNALS, signal.SIGINT)}
    for demo in demos.values():
        demo.wait_for("connected")
    for number, demo in demos.items():
        demo.send_signal(number)
        code = demo.exit_code(3.0)
        assert code in ((0, 130) if number is signal.SIGINT else (0, 128 + number)), number
        assert demo.is_as_it_was(), number
        assert b"Traceback" not in demo.written


def test_a_signal_ends_it_while_the_terminal_does_not_read(on_terminal: Open) -> None:
    demos = {number: on_terminal("demo") for number in SIGNALS}
    for demo in demos.values():
        demo.wait_for("connected")
        demo.fill()
    for number, demo in demos.items():
        demo.send_signal(number)
    deadline = time.monotonic() + 4.0
    for demo in demos.values():
        demo.exit_code(deadline - time.monotonic(), reading=False)
        assert demo.has_its_attributes_back()
        assert b"Traceback" not in demo.written


def test_a_connection_that_breaks_off_ends_it(on_terminal: Open) -> None:
    reading, hung = on_terminal("demo"), on_terminal("demo")
    for demo in (reading, hung):
        demo.wait_for("connected")
    hung.fill()
    for demo in (reading, hung):
        demo.hang_up()
        demo.exit_code(5.0, reading=False)


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
