"""What can be typed. Each command imports what it needs only when it runs."""

import argparse
import gc
from typing import TypeVar

from zcbulk_tui import __version__
from zcbulk_tui.domain.job import Action, Environment

_Number = TypeVar("_Number", int, float)

_DESCRIPTION = """\
Watches Zoho Creator bulk insert jobs, and starts or aborts them.
Without a command: the dashboard over your watch list."""

_EPILOG = """\
environment:
  ZCBULK_ACCESS_TOKEN  access token of a Zoho account
  ZCBULK_BASE_URL      replaces the host of every job URL (http only to this machine)
  ZCBULK_CONFIG        configuration file
  ZCBULK_STATE_DIR     folder of the watch list and the ledger of calls

exit codes:
  0 fine, 1 the operation was refused or failed, 2 usage or configuration,
  3 sign-in, 4 network or server"""


def make_parser() -> argparse.ArgumentParser:
    """Returns the parser; the function to run is in ``run``."""
    parser = argparse.ArgumentParser(
        prog="zcbulk-tui",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"zcbulk-tui {__version__}")
    _add_screen_options(parser)
    parser.set_defaults(run=_dashboard)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    demo = commands.add_parser("demo", help="the dashboard over simulated jobs; needs no account")
    _add_screen_options(demo, inherit=True)
    demo.add_argument("--seed", type=int, default=1, help="another course of events (default: 1)")
    demo.add_argument("--speed", type=_speed, default=1.0, help="times as fast (default: 1)")
    demo.set_defaults(run=_demo)

    watch = commands.add_parser("watch", help="the dashboard over these jobs only")
    _add_job_arguments(watch, several=True)
    _add_screen_options(watch, inherit=True)
    watch.set_defaults(run=_watch)

    status = commands.add_parser("status", help="print the status of jobs: 1 call each")
    _add_job_arguments(status, several=True)
    status.add_argument("--json", action="store_true", help="as a JSON array, an object per job")
    status.set_defaults(run=_status)

    for action, what in (
        (Action.START, "start a job whose file is uploaded"),
        (Action.ABORT, "abort a job; there is no rollback"),
    ):
        control = commands.add_parser(action.value, help=what)
        _add_job_arguments(control, several=False)
        control.add_argument("--yes", action="store_true", help="do not ask (for scripts)")
        control.set_defaults(run=_control, action=action)

    simulator = commands.add_parser(
        "simulator",
        help="serve a stand-in for Zoho Creator on this machine",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="scenarios: zcbulk-tui simulator --list",
    )
    simulator.add_argument("--port", type=_port, default=0, help="default: any free one")
    simulator.add_argument("--scenario", default="steady", help="default: steady")
    simulator.add_argument("--speed", type=_speed, default=1.0, help="times as fast (default: 1)")
    simulator.add_argument("--seed", type=int, default=1, help="default: 1")
    simulator.add_argument("--list", action="store_true", help="list the scenarios and stop")
    simulator.set_defaults(run=_simulator)
    return parser


def _add_screen_options(parser: argparse.ArgumentParser, *, inherit: bool = False) -> None:
    # A command's own default would overwrite what was given before the command.
    default = argparse.SUPPRESS if inherit else False
    parser.add_argument(
        "--read-only", action="store_true", default=default, help="leave out start and abort"
    )
    parser.add_argument(
        "--ascii", action="store_true", default=default, help="draw with ASCII characters only"
    )


def _add_job_arguments(parser: argparse.ArgumentParser, *, several: bool) -> None:
    parser.add_argument(
        "urls", metavar="URL", nargs="+" if several else 1, help="a job's status URL"
    )
    parser.add_argument(
        "--environment",
        choices=[environment.value for environment in Environment],
        help="where the jobs live (default: the setting, or production)",
    )


def _speed(text: str) -> float:
    speed = _number(text, float)
    if not 0 < speed <= 10_000:
        raise argparse.ArgumentTypeError("should be above 0 and at most 10000")
    return speed


def _port(text: str) -> int:
    port = _number(text, int)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError("should be from 0 to 65535")
    return port


def _hurry() -> None:
    """Puts garbage collection off until the screen is up: start-up makes nothing but keepsakes."""
    gc.disable()


def _number(text: str, kind: type[_Number]) -> _Number:
    try:
        return kind(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number") from None


def _dashboard(arguments: argparse.Namespace) -> int:
    _hurry()
    from zcbulk_tui.cli import dashboard

    return dashboard.run(read_only=arguments.read_only, ascii_only=arguments.ascii)


def _watch(arguments: argparse.Namespace) -> int:
    _hurry()
    from zcbulk_tui.cli import dashboard

    return dashboard.run(
        urls=arguments.urls,
        environment=arguments.environment,
        read_only=arguments.read_only,
        ascii_only=arguments.ascii,
    )


def _demo(arguments: argparse.Namespace) -> int:
    _hurry()
    from zcbulk_tui.cli import demo

    return demo.run(
        seed=arguments.seed,
        speed=arguments.speed,
        read_only=arguments.read_only,
        ascii_only=arguments.ascii,
    )


def _status(arguments: argparse.Namespace) -> int:
    from zcbulk_tui.cli import status

    return status.run(arguments.urls, arguments.environment, as_json=arguments.json)


def _control(arguments: argparse.Namespace) -> int:
    from zcbulk_tui.cli import control

    return control.run(
        arguments.action, arguments.urls[0], arguments.environment, yes=arguments.yes
    )


def _simulator(arguments: argparse.Namespace) -> int:
    from zcbulk_tui.cli import simulator

    if arguments.list:
        return simulator.list_scenarios()
    return simulator.run(arguments.port, arguments.scenario, arguments.speed, arguments.seed)
