"""``zcbulk-tui jobs export``: writes what is remembered, for other programs or another machine."""

import csv
import errno
import io
import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from textwrap import indent

from zcbulk_tui.cli import json_records, options
from zcbulk_tui.cli.job_names import remembered_job
from zcbulk_tui.cli.lineage import Chains
from zcbulk_tui.cli.state import open_memory
from zcbulk_tui.config import load
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.job import LIST_VERSION, Environment
from zcbulk_tui.domain.records import History
from zcbulk_tui.domain.text import one_line, to_cell
from zcbulk_tui.errors import ConfigError, OutputError, UsageError
from zcbulk_tui.store import files
from zcbulk_tui.store.archive import Archive
from zcbulk_tui.store.json_objects import JsonObject, job_object, moment, reading_object

_EPILOG = """\
JSON holds the watch list and all that is remembered of its jobs, unless --what restricts
it. CSV is one table, that of --what (default: watch-list)."""

WATCH_LIST = "watch-list"
PARTS = ("readings", "events", "commands")

_OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""What is no fault of the name of a file."""

_JOB = ("origin", "owner", "app", "form", "job_id", "environment", "label")
_ANSWER = ("error", "answer_http_status", "answer_code", "answer_said")

_CHAIN = (
    "root", "attempts", "unclear", "waiting", "total", "inserted", "left", "failed", "under_way"
)  # fmt: skip
"""Of the net result, those that are figures or names."""

_COLUMNS = {
    WATCH_LIST: (
        *_JOB, "tags", "note", "repairs", "added_at", "added_by", "created_at", "started_at",
        *(f"chain_{name}" for name in _CHAIN),
    ),
    "readings": (
        *_JOB, "read_at", "state", "raw_state", "total", "success", "failed", "unprocessed", "code"
    ),
    "events": (*_JOB, "at", "event", "text", *_ANSWER),
    "commands": (
        *_JOB, "at", "key", "action", "operator", "profile", "request", "outcome", "said", *_ANSWER,
        "shown_read_at", "shown_raw_state", "settled_read_at", "settled_raw_state",
    ),
}  # fmt: skip
"""Of each table."""


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what can be typed after the command."""
    parser.epilog = _EPILOG
    options.add_job_arguments(parser, "*", left_out="the watch list")
    parser.add_argument("--format", choices=["json", "csv"], default="json", help="default: json")
    parser.add_argument(
        "--what",
        choices=[WATCH_LIST, *PARTS],
        help="the watch list only, or this of its jobs, too",
    )
    parser.add_argument(
        "--output", metavar="FILE", help="a file that only you can read (default: stdout)"
    )


def run(arguments: Namespace) -> int:
    """Writes the watch list, and what is remembered of its jobs; returns the exit code.

    Raises:
        UsageError: A job is not known, or the file cannot be one.
        OutputError: There is no room for the file, or its disk fails.
        ConfigError: The memory cannot be read.
    """
    settings = load.load(flags=options.setting_flags(arguments))
    path = None if arguments.output is None else checked_path(Path(arguments.output), "--output")
    what: str | None = arguments.what
    with open_memory(is_only_read=True) as database:
        archive = Archive(database, settings.profile)
        environment = options.named_environment(arguments)
        histories = _histories(arguments.jobs, archive, settings, environment)
        chains = archive.chains()
        if arguments.format == "csv":
            pieces = _csv(histories, what or WATCH_LIST, chains)
        else:
            parts = PARTS if what is None else (what,)
            pieces = _json(histories, parts, settings.profile, chains)
        if path is None:
            sys.stdout.writelines(pieces)
        else:
            write_file(path, "".join(pieces))
    return 0


def _histories(
    names: Sequence[str], archive: Archive, settings: Settings, environment: Environment | None
) -> Iterable[History]:
    if names:
        found = [remembered_job(name, archive, settings, environment) for name in names]
        return {history.job.ref: history for history in found}.values()
    # One by one, for all of them together may be much; another window may forget one meanwhile.
    return (archive.history(job.ref) or History(job, ()) for job in archive.jobs())


