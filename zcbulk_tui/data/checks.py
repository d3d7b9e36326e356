"""The checks on records, some at a time and column by column.

What is found does not depend on how many come at a time.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest

from zcbulk_tui.data.columns import Column, Header
from zcbulk_tui.data.duplicates import Duplicate, DuplicateFinder
from zcbulk_tui.data.rows import Record
from zcbulk_tui.data.tally import Tally
from zcbulk_tui.data.value_checks import Slice, ValueCheck, character_checks, checks_of
from zcbulk_tui.domain.contract import UNKNOWN, Contract
from zcbulk_tui.domain.preflight import (
    SAMPLES,
    SHOWN,
    Finding,
    Gap,
    Kind,
    NotChecked,
    Severity,
)
from zcbulk_tui.domain.record_set import RecordSet

_EXCEPTIONAL = 10
"""At most one value of a column in this many is an exception there."""

_DOUBT_BYTES = 16_000_000
"""Of the records with doubts: ten columns of doubts in 13 million records."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the checks found.

    Attributes:
        findings: In no order.
        suspects: Records with a finding that makes them suspect.
        not_checked: What could not be checked for want of memory.
        records: How many there were.
    """

    findings: list[Finding]
    suspects: RecordSet
    not_checked: tuple[NotChecked, ...]
    records: int


class RecordChecks:
    """Checks records as they come; see `check` and `finish`.

    Args:
        header: The columns, and the fields that they are.
        budget: Bytes that may be kept to find duplicates; None for what is usual.
        contract: What is known of the server that the records go to.
    """

    def __init__(
        self, header: Header, *, budget: int | None = None, contract: Contract = UNKNOWN
    ) -> None:
        self._columns = header.columns
        self._checks = [
            (column, (*character_checks(), *checks_of(column.field, contract)))
            for column in header.columns
        ]
        self._unique = [
            column for column in header.columns if column.field and column.field.is_unique
        ]
        amount = len(self._unique)
        self._duplicates = (
            DuplicateFinder(amount) if budget is None else DuplicateFinder(amount, budget=budget)
        )
        self._tally = Tally()
        self._suspects = RecordSet()
        self._doubts = _Doubts()
        self._records = 0
        refuses_empty = any(each.field and each.field.is_mandatory for each in header.columns)
        self._empty = Severity.BLOCKS if refuses_empty else Severity.WARNS

    def check(self, records: Sequence[Record]) -> None:
        """Checks the next records of the file."""
        if not records:
            return
        first = self._records + 1
        self._records += len(records)
        lines: Sequence[int]
        rows: Sequence[list[str]]
        lines, rows = zip(*records, strict=True)
        numbers: Sequence[int] = range(first, first + len(rows))
        width = len(self._columns)
        if not all(map(any, rows)) or set(map(len, rows)) != {width}:
            self._check_shapes(numbers, lines, rows)
            whole = [at for at, row in enumerate(rows) if len(row) == width and any(row)]
            numbers = [numbers[at] for at in whole]
            columns = list(zip(*(rows[at] for at in whole), strict=True))
            self._remember(lines, columns, whole)
            lines = [lines[at] for at in whole]
        else:
            columns = list(zip(*rows, strict=True))
            self._remember(lines, columns)
        for (column, checks), values in zip(self._checks, columns, strict=bool(columns)):
            self._check_column(column, checks, values, numbers, lines)

    def finish(self) -> Found:
        """Looks for duplicates, which takes all records; returns what was found."""
        for index, column in enumerate(self._unique):
            self._count_duplicates(index, column)
        for kind, position in self._doubts.add_exceptions(self._suspects):
            self._tally.mark_exception(kind, position)
        return Found(
            self._tally.findings(), self._suspects, tuple(self._not_checked()), self._records
        )

    def _check_shapes(
        self, numbers: Sequence[int], lines: Sequence[int], rows: Sequence[list[str]]
    ) -> None:
        """Finds records that are empty or have too few or too many values.

        Their values are not looked at: which value is of which column is not known.
        """
        width = len(self._columns)
        for number, line, row in zip(numbers, lines, rows, strict=True):
            if not row:
                # Many readers pass over it; whether Zoho does, no source says.
                kind, severity, sample = Kind.BLANK_LINE, Severity.WARNS, ""
            elif not any(row):
                kind, severity, sample = Kind.EMPTY_RECORD, self._empty, ""
            elif len(row) != width:
                kind = Kind.TOO_FEW_VALUES if len(row) < width else Kind.TOO_MANY_VALUES
                severity, sample = Severity.BLOCKS, f"{len(row):,}"
            else:
                continue
            self._tally.add(kind, severity, (line,), (sample,), hint=f"{width:,}")
            if severity is Severity.BLOCKS:
                self._suspects.add(number)

    def _check_column(
        self,
        column: Column,
        checks: Iterable[ValueCheck],
        values: Sequence[str],
        numbers: Sequence[int],
        lines: Sequence[int],
    ) -> None:
        part = Slice(values, " ".join(values), max(map(len, values)))
        position = column.position + 1
        for check in checks:
            failing = check.failing(part)
            if check.is_doubt:
                suspect = [numbers[at] for at in failing]
                self._doubts.add(check.kind, position, suspect, len(values) - values.count(""))
            if not failing:
                continue
            self._tally.add(
                check.kind,
                check.severity,
                [lines[at] for at in failing],
                [values[at] for at in failing],
                position=position,
                column=column.name,
                hint=check.hint,
            )
            if check.severity is Severity.BLOCKS:
                self._suspects.add_all([numbers[at] for at in failing])

    def _remember(
        self,
        lines: Sequence[int],
        columns: Sequence[Sequence[str]],
        whole: Sequence[int] | None = None,
    ) -> None:
        """Keeps the values of unique columns; for records that are not whole, empty ones."""
        if not self._unique:
            return
        kept: list[Sequence[str]] = []
        for column in self._unique:
            values: Sequence[str] = columns[column.position] if columns else ()
            if whole is not None:
                padded = [""] * len(lines)
                for at, value in zip(whole, values, strict=True):
                    padded[at] = value
                values = padded
            kept.append(values)
        self._duplicates.add(lines, kept)

    def _count_duplicates(self, index: int, column: Column) -> None:
        count = 0

        def marked() -> Iterator[Duplicate]:
            nonlocal count
            for duplicate in self._duplicates.duplicates(index):
                count += 1
                self._suspects.add(duplicate.record)
                yield duplicate

        first = nsmallest(SHOWN, marked())
        self._tally.add(
            Kind.DUPLICATE,
            Severity.BLOCKS,
            [each.line for each in first],
            [f"line {each.line:,} as line {each.first_line:,}" for each in first[:SAMPLES]],
            position=column.position + 1,
            column=column.name,
            count=count,
            originals=tuple(each.first_line for each in first),
        )

    def _not_checked(self) -> Iterator[NotChecked]:
        if self._duplicates.stopped_at is not None and self._unique:
            names = tuple(column.name for column in self._unique)
            yield NotChecked(Gap.DUPLICATES_BEYOND, names, self._duplicates.stopped_at)


class _Doubts:
    """Records with values that may be refused, by kind and column, until it shows how many are so.

    A date in another format is an exception in a column of dates as Zoho documents them, and most
    probably fails. Where all dates are like that, they are rather in the format of the account.
    """

    def __init__(self) -> None:
        self._records: dict[tuple[Kind, int], RecordSet] = {}
        self._filled: Counter[tuple[Kind, int]] = Counter()
        self._size = 0

    def add(self, kind: Kind, position: int, records: Sequence[int], filled: int) -> None:
        """Takes records with a doubt, and how many values were looked at, empty ones not counted.

        Records that do not fit in memory are forgotten, and with them all of the same doubt, first
        those of the doubt that most records have: it is then no exception.
        """
        key = (kind, position)
        if not self._filled[key]:
            self._records[key] = RecordSet()
        self._filled[key] += filled
        doubtful = self._records.get(key)
        if doubtful is None or not records:
            return
        before = doubtful.size
        doubtful.add_all(records)
        self._size += doubtful.size - before
        while self._size > _DOUBT_BYTES:
            worst = max(self._records, key=lambda each: len(self._records[each]))
            self._size -= self._records.pop(worst).size

    def add_exceptions(self, suspects: RecordSet) -> Iterator[tuple[Kind, int]]:
        """Adds the records of doubts that are exceptions to a set; yields kinds and positions."""
        for key, records in self._records.items():
            if 0 < len(records) * _EXCEPTIONAL <= self._filled[key]:
                suspects.update(records)
                yield key
