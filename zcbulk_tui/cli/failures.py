"""``zcbulk-tui failures``: says why records failed, from the result on this disk."""

import argparse
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from zcbulk_tui.cli import options, templates
from zcbulk_tui.cli.json_records import figure
from zcbulk_tui.cli.output import page_width, print_lines
from zcbulk_tui.cli.progress import reading
from zcbulk_tui.config import load
from zcbulk_tui.data.encoding import ENCODINGS
from zcbulk_tui.data.failures import FailureFile
from zcbulk_tui.data.rows import OnProgress, read_rows
from zcbulk_tui.data.source import open_source
from zcbulk_tui.domain.failures import (
    FailedRow,
    FailureGroup,
    FailureReport,
    clustering,
    fewest_groups,
)
from zcbulk_tui.domain.text import counted, one_line
from zcbulk_tui.errors import UsageError
from zcbulk_tui.render.failures import failure_lines
from zcbulk_tui.render.glyphs import UNICODE
from zcbulk_tui.store.json_objects import JsonObject

_DESCRIPTION = """\
Says why records of a job failed: the reasons in groups, with the values that differ masked,
and where the records stand in the uploaded file. It reads the result on this disk, and makes
no call: zcbulk-tui results JOB fetches it."""

_EPILOG = """\
A label goes before the name of a file: ./NAME is the file.
TEXT is a group's reason as it is printed, or a part of it that no other group has.

exit codes:
  0 the failures were read, 2 they are not on this disk or cannot be read,
  5 the disk is full to which they are exported"""

_LEAST_WIDTH = 60
"""Cells of a report, at least."""

