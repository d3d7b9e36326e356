"""A probe that meets answers which prove nothing, and refusals that pass."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.probe_server import Rules
from tests.domain.test_probe_plan import Run, run
from zcbulk_tui.domain.contract import Question
from zcbulk_tui.domain.probe import Act, Exchange, Step
from zcbulk_tui.domain.probe_findings import withdrawn
from zcbulk_tui.domain.probe_plan import reason_to_end

BETWEEN = (400, 401, 403, 404, 405, 413, 415, 422, 429, 501)
"""HTTP statuses of servers in between; none has a code of Zoho's."""

PASSING = ((409, 99001), (409, 11100), (400, 9999), (409, 11080), (400, 11340), (403, 99999))
"""Refusals of Zoho's that are about the moment."""

Change = Callable[[Exchange], Exchange]


def answer(http_status: int, code: int | None = None) -> Change:
    """What puts another answer in the place of one."""
    return lambda it: Exchange(it.step, it.sent_at, http_status, code, "Something else.")


def met(
    act: Act, nth: int, change: Change, rules: Rules | None = None, *, is_carried_out: bool
) -> Run:
    """A probe whose nth call of a kind is answered otherwise; it goes on for another two runs."""
    probe, left = Run(rules or Rules()), [nth]

    def answered(step: Step) -> Exchange:
        left[0] -= step.act is act
        if step.act is act and left[0] == 0:
            made = probe.answered(step) if is_carried_out else Exchange(step, probe.now)
            return change(made)
        return probe.answered(step)

    for _ in range(3):
        while (step := probe.next()) is not None:
            probe.transcript.append(answered(step))
        probe.now += timedelta(minutes=5)
    return probe


@given(
    st.sampled_from([it for it in Act if it.changes]),
    st.integers(1, 8),
    st.sampled_from(BETWEEN),
    st.booleans(),
)
def test_an_answer_from_in_between_proves_nothing(
    act: Act, nth: int, http_status: int, is_carried_out: bool
) -> None:
    probe = met(act, nth, answer(http_status), is_carried_out=is_carried_out)
    assert probe.wrong() == []
    assert probe.waiting == [] or act in (Act.CREATE, Act.ABORT)


@pytest.mark.parametrize("is_carried_out", [True, False])
def test_a_start_of_which_nothing_is_proven_is_not_sent_in_another_way(
    *, is_carried_out: bool
) -> None:
    probe = met(Act.START, 2, answer(400), is_carried_out=is_carried_out)
    (odd,) = [it for it in probe.transcript if it.step.act is Act.START and it.code is None]
    assert {it.step.detail for it in probe.transcript if it.step.act is Act.START} == {
        odd.step.detail
    }
    after = [it.step for it in probe.transcript if it.step.job == odd.step.job]
    after = after[after.index(odd.step) + 1 :]
    assert after[0].act is Act.STATUS
    assert any(it.act is Act.ABORT for it in after) or is_carried_out
    assert len(probe.found().findings) == 14


@pytest.mark.parametrize("code", [9350, 11000, 1020])
def test_a_way_that_was_understood_is_returned_to(code: int) -> None:
    probe = met(Act.START, 3, answer(400, code), is_carried_out=False)
    assert probe.waiting == []
    assert probe.wrong() == []
    assert len(probe.found().findings) >= 12


@pytest.mark.parametrize("method", ["PATCH", "PUT", "POST"])
def test_ways_are_told_apart_by_aborts_where_a_gateway_refuses_the_others(method: str) -> None:
    probe = run(method=method, shape="flat", wrong_method="405", wrong_shape="400")
    assert probe.found().value(Question.CONTROL_METHOD, "method") == method
    assert probe.waiting == []
    begun = [it.step.job for it in probe.transcript if it.step.act is Act.START and not it.code]
    assert len(begun) == len(set(begun))


