"""The repair file: records that failed, repaired, and records that were not reached.

It has the header of the file that was sent, and never a record that went in. Whole records come
from that file, in its order, where it is still there: a result may have some columns only. Where it
is not, they are taken from a result that has all columns, in the result's order.
"""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from zcbulk_tui.data.failures import FailureFile, is_empty
from zcbulk_tui.data.matching import (
    SourceIndex,
    SourcePass,
    index_source,
    places_of,
    read_header,
    read_lines,
)
from zcbulk_tui.data.new_files import NamedFile
from zcbulk_tui.data.placing import NOTHING, Placed, ReadRows, place
from zcbulk_tui.data.reasons import NO_GROUP
from zcbulk_tui.data.repair_outcome import FIRST_GROUP, UNPROCESSED, Outcome, by_name
from zcbulk_tui.data.resent import ResentLines
from zcbulk_tui.data.result_columns import (
    NOT_KNOWN,
    OF_ZOHO,
    ResultColumns,
    ServerColumns,
    read_columns,
)
from zcbulk_tui.data.result_rows import read_result
from zcbulk_tui.data.row_map import RowMap
from zcbulk_tui.data.rows import OnProgress
from zcbulk_tui.data.source import open_source
from zcbulk_tui.domain import repair
from zcbulk_tui.domain.failures import FailedRow, FailureReport
from zcbulk_tui.domain.form import FormFields
from zcbulk_tui.domain.insertion import SourceFile
from zcbulk_tui.domain.repair import Preview, RepairFile, Rule, Rules
from zcbulk_tui.domain.suggestions import Suggestion, field_of, suggest
from zcbulk_tui.domain.text import counted, one_line
from zcbulk_tui.errors import DataError


@dataclass(frozen=True, slots=True)
class _Result:
    """A result, and how its records are read.

    Attributes:
        columns: Which of its columns are what.
        rows: Reads the status and the cells of its records.
        count: How many it has.
        has_all: Whether it has all columns of the upload, as far as that is known: where it is
            not, a result has all but for the layout of other bulk APIs of Zoho.
    """

    columns: ResultColumns
    rows: ReadRows
    count: int
    has_all: bool


