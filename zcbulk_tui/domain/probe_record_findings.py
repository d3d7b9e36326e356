"""What the answers of a probe show of files, records and results.

A job counts only if it came to its own end, and its results have each of its records once.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from zcbulk_tui.domain import probe_answers as answers
from zcbulk_tui.domain import probe_files as files
from zcbulk_tui.domain.contract import Notes, Question
from zcbulk_tui.domain.probe import Act, Exchange
from zcbulk_tui.domain.probe_answers import is_accepted, is_refused, is_unclear
from zcbulk_tui.domain.probe_trail import STILL_HAS_RESULTS, Row, Trail, is_accepted_way

_FIRST_COLUMNS = 3

_ENOUGH_FOR_ORDER = 20
"""Records from which on their order is none by chance."""

_PLAIN = (files.CONTROLS, files.GOOD)
"""Files that are as any server takes them: UTF-8 with commas."""

_CONTROLS = frozenset(files.CONTROL_ROLES)
_BAD = frozenset(files.BAD_ROLES)


class RecordFindings:
    """Reads what became of the files and their records.

    Args:
        trails: The jobs.
        sent: The steps that were sent, of all jobs.
        columns: Those of the files; None where they are not known.
        completed: The words that were found to mean that a job has completed.
        notes: Takes what is found.
    """

    def __init__(
        self,
        trails: Sequence[Trail],
        sent: Sequence[Exchange],
        columns: files.Columns | None,
        completed: frozenset[str],
        notes: Notes,
    ) -> None:
        self._trails = trails
        self._sent = sent
        self._columns = columns
        self._completed = completed
        self._notes = notes

    def read(self) -> None:
        """Notes all that is shown."""
        self._encodings()
        self._delimiters()
        self._bad_record()
        self._dates()
        self._result_columns()
        self._order()
        self._empty()

    def _note(self, question: Question, aspect: str, value: str, *seen_in: Exchange | None) -> None:
        moments = [it.sent_at for it in seen_in if it is not None]
        self._notes.add(question, aspect, value, max(moments))

    # -- files ----------------------------------------------------------------------------------

    def _encodings(self) -> None:
        cells = list(self._accents())
        # Results in two encodings may echo the bytes of the files, whatever was read into them.
        if len({it.result.encoding for it in cells} - {"ascii"}) < 2:
            right = [it for it in cells if it.row.tail == files.ACCENT]
            for it in cells:
                if it in right and (it.kind == "success" or self._fails_with_all(it.trail)):
                    value = "read"  # else it failed, perhaps for its letter
                elif it not in right and any(map(it.is_judged_by, right)):
                    value = "misread"
                else:
                    continue
                self._note(Question.ENCODINGS, it.encoding, value, it.trail.call(it.kind))
        self._refused_file(Question.ENCODINGS, "windows-1252", files.CONTROLS_1252)

    def _accents(self) -> Iterator["_Accent"]:
        """The records with an accent, in results whose other records are as they were sent."""
        for trail in self._trails:
            role = files.ACCENT_ROLES.get(trail.file or "")
            for kind in ("success", "failure"):
                result, rows = trail.result(kind), trail.rows(kind)
                if result is not None and len(rows) > 1 and _are_intact(rows, but=role):
                    yield from (_Accent(trail, kind, result, it) for it in rows if it.role == role)

    def _fails_with_all(self, trail: Trail) -> bool:
        return set(trail.roles("failure")) >= _CONTROLS

    def _delimiters(self) -> None:
        plain = [it for it in self._with_results() if it[0].file != files.SEMICOLON]
        for trail, kind, result in plain:
            if self._has_columns(result):
                self._note(Question.DELIMITERS, "comma", "read", trail.call(kind))
        own = {result.delimiter for _, _, result in plain if self._has_columns(result)}
        for trail, kind, result in self._with_results():
            # Results that are parted by semicolons themselves look alike in either case.
            if trail.file == files.SEMICOLON and own == {result.delimiter} and ";" not in own:
                if self._has_columns(result):
                    self._note(Question.DELIMITERS, "semicolon", "read", trail.call(kind))
                elif self._is_glued(result):
                    self._note(Question.DELIMITERS, "semicolon", "misread", trail.call(kind))
        self._refused_file(Question.DELIMITERS, "semicolon", files.SEMICOLON)

    def _with_results(self) -> Iterator[tuple[Trail, str, answers.Result]]:
        """The results with records of a file, but of one whose records are all bad."""
        for trail in self._trails:
            if trail.file in (*_PLAIN, files.CONTROLS_1252, files.SEMICOLON):
                for kind in ("success", "failure"):
                    if (result := trail.result(kind)) is not None and trail.rows(kind):
                        yield trail, kind, result

    def _has_columns(self, result: answers.Result) -> bool:
        """Whether a result has several columns of the file, as it was sent."""
        return self._columns is not None and result.width(self._columns.header) > 1

    def _is_glued(self, result: answers.Result) -> bool:
        """Whether all columns of the file are one in a result."""
        return self._columns is not None and ";".join(self._columns.header) in result.columns

    def _refused_file(self, question: Question, aspect: str, name: str) -> None:
        """A file that was refused again and again, where a plain one was taken afterwards."""
        for trail in self._trails:
            tried = [it for it in trail.uploads if it.step.detail == name]
            plain = [it for it in trail.uploads if it.step.detail in _PLAIN and is_accepted(it)]
            if answers.is_refused_again(tried) and plain and plain[-1].sent_at > tried[-1].sent_at:
                self._note(question, aspect, "refused", tried[-1])
        if any(it.step.act is Act.CREATE and is_unclear(it) for it in self._sent):
            return  # perhaps a start was refused for a job that nobody knows
        refused = list(self._refused_starts(name))
        jobs = {it.step.job for it in refused}
        started = [
            it.started for it in self._trails if it.file in _PLAIN and it.started is not None
        ]
        if (
            len(jobs) > 1
            and len({answers.refusal_text(it) for it in refused}) == 1
            and any(it.sent_at > refused[-1].sent_at for it in started)
            and not any(it.file == name and it.started is not None for it in self._trails)
        ):
            self._note(question, aspect, "refused", refused[-1])

    def _refused_starts(self, name: str) -> Iterator[Exchange]:
        """The refused starts of jobs with a file, but for those that are about their state."""
        for trail in self._trails:
            if trail.file == name:
                for it in trail.calls[trail.calls.index(trail.uploads[-1]) :]:
                    is_start = it.step.act is Act.START and is_refused(it)
                    if (
                        is_start
                        and it.code not in answers.OF_STATES
                        and is_accepted_way(it.step.detail, self._sent)
                    ):
                        yield it

    # -- records --------------------------------------------------------------------------------

    def _control_trails(self) -> list[Trail]:
        """Jobs that ran with the file of controls, whose records were read once each."""
        return [
            it
            for it in self._trails
            if it.file in (files.CONTROLS, files.CONTROLS_1252) and self._is_whole(it)
        ]

    def _is_whole(self, trail: Trail) -> bool:
        """Whether a job came to its end, and its records are those of its file, once each."""
        if trail.ended_by is None or trail.aborted or self._columns is None or not trail.file:
            return False
        roles = files.roles_of(trail.file, self._columns)
        counts = trail.last_counts
        if counts is not None and counts[0] not in (0, len(roles)):
            return False
        found = [*trail.roles("success"), *trail.roles("failure")]
        return len(found) == len(set(found)) and set(found) <= set(roles)

    def _good_went_in(self) -> Trail | None:
        """A job in which records like the controls went in, all of them."""
        for trail in self._trails:
            if trail.file == files.GOOD and self._is_whole(trail):
                seen = trail.roles("success")
                fails = trail.roles("failure")
                if len(seen) > len(files.CONTROL_ROLES) and not fails:
                    return trail
        return None

    def _bad_record(self) -> None:
        for trail in self._control_trails():
            success, failure = set(trail.roles("success")), set(trail.roles("failure"))
            if not failure & _BAD:
                continue
            last, good = trail.final_word(), self._good_went_in()
            if success >= _CONTROLS:
                if last is not None and last[0] in self._completed:
                    self._note(Question.BAD_RECORD, "fails", "alone", trail.call("success"))
            elif (
                not success
                and good is not None
                and (failure >= _CONTROLS or trail.is_empty("success"))
            ):
                # Records like these went in elsewhere: it was the bad one that kept them out.
                self._note(
                    Question.BAD_RECORD,
                    "fails",
                    "its batch",
                    trail.call("failure"),
                    good.call("success"),
                )

    def _dates(self) -> None:
        if self._columns is None or self._columns.date is None:
            return
        for trail in self._control_trails():
            success, failure = set(trail.roles("success")), set(trail.roles("failure"))
            if success >= _CONTROLS and files.BAD_DATE in failure:
                for role, name in files.DATE_ROLES.items():
                    if role in success | failure:
                        value = "read" if role in success else "refused"
                        kind = "success" if role in success else "failure"
                        self._note(Question.DATE_FORMATS, name, value, trail.call(kind))
            elif failure >= _CONTROLS:
                self._dates_by_reason(trail)
            elif files.BAD_DATE in failure and not success and not failure & _CONTROLS:
                self._dates_by_absence(trail, failure)

    def _dates_by_absence(self, trail: Trail, failure: Collection[str]) -> None:
        """Tells dates apart where a batch went in as little as it failed, but for its bad records.

        The last record of the file is among those, so that all were looked at.
        """
        good = self._good_went_in()
        if good is None or not trail.is_empty("success"):
            return
        for role, name in files.DATE_ROLES.items():
            value = "refused" if role in failure else "read"
            self._note(Question.DATE_FORMATS, name, value, trail.call("failure"))

    def _dates_by_reason(self, trail: Trail) -> None:
        """Tells dates apart where all records failed: a good one fails as the controls do.

        The last record of the file is bad. If its own reason is given, so is that of those before.
        """
        reasons = {row.role: self._masked(row) for row in trail.rows("failure")}
        good = {reasons[role] for role in files.CONTROL_ROLES}
        bad = reasons.get(files.BAD_DATE)
        if bad is None or len(good) != 1 or bad in good:
            return
        for role, name in files.DATE_ROLES.items():
            reason = reasons.get(role)
            if reason == bad or (reason is not None and reason in good):
                value = "refused" if reason == bad else "read"
                self._note(Question.DATE_FORMATS, name, value, trail.call("failure"))

    def _masked(self, row: Row) -> tuple[str, ...]:
        """The reason of a record without its own values."""
        if self._columns is None:
            return row.reason
        stamp, _, _ = row.marker.partition("-")
        own = self._columns.row(stamp, row.role)[:_FIRST_COLUMNS]
        cells = []
        for cell in row.reason:
            for value in sorted(filter(None, (row.marker, *own)), key=len, reverse=True):
                cell = cell.replace(value, "…")
            cells.append(cell)
        return tuple(cells)

    # -- results --------------------------------------------------------------------------------

    def _result_columns(self) -> None:
        if self._columns is None:
            return
        header = self._columns.header
        results = [
            (kind, result, trail.call(kind))
            for trail in self._trails
            for kind in ("failure", "success")
            if (result := trail.result(kind)) is not None
            and trail.rows(kind)
            and result.width(header) > 0
        ]
        for _, result, it in results:
            if len(header) > _FIRST_COLUMNS:
                width = result.width(header)
                if width == len(header):
                    self._note(Question.RESULT_COLUMNS, "columns", "all", it)
                elif width == _FIRST_COLUMNS:
                    self._note(Question.RESULT_COLUMNS, "columns", "first three", it)
        filled = {kind: self._filled(results, kind) for kind in ("failure", "success")}
        reasons = filled["failure"] - filled["success"]
        has_both = {kind for kind, _, _ in results} == {"failure", "success"}
        if len(reasons) == 1 and (has_both or len(filled["failure"]) == 1):
            it = next(call for kind, _, call in results if kind == "failure")
            self._note(Question.RESULT_COLUMNS, "reason", reasons.pop(), it)
        ids = {
            name
            for kind, result, _ in results
            if kind == "success"
            for name in self._extra(result)
            if _are_ids(result.cells(name))
        }
        if len(ids) == 1:
            it = next(call for kind, _, call in results if kind == "success")
            self._note(Question.RESULT_COLUMNS, "id", ids.pop(), it)

    def _extra(self, result: answers.Result) -> list[str]:
        ours = {} if self._columns is None else dict.fromkeys(self._columns.header)
        return [name for name in result.columns if name and name not in ours]

    def _filled(
        self, results: Iterable[tuple[str, answers.Result, Exchange | None]], kind: str
    ) -> set[str]:
        """The columns of the server's own that have a text in every record of such results."""
        found = [result for each, result, _ in results if each == kind and result.rows]
        names = {name for result in found for name in self._extra(result)}
        return {
            name
            for name in names
            if all(
                name in result.columns and all(cell.strip() for cell in result.cells(name))
                for result in found
            )
        }

    def _order(self) -> None:
        if self._columns is None:
            return
        for trail in self._trails:
            if trail.file != files.GOOD or not self._is_whole(trail):
                continue
            seen = trail.roles("success")
            if len(seen) < _ENOUGH_FOR_ORDER:
                continue
            place = {role: at for at, role in enumerate(files.roles_of(trail.file, self._columns))}
            places = [place[role] for role in seen]
            value = "file" if places == sorted(places) else "other"
            self._note(Question.RESULT_ORDER, "order", value, trail.call("success"))

    def _empty(self) -> None:
        refused = []
        for trail in self._trails:
            if trail.ended_by is None or trail.aborted:
                continue
            for kind, other in (("failure", "success"), ("success", "failure")):
                call, shown = trail.call(kind), trail.result(other)
                if (
                    call is None
                    or shown is None
                    or not shown.rows
                    or not self._is_young(trail, call)
                ):
                    continue
                if trail.result(kind) is not None and trail.is_empty(kind):
                    self._note(Question.EMPTY_RESULTS, "empty", "zip", call)
                elif self._is_refused_result(call) and self._has_none(trail, kind, other):
                    refused.append(call)
        for call in answers.confirmed("empty", refused):
            self._note(Question.EMPTY_RESULTS, "empty", str(call.code), call)

    def _is_refused_result(self, call: Exchange) -> bool:
        return is_refused(call) and call.code != answers.BEING_MADE

    def _has_none(self, trail: Trail, kind: str, other: str) -> bool:
        """Whether no record of a job can be in a result: they are all in the other."""
        if self._columns is None or not trail.file:
            return False
        return trail.is_empty(kind) or set(trail.roles(other)) == set(
            files.roles_of(trail.file, self._columns)
        )

    def _is_young(self, trail: Trail, call: Exchange) -> bool:
        start = trail.started
        return start is not None and call.sent_at - start.sent_at < STILL_HAS_RESULTS