def _job_with(history: History, parts: Iterable[str], chains: Chains) -> JsonObject:
    return {
        **_job(history, chains),
        **{part: _entries(history, part) for part in parts if part in PARTS},
    }


def _job(history: History, chains: Chains) -> JsonObject:
    chain = chains.get(history.job.ref)
    return {**job_object(history.job), "chain": json_records.chain_object(chain)}


def _entries(history: History, part: str) -> list[JsonObject]:
    match part:
        case "readings":
            return [reading_object(reading) for reading in history.readings]
        case "events":
            return [json_records.event_object(event) for event in history.events]
        case _:
            return [json_records.command_object(record) for record in history.commands]


def _json(
    histories: Iterable[History], parts: Sequence[str], profile: str, chains: Chains
) -> Iterator[str]:
    head = {
        "version": LIST_VERSION,
        "profile": profile,
        "exported_at": moment(datetime.now(UTC)),
    }
    yield f'{json.dumps(head, indent=1)[:-2]},\n "jobs": ['
    before = "\n"
    for history in histories:
        yield before + indent(json.dumps(_job_with(history, parts, chains), indent=1), "  ")
        before = ",\n"
    yield "\n ]\n}\n"


def _csv(histories: Iterable[History], what: str, chains: Chains) -> Iterator[str]:
    columns = _COLUMNS[what]
    row = io.StringIO()
    writer = csv.writer(row, lineterminator="\n")
    writer.writerow(columns)
    for history in histories:
        job = _job(history, chains)
        for entry in [{}] if what == WATCH_LIST else _entries(history, what):
            cells = _flat({**job, **entry})
            writer.writerow([cells.get(column) for column in columns])
        yield row.getvalue()
        row.seek(0)
        row.truncate()
    yield row.getvalue()


def _flat(entry: JsonObject, prefix: str = "") -> dict[str, str | int | float | None]:
    """An entry as cells: what is in an object bears the object's name before its own."""
    cells: dict[str, str | int | float | None] = {}
    for name, value in entry.items():
        match value:
            case dict():
                cells |= _flat(value, f"{prefix}{name}_")
            case list():
                cells[prefix + name] = to_cell(" ".join(map(str, value)))
            case str():
                cells[prefix + name] = to_cell(value)
            case int() | float() | None:
                cells[prefix + name] = value
    return cells


def checked_path(path: Path, option: str) -> Path:
    """Returns a path that a file may be put in the place of; what a link leads to, for the link.

    Args:
        path: As it was typed.
        option: It was typed after this one.

    Raises:
        UsageError: None may.
    """
    shown = one_line(str(path), 200)
    try:
        real = path.resolve()
        if real.exists() and not real.is_file():
            raise UsageError(
                f"{shown} is no file", next_step=f"Name a file, or leave out {option}."
            )
        if not real.parent.is_dir():
            raise UsageError(f"The folder of {shown} does not exist", next_step="Make it first.")
    except (OSError, ValueError, RuntimeError) as error:
        raise UsageError(
            f"{shown} cannot be written", f"{one_line(str(error))}.", "Name another file."
        ) from error
    return real


def write_file(path: Path, content: str) -> None:
    """Writes a file that its user has named, in the place of one that is there.

    Raises:
        ZcbulkError: It cannot be written.
    """
    try:
        files.replace(path, content)
    except ConfigError as error:
        # What it says of the state folder does not hold for a file that somebody named.
        failed = isinstance(error.__cause__, OSError) and error.__cause__.errno in _OF_THE_DISK
        raise (OutputError if failed else UsageError)(
            one_line(error.title, 300),
            one_line(error.cause, 300),
            "Make room, or name another file.",
        ) from error
