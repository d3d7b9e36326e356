"""What a reading tells of a command: a table, and what holds for any of them."""

from datetime import timedelta
from itertools import product

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
LATE = 60.0
"""Seconds after a lost answer at which the last of the planned looks is made."""

ABORTED = {S.USER_ABORTED, S.ABORTED}

BEFORE = {START: S.READY, ABORT: S.IN_PROGRESS}
"""How a job stands that a command can change."""

RUNNING = {S.IN_PROGRESS, S.COMPLETED, S.SYSTEM_ABORTED, S.FAILED}
"""States that only a job reaches that has been started."""


def record(action: Action, outcome: Outcome) -> ControlRecord:
    errors = {E.SENT: TIMEOUT, E.REFUSED: RefusedError("no")}
    command = Command(action, NOW, outcome, error=errors.get(outcome))
    shown = read(BEFORE[action], -60)
    return ControlRecord("a1", watched(), "default", "anna@jump1", command, shown, "PATCH")


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
        (START, S.USER_ABORTED, E.SENT),
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
    after = before.settled_by(read(state), LATE)
    assert after.command.outcome is outcome
    assert after.command.error is TIMEOUT
    assert (after is before) is (outcome is E.SENT)
    assert after.settled == (None if outcome is E.SENT else read(state))
    # Where no effect was seen so far, only the end of the job excludes one.
    ends = after.settled is not None and state.is_final
    assert after.is_settled is (ends or outcome is E.TOOK_EFFECT)


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("asked_after", [-90.0, 0.0, 2.0, 59.9])
def test_that_no_effect_shows_yet_settles_nothing(action: Action, asked_after: float) -> None:
    before = record(action, E.SENT)
    state = S.READY if action is START else S.IN_PROGRESS
    assert before.settled_by(read(state), asked_after) is before
    assert before.settled_by(read(state), 60).command.outcome is E.NO_EFFECT


@pytest.mark.parametrize(("action", "state"), [(START, S.IN_PROGRESS), (ABORT, S.USER_ABORTED)])
@pytest.mark.parametrize("asked_after", [-90.0, 0.5, 1e6])
def test_an_effect_settles_it_whenever_it_shows(
    action: Action, state: JobState, asked_after: float
) -> None:
    shown = record(action, E.SENT).settled_by(read(state), asked_after)
    assert (shown.command.outcome, shown.is_settled) == (E.TOOK_EFFECT, True)


@pytest.mark.parametrize(
    ("action", "before", "later"),
    [
        (START, S.READY, S.IN_PROGRESS),
        (START, S.READY, S.FAILED),
        (ABORT, S.IN_PROGRESS, S.ABORTED),
    ],
)
def test_a_later_reading_that_shows_the_effect_corrects_the_record(
    action: Action, before: JobState, later: JobState
) -> None:
    none_yet = record(action, E.SENT).settled_by(read(before), LATE)
    assert none_yet.settled_by(read(before, 200), 160) is none_yet
    corrected = none_yet.settled_by(read(later, 300), 260)
    assert corrected.command.outcome is E.TOOK_EFFECT
    assert corrected.settled == read(later, 300)


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("before", [None, *S])
def test_an_effect_is_claimed_only_where_a_fresh_reading_from_before_shows_none(
    action: Action, before: JobState | None
) -> None:
    effects = RUNNING | {S.USER_ABORTED, S.ABORTED} if action is START else {*ABORTED}
    none_before = {
        START: {S.CREATED, S.READY, S.EXPIRED},
        ABORT: {*S} - ABORTED - {S.UNKNOWN},
    }
    ages = (-1.0, 0.0, 60.0, 3600.0, 3601.0, 86400.0)
    for after, age, asked_after in product(S, ages, (2.0, LATE)):
        case = (after, age, asked_after)
        shown = None if before is None else reading(-age, 0, state=before)
        sent = record(action, E.SENT)._replace(shown=shown)
        known = sent.settled_by(reading(asked_after, 1, state=after), asked_after)
        is_proven = before in none_before[action] and 0 <= age <= 3600
        if after in effects:
            assert known.command.outcome is (E.TOOK_EFFECT if is_proven else E.UNPROVEN), case
            assert known.is_settled, f"{case}: it ends the looks"
            assert known.settled_by(read(S.READY, 200), 200) is known, case
        else:
            assert known.command.outcome in (E.SENT, E.NO_EFFECT), case


