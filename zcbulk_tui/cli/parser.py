"""What can be typed."""

import argparse
from functools import partial
from typing import TypeVar

from zcbulk_tui import __version__
from zcbulk_tui.cli import memory_parser, options, run
from zcbulk_tui.cli.options import Command
from zcbulk_tui.domain.job import Action
from zcbulk_tui.errors import Occasion

_Number = TypeVar("_Number", int, float)

_DESCRIPTION = """\
Watches Zoho Creator bulk insert jobs, and starts or aborts them.
Without a command: the dashboard over your watch list, in which ? shows every key.

first steps:
  zcbulk-tui demo      look around; needs no account
  zcbulk-tui login     sign in to Zoho, once and for all
  zcbulk-tui           then paste a job's URL, or press a"""

_EPILOG = """\
environment:
  ZCBULK_CONFIG        configuration file
  ZCBULK_STATE_DIR     folder of the memory (watch list, readings, log) and the sign-in
  ZCBULK_PROFILE       profile to use; every other setting has its variable, too:
                       ZCBULK_READ_ONLY, ZCBULK_BUDGET_PLAN, … (zcbulk-tui config show)
  ZCBULK_ACCESS_TOKEN  access token, instead of a sign-in
  NO_COLOR             no colours, unless it is empty

exit codes:
  0 fine, 1 the operation was refused or failed, 2 usage or configuration,
  3 sign-in, 4 network or server"""


_LOGIN = """\
Without an option: shows a code that you type in any browser.

What is not told is asked. In a script, set data_center and client_id (or ZCBULK_DATA_CENTER
and ZCBULK_CLIENT_ID) and ZCBULK_CLIENT_SECRET; other secrets are read from the standard
input, a line each."""


def make_parser() -> argparse.ArgumentParser:
    """Returns the parser; the function to run is in ``run``."""
    parser = argparse.ArgumentParser(
        prog="zcbulk-tui",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"zcbulk-tui {__version__}")
    options.add_profile(parser)
    options.add_screen_options(parser)
    options.add_ascii(parser)
    parser.set_defaults(run=run.dashboard)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=Command)
    add = commands.add_parser
    raw = argparse.RawDescriptionHelpFormatter
    add(
        "login",
        fill=_fill_login,
        help="sign in to Zoho, once and for all",
        formatter_class=raw,
        epilog=_LOGIN,
    )
    add("logout", fill=_fill_logout, help="revoke the sign-in at Zoho, and forget it")
    add("demo", fill=_fill_demo, help="the dashboard over simulated jobs; needs no account")
    add("watch", fill=_fill_watch, help="the dashboard over these jobs only")
    add(
        "status",
        fill=_fill_status,
        help="print the status of jobs: at most 1 call each",
        description="Prints the status of jobs. A job that a dashboard on the same profile polls, "
        "or that is over, costs no call, unless it was commanded since: what is remembered of it "
        "is printed.",
    )
    for action, what in (
        (Action.START, "start a job whose file is uploaded"),
        (Action.ABORT, "abort a job; there is no rollback"),
    ):
        add(action.value, fill=partial(_fill_control, action), help=what)
    memory_parser.add(commands)
    add(
        "simulator",
        fill=_fill_simulator,
        help="serve a stand-in for Zoho Creator on this machine",
        formatter_class=raw,
        epilog="scenarios: zcbulk-tui simulator --list",
    )
    add("config", fill=_fill_config, help="show, check or begin the configuration file")
    add(
        "doctor",
        fill=_fill_doctor,
        help="check all that stands between you and Zoho; costs no call",
    )
    return parser


def _fill_login(login: Command) -> None:
    options.add_profile(login, inherit=True)
    ways = login.add_mutually_exclusive_group()
    ways.add_argument(
        "--self-client",
        action="store_true",
        help="with a code that the console's “Generate Code” gives",
    )
    ways.add_argument(
        "--refresh-token",
        metavar="FILE",
        nargs="?",
        const="",
        help="with a refresh token that you have: in FILE, in ZCBULK_REFRESH_TOKEN, or typed",
    )
    login.set_defaults(run=run.login)


