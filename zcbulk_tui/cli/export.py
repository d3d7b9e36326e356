"""``zcbulk-tui jobs export``: writes what is remembered, for other programs or another machine."""

import csv
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
from zcbulk_tui.cli.named_files import checked_path, write_new, write_over
from zcbulk_tui.cli.state import open_memory
from zcbulk_tui.config import load
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.job import LIST_VERSION, Environment
from zcbulk_tui.domain.records import History
from zcbulk_tui.domain.text import one_line, to_cell
from zcbulk_tui.errors import UsageError
from zcbulk_tui.store.archive import Archive
from zcbulk_tui.store.json_objects import JsonObject, job_object, moment, reading_object

_EPILOG = """\
JSON holds the watch list and all that is remembered of its jobs, unless --what restricts
it. CSV is one table, that of --what (default: watch-list)."""

WATCH_LIST = "watch-list"
PARTS = ("readings", "events", "commands")

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
        "--output", metavar="FILE", help="a new file that only you can read (default: stdout)"
    )
    parser.add_argument(
        "--replace", action="store_true", help="write over the file of --output, if it is there"
    )


def run(arguments: Namespace) -> int:
    """Writes the watch list, and what is remembered of its jobs; returns the exit code.

    Raises:
        UsageError: A job is not known, or the file cannot be one, or is there already.
        OutputError: There is no room for the file, or its disk fails.
        ConfigError: The memory cannot be read.
    """
    settings = load.load(flags=options.setting_flags(arguments))
    path = _path(arguments)
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
        elif arguments.replace:
            write_over(path, "".join(pieces))
        else:
            write_new(path, pieces)
    return 0


def _path(arguments: Namespace) -> Path | None:
    """Where the export goes; None for the standard output."""
    if arguments.output is None:
        if arguments.replace:
            raise UsageError(
                "--replace is about a file, and none is named",
                next_step="Name it: --output FILE, or leave out --replace.",
            )
        return None
    path = checked_path(Path(arguments.output), "--output")
    if path.exists() and not arguments.replace:
        raise UsageError(
            f"{one_line(arguments.output, 200)} is there already",
            "An export is not written over another file: what that holds may be nowhere else.",
            "Name another file, or add --replace.",
        )
    return path


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
