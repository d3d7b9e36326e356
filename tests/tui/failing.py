"""Results of jobs and their failures, made up, for the screens about them."""

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from threading import Event
from typing import NamedTuple

from tests.support.jobs import NOW
from tests.tui.stage import Stage
from zcbulk_tui.domain.failures import SAMPLES, FailedRow, FailureGroup, FailureReport
from zcbulk_tui.domain.form import FormFields
from zcbulk_tui.domain.job import JobRef
from zcbulk_tui.domain.repair import Change, Preview, RepairFile, Rule, Rules, apply, preview
from zcbulk_tui.domain.result import Result, ResultFile, ResultKind, ResultStage
from zcbulk_tui.domain.suggestions import Suggestion, field_of, suggest
from zcbulk_tui.errors import DataError, ZcbulkError
from zcbulk_tui.monitor.events import Sink
from zcbulk_tui.tui.app import DashboardApp, Preferences
from zcbulk_tui.tui.connection import Connection
from zcbulk_tui.tui.failing import FailureRows, OnProgress

COLUMNS = ("Article", "Warehouse", "Quantity", "Counted_On", "Contact_Email", "Notes")

ENDED = "Stock"
"""A job of the demo that was aborted by Zoho, with failed and unprocessed records."""


class Kind(NamedTuple):
    """Failures for one reason.

    Attributes:
        reason: The masked reason.
        field: The column that it concerns; empty for none.
        cell: Returns the bad cell of the record of a number.
        share: How many of a hundred failures are such.
    """

    reason: str
    field: str
    cell: Callable[[int], str]
    share: int


KINDS = (
    Kind("INVALID_DATA-Counted_On", "Counted_On", lambda n: f"{13 + n % 15}/03/2026", 58),
    Kind("INVALID_DATA-Contact_Email", "Contact_Email", lambda n: f"depot{n}@acme.example ", 33),
    Kind("Enter a valid number for <value>", "Quantity", lambda n: f"{n} pcs\x1b[2J", 4),
    Kind("DUPLICATE_DATA-Article", "Article", lambda n: f"A-{n % 40:05}", 2),
    Kind("CANNOT_PROCESS", "", lambda _: "", 2),
    Kind("MANDATORY_NOT_FOUND-Warehouse", "Warehouse", lambda _: "", 1),
)


