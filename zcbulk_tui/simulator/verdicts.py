"""Which records of a file fail, and their batches with them.

Records fail by the fields of their form. No source says what a bad one does to its batch of 200,
so both readings are here:

- strict: it fails the whole batch, and no record of that batch is inserted;
- lenient: it fails alone, and a batch fails only if nothing of it can be inserted.

More than 5 % failed batches end the job in either [LIMB]. A value of a unique field is taken by the
first record that is inserted with it; records of other jobs are not looked at, so that rows sent
twice show twice. A header that names an unknown column, or one twice, lets no start through: when
Creator looks at it is in no source. Columns that are missing are empty.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from zcbulk_tui.simulator.cells import DUPLICATE, INVALID, check_of, quick_pattern
from zcbulk_tui.simulator.faults import RefusalError
from zcbulk_tui.simulator.fields import Field
from zcbulk_tui.simulator.files import InsertFile
from zcbulk_tui.simulator.physics import BATCH_RECORDS, Failures


@dataclass(frozen=True, slots=True)
class InsertRules:
    """What the sources leave open about inserting a file."""

    strict_batches: bool = True
    records_per_second: float = 150.0
    """Mean speed of a job with an uploaded file; invented."""


@dataclass(slots=True)
class Verdict:
    """What becomes of a file's records; they are numbered from 1, as are its batches."""

    file: InsertFile
    strict_batches: bool
    unknown_columns: list[str] = field(default_factory=list)
    """Names in the header that the form lacks, or that come again."""
    records: int = 0
    bad: dict[int, str] = field(default_factory=dict)
    """What is wrong with each bad record, as ``CODE-Column``."""
    failed_by_batch: dict[int, int] = field(default_factory=dict)
    """Failed records of each batch that has any."""
    failed_batches: list[int] = field(default_factory=list)

    @property
    def failures(self) -> Failures:
        """As the physics of a run takes them."""
        return Failures(self.failed_by_batch, self.failed_batches)

    def inserted(self, batches: int) -> Iterator[tuple[int, dict[str, str]]]:
        """The records that the first so many batches insert, with their numbers."""
        header = self.file.header()
        failed_batches = frozenset(self.failed_batches)
        rows = islice(self.file.rows(), batches * BATCH_RECORDS)
        for number, row in enumerate(rows, start=1):
            batch = (number - 1) // BATCH_RECORDS + 1
            if number not in self.bad and batch not in failed_batches:
                yield number, dict(zip(header, row, strict=False))


class _Judge:
    """Looks at rows one by one, in their order."""

    def __init__(self, fields: Sequence[Field], header: Sequence[str]) -> None:
        by_column = {column: one for one in fields for column in one.columns()}
        self.unknown = [
            name
            for place, name in enumerate(header)
            if name not in by_column or name in header[:place]
        ]
        self._width = len(header)
        known = [(place, name) for place, name in enumerate(header) if name in by_column]
        self._checks = [
            (place, name, quick_pattern(by_column[name]).fullmatch, check_of(by_column[name]))
            for place, name in known
        ]
        self._unique = [
            (place, name, set[str]()) for place, name in known if by_column[name].unique
        ]
        # A mandatory field without a column is empty in every record.
        missing = [
            (name, code)
            for name, one in by_column.items()
            if name not in header and (code := check_of(one)("")) is not None
        ]
        self._every_record = f"{missing[0][1]}-{missing[0][0]}" if missing else None

    def reason(self, row: list[str]) -> str | None:
        """What is wrong with a row by itself."""
        if self._every_record is not None:
            return self._every_record
        if len(row) > self._width:
            return f"{INVALID}-"
        if len(row) < self._width:
            row = row + [""] * (self._width - len(row))
        for place, name, is_good, check in self._checks:
            if not is_good(row[place]):
                code = check(row[place])
                if code is not None:
                    return f"{code}-{name}"
        return None

    def batch(self, rows: list[list[str]], *, strict: bool) -> dict[int, str]:
        """What is wrong with rows of a batch, by their places in it; takes its unique values."""
        bad: dict[int, str] = {}
        taken: list[tuple[set[str], str]] = []
        for place, row in enumerate(rows):
            reason = self.reason(row) or self._duplicate(row)
            if reason is not None:
                bad[place] = reason
                continue
            for column, _, values in self._unique:
                if column < len(row) and row[column]:
                    values.add(row[column])
                    taken.append((values, row[column]))
        if bad and strict:
            for values, value in taken:
                values.discard(value)
        return bad

    def _duplicate(self, row: list[str]) -> str | None:
        for column, name, values in self._unique:
            if column < len(row) and row[column] in values:
                return f"{DUPLICATE}-{name}"
        return None


def judge(file: InsertFile, fields: Sequence[Field], rules: InsertRules) -> Verdict:
    """What becomes of a file's records in a form with these fields.

    Raises:
        RefusalError: The file is no CSV.
    """
    header = file.header()
    if not any(header):
        raise RefusalError("unsupported")
    judge = _Judge(fields, header)
    verdict = Verdict(file, rules.strict_batches, judge.unknown)
    rows = file.rows()
    batch = 0
    while records := list(islice(rows, BATCH_RECORDS)):
        batch += 1
        bad = judge.batch(records, strict=rules.strict_batches)
        verdict.bad.update((verdict.records + 1 + place, why) for place, why in bad.items())
        verdict.records += len(records)
        if bad:
            whole = rules.strict_batches or len(bad) == len(records)
            verdict.failed_by_batch[batch] = len(records) if whole else len(bad)
            if whole:
                verdict.failed_batches.append(batch)
    return verdict
