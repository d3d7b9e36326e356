"""Which deadline counts in which state, how it is bounded, and when it warns."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.jobs import NOW, reading, watched
from tests.support.properties import histories_of_one_job
from zcbulk_tui.domain.deadlines import (
    KEPT,
    START_WITHIN,
    Deadline,
    Kind,
    Urgency,
    deadlines,
    upcoming,
)
from zcbulk_tui.domain.job import Counts, JobReading, JobState
from zcbulk_tui.domain.progress import remember
from zcbulk_tui.domain.snapshot import JobSnapshot

S = JobState
HOUR = timedelta(hours=1)

OVER = [S.COMPLETED, S.USER_ABORTED, S.SYSTEM_ABORTED, S.ABORTED, S.FAILED]


def job(
    *readings: JobReading, created_at: datetime | None = None, started_at: datetime | None = None
) -> JobSnapshot:
    """A job that is watched since `NOW`."""
    return JobSnapshot(watched()._replace(created_at=created_at, started_at=started_at), readings)


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        (S.CREATED, Kind.START),
        (S.READY, Kind.START),
        (S.IN_PROGRESS, Kind.INPUT),
        *((state, Kind.RESULT) for state in OVER),
        (S.EXPIRED, None),
        (S.UNKNOWN, None),
    ],
)
def test_each_state_has_its_deadline(state: JobState, kind: Kind | None) -> None:
    found = deadlines(job(reading(0, 5, state=state)))
    assert [one.kind for one in found] == ([kind] if kind else [])
    assert upcoming(job(reading(0, 5, state=state))) == (found[0] if found else None)


def test_what_was_never_read_has_no_deadline() -> None:
    assert deadlines(job(created_at=NOW)) == ()


def test_a_job_without_records_has_no_result() -> None:
    assert deadlines(job(reading(0, 0, 0, state=S.COMPLETED))) == ()
    assert deadlines(job(reading(0, None, None, state=S.COMPLETED))) != ()


def test_a_start_is_due_three_hours_after_the_creation_or_the_first_sight() -> None:
    waits = reading(100, 0, state=S.READY)
    created = NOW - HOUR
    exact = Deadline(created + START_WITHIN, exact=True, kind=Kind.START)
    bound = Deadline(NOW + START_WITHIN, exact=False, kind=Kind.START)
    assert upcoming(job(waits, created_at=created)) == exact
    assert upcoming(job(waits)) == bound


def test_a_result_is_kept_from_the_first_reading_that_showed_the_end_at_the_latest() -> None:
    ended = [reading(at, 9, state=S.COMPLETED) for at in (50, 70, 90)]
    known: tuple[JobReading, ...] = ()
    for one in (reading(0, 3), *ended):
        known = remember(known, one)
    end = NOW + timedelta(seconds=50)
    assert upcoming(job(*known)) == Deadline(
        end + KEPT, exact=False, kind=Kind.RESULT, earliest=NOW + KEPT
    )


def test_an_end_that_was_not_seen_has_no_lower_bound() -> None:
    unknown = replace(reading(0, 1), state=S.UNKNOWN)
    for known in ([reading(50, 9, state=S.COMPLETED)], [unknown, reading(50, 9, state=S.FAILED)]):
        assert [one.earliest for one in deadlines(job(*known))] == [None]


def test_an_upload_that_was_sent_from_here_bounds_the_deadline_of_its_file() -> None:
    runs = job(reading(60, 3))
    (one,) = deadlines(runs, NOW)
    assert (one.earliest, one.at) == (NOW + KEPT, NOW + timedelta(seconds=60) + KEPT)
    # A clock was set back: what contradicts itself bounds nothing.
    assert deadlines(runs, NOW + HOUR)[0].earliest is None


@pytest.mark.parametrize(
    ("readings", "known", "uploaded"),
    [
        ([reading(60, 3)], {}, NOW + timedelta(seconds=60)),
        ([reading(0, 0, state=S.READY), reading(60, 3)], {}, NOW + timedelta(seconds=60)),
        ([reading(60, 3)], {"started_at": NOW}, NOW),
        ([reading(60, 3)], {"started_at": NOW + HOUR}, NOW + timedelta(seconds=60)),
        # The readings of before are gone.
        ([reading(86_400, 3)], {}, NOW + 3 * HOUR),
        ([reading(86_400, 3)], {"created_at": NOW - 2 * HOUR}, NOW + HOUR),
    ],
    ids=["seen running", "ready may mean empty", "started", "started later", "adopted", "created"],
)
def test_the_upload_was_before_the_start(
    readings: list[JobReading], known: dict[str, datetime], uploaded: datetime
) -> None:
    assert upcoming(job(*readings, **known)) == Deadline(
        uploaded + KEPT, exact=False, kind=Kind.INPUT
    )


@pytest.mark.parametrize(
    ("kind", "left", "urgency"),
    [
        (Kind.START, HOUR, Urgency.CALM),
        (Kind.START, HOUR - timedelta(seconds=1), Urgency.SOON),
        (Kind.START, HOUR / 4, Urgency.SOON),
        (Kind.START, timedelta(minutes=14), Urgency.NOW),
        (Kind.START, timedelta(0), Urgency.PAST),
        (Kind.RESULT, 24 * HOUR, Urgency.CALM),
        (Kind.RESULT, 23 * HOUR, Urgency.SOON),
        (Kind.INPUT, 3 * HOUR, Urgency.SOON),
        (Kind.INPUT, 2 * HOUR, Urgency.NOW),
        (Kind.INPUT, -HOUR, Urgency.PAST),
    ],
)
def test_warning_steps(kind: Kind, left: timedelta, urgency: Urgency) -> None:
    assert Deadline(NOW + left, exact=True, kind=kind).urgency(NOW) is urgency


@given(st.sampled_from(Kind), st.integers(-300_000, 300_000), st.integers(0, 100_000))
def test_a_deadline_only_grows_more_urgent(kind: Kind, left: int, later: int) -> None:
    deadline = Deadline(NOW + timedelta(seconds=left), exact=True, kind=kind)
    assert deadline.urgency(NOW) <= deadline.urgency(NOW + timedelta(seconds=later))


@given(
    start=st.integers(1, 180 * 60),
    runs=st.integers(0, 2 * 86_400),
    pauses=st.lists(st.integers(1, 3_000), min_size=1, max_size=30),
    ready_is_seen=st.booleans(),
)
def test_what_is_not_exact_is_never_too_early(
    start: int, runs: int, pauses: list[int], *, ready_is_seen: bool
) -> None:
    """A job of which only readings are known; its file is uploaded just before the start."""
    known: tuple[JobReading, ...] = ()
    at = 0
    for pause in pauses:
        at += pause
        state = S.READY if at < start else S.IN_PROGRESS if at < start + runs else S.COMPLETED
        if state is not S.READY or ready_is_seen:
            known = remember(known, replace(reading(at, at, 10**9), state=state))
    truth = {Kind.START: START_WITHIN, Kind.INPUT: timedelta(seconds=start) + KEPT}
    truth[Kind.RESULT] = timedelta(seconds=start + runs) + KEPT
    for one in deadlines(job(*known)):
        assert one.at - NOW >= truth[one.kind]
        assert one.earliest is None or one.earliest - NOW <= truth[one.kind]


@given(histories_of_one_job())
def test_any_history_has_one_deadline_at_most(readings: list[JobReading]) -> None:
    found = deadlines(job(*readings))
    assert found[:1] == ((upcoming(job(*readings)),) if found else ())
    assert len(found) <= 1


def test_counts_that_were_not_told_do_not_matter() -> None:
    ended = replace(reading(0, 1, state=S.FAILED), counts=Counts())
    assert upcoming(job(ended)) == Deadline(NOW + KEPT, exact=False, kind=Kind.RESULT)
