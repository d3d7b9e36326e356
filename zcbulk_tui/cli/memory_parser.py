"""What can be typed to read, move and look after the memory."""

import argparse

from zcbulk_tui.cli import options, run
from zcbulk_tui.cli.options import Command

_LOG = """\
WHEN is a span back from now (30m, 2h, 3d, 1w), a date (2026-03-11) or a date and a time
(2026-03-11T10:30), in the zone of this machine where it names none.

WORDs look for entries that have all of them in their text, kind or job; one that begins
with ! must not be there. kind:event, kind:call and kind:command look for a kind,
job:TEXT for a job by its label or id."""

_EXPORT = """\
JSON holds the watch list and all that is remembered of its jobs, unless --what restricts
it. CSV is one table, that of --what (default: watch-list)."""

_IMPORT = """\
FILE has a job's status URL or id in each line, with a label and tags after it if you like:

  https://www.zohoapis.eu/creator/v2.1/bulk/…/insert/3888833000000114027  My label #tag

Empty lines and lines that begin with # are left out. What zcbulk-tui export has written,
JSON or CSV, will do as well; the jobs of it are taken, their past is not."""


def add(commands: "argparse._SubParsersAction[Command]") -> None:
    """Adds them to the commands."""
    raw = argparse.RawDescriptionHelpFormatter
    add = commands.add_parser
    add("history", fill=_fill_history, help="print all that is remembered of a job")
    add(
        "log",
        fill=_fill_log,
        help="print what happened, what was asked of Zoho, and what was commanded",
        formatter_class=raw,
        epilog=_LOG,
    )
    add(
        "export",
        fill=_fill_export,
        help="write the watch list, and what is remembered, as JSON or CSV",
        formatter_class=raw,
        epilog=_EXPORT,
    )
    add(
        "import",
        fill=_fill_import,
        help="put the jobs of a file on the watch list",
        formatter_class=raw,
        epilog=_IMPORT,
    )
    add("store", fill=_fill_store, help="look after the file of the memory")


def _fill_history(history: Command) -> None:
    options.add_job_arguments(history, several=False, remembered=True)
    history.add_argument("--json", action="store_true", help="as a JSON object")
    history.set_defaults(run=run.history)


def _fill_log(log: Command) -> None:
    log.add_argument("words", metavar="WORD", nargs="*", help="only entries that have it")
    log.add_argument("--since", metavar="WHEN", default="24h", help="default: 24h")
    log.add_argument("--json", action="store_true", help="as a JSON array, an object per entry")
    options.add_profile(log, inherit=True)
    log.set_defaults(run=run.log)


def _fill_export(export: Command) -> None:
    options.add_job_arguments(export, several=True, remembered=True)
    export.add_argument("--format", choices=["json", "csv"], default="json", help="default: json")
    export.add_argument(
        "--what",
        choices=["watch-list", "readings", "events", "commands"],
        help="the watch list only, or this of its jobs, too",
    )
    export.add_argument(
        "--output", metavar="FILE", help="a file that only you can read (default: stdout)"
    )
    export.set_defaults(run=run.export)


def _fill_import(imported: Command) -> None:
    imported.add_argument("file", metavar="FILE", help="its path, or - for stdin")
    imported.add_argument(
        "--skip-bad",
        action="store_true",
        help="leave out lines that cannot be used, and ids that a spreadsheet may have rounded",
    )
    imported.add_argument(
        "--yes", action="store_true", help="take ids that a spreadsheet may have rounded"
    )
    options.add_profile(imported, inherit=True)
    options.add_environment(imported)
    imported.set_defaults(run=run.import_jobs)


def _fill_store(store: Command) -> None:
    parts = store.add_subparsers(title="commands", metavar="COMMAND", required=True)
    compact = parts.add_parser("compact", help="forget what is too old, and make the file small")
    options.add_profile(compact, inherit=True)
    compact.set_defaults(run=run.compact)
