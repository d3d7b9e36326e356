"""What the answers of a probe show.

Nothing is guessed: an aspect that was not clearly seen is left out, and so is one of which two
answers say two things.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from zcbulk_tui.domain import probe_answers as answers
from zcbulk_tui.domain import probe_files as files
from zcbulk_tui.domain.contract import Contract, Finding, Question
from zcbulk_tui.domain.form import FormFields
from zcbulk_tui.domain.probe import Act, Exchange
from zcbulk_tui.domain.probe_answers import Way, is_accepted, is_refused
from zcbulk_tui.domain.probe_trail import (
    STILL_HAS_RESULTS,
    STILL_STARTS,
    TWIN,
    Row,
    Trail,
    trails_of,
)

UPDATE, CREATE = "UPDATE", "CREATE"

_FIRST_COLUMNS = 3

_ENOUGH_FOR_ORDER = 20
"""Records from which on their order is none by chance."""

_SPEAKS_OF_SIZE = ("size", "large", "exceed", "big", "too long", "mb", "megabyte")


def findings(
    transcript: Sequence[Exchange],
    form: FormFields | None = None,
    granted: Collection[str] | None = None,
) -> Contract:
    """Returns what is known by now.

    Args:
        transcript: What was done, in its order.
        form: The fields of the form; those that the probe has read itself take their place.
        granted: The scopes that the token has, as in ``ZohoCreator.bulk.READ``; None where they are
            not known.
    """
    known = files.form_of(transcript) or form
    columns = files.columns_of(known) if known is not None else None
    return _Reader(transcript, columns, granted).read()


class _Reader:
    """Reads one transcript."""

    def __init__(
        self,
        transcript: Sequence[Exchange],
        columns: files.Columns | None,
        granted: Collection[str] | None,
    ) -> None:
        self._all = transcript
        self._sent = answers.made(transcript)
        self._columns = columns
        self._granted = granted
        self._trails = trails_of(transcript, columns)
        self._by_job = {it.job: it for it in self._trails}
        self._seen: dict[Question, dict[str, set[str]]] = {}
        self._at: dict[Question, datetime] = {}

    def read(self) -> Contract:
        """Returns all that is known."""
        self._control()
        self._words()
        self._details()
        self._out_of_turn()
        self._encodings()
        self._delimiters()
        self._bad_record()
        self._dates()
        self._result_columns()
        self._order()
        self._empty()
        self._zip()
        self._limits()
        found = {}
        for question, aspects in self._seen.items():
            values = {name: each.copy().pop() for name, each in aspects.items() if len(each) == 1}
            if values:
                found[question] = Finding(question, values, self._at[question])
        return Contract(found)

    def _note(self, question: Question, aspect: str, value: str, *seen_in: Exchange | None) -> None:
        self._seen.setdefault(question, {}).setdefault(aspect, set()).add(value)
        moments = [it.sent_at for it in seen_in if it is not None]
        self._at[question] = max([*moments, *filter(None, [self._at.get(question)])])

    # -- start and abort ------------------------------------------------------------------------

    def _control(self) -> None:
        calls = [
            (way, it)
            for it in self._sent
            if it.step.act in (Act.START, Act.ABORT) and (way := Way.of(it.step.detail)) is not None
        ]
        accepted = next(((way, it) for way, it in calls if is_accepted(it)), None)
        if accepted is not None:
            way, it = accepted
            self._note(Question.CONTROL_METHOD, "method", way.method, it)
            self._note(Question.CONTROL_BODY, "body", way.shape, it)
            self._note(Question.CONTROL_BODY, "case", way.case, it)
        if self._granted is None:
            return
        has_update = any(it.endswith(f"bulk.{UPDATE}") for it in self._granted)
        has_create = any(it.endswith(f"bulk.{CREATE}") for it in self._granted)
        if accepted is not None and has_update != has_create:
            self._note(
                Question.CONTROL_SCOPE, "scope", UPDATE if has_update else CREATE, accepted[1]
            )
        no_scope = {way.shape: it for way, it in calls if it.code == answers.NO_SCOPE}
        if accepted is None and len(no_scope) == len(answers.SHAPES) and not has_update:
            # A body of the wrong shape may be answered so: both were.
            self._note(Question.CONTROL_SCOPE, "scope", UPDATE, *no_scope.values())

    def _is_accepted_way(self, detail: str) -> bool:
        return any(
            it.step.detail == detail and it.step.act in (Act.START, Act.ABORT) and is_accepted(it)
            for it in self._sent
        )

    # -- status ---------------------------------------------------------------------------------

    def _words(self) -> None:
        waiting = set()
        for aspect, moment in (("created", "new"), ("uploaded", "uploaded")):
            for trail in self._trails:
                for _, word, it in (each for each in trail.words if each[0] == moment):
                    waiting.add(word)
                    self._note(Question.STATE_WORDS, aspect, word, it)
        completed = {
            word: it
            for trail in self._trails
            if (last := trail.final_word()) is not None and self._is_completed(trail, last[0])
            for word, it in [last]
        }
        for word, it in completed.items():
            self._note(Question.STATE_WORDS, "completed", word, it)
        for trail in self._trails:
            last = trail.final_word()
            if last is not None and self._is_system_abort(trail, last[0], completed):
                self._note(Question.STATE_WORDS, "aborted by system", *last)
            for moment, word, it in trail.words:
                if moment == "started" and word not in waiting and _is_running(word, it, last):
                    self._note(Question.STATE_WORDS, "running", word, it)
                elif moment == "aborted" and self._is_user_abort(trail, word, waiting):
                    self._note(Question.STATE_WORDS, "aborted by user", word, it)

    def _is_completed(self, trail: Trail, word: str) -> bool:
        meaning = answers.meaning_of(word)
        if meaning is not None:
            return meaning == "completed"
        counts = trail.last_counts
        return counts is not None and 0 < counts[0] == counts[1]

    def _is_system_abort(self, trail: Trail, word: str, completed: Collection[str]) -> bool:
        meaning = answers.meaning_of(word)
        if meaning is not None:
            return meaning in ("aborted by system", "aborted")  # nobody else aborts it
        if any(
            answers.ENDS.get(it.code or 0) == "aborted by system"
            for it in trail.calls
            if it.step.act is Act.ABORT
        ):
            return True
        # By [LIMB] the end of a job in which more than 5 % of the batches failed.
        counts = trail.last_counts
        return (
            counts is not None
            and 0 < counts[0] == counts[2]
            and bool(completed)
            and (word not in completed)
        )

    def _is_user_abort(self, trail: Trail, word: str, waiting: Collection[str]) -> bool:
        before = {other for moment, other, _ in trail.words if moment != "aborted"}
        return (
            answers.meaning_of(word) in ("aborted by user", "aborted", None)
            and word not in before
            and word not in waiting
        )

    def _details(self) -> None:
        for it in self._sent:
            if it.step.act is Act.STATUS and it.seen.get("details") in ("inside", "beside"):
                self._note(Question.RECORD_DETAILS, "place", it.seen["details"], it)

    # -- out of turn ----------------------------------------------------------------------------

    def _out_of_turn(self) -> None:
        for trail in self._trails:
            self._early_start(trail)
            self._second_upload(trail)
            self._late_abort(trail)
        twin = self._by_job.get(TWIN)
        if twin is None:
            return
        create = twin.calls[0]
        others = [
            made
            for it in self._trails
            if it is not twin and (made := it.created) is not None and made.sent_at < create.sent_at
        ]
        if others and create.sent_at - others[-1].sent_at < STILL_STARTS:
            self._note_answer("create on a busy form", create)

    def _early_start(self, trail: Trail) -> None:
        for it in trail.calls:
            if it.step.act is Act.UPLOAD:
                return
            if it.step.act is Act.START and (
                is_accepted(it) or self._is_accepted_way(it.step.detail)
            ):
                self._note_answer("start before the upload", it)

    def _second_upload(self, trail: Trail) -> None:
        has_file = False
        for it in trail.calls:
            if it.step.act is Act.START:
                has_file = False
            elif it.step.act is Act.UPLOAD:
                if has_file:
                    self._note_answer("second upload", it)
                has_file = has_file or is_accepted(it)

    def _late_abort(self, trail: Trail) -> None:
        end = trail.ended_by
        if end is None:
            return
        for it in trail.calls[trail.calls.index(end) :]:
            if it.step.act is Act.ABORT and self._is_accepted_way(it.step.detail):
                self._note_answer("abort after the end", it)

    def _note_answer(self, aspect: str, it: Exchange) -> None:
        if is_accepted(it):
            self._note(Question.OUT_OF_TURN, aspect, "accepted", it)
        elif is_refused(it):
            self._note(Question.OUT_OF_TURN, aspect, answers.answer_text(it), it)

    # -- files ----------------------------------------------------------------------------------

    def _encodings(self) -> None:
        encodings = {files.CONTROLS_1252: "windows-1252", files.CONTROLS: "utf-8"}
        encodings |= {files.GOOD: "utf-8", files.GOOD_SEMICOLON: "utf-8"}
        for trail in self._trails:
            encoding = encodings.get(trail.file or "")
            if encoding is None:
                continue
            for kind in ("success", "failure"):
                for row in trail.rows(kind):
                    if row.role != files.ACCENT_ROLE or row.is_glued:
                        continue
                    is_read = row.marker.endswith(files.ACCENT_ROLE + files.ACCENT)
                    if is_read and kind == "failure" and not self._fails_with_all(trail):
                        continue  # perhaps it failed for its letter
                    value = "read" if is_read else "misread"
                    self._note(Question.ENCODINGS, encoding, value, trail.call(kind))
        self._refused_file(Question.ENCODINGS, "windows-1252", files.CONTROLS_1252, files.CONTROLS)

    def _fails_with_all(self, trail: Trail) -> bool:
        return set(files.CONTROL_ROLES) <= set(trail.roles("failure"))

    def _delimiters(self) -> None:
        for trail in self._trails:
            name = trail.file
            if name is None or name == files.BAD or name == files.LARGE:
                continue
            delimiter = "semicolon" if name == files.GOOD_SEMICOLON else "comma"
            for kind in ("success", "failure"):
                rows = trail.rows(kind)
                if not rows:
                    continue
                is_glued = any(row.is_glued for row in rows)
                if is_glued or self._has_columns(trail.result(kind)):
                    value = "misread" if is_glued else "read"
                    self._note(Question.DELIMITERS, delimiter, value, trail.call(kind))
        self._refused_file(Question.DELIMITERS, "semicolon", files.GOOD_SEMICOLON, files.GOOD)

    def _has_columns(self, result: answers.Result | None) -> bool:
        """Whether a result has the columns of the file, as far as it shows them."""
        if result is None or self._columns is None:
            return False
        header = self._columns.header[:_FIRST_COLUMNS]
        return len(header) > 1 and list(result.columns[: len(header)]) == list(header)

    def _refused_file(self, question: Question, aspect: str, name: str, other: str) -> None:
        """A file that was refused where the same records in another were taken."""
        uploads = [it for it in self._sent if it.step.act is Act.UPLOAD]
        taken = [it for it in uploads if it.step.detail == other and is_accepted(it)]
        refused = [it for it in uploads if it.step.detail == name and is_refused(it)]
        for it in refused:
            if any(each.step.job == it.step.job for each in taken):
                self._note(question, aspect, "refused", it)
        if not any(it.file == other and it.started is not None for it in self._trails):
            return
        for trail in self._trails:
            if trail.file == name and trail.started is None:
                for it in trail.calls:
                    has_way = self._is_accepted_way(it.step.detail)
                    is_start = it.step.act is Act.START and is_refused(it) and has_way
                    if is_start and it.sent_at > trail.uploads[-1].sent_at:
                        self._note(question, aspect, "refused", it)

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
            if trail.file in (files.GOOD, files.GOOD_SEMICOLON) and self._is_whole(trail):
                seen = trail.roles("success")
                fails = trail.roles("failure")
                if len(seen) > len(files.CONTROL_ROLES) and not fails:
                    return trail
        return None

    def _bad_record(self) -> None:
        for trail in self._control_trails():
            success, failure = set(trail.roles("success")), set(trail.roles("failure"))
            if not failure & set(files.BAD_ROLES):
                continue
            controls = set(files.CONTROL_ROLES)
            last, good = trail.final_word(), self._good_went_in()
            if controls <= success:
                if last is not None and self._completed_word(last[0]):
                    self._note(Question.BAD_RECORD, "fails", "alone", trail.call("success"))
            elif (
                not success
                and good is not None
                and (controls <= failure or trail.is_empty("success"))
            ):
                # Records like these went in elsewhere: it was the bad one that kept them out.
                self._note(
                    Question.BAD_RECORD,
                    "fails",
                    "its batch",
                    trail.call("failure"),
                    good.call("success"),
                )

    def _completed_word(self, word: str) -> bool:
        meaning = answers.meaning_of(word)
        if meaning is not None:
            return meaning == "completed"
        return word in self._seen.get(Question.STATE_WORDS, {}).get("completed", ())

    def _dates(self) -> None:
        if self._columns is None or self._columns.date is None:
            return
        for trail in self._control_trails():
            success, failure = set(trail.roles("success")), set(trail.roles("failure"))
            controls = set(files.CONTROL_ROLES)
            if controls <= success and files.BAD_DATE in failure:
                for role, name in files.DATE_ROLES.items():
                    if role in success | failure:
                        value = "read" if role in success else "refused"
                        kind = "success" if role in success else "failure"
                        self._note(Question.DATE_FORMATS, name, value, trail.call(kind))
            elif controls <= failure:
                self._dates_by_reason(trail)

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
            if (result := trail.result(kind)) is not None and trail.rows(kind)
        ]
        for _, result, it in results:
            if len(header) > _FIRST_COLUMNS:
                width = _shared_columns(result.columns, header)
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
            if trail.file not in (files.GOOD, files.GOOD_SEMICOLON) or not self._is_whole(trail):
                continue
            seen = trail.roles("success")
            if len(seen) < _ENOUGH_FOR_ORDER:
                continue
            place = {role: at for at, role in enumerate(files.roles_of(trail.file, self._columns))}
            places = [place[role] for role in seen]
            value = "file" if places == sorted(places) else "other"
            self._note(Question.RESULT_ORDER, "order", value, trail.call("success"))

    def _empty(self) -> None:
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
                    code = answers.answer_text(call) if call.code is None else str(call.code)
                    self._note(Question.EMPTY_RESULTS, "empty", code, call)

    def _is_refused_result(self, call: Exchange) -> bool:
        return is_refused(call) and call.code != answers.NOT_READY[0]

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

    # -- limits ---------------------------------------------------------------------------------

    def _zip(self) -> None:
        for it in self._sent:
            if it.step.act is Act.UPLOAD and it.step.detail == files.LARGE:
                if is_accepted(it):
                    self._note(Question.ZIP_LIMIT, "counts", "packed", it)
                elif is_refused(it) and (it.http_status == 413 or _speaks_of_size(it.text)):
                    self._note(Question.ZIP_LIMIT, "counts", "unpacked", it)

    def _limits(self) -> None:
        for it in self._all:
            if it.http_status == 429 or it.code == answers.PER_MINUTE:
                value = "sent" if "retry_after" in it.seen else "missing"
                self._note(Question.LIMITS, "retry-after", value, it)
            if it.code == answers.QUOTA_SPENT:
                self._note(Question.LIMITS, "quota", answers.answer_text(it), it)


def _is_running(word: str, status: Exchange, last: tuple[str, Exchange] | None) -> bool:
    meaning = answers.meaning_of(word)
    if meaning is not None:
        return meaning == "running"
    # Of a word that is in no document: some records are done, and it is not that of the end.
    counts = answers.counts_of(status)
    is_partial = counts is not None and 0 < counts[1] + counts[2] < counts[0]
    return is_partial and last is not None and word != last[0]


def _shared_columns(columns: Sequence[str], header: Sequence[str]) -> int:
    """How many columns of the file a result has, if they are its first and in their order."""
    shared = [name for name in columns if name in header]
    return len(shared) if shared == list(header[: len(shared)]) else 0


def _are_ids(cells: Sequence[str]) -> bool:
    return (
        bool(cells)
        and len(set(cells)) == len(cells)
        and all(cell.isascii() and cell.isdigit() and len(cell) >= 10 for cell in cells)
    )


def _speaks_of_size(text: str) -> bool:
    words = text.casefold()
    return any(it in words for it in _SPEAKS_OF_SIZE)
