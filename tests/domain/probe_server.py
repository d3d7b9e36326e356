"""A server for probes: each point that the sources leave open is a choice, and so is its truth."""

import csv
import io
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from zcbulk_tui.domain import probe_files as files
from zcbulk_tui.domain.contract import Question
from zcbulk_tui.domain.form import FieldType, FormField, FormFields
from zcbulk_tui.domain.probe import Act, Exchange, Step

READ = datetime.fromisoformat("2026-11-30T10:00:00+00:00")

_TEXT = FormField("Code", "Code", FieldType.SINGLE_LINE, True, True, 20)
_TITLE = FormField("Title", "Title", FieldType.SINGLE_LINE, False, False, 100)
_NUMBER = FormField("Quantity", "Quantity", FieldType.NUMBER, False, False, 9)
_DAY = FormField("Day", "Day", FieldType.DATE)
_MAIL = FormField("Email", "Email", FieldType.EMAIL, True, True, 255)
_COUNTRY = FormField("Country", "Country", FieldType.DROP_DOWN, True, choices=("India", "Japan"))
_NAME = FormField("Name", "Name", FieldType.NAME, True, subfields=("first_name", "last_name"))
_LOOKUP = FormField("Vendor", "Vendor", FieldType.DROP_DOWN, True)

FORMS = {
    "whole": FormFields((_TITLE, _NUMBER, _TEXT, _MAIL, _DAY, _COUNTRY, _NAME), READ),
    "small": FormFields((_TEXT, _TITLE, _NUMBER, _DAY, _MAIL._replace(is_mandatory=False)), READ),
    "no number": FormFields((_TEXT, _TITLE, _DAY, _MAIL), READ),
    "no date": FormFields((_TEXT, _TITLE, _NUMBER, _MAIL), READ),
    "text": FormFields((_TEXT,), READ),
    "day needed": FormFields((_TEXT, _DAY._replace(is_mandatory=True), _NUMBER, _MAIL), READ),
    "lookup": FormFields((_TEXT, _DAY, _NUMBER, _LOOKUP, _TITLE), READ),
    "no text": FormFields((_NUMBER, _DAY), READ),
}

Words = Mapping[str, str]
WORDS: Mapping[str, Words] = {
    "prose": {
        "created": "Ready-to-upload",
        "uploaded": "Ready-to-upload",
        "running": "In-progress",
        "completed": "Completed",
        "aborted by user": "User Aborted",
        "aborted by system": "System Aborted",
        "expired": "Expired",
    },
    "bare": {
        "created": "CREATED",
        "uploaded": "UPLOADED",
        "running": "IN_PROGRESS",
        "completed": "COMPLETED",
        "aborted by user": "ABORTED",
        "aborted by system": "ABORTED",
        "expired": "EXPIRED",
    },
    "own": {
        "created": "Neu",
        "uploaded": "Datei da",
        "running": "Läuft",
        "completed": "Fertig",
        "aborted by user": "Abgebrochen",
        "aborted by system": "Gescheitert",
        "expired": "Verfallen",
    },
}


@dataclass(frozen=True, slots=True)
class Rules:
    """One choice for each open point; refusals as ``HTTP/code``, empty for an acceptance."""

    form: str = "small"
    fields_refused: bool = False
    method: str = "PATCH"
    shape: str = "wrapped"
    case: str = "lower"
    wrong_method: str = "405/1020"
    wrong_shape: str = "400/9350"
    scopes: frozenset[str] = frozenset({"CREATE", "UPDATE"})
    granted: frozenset[str] = frozenset({"CREATE"})
    words: str = "prose"
    details: str = "inside"
    zeros: bool = False
    semicolon: str = "read"
    windows: str = "read"
    utf: str = "read"
    dates: frozenset[str] = frozenset({"dd-MMM-yyyy"})
    layout: str = "all"
    reason: str = "Error"
    id: str = "ID"
    style: str = "codes"
    order: str = "file"
    empty: str = ""
    busy: str = "409/99005"
    second: str = "409/11070"
    appends: bool = False
    early: str = "400/11350"
    late: str = "409"
    fails: str = "alone"
    zip: str = ""
    zip_text: str = "The file is larger than 100 MB."
    queue: float = 2.0
    work: float = 4.0
    delay: float = 3.0

    @property
    def form_fields(self) -> FormFields:
        """The fields of the form."""
        return FORMS[self.form]


Flaw = tuple[str, str]