@pytest.mark.parametrize("before", [S.USER_ABORTED, S.ABORTED, S.UNKNOWN])
@pytest.mark.parametrize("done", [0, None])
def test_an_aborted_job_without_records_does_not_show_that_it_was_not_started(
    before: JobState, done: int | None
) -> None:
    sent = record(START, E.SENT)._replace(shown=reading(-5, done, state=before))
    known = sent.settled_by(read(S.IN_PROGRESS), LATE)
    assert known.command.outcome is E.UNPROVEN


def versions() -> st.SearchStrategy[ControlRecord]:
    """Any version of one record."""
    errors = st.sampled_from([None, TIMEOUT, RefusedError("no")])
    settled = st.sampled_from([None, read(S.READY, 60), read(S.COMPLETED, 70)])
    return st.builds(
        lambda outcome, error, settled: record(START, outcome)._replace(
            command=Command(START, NOW, outcome, error=error),
            settled=settled,
        ),
        st.sampled_from(Outcome),
        errors,
        settled,
    )


ANSWERS = {E.ACCEPTED, E.REFUSED}


@given(st.lists(versions(), min_size=1, max_size=5))
def test_what_a_server_answered_stays_whatever_is_concluded_later(
    written: list[ControlRecord],
) -> None:
    kept = written[0]
    for other in written[1:]:
        after = kept.updated_by(other)
        assert after in (kept, other)
        assert after.certainty >= kept.certainty
        if kept.command.outcome in ANSWERS:
            assert after.command.outcome is kept.command.outcome
        if other.command.outcome in ANSWERS and kept.command.outcome not in ANSWERS:
            assert after is other
        if kept.settled and kept.certainty == other.certainty:
            assert after.settled
        kept = after
    answered = [it.command.outcome for it in written if it.command.outcome in ANSWERS]
    assert not answered or kept.command.outcome is answered[0]


@pytest.mark.parametrize("action", Action)
def test_an_expired_job_tells_nothing_once_any_job_would_have(action: Action) -> None:
    before = record(action, E.SENT)
    assert before.settled_by(read(S.EXPIRED, 3 * 86400), LATE) is before
    assert before.settled_by(read(S.EXPIRED, 86400), LATE).command.outcome is E.NO_EFFECT


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
        after = before.settled_by(read(state), LATE)
        assert after.command is before.command
        assert after.settled == (read(state) if state in shows_it else None)
        assert after.is_settled == (state in shows_it)


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("action", Action)
def test_a_refused_command_needs_no_reading(action: Action, state: JobState) -> None:
    refused = record(action, E.REFUSED)
    assert refused.is_settled
    assert refused.settled_by(read(state), LATE) is refused


def test_a_record_is_of_the_moment_at_which_it_was_sent() -> None:
    sent = record(START, E.ACCEPTED)
    later = sent.command._replace(sent_at=NOW + timedelta(hours=1))
    assert (sent.at, sent._replace(command=later).at) == (NOW, NOW + timedelta(hours=1))


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
        after = known.settled_by(read(state, at), LATE)
        if known.is_settled:
            assert after is known
        elif after is not known:
            # Where there was no effect so far, a later one may show it; an accepted one stays so.
            assert after.is_settled or after.command.outcome is E.NO_EFFECT
            assert after.settled == read(state, at)
            assert (after.command.outcome is E.SENT) is False
        assert (after.key, after.job, after.command.sent_at) == (known.key, known.job, known.at)
        if outcome is E.ACCEPTED:
            assert after.command.outcome is E.ACCEPTED
        known = after
