"""``zcbulk-tui store``: looks after the file of the memory."""

import time
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime

from zcbulk_tui.cli import options
from zcbulk_tui.cli.context import retention
from zcbulk_tui.cli.state import open_memory
from zcbulk_tui.config import load
from zcbulk_tui.domain.text import counted
from zcbulk_tui.store.retention import Compacted, compact


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what can be typed after the command."""
    parts = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    compacting = parts.add_parser("compact", help="delete old entries, and shrink the file")
    options.add_profile(compacting, inherit=True)


def run(arguments: Namespace) -> int:
    """Forgets what is too old, makes the file small, prints what came of it; returns the exit code.

    Raises:
        ConfigError: The memory cannot be used, or another program is in the way.
    """
    settings = load.load(flags=options.setting_flags(arguments))
    with open_memory() as database:
        begun = time.monotonic()
        done = compact(database, retention(settings), datetime.now(UTC))
        seconds = time.monotonic() - begun
    print(_forgotten(done))
    print(f"Size: {_size(done.before)} before, {_size(done.after)} now. It took {seconds:.1f} s.")
    return 0


def _forgotten(done: Compacted) -> str:
    thinned = done.thinned
    parts = (
        counted(thinned.readings, "reading"),
        counted(thinned.events, "event"),
        counted(thinned.calls, "call"),
        counted(thinned.control, "record of start and abort", "records of start and abort"),
        counted(thinned.jobs, "job"),
    )
    return f"Forgotten: {', '.join(parts)}."


def _size(count: int) -> str:
    return f"{count / 1e6:,.1f} MB" if count >= 1e6 else f"{count / 1e3:,.0f} kB"
