"""``zcbulk-tui log``: prints what happened, every call to Zoho, and every command."""

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime

from zcbulk_tui.cli import options, templates
from zcbulk_tui.cli.json_records import entry_object
from zcbulk_tui.cli.output import print_lines
from zcbulk_tui.cli.state import open_memory
from zcbulk_tui.config import load
from zcbulk_tui.domain.records import Record
from zcbulk_tui.domain.spans import read_span
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import UsageError
from zcbulk_tui.render.log import kind, look, matches, text
from zcbulk_tui.render.span import Line, Look, Span
from zcbulk_tui.store.archive import Archive

_EPILOG = """\
WHEN is a span back from now (30m, 2h, 3d, 1w), a date (2026-03-11) or a date and a time
(2026-03-11T10:30), in the zone of this machine where it names none.

WORDs look for entries that have all of them in their text, kind or job; one that begins
with ! must not be there. kind:event, kind:call and kind:command look for a kind,
job:TEXT for a job by its label or id."""


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what can be typed after the command."""
    parser.epilog = _EPILOG
    parser.add_argument("words", metavar="WORD", nargs="*", help="only entries that have it")
    parser.add_argument("--since", metavar="WHEN", default="24h", help="default: 24h")
    templates.add_arguments(parser, "log", "as a JSON array, an object per entry")
    options.add_profile(parser, inherit=True)


def run(arguments: Namespace) -> int:
    """Prints entries of the log, oldest first; returns the exit code.

    Raises:
        UsageError: What was typed as a moment is none.
        ConfigError: The memory cannot be read.
    """
    settings = load.load(flags=options.setting_flags(arguments))
    start = parse_since(arguments.since, datetime.now(UTC))
    with open_memory(is_only_read=True) as database:
        newest_first = Archive(database, settings.profile).log(since=start)
    entries = [record for record in reversed(newest_first) if matches(record, arguments.words)]
    if templates.is_for_programs(arguments):
        templates.print_found(arguments, [entry_object(record) for record in entries])
    else:
        print_lines(map(_line, entries))
    return 0


def parse_since(text: str, now: datetime) -> datetime:
    """Reads since when: a span back from now, or a date, with a time or without.

    Args:
        text: As in ``30m``, ``2h``, ``3d``, ``1w``, ``2026-03-11`` or ``2026-03-11T10:30``; what
            names no zone is in that of this machine.
        now: Aware.

    Returns:
        The moment, aware, in UTC.

    Raises:
        UsageError: It is none of these, or in the future, of which nothing is known.
    """
    stripped = text.strip()
    try:
        if (span := read_span(stripped)) is not None:
            return (now - span).astimezone(UTC)
        start = datetime.fromisoformat(stripped).astimezone(UTC)
        if start > now:
            raise ValueError("it is in the future")
        return start
    # The last two: a moment that this machine cannot count.
    except (ValueError, OverflowError, OSError):
        raise UsageError(
            f"“{one_line(text, 60)}” is no moment in the past",
            next_step="Write a span back from now (30m, 2h, 3d, 1w), a date (2026-03-11) or a "
            "date and a time (2026-03-11T10:30).",
        ) from None


def _line(record: Record) -> Line:
    at = record.at.astimezone().isoformat(" ", "seconds")
    return Span(f"{at}  ", Look.DIM), Span(f"{kind(record):<7}  "), Span(text(record), look(record))
