"""States, faults and commands in words."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.plans import SPENT_BY_ZOHO, USED_UP, days, spent
from tests.render.strategies import commands, moments, snapshots
from tests.support.jobs import NOW, reading, watched
from tests.support.text import is_one_safe_line
from zcbulk_tui.domain.budget import Cause, Pace, Reason, Spent
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, Counts, Environment, JobReading, JobState
from zcbulk_tui.domain.planner import Effect
from zcbulk_tui.domain.snapshot import Fault, JobSnapshot
from zcbulk_tui.errors import (
    Answer,
    BusyError,
    JobUnknownError,
    QuotaSpentError,
    RefusedError,
    ServiceError,
    SignedOutError,
    SignInBusyError,
    SignInError,
    UnclearError,
    UnreachableError,
    ZcbulkError,
)
from zcbulk_tui.render import columns, words
from zcbulk_tui.render.budget import CAUSE, REASON
from zcbulk_tui.render.figures import clock
from zcbulk_tui.render.span import Look, Span

AT = clock(NOW, NOW)
REFUSED = RefusedError("The upload is not complete", next_step="Wait.")
UNCLEAR = UnclearError("Zoho's server failed")
CONTRADICTION = UnclearError("The answer contradicts itself", answer=Answer(405))
LATER = clock(NOW + timedelta(seconds=90), NOW)


def in_state(state: JobState) -> JobSnapshot:
    """A job that was read in a state just now."""
    return JobSnapshot(watched(), (reading(0, 0, state=state),), None, NOW)


@pytest.mark.parametrize("state", JobState)
def test_every_state_has_a_word_that_fits_and_a_look(state: JobState) -> None:
    assert 0 < len(words.STATE[state]) <= columns.ENDS
    assert words.LOOK[state] in Look


@pytest.mark.parametrize("state", JobState)
def test_a_state_is_in_our_word_but_for_one_that_nobody_knows(state: JobState) -> None:
    found = words.state(JobReading(state, "Zoho's own", Counts(), NOW))
    expected = "Zoho's own" if state is JobState.UNKNOWN else words.STATE[state]
    assert found == Span(expected, words.LOOK[state])


@pytest.mark.parametrize("state", JobState)
def test_every_state_is_told_apart_by_its_sentence(state: JobState) -> None:
    told = {other: words.sentence(in_state(other), NOW).text for other in JobState}
    bare = {
        other: text.replace(f"(Zoho: {other.value})", "") for other, text in told.items()
    }  # without the server's own word
    same = [other for other in JobState if bare[other] == bare[state]]
    waiting = [JobState.CREATED, JobState.READY]  # the server's word is all that tells these
    assert same == (waiting if state in waiting else [state])


@pytest.mark.parametrize("state", JobState)
def test_every_sentence_about_a_state_quotes_the_server(state: JobState) -> None:
    assert f"(Zoho: {state.value})" in words.sentence(in_state(state), NOW).text


@pytest.mark.parametrize("environment", Environment)
def test_every_environment_but_production_has_a_word(environment: Environment) -> None:
    word = words.ENVIRONMENT[environment]
    assert bool(word) is (environment is not Environment.PRODUCTION)
    assert len(word) + 2 <= columns.FORM


@given(snapshots(), st.none() | days(), moments)
def test_no_sentence_holds_what_does_not_print(
    job: JobSnapshot, day: Spent | None, now: datetime
) -> None:
    assert is_one_safe_line(words.sentence(job, now).text)
    assert is_one_safe_line(words.waiting(job, now))
    assert is_one_safe_line(words.next_poll(job, day, now))


@given(commands(), moments)
def test_no_command_holds_what_does_not_print(said: Command, now: datetime) -> None:
    assert is_one_safe_line(words.command(said, now))


@pytest.mark.parametrize(
    ("command", "text"),
    [
        (
            Command(Action.START, NOW),
            (
                f"Start sent at {AT}; no answer yet. If none is written down by {LATER}, its "
                "sender was ended: then the status shows what became of it."
            ),
        ),
        (
            Command(Action.ABORT, NOW, error=UNCLEAR),
            f"Abort of {AT}: the answer is unclear (Zoho's server failed). Nothing is sent again; "
            "the status shows what became of it.",
        ),
        (Command(Action.START, NOW, Outcome.ACCEPTED), f"Start accepted at {AT}."),
        (
            Command(Action.START, NOW, Outcome.ACCEPTED, "Job created successfully"),
            f"Start accepted at {AT}: the server said “Job created successfully”.",
        ),
        (
            Command(Action.START, NOW, Outcome.REFUSED, error=REFUSED),
            f"Start refused at {AT}: The upload is not complete. Wait.",
        ),
        (
            Command(Action.ABORT, NOW, Outcome.TOOK_EFFECT, error=UNCLEAR),
            f"Abort of {AT}: the answer was lost; the status shows that it took effect.",
        ),
        (
            Command(Action.ABORT, NOW, Outcome.NO_EFFECT, error=UNCLEAR),
            f"Abort of {AT}: the answer was lost; the status shows no effect so far.",
        ),
        (
            Command(Action.ABORT, NOW, Outcome.UNPROVEN, error=CONTRADICTION),
            f"Abort of {AT}: the answer was unclear; the job is in that state; whether this "
            "command did it is not known.",
        ),
    ],
)
def test_what_became_of_a_command(command: Command, text: str) -> None:
    assert words.command(command, NOW) == text


@pytest.mark.parametrize("outcome", Outcome)
def test_only_what_was_accepted_or_took_effect_sounds_like_it(outcome: Outcome) -> None:
    said = words.command(Command(Action.START, NOW, outcome, error=REFUSED), NOW)
    success = outcome in (Outcome.ACCEPTED, Outcome.TOOK_EFFECT)
    assert ("accepted" in said or "took effect" in said) is success


def test_a_fault_is_what_there_is_to_know() -> None:
    fault = Fault(UnreachableError("No network", next_step="Check it."), NOW)
    job = replace(in_state(JobState.IN_PROGRESS), fault=fault, command=Command(Action.START, NOW))
    assert words.sentence(job, NOW) == (f"Since {AT}: No network. Check it.", Look.WARNING)


def test_a_command_is_told_until_the_job_is_over() -> None:
    command = Command(Action.ABORT, NOW, Outcome.ACCEPTED)
    runs = replace(in_state(JobState.IN_PROGRESS), command=command)
    ended = replace(in_state(JobState.USER_ABORTED), command=command)
    assert words.sentence(runs, NOW).text == words.command(command, NOW)
    assert words.sentence(ended, NOW).text != words.command(command, NOW)


def test_a_refusal_warns() -> None:
    command = Command(Action.START, NOW, Outcome.REFUSED, error=REFUSED)
    job = replace(in_state(JobState.READY), command=command)
    assert words.sentence(job, NOW).look is Look.WARNING


def test_a_job_that_was_never_read_says_so() -> None:
    assert words.sentence(JobSnapshot(watched()), NOW).text == "Not read yet."


@pytest.mark.parametrize(
    ("error", "refused"),
    [
        (REFUSED, True),
        (JobUnknownError("No such job"), True),
        (SignInError("No scope"), True),
        (SignedOutError("Signed out"), False),
        (QuotaSpentError("Spent"), False),
        (UNCLEAR, False),
        (None, False),
    ],
)
def test_a_clear_no_stands_in_the_place_of_the_bar(
    error: ZcbulkError | None, refused: bool
) -> None:
    fault = Fault(error, NOW) if error else None
    assert words.is_refused(JobSnapshot(watched(), fault=fault)) is refused


def test_a_fault_tells_of_another_try_only_where_polls_have_ended() -> None:
    ended = JobSnapshot(watched(), fault=Fault(JobUnknownError("No such job"), NOW))
    assert words.sentence(ended, NOW).text.endswith(
        "No such job. It is not asked again by itself: press r to ask, or e to edit the job."
    )
    # The countdown beside it tells the rest.
    busy = JobSnapshot(watched(), fault=Fault(BusyError("Too many calls"), NOW))
    assert words.sentence(busy, NOW).text.endswith(": Too many calls.")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            BusyError("Busy"),
            "Abort refused at 12:00: Busy. {}: give the command again in a minute.",
        ),
        (
            ServiceError("2930"),
            "Abort refused at 12:00: 2930. {}: give the command again in a while.",
        ),
        (
            SignInBusyError("No token"),
            "Abort not sent at 12:00: No token. {}: give the command again in ten minutes.",
        ),
        (QuotaSpentError("Spent"), "Abort refused at 12:00: Spent."),
    ],
)
def test_a_refused_command_promises_no_repetition(error: ZcbulkError, told: str) -> None:
    command = Command(Action.ABORT, NOW, Outcome.REFUSED, error=error)
    said = words.command(command, NOW).replace(AT, "12:00")
    assert said == told.format("It is not sent again by itself")


@pytest.mark.parametrize(
    ("readings", "due", "text"),
    [
        ((), None, "not read yet"),
        ((reading(0, 0),), None, "no more polls"),
        ((reading(0, 0),), 0, "next poll now"),
        ((reading(0, 0),), 16, "next poll 30s"),
    ],
)
def test_the_next_poll(readings: tuple[JobReading, ...], due: float | None, text: str) -> None:
    at = None if due is None else NOW + timedelta(seconds=due)
    job = JobSnapshot(watched(), readings, next_poll_at=at)
    for day in (None, spent()):
        assert words.next_poll(job, day, NOW) == text


@pytest.mark.parametrize("day", [USED_UP, SPENT_BY_ZOHO], ids=["used up", "code 4000"])
@pytest.mark.parametrize(("due", "text"), [(15, "next poll 00:00 CET"), (None, "no more polls")])
def test_the_next_poll_waits_for_the_next_day_when_todays_calls_are_gone(
    day: Spent, due: float | None, text: str
) -> None:
    at = None if due is None else NOW + timedelta(seconds=due)
    assert words.next_poll(JobSnapshot(watched(), (reading(0, 0),), None, at), day, NOW) == text


def test_the_day_ends_where_zoho_counts_it() -> None:
    assert words.reset(spent()) == "00:00 CET"


def test_what_is_left_of_the_day() -> None:
    assert words.calls_left(spent()) == "880 calls left today (20 reserved)."
    assert words.calls_left(SPENT_BY_ZOHO) == "0 calls left today (0 reserved)."


@pytest.mark.parametrize(
    ("within", "text"),
    [
        (12.4, "eager: an end is seen within about 12s, 300 calls for these jobs, 580 left until"),
        (None, "eager: 300 calls for these jobs, 580 left until 00:00 CET"),
    ],
)
def test_what_a_pace_would_bring(within: float | None, text: str) -> None:
    assert words.effect(Effect(Pace.EAGER, 300, within), spent()).startswith(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "1s"), (1.4, "1s"), (19.4, "19s"), (20, "20s"), (94, "1m30s"), (1234, "20m30s")],
)
def test_about_says_no_more_than_is_known(seconds: float, text: str) -> None:
    assert words.about(seconds) == text


def test_every_reason_and_every_cause_has_words_of_its_own() -> None:
    for said, all_of in ((REASON, Reason), (CAUSE, Cause)):
        assert set(said) == set(all_of)
        assert len(set(said.values())) == len(said)


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (JobState.READY, "Waiting: start within <3h00m (Zoho: ready)"),
        (JobState.IN_PROGRESS, "Running (Zoho: in_progress)"),
        (
            JobState.SYSTEM_ABORTED,
            "Aborted by Zoho: more than 5 % of its batches failed (Zoho: system_aborted)",
        ),
        (JobState.UNKNOWN, "Unknown state (Zoho: unknown): not documented"),
    ],
)
def test_a_state_is_told_as_a_person_would(state: JobState, text: str) -> None:
    assert words.sentence(in_state(state), NOW).text == text


@pytest.mark.parametrize(
    ("failed", "part", "look"),
    [
        (10, "Running (Zoho: in_progress)", Look.TEXT),
        (2_000, "May be aborted if failures go on like this: ", Look.WARNING),
        (2_001, "May be aborted at any moment: ", Look.ERROR),
    ],
)
def test_a_running_job_in_danger_says_so(failed: int, part: str, look: Look) -> None:
    """Of 200 batches 10 may fail."""
    last = replace(reading(0, 0), counts=Counts(40_000, 30_000, failed))
    said = words.sentence(JobSnapshot(watched(), (last,)), NOW)
    assert said.look is look
    assert said.text.startswith(part)
