"""What is known of the contract, and what contradicts it."""

from datetime import datetime, timedelta

import pytest

from zcbulk_tui.domain.contract import (
    UNKNOWN,
    Contract,
    Contradiction,
    Finding,
    Notes,
    Question,
    contradictions,
    merged,
)
from zcbulk_tui.domain.contract_text import answer_text, described, question_text

NOW = datetime.fromisoformat("2026-11-30T10:00:00+00:00")
LATER = NOW + timedelta(days=1)


def contract(question: Question, at: datetime = NOW, **values: str) -> Contract:
    """One finding."""
    return Contract({question: Finding(question, values, at)})


def test_an_answer_that_says_otherwise_contradicts_and_a_new_one_does_not() -> None:
    known = contract(Question.CONTROL_BODY, body="wrapped", case="lower")
    seen = contract(Question.CONTROL_BODY, LATER, body="flat", case="lower", more="x")
    assert contradictions(known, seen) == (
        Contradiction(Question.CONTROL_BODY, "body", "wrapped", "flat"),
    )
    assert contradictions(UNKNOWN, seen) == contradictions(known, UNKNOWN) == ()


def test_what_was_seen_last_counts_and_the_rest_stays() -> None:
    known = contract(Question.CONTROL_BODY, body="wrapped", case="lower")
    both = merged(known, contract(Question.CONTROL_BODY, LATER, body="flat"))
    finding = both.findings[Question.CONTROL_BODY]
    assert dict(finding.values) == {"body": "flat", "case": "lower"}
    assert finding.found_at == LATER
    assert merged(known, contract(Question.ZIP_LIMIT, counts="packed")).findings.keys() == {
        Question.CONTROL_BODY,
        Question.ZIP_LIMIT,
    }
    assert merged(UNKNOWN, known) == merged(known, UNKNOWN) == known


def test_an_aspect_that_was_seen_in_two_ways_stays_open() -> None:
    notes = Notes()
    notes.add(Question.RECORD_DETAILS, "place", "inside", NOW)
    notes.add(Question.CONTROL_BODY, "body", "flat", LATER)
    notes.add(Question.CONTROL_BODY, "case", "lower", NOW)
    notes.add(Question.RECORD_DETAILS, "place", "beside", NOW)
    known = notes.contract()
    assert known.findings.keys() == {Question.CONTROL_BODY}
    assert known.findings[Question.CONTROL_BODY].found_at == LATER


@pytest.mark.parametrize("question", Question)
def test_every_question_has_words(question: Question) -> None:
    assert 0 < len(question_text(question)) <= 26
    assert described(question).endswith("?")


@pytest.mark.parametrize(
    ("question", "values", "said"),
    [
        (Question.CONTROL_METHOD, {"method": "PUT"}, "PUT"),
        (
            Question.CONTROL_BODY,
            {"body": "wrapped", "case": "lower"},
            '{"data": {"action": "start"}}',
        ),
        (Question.CONTROL_BODY, {"body": "flat", "case": "capital"}, '{"action": "Start"}'),
        (Question.CONTROL_SCOPE, {"scope": "UPDATE"}, "ZohoCreator.bulk.UPDATE"),
        (
            Question.STATE_WORDS,
            {"created": "Neu", "aborted by user": "Aus"},
            "created: Neu; aborted by user: Aus",
        ),
        (Question.RECORD_DETAILS, {"place": "beside"}, "record_details beside data"),
        (
            Question.DATE_FORMATS,
            {"yyyy-MM-dd": "refused", "dd-MMM-yyyy": "read", "dd/MM/yyyy": "refused"},
            "read: dd-MMM-yyyy; refused: yyyy-MM-dd, dd/MM/yyyy",
        ),
        (
            Question.RESULT_COLUMNS,
            {"columns": "first three", "reason": "ERRORS", "id": "ID"},
            "the first three of the file; reason in “ERRORS”; id in “ID”",
        ),
        (Question.RESULT_ORDER, {"order": "other"}, "not as in the file"),
        (Question.EMPTY_RESULTS, {"empty": "zip"}, "a ZIP without records"),
        (Question.EMPTY_RESULTS, {"empty": "11130"}, "refused with 11130"),
        (
            Question.OUT_OF_TURN,
            {"second upload": "409/11070"},
            "second upload: 409/11070",
        ),
        (Question.BAD_RECORD, {"fails": "its batch"}, "fails its batch"),
        (Question.ZIP_LIMIT, {"counts": "packed"}, "counted packed"),
        (
            Question.LIMITS,
            {"retry-after": "missing", "quota": "200/4000"},
            "429 lacks Retry-After; spent quota: 200/4000",
        ),
    ],
)
def test_answers_are_plain_words(question: Question, values: dict[str, str], said: str) -> None:
    assert answer_text(Finding(question, values, NOW)) == said


@pytest.mark.parametrize("question", Question)
def test_a_finding_of_something_else_is_no_error(question: Question) -> None:
    assert isinstance(answer_text(Finding(question, {"other": "thing"}, NOW)), str)
