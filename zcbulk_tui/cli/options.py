"""Options and arguments that several commands take."""

import argparse

from zcbulk_tui.domain.job import Environment


def add_profile(parser: argparse.ArgumentParser, *, inherit: bool = False) -> None:
    """Adds the profile; `inherit` where it may have been named before the command."""
    # A command's own default would overwrite what was given before the command.
    parser.add_argument(
        "--profile",
        metavar="NAME",
        default=argparse.SUPPRESS if inherit else None,
        help="which profile of the configuration to use",
    )


def add_screen_options(parser: argparse.ArgumentParser, *, inherit: bool = False) -> None:
    """Adds how the dashboard is drawn; `inherit` as for the profile."""
    default = argparse.SUPPRESS if inherit else False
    parser.add_argument(
        "--read-only", action="store_true", default=default, help="leave out start and abort"
    )
    parser.add_argument(
        "--ascii", action="store_true", default=default, help="draw with ASCII characters only"
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