@dataclass(slots=True)
class Job:
    """A job."""

    name: str
    created_at: datetime
    content: list[list[str]] | None = None
    flaws: list[Flaw] = field(default_factory=list)
    file: str = ""
    started_at: datetime | None = None
    aborted_at: datetime | None = None


@dataclass(slots=True)
class Server:
    """Answers the steps of a probe, at moments that are given."""

    rules: Rules
    jobs: dict[str, Job] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    most_active: int = 0

    def answer(self, step: Step, now: datetime, begun: datetime) -> Exchange:
        """Carries out a step."""
        self.keys.append(step.key)
        status, code, text, seen = self._answer(step, now, begun)
        active = sum(self.state(job, now) in _ACTIVE for job in self.jobs.values())
        self.most_active = max(self.most_active, active)
        return Exchange(step, now, status, code, text, seen)

    def state(self, job: Job, now: datetime) -> str:
        """The state of a job."""
        if job.aborted_at is not None:
            return "aborted by user"
        if job.started_at is None:
            if now - job.created_at > timedelta(hours=3):
                return "expired"
            return "created" if job.content is None else "uploaded"
        if now < job.started_at + timedelta(seconds=self.rules.queue + self.rules.work):
            return "running"
        success, failure, _ = self.outcome(job)
        system = self.rules.fails != "alone" and bool(failure)
        return "aborted by system" if system or (failure and not success) else "completed"

    def outcome(self, job: Job) -> tuple[list[int], list[int], list[int]]:
        """The places of the records that went in, failed, and were not reached."""
        places = range(len(job.flaws))
        bad = [at for at in places if job.flaws[at][0]]
        good = [at for at in places if not job.flaws[at][0]]
        if not bad or self.rules.fails in ("alone", "alone, but its batch counts"):
            return good, bad, []
        if self.rules.fails == "its batch, unreached":
            return [], bad, good
        return [], list(places), []

    def flaws(self, content: Sequence[Sequence[str]], *, is_read: bool) -> Iterator[Flaw]:
        """The column and the value that are wrong with each record; empty for none."""
        header, *rows = content
        taken: set[tuple[str, str]] = set()
        fields = [
            (name, one)
            for one in self.rules.form_fields.fields
            for name in [f"{one.link_name}.{part}" for part in one.subfields] or [one.link_name]
        ]
        for row in rows:
            cells = dict(zip(header, row, strict=False))
            flaw = ("", "") if is_read else (header[0], row[0])
            for name, one in fields:
                cell = cells.get(name, "")
                is_bad = one.is_mandatory if not cell else not self._is_good(one, cell)
                if is_bad or (cell and one.is_unique and (name, cell) in taken):
                    flaw = name, cell
                    break
                taken.add((name, cell))
            yield flaw

    def _is_good(self, one: FormField, cell: str) -> bool:
        match one.type:
            case FieldType.NUMBER:
                return cell.isdigit()
            case FieldType.DATE:
                return any(cell == files.DATES[name] for name in self.rules.dates)
            case FieldType.EMAIL:
                return "@" in cell
        if one.choices:
            return cell in one.choices
        return one.max_char is None or len(cell) <= one.max_char

    def _answer(
        self, step: Step, now: datetime, begun: datetime
    ) -> tuple[int, int | None, str, dict[str, str]]:
        rules = self.rules
        if step.act is Act.FIELDS:
            if rules.fields_refused:
                return _refusal("401/2945")
            return _yes({"fields": fields_json(rules.form_fields)})
        if step.act is Act.CREATE:
            if rules.busy and any(self.state(it, now) in _ACTIVE for it in self.jobs.values()):
                return _refusal(rules.busy)
            self.jobs[step.job] = Job(step.job, now)
            return _yes({"job_id": f"{388883300000000000 + len(self.jobs)}"})
        job = self.jobs[step.job]
        state = self.state(job, now)
        match step.act:
            case Act.STATUS:
                return _yes(self._status(job, state, now))
            case Act.UPLOAD:
                return self._upload(job, state, step.detail, begun)
            case Act.RESULT:
                return self._result(job, state, step.detail, now)
        return self._control(job, state, step, now)

    def _status(self, job: Job, state: str, now: datetime) -> dict[str, str]:
        rules = self.rules
        seen = {"api_status": WORDS[rules.words][state], "details": "none"}
        if rules.details == "none" or (job.content is None and not rules.zeros):
            return seen
        total = len(job.content or [[]]) - 1
        success, failure, left = self.outcome(job)
        counts = (len(success), len(failure), len(left))
        if (
            state in ("created", "uploaded", "expired")
            or job.started_at is None
            or now < job.started_at + timedelta(seconds=rules.queue)
        ):
            counts = (0, 0, total)
        elif state == "running":
            counts = (
                min(1, counts[0]),
                min(1, counts[1]),
                total - min(1, counts[0]) - min(1, counts[1]),
            )
        names = ("success", "failed", "unprocessed")
        return {
            **seen,
            "details": rules.details,
            "total": str(total),
            **{name: str(count) for name, count in zip(names, counts, strict=True)},
        }

    def _upload(
        self, job: Job, state: str, name: str, begun: datetime
    ) -> tuple[int, int | None, str, dict[str, str]]:
        rules = self.rules
        if state not in ("created", "uploaded"):
            return _refusal("400/11340")
        if state == "uploaded" and rules.second:
            return _refusal(rules.second)
        if name == files.LARGE:
            if rules.zip:
                return _refusal(rules.zip, rules.zip_text)
            job.content, job.flaws, job.file = [["Code"], ["z1"]], [("", "")], name
            return _yes({})
        content = _content(name, rules.form, begun)
        if name == files.CONTROLS_1252 and rules.windows == "refused":
            return _refusal("400", "Unsupported file.")
        if name == files.SEMICOLON and rules.semicolon == "refused":
            return _refusal("400/99007")
        if name == files.CONTROLS_1252:
            how = "cp1252" if rules.windows != "misread" else "utf-8"
            text = content.decode(how, "replace")
        else:
            text = content.decode("cp1252" if rules.utf == "misread" else "utf-8", "replace")
        read = name != files.SEMICOLON or rules.semicolon == "read"
        delimiter = ";" if name == files.SEMICOLON and read else ","
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        if job.content is not None and rules.appends:
            rows = [*job.content, *rows[1:]]
        job.content, job.file = rows, name
        job.flaws = list(self.flaws(rows, is_read=read))
        return _yes({})

    def _control(
        self, job: Job, state: str, step: Step, now: datetime
    ) -> tuple[int, int | None, str, dict[str, str]]:
        rules = self.rules
        method, shape, case = step.detail.split()
        if method != rules.method:
            return _refusal(rules.wrong_method)
        if not rules.granted & rules.scopes:
            return _refusal("401/2945")
        if shape != rules.shape:
            return _refusal(rules.wrong_shape)
        if case != rules.case:
            return _refusal("400/11000")
        if state in ("completed", "aborted by user", "aborted by system", "expired"):
            if state == "expired" or step.act is Act.START or rules.late:
                codes = {"completed": "11100", "aborted by user": "11080", "expired": "99004"}
                return _refusal(f"{rules.late or 409}/{codes.get(state, '11090')}")
            return _yes({})
        if step.act is Act.ABORT:
            job.aborted_at = now
            return _yes({})
        if state == "created" and rules.early:
            return _refusal(rules.early)
        if job.file == files.CONTROLS_1252 and rules.windows == "refused at start":
            return _refusal("400/99010")
        if job.file == files.SEMICOLON and rules.semicolon == "refused at start":
            return _refusal("400/99007")
        job.started_at = now
        return _yes({})

    def _result(
        self, job: Job, state: str, kind: str, now: datetime
    ) -> tuple[int, int | None, str, dict[str, str]]:
        rules = self.rules
        if state not in ("completed", "aborted by system"):
            return _refusal("200/11120")
        if job.started_at is None:
            return _refusal("404/11130")
        end = job.started_at + timedelta(seconds=rules.queue + rules.work)
        if now > end + timedelta(days=3):
            return _refusal("404/11130")
        if now < end + timedelta(seconds=rules.delay):
            return _refusal("200/11110")
        success, failure, left = self.outcome(job)
        places = {"success": success, "failure": failure, "unprocessed": left}[kind]
        if not places and rules.empty:
            return _refusal(rules.empty)
        header = (job.content or [[]])[0]
        width = 3 if rules.layout == "first three" else len(header)
        columns = list(header[:width])
        if rules.layout == "first three":
            columns += ["STATUS", rules.id, rules.reason]
        else:
            columns += [rules.id] if kind == "success" else [rules.reason]
        order = list(places)
        if rules.order == "other":
            random.Random(len(order)).shuffle(order)
        rows = [self._row(job, at, kind, width) for at in order]
        return (
            200,
            None,
            "",
            {
                "zip": "123",
                "columns": json.dumps(columns),
                "rows": json.dumps(rows),
            },
        )

    def _row(self, job: Job, at: int, kind: str, width: int) -> list[str]:
        rules = self.rules
        content = job.content or []
        row = [*content[at + 1], *[""] * len(content[0])][: len(content[0])]
        number = f"{3890000000000000000 + at}"
        reason = self._reason(job, at) if kind == "failure" else ""
        if rules.layout == "first three":
            status = "ADDED" if kind == "success" else "SKIPPED"
            return [*row[:width], status, number if kind == "success" else "", reason]
        return [*row, number if kind == "success" else reason]

    def _reason(self, job: Job, at: int) -> str:
        if self.rules.style == "same":
            return "Not inserted."
        column, value = job.flaws[at]
        if self.rules.style == "codes":
            return f"INVALID_DATA-{column}" if column else "CANNOT_PROCESS"
        return f"Enter a valid '{column}': '{value}'" if column else "Another record failed."


