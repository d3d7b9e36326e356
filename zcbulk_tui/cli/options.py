"""The parser of one command, and the options and arguments that several commands take."""

import argparse
from collections.abc import Callable, Sequence
from typing import Any

from zcbulk_tui.domain.job import Environment


class Command(argparse.ArgumentParser):
    """The parser of a command, which is filled when the command is typed.

    To fill those of all commands takes some hundredths of the time until the dashboard's first
    frame, and it needs none of them.

    Args:
        fill: Adds what can be typed after the command.
        options: See `argparse.ArgumentParser`.
    """

    def __init__(self, *, fill: "Callable[[Command], None] | None" = None, **options: Any) -> None:
        super().__init__(**options)
        self._fill = fill

    def parse_known_args(  # type: ignore[override]  # Any is what its three overloads return
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        """Fills it, and parses what was typed."""
        fill, self._fill = self._fill, None
        if fill is not None:
            fill(self)
            add_ascii(self, inherit=True)
        return super().parse_known_args(args, namespace)


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
    parser.add_argument(
        "--read-only", action="store_true", default=default, help="leave out start and abort"
    )
    parser.add_argument(
        "--low-bandwidth", action="store_true", default=default, help="draw less often"
    )


def add_ascii(parser: argparse.ArgumentParser, *, inherit: bool = False) -> None:
    """Adds what the terminal is shown; `inherit` as for the profile."""
    parser.add_argument(
        "--ascii",
        action=argparse.BooleanOptionalAction,
        default=argparse.SUPPRESS if inherit else None,
        help="show a terminal ASCII only, or everything (default: by the locale)",
    )


def add_job_arguments(
    parser: argparse.ArgumentParser, *, several: bool, remembered: bool = False
) -> None:
    """Adds the jobs; one that is remembered has more names, and several may be all of these."""
    number = ("*" if remembered else "+") if several else 1
    parser.add_argument(
        "jobs",
        metavar="JOB",
        nargs=number,
        help="a job's status URL, its id, or its label on the watch list"
        if remembered
        else "a job's status URL, or its id where the profile tells owner, app and form",
    )
    add_profile(parser, inherit=True)
    add_environment(parser)


def add_environment(parser: argparse.ArgumentParser) -> None:
    """Adds where jobs live whose environment is not told."""
    parser.add_argument(
        "--environment",
        choices=[environment.value for environment in Environment],
        help="where the jobs live (default: the setting, or production)",
    )