_LONGEST_CELL = 60
_NAMED_AT_MOST = 5
_SUFFIXES = (".csv", ".zip", ".txt")


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what can be typed after the command."""
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    parser.add_argument(
        "job", metavar="JOB", help=f"{options.JOB}; or a result as a CSV, or a ZIP with one"
    )
    parser.add_argument(
        "--header",
        metavar="UPLOADED",
        type=Path,
        help="the file that was uploaded, whose first line tells data from reasons",
    )
    parser.add_argument(
        "--rows", metavar="N", type=_rows, default=0, help="print so many records of each group"
    )
    parser.add_argument("--reason", metavar="TEXT", help="this group only")
    parser.add_argument(
        "--export",
        metavar="FILE",
        type=Path,
        help="write the records, or those of the group, to a new CSV that only you can read",
    )
    parser.add_argument(
        "--encoding",
        metavar="NAME",
        help=f"how the result's bytes are read, such as {', '.join(ENCODINGS[:2])} "
        "(default: its mark, else utf-8)",
    )
    templates.add_arguments(parser, "failures", "as a JSON object")
    options.add_profile(parser, inherit=True)
    options.add_environment(parser)


def run(arguments: Namespace) -> int:
    """Prints why records failed; returns the exit code.

    Raises:
        UsageError: There is no such job, or no such group.
        DataError: The result is not on this disk, or cannot be read; or the export not written.
        ConfigError: The memory cannot be read.
    """
    job, failures = _read(arguments)
    if failures is None:
        return _none_failed(arguments, job)
    report = failures.report
    groups = list(report.groups)
    if arguments.reason is not None:
        groups = [find_group(report, arguments.reason)]
    exported = None
    if arguments.export is not None:
        reason = groups[0].reason if arguments.reason is not None else None
        exported = failures.export(reason, arguments.export)
    rows = {it.reason: failures.rows(it.reason, 0, arguments.rows) for it in groups}
    if templates.is_for_programs(arguments):
        found = as_object(replace(report, groups=tuple(groups)), report, rows, arguments.rows > 0)
        templates.print_found(arguments, {"job": job, **found, "exported": exported})
        return 0
    print_report(report, only=None if arguments.reason is None else groups[0])
    if arguments.rows:
        print_lines(_row_lines(groups, report.columns, rows))
    if exported is not None:
        written = counted(exported, "record is", "records are")
        print_lines(["", f"{written} in {one_line(str(arguments.export))}"])
    return 0


def _none_failed(arguments: Namespace, job: JsonObject | None) -> int:
    """Says that no record of a job failed, by what was read last; nothing is written."""
    if templates.is_for_programs(arguments):
        nothing = FailureReport(0, (), ())
        found = as_object(nothing, nothing, {}, arguments.rows > 0)
        templates.print_found(arguments, {"job": job, **found, "exported": None})
        return 0
    name = one_line(str(job["label"])) if job is not None else "the job"
    print(f"No record of {name} failed.")
    return 0


def print_report(report: FailureReport, *, only: FailureGroup | None = None) -> None:
    """Prints failures, for people; see `render.failures.failure_lines`."""
    print_lines(failure_lines(report, page_width(_LEAST_WIDTH), UNICODE, only=only))


def find_group(report: FailureReport, text: str) -> FailureGroup:
    """Returns the group with a reason, or the one that has a text in its reason.

    Raises:
        UsageError: There is none, or several.
    """
    wanted = " ".join(text.split()).casefold()
    exact = [group for group in report.groups if group.reason.casefold() == wanted]
    found = exact or [group for group in report.groups if wanted in group.reason.casefold()]
    if len(found) == 1:
        return found[0]
    some = found or report.groups
    names = "; ".join(f"“{group.reason}”" for group in some[:_NAMED_AT_MOST])
    more = f" and {len(some) - _NAMED_AT_MOST:,} more" if len(some) > _NAMED_AT_MOST else ""
    shown = one_line(text, 60)
    raise UsageError(
        f"“{shown}” is in {len(found):,} reasons" if found else f"No group has “{shown}”",
        f"{'They are' if found else 'There are'} {names}{more}." if some else "No record failed.",
        "Give a text that one reason alone has.",
    )


def as_object(
    shown: FailureReport,
    report: FailureReport,
    rows: dict[str, list[FailedRow]],
    with_rows: bool,
) -> JsonObject:
    """Returns failures for ``--json``.

    Args:
        shown: The report with the groups that are shown.
        report: The whole report.
        rows: Records of each group.
        with_rows: Whether they are shown, with their cells.
    """
    spread, fewest = clustering(report), fewest_groups(report)
    groups = []
    for group in shown.groups:
        found: JsonObject = {
            "reason": group.reason,
            "fields": list(group.fields),
            "records": group.records,
            "share": figure(group.records / report.records),
        }
        if with_rows:
            found["rows"] = [_row_object(row) for row in rows[group.reason]]
        groups.append(found)
    return {
        "records": report.records,
        "groups": groups,
        "columns": [one_line(name) for name in report.columns],
        "assumed": list(report.assumed),
        "worth_fixing": fewest and {"groups": fewest, "share": figure(report.saved_by(fewest))},
        "places": {
            "placed": report.placed,
            "ambiguous": report.ambiguous,
            "failures_by_block": list(report.blocks),
        }
        if report.blocks
        else None,
        "spread": spread
        and {
            "blocks": spread.blocks,
            "holding": spread.holding,
            "expected_at_random": figure(spread.expected),
            "clustered": spread.is_clustered,
            "packed": report.is_packed,
        },
    }


def _read(arguments: Namespace) -> tuple[JsonObject | None, FailureFile | None]:
    """The job, where one was named, and its failures; None where none failed."""
    named, settings = Path(arguments.job), load.load(flags=options.setting_flags(arguments))
    with reading(named) as on_progress:
        # With it comes the database, which --help does not need.
        from zcbulk_tui.cli.failed_jobs import is_listed, read_failures

        if _is_file(named) and not is_listed(arguments.job, settings):
            return None, read_file(named, arguments.header, arguments.encoding, on_progress)
        return read_failures(
            arguments.job,
            settings,
            options.named_environment(arguments),
            header=None if arguments.header is None else header_of(arguments.header),
            encoding=arguments.encoding,
            on_progress=on_progress,
        )


def read_file(
    path: Path,
    uploaded: Path | None = None,
    encoding: str | None = None,
    on_progress: OnProgress | None = None,
) -> FailureFile:
    """Returns the failures in a result.

    Args:
        path: The result.
        uploaded: The file that was uploaded; None where it is not known.
        encoding: The name of the result's encoding; None for its mark, else UTF-8.
        on_progress: Called with the bytes read, and the bytes in all.

    Raises:
        DataError: One of them cannot be read.
    """
    upload = None if uploaded is None else header_of(uploaded)
    return FailureFile(path, upload=upload, encoding=encoding, on_progress=on_progress)


def header_of(path: Path) -> Sequence[str]:
    """Returns the names in the first line of a CSV.

    Raises:
        DataError: It cannot be read.
    """
    _, names = next(iter(read_rows(open_source(path))))
    return names


def _is_file(named: Path) -> bool:
    """Whether a file is meant: one that is there, or whose name only a file has."""
    try:
        return named.suffix.lower() in _SUFFIXES or named.is_file()
    except (OSError, ValueError):  # a label may be longer than any name, or hold a null
        return False


def _row_lines(
    groups: Sequence[FailureGroup], columns: Sequence[str], rows: dict[str, list[FailedRow]]
) -> Iterator[str]:
    for group in groups:
        yield ""
        yield group.reason
        for row in rows[group.reason]:
            places = " or ".join(f"{line:,}" for line in row.lines[:3])
            line = f", line {places}" if places else ""
            yield f"  record {row.record:,}{line}: {one_line(row.reason, 300)}"
            cells = zip(columns, row.cells, strict=True)
            shown = ", ".join(
                f"{one_line(name, 40)}=“{one_line(cell, _LONGEST_CELL)}”" for name, cell in cells
            )
            yield f"    {shown}"


def _row_object(row: FailedRow) -> JsonObject:
    return {
        "record": row.record,
        "reason": row.reason,
        "lines": list(row.lines),
        "cells": list(row.cells),
    }


def _rows(text: str) -> int:
    rows = options.number(text, int)
    if not 0 <= rows <= 1_000:
        raise argparse.ArgumentTypeError("should be from 0 to 1000")
    return rows
