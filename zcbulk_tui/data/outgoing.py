r"""Writing what is uploaded: the records of a source, without or after the suspect ones, in parts.

What is written is UTF-8 without a mark, with commas, quotes where they are needed, and ``\r\n``
after each record: as RFC 4180 has it, since Zoho documents none of it. (With ``\n`` alone the csv
module of some Pythons leaves a ``\r`` inside a cell without quotes.) Where the file is that
already, and nothing is left out, moved or cut, the file itself is uploaded.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from zcbulk_tui.data.delimiter import COMMA
from zcbulk_tui.data.encoding import find_encoding
from zcbulk_tui.data.new_files import NewFile, NewFiles, Placed, stem_of
from zcbulk_tui.data.row_map import RunWriter
from zcbulk_tui.data.rows import OnProgress, RecordReader, read_rows
from zcbulk_tui.data.source import Source, SourceKind
from zcbulk_tui.domain.preflight import UPLOAD_LIMIT
from zcbulk_tui.domain.trial import Selection
from zcbulk_tui.domain.upload import Suspects, UploadFile, upload_name
from zcbulk_tui.errors import DataError


class RecordNumbers(Protocol):
    """Numbers of records, counted from 1 without the header; a set of them will do."""

    def __len__(self) -> int: ...

    def __contains__(self, number: object, /) -> bool: ...


@dataclass(frozen=True, slots=True)
class Limits:
    """How large an upload may be.

    Attributes:
        size: Bytes of the CSV, its header included. What a CSV in a ZIP unpacks to counts, since
            no document says that its packed size does.
        records: Records, without the header; None for any number.
        zip_counts_packed: Whether it is known that of a ZIP its own size counts.
    """

    size: int = UPLOAD_LIMIT
    records: int | None = None
    zip_counts_packed: bool = False


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """A file to upload, and where its records came from.

    Attributes:
        upload: The file.
        row_map: The file with the source lines of its records; see `data.row_map`.
    """

    upload: UploadFile
    row_map: Path


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The records that are not uploaded.

    Attributes:
        path: The CSV with them, under the same header.
        row_map: The file with their source lines.
        records: How many.
    """

    path: Path
    row_map: Path
    records: int


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a source has become.

    Attributes:
        files: What is uploaded, in this order.
        left_out: What is not; None when nothing was left out.
    """

    files: tuple[OutgoingFile, ...]
    left_out: LeftOut | None = None


def prepare(
    source: Source,
    folder: Path,
    *,
    encoding: str | None = None,
    delimiter: str = COMMA,
    suspects: RecordNumbers = frozenset(),
    treatment: Suspects = Suspects.AS_THEY_ARE,
    selection: Selection | None = None,
    limits: Limits | None = None,
    on_progress: OnProgress | None = None,
) -> Outgoing:
    """Writes the files that are uploaded, and returns them; memory does not grow with the file.

    Args:
        source: What the records are read from: once, twice to pack suspects.
        folder: Where the files are written, with mode 0600; it exists.
        encoding: The source's encoding, as for `read_rows`.
        delimiter: The source's delimiter.
        suspects: The numbers of the suspect records.
        treatment: What becomes of those.
        selection: The records that are meant; None for all. The others are passed over: they are
            not left out.
        limits: How large a file may be; by default 100 MB.
        on_progress: Called with the bytes read so far, and the bytes that are read in all.

    Raises:
        EncodingUnknownError: The source is not in UTF-8, and no encoding was given.
        DataError: The source cannot be read to its end or has no records, nothing is left to
            upload, a record alone exceeds the limit, or the files cannot be written. Then no file
            is left.
    """
    limits = limits or Limits()
    if not suspects:
        treatment = Suspects.AS_THEY_ARE
    is_whole = treatment is Suspects.AS_THEY_ARE and selection is None
    if is_whole and _is_ready(source, encoding, delimiter, limits):
        passes = _Passes(source, encoding, delimiter, None, 1, on_progress)
        ready = _use_original(passes, folder, limits)
        if ready:
            return Outgoing((ready,))
    count = 2 if treatment is Suspects.PACK else 1
    passes = _Passes(source, encoding, delimiter, selection, count, on_progress)
    with NewFiles() as files:
        writer = _Writer(files, folder, limits, source, selection)
        if treatment is Suspects.LEAVE_OUT:
            return _leave_out(passes, suspects, writer, files)
        if treatment is Suspects.PACK:
            for number, line, fields in passes.records(writer.begin):
                if number not in suspects:
                    writer.add(line, fields)
            for number, line, fields in passes.records():
                if number in suspects:
                    writer.add(line, fields)
        else:
            for _, line, fields in passes.records(writer.begin):
                writer.add(line, fields)
        return Outgoing(writer.close())


def _is_ready(source: Source, encoding: str | None, delimiter: str, limits: Limits) -> bool:
    counted = source.size if limits.zip_counts_packed else source.csv_size
    return (
        source.is_plain
        and delimiter == COMMA
        and counted <= limits.size
        and find_encoding(source.beginning, encoding).is_plain
    )


class _Passes:
    """The passes over a source, whose progress is one."""

    def __init__(
        self,
        source: Source,
        encoding: str | None,
        delimiter: str,
        selection: Selection | None,
        passes: int,
        on_progress: OnProgress | None,
    ) -> None:
        self.source = source
        self.reader: RecordReader | None = None
        self._encoding = encoding
        self._delimiter = delimiter
        self._selection = selection
        self._passes = passes
        self._done = 0
        self._on_progress = on_progress

    def records(
        self, take_header: Callable[[list[str]], None] | None = None
    ) -> Iterator[tuple[int, int, list[str]]]:
        """Yields number, line and fields of each record that is meant; the number is from 1.

        Raises:
            DataError: As `RecordReader`; or there is a header and no record.
        """
        self.reader = read_rows(
            self.source,
            encoding=self._encoding,
            delimiter=self._delimiter,
            on_progress=self._report if self._on_progress else None,
        )
        number, selection = 0, self._selection
        records = iter(self.reader)
        for _, header in records:
            if take_header:
                take_header(header)
            break
        for number, (line, fields) in enumerate(records, start=1):
            if selection is None or number in selection:
                yield number, line, fields
        if not number:
            raise DataError(
                f"{self.source.name} has a header and no records",
                next_step="Give a CSV with at least one record.",
            )
        self._done += self.source.csv_size

    def _report(self, read: int, size: int) -> None:
        if self._on_progress:
            self._on_progress(self._done + read, size * self._passes)


def _use_original(passes: _Passes, folder: Path, limits: Limits) -> OutgoingFile | None:
    """Returns the source as the upload; None when it is not one after all, and must be written."""
    source = passes.source
    with NewFiles() as files:
        lines = files.create(folder)
        runs = RunWriter(lines.write)
        number = 0
        for number, line, _ in passes.records():
            if limits.records is not None and number > limits.records:
                lines.discard()
                return None
            runs.add(line)
        runs.close()
        reader = passes.reader
        if reader is None or reader.header_line != 1:
            # Zoho takes the first line for the header [UPLOAD].
            lines.discard()
            return None
        stem = stem_of(source.path)
        (placed,) = files.place([(lines, f"{stem}.lines{{}}.csv")])
        ending = ".zip" if source.kind is SourceKind.ZIP else ".csv"
        upload = UploadFile(
            source.path.absolute(),
            upload_name(source.path.stem, ending),
            source.size,
            reader.sha256,
            number,
            source.fingerprint.modified_ns,
        )
        return OutgoingFile(upload, placed.path)


def _leave_out(
    passes: _Passes, suspects: RecordNumbers, writer: "_Writer", files: NewFiles
) -> Outgoing:
    source = passes.source
    beside = source.path.parent
    left_out, left_lines = files.create(beside), files.create(beside)
    runs = RunWriter(left_lines.write)
    count = 0

    def begin(header: list[str]) -> None:
        writer.begin(header)
        left_out.write(csv_bytes(header))

    for number, line, fields in passes.records(begin):
        if number in suspects:
            left_out.write(csv_bytes(fields))
            runs.add(line)
            count += 1
        else:
            writer.add(line, fields)
    runs.close()
    outgoing = writer.close()
    if not count:
        left_out.discard()
        left_lines.discard()
        return Outgoing(outgoing)
    stem = stem_of(source.path)
    csv_file, lines_file = files.place(
        [(left_out, f"{stem}.suspects{{}}.csv"), (left_lines, f"{stem}.suspects{{}}.lines.csv")]
    )
    return Outgoing(outgoing, LeftOut(csv_file.path, lines_file.path, count))


@dataclass(slots=True)
class _Part:
    csv: NewFile
    lines: NewFile
    runs: RunWriter
    records: int = 0


class _Writer:
    """Writes records to parts, each within the limits and with the header."""

    def __init__(
        self,
        files: NewFiles,
        folder: Path,
        limits: Limits,
        source: Source,
        selection: Selection | None,
    ) -> None:
        self._files = files
        self._folder = folder
        self._limits = limits
        self._source = source
        self._suffix = "" if selection is None else f".{selection.name}"
        self._header = b""
        self._parts: list[_Part] = []
        self._part: _Part | None = None

    def begin(self, header: list[str]) -> None:
        """Takes the header of all parts."""
        self._header = csv_bytes(header)

    def add(self, line: int, fields: list[str]) -> None:
        """Writes a record to the part that it fits in."""
        data = csv_bytes(fields)
        part = self._part
        if (
            part is None
            or part.csv.size + len(data) > self._limits.size
            or part.records == self._limits.records
        ):
            part = self._new_part(line, len(data))
        part.csv.write(data)
        part.runs.add(line)
        part.records += 1

    def close(self) -> tuple[OutgoingFile, ...]:
        """Gives the parts their names and returns them.

        Raises:
            DataError: There is none.
        """
        if not self._parts:
            raise DataError(
                f"Nothing of {self._source.name} is left to upload",
                "All records that were to be sent are suspect, and were to be left out.",
                "Repair them, or upload them as they are.",
            )
        self._end_part()
        count = len(self._parts)
        stem = stem_of(self._source.path)
        names: list[tuple[NewFile, str]] = []
        for number, part in enumerate(self._parts, start=1):
            name = f"{stem}{self._suffix}"
            name += f".part-{number}-of-{count}" if count > 1 else ""
            names += [(part.csv, f"{name}{{}}.csv"), (part.lines, f"{name}.lines{{}}.csv")]
        placed = self._files.place(names)
        return tuple(
            OutgoingFile(_upload(data, stem, part.records), lines.path)
            for part, data, lines in zip(self._parts, placed[::2], placed[1::2], strict=True)
        )

    def _new_part(self, line: int, size: int) -> _Part:
        if len(self._header) + size > self._limits.size:
            raise DataError(
                f"The record in line {line:,} of {self._source.name} exceeds the limit alone",
                f"With the header it has {len(self._header) + size:,} bytes, and a file may have "
                f"{self._limits.size:,}.",
                "Look at that line, or set a higher limit.",
            )
        self._end_part()
        data, lines = self._files.create(self._folder), self._files.create(self._folder)
        self._part = _Part(data, lines, RunWriter(lines.write))
        self._parts.append(self._part)
        data.write(self._header)
        return self._part

    def _end_part(self) -> None:
        if self._part:
            self._part.runs.close()
            # Closed at once: there may be more parts than files that may be open.
            self._part.csv.finish()
            self._part.lines.finish()


def _upload(placed: Placed, pattern: str, records: int) -> UploadFile:
    stem = pattern.format()  # undoes the doubling of its braces
    # The number of the part counts as ending: a cut would give all parts one name.
    name = upload_name(stem, placed.path.name.removeprefix(stem))
    return UploadFile(placed.path, name, placed.size, placed.sha256, records, is_copy=True)


class _Bytes:
    """Where the csv module writes a record to: it comes back as bytes, and goes nowhere."""

    write = staticmethod(str.encode)


_writer = csv.writer(_Bytes(), lineterminator="\r\n")


def csv_bytes(fields: Sequence[str]) -> bytes:
    """Returns a record as it is uploaded."""
    data: bytes = _writer.writerow(fields)
    return data
