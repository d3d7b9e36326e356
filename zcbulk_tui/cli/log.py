"""``zcbulk-tui log``: prints what happened, what was asked of Zoho, and what was commanded."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from zcbulk_tui.cli import memory
from zcbulk_tui.cli.moments import parse_since
from zcbulk_tui.cli.output import print_lines
from zcbulk_tui.cli.records import entry_object
from zcbulk_tui.config import load
from zcbulk_tui.domain.records import Record
from zcbulk_tui.render.log import kind, matches, text
from zcbulk_tui.store.archive import Archive


def run(since: str, words: Sequence[str], flags: Mapping[str, object], *, as_json: bool) -> int:
    """Prints entries of the log, oldest first; returns the exit code.

    Args:
        since: A moment, or a span back from now.
        words: What the entries are to have.
        flags: Settings from the command line.
        as_json: Whether to print JSON.

    Raises:
        UsageError: `since` is no moment.
        ConfigError: The memory cannot be read.
    """
    settings = load.load(flags=flags)
    start = parse_since(since, datetime.now(UTC))
    with memory.database() as database:
        newest_first = Archive(database, settings.profile).log(since=start)
    entries = [record for record in reversed(newest_first) if matches(record, words)]
    if as_json:
        print(json.dumps([entry_object(record) for record in entries], indent=2))
    else:
        print_lines(map(_line, entries))
    return 0


def _line(record: Record) -> str:
    at = record.at.astimezone().isoformat(" ", "seconds")
    return f"{at}  {kind(record):<7}  {text(record)}"
