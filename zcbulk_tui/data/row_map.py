"""Which line of the source each record of an upload came from.

A row map is a CSV with the header ``record,line,records``. Each row is a run: the record with that
number in the upload, counted from 1 without the header, began in that line of the source, and the
next ones in the lines after it, ``records`` of them in all. A file that is in its own order and has
no line ends inside its cells is one run.

`data.outgoing` writes one beside each upload. The program reads none yet: they are kept so that a
result of Zoho can be traced to the source, and `RowMap` is how tests hold them against it.
"""

import csv
from array import array
from bisect import bisect_right
from collections.abc import Callable
from pathlib import Path

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


class RowMap:
    """The source lines of an upload's records; its length is the number of records."""

    def __init__(self, records: "array[int]", lines: "array[int]", count: int) -> None:
        self._records = records
        self._lines = lines
        self._count = count

    def __len__(self) -> int:
        return self._count

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
