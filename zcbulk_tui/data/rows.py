"""A CSV as a stream of records, each with the line that it begins in.

The work is done by `csv.reader`; what it would lose or never end is found beside it, a piece of
text at a time, so that records without quotes cost next to nothing more.
"""

import csv
import io
import re
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice

from zcbulk_tui.data.encoding import Encoding, TextDecoder, UndecodableError, find_encoding
from zcbulk_tui.data.source import CsvStream, Source
from zcbulk_tui.domain.preflight import SHOWN
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import DataError

LONGEST_RECORD = 2**20
"""Characters that a record may have; the guard works by pieces, so somewhat more may pass."""

_REPORT_EVERY = 2**21
"""Bytes between two reports of progress: some twenty a second as fast as records are read."""

_FIELD_LIMIT = 2 * LONGEST_RECORD

RECORDS_AT_ONCE = 1_000
"""Records that are worked on together."""

_BYTES_AT_ONCE = 2**20
"""Bounds the memory where records are long: some are a million times as long as others."""

Record = tuple[int, list[str]]
"""Where a record begins, from 1, and its values."""

MARKED_LINES = 64
"""Lines between two whose places in the file are known: `RecordReader.marks`."""

OnProgress = Callable[[int, int], None]
"""Called with the bytes read so far, and the bytes in all."""


@dataclass(slots=True)
class Occurrences:
    """How often something was met, and where at first.

    Attributes:
        count: Records with it.
        lines: The lines in which the first of them begin; at most `SHOWN`.
    """

    count: int = 0
    lines: list[int] = field(default_factory=list)

    def add(self, line: int) -> None:
        """Counts one more."""
        self.count += 1
        if len(self.lines) < SHOWN:
            self.lines.append(line)


