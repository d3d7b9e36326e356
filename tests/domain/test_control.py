"""What became of a command, and whether another one may follow it."""

import pytest

from tests.support.jobs import NOW, reading, watched
from zcbulk_tui.domain.control import Command, Outcome, told_by
from zcbulk_tui.domain.job import Action, JobState
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.errors import RefusedError, UnclearError

STARTED = {
    JobState.IN_PROGRESS,
    JobState.COMPLETED,
    JobState.SYSTEM_ABORTED,
    JobState.FAILED,
}
ABORTED = {JobState.USER_ABORTED, JobState.ABORTED}


@pytest.mark.parametrize("state", JobState)
@pytest.mark.parametrize(("action", "effects"), [(Action.START, STARTED), (Action.ABORT, ABORTED)])
def test_a_state_tells_whether_a_command_took_effect(
    action: Action, effects: set[JobState], state: JobState
) -> None:
    if state is JobState.UNKNOWN or (action is Action.START and state in ABORTED):
        expected = Outcome.SENT
    else:
        expected = Outcome.TOOK_EFFECT if state in effects else Outcome.NO_EFFECT
    assert told_by(reading(0, 0, state=state), action) is expected


@pytest.mark.parametrize("state", sorted(ABORTED))
def test_an_aborted_job_with_records_had_been_started(state: JobState) -> None:
    assert told_by(reading(0, 1, state=state), Action.START) is Outcome.TOOK_EFFECT


def test_an_ended_command_keeps_what_was_known() -> None:
    unclear = UnclearError("no answer")
    command = Command(Action.START, NOW).ended(Outcome.SENT, error=unclear)
    told = command.ended(Outcome.TOOK_EFFECT)
    assert told == Command(Action.START, NOW, Outcome.TOOK_EFFECT, error=unclear)


def test_a_new_error_takes_the_place_of_the_old_one() -> None:
    refused = RefusedError("no")
    command = Command(Action.START, NOW, error=UnclearError("no answer"))
    assert command.ended(Outcome.REFUSED, error=refused).error is refused


@pytest.mark.parametrize("outcome", Outcome)
def test_no_second_command_while_the_first_is_unsettled(outcome: Outcome) -> None:
    snapshot = JobSnapshot(
        watched(),
        (reading(0, 0, state=JobState.READY),),
        command=Command(Action.START, NOW, outcome),
    )
    assert snapshot.allows(Action.START) is (outcome is not Outcome.SENT)


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("state", JobState)
def test_without_a_command_the_state_decides(state: JobState, action: Action) -> None:
    snapshot = JobSnapshot(watched(), (reading(0, 0, state=state),))
    assert snapshot.allows(action) is action.fits(state)


def test_a_job_never_read() -> None:
    snapshot = JobSnapshot(watched())
    assert (snapshot.last, snapshot.state, snapshot.is_final) == (None, None, False)
    assert snapshot.allows(Action.START)


@pytest.mark.parametrize("state", JobState)
def test_the_newest_reading_counts(state: JobState) -> None:
    newest = reading(10, 5, state=state)
    snapshot = JobSnapshot(watched(), (reading(0, 0), newest))
    assert (snapshot.last, snapshot.state) == (newest, state)
    assert snapshot.is_final is state.is_final