class Repair:
    """The failed and the unprocessed records of a job, about to be sent again.

    Args:
        failure: The result with the failed records; None where there is none.
        unprocessed: The result with the records that were not reached; None where there is none.
        source: The file that was sent; None where that is not known.
        folder: Where the results of the job are: there stands what its repairs have sent.
        resent: The row maps of its repairs; their records are not sent again.
        with_places: Whether the failed records are looked for in the source at once, for
            `failures` to say where they stand.
        known: Columns that the server is known to add to results.
        on_progress: Called with the bytes read of a file, and its bytes in all.

    Raises:
        DataError: A result cannot be read.

    Attributes:
        failures: The failed records; None where there is no such result.
        report: The failures in groups; None where there is no such result.
        columns: The columns of the records: what rules may name.
    """

    def __init__(
        self,
        failure: Path | None,
        unprocessed: Path | None,
        source: SourceFile | None,
        *,
        folder: Path | None = None,
        resent: Sequence[RowMap] = (),
        with_places: bool = False,
        known: ServerColumns = NOT_KNOWN,
        on_progress: OnProgress | None = None,
    ) -> None:
        self._folder = folder
        self._known = known
        self._resent = resent
        self._source = source
        self._why_without = ""
        self._indexes: dict[tuple[str, ...], SourceIndex] = {}
        header = None if source is None else self._read_header(source)
        self.failures: FailureFile | None = None
        self.report: FailureReport | None = None
        if failure is not None:
            index = self._places(failure, header, on_progress) if with_places else None
            why = f"The places in the uploaded file are not known: {self._why_without}."
            self.failures = FailureFile(
                failure,
                upload=header,
                source=index,
                on_progress=on_progress,
                assumed=(why,) if self._why_without else (),
                known=known,
            )
            self.report = self.failures.report
        upload = header
        self._results: list[_Result] = []
        if failure is not None and self.failures is not None and self.failures.report.records:
            self._results.append(_failed(failure, self.failures, header, known))
            if header is None and self._results[0].has_all:
                upload = self.failures.columns.names
        if unprocessed is not None and not is_empty(unprocessed):
            left = _not_reached(unprocessed, upload, known)
            self._results += [left] if left.count else []
        self._header = header or self._longest()
        self.columns = tuple(map(str.strip, self._header))

    @property
    def records(self) -> int:
        """Records that failed or were not reached."""
        return sum(it.count for it in self._results)

    def check(self, rules: Rules) -> tuple[Rule, ...]:
        """Makes sure that rules can be applied; returns those that are for no record at all.

        Raises:
            UsageError: A record that a rule is for has not its columns.
        """
        groups = () if self.report is None else self.report.groups
        return repair.check(rules, self.columns, [group.reason for group in groups])

    def suggest(self, fields: FormFields | None) -> dict[str, Suggestion]:
        """Returns what may repair the records of groups, by their reasons; see `suggestions`.

        Samples are looked at as whole records, where the source has them.

        Args:
            fields: The form's fields; None where they are not known.

        Raises:
            DataError: The source has changed meanwhile.
        """
        report = self.report
        if report is None:
            return {}
        named = {name for group in report.groups for name in group.fields}
        samples = [row for group in report.groups for row in group.samples]
        whole = self._whole_rows(samples, named)
        found = {}
        for each in report.groups:
            group, columns = each, report.columns
            if whole and not {*columns} >= {*group.fields}:
                rows = [it for it in group.samples if it.record in whole]
                samples = [replace(it, cells=tuple(whole[it.record])) for it in rows]
                group, columns = replace(group, samples=tuple(samples)), self.columns
            field = field_of(group.fields[0], fields) if group.fields else None
            if (suggestion := suggest(group, columns, field)) is not None:
                found[group.reason] = suggestion
        return found

    def preview(self, rules: Rules, reason: str, count: int) -> list[Preview]:
        """Returns what rules make of the first records of a group.

        Raises:
            DataError: The result, or the source, cannot be read.
        """
        if self.failures is None:
            return []
        names = self.failures.columns.names
        rows = self.failures.rows(reason, 0, count)
        own = [rule for rule in rules if rule.is_for(reason)]
        whole = self._whole_rows(rows, {name for rule in own for name in rule.columns})
        return [
            repair.preview(
                own,
                reason,
                by_name(self.columns, whole[row.record])
                if row.record in whole
                else by_name(names, row.cells),
            )
            for row in rows
        ]

    def write(
        self,
        rules: Rules,
        target: Path,
        *,
        with_unchanged: bool = False,
        is_dry: bool = False,
        on_progress: OnProgress | None = None,
    ) -> RepairFile:
        """Writes the repair file; memory grows by two bytes a record of the upload.

        Args:
            rules: What is done to the failed records.
            target: The file; it appears whole, with mode 0600, or not at all.
            with_unchanged: Whether failed records are sent again that no rule changes.
            is_dry: Whether nothing is written, but only said what would be.
            on_progress: Called with the bytes read, and the bytes in all.

        Raises:
            UsageError: A rule is for a column that there is not.
            DataError: Nothing is left to send, the file is there already, or it cannot be written.
        """
        for_nothing = self.check(rules)
        groups = () if self.report is None else self.report.groups
        outcome = Outcome(rules, [it.reason for it in groups], with_unchanged)
        outcome.notes += [
            f"Rule {list(rules).index(rule) + 1} is for no failed record: none has its reason."
            for rule in for_nothing
        ]
        lines = None if self._folder is None else ResentLines(self._folder)
        if is_dry:
            self._write(outcome, lines, on_progress)
        else:
            new = NamedFile(target)
            with new as outcome.write:
                self._write(outcome, lines, on_progress)
                self._check_left(outcome)
            if lines is not None:
                try:
                    lines.write(new.sha256)
                except DataError:
                    # Sent without it, its records would be sent again by the next repair.
                    target.unlink(missing_ok=True)
                    raise
        return outcome.file(target)

    def _whole_rows(self, rows: Sequence[FailedRow], names: set[str]) -> dict[int, list[str]]:
        """Returns failed records as they were sent, by their numbers in the result.

        Args:
            rows: The records.
            names: Columns that are needed; where the result has them, nothing is read.

        Raises:
            DataError: The source has changed meanwhile.
        """
        if self.failures is None or self._source is None:
            return {}
        known = self.failures.columns.names
        if {*known} >= names & {*self.columns}:
            return {}
        try:
            index = self._index(self._source, known)
        except DataError as error:
            self._go_without(error)
            return {}
        lines = {}
        for row in rows:
            # Of several lines nobody knows which it is.
            if len(found := index.lines(row.cells)) == 1:
                lines[row.record] = found[0]
        fields = read_lines(self._source, lines.values())
        return {record: fields[line] for record, line in lines.items() if line in fields}

    def _read_header(self, source: SourceFile) -> tuple[str, ...] | None:
        try:
            return read_header(source)
        except DataError as error:
            self._go_without(error)
            return None

    def _places(
        self, failure: Path, header: tuple[str, ...] | None, on_progress: OnProgress | None
    ) -> SourceIndex | None:
        """Returns where the failed records stand; None where the source is of no use for that."""
        if self._source is None or is_empty(failure):
            return None
        columns, _ = read_columns(open_source(failure), header, known=self._known)
        try:
            self._indexes[columns.names] = index_source(self._source, columns.names, on_progress)
        except DataError as error:
            self._go_without(error)
            return None
        return self._indexes[columns.names]

    def _longest(self) -> tuple[str, ...]:
        """The columns of the result that has the most."""
        return max((it.columns.names for it in self._results), key=len, default=())

    def _go_without(self, error: DataError) -> None:
        self._source, self._why_without = None, error.title

    def _write(
        self, outcome: Outcome, lines: ResentLines | None, on_progress: OnProgress | None
    ) -> None:
        if not self._results:
            return
        if self._source is not None:
            by_columns: dict[tuple[str, ...], list[_Result]] = {}
            # What has all columns is certain sooner, and leaves fewer lines for the rest.
            for result in sorted(self._results, key=lambda it: -len(it.columns.names)):
                by_columns.setdefault(result.columns.names, []).append(result)
            progress = _Progress(on_progress, len(by_columns) + 1)
            try:
                for names in by_columns:
                    self._index(self._source, names, progress)
            except DataError as error:
                if not all(it.has_all for it in self._results):
                    raise
                self._go_without(error)
            else:
                self._from_source(self._source, by_columns, outcome, lines, progress)
                return
        if self._resent:
            raise DataError(
                "Which records were sent again before is not known",
                f"{self._why_without or 'The file that was sent is not known'}, and only its lines "
                "say it.",
                "Put it back to where it was, or repair the job that repairs this one.",
            )
        if lines is not None:
            lines.is_complete = False
        self._from_results(outcome)

    def _index(
        self, source: SourceFile, names: tuple[str, ...], progress: "_Progress | None" = None
    ) -> SourceIndex:
        if names not in self._indexes:
            on_progress = None if progress is None else progress.show
            self._indexes[names] = index_source(source, names, on_progress)
        if progress is not None:
            progress.end_pass()
        return self._indexes[names]

    def _from_source(
        self,
        source: SourceFile,
        by_columns: dict[tuple[str, ...], list[_Result]],
        outcome: Outcome,
        lines: ResentLines | None,
        progress: "_Progress",
    ) -> None:
        """Writes whole records of the source, in its order."""
        indexes = [self._indexes[names] for names in by_columns]
        row_map = indexes[0].row_map
        statuses = array("H", bytes(2 * (len(row_map) + 1)))
        left: list[tuple[SourceIndex, Placed, list[_Result]]] = []
        for index, results in zip(indexes, by_columns.values(), strict=True):
            placed = place(index, _chained(results), statuses, outcome.action)
            outcome.unknown += placed.unknown
            if placed.loosely:
                count = counted(placed.loosely, "record was", "records were")
                outcome.notes.append(f"{count} found in {source.name} only without spaces.")
            if placed.missing and index.has_all_columns:
                left.append((index, placed, results))
            else:
                outcome.unknown += placed.missing
        for record in (row_map.record(line) for it in self._resent for line in it.lines()):
            if record is not None and statuses[record] != NOTHING:
                statuses[record] = NOTHING
                outcome.resent += 1
        outcome.begin(self._header)
        for record, fields in SourcePass(source, row_map, progress.show):
            if statuses[record] != NOTHING and outcome.take(statuses[record], fields) and lines:
                lines.add(row_map.line(record))
        if left and lines is not None:
            lines.is_complete = False
        for index, placed, results in left:
            # Whole, but not as they were sent: the server writes some values in another way.
            count = counted(placed.missing, "record is", "records are")
            outcome.notes.append(
                f"{count} not in {source.name} as the result has "
                f"{'it' if placed.missing == 1 else 'them'}: put at the end, as they stand there."
            )
            order = places_of(results[0].columns.names, self._header, source.name)
            for status, cells in _chained(results)():
                if placed.is_missing(index, cells):
                    fields = [""] * len(self._header)
                    for at, cell in zip(order, cells, strict=True):
                        fields[at] = cell
                    outcome.take(status, fields)

    def _from_results(self, outcome: Outcome) -> None:
        """Writes the records of the results that have whole ones, in their order."""
        if self._why_without:
            outcome.notes.append(
                f"{self._why_without}: the records are taken from the results, in their order."
            )
        outcome.notes.append(
            "The columns of the result are taken for all that the file had: it is not known."
        )
        header = self._longest()
        outcome.begin(header)
        for result in self._results:
            if not result.has_all or result.columns.names != header:
                outcome.unknown += result.count
                outcome.notes.append(
                    f"A result has only the columns {_listed(result.columns.names)}: its records "
                    "cannot be sent without the file that they came from."
                )
                continue
            for status, cells in result.rows():
                outcome.take(status, list(cells))

    def _check_left(self, outcome: Outcome) -> None:
        if outcome.sent:
            return
        causes = [
            f"{counted(count, 'record is', 'records are')} {what}."
            for count, what in (
                (outcome.held, "changed by no rule"),
                (outcome.dropped, "left out by a rule"),
                (outcome.unknown, "not told apart in the file that was sent, or not found there"),
                (outcome.resent, "sent again by an earlier repair"),
            )
            if count
        ]
        next_step = "Look at the failures once more, and write rules for them."
        if outcome.held:
            next_step = (
                "Write rules for them, or send them as they are: --with-unchanged in a shell, u "
                "on the screen."
            )
        elif outcome.unknown and self._source is None:
            next_step = "Put the file that was sent back to where it was."
        raise DataError(
            "Nothing is left to send", " ".join(causes) or "No record failed.", next_step
        )