class RecordReader:
    r"""One pass over the records of a source: iterate once, and then look at the rest.

    Lines end with ``\n``, ``\r\n`` or ``\r``, and are counted from 1. Empty lines before the header
    are passed over; later ones are records without fields.

    Attributes:
        encoding: As found; None before the first record.
        header_line: The line that the header begins in; 0 before it.
        stray_quotes: Records with a quote inside a cell that is not quoted, or with text behind the
            closing quote of a cell; the csv module keeps the one quote and drops the other.
        bytes_read: Bytes of the CSV so far.
        sha256: SHA-256 of the file on the disk, in hexadecimal; empty before the end.
        marks: The byte with which every 64th line begins, the first line first, so that
            `read_from` can begin near any of them.
    """

    def __init__(
        self,
        source: Source,
        *,
        encoding: str | None = None,
        delimiter: str = ",",
        on_progress: OnProgress | None = None,
        longest_record: int = LONGEST_RECORD,
    ) -> None:
        self.encoding: Encoding | None = None
        self.header_line = 0
        self.stray_quotes = Occurrences()
        self.bytes_read = 0
        self.sha256 = ""
        self.marks = array("Q")
        self._source = source
        self._given = encoding
        self._delimiter = delimiter
        self._on_progress = on_progress
        self._longest = longest_record
        self._well_formed = _well_formed(delimiter)
        self._begins = 1
        """The line that the record begins in which is read next."""
        self._line = 0
        """Lines that the csv module has got so far, or has within its reach."""
        self._kept: list[str] = []
        """The last of these lines, from the beginning of a record on."""
        self._rest = ""
        """Text behind the last end of a line."""
        self._is_doubtful = False
        """Whether a record that ends in these lines may have stray quotes."""
        self._size: Callable[[str], int] = len
        self._offset = 0
        """The byte behind the lines that the csv module has got so far."""

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Yields the line and the fields of each record, the header first.

        Raises:
            EncodingUnknownError: The text is not in UTF-8, and no encoding was given.
            DataError: It cannot be read on: the file changed, a byte is not in the given encoding,
                a quote never closes, a record is too long; or there is no header.
        """
        _let_long_cells_pass()
        with self._source.open() as stream:
            reader = csv.reader(self._lines(stream), delimiter=self._delimiter)
            try:
                for fields in reader:
                    line, last = self._begins, reader.line_num
                    if self._is_doubtful:
                        self._look_for_stray_quotes(line, last)
                    if fields or self.header_line:
                        if not self.header_line:
                            self.header_line = line
                        yield line, fields
                    self._begins = last + 1
            except csv.Error as error:
                raise _unreadable(self._where(self._begins), error) from error
            if not self.header_line:
                raise DataError(
                    f"{self._source.name} has no header",
                    "All its lines are empty.",
                    "Give a CSV whose first line has the link names of the fields.",
                )

    def _lines(self, stream: CsvStream) -> Iterator[str]:
        """Yields the lines with their ends, as the csv module takes them."""
        for text in self._texts(stream):
            self._rest += text
            end = _end_of_lines(self._rest)
            whole, self._rest = self._rest[:end], self._rest[end:]
            if whole:
                yield from self._take(whole)
            if len(self._rest) > self._longest:
                raise self._too_long()
        if self._rest:
            last, self._rest = self._rest, ""
            yield from self._take(last)
        if self._begins <= self._line:
            raise self._unclosed("at the end of the file")

    def _from(self, line: int) -> Iterator[tuple[int, list[str]]]:
        if self.encoding is None or not self.marks:
            raise ValueError("The source has not been read")
        mark, skipped = divmod(line - 1, MARKED_LINES)
        # The mark of the file, if it has one, stands before the first of these places.
        encoding = replace(self.encoding, bom=b"")
        _let_long_cells_pass()
        with self._source.open(self.marks[mark]) as stream:
            lines = islice(_decoded_lines(stream, TextDecoder(encoding)), skipped, None)
            reader = csv.reader(lines, delimiter=self._delimiter)
            before = line
            try:
                for fields in reader:
                    yield before, fields
                    before = line + reader.line_num
            except csv.Error as error:
                raise _unreadable(self._where(before), error) from error

    def _texts(self, stream: CsvStream) -> Iterator[str]:
        data = stream.read()
        self.encoding = find_encoding(self._source.beginning, self._given)
        decoder = TextDecoder(self.encoding)
        self._size, self._offset = decoder.size, len(self.encoding.bom)
        reported = 0
        is_last = False
        while not is_last:
            is_last = not data
            try:
                text = decoder.decode(data, is_last=is_last)
            except UndecodableError as error:
                before = self._rest + error.prefix
                lines = _split(before)
                is_open = bool(lines) and not lines[-1].endswith(("\r", "\n"))
                line = self._line + len(lines) + (not is_open)
                raise decoder.failure(error, line, lines[-1] if is_open else "") from error
            self.bytes_read = stream.bytes_read
            yield text
            if self._on_progress and (is_last or self.bytes_read - reported >= _REPORT_EVERY):
                reported = self.bytes_read
                self._on_progress(reported, self._source.csv_size)
            if not is_last:
                data = stream.read()
        self.sha256 = stream.sha256

    def _take(self, text: str) -> list[str]:
        """Returns the lines of a piece of text, and notes what is needed to judge them."""
        if self._begins <= self._line:
            # The csv module has read all lines, and is in the middle of a record.
            self._kept = self._kept[self._begins - self._line - 1 :]
            if sum(map(len, self._kept)) > self._longest:
                raise self._unclosed(f"after {self._longest:,} characters")
            self._is_doubtful = True
        else:
            self._kept = []
            self._is_doubtful = '"' in text and not self._well_formed(text)
        lines = _split(text)
        self._mark(lines)
        self._kept += lines
        self._line += len(lines)
        return lines

    def _mark(self, lines: list[str]) -> None:
        begin = 0
        for at in range(-self._line % MARKED_LINES, len(lines), MARKED_LINES):
            self._offset += self._size("".join(lines[begin:at]))
            self.marks.append(self._offset)
            begin = at
        self._offset += self._size("".join(lines[begin:]))

    def _look_for_stray_quotes(self, line: int, last: int) -> None:
        start = len(self._kept) - self._line - 1
        raw = "".join(self._kept[start + line : start + last + 1])
        if '"' in raw and not self._well_formed(raw):
            self.stray_quotes.add(line)

    def _too_long(self) -> DataError:
        line = self._line + 1
        if self._begins <= self._line:
            self._take(self._rest)
            return self._unclosed(f"after {self._longest:,} characters")
        return DataError(
            f"{self._where(line)} is too long",
            f"It does not end within {self._longest:,} characters.",
            "Look at that line: a CSV has one record a line.",
        )

    def _unclosed(self, where: str) -> DataError:
        raw = "".join(self._kept[self._begins - self._line - 1 :])
        line = self._begins + _opening_line(raw, self._delimiter)
        return DataError(
            f"A quote that opens in line {line:,} of {self._source.name} never closes",
            f"Its cell is still open {where}.",
            "Close it in that line. A quote that belongs to the text is written twice.",
        )

    def _where(self, line: int) -> str:
        return f"Line {line:,} of {self._source.name}"


def read_rows(
    source: Source,
    *,
    encoding: str | None = None,
    delimiter: str = ",",
    on_progress: OnProgress | None = None,
) -> RecordReader:
    """Returns a reader of a source's records; see `RecordReader`.

    Args:
        source: What is read.
        encoding: The name of its encoding; None for its mark, else UTF-8.
        delimiter: The character between cells.
        on_progress: Called as the bytes are read, and once at the end.
    """
    return RecordReader(source, encoding=encoding, delimiter=delimiter, on_progress=on_progress)


def read_from(reader: RecordReader, line: int) -> Iterator[tuple[int, list[str]]]:
    """Yields the records of a source from the one on that begins in a line.

    Args:
        reader: Has read it to its end.
        line: In which a record begins; from 1.

    Raises:
        DataError: It cannot be read any more, or has changed.
    """
    return reader._from(line)


def read_header_line(source: Source, encoding: str | None = None) -> str:
    """Returns the first line that is not empty, without its end, to choose the delimiter by.

    Raises:
        EncodingUnknownError: It is not in UTF-8, and no encoding was given.
        DataError: It cannot be read, is too long, or all lines are empty.
    """
    # No text has this character, so each line is one cell.
    reader = RecordReader(source, encoding=encoding, delimiter="\x1f")
    with source.open() as stream:
        for line in reader._lines(stream):
            if stripped := line.rstrip("\r\n"):
                return stripped
            reader._begins += 1
    raise DataError(
        f"{source.name} has no header",
        "All its lines are empty.",
        "Give a CSV whose first line has the link names of the fields.",
    )


def cut_line(line: str, delimiter: str) -> list[str]:
    """Returns the cells of a header, in one line, as a delimiter cuts it.

    Raises:
        DataError: It cannot be cut.
    """
    _let_long_cells_pass()
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error as error:
        raise _unreadable("The header", error) from error


def in_chunks(
    records: Iterator[Record], at_once: int, position: Callable[[], int]
) -> Iterator[list[Record]]:
    """Yields some records at a time.

    Args:
        records: All of them.
        at_once: Most of them that come together.
        position: Returns how many bytes have been read, which bounds what is kept in memory.
    """
    chunk: list[Record] = []
    begin = position()
    for record in records:
        chunk.append(record)
        if len(chunk) >= at_once or position() - begin >= _BYTES_AT_ONCE:
            yield chunk
            chunk = []
            begin = position()
    if chunk:
        yield chunk


def _unreadable(what: str, error: csv.Error) -> DataError:
    return DataError(
        f"{what} cannot be read",
        f"The csv module says: {one_line(str(error))}.",
        "Look at the quotes from that line on.",
    )


def _let_long_cells_pass() -> None:
    """Sets the limit of csv wider than the guards here, for the whole process, as csv has it."""
    csv.field_size_limit(max(csv.field_size_limit(), _FIELD_LIMIT))


def _decoded_lines(stream: CsvStream, decoder: TextDecoder) -> Iterator[str]:
    rest = ""
    while data := stream.read():
        rest += decoder.decode(data)
        end = _end_of_lines(rest)
        yield from _split(rest[:end])
        rest = rest[end:]
    yield from _split(rest + decoder.decode(b"", is_last=True))


def _split(text: str) -> list[str]:
    """Returns the lines of a text with their ends; no other character ends a line."""
    return list(io.StringIO(text, newline=""))


def _end_of_lines(text: str) -> int:
    r"""Returns where the last line ends; a ``\r`` at the very end waits for its ``\n``."""
    end = text.rfind("\n") + 1
    return max(end, text.rfind("\r", end, len(text) - 1) + 1)


def _well_formed(delimiter: str) -> Callable[[str], bool]:
    """Returns a test: each quote of a text opens or closes a cell, or is one of two inside it.

    Without possessive quantifiers, which fail with backtracking inside them before Python 3.11.5.
    """
    edge = rf"{re.escape(delimiter)}\r\n"
    # Files with quotes mostly have them around each cell: a run of such cells takes half the time.
    run = rf'(?:[^"]*"[{edge}]")*'
    # It begins with the quote, which is searched for fast, and looks back from there.
    cells = re.compile(rf'"(?<=[{edge}]"){run}[^"]*(?:""[^"]*)*"(?![^{edge}])')
    return lambda text: '"' not in cells.sub("", "\n" + text)


def _opening_line(raw: str, delimiter: str) -> int:
    """Returns how many lines into a record the quote stands that is still open at its end."""
    opening, is_open, before = 0, False, delimiter
    for at, character in enumerate(raw):
        if character == '"':
            if is_open:
                is_open = False
            elif before == '"' or before in (delimiter, "\r", "\n"):
                # Behind a closing one it is the second of two, and the cell goes on.
                opening = opening if before == '"' else at
                is_open = True
        before = character
    return len(_split(raw[:opening] + "x")) - 1
