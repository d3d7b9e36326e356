"""Each personality does what is said of it, and the eight differ in each point."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from itertools import combinations

import pytest

from tests.simulator.support import (
    ManualClock,
    content,
    created,
    csv_of,
    outcome,
    proper_headers,
    result,
    rows_of,
    status,
    upload,
)
from tests.support.csv_files import zip_of
from tests.support.personalities import DATES, TRUTHS, judge
from zcbulk_tui.domain.contract import Contract, Finding, Question
from zcbulk_tui.simulator import files, scopes
from zcbulk_tui.simulator.jobs import Job
from zcbulk_tui.simulator.messages import Request, Response
from zcbulk_tui.simulator.personalities import PERSONALITIES
from zcbulk_tui.simulator.reasons import ReasonStyle
from zcbulk_tui.simulator.scenarios import SCENARIOS, build, played

FORM = "Scratch"
COLUMNS = ["Title", "Day", "Quantity", "Email", "Active", "Notes"]
GOOD = ["Ä", "01-Feb-2026", "1", "a@b.example", "true", ""]
BAD = ["B", "01-Feb-2026", "many", "a@b.example", "true", ""]
WRITTEN = dict(zip(DATES, ("28-Feb-2026", "2026-02-28", "02/28/2026"), strict=True))

Seen = Mapping[str, str]


class Server:
    """A simulator with a personality, and what is known of its starts from its own table."""

    def __init__(self, name: str, scenario: str = "steady") -> None:
        self.clock = ManualClock()
        self.personality = PERSONALITIES[name]
        self.creator = build(scenario, clock=self.clock, personality=self.personality)
        (self._method,) = TRUTHS[name][Question.CONTROL_METHOD]["method"]
        (self._body,) = TRUTHS[name][Question.CONTROL_BODY]["body"]
        (self._case,) = TRUTHS[name][Question.CONTROL_BODY]["case"]

    def job(self) -> Job:
        """A new job."""
        return created(self.creator, FORM)

    def file(self, *rows: list[str]) -> Job:
        """A new job with a file that was taken."""
        job = self.job()
        assert upload(self.creator, job, csv_of([COLUMNS, *rows])).code == 3000
        return job

    def control(
        self,
        job: Job,
        action: str = "start",
        *,
        method: str = "",
        body: str = "",
        case: str = "",
        token: str = "",
    ) -> Response:
        """Starts or aborts a job as the server wants it, but for what is given."""
        word = action.capitalize() if (case or self._case) == "capital" else action
        flat = {"action": word}
        sent = flat if (body or self._body) == "flat" else {"data": flat}
        changes = {"authorization": f"Zoho-oauthtoken {token}"} if token else {}
        headers = proper_headers(self.creator, **changes)
        request = Request(method or self._method, job.path, headers, json.dumps(sent).encode())
        return self.creator.handle(request)

    def ended(self, *rows: list[str]) -> Job:
        """A job whose results are there."""
        job = self.file(*rows)
        assert self.control(job).code == 3000
        self.clock.now += 120
        return job

    def word(self, job: Job) -> str:
        """The state of a job, as the server spells it."""
        data = content(status(self.creator, job))["data"]
        assert isinstance(data, dict)
        return str(data["api_status"])


def answered(response: Response) -> str:
    http, code = outcome(response)
    return "accepted" if code == 3000 else f"{http}/{code}"


def methods(server: Server) -> Seen:
    job = server.file(GOOD)
    taken = [
        method
        for method in ("PATCH", "PUT", "POST")
        if server.control(job, method=method).code != 1020
    ]
    (method,) = taken
    return {"method": method}


def bodies(server: Server) -> Seen:
    job = server.file(GOOD)
    taken = [
        (body, case)
        for body in ("wrapped", "flat")
        for case in ("lower", "capital")
        if server.control(job, body=body, case=case).code == 3000
    ]
    ((body, case),) = taken
    return {"body": body, "case": case}


def a_scope(server: Server, wanted: str) -> Seen:
    name = f"ZohoCreator.bulk.{wanted}"
    server.creator.accounts.permit("1000.narrow", {scopes.READ, name})
    response = server.control(server.file(GOOD), token="1000.narrow")
    right = TRUTHS[server.personality.name][Question.CONTROL_SCOPE]["scope"]
    assert response.code == (3000 if wanted in right else 2945)
    return {"scope": wanted if response.code == 3000 else next(iter(right - {wanted}))}


def words(server: Server) -> Seen:
    job = server.job()
    found = {"created": server.word(job)}
    upload(server.creator, job, csv_of([COLUMNS, *[GOOD] * 400]))
    found["uploaded"] = server.word(job)
    server.control(job)
    server.clock.now += 0.1
    found["running"] = server.word(job)
    server.clock.now += 120
    found["completed"] = server.word(job)
    aborted = server.job()
    server.control(aborted, "abort")
    found["aborted by user"] = server.word(aborted)
    found["aborted by system"] = server.word(server.ended(*[BAD] * 200))
    return found


def details(server: Server) -> Seen:
    answer = content(status(server.creator, server.file(GOOD)))
    return {"place": "beside" if "record_details" in answer else "inside"}


def semicolons(server: Server) -> Seen:
    job = server.job()
    taken = upload(server.creator, job, ";".join(COLUMNS).encode() + b"\nA;;;;;\n").code == 3000
    taken = taken and server.control(job).code == 3000
    return {"comma": "read", "semicolon": "read" if taken else "refused"}


def encodings(server: Server) -> Seen:
    job = server.job()
    if upload(server.creator, job, csv_of([COLUMNS, GOOD]).decode().encode("cp1252")).code != 3000:
        return {"utf-8": "read", "windows-1252": "refused"}
    server.control(job)
    server.clock.now += 120
    _, (title, *_) = rows_of(result(server.creator, job, "success"))
    assert title in ("Ä", "�")
    _, (plain, *_) = rows_of(result(server.creator, server.ended(GOOD), "success"))
    assert plain == "Ä"
    return {"utf-8": "read", "windows-1252": "read" if title == "Ä" else "misread"}


def dates(server: Server) -> Seen:
    found = {}
    for form, date in WRITTEN.items():
        job = server.ended(["A", date, *GOOD[2:]])
        counts = job.counts(server.clock.now)
        assert (counts.success, counts.failed) in ((1, 0), (0, 1))
        found[form] = "read" if counts.success else "refused"
    return found


def columns(server: Server) -> Seen:
    job = server.ended(GOOD, *[BAD] * 200)
    failed, *_ = rows_of(result(server.creator, job, "failure"))
    inserted, *_ = rows_of(result(server.creator, server.ended(GOOD), "success"))
    if failed[:6] == COLUMNS:
        return {"columns": "all", "reason": failed[6], "id": inserted[6]}
    assert failed == inserted
    assert failed[:4] == [*COLUMNS[:3], "STATUS"]
    return {"columns": "first three", "reason": failed[5], "id": inserted[4]}


def order(server: Server) -> Seen:
    for count in (2, 3, 12):
        titles = [f"T{number}" for number in range(count)]
        job = server.ended(*([title, *GOOD[1:]] for title in titles))
        _, *rows = rows_of(result(server.creator, job, "success"))
        assert sorted(row[0] for row in rows) == sorted(titles)
        is_kept = [row[0] for row in rows] == titles
    return {"order": "file" if is_kept else "other"}


def empty(server: Server) -> Seen:
    answer = result(server.creator, server.ended(GOOD), "failure")
    if answer.body.startswith(b"PK"):
        assert len(rows_of(answer)) == 1
        return {"empty": "zip"}
    return {"empty": answered(answer)}


def out_of_turn(server: Server) -> Seen:
    job = server.job()
    found = {"start before the upload": answered(server.control(job))}
    upload(server.creator, job, csv_of([COLUMNS, GOOD]))
    found["second upload"] = answered(upload(server.creator, job, csv_of([COLUMNS, GOOD, GOOD])))
    total = 2 if found["second upload"] == "accepted" else 1
    assert job.counts(server.clock.now).total == total
    request = Request("POST", job.address.path, proper_headers(server.creator))
    found["create on a busy form"] = answered(server.creator.handle(request))
    server.control(job)
    server.clock.now += 120
    state = job.state(server.clock.now)
    found["abort after the end"] = answered(server.control(job, "abort"))
    assert job.state(server.clock.now) is state
    return found


def bad_record(server: Server) -> Seen:
    counts = server.ended(GOOD, BAD, *[GOOD] * 3_990).counts(server.clock.now)
    assert counts.failed in (1, 200)
    return {"fails": "alone" if counts.failed == 1 else "its batch"}


def zip_limit(server: Server) -> Seen:
    data = zip_of([("a.csv", csv_of([COLUMNS, *[GOOD] * 100]))])
    answer = upload(server.creator, server.job(), data, file_name="a.zip")
    assert answer.code in (3000, 99006)
    return {"counts": "packed" if answer.code == 3000 else "unpacked"}


def limits(server: Server) -> Seen:
    name = server.personality.name
    busy, spent = Server(name, "rate-limit"), Server(name, "quota")
    *_, refused = [status(busy.creator, next(iter(busy.creator.jobs.values()))) for _ in range(11)]
    assert refused.status == 429
    for _ in range(61):
        answer = status(spent.creator, next(iter(spent.creator.jobs.values())))
        spent.clock.now += 2
    is_sent = "retry-after" in refused.headers
    return {"retry-after": "sent" if is_sent else "missing", "quota": answered(answer)}


LOOKS: Mapping[Question, Callable[[Server], Seen]] = {
    Question.CONTROL_METHOD: methods,
    Question.CONTROL_BODY: bodies,
    Question.STATE_WORDS: words,
    Question.RECORD_DETAILS: details,
    Question.DELIMITERS: semicolons,
    Question.ENCODINGS: encodings,
    Question.DATE_FORMATS: dates,
    Question.RESULT_COLUMNS: columns,
    Question.RESULT_ORDER: order,
    Question.EMPTY_RESULTS: empty,
    Question.OUT_OF_TURN: out_of_turn,
    Question.BAD_RECORD: bad_record,
    Question.LIMITS: limits,
}


def check(name: str, question: Question, seen: Seen) -> None:
    finding = Finding(question, seen, datetime(2026, 3, 1, tzinfo=UTC))
    assert seen.keys() == TRUTHS[name][question].keys()
    assert judge(name, Contract({question: finding}))[question] == "right", seen


@pytest.mark.parametrize("question", LOOKS)
@pytest.mark.parametrize("name", PERSONALITIES)
def test_each_does_what_is_said_of_it(name: str, question: Question) -> None:
    check(name, question, LOOKS[question](Server(name)))


@pytest.mark.parametrize("wanted", ["CREATE", "UPDATE"])
@pytest.mark.parametrize("name", PERSONALITIES)
def test_the_scope_that_is_enough(name: str, wanted: str) -> None:
    check(name, Question.CONTROL_SCOPE, a_scope(Server(name), wanted))


@pytest.mark.parametrize("name", PERSONALITIES)
def test_how_the_size_of_a_zip_counts(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_FILE_BYTES", 1_000)
    check(name, Question.ZIP_LIMIT, zip_limit(Server(name)))


@pytest.mark.parametrize("name", PERSONALITIES)
def test_counts_before_the_file_are_absent_or_zeros(name: str) -> None:
    server = Server(name)
    answer = status(server.creator, server.job()).body
    zeros = server.personality.dialect.zeros_before_file
    assert (b'"total_records": 0' in answer) == (b"record_details" in answer) == zeros


@pytest.mark.parametrize("name", PERSONALITIES)
def test_the_header_is_looked_at_with_the_upload_or_with_the_start(name: str) -> None:
    server, unknown = Server(name), [*COLUMNS[:-1], "Nothing"]
    job = server.job()
    uploaded = upload(server.creator, job, csv_of([unknown, GOOD])).code
    at_upload = server.personality.rules.header_at_upload
    assert uploaded == (99007 if at_upload else 3000)
    if not at_upload:
        assert server.control(job).code == 99007


@pytest.mark.parametrize("name", PERSONALITIES)
def test_reasons_are_codes_or_sentences(name: str) -> None:
    server = Server(name)
    failed = rows_of(result(server.creator, server.ended(*[BAD] * 200), "failure"))
    in_codes = server.personality.results.reasons is ReasonStyle.CODES
    reason = "INVALID_DATA-Quantity" if in_codes else "Enter a valid number for 'Quantity': 'many'"
    assert {row[-1] for row in failed[1:]} == {reason}


@pytest.mark.parametrize("name", PERSONALITIES)
def test_a_job_begins_late_and_is_as_fast_as_said(name: str) -> None:
    server = Server(name)
    job, rules = server.file(*[GOOD] * 4_000), server.personality.rules
    server.control(job)
    run = job.run
    assert run is not None
    begin, end = rules.queue_seconds
    assert begin <= run.seconds_until(0) <= end
    took = run.seconds_until(run.batches) - run.seconds_until(0)
    assert 0.5 <= 4_000 / took / rules.records_per_second <= 1.5


VALUES: Mapping[Question, Mapping[str, tuple[str, ...]]] = {
    Question.CONTROL_METHOD: {"method": ("PATCH", "PUT", "POST")},
    Question.CONTROL_BODY: {"body": ("wrapped", "flat"), "case": ("lower", "capital")},
    Question.CONTROL_SCOPE: {"scope": ("CREATE", "UPDATE", "CREATE UPDATE")},
    Question.STATE_WORDS: {"aborted by user": ("User Aborted", "USER_ABORTED", "Aborted")},
    Question.RECORD_DETAILS: {"place": ("inside", "beside")},
    Question.DELIMITERS: {"semicolon": ("read", "refused")},
    Question.ENCODINGS: {"windows-1252": ("read", "refused", "misread")},
    Question.DATE_FORMATS: dict.fromkeys(DATES[1:], ("read", "refused")),
    Question.RESULT_COLUMNS: {"columns": ("all", "first three")},
    Question.RESULT_ORDER: {"order": ("file", "other")},
    Question.EMPTY_RESULTS: {"empty": ("zip", "11130 404/11130", "11120 200/11120")},
    Question.OUT_OF_TURN: {
        "create on a busy form": ("409/99005", "400/99008", "accepted"),
        "second upload": ("409/11070", "400/11340", "accepted"),
        "start before the upload": ("400/11350", "409/99009"),
        "abort after the end": ("409/11080 409/11090 409/11100", "accepted"),
    },
    Question.BAD_RECORD: {"fails": ("its batch", "alone")},
    Question.ZIP_LIMIT: {"counts": ("packed", "unpacked")},
    Question.LIMITS: {"retry-after": ("sent", "missing"), "quota": ("200/4000", "403/4000")},
}
"""All that is plausible, by question and aspect."""

_SINGLE = {"aborted by user", "fails", "columns", "order"}
"""Aspects whose values have spaces."""


@pytest.mark.parametrize("question", VALUES)
def test_each_value_of_each_point_comes_twice(question: Question) -> None:
    for aspect, values in VALUES[question].items():
        count = Counter(truth[question][aspect] for truth in TRUTHS.values())
        expected = [frozenset({value} if aspect in _SINGLE else value.split()) for value in values]
        assert count.keys() == set(expected)
        assert min(count.values()) >= 2, count


def test_there_are_eight_and_a_word_after_the_upload_of_their_own_comes_twice() -> None:
    assert list(TRUTHS) == list(PERSONALITIES)
    assert len(TRUTHS) == 8
    own = [
        name
        for name, truth in TRUTHS.items()
        if truth[Question.STATE_WORDS]["created"] != truth[Question.STATE_WORDS]["uploaded"]
    ]
    assert own == ["worded", "patient"]


def points(name: str) -> dict[str, object]:
    """All that can differ between two servers."""
    seen: dict[str, object] = {
        f"{question} {aspect}": right
        for question, aspects in TRUTHS[name].items()
        for aspect, right in aspects.items()
    }
    rules, results = PERSONALITIES[name].rules, PERSONALITIES[name].results
    return seen | {
        "zeros": PERSONALITIES[name].dialect.zeros_before_file,
        "header": rules.header_at_upload,
        "reasons": results.reasons,
    }


def test_any_two_differ_in_four_of_ten_points() -> None:
    for one, other in combinations(TRUTHS, 2):
        mine, theirs = points(one), points(other)
        differ = [point for point in mine if mine[point] != theirs[point]]
        assert len(differ) >= 0.4 * len(mine), (one, other, differ)


@pytest.mark.parametrize("name", PERSONALITIES)
def test_the_scenario_keeps_its_jobs_and_its_numbers_of_calls(name: str) -> None:
    plain, played = SCENARIOS["quota"], build("quota", personality=PERSONALITIES[name])
    assert played._meter.limits.per_day == plain.limits.per_day
    assert list(played.jobs) == list(build("quota").jobs)


def test_the_place_of_start_and_abort_is_left_to_the_scenario() -> None:
    for name, report in (("report-only", "All_Records"), ("steady", None)):
        found = played(SCENARIOS[name], PERSONALITIES["oas"]).dialect
        assert (found.control_report, found.control_methods) == (report, frozenset({"PUT"}))
