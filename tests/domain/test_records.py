"""What a reading tells of a command: a table, and what holds for any of them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.jobs import NOW, reading, watched
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, JobReading, JobState
from zcbulk_tui.domain.records import ControlRecord
from zcbulk_tui.errors import RefusedError, UnclearError

S, E = JobState, Outcome
START, ABORT = Action.START, Action.ABORT
TIMEOUT = UnclearError("timeout")

RUNNING = {S.IN_PROGRESS, S.COMPLETED, S.SYSTEM_ABORTED, S.FAILED}
"""States that only a job reaches that has been started."""


def record(action: Action, outcome: Outcome) -> ControlRecord:
    errors = {E.SENT: TIMEOUT, E.REFUSED: RefusedError("no")}
    command = Command(action, NOW, outcome, error=errors.get(outcome))
    return ControlRecord("a1", watched(), "default", "anna@jump1", command, request="PATCH")


def read(state: JobState, at: float = 100) -> JobReading:
    return reading(at, 0, state=state)


@pytest.mark.parametrize(
    ("action", "state", "outcome"),
    [
        (START, S.CREATED, E.NO_EFFECT),
        (START, S.READY, E.NO_EFFECT),
        (START, S.IN_PROGRESS, E.TOOK_EFFECT),
        (START, S.COMPLETED, E.TOOK_EFFECT),
        (START, S.FAILED, E.TOOK_EFFECT),
        (START, S.SYSTEM_ABORTED, E.TOOK_EFFECT),
        (START, S.EXPIRED, E.NO_EFFECT),
        (START, S.USER_ABORTED, E.NO_EFFECT),
        (START, S.UNKNOWN, E.SENT),
        (ABORT, S.CREATED, E.NO_EFFECT),
        (ABORT, S.IN_PROGRESS, E.NO_EFFECT),
        (ABORT, S.COMPLETED, E.NO_EFFECT),
        (ABORT, S.SYSTEM_ABORTED, E.NO_EFFECT),
        (ABORT, S.USER_ABORTED, E.TOOK_EFFECT),
        (ABORT, S.ABORTED, E.TOOK_EFFECT),
        (ABORT, S.UNKNOWN, E.SENT),
    ],
)
def test_an_unclear_command_is_judged_by_the_first_reading_that_tells(
    action: Action, state: JobState, outcome: Outcome
) -> None:
    before = record(action, E.SENT)
    after = before.settled_by(read(state))
    assert after.command.outcome is outcome
    assert after.command.error is TIMEOUT
    if outcome is E.SENT:
        assert after is before
        assert not after.is_settled
    else:
        assert after.settled == read(state)
        assert after.is_settled


@pytest.mark.parametrize(
    ("action", "shows_it"),
    [
        (START, RUNNING | {S.EXPIRED, S.USER_ABORTED, S.ABORTED}),
        (ABORT, {state for state in S if state.is_final}),
    ],
)
def test_an_accepted_command_is_settled_by_its_effect_or_by_the_end(
    action: Action, shows_it: set[JobState]
) -> None:
    before = record(action, E.ACCEPTED)
    for state in S:
        after = before.settled_by(read(state))
        assert after.command is before.command
        assert after.settled == (read(state) if state in shows_it else None)
        assert after.is_settled == (state in shows_it)


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("action", Action)
def test_a_refused_command_needs_no_reading(action: Action, state: JobState) -> None:
    refused = record(action, E.REFUSED)
    assert refused.is_settled
    assert refused.settled_by(read(state)) is refused


def test_a_record_is_of_the_moment_at_which_it_was_sent() -> None:
    sent = record(START, E.ACCEPTED)
    later = replace(sent.command, sent_at=NOW + timedelta(hours=1))
    assert (sent.at, replace(sent, command=later).at) == (NOW, NOW + timedelta(hours=1))


@given(
    action=st.sampled_from(Action),
    outcome=st.sampled_from(Outcome),
    states=st.lists(st.sampled_from(S), max_size=8),
)
def test_what_has_settled_stays_as_it_is(
    action: Action, outcome: Outcome, states: list[JobState]
) -> None:
    known = record(action, outcome)
    for at, state in enumerate(states):
        after = known.settled_by(read(state, at))
        if known.is_settled:
            assert after is known
        elif after is not known:
            # One reading settles it, and an accepted command stays accepted.
            assert after.is_settled
            assert after.settled == read(state, at)
            assert (after.command.outcome is E.SENT) is False
        assert (after.key, after.job, after.command.sent_at) == (known.key, known.job, known.at)
        if outcome is E.ACCEPTED:
            assert after.command.outcome is E.ACCEPTED
        known = after
