"""The simulator as a command that serves until it is told to stop."""

import signal
import sys
import threading

from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.messages import LogEntry
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.server import HOST, LoopbackServer


def run(port: int, scenario: str, speed: float, seed: int) -> int:
    """Serve a scenario and print a line for each call until SIGINT or SIGTERM.

    Args:
        port: On the loopback interface; 0 = any free one.
        scenario: A key of ``SCENARIOS``.
        speed: Simulated seconds to a real one.
        seed: See ``build``.

    Returns:
        The exit code: 0 after a signal, 1 if the port cannot be had.
    """
    creator = build(scenario, seed=seed, speed=speed)
    creator.on_call = _Printer()
    try:
        server = LoopbackServer(creator, port)
    except OSError as error:
        print(f"Cannot listen on {HOST}:{port}: {error.strerror}.", file=sys.stderr)
        return 1
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with server:
        _print_welcome(creator, scenario, server.base_url)
        stop.wait()
    return 0


def _print_welcome(creator: Creator, scenario: str, base_url: str) -> None:
    print(f"Simulated Zoho Creator, scenario {scenario}, at {base_url}")
    print(f"export ZCBULK_BASE_URL={base_url}")
    print(f"export ZCBULK_ACCESS_TOKEN={creator.token}")
    for job in creator.jobs.values():
        print(f"{base_url}{job.path}  {job.label} ({job.address.environment})")
    sys.stdout.flush()


class _Printer:
    """Prints calls, until nobody reads them any more: serving goes on."""

    def __init__(self) -> None:
        self._is_read = True

    def __call__(self, entry: LogEntry) -> None:
        if self._is_read:
            try:
                print(entry.line(), flush=True)
            except OSError:
                self._is_read = False
