"""``zcbulk-tui check``: says what of a CSV would fail, before it is sent."""

import json
import shutil
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from zcbulk_tui.cli.output import print_error, print_lines
from zcbulk_tui.data.encoding import ENCODINGS
from zcbulk_tui.data.field_list import read_fields
from zcbulk_tui.data.inspection import inspect
from zcbulk_tui.data.rows import OnProgress
from zcbulk_tui.domain.form import FormFields
from zcbulk_tui.domain.preflight import Finding, Gap, NotChecked, Preflight
from zcbulk_tui.errors import EncodingUnknownError, Occasion
from zcbulk_tui.render.preflight import finding_text, report, size
from zcbulk_tui.render.span import Line
from zcbulk_tui.store.json_objects import JsonObject, moment

_DESCRIPTION = """\
Checks a CSV, or a ZIP with one, before it is sent: its header, its records and, where the
form's fields are known, its values; and says whether they would end the job. It makes no
call and changes no file."""

_EPILOG = """\
FIELDS is the answer of Zoho's call GET …/meta/OWNER/APP/form/FORM/fields, saved as it came.

exit codes:
  0 nothing was found that would be refused, 1 something was, 2 the file cannot be used"""

_WIDTH = 100
"""Cells of the report where there is no terminal."""

_LEAST_WIDTH = 40


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what can be typed after the command."""
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    parser.add_argument("file", metavar="FILE", type=Path, help="a CSV, or a ZIP with one CSV")
    parser.add_argument(
        "--fields", metavar="FIELDS", type=Path, help="the form's fields, as Zoho lists them"
    )
    parser.add_argument(
        "--encoding",
        metavar="NAME",
        help=f"how its bytes are read, such as {', '.join(ENCODINGS[:2])}, windows-1252 "
        "(default: its mark, else utf-8)",
    )
    parser.add_argument(
        "--delimiter",
        metavar="NAME",
        help="comma, semicolon, tab or pipe (default: whose header has most link names)",
    )
    parser.add_argument("--json", action="store_true", help="as a JSON object")


def run(arguments: Namespace) -> int:
    """Prints what was found in a file.

    Returns:
        0; 1 where something would be refused or lose data; 2 where the encoding is not known.

    Raises:
        DataError: The file, or the list of fields, cannot be used.
    """
    fields = known_fields(arguments)
    try:
        with _progress() as on_progress:
            found = inspect(
                arguments.file,
                fields,
                encoding=arguments.encoding,
                delimiter=arguments.delimiter,
                on_progress=on_progress,
            )
    except EncodingUnknownError as error:
        print_error(error.told(Occasion.ONCE))
        for name, preview in error.previews:
            print_error(f"  {name:<12}  {preview}")
        return error.exit_code
    if arguments.json:
        print(json.dumps(as_object(found), indent=2))
    else:
        print_lines(map(_text, report(found, datetime.now(UTC), _width())))
        if fields is None:
            print_lines(["  --fields FILE.json has them; zcbulk-tui check --help says how."])
    return 1 if found.blocks else 0


def known_fields(arguments: Namespace) -> FormFields | None:
    """Returns the form's fields; None where they are not known.

    Raises:
        DataError: They were named, but cannot be read.
    """
    return read_fields(arguments.fields) if arguments.fields is not None else None


def as_object(found: Preflight) -> JsonObject:
    """Returns what was found, for ``--json``."""
    facts, verdict = found.facts, found.verdict
    return {
        "file": {
            "name": facts.name,
            "bytes": facts.disk_bytes,
            "csv_bytes": facts.csv_bytes,
            "zip": facts.is_zip,
            "sha256": facts.sha256,
            "encoding": facts.encoding,
            "delimiter": facts.delimiter,
            "columns": list(facts.columns),
            "records": facts.records,
            "over_limit": facts.is_over_limit,
        },
        "blocks": found.blocks,
        "findings": [_finding_object(finding, found) for finding in found.findings],
        "verdict": {
            "suspect_records": verdict.suspects,
            "batches": verdict.batches,
            "allowed_batches": verdict.allowed,
            "suspect_batches": verdict.holding,
            "full_suspect_batches": verdict.full,
            "packed_batches": verdict.packed,
            "ends_if_one_fails_its_batch": verdict.ends_if_one_fails_all,
            "ends_if_each_fails_alone": verdict.ends_if_each_fails_alone,
            "ends_if_packed": verdict.ends_if_packed,
        },
        "not_checked": [_gap_object(each) for each in found.not_checked],
        "fields_read_at": moment(found.fields_read_at) if found.fields_read_at else None,
    }


def _finding_object(finding: Finding, found: Preflight) -> JsonObject:
    return {
        "kind": finding.kind.value,
        "severity": finding.severity.value,
        "column": finding.column or None,
        "position": finding.position,
        "text": finding_text(finding),
        "count": finding.count,
        "share": found.share(finding),
        "lines": list(finding.lines),
        "samples": list(finding.samples),
        "hint": finding.hint or None,
    }


def _gap_object(each: NotChecked) -> JsonObject:
    is_partial = each.gap is Gap.DUPLICATES_BEYOND
    return {
        "what": each.gap.value,
        "columns": list(each.columns),
        "from_record": each.record if is_partial else None,
    }


def _text(line: Line) -> str:
    return "".join(span.text for span in line)


def _width() -> int:
    if not sys.stdout.isatty():
        return _WIDTH
    return max(shutil.get_terminal_size().columns, _LEAST_WIDTH)


@contextmanager
def _progress() -> Iterator[OnProgress | None]:
    """Shows on a terminal how much has been read, in one line, which is gone afterwards."""
    if not sys.stderr.isatty():
        yield None
        return
    bar = _Bar()
    try:
        yield bar.show
    finally:
        bar.clear()


class _Bar:
    """One line with a bar; written only where it looks different."""

    def __init__(self) -> None:
        self._shown = ""

    def show(self, done: int, total: int) -> None:
        """Shows so many bytes of all."""
        share = min(done / total, 1.0) if total else 1.0
        words = f" {share * 100:3.0f} % of {size(total)}"
        cells = max(min(shutil.get_terminal_size().columns - len(words) - 10, 40), 0)
        full = int(share * cells)
        line = f"Checking {'█' * full}{'░' * (cells - full)}{words}"
        if line != self._shown:
            sys.stderr.write(f"\r{line}\x1b[K")
            sys.stderr.flush()
            self._shown = line

    def clear(self) -> None:
        """Takes the line away."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
