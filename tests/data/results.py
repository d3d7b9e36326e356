"""Results of a job as Zoho may write them, made of the records that were sent."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.data.source_files import csv_of

Row = Sequence[str]

SHORT = 3
"""Columns of the upload in the short layout."""


class Written(NamedTuple):
    """The files of the results; None for one without records."""

    failure: Path | None
    unprocessed: Path | None


def write_results(
    folder: Path,
    header: Row,
    failed: Sequence[tuple[Row, str]],
    unprocessed: Sequence[Row],
    *,
    is_short: bool = False,
) -> Written:
    """Writes the results.

    Args:
        folder: Where.
        header: Of the upload.
        failed: The records that failed, each with its reason.
        unprocessed: The records that were not reached.
        is_short: Whether they have three columns, ``STATUS``, ``RECORD_ID`` and ``ERRORS``; else
            all columns, and one more for the reason.
    """
    width = len(header)

    def filled(row: Row) -> list[str]:
        return [*row[:width], *[""] * (width - len(row))]

    if is_short:
        heads = [*header[:SHORT], "STATUS", "RECORD_ID", "ERRORS"]
        bad = [[*filled(row)[:SHORT], "ERROR", "", why] for row, why in failed]
        left = [[*filled(row)[:SHORT], "UNPROCESSED", "", ""] for row in unprocessed]
        return Written(
            _write(folder / "failure.csv", heads, bad),
            _write(folder / "unprocessed.csv", heads, left),
        )
    return Written(
        _write(
            folder / "failure.csv",
            [*header, "Reason"],
            [[*filled(row), why] for row, why in failed],
        ),
        _write(folder / "unprocessed.csv", header, list(map(filled, unprocessed))),
    )


def _write(path: Path, header: Row, rows: Sequence[Row]) -> Path | None:
    if not rows:
        return None
    path.write_bytes(csv_of([header, *rows]).encode())
    return path
