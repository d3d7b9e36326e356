"""The failures of a job: one pass over its result, and then any of its records.

What is kept of a record is two bytes, the number of its group; where it stands in the file is known
for one record in 64. So a million of them take a few megabytes.
"""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import compress, islice
from pathlib import Path
from typing import Protocol

from zcbulk_tui.data.new_files import NamedFile
from zcbulk_tui.data.outgoing import csv_bytes
from zcbulk_tui.data.reasons import NO_GROUP, ReasonGroup, ReasonGrouper
from zcbulk_tui.data.result_columns import NOT_KNOWN, ResultColumns, ServerColumns, read_columns
from zcbulk_tui.data.result_rows import Picker, numbered
from zcbulk_tui.data.rows import OnProgress, RecordReader, read_from, read_rows
from zcbulk_tui.data.source import open_source
from zcbulk_tui.domain.batch_rule import BATCH, batches_of
from zcbulk_tui.domain.failures import (
    SAMPLES,
    FailedRow,
    FailureGroup,
    FailureReport,
)
from zcbulk_tui.domain.text import counted, one_line

_MARKED_RECORDS = 64
"""Records between two whose line is known."""

_WORTH_A_JUMP = 8 * _MARKED_RECORDS
"""Records that are rather read than passed over by opening the file at another place."""

_LONGEST_REASON = 2**20
"""Characters of a reason that are shown; no record is longer."""


class LineIndex(Protocol):
    """Where the records of the file that was uploaded stand, by what they hold."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns by which it finds them."""

    @property
    def is_in_order(self) -> bool:
        """Whether they stand as in the source; else some were packed behind others."""

    def lines(self, cells: Sequence[str]) -> tuple[int, ...]:
        """Returns the lines in which a record with these cells, under `columns`, may begin."""

    def record(self, line: int) -> int | None:
        """Returns the number in the upload, from 1, of the record that begins in a line."""

    def __len__(self) -> int:
        """The records of the upload."""


class FailureFile:
    """The failed records of a job.

    Args:
        path: The result.
        upload: The header of the file that was uploaded; None where it is not known.
        source: Where its records stand; None where that is not known.
        encoding: The name of the result's encoding; None for its mark, else UTF-8.
        on_progress: Called with the bytes read, and the bytes in all.
        assumed: Sentences for the report, about what is taken for granted besides.
        known: Columns that the server is known to add.

    Raises:
        DataError: The result cannot be read.

    Attributes:
        columns: Which columns of the result are what.
        report: The groups.
        group_of: The group of each record of the result, as its place in the report; `NO_GROUP`
            for one that went in.
    """

    def __init__(
        self,
        path: Path,
        *,
        upload: Sequence[str] | None = None,
        source: LineIndex | None = None,
        encoding: str | None = None,
        on_progress: OnProgress | None = None,
        assumed: tuple[str, ...] = (),
        known: ServerColumns = NOT_KNOWN,
    ) -> None:
        self._reader: RecordReader | None = None
        self.columns = ResultColumns((), (), (), (), ())
        if not is_empty(path):
            opened = open_source(path)
            self.columns, delimiter = read_columns(opened, upload, encoding=encoding, known=known)
            self._reader = read_rows(
                opened, encoding=encoding, delimiter=delimiter, on_progress=on_progress
            )
        self._assumed = assumed
        self._upload = upload
        self._pick = Picker(self.columns)
        self._places = _Places(self.columns, source)
        self._lines = array("Q")
        self._of_group: dict[int, array[int]] = {}
        groups, self.group_of = self._read()
        self._numbers = {group.name: number for number, group in enumerate(groups)}
        self.report = self._report(groups)

    def rows(self, reason: str | None, start: int, count: int) -> list[FailedRow]:
        """Returns failed records of a group, or of all, in the order of the result.

        Args:
            reason: The masked reason that names the group; None for all.
            start: The first one, from 0.
            count: How many at most.

        Raises:
            DataError: The result cannot be read any more, or has changed.
        """
        return list(islice(self._failed(reason, start), max(count, 0)))

    def search(self, reason: str | None, text: str, start: int) -> int | None:
        """Returns the place of the next record of a group that holds a text; None for none.

        Args:
            reason: The masked reason that names the group; None for all.
            text: What is looked for in the reason and in each cell, whatever its case.
            start: The first record that is looked at, from 0.

        Raises:
            DataError: The result cannot be read any more, or has changed.
        """
        wanted = text.casefold()
        for place, (_, row) in enumerate(self._raw(reason, start), start):
            why, cells = self._pick(row)
            if wanted in "\0".join((why, *cells)).casefold():
                return place
        return None

    def export(self, reason: str | None, path: Path) -> int:
        """Writes the records of a group, or all, as they stand in the result; returns how many.

        The new file is a CSV in UTF-8 with the result's header, which only this user may read.

        Raises:
            DataError: It cannot be written, or is there already; or the result cannot be read.
        """
        with NamedFile(path) as write:
            write(csv_bytes(self.columns.header))
            count = 0
            for _, row in self._raw(reason, 0):
                write(csv_bytes(row))
                count += 1
        return count

    def _read(self) -> tuple[list[ReasonGroup], "array[int]"]:
        names = filter(None, dict.fromkeys((*(self._upload or ()), *self.columns.names)))
        knows_all = self._upload is not None or self.columns.status is None
        grouper = ReasonGrouper([*names], knows_all=knows_all)
        records = iter(self._reader or ())
        next(records, None)
        add, pick, place = grouper.add, self._pick, self._places.add
        places_known = self._places.is_known
        went_in = self.columns.went_in if self.columns.status is not None else None
        record = 0
        for line, row in records:
            if not row:
                continue
            if record % _MARKED_RECORDS == 0:
                self._lines.append(line)
            record += 1
            if went_in is not None and went_in(row):
                grouper.skip()
                continue
            reason, cells = pick(row)
            add(reason, cells)
            if places_known:
                place(cells)
        return grouper.finish()

    def _report(self, groups: Sequence[ReasonGroup]) -> FailureReport:
        samples = self._samples(len(groups))
        gone = self.group_of.count(NO_GROUP)
        assumed = self.columns.assumed
        if gone:
            count = counted(gone, "record is", "records are")
            assumed = (*assumed, f"{count} left out: the result says that they went in.")
        return FailureReport(
            records=len(self.group_of) - gone,
            groups=tuple(
                FailureGroup(group.name, group.fields, group.records, tuple(samples[number]))
                for number, group in enumerate(groups)
            ),
            columns=self.columns.names,
            assumed=(*assumed, *self._places.assumed, *self._assumed),
            placed=self._places.placed,
            ambiguous=self._places.ambiguous,
            blocks=self._places.blocks,
            is_packed=self._places.is_packed,
        )

    def _samples(self, groups: int) -> dict[int, list[FailedRow]]:
        """The first records of each group, read in the order of the file."""
        wanted = sorted(
            at for group in range(groups) for at in _first(self.group_of, group, SAMPLES)
        )
        samples: defaultdict[int, list[FailedRow]] = defaultdict(list)
        for at, row in self._at(wanted):
            samples[self.group_of[at]].append(self._failed_row(at, row))
        return samples

    def _positions(self, reason: str | None) -> "array[int]":
        """The places in the result of a group's records, from 0."""
        number = -1 if reason is None else self._numbers.get(reason, -2)
        if number not in self._of_group:
            test: Callable[[object], bool] = number.__eq__ if number != -1 else NO_GROUP.__ne__
            everywhere = range(len(self.group_of))
            self._of_group[number] = array("I", compress(everywhere, map(test, self.group_of)))
        return self._of_group[number]

    def _raw(self, reason: str | None, start: int) -> Iterator[tuple[int, list[str]]]:
        return self._at(self._positions(reason)[max(start, 0) :])

    def _failed(self, reason: str | None, start: int) -> Iterator[FailedRow]:
        return (self._failed_row(at, row) for at, row in self._raw(reason, start))

    def _failed_row(self, at: int, row: Sequence[str]) -> FailedRow:
        reason, cells = self._pick(row)
        shown = one_line(reason, _LONGEST_REASON)
        return FailedRow(at + 1, shown, cells, self._places.lines(cells))

    def _at(self, wanted: Sequence[int]) -> Iterator[tuple[int, list[str]]]:
        """Yields records by their places from 0, which go up; goes to each if that is shorter."""
        if self._reader is None:
            return
        records: Iterator[tuple[int, list[str]]] = iter(())
        coming: int | None = None
        for at in wanted:
            if coming is None or at - coming > _WORTH_A_JUMP:
                mark = at // _MARKED_RECORDS
                records = numbered(read_from(self._reader, self._lines[mark]))
                coming = mark * _MARKED_RECORDS
            for _, row in islice(records, at - coming, at - coming + 1):
                yield at, row
            coming = at + 1


