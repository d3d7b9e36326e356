"""The records of a result, one after the other, at about the speed at which a CSV is read."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from zcbulk_tui.data.result_columns import ResultColumns
from zcbulk_tui.data.rows import read_rows
from zcbulk_tui.data.source import open_source


class ResultRow(NamedTuple):
    """A record of a result.

    Attributes:
        record: Its number in the result, from 1.
        reason: Why it failed, as it stands there; empty where it has none.
        cells: Its cells, under `ResultColumns.names`; empty ones where the record is too short.
    """

    record: int
    reason: str
    cells: tuple[str, ...]


def read_result(
    path: Path, columns: ResultColumns, *, encoding: str | None = None, delimiter: str = ","
) -> Iterator[ResultRow]:
    """Yields the records of a result, but for those that went in.

    Args:
        path: The result.
        columns: Which of its columns are what.
        encoding: The name of its encoding; None for its mark, else UTF-8.
        delimiter: The character between its cells.

    Raises:
        DataError: It cannot be read.
    """
    reader = iter(read_rows(open_source(path), encoding=encoding, delimiter=delimiter))
    next(reader)
    pick = Picker(columns)
    for record, row in numbered(reader):
        if not columns.went_in(row):
            reason, cells = pick(row)
            yield ResultRow(record, reason, cells)


def numbered(
    records: Iterable[tuple[int, list[str]]], first: int = 1
) -> Iterator[tuple[int, list[str]]]:
    """Yields records with their numbers, in the place of their lines; blank lines are none."""
    number = first
    for _, row in records:
        if row:
            yield number, row
            number += 1


class Picker:
    """Takes the reason and the data out of a record.

    Args:
        columns: Which columns these are.
    """

    def __init__(self, columns: ResultColumns) -> None:
        self._columns = columns
        self._places = columns.cells
        self._reason = columns.reason[0] if len(columns.reason) == 1 else None
        self._width = max((*columns.cells, *columns.reason), default=-1) + 1
        first = len(self._places)
        self._slice = slice(self._places[0], self._places[-1] + 1) if self._places else slice(0)
        self._is_run = self._places == tuple(
            range(self._slice.start or 0, (self._slice.start or 0) + first)
        )

    def __call__(self, row: Sequence[str]) -> tuple[str, tuple[str, ...]]:
        """Returns the reason and the cells of a record."""
        if len(row) < self._width:
            row = [*row, *[""] * (self._width - len(row))]
        reason = self._columns.reason_of(row) if self._reason is None else row[self._reason]
        if self._is_run:
            return reason, tuple(row[self._slice])
        return reason, tuple([row[place] for place in self._places])
