"""The options and arguments that several commands take."""

import argparse
from typing import TypeVar

from zcbulk_tui.cli.colours import Choice
from zcbulk_tui.domain.commands import DEFAULT_PROFILE
from zcbulk_tui.domain.job import Environment

JOB = "a job's status URL, its id, at least 4 last digits of its id, or its label"
"""What help says of a job; an id that is not on the watch list needs owner, app and form."""

_Number = TypeVar("_Number", int, float)


def add_profile(parser: argparse.ArgumentParser, *, inherit: bool = False) -> None:
    """Adds the profile; `inherit` where it may have been named before the command."""
    # A command's own default would overwrite what was given before the command.
    parser.add_argument(
        "--profile",
        metavar="NAME",
        default=argparse.SUPPRESS if inherit else None,
        help="which profile of the configuration to use; the dashboard shows several: eu,us",
    )


def add_screen_options(parser: argparse.ArgumentParser, *, inherit: bool = False) -> None:
    """Adds how the dashboard is drawn; `inherit` as for the profile."""
    default = argparse.SUPPRESS if inherit else False
    add_read_only(parser, inherit=inherit)
    parser.add_argument(
        "--low-bandwidth", action="store_true", default=default, help="draw less often"
    )


def add_read_only(parser: argparse.ArgumentParser, *, inherit: bool = False) -> None:
    """Adds that nothing is to change at Zoho; `inherit` as for the profile."""
    parser.add_argument(
        "--read-only",
        action="store_true",
        default=argparse.SUPPRESS if inherit else False,
        help="leave out start and abort, and insert nothing",
    )


def add_ascii(parser: argparse.ArgumentParser, *, inherit: bool = False) -> None:
    """Adds what the terminal is shown; `inherit` as for the profile."""
    parser.add_argument(
        "--ascii",
        action=argparse.BooleanOptionalAction,
        default=argparse.SUPPRESS if inherit else None,
        help="show a terminal ASCII only, or everything (default: by the locale)",
    )


def add_color(parser: argparse.ArgumentParser, *, inherit: bool = False) -> None:
    """Adds whether what is printed is coloured; `inherit` as for the profile."""
    parser.add_argument(
        "--color",
        choices=[choice.value for choice in Choice],
        default=argparse.SUPPRESS if inherit else Choice.AUTO.value,
        help="print in colours (default: auto, on a terminal unless NO_COLOR is set)",
    )


def add_job_arguments(
    parser: argparse.ArgumentParser, nargs: int | str, *, left_out: str = ""
) -> None:
    """Adds the jobs, and what says which ones these are.

    Args:
        parser: Of the command.
        nargs: How many there may be, as `argparse` has it.
        left_out: What it means to name none; empty where one must be named.
    """
    default = f" (default: {left_out})" if left_out else ""
    parser.add_argument("jobs", metavar="JOB", nargs=nargs, help=f"{JOB}{default}")
    add_profile(parser, inherit=True)
    add_environment(parser)


def add_environment(parser: argparse.ArgumentParser) -> None:
    """Adds where jobs live whose environment is not in their name."""
    parser.add_argument(
        "--environment",
        choices=[environment.value for environment in Environment],
        help="where the jobs live (default: as on the watch list, else the setting, or production)",
    )


def named_profile(arguments: argparse.Namespace) -> str:
    """Returns the profile that was typed, the first of several; the default where none was."""
    return (getattr(arguments, "profile", None) or DEFAULT_PROFILE).split(",")[0]


def named_environment(arguments: argparse.Namespace) -> Environment | None:
    """Returns the environment that was typed; None where none was."""
    return Environment(arguments.environment) if arguments.environment else None


def setting_flags(arguments: argparse.Namespace) -> dict[str, object]:
    """Returns the settings that were given on the command line, None for each that was not."""
    names = ("profile", "environment", "read_only", "low_bandwidth")
    flags = {name: getattr(arguments, name, None) or None for name in names}
    return {**flags, "ascii": arguments.ascii}


def number(text: str, kind: type[_Number]) -> _Number:
    """Reads a number, as the type of an argument.

    Raises:
        ArgumentTypeError: It is none.
    """
    try:
        return kind(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number") from None


def speed(text: str) -> float:
    """Reads how many times as fast simulated time runs.

    Raises:
        ArgumentTypeError: It is no number, or out of bounds.
    """
    times = number(text, float)
    if not 0 < times <= 10_000:
        raise argparse.ArgumentTypeError("should be above 0 and at most 10000")
    return times