class _Progress:
    """The progress of several passes over a source as one."""

    def __init__(self, on_progress: OnProgress | None, passes: int) -> None:
        self._on_progress = on_progress
        self._passes = passes
        self._ended = 0

    def show(self, read: int, size: int) -> None:
        """Takes the progress of the pass that is under way."""
        if self._on_progress is not None:
            self._on_progress(self._ended * size + read, self._passes * size)

    def end_pass(self) -> None:
        """Goes on to the next pass."""
        self._ended += 1


def _failed(
    path: Path, failures: FailureFile, header: Sequence[str] | None, known: ServerColumns
) -> _Result:
    columns, delimiter = read_columns(open_source(path), header, known=known)

    def rows() -> Iterator[tuple[int, Sequence[str]]]:
        group_of = failures.group_of
        for record, _, cells in read_result(path, columns, delimiter=delimiter):
            yield group_of[record - 1] + FIRST_GROUP, cells

    count = len(failures.group_of) - failures.group_of.count(NO_GROUP)
    return _Result(columns, rows, count, _has_all(columns, header))


def _not_reached(path: Path, upload: Sequence[str] | None, known: ServerColumns) -> _Result:
    columns, delimiter = read_columns(open_source(path), upload, known=known)

    def rows() -> Iterator[tuple[int, Sequence[str]]]:
        for row in read_result(path, columns, delimiter=delimiter):
            yield UNPROCESSED, row.cells

    count = sum(1 for _ in rows())
    return _Result(columns, rows, count, _has_all(columns, upload))


def _chained(results: Sequence[_Result]) -> ReadRows:
    return lambda: chain.from_iterable(result.rows() for result in results)


def _has_all(columns: ResultColumns, upload: Sequence[str] | None) -> bool:
    if upload is None:
        return not {*OF_ZOHO}.issubset(map(str.strip, columns.header))
    return {*columns.names}.issuperset(map(str.strip, upload))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(one_line(name, 60) for name in names)
