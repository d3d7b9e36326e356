"""The results of a job: for each outcome a ZIP with one CSV [RESULT].

The columns of the CSV are in no source. Both layouts are guesses: that of the file itself, and that
of the bulk write of other Zoho products. So are the order of the rows, the words of the reasons,
what there is where no record had an outcome, and how long the files take to be made.
"""

import csv
import io
import random
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from zcbulk_tui.simulator.fields import Field
from zcbulk_tui.simulator.jobs import Job
from zcbulk_tui.simulator.made_up import MadeUpRecords
from zcbulk_tui.simulator.outcomes import Outcome, Record, Records
from zcbulk_tui.simulator.physics import Counts
from zcbulk_tui.simulator.reasons import Reasons, ReasonStyle

_MAPPED_COLUMNS = 3
"""Columns of the file that `Layout.MAPPED` shows."""

_LINES_AT_ONCE = 5_000
_FAST = 1
"""Level of compression."""


class Layout(Enum):
    """Which columns a result has."""

    ORIGINAL = "original"
    """Those of the file; a failure has one more, for its reason, and a success one for its id."""
    MAPPED = "mapped"
    """The first three of the file, then STATUS, RECORD_ID and ERRORS."""


class Order(Enum):
    """In which order the rows of a result stand."""

    FILE = "file"
    SHUFFLED = "shuffled"
    """Another than that of the file, where there are two rows or more."""


@dataclass(frozen=True, slots=True)
class ResultRules:
    """What the sources leave open about results; all of it is invented."""

    layout: Layout = Layout.ORIGINAL
    order: Order = Order.SHUFFLED
    """The harder reading by default: clients cannot match rows by their position."""
    reasons: ReasonStyle = ReasonStyle.CODES
    reason_column: str = "Error"
    """In ``Layout.ORIGINAL``."""
    id_column: str = "ID"
    """In ``Layout.ORIGINAL``."""
    delay: float = 3.0
    """Simulated seconds after the end of a job in which its results are still being made."""
    empty_refusal: str | None = None
    """The answer where a result has no rows, as a key of ``ERRORS``; None = a header alone."""


def record_id(job: Job, number: int) -> str:
    """The 19 digits of the record that a job made of that row of its file."""
    return str(3_890_000_000_000_000_000 + int(job.id) % 10**9 * 10**8 + number)


def rows_in(counts: Counts, outcome: Outcome) -> int:
    """How many rows a result has."""
    match outcome:
        case Outcome.SUCCESS:
            return counts.success
        case Outcome.FAILURE:
            return counts.failed
        case Outcome.UNPROCESSED:
            return counts.unprocessed


class Result:
    """One result of a job that has ended; made when it is read.

    Args:
        job: The job, which has a file, or a run that a scenario made up.
        outcome: Of its records.
        batches: Those it dealt with.
        fields: Those of its form.
        rules: What the result looks like.
        seed: Another one makes other orders and other records.
    """

    def __init__(
        self,
        job: Job,
        outcome: Outcome,
        batches: int,
        fields: Sequence[Field],
        rules: ResultRules,
        seed: int,
    ) -> None:
        self.name = f"{job.id}_{outcome.value}.csv"
        """That of its CSV."""
        self._job = job
        self._outcome = outcome
        self._batches = batches
        self._fields = fields
        self._rules = rules
        self._seed = f"{seed}:{job.id}"

    def lines(self) -> list[str]:
        """Its CSV as lines, the header first; a line may hold line ends of its cells."""
        records = self._records()
        written = _Lines()
        writer = csv.writer(written)
        writer.writerow(self._header(records.columns))
        reasons = Reasons(self._rules.reasons, records.columns, self._fields)
        writer.writerows(
            self._row(record, reasons) for record in records.of(self._outcome, self._batches)
        )
        if self._rules.order is Order.FILE:
            return written
        header, *rows = written
        order = random.Random(f"{self._seed}:{self._outcome.value}")  # noqa: S311 - repeatable
        shuffled = rows.copy()
        order.shuffle(shuffled)
        return [header, *(shuffled if shuffled != rows else reversed(rows))]

    def zip(self) -> bytes:
        """The ZIP as it is sent."""
        return zipped({self.name: self.lines()})

    def _records(self) -> Records:
        if self._job.verdict is not None:
            return self._job.verdict
        if self._job.run is None:
            raise ValueError("a job without a file has no result")
        return MadeUpRecords(self._job.run, self._fields, self._seed)

    def _header(self, columns: Sequence[str]) -> list[str]:
        if self._rules.layout is Layout.MAPPED:
            return [*columns[:_MAPPED_COLUMNS], "STATUS", "RECORD_ID", "ERRORS"]
        match self._outcome:
            case Outcome.SUCCESS:
                return [*columns, self._rules.id_column]
            case Outcome.FAILURE:
                return [*columns, self._rules.reason_column]
            case Outcome.UNPROCESSED:
                return list(columns)

    def _row(self, record: Record, reasons: Reasons) -> list[str]:
        number, cells, flaws = record
        succeeded = self._outcome is Outcome.SUCCESS
        own_id = [record_id(self._job, number)] if succeeded else []
        reason = [reasons.of(cells, flaws)] if flaws else []
        if self._rules.layout is Layout.ORIGINAL:
            return [*cells, *own_id, *reason]
        return [
            *cells[:_MAPPED_COLUMNS],
            _STATUS[self._outcome],
            *(own_id or [""]),
            *(reason or [""]),
        ]


_STATUS = {
    Outcome.SUCCESS: "ADDED",
    Outcome.FAILURE: "SKIPPED",
    Outcome.UNPROCESSED: "UNPROCESSED",
}


class _Lines(list[str]):
    """Takes the lines of a CSV writer."""

    def write(self, line: str) -> None:
        self.append(line)


def zipped(files: dict[str, list[str]]) -> bytes:
    """A ZIP of text files, each given as lines with their ends; the same bytes each time."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=_FAST) as archive:
        for name, lines in files.items():
            with archive.open(name, "w") as member:
                for piece in _pieces(lines):
                    member.write(piece)
    return packed.getvalue()


def _pieces(lines: Sequence[str]) -> Iterator[bytes]:
    for begin in range(0, len(lines), _LINES_AT_ONCE):
        yield "".join(lines[begin : begin + _LINES_AT_ONCE]).encode()