@pytest.mark.parametrize("is_carried_out", [True, False])
@pytest.mark.parametrize("http_status", [400, 405])
def test_a_first_job_that_is_refused_in_between_ends_nothing(
    http_status: int, *, is_carried_out: bool
) -> None:
    probe = met(Act.CREATE, 1, answer(http_status), is_carried_out=is_carried_out)
    if is_carried_out:
        probe.now += timedelta(hours=4)
    probe.go_on().check()
    assert len(probe.found().findings) == 14


def test_a_refused_job_is_asked_for_again_by_a_later_run() -> None:
    probe = met(Act.CREATE, 1, answer(400, 9999), is_carried_out=False)
    probe.check()
    assert len(probe.found().findings) == 14
    creates = [it for it in probe.transcript if it.step.act is Act.CREATE]
    assert creates[1].sent_at - creates[0].sent_at >= timedelta(minutes=1)


@given(
    st.sampled_from([Act.CREATE, Act.UPLOAD, Act.START, Act.ABORT, Act.RESULT]),
    st.integers(1, 8),
    st.sampled_from(PASSING),
    st.sampled_from(["read", "misread", "refused", "refused at start"]),
)
def test_a_passing_refusal_becomes_no_finding(
    act: Act, nth: int, refusal: tuple[int, int], semicolon: str
) -> None:
    rules = Rules(semicolon=semicolon)
    probe = met(act, nth, answer(*refusal), rules, is_carried_out=False)
    assert probe.wrong() == []


@pytest.mark.parametrize("nth", [2, 3, 4])
def test_a_file_whose_start_was_refused_once_is_tried_in_another_job(nth: int) -> None:
    probe = met(Act.START, nth, answer(409, 99001), is_carried_out=False)
    assert probe.wrong() == []
    assert len(probe.found().findings) >= 13
    assert probe.found().value(Question.ENCODINGS, "windows-1252") == "read"


@pytest.mark.parametrize("how", ["refused", "refused at start"])
def test_a_file_that_is_refused_again_and_again_is_refused(how: str) -> None:
    assert run(semicolon=how).found().value(Question.DELIMITERS, "semicolon") == "refused"
    assert run(windows=how).found().value(Question.ENCODINGS, "windows-1252") == "refused"


@given(st.integers(1, 30), st.integers(0, 30))
def test_a_transcript_that_was_put_back_to_an_earlier_one_leads_to_nothing_false(
    place: int, made_since: int
) -> None:
    probe = Run(Rules())
    while len(probe.transcript) < place + made_since and (step := probe.next()) is not None:
        probe.transcript.append(probe.answered(step))
    del probe.transcript[place:]
    probe.go_on()
    assert probe.wrong() == []


@pytest.mark.parametrize("form", ["no text", "small"])
def test_a_probe_that_can_ask_nothing_says_why(form: str) -> None:
    probe = Run(Rules(form=form))
    while (step := probe.next()) is not None:
        made = probe.answered(step)
        refused = answer(409, 99005)(made)
        probe.transcript.append(refused if step.act is Act.CREATE else made)
    expected = "no field for a marker" if form == "no text" else "HTTP 409, code 99005"
    assert expected in reason_to_end(probe.transcript)


def test_a_probe_that_is_complete_needs_no_reason() -> None:
    assert reason_to_end(run().transcript) == ""


def test_a_server_that_changes_is_known_as_it_was_last() -> None:
    probe = Run(Rules(method="PATCH"))
    while (step := probe.next()) is not None and step.key != "b start PATCH wrapped lower":
        probe.transcript.append(probe.answered(step))
    assert withdrawn(probe.transcript) == frozenset()
    probe.server.rules = replace(probe.rules, method="PUT", details="beside")
    probe.go_on()
    assert probe.found().value(Question.CONTROL_METHOD, "method") == "PUT"
    assert probe.found().value(Question.RECORD_DETAILS, "place") is None
    assert withdrawn(probe.transcript) == {(Question.RECORD_DETAILS, "place")}
