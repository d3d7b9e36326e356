"""``zcbulk-tui report``: prints what happened in a night, or since a moment."""

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime

from zcbulk_tui.cli import options
from zcbulk_tui.cli.log import parse_since
from zcbulk_tui.cli.night_report import gather
from zcbulk_tui.cli.output import print_json, print_lines
from zcbulk_tui.cli.report_json import report_object
from zcbulk_tui.cli.state import open_memory, seems_signed_in
from zcbulk_tui.config import load
from zcbulk_tui.domain.night import Night
from zcbulk_tui.errors import UsageError
from zcbulk_tui.render.report import markdown
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.nights import Nights

_DESCRIPTION = """\
Prints what ran, what went in, what failed and why, what was done, and what needs a person: as
Markdown, or as JSON. It reads the memory and the results on this disk, and makes no call. Every
figure is as it was read; what needs a person is said as it stands now."""

_EPILOG = """\
WHEN is a span back from now (12h, 3d), a date (2026-03-11) or a date and a time."""


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what can be typed after the command."""
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    about = parser.add_mutually_exclusive_group()
    about.add_argument(
        "--since", metavar="WHEN", help="since this moment (default: the last night, else 24h)"
    )
    about.add_argument("--night", metavar="ID", help="of this night; its id is in the JSON")
    parser.add_argument("--json", action="store_true", help="as a JSON object")
    options.add_profile(parser, inherit=True)


def run(arguments: Namespace) -> int:
    """Prints a report; returns the exit code.

    Raises:
        UsageError: There is no such night, or what was typed as a moment is none.
        ConfigError: The memory cannot be read.
    """
    settings = load.load(flags=options.setting_flags(arguments))
    now = datetime.now(UTC)
    no_token = "" if seems_signed_in(settings) else "the profile is not signed in"
    with open_memory(is_only_read=True) as database:
        night = None
        if arguments.since is None:
            night = _night(arguments.night, database, settings.profile)
        if night is not None:
            since, until = night.began_at, night.ended_at or now
        else:
            since, until = parse_since(arguments.since or "24h", now), now
        report = gather(
            database, settings.profile, since, until, now, night=night, no_token=no_token
        )
    if arguments.json:
        print_json(report_object(report))
    else:
        print_lines(markdown(report).splitlines())
    return 0


def _night(typed: str | None, database: Database, profile: str) -> Night | None:
    """The night that was named, else the last one; None where there was none."""
    nights = Nights(database, profile)
    if typed is None:
        return nights.last()
    found = nights.find(int(typed)) if typed.isascii() and typed.isdecimal() else None
    if found is None:
        raise UsageError(
            "There is no such night",
            next_step="Leave out --night for the last one, or name a moment: --since 12h",
        )
    return found