@dataclass(frozen=True, slots=True)
class _Accent:
    """A record with an accent in a result.

    Attributes:
        trail: Its job.
        kind: Of the result.
        result: The result.
        row: The record.
    """

    trail: Trail
    kind: str
    result: answers.Result
    row: Row

    @property
    def encoding(self) -> str:
        """The aspect of `Question.ENCODINGS` that its file asks for."""
        return "windows-1252" if self.trail.file == files.CONTROLS_1252 else "utf-8"

    def is_judged_by(self, right: "_Accent") -> bool:
        """Whether one that came out right shows that it was the upload which was misread."""
        return (
            right.encoding != self.encoding
            and right.kind == self.kind
            and right.result.columns == self.result.columns
            and right.result.delimiter == self.result.delimiter
            and self.result.encoding in ("ascii", right.result.encoding)
        )


def _are_intact(rows: Sequence[Row], but: str | None) -> bool:
    """Whether the markers of records are as they were sent, but for one, and the bad ones."""
    return all(row.tail == "" for row in rows if row.role != but and row.role not in _BAD)


def _are_ids(cells: Sequence[str]) -> bool:
    return (
        bool(cells)
        and len(set(cells)) == len(cells)
        and all(cell.isascii() and cell.isdigit() and len(cell) >= 10 for cell in cells)
    )
