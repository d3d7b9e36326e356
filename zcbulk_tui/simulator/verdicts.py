"""Which records of a file fail, and their batches with them.

Records fail by the fields of their form. No source says what a bad one does to its batch of 200,
so both readings are here:

- strict: it fails the whole batch, and no record of that batch is inserted;
- lenient: it fails alone, and a batch fails only if nothing of it can be inserted.

More than 5 % failed batches end the job in either [LIMB]. A value of a unique field is taken by the
first record that is inserted with it; records of other jobs are not looked at, so that rows sent
twice show twice. A header that names an unknown column, or one twice, lets no start through, or not
even the upload: when Creator looks at it is in no source. Columns that are missing are empty.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from zcbulk_tui.simulator.cells import (
    DUPLICATE,
    INVALID,
    NOT_ALONE,
    SAMPLE_DATES,
    DateFormat,
    Flaw,
    check_of,
    quick_pattern,
)
from zcbulk_tui.simulator.faults import RefusalError
from zcbulk_tui.simulator.fields import Field
from zcbulk_tui.simulator.files import FileRules, InsertFile
from zcbulk_tui.simulator.outcomes import Outcome, Record
from zcbulk_tui.simulator.physics import BATCH_RECORDS, QUEUE_SECONDS, Failures

_WITH_OTHERS = (Flaw(NOT_ALONE),)


@dataclass(frozen=True, slots=True)
class InsertRules:
    """What the sources leave open about inserting a file."""

    strict_batches: bool = True
    records_per_second: float = 150.0
    """Mean speed of a job with an uploaded file; invented."""
    queue_seconds: tuple[float, float] = QUEUE_SECONDS
    """How long such a job waits after its start; invented."""
    files: FileRules = field(default_factory=FileRules)
    dates: frozenset[DateFormat] = SAMPLE_DATES
    """The formats of dates that are read."""
    header_at_upload: bool = False
    """Whether the header is looked at when the file comes, and not at the start."""


@dataclass(slots=True)
class Verdict:
    """What becomes of a file's records; they are numbered from 1, as are its batches."""

    file: InsertFile
    strict_batches: bool
    unknown_columns: list[str] = field(default_factory=list)
    """Names in the header that the form lacks, or that come again."""
    records: int = 0
    bad: dict[int, tuple[Flaw, ...]] = field(default_factory=dict)
    """What is wrong with each bad record."""
    failed_by_batch: dict[int, int] = field(default_factory=dict)
    """Failed records of each batch that has any."""
    failed_batches: list[int] = field(default_factory=list)

    @property
    def failures(self) -> Failures:
        """As the physics of a run takes them."""
        return Failures(self.failed_by_batch, self.failed_batches)

    @property
    def columns(self) -> list[str]:
        """The first row of the file."""
        return self.file.header()

    def of(self, outcome: Outcome, batches: int) -> Iterator[Record]:
        """The records that the first so many batches leave with an outcome, in their order.

        A row that is shorter than the header has empty cells at its end; what a longer one has
        beyond it belongs to no column, and is left out.
        """
        width = len(self.columns)
        reached = batches * BATCH_RECORDS
        begin, end = (reached, None) if outcome is Outcome.UNPROCESSED else (0, reached)
        failed_batches = frozenset(self.failed_batches)
        for number, row in enumerate(islice(self.file.rows(), begin, end), start=begin + 1):
            flaws: tuple[Flaw, ...] = ()
            if outcome is not Outcome.UNPROCESSED:
                flaws = self.bad.get(number, ())
                if not flaws and (number - 1) // BATCH_RECORDS + 1 in failed_batches:
                    flaws = _WITH_OTHERS
                if bool(flaws) != (outcome is Outcome.FAILURE):
                    continue
            missing = width - len(row)
            yield Record(number, row + [""] * missing if missing > 0 else row[:width], flaws)

    def inserted(self, batches: int) -> Iterator[tuple[int, dict[str, str]]]:
        """The records that the first so many batches insert, with their numbers."""
        columns = self.columns
        for number, cells, _ in self.of(Outcome.SUCCESS, batches):
            yield number, dict(zip(columns, cells, strict=True))


class _Judge:
    """Looks at rows one by one, in their order."""

    def __init__(
        self, fields: Sequence[Field], header: Sequence[str], dates: Collection[DateFormat]
    ) -> None:
        by_column = {column: one for one in fields for column in one.columns()}
        self.unknown = [
            name
            for place, name in enumerate(header)
            if name not in by_column or name in header[:place]
        ]
        self._width = len(header)
        known = [(place, name) for place, name in enumerate(header) if name in by_column]
        self._checks = [
            (place, name, quick_pattern(one, dates).fullmatch, check_of(one, dates))
            for place, name in known
            for one in (by_column[name],)
        ]
        self._unique = [
            (place, name, set[str]()) for place, name in known if by_column[name].unique
        ]
        # A mandatory field without a column is empty in every record.
        self._every_record = tuple(
            Flaw(code, name)
            for name, one in by_column.items()
            if name not in header and (code := check_of(one)("")) is not None
        )
        self._known: dict[tuple[Flaw, ...], tuple[Flaw, ...]] = {}

    def flaws(self, row: list[str]) -> tuple[Flaw, ...]:
        """What is wrong with a row by itself."""
        if self._every_record:
            return self._every_record
        if len(row) > self._width:
            return self._shared(Flaw(INVALID))
        if len(row) < self._width:
            row = row + [""] * (self._width - len(row))
        found: list[Flaw] = []
        for place, name, is_good, check in self._checks:
            if not is_good(row[place]):
                code = check(row[place])
                if code is not None:
                    found.append(Flaw(code, name))
        return self._shared(*found) if found else ()

    def batch(self, rows: list[list[str]], *, strict: bool) -> dict[int, tuple[Flaw, ...]]:
        """What is wrong with rows of a batch, by their places in it; takes its unique values."""
        bad: dict[int, tuple[Flaw, ...]] = {}
        taken: list[tuple[set[str], str]] = []
        for place, row in enumerate(rows):
            flaws = self.flaws(row) or self._duplicates(row)
            if flaws:
                bad[place] = flaws
                continue
            for column, _, values in self._unique:
                if column < len(row) and row[column]:
                    values.add(row[column])
                    taken.append((values, row[column]))
        if bad and strict:
            for values, value in taken:
                values.discard(value)
        return bad

    def _duplicates(self, row: list[str]) -> tuple[Flaw, ...]:
        found = [
            Flaw(DUPLICATE, name)
            for column, name, values in self._unique
            if column < len(row) and row[column] in values
        ]
        return self._shared(*found) if found else ()

    def _shared(self, *flaws: Flaw) -> tuple[Flaw, ...]:
        """One object for equal flaws: a file may have a million bad records of a few kinds."""
        return self._known.setdefault(flaws, flaws)


def judge(file: InsertFile, fields: Sequence[Field], rules: InsertRules) -> Verdict:
    """What becomes of a file's records in a form with these fields.

    Raises:
        RefusalError: The file is no CSV, or its header is looked at now and has unknown columns.
    """
    header = file.header()
    if not any(header):
        raise RefusalError("unsupported")
    judge = _Judge(fields, header, rules.dates)
    if judge.unknown and rules.header_at_upload:
        raise RefusalError("header", COLUMNS=", ".join(judge.unknown))
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