class _Places:
    """Where the failed records stand in the file that was uploaded.

    Args:
        columns: Those of the result.
        source: Where the records stand; None where that is not known.
    """

    def __init__(self, columns: ResultColumns, source: LineIndex | None) -> None:
        self.placed = self.ambiguous = 0
        self.blocks = array("I")
        self.assumed: tuple[str, ...] = ()
        self.is_packed = source is not None and not source.is_in_order
        self._source = source
        self._order: tuple[int, ...] = ()
        if source is None:
            return
        missing = [name for name in source.columns if name not in columns.names]
        if missing or not source.columns:
            self._source = None
            self.assumed = ("The places in the uploaded file are not known: it has other columns.",)
        else:
            self.blocks = array("I", bytes(4 * batches_of(len(source))))
        self._order = tuple(columns.names.index(it) for it in source.columns if it not in missing)

    @property
    def is_known(self) -> bool:
        """Whether places can be looked up."""
        return self._source is not None

    def lines(self, cells: Sequence[str]) -> tuple[int, ...]:
        """Returns the lines in which a record may begin."""
        if self._source is None:
            return ()
        return self._source.lines(tuple([cells[at] for at in self._order]))

    def add(self, cells: Sequence[str]) -> None:
        """Counts a record."""
        lines = self.lines(cells)
        if len(lines) > 1:
            self.ambiguous += 1
        elif lines and self._source is not None:
            self.placed += 1
            record = self._source.record(lines[0])
            if record is not None and record <= len(self._source):
                self.blocks[(record - 1) // BATCH] += 1


def is_empty(path: Path) -> bool:
    """Whether a result has not a byte: Zoho may make such a file where no record failed."""
    try:
        return path.is_file() and not path.stat().st_size
    except (OSError, ValueError):
        return False  # what opens it says why


def _first(group_of: "array[int]", group: int, count: int) -> Iterator[int]:
    """Yields the first places of a group."""
    at = -1
    for _ in range(count):
        try:
            at = group_of.index(group, at + 1)
        except ValueError:
            return
        yield at
