"""``zcbulk-tui start``: starts jobs, and waits for their end where that is wanted."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from functools import partial

from zcbulk_tui.cli import control, waiting
from zcbulk_tui.cli.wait_lines import make_report
from zcbulk_tui.cli.waiting import Waited
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.job import WatchedJob

_EPILOG = f"""\
With --wait, the jobs that were started are waited for. What Zoho refused to start decides the exit
code, else the wait does. With --json, one array is printed at the end: each object has the status
of its job then; how it goes is on the standard error.

{waiting.EXIT_CODES}"""


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what can be typed after the command."""
    control.add_arguments(parser)
    waiting.add_wait(parser)
    waiting.add_timeout(parser)
    parser.epilog = _EPILOG


def run(arguments: Namespace) -> int:
    """Starts jobs, one after the other; for the exit code and errors see `control.carry_out`."""
    waiting.check_arguments(arguments)
    return control.carry_out(arguments, partial(_wait, arguments) if arguments.wait else None)


def _wait(arguments: Namespace, settings: Settings, jobs: Sequence[WatchedJob]) -> Waited:
    return waiting.wait(
        settings,
        jobs,
        make_report(to_errors=arguments.json),
        names=arguments.jobs,
        options=waiting.options_of(arguments),
        timeout=arguments.timeout,
    )
