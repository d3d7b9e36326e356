"""Sources as an insertion knows them, for tests of what is done with the results of its job."""

import csv
import hashlib
import io
from collections.abc import Sequence
from pathlib import Path

from zcbulk_tui.data.row_map import RunWriter
from zcbulk_tui.domain.insertion import SourceFile

Row = Sequence[str]


def csv_of(rows: Sequence[Row], delimiter: str = ",") -> str:
    """Returns records as a CSV; a record with one empty cell has quotes."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def source_file(
    folder: Path,
    rows: Sequence[Row],
    *,
    encoding: str | None = None,
    delimiter: str = ",",
    uploaded: Sequence[int] | None = None,
) -> SourceFile:
    """Writes a source, and the row map of what was uploaded of it.

    Args:
        folder: Where they are written.
        rows: The records, the header first.
        encoding: As the user named it; None for UTF-8.
        delimiter: Between its cells.
        uploaded: The records in the order of the upload, from 1; None for all, without a row map.
    """
    path = folder / "customers.csv"
    data = csv_of(rows, delimiter).encode(encoding or "utf-8")
    path.write_bytes(data)
    row_map = None
    if uploaded is not None:
        row_map = folder / "customers.lines.csv"
        pieces: list[bytes] = []
        runs = RunWriter(pieces.append)
        lines = lines_of(rows, delimiter)
        for record in uploaded:
            runs.add(lines[record - 1])
        runs.close()
        row_map.write_bytes(b"".join(pieces))
    return SourceFile(
        path,
        path.name,
        len(data),
        hashlib.sha256(data).hexdigest(),
        len(rows) - 1,
        row_map=row_map,
        encoding=encoding,
        delimiter=delimiter,
    )


def lines_of(rows: Sequence[Row], delimiter: str = ",") -> list[int]:
    """Returns the line in which each record begins, without the header's."""
    lines, line = [], 1
    for row in rows:
        lines.append(line)
        line += len(list(io.StringIO(csv_of([row], delimiter), newline="")))
    return lines[1:]