def _fill_logout(logout: Command) -> None:
    options.add_profile(logout, inherit=True)
    logout.add_argument("--local", action="store_true", help="forget it without a word to Zoho")
    logout.set_defaults(run=run.logout)


def _fill_demo(demo: Command) -> None:
    options.add_screen_options(demo, inherit=True)
    demo.add_argument("--seed", type=int, default=1, help="another course of events (default: 1)")
    demo.add_argument("--speed", type=_speed, default=1.0, help="times as fast (default: 1)")
    demo.set_defaults(run=run.demo)


def _fill_watch(watch: Command) -> None:
    options.add_job_arguments(watch, several=True)
    options.add_screen_options(watch, inherit=True)
    watch.set_defaults(run=run.watch)


def _fill_status(status: Command) -> None:
    options.add_job_arguments(status, several=True)
    status.add_argument("--json", action="store_true", help="as a JSON array, an object per job")
    status.add_argument("--fresh", action="store_true", help="ask Zoho for each: 1 call each")
    status.set_defaults(run=run.status)


def _fill_control(action: Action, control: Command) -> None:
    options.add_job_arguments(control, several=False)
    control.add_argument("--yes", action="store_true", help="do not ask (for scripts)")
    control.set_defaults(run=run.control, action=action, occasion=Occasion.COMMAND)


def _fill_simulator(simulator: Command) -> None:
    simulator.add_argument("--port", type=_port, default=0, help="default: any free one")
    simulator.add_argument("--scenario", default="steady", help="default: steady")
    simulator.add_argument("--speed", type=_speed, default=1.0, help="times as fast (default: 1)")
    simulator.add_argument("--seed", type=int, default=1, help="default: 1")
    simulator.add_argument(
        "--token-life",
        type=_seconds,
        default=3600.0,
        metavar="SECONDS",
        help="an access token holds (default: 3600); below 3600 the limit of 10 tokens in ten"
        " minutes is off",
    )
    simulator.add_argument(
        "--sign-in-error", metavar="NAME", help="answer sign-in calls with this error"
    )
    simulator.add_argument(
        "--list", action="store_true", help="list the scenarios and sign-in errors, and stop"
    )
    simulator.set_defaults(run=run.simulator)


def _fill_config(config: Command) -> None:
    parts = config.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for part, what in (
        ("show", "print every setting, and where it comes from"),
        ("path", "print where the file is, or would be"),
        ("init", "write a file with every setting and its default"),
        ("check", "check the file, all profiles of it, and the environment"),
    ):
        command = parts.add_parser(part, help=what)
        options.add_profile(command, inherit=True)
        if part == "show":
            command.add_argument("--json", action="store_true", help="as a JSON object")
        command.set_defaults(run=run.config, part=part)


def _fill_doctor(doctor: Command) -> None:
    doctor.add_argument(
        "job", metavar="JOB", nargs="?", help="a job whose status is to be asked for, too: 1 call"
    )
    options.add_profile(doctor, inherit=True)
    doctor.add_argument("--json", action="store_true", help="as a JSON object")
    doctor.set_defaults(run=run.doctor)


def _speed(text: str) -> float:
    speed = _number(text, float)
    if not 0 < speed <= 10_000:
        raise argparse.ArgumentTypeError("should be above 0 and at most 10000")
    return speed


def _seconds(text: str) -> float:
    seconds = _number(text, float)
    if not 1 <= seconds <= 86_400:
        raise argparse.ArgumentTypeError("should be from 1 to 86400")
    return seconds


def _port(text: str) -> int:
    port = _number(text, int)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError("should be from 0 to 65535")
    return port


def _number(text: str, kind: type[_Number]) -> _Number:
    try:
        return kind(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number") from None
