"""A probe's steps and answers as lines, and as a report that names nobody."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.insertions import FORM
from tests.support.jobs import NOW
from zcbulk_tui.domain.contract import UNKNOWN, Contract, Finding, Question
from zcbulk_tui.domain.probe import Act, Exchange, Step
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
    assert "- Answered: 1 of 14 questions" in lines
    assert "| Which HTTP method starts and aborts a job? | PUT | 2026-03-11 |" in lines
    assert "| Which delimiters does Zoho read in a CSV? | open |  |" in lines
    said = (
        "| 1 | start a PATCH wrapped lower | shows how it is put | 405 | 1020 | Not this one |  |"
    )
    assert said in lines


def test_the_report_leaves_names_out_wherever_a_server_says_them() -> None:
    fields = json.dumps([{"link_name": "Birthday", "type": 10}])
    listed = Exchange(
        Step("fields", Act.FIELDS, "", "fields"), NOW, 200, 3000, "", {"fields": fields}
    )
    said = f"{FORM.form} of {FORM.owner}/{FORM.app}: Birthday | 3888833000000114027, a@b.example"
    state = {"api_status": f"{FORM.owner}", "job_id": "3888833000000114027"}
    odd = replace(REFUSED, text=said, seen=state)
    answer = Finding(Question.CONTROL_METHOD, {"method": f"as {FORM.owner} likes"}, NOW)
    text = render.report(Contract({Question.CONTROL_METHOD: answer}), FORM, [listed, odd], "1.2.3")
    for name in (FORM.form, FORM.owner, FORM.app, "Birthday", "3888833", "b.example", FORM.origin):
        assert name not in text
    assert "| [name] of [name]/[name]: [name] / [id], [e-mail] | api_status [name] |" in text


def test_a_report_of_a_probe_without_an_answer() -> None:
    unsent = replace(REFUSED, is_unsent=True, calls=0)
    text = render.report(UNKNOWN, FORM, [unsent], "1.2.3")
    assert "- Probed: never (UTC), in 0 calls" in text
    assert "Not this one" not in text
