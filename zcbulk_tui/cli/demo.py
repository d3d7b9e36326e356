"""``zcbulk-tui demo``: the dashboard over the simulator; no account, no network, no files."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from zcbulk_tui.cli import options
from zcbulk_tui.cli.appearance import default_preferences
from zcbulk_tui.cli.charset import Ascii
from zcbulk_tui.cli.dashboard import show
from zcbulk_tui.monitor.events import Sink
from zcbulk_tui.render.order import Order, SortBy
from zcbulk_tui.tui.profile_spec import ProfileSpec

if TYPE_CHECKING:  # loaded with what it connects to, after the first frame
    from zcbulk_tui.tui.connection import Connection


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what can be typed after the command."""
    options.add_screen_options(parser, inherit=True)
    parser.add_argument(
        "--seed", type=int, default=1, help="seed of the course of events (default: 1)"
    )
    parser.add_argument(
        "--speed", type=options.speed, default=1.0, help="times as fast (default: 1)"
    )


def run(arguments: Namespace) -> int:
    """Shows the demo until it is left; returns the exit code."""
    read_only: bool = arguments.read_only

    def connect(sink: Sink) -> "Connection":
        # With it come httpx, pydantic and the simulator, which the first frame does not wait for.
        from zcbulk_tui.cli import simulated

        return simulated.connect_demo(
            sink, seed=arguments.seed, speed=arguments.speed, read_only=read_only
        )

    spec = ProfileSpec(connect, "DEMO", read_only=read_only, is_real=False)
    ascii_only: Ascii = "auto" if arguments.ascii is None else arguments.ascii
    preferences = default_preferences(ascii=ascii_only, sparing=arguments.low_bandwidth)
    return show([spec], preferences._replace(order=Order(SortBy.RISK)))
