"""A probe's steps and answers as lines, and as a report that names nobody."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.insertions import FORM
from tests.support.jobs import NOW
from zcbulk_tui.domain import probe_files as files
from zcbulk_tui.domain.contract import UNKNOWN, Contract, Finding, Question
from zcbulk_tui.domain.contract_text import answer_text
from zcbulk_tui.domain.form import FormField
from zcbulk_tui.domain.probe import Act, Exchange, Step
from zcbulk_tui.domain.probe_findings import Granted
from zcbulk_tui.render import contract as render
from zcbulk_tui.render.span import line_width, plain

START = Step("start a", Act.START, "a", "shows how it is put", "PATCH wrapped lower")
REFUSED = Exchange(START, NOW, 405, 1020, "Not this one")
METHOD = Finding(Question.CONTROL_METHOD, {"method": "PUT"}, NOW)
KNOWN = Contract({Question.CONTROL_METHOD: METHOD})


@pytest.mark.parametrize(
    ("exchange", "said"),
    [
        (REFUSED, "405/1020 “Not this one”"),
        (replace(REFUSED, code=None, text=""), "405"),
        (Exchange(START, NOW, text="No answer from it"), "no answer: No answer from it"),
        (Exchange(START, NOW), "no answer"),
        (Exchange(START, NOW, text="No way", is_unsent=True), "not carried out: No way"),
        (Exchange(START, NOW, 200, 3000, "", {"api_status": "Ready"}), "200/3000 “Ready”"),
        (Exchange(START, NOW, 200, None, "", {"zip": "512"}), "200 ZIP"),
    ],
)
def test_what_came_of_a_step(exchange: Exchange, said: str) -> None:
    assert render.answer(exchange) == said


@given(st.integers(80, 200), st.text(max_size=300), st.integers(1, 40))
def test_a_step_is_one_line(cells: int, text: str, number: int) -> None:
    line = render.step(number, replace(REFUSED, text=text), cells)
    assert line_width(line) <= cells
    assert plain(line).startswith(f"{number:>3}  start a    PATCH wrapped lower: ")


@pytest.mark.parametrize("cells", range(20, 80, 5))
def test_on_a_narrow_terminal_the_answer_is_what_is_seen(cells: int) -> None:
    line = render.step(7, REFUSED, cells)
    assert line_width(line) <= cells
    assert ("405/1020 “N" if cells >= 30 else "…") in plain(line)
    assert plain(render.step(7, REFUSED, 60)).endswith("  405/1020 “Not this one”")


@pytest.mark.parametrize("cells", [40, 80, 120])
def test_each_question_has_an_answer_or_is_open(cells: int) -> None:
    words = Finding(Question.STATE_WORDS, {f"state {at}": "In Progress" for at in range(9)}, NOW)
    known = Contract({**KNOWN.findings, Question.STATE_WORDS: words})
    lines = [plain(line) for line in render.questions(known, cells)]
    assert all(len(line) <= max(cells, 50) for line in lines)
    assert sum(line.endswith("  open") for line in lines) == len(render.PROBED) - 2
    assert lines[0].split() == ["Method", "of", "start", "and", "abort", "PUT"]


def test_a_limit_is_told_once_it_was_met() -> None:
    limits = Finding(Question.LIMITS, {"quota": "403/4000"}, NOW)
    known = Contract({Question.LIMITS: limits})
    assert "403/4000" in plain(list(render.questions(known, 80))[-1])
    assert render.answered(known) == 0


def test_the_report_has_answers_and_raw_answers() -> None:
    lines = render.report(KNOWN, FORM, [REFUSED], "1.2.3").splitlines()
    assert "- Probed: 2026-03-11 (UTC), in 1 call" in lines
    assert "- By: zcbulk-tui 1.2.3" in lines
    assert "- Answered: 1 of the 14 questions that a probe asks" in lines
    assert "| Which HTTP method starts and aborts a job? | PUT | 2026-03-11 |" in lines
    assert "| Which delimiters does Zoho read in a CSV? | open |  |" in lines
    said = (
        "| 1 | start a PATCH wrapped lower | shows how it is put | 405 | 1020 | Not this one |  |"
    )
    assert said in lines
    limits = (
        "| What does Zoho send when a limit of calls is reached? (not asked: noted in passing) "
    )
    assert f"{limits}| open |  |" in lines


@pytest.mark.parametrize(
    ("granted", "said"),
    [
        (None, "- Sign-in: of unknown scopes"),
        (
            Granted(["ZohoCreator.bulk.UPDATE", "ZohoCreator.bulk.READ", "Secret.ALL"], NOW),
            "- Sign-in: bulk.READ, bulk.UPDATE, since 2026-03-11",
        ),
        (Granted(["Secret.ALL"], NOW), "- Sign-in: no scope of bulk calls, since 2026-03-11"),
    ],
)
def test_the_report_has_the_scopes_that_matter(granted: Granted | None, said: str) -> None:
    assert said in render.report(KNOWN, FORM, [REFUSED], "1", granted).splitlines()


def test_the_report_of_a_probe_that_goes_on_says_so() -> None:
    text = render.report(KNOWN, FORM, [REFUSED], "1", is_complete=False)
    assert "- Probed: 2026-03-11 (UTC), partial: 1 of at most 40 calls made" in text.splitlines()


FIELDS = (("Title", 1), ("Day", 10), ("Amount", 5), ("Status", 1), ("Größe", 1))
"""Link names and types."""

HEADER = ("Title", "Day", "Amount", "Status", "Größe")


def listed() -> Exchange:
    """The fields of a form, as they came."""
    fields = json.dumps([FormField(name, name, number).as_object() for name, number in FIELDS])
    step = Step("fields", Act.FIELDS, "", "fields")
    return Exchange(step, NOW, 200, 3000, "", {"fields": fields})


def result(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Exchange:
    """A result of failures of job a, as it came."""
    step = Step("a failure", Act.RESULT, "a", "failed records", "failure")
    seen = {"columns": json.dumps(columns), "rows": json.dumps(rows), "zip": "512"}
    return Exchange(step, NOW, 200, None, "", seen)


def raw(exchange: Exchange) -> str:
    """What a report shows of an answer, besides its words."""
    upload = Step("a upload", Act.UPLOAD, "a", "upload", files.GOOD)
    made = [listed(), Exchange(upload, NOW, 200, 3000, ""), exchange]
    text = render.report(KNOWN, FORM, made, "1.2.3")
    return text.splitlines()[-1].rsplit(" | ", 1)[1].removesuffix(" |")


def test_a_result_is_told_by_counts_columns_roles_and_reasons() -> None:
    stamp = files.stamp_of(NOW)
    reasons = {
        "xn": "Enter a valid number for 'Amount'",
        "k1": "Title is invalid",
        "e1": "Title is invalid",
    }
    rows = [[files.marker_of(stamp, role), "", said, "4027"] for role, said in reasons.items()]
    shown = raw(result(["Title", "Amount", "Failure Reason", "Größter Kunde"], rows))
    assert shown == (
        "ZIP of 512 bytes; 3 rows; columns 1 3 “Failure Reason” “[…]”; ascii, commas; "
        "records xn k1 e1; “Enter a valid number for '[…]' 4027” of xn; "
        "“[…] is invalid 4027” of k1 e1"
    )


def test_many_records_are_told_by_their_places() -> None:
    stamp = files.stamp_of(NOW)
    form_fields = files.form_of([listed()])
    assert form_fields is not None
    columns = files.columns_of(form_fields)
    assert columns is not None
    roles = files.roles_of(files.GOOD, columns)
    moved = [*roles[200:], *roles[:199]]
    assert "; places 201-410, 1-199" in raw(result(HEADER, [[f"{stamp}-{it}"] for it in moved]))


CANARIES = (
    *("Kunde", "jason18", "zylker_store", "zylker%2Dstore", "creator.corp.example.com"),
    *("10.1.2.3", "3888833-000000-115018", "jason (at) corp.example.com", "1000.8cb99d.9be9"),
)


@given(
    st.sampled_from(CANARIES),
    st.sampled_from(["", " ", "'", "_", "-", "/", "x", "9", "file", ": "]),
    st.sampled_from(["", " ", "'", "_", "-", "/", "x", "9", "job", ". "]),
)
def test_no_canary_is_in_a_report(name: str, before: str, after: str) -> None:
    said = f"{before}{name}{after}"
    state = {"api_status": said, "total": said, "details": said, "retry_after": said}
    words = Finding(Question.STATE_WORDS, {"created": said}, NOW)
    names = Finding(Question.RESULT_COLUMNS, {"reason": said, "id": said, "columns": "all"}, NOW)
    method = METHOD._replace(values={"method": said})
    contract = Contract({it.question: it for it in (words, names, method)})
    marker = files.marker_of(files.stamp_of(NOW), "k1")
    odd = [replace(REFUSED, text=said, seen=state), result(["Title", said], [[marker, said]])]
    text = render.report(contract, FORM, [listed(), *odd], "1.2.3")
    assert not [it for it in (*name.split(), "Größe", "Amount") if it in text and it != "(at)"]


@pytest.mark.parametrize("question", Question)
def test_what_is_found_is_told_whole(question: Question) -> None:
    values = {
        "method": "PUT", "body": "flat", "case": "capital", "scope": "UPDATE", "place": "beside",
        "comma": "misread", "semicolon": "refused", "utf-8": "read", "reason": "Failure Reason",
        "id": "RECORD_ID", "columns": "first three", "order": "file", "empty": "404/11130",
        "created": "Ready to Upload", "running": "In-progress", "second upload": "409/11070",
        "late": "accepted",
        "fails": "its batch", "counts": "unpacked", "quota": "200/4000", "retry-after": "sent",
    }  # fmt: skip
    finding = Finding(question, values, NOW)
    text = render.report(Contract({question: finding}), FORM, [], "1.2.3")
    assert f"| {answer_text(finding)} | 2026-03-11 |" in text


def test_a_report_of_a_probe_without_an_answer() -> None:
    unsent = replace(REFUSED, is_unsent=True, calls=0)
    text = render.report(UNKNOWN, FORM, [unsent], "1.2.3")
    assert "- Probed: never (UTC), in 0 calls" in text
    assert "Not this one" not in text


@pytest.mark.parametrize(("seen", "counted"), [({"running": "In-progress"}, 1), ({}, 0)])
def test_words_without_that_of_a_job_that_runs_are_a_part_of_an_answer(
    seen: dict[str, str], counted: int
) -> None:
    words = Finding(Question.STATE_WORDS, {"completed": "Completed", **seen}, NOW)
    known = Contract({Question.STATE_WORDS: words})
    assert render.answered(known) == counted
    (line,) = (plain(it) for it in render.questions(known, 100) if "completed" in plain(it))
    assert ("in part: " in line) == ("running: not seen" in line) == (not counted)
    assert ("| in part: " in render.report(known, FORM, (), "1")) == (not counted)
