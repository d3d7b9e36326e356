"""An uploaded file: taken out of its request, out of its ZIP, and read as rows.

A file is one CSV or a ZIP with exactly one [UPLOAD], at most 100 MB [LIMB], by default whether
packed or not, for no source says which is meant. Delimiter and encoding are documented nowhere: the
readings of them are invented, a comma and UTF-8, with or without a BOM, by default. The rows are
read anew each time, so that a file costs no more memory than its bytes.
"""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePath

from zcbulk_tui.simulator.faults import RefusalError
from zcbulk_tui.simulator.messages import Request
from zcbulk_tui.simulator.multipart import parts

MAX_FILE_BYTES = 100_000_000
"""100 MB, in the strictest reading [LIMB]."""

MOST_UNPACKED_BYTES = 4 * MAX_FILE_BYTES
"""What a ZIP may hold where its packed size counts; invented, against bombs."""


class Encoding(Enum):
    """What becomes of a file that is no UTF-8; all of it is invented."""

    REFUSED = "refused"
    WINDOWS_1252 = "read as Windows-1252"
    MISREAD = "read, with a replacement character for each byte that is none"


@dataclass(frozen=True, slots=True)
class FileRules:
    """What the sources leave open about reading a file."""

    semicolons: bool = False
    """Whether a file with a semicolon and no comma in its first line is read by semicolons."""
    other_encoding: Encoding = Encoding.REFUSED
    counts_unpacked: bool = True
    """Whether the limit of 100 MB holds for what is in a ZIP, too."""


@dataclass(frozen=True, slots=True)
class InsertFile:
    """A CSV whose first row names the columns."""

    name: str
    content: bytes
    delimiter: str = ","
    encoding: str = "utf-8-sig"
    errors: str = "strict"
    """What becomes of bytes that the encoding lacks, as ``open`` names it."""

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
        text = io.TextIOWrapper(io.BytesIO(self.content), self.encoding, self.errors, newline="")
        try:
            yield from filter(None, csv.reader(text, delimiter=self.delimiter))
        except (csv.Error, UnicodeDecodeError) as error:
            raise RefusalError("unsupported") from error


def uploaded_file(request: Request, rules: FileRules | None = None) -> InsertFile:
    """The file that an upload call brings; None reads it by the defaults.

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
    rules = rules or FileRules()
    kind = PurePath(part.file_name).suffix.lower()
    if kind == ".zip":
        most = MAX_FILE_BYTES if rules.counts_unpacked else MOST_UNPACKED_BYTES
        return _as_read(part.file_name, _unpacked(part.content, most), rules)
    # A ZIP under the name of a CSV would be read as one long cell.
    if kind != ".csv" or part.content.startswith(b"PK\x03\x04"):
        raise RefusalError("unsupported")
    return _as_read(part.file_name, part.content, rules)


def _as_read(name: str, content: bytes, rules: FileRules) -> InsertFile:
    first_line, _, _ = content.partition(b"\n")
    has_semicolons = b";" in first_line and b"," not in first_line
    delimiter = ";" if rules.semicolons and has_semicolons else ","
    if rules.other_encoding is Encoding.MISREAD:
        return InsertFile(name, content, delimiter, errors="replace")
    if rules.other_encoding is Encoding.WINDOWS_1252 and not _is_utf_8(content):
        return InsertFile(name, content, delimiter, "cp1252")
    return InsertFile(name, content, delimiter)


def _is_utf_8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _unpacked(content: bytes, most: int) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) != 1 or not entries[0].filename.lower().endswith(".csv"):
                raise RefusalError("unsupported")
            with archive.open(entries[0]) as packed:
                # One byte more than may be shows a bomb, whatever size it claims.
                unpacked = packed.read(most + 1)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        # Broken, packed by a method unknown here, encrypted, cut short.
        raise RefusalError("unsupported") from error
    if len(unpacked) > most:
        raise RefusalError("too large")
    return unpacked