_ACTIVE = ("created", "uploaded", "running")


def truth(rules: Rules) -> Iterator[tuple[Question, str, str]]:
    """What a probe may find of a server."""
    words = WORDS[rules.words]
    yield Question.CONTROL_METHOD, "method", rules.method
    yield Question.CONTROL_BODY, "body", rules.shape
    yield Question.CONTROL_BODY, "case", rules.case
    if len(rules.scopes) == 1:
        yield Question.CONTROL_SCOPE, "scope", next(iter(rules.scopes))
    elif rules.granted == {"CREATE"}:
        yield Question.CONTROL_SCOPE, "scope", "CREATE"
    for aspect, word in words.items():
        yield Question.STATE_WORDS, aspect, word
    yield Question.RECORD_DETAILS, "place", rules.details
    yield Question.DELIMITERS, "comma", "read"
    yield Question.DELIMITERS, "semicolon", rules.semicolon.removesuffix(" at start")
    yield Question.ENCODINGS, "utf-8", rules.utf
    yield Question.ENCODINGS, "windows-1252", rules.windows.removesuffix(" at start")
    for name in files.DATES:
        yield Question.DATE_FORMATS, name, "read" if name in rules.dates else "refused"
    yield Question.RESULT_COLUMNS, "columns", rules.layout
    yield Question.RESULT_COLUMNS, "reason", rules.reason
    yield Question.RESULT_COLUMNS, "id", rules.id
    yield Question.RESULT_ORDER, "order", rules.order
    yield Question.EMPTY_RESULTS, "empty", rules.empty.rpartition("/")[2] or "zip"
    yield Question.OUT_OF_TURN, "create on a busy form", rules.busy or "accepted"
    yield Question.OUT_OF_TURN, "second upload", rules.second or "accepted"
    yield Question.OUT_OF_TURN, "start before the upload", rules.early or "accepted"
    for code in ("11090", "11100"):
        yield (
            Question.OUT_OF_TURN,
            "abort after the end",
            f"{rules.late}/{code}" if rules.late else "accepted",
        )
    if rules.fails != "alone, but its batch counts":
        yield Question.BAD_RECORD, "fails", rules.fails.removesuffix(", unreached")
    yield Question.ZIP_LIMIT, "counts", "unpacked" if rules.zip else "packed"


def fields_json(form: FormFields) -> str:
    """The fields as an exchange has them."""
    return json.dumps(
        [
            {
                "link_name": it.link_name,
                "display_name": it.display_name,
                "type": int(it.type),
                "mandatory": it.is_mandatory,
                "unique": it.is_unique,
                "max_char": it.max_char,
                "subfields": list(it.subfields),
                "choices": list(it.choices),
            }
            for it in form.fields
        ]
    )


@cache
def _content(name: str, form: str, begun: datetime) -> bytes:
    """The file of an upload; most probes begin at the same moment."""
    return b"".join(files.probe_file(name, FORMS[form], begun).pieces())


def _yes(seen: Mapping[str, str]) -> tuple[int, int | None, str, dict[str, str]]:
    return 200, 3000, "Done.", dict(seen)


def _refusal(said: str, text: str = "No.") -> tuple[int, int | None, str, dict[str, str]]:
    status, _, code = said.partition("/")
    is_documented = not code and "Unsupported file" in text
    seen = {"from": "zoho"} if is_documented else {}
    return int(status), int(code) if code else None, text, seen
