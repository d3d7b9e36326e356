"""Which line of the source each record of an upload came from.

A row map is a CSV with the header ``record,line,records``. Each row is a run: the record with that
number in the upload, counted from 1 without the header, began in that line of the source, and the
next ones in the lines after it, ``records`` of them in all. A file that is in its own order and has
no line ends inside its cells is one run.

`data.outgoing` writes one beside each upload; `data.matching` reads it, to trace the records of a
result to the source, and `sent_records` to know which records of it were sent.
"""

import csv
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from heapq import merge
from itertools import chain, islice, pairwise
from pathlib import Path

from zcbulk_tui.data.delimiter import COMMA
from zcbulk_tui.data.rows import OnProgress, read_rows
from zcbulk_tui.data.source import Source
from zcbulk_tui.domain.record_set import RecordSet
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import DataError

_HEADER = ["record", "line", "records"]


class RunWriter:
    """Joins the lines of records to runs as they come, and writes each that has ended."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write
        self._record = 1
        self._line = 0
        self._count = 0
        write(f"{','.join(_HEADER)}\r\n".encode())

    def add(self, line: int) -> None:
        """Takes the line of the next record."""
        if line == self._line + self._count and self._count:
            self._count += 1
            return
        self._end_run()
        self._line, self._count = line, 1

    def close(self) -> None:
        """Writes the last run."""
        self._end_run()

    def _end_run(self) -> None:
        if self._count:
            self._write(b"%d,%d,%d\r\n" % (self._record, self._line, self._count))
            self._record += self._count
            self._count = 0


class Runs:
    """The runs of a source's records as they come, in memory."""

    def __init__(self) -> None:
        self.records = array("Q")
        self.lines = array("Q")
        self.count = 0
        self._next = 0

    def add(self, line: int) -> int:
        """Takes the line of the next record; returns its number, from 1."""
        self.count += 1
        if line != self._next or not self.records:
            self.records.append(self.count)
            self.lines.append(line)
        self._next = line + 1
        return self.count


class RowMap:
    """The source lines of an upload's records; its length is the number of records."""

    def __init__(self, records: "array[int]", lines: "array[int]", count: int) -> None:
        self._records = records
        self._lines = lines
        self._count = count

    def __len__(self) -> int:
        return self._count

    @property
    def is_in_order(self) -> bool:
        """Whether the records stand as in the source; else some were moved behind others."""
        return all(earlier < later for earlier, later in pairwise(self._lines))

    def line(self, record: int) -> int:
        """Returns the source line in which a record begins.

        Args:
            record: Its number in the upload, from 1.

        Raises:
            IndexError: The upload has no such record.
        """
        if not 1 <= record <= self._count:
            raise IndexError(record)
        run = bisect_right(self._records, record) - 1
        return self._lines[run] + record - self._records[run]

    def lines(self) -> Iterator[int]:
        """Yields the source line of each record, in the order of the upload."""
        ends = chain(islice(self._records, 1, None), (self._count + 1,))
        for first, line, end in zip(self._records, self._lines, ends, strict=False):
            yield from range(line, line + end - first)

    def record(self, line: int) -> int | None:
        """Returns the number of the record that begins in a source line; None where none does."""
        lines, records = self._by_line
        run = bisect_right(lines, line) - 1
        if run < 0:
            return None
        record = records[run] + line - lines[run]
        after = bisect_right(self._records, records[run])
        end = self._records[after] if after < len(self._records) else self._count + 1
        return record if record < end else None

    @cached_property
    def _by_line(self) -> tuple["array[int]", "array[int]"]:
        """The first lines of the runs in the order of the source, and their first records."""
        ends = [at for at in range(1, len(self._lines)) if self._lines[at] < self._lines[at - 1]]
        if not ends:
            return self._lines, self._records
        # Records that were moved are few stretches, each in the order of the source.
        bounds = zip((0, *ends), (*ends, len(self._lines)), strict=True)
        lines, records = array("Q"), array("Q")
        for line, record in merge(*(self._runs(start, end) for start, end in bounds)):
            lines.append(line)
            records.append(record)
        return lines, records

    def _runs(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        return zip(self._lines[start:end], self._records[start:end], strict=True)

    @classmethod
    def of_whole(cls, runs: "Runs") -> "RowMap":
        """Returns the row map of a source that was uploaded as it is."""
        return cls(runs.records, runs.lines, runs.count)

    @classmethod
    def read(cls, path: Path) -> "RowMap":
        """Returns the row map in a file.

        Raises:
            DataError: It cannot be read, or is no row map.
        """
        records, lines, count = array("Q"), array("Q"), 0
        try:
            with path.open(encoding="ascii", newline="") as file:
                rows = csv.reader(file)
                if next(rows, None) != _HEADER:
                    raise ValueError("its first line is another")
                for record, line, length in rows:
                    if int(record) != count + 1 or int(line) < 1 or int(length) < 1:
                        raise ValueError(f"line {rows.line_num} does not follow the one before")
                    records.append(int(record))
                    lines.append(int(line))
                    count += int(length)
        except (OSError, ValueError, OverflowError, csv.Error) as error:
            raise DataError(
                f"The row map {one_line(str(path))} cannot be used",
                f"It cannot be read: {one_line(str(error))}.",
                "Find the records by their content: the row map only says their lines.",
            ) from error
        return cls(records, lines, count)


def sent_records(
    source: Source,
    row_maps: Sequence[RowMap],
    *,
    encoding: str | None = None,
    delimiter: str = COMMA,
    on_progress: OnProgress | None = None,
) -> RecordSet:
    """Returns the numbers that the records of uploads have in their source, from 1.

    Args:
        source: It is read once.
        row_maps: Those of the uploads.
        encoding: Its encoding, as for `read_rows`.
        delimiter: Its delimiter.
        on_progress: Called with the bytes read, and the bytes in all.

    Raises:
        DataError: The source cannot be read, or a row map is not of it: in such a line none of its
            records begins.
    """
    lines = RecordSet()
    for row_map in row_maps:
        for line in row_map.lines():
            if line > source.csv_size + 1:  # there are no more lines than bytes
                raise _of_another(source)
            lines.add(line)
    records = RecordSet()
    reader = iter(
        read_rows(source, encoding=encoding, delimiter=delimiter, on_progress=on_progress)
    )
    next(reader)
    for number, (line, _) in enumerate(reader, start=1):
        if line in lines:
            records.add(number)
    if len(records) < len(lines):
        raise _of_another(source)
    return records


def _of_another(source: Source) -> DataError:
    return DataError(
        f"Which records of {source.name} were sent cannot be made out",
        "The lines that were written down when they were sent are not lines of this file, as it "
        "is read here.",
        "Give the file with the encoding and the delimiter that it was sent with.",
    )
