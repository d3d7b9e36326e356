"""The judge of probes, and what it takes for a call that was sent twice; probes take minutes."""

from datetime import UTC, datetime

import pytest

from tests.benchmarks.probe import Probed, act_of, sent_twice, table
from tests.support.commands import Ended
from tests.support.personalities import TRUTHS, judge
from zcbulk_tui.domain.contract import UNKNOWN, Contract, Finding, Question
from zcbulk_tui.domain.probe import Act, Exchange, Step

NOW = datetime(2026, 3, 1, tzinfo=UTC)
AT = "/creator/v2.1/bulk/jason18/zylker-store/form/Scratch/insert"


def contract(question: Question, **values: str) -> Contract:
    found = {name.replace("_", " "): value for name, value in values.items()}
    return Contract({question: Finding(question, found, NOW)})


@pytest.mark.parametrize("name", TRUTHS)
def test_the_truth_is_right_and_nothing_is_unknown(name: str) -> None:
    truth = Contract(
        {
            question: Finding(question, {at: min(right) for at, right in aspects.items()}, NOW)
            for question, aspects in TRUTHS[name].items()
        }
    )
    assert judge(name, truth) == dict.fromkeys(Question, "right")
    assert judge(name, UNKNOWN) == dict.fromkeys(Question, "unknown")


def test_one_wrong_aspect_makes_a_question_wrong_and_a_missing_one_does_not() -> None:
    body = Question.CONTROL_BODY
    assert judge("page", contract(body, body="wrapped"))[body] == "right"
    assert judge("page", contract(body, body="wrapped", case="capital"))[body] == "wrong"
    assert judge("page", contract(body, colour="red"))[body] == "unknown"


@pytest.mark.parametrize("name", ["prose", "lenient"])
def test_either_scope_is_right_where_either_will_do(name: str) -> None:
    for scope in ("CREATE", "UPDATE"):
        scopes = Question.CONTROL_SCOPE
        assert judge(name, contract(scopes, scope=scope))[scopes] == "right"


def test_a_format_of_dates_that_nobody_reads_is_refused() -> None:
    dates = Question.DATE_FORMATS
    for value, verdict in (("refused", "right"), ("read", "wrong")):
        found = Contract({dates: Finding(dates, {"dd.MM.yyyy": value}, NOW)})
        assert judge("page", found)[dates] == verdict


def call(method: str, path: str, action: str | None = None) -> dict[str, object]:
    return {"method": method, "path": path, "action": action}


CALLS = [
    (call("GET", "/creator/v2.1/meta/jason18/zylker-store/form/Scratch/fields"), Act.FIELDS),
    (call("POST", AT, "create"), Act.CREATE),
    (call("POST", AT, "upload"), Act.UPLOAD),
    (call("POST", f"{AT}/7", "Start"), Act.START),
    (call("PUT", f"{AT}/7", "abort"), Act.ABORT),
    (call("GET", f"{AT}/7"), Act.STATUS),
    (call("GET", f"{AT}/7/result", "success"), Act.RESULT),
]


def test_a_call_without_a_step_was_sent_twice() -> None:
    log = [entry for entry, _ in CALLS]
    assert [act_of(entry) for entry in log] == [act for _, act in CALLS]
    steps = [Exchange(Step(act.value, act, "a", ""), NOW) for act in Act]
    assert sent_twice(log, steps) == []
    assert sent_twice(log[1:], steps) == [], "a step may be cut before its call is sent"
    assert sent_twice([*log, log[1]], steps) == ["create: 2 calls for 1 steps"]


def probed(contract: Contract, log: list[dict[str, object]], report: str) -> Probed:
    found = Probed(
        name="page",
        personality="page",
        contract=contract,
        transcript=(),
        log=log,
        report=report,
        names=frozenset({"jason18"}),
        active=0,
        processes=1,
        said=Ended(0, "", ""),
    )
    found.judge(needs_all=True)
    return found


def test_what_is_wrong_is_told() -> None:
    wrong = contract(Question.BAD_RECORD, fails="alone")
    found = probed(wrong, [{**CALLS[1][0], "environment": "production"}] * 41, "of jason18")
    assert found.row == ("page", "0", "1", "13", "41", "41", "1", "0", "0", "0")
    assert found.wrong == [
        "bad_record: found {'fails': 'alone'}, true is {'fails': ['its batch']}",
        "0 right answers, 12 are the least",
        "41 calls, 40 are the most",
        "41 calls to production",
        "the report holds “jason18”",
        "create: 41 calls for 0 steps",
    ]
    assert table([found]).splitlines()[1].split() == list(found.row)


def test_a_sign_in_without_update_must_show_the_scope() -> None:
    said = "the scope of start and abort is not found"
    for scope, is_wrong in (("UPDATE", False), ("CREATE", True)):
        found = probed(contract(Question.CONTROL_SCOPE, scope=scope), [], "nothing")
        found.judge(needs_all=False, needs_scope=True)
        assert (said in found.wrong) is is_wrong


def test_what_is_right_is_not() -> None:
    truth = Contract(
        {
            question: Finding(question, {at: min(right) for at, right in aspects.items()}, NOW)
            for question, aspects in TRUTHS["page"].items()
        }
    )
    found = probed(truth, [], "nothing")
    assert (found.wrong, found.unknown, found.row[1]) == ([], [], "14")
