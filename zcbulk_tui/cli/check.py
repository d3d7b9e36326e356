"""``zcbulk-tui check``: says what of a CSV would fail, before it is sent."""

from argparse import ArgumentParser, Namespace
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from zcbulk_tui.cli import forms, options
from zcbulk_tui.cli.json_records import figure
from zcbulk_tui.cli.output import page_width, print_json, print_lines
from zcbulk_tui.cli.progress import reading
from zcbulk_tui.config import load
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.data.encoding import ENCODINGS
from zcbulk_tui.data.field_list import read_fields
from zcbulk_tui.data.inspection import inspect
from zcbulk_tui.domain.form import FormFields, FormRef
from zcbulk_tui.domain.preflight import Finding, Gap, Misfit, NotChecked, Preflight
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.render.preflight import finding_text, report
from zcbulk_tui.store.json_objects import JsonObject, moment

_DESCRIPTION = """\
Checks a CSV, or a ZIP with one, before it is sent: its header, its records and, where the
form's fields are known, its values; and says whether they would end the job. It changes no
file, and makes no call but for --list-fields."""

_EPILOG = """\
The fields of a form are kept once they were listed. FIELDS is the answer of Zoho's call
GET …/meta/OWNER/APP/form/FORM/fields, saved as it came.

exit codes:
  0 nothing was found that would be refused, 1 something was,
  2 the file cannot be used"""

LEAST_WIDTH = 40
"""Cells of the report, at least."""


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what can be typed after the command."""
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    add_file_arguments(parser)
    parser.add_argument("--json", action="store_true", help="as a JSON object")


def add_file_arguments(parser: ArgumentParser) -> None:
    """Adds a file, how it is read, and the form whose fields it is checked against."""
    parser.add_argument("file", metavar="FILE", type=Path, help="a CSV, or a ZIP with one CSV")
    parser.add_argument(
        "--fields", metavar="FIELDS", type=Path, help="the form's fields, from a file"
    )
    parser.add_argument(
        "--list-fields",
        action="store_true",
        help="list the form's fields anew: 1 call, with the scope of login --with-forms",
    )
    forms.add_arguments(parser)
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


def run(arguments: Namespace) -> int:
    """Prints what was found in a file.

    Returns:
        0; 1 where something would be refused or lose data; 2 where the encoding is not known.

    Raises:
        DataError: The file, or the list of fields, cannot be used.
    """
    settings = load.load(flags=options.setting_flags(arguments))
    fields = known_fields(arguments, settings)
    # With these comes the database, which --help does not need.
    from zcbulk_tui.cli import expected
    from zcbulk_tui.cli.contracts import form_contract

    form = None
    if forms.is_named(arguments, settings):
        # Where the fields are in a file, nothing depends on the form's full name.
        with suppress(ConfigError):
            form = forms.form_of(arguments, settings)
    with reading(arguments.file) as on_progress:
        found = inspect(
            arguments.file,
            fields,
            encoding=arguments.encoding,
            delimiter=arguments.delimiter,
            contract=form_contract(settings, form),
            on_progress=on_progress,
        )
    ahead = None
    if form is not None and not found.is_cut and not found.header_blocks:
        # A memory that cannot be read says nothing of the past.
        with suppress(ConfigError):
            ahead = expected.expected_of(form, settings, found.facts.records)
    if arguments.json:
        print_json(as_object(found, expected.as_object(ahead)))
    else:
        print_report(found)
        print_lines(expected.sentences(ahead, header_blocks=found.header_blocks))
        if fields is None:
            print_lines(["  --form NAME --list-fields lists them, for 1 call."])
    return 1 if found.blocks else 0


def known_fields(
    arguments: Namespace, settings: Settings, form: FormRef | None = None
) -> FormFields | None:
    """Returns the form's fields: from a file, listed anew, or as they are kept; None for unknown.

    Args:
        arguments: What was typed.
        settings: The configuration.
        form: The form; None for the one that is typed or set, if any is.

    Raises:
        DataError: They are to be in a file, and cannot be read there.
        ZcbulkError: They were to be listed, and cannot be.
    """
    if arguments.fields is not None:
        return read_fields(arguments.fields)
    is_named = form is not None or forms.is_named(arguments, settings)
    if not arguments.list_fields and not is_named:
        return None
    # With it come the network and the database: a file alone needs neither.
    from zcbulk_tui.cli.form_fields import fields_of

    form = form or forms.form_of(arguments, settings)
    return fields_of(form, settings, anew=arguments.list_fields)


def print_report(found: Preflight, *, is_cut: bool = False) -> None:
    """Prints what was found, for people; see `render.preflight.report`."""
    print_lines(report(found, datetime.now(UTC), page_width(LEAST_WIDTH), is_cut=is_cut))


def as_object(found: Preflight, ahead: JsonObject | None = None) -> JsonObject:
    """Returns what was found, for ``--json``, and what is to be expected of its job."""
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
            "over_limit": found.is_over_limit,
        },
        "blocks": found.blocks,
        "misfits": [_misfit_object(each) for each in found.misfits],
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
            "one_fails_its_batch": found.contract.one_fails_its_batch,
        },
        "not_checked": [_gap_object(each) for each in found.not_checked],
        "fields_read_at": moment(found.fields_read_at) if found.fields_read_at else None,
        "expected": ahead,
    }


def _misfit_object(misfit: Misfit) -> JsonObject:
    return {
        "what": misfit.what,
        "how": misfit.how,
        "rewritten": misfit.is_rewritten,
    }


def _finding_object(finding: Finding, found: Preflight) -> JsonObject:
    return {
        "kind": finding.kind.value,
        "severity": finding.severity.value,
        "suspect": finding.makes_suspects,
        "column": finding.column or None,
        "position": finding.position,
        "text": finding_text(finding),
        "count": finding.count,
        "share": figure(found.share(finding)),
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