class Rows:
    """Failed records, made as they are asked for.

    Attributes:
        asked: How often records were read, searched, and shown before and after.

    Args:
        failed: How many.
        folder: Where the repaired file is written.
        left: Records that were not reached.
    """

    def __init__(self, failed: int, folder: Path, left: int = 50) -> None:
        self.asked: list[str] = []
        self._folder = folder
        self._left = left
        counts = [failed * kind.share // 100 for kind in KINDS]
        counts[0] += failed - sum(counts)
        self._counts = dict(zip((it.reason for it in KINDS), counts, strict=True))
        groups = []
        for kind, count in zip(KINDS, counts, strict=True):
            rows = tuple(self._row(kind, at) for at in range(min(count, SAMPLES)))
            if count:
                fields = (kind.field,) if kind.field else ()
                groups.append(FailureGroup(kind.reason, fields, count, rows))
        self.report = FailureReport(
            failed,
            tuple(sorted(groups, key=lambda group: -group.records)),
            COLUMNS,
            ("“ERRORS” is the column of the reasons.", "“RECORD_ID” is Zoho's own."),
            placed=failed - failed // 10,
            ambiguous=failed // 20,
            blocks=_blocks(250) if failed else (),
        )

    def _row(self, kind: Kind, at: int) -> FailedRow:
        number = at * 7 + kind.share
        cells = {
            "Article": f"A-{number:05}",
            "Warehouse": ("Lyon", "Köln", "Pune")[at % 3],
            "Quantity": str(at * 3 % 1_000),
            "Counted_On": f"{1 + at % 28:02}-Mar-2026",
            "Contact_Email": f"depot{at}@acme.example",
            "Notes": "" if at % 4 else f"shelf {at}, second row\nfrom the door",
        }
        if kind.field:
            cells[kind.field] = kind.cell(at)
        reason = kind.reason.replace("<value>", f"“{one(at)}”")
        lines = () if at % 10 == 9 else (number, number + 40) if at % 20 == 3 else (number,)
        return FailedRow(at + 1, reason, tuple(cells.values()), lines)

    def rows(self, reason: str | None, start: int, count: int) -> Sequence[FailedRow]:
        """Records of a group, or of all."""
        self.asked.append(f"rows {start}")
        return [self._at(reason, at) for at in range(start, min(start + count, self._of(reason)))]

    def _of(self, reason: str | None) -> int:
        return self.report.records if reason is None else self._counts[reason]

    def _at(self, reason: str | None, at: int) -> FailedRow:
        for kind in KINDS:
            if reason is not None and kind.reason != reason:
                continue
            if reason is not None or at < self._counts[kind.reason]:
                return self._row(kind, at)
            at -= self._counts[kind.reason]
        raise IndexError(at)

    def search(self, reason: str | None, text: str, start: int) -> int | None:
        """The next record with a text."""
        self.asked.append(f"search {start}")
        places = range(start, self._of(reason))
        return next((at for at in places if text in "\n".join(self._at(reason, at).cells)), None)

    def export(self, reason: str | None, path: Path) -> int:
        """Writes a new file."""
        if path.exists():
            raise DataError(f"{path.name} is there already", next_step="Name another one.")
        rows = self.rows(reason, 0, self._of(reason))
        _write(path, [("ERRORS", *COLUMNS), *((row.reason, *row.cells) for row in rows)])
        return len(rows)

    def preview(self, rules: Rules, reason: str, count: int) -> Sequence[Preview]:
        """Records before and after."""
        self.asked.append(f"preview {reason}")
        return [
            preview(rules, reason, dict(zip(COLUMNS, row.cells, strict=True)))
            for row in self.rows(reason, 0, count)
        ]

    def suggest(self, fields: FormFields | None) -> Mapping[str, Suggestion]:
        """What the samples speak for."""
        found = {}
        for group in self.report.groups:
            field = field_of(group.fields[0], fields) if group.fields else None
            if (suggestion := suggest(group, COLUMNS, field)) is not None:
                found[group.reason] = suggestion
        return found

    def write_repair(
        self, rules: Rules, *, with_unchanged: bool, on_progress: OnProgress
    ) -> RepairFile:
        """Writes what is sent again."""
        path = self._folder / "repair.csv"
        counts = Counter[str]()
        written: list[Sequence[str]] = []
        for kind in KINDS:
            for at in range(self._counts[kind.reason]):
                row = dict(zip(COLUMNS, self._row(kind, at).cells, strict=True))
                made = apply(rules, kind.reason, row)
                what = (
                    "dropped"
                    if made.is_dropped
                    else "repaired"
                    if made.is_changed
                    else "unchanged"
                    if with_unchanged or made.is_kept
                    else "held"
                )
                counts[what] += 1
                if what in ("repaired", "unchanged"):
                    written.append(tuple(made.row.values()))
            on_progress(at, len(KINDS)) if self._counts[kind.reason] else None
        written += [(f"B-{at:05}", "Lyon", "1", "", "", "") for at in range(self._left)]
        if not written:
            raise DataError("There is nothing to send")
        _write(path, [COLUMNS, *written])
        return RepairFile(
            path,
            len(written),
            counts["repaired"],
            counts["unchanged"],
            self._left,
            counts["dropped"],
            counts["held"],
        )


def _blocks(count: int) -> list[int]:
    """Failures that come in two heaps, and now and then."""
    return [((at * 7919) % 13) * (40 <= at % 120 < 62) + (at % 29 == 0) for at in range(count)]


def one(number: int) -> str:
    """The value that a reason names."""
    return f"{number} pcs"


def _write(path: Path, rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


class FakeFailures:
    """Results of jobs that are where a test says.

    Attributes:
        known: What is known of them.
        opened_for: The jobs whose failures were read.
        fetched: What was asked for.
        failed: How many records each job has that failed.
        left: How many were not reached.
        error: What `fetch` or `open` raises next; None for nothing.
        rules: The rules that were written last.
        gate: Set while files may be opened.
        opened: The rows that were opened last.

    Args:
        folder: Where files are written.
        failed: See above.
    """

    def __init__(self, folder: Path, failed: int = 306, left: int = 50) -> None:
        self.known: dict[JobRef, dict[ResultKind, Result]] = {}
        self.fetched: list[tuple[str, ...]] = []
        self.failed = failed
        self.left = left
        self.error: ZcbulkError | None = None
        self.rules: Rules = ()
        self.gate = Event()
        self.gate.set()
        self.opened: Rows | None = None
        self.opened_for: list[JobRef] = []
        self._folder = folder

    def put(self, ref: JobRef, *kinds: ResultKind, records: int = 306) -> None:
        """Has results on the disk."""
        for kind in kinds:
            file = ResultFile(kind, self._folder / kind.value, 48_200, "ab" * 32, records, NOW)
            result = Result(ref, kind, ResultStage.ON_DISK, 1, None, records, file)
            self.known.setdefault(ref, {})[kind] = result

    def change(self, result: Result) -> None:
        """Has another result."""
        self.known.setdefault(result.ref, {})[result.kind] = result

    def results(self, ref: JobRef) -> Sequence[Result]:
        """What is known."""
        return tuple(self.known.get(ref, {}).values())

    def _missing(self, ref: JobRef, kinds: Sequence[ResultKind]) -> Iterator[ResultKind]:
        for kind in kinds:
            result = self.known.get(ref, {}).get(kind)
            if result is None or result.stage is not ResultStage.ON_DISK:
                yield kind

    def price(self, refs: Sequence[JobRef], kinds: Sequence[ResultKind]) -> int:
        """A call for each that is missing."""
        return sum(len(list(self._missing(ref, kinds))) for ref in refs)

    def fetch(self, refs: Sequence[JobRef], kinds: Sequence[ResultKind]) -> None:
        """Begins to fetch."""
        if self.error is not None:
            raise self.error
        for ref in refs:
            for kind in self._missing(ref, kinds):
                self.fetched.append((ref.job_id, kind.value))
                self.change(Result(ref, kind, ResultStage.FETCHING, 1))

    def open(self, ref: JobRef, on_progress: OnProgress) -> FailureRows:
        """Reads failures, once they may be read."""
        self.opened_for.append(ref)
        on_progress(25, 100)
        self.gate.wait(20)
        on_progress(100, 100)
        if self.error is not None:
            raise self.error
        self.opened = Rows(self.failed, self._folder, self.left)
        return self.opened

    def read_rules(self, path: Path) -> Rules:
        """Two rules, one of them for a reason that nothing failed for."""
        if path.name == "none.toml":
            raise DataError("There is no file none.toml")
        return (
            Rule(Change.TRIM, "INVALID_DATA-Contact_Email", "Contact_Email"),
            Rule(Change.LOWER, "ANOTHER", "Contact_Email"),
        )

    def write_rules(self, rules: Rules, path: Path) -> None:
        """Takes them down."""
        if path.exists():
            raise DataError(f"{path.name} is there already")
        self.rules = rules


def with_failures(
    folder: Path,
    *,
    failed: int = 306,
    left: int = 50,
    read_only: bool = False,
    is_real: bool = False,
    **preferences: bool,
) -> tuple[Stage, FakeFailures]:
    """A stage whose profile has results."""
    stage = Stage(read_only=read_only)
    failures = FakeFailures(folder, failed, left)
    connect = stage.spec.connect

    def connected(sink: Sink) -> Connection:
        return connect(sink)._replace(failures=failures)

    spec = stage.spec._replace(connect=connected, is_real=is_real)
    if is_real:
        spec = spec._replace(badge="acme")
    ascii_only = preferences.get("ascii_only", False)
    stage.app = DashboardApp(spec, preferences=Preferences(ascii_only=ascii_only), now=stage.now)
    return stage, failures


def job_of(stage: Stage, label: str = ENDED) -> JobRef:
    """The job that the tests are about."""
    return stage.ref(label)
