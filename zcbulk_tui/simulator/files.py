"""An uploaded file: taken out of its request, out of its ZIP, and read as rows.

A file is one CSV or a ZIP with exactly one [UPLOAD], at most 100 MB [LIMB], whether packed or not,
for no source says which is meant. Delimiter and encoding are documented nowhere: a comma and UTF-8,
with or without a BOM, are invented. The rows are read anew each time, so that a file costs no more
memory than its bytes.
"""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from zcbulk_tui.simulator.faults import RefusalError
from zcbulk_tui.simulator.messages import Request
from zcbulk_tui.simulator.multipart import parts

MAX_FILE_BYTES = 100_000_000
"""100 MB, in the strictest reading [LIMB]."""


@dataclass(frozen=True, slots=True)
class InsertFile:
    """A CSV whose first row names the columns."""

    name: str
    content: bytes

    def header(self) -> list[str]:
        """The first row.

        Raises:
            RefusalError: The file is no CSV, or empty.
        """
        for row in self._all_rows():
            return row
        raise RefusalError("unsupported")

    def rows(self) -> Iterator[list[str]]:
        """The records in their order; empty lines are none.

        Raises:
            RefusalError: The file is no CSV from some place on.
        """
        rows = self._all_rows()
        next(rows, None)
        return rows

    def _all_rows(self) -> Iterator[list[str]]:
        text = io.TextIOWrapper(io.BytesIO(self.content), encoding="utf-8-sig", newline="")
        try:
            yield from filter(None, csv.reader(text))
        except (csv.Error, UnicodeDecodeError) as error:
            raise RefusalError("unsupported") from error


def uploaded_file(request: Request) -> InsertFile:
    """The file that an upload call brings.

    Raises:
        RefusalError: There is none, it is too large, or no CSV.
    """
    if request.body_too_large:
        raise RefusalError("too large")
    for part in parts(request.headers.get("content-type", ""), request.body):
        if part.name == "file":
            break
    else:
        raise RefusalError("400-9350")
    if len(part.content) > MAX_FILE_BYTES:
        raise RefusalError("too large")
    kind = PurePath(part.file_name).suffix.lower()
    if kind == ".zip":
        return InsertFile(part.file_name, _unpacked(part.content))
    # A ZIP under the name of a CSV would be read as one long cell.
    if kind != ".csv" or part.content.startswith(b"PK\x03\x04"):
        raise RefusalError("unsupported")
    return InsertFile(part.file_name, part.content)


def _unpacked(content: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) != 1 or not entries[0].filename.lower().endswith(".csv"):
                raise RefusalError("unsupported")
            with archive.open(entries[0]) as packed:
                # One byte more than may be shows a bomb, whatever size it claims.
                unpacked = packed.read(MAX_FILE_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        # Broken, packed by a method unknown here, encrypted, cut short.
        raise RefusalError("unsupported") from error
    if len(unpacked) > MAX_FILE_BYTES:
        raise RefusalError("too large")
    return unpacked
