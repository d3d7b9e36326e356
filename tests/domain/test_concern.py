"""The one thing about a job that may need its operator: each by example, and which comes first."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.strategies import snapshots
from tests.support.jobs import NOW, reading, watched
from tests.support.properties import histories_of_one_job
from zcbulk_tui.domain.concern import STUCK, Concern, assess, unmoved
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.deadlines import START_WITHIN
from zcbulk_tui.domain.job import Action, Counts, JobReading, JobState
from zcbulk_tui.domain.risk import Level, risk
from zcbulk_tui.domain.snapshot import Fault, JobSnapshot
from zcbulk_tui.errors import UnclearError, UnreachableError

FAULT = Fault(UnreachableError("No network"), NOW)
LOST = Command(Action.ABORT, NOW, error=UnclearError("The connection was lost"))


def read(
    seconds: float, success: int, failed: int = 0, state: JobState = JobState.IN_PROGRESS
) -> JobReading:
    """A reading of a job of 20,000 records, of whose 100 batches 5 may fail."""
    counts = Counts(20_000, success, failed)
    return JobReading(state, "", counts, NOW + timedelta(seconds=seconds))


def job(
    *readings: JobReading, fault: Fault | None = None, command: Command | None = None
) -> JobSnapshot:
    return JobSnapshot(watched(), readings, fault, command=command)


OVER = (read(0, 5_000, 1_001),)
ENDANGERED = (read(0, 5_000, 900),)
STUCK_JOB = (read(-STUCK, 4_000), read(0, 4_000))
SLOW = (read(-700, 1_000), read(-100, 10_000), read(0, 10_100))
SOME_FAILED = (read(0, 15_000, 3),)


EXAMPLES = [
    pytest.param(job(), Concern.NONE, id="never read"),
    pytest.param(job(fault=FAULT), Concern.NO_ANSWER, id="never read, and no answer"),
    pytest.param(job(read(0, 1_000)), Concern.NONE, id="runs"),
    pytest.param(job(*OVER), Concern.OVER_LIMIT, id="over the limit"),
    pytest.param(job(*OVER, fault=FAULT, command=LOST), Concern.OVER_LIMIT, id="the worst"),
    pytest.param(job(*ENDANGERED), Concern.MAY_BE_ABORTED, id="may be aborted"),
    pytest.param(job(read(0, 1), command=LOST, fault=FAULT), Concern.UNCLEAR, id="unclear"),
    pytest.param(
        job(read(0, 1), command=LOST._replace(outcome=Outcome.NO_EFFECT)),
        Concern.NONE,
        id="what became of it is known",
    ),
    pytest.param(job(*STUCK_JOB, fault=FAULT), Concern.NO_ANSWER, id="no answer"),
    pytest.param(job(*STUCK_JOB), Concern.STUCK, id="stuck"),
    pytest.param(job(read(1 - STUCK, 4_000), read(0, 4_000)), Concern.NONE, id="not stuck yet"),
    pytest.param(
        job(read(-STUCK, 1, 0, JobState.USER_ABORTED), read(0, 1, 0, JobState.USER_ABORTED)),
        Concern.NONE,
        id="what is over is not stuck",
    ),
    pytest.param(job(read(0, 0, 0, JobState.CREATED)), Concern.START, id="created"),
    pytest.param(job(read(0, 0, 0, JobState.READY)), Concern.START, id="ready"),
    pytest.param(job(*SLOW), Concern.SLOW, id="slow"),
    pytest.param(job(*SLOW[:2], read(0, 10_600)), Concern.NONE, id="slower, but a third as fast"),
    pytest.param(job(*SLOW[:2], read(-50, 10_050)), Concern.NONE, id="slow, but for a moment only"),
    pytest.param(
        job(read(0, 9, 5, JobState.SYSTEM_ABORTED)), Concern.ENDED_BADLY, id="aborted by Zoho"
    ),
    pytest.param(job(read(0, 9, 5, JobState.FAILED)), Concern.ENDED_BADLY, id="failed"),
    pytest.param(job(read(0, 0, 0, JobState.EXPIRED)), Concern.ENDED_BADLY, id="expired"),
    pytest.param(job(*SOME_FAILED), Concern.FAILURES, id="some failed"),
    pytest.param(
        job(read(0, 9, 5, JobState.COMPLETED), command=LOST, fault=FAULT),
        Concern.FAILURES,
        id="what is over has no other concerns",
    ),
    pytest.param(job(read(0, 9, 0, JobState.COMPLETED)), Concern.NONE, id="all went in"),
]


@pytest.mark.parametrize(("snapshot", "concern"), EXAMPLES)
def test_examples(snapshot: JobSnapshot, concern: Concern) -> None:
    assert assess(snapshot).concern is concern


def test_each_concern_has_an_example() -> None:
    assert {example.values[1] for example in EXAMPLES} == set(Concern)


@pytest.mark.parametrize(
    ("worse", "better"),
    [
        (job(read(0, 0, 3_000)), job(read(0, 0, 2_500))),
        (job(read(0, 5_000, 900)), job(read(0, 15_000, 900))),
        (job(read(-2 * STUCK, 1), read(0, 1)), job(*STUCK_JOB)),
        (job(read(0, 50, 50, JobState.COMPLETED)), job(read(0, 0, 20, JobState.USER_ABORTED))),
    ],
    ids=["over the limit", "may be aborted", "stuck", "failures"],
)
def test_the_graver_weighs_more(worse: JobSnapshot, better: JobSnapshot) -> None:
    one, other = assess(worse), assess(better)
    assert one.concern is other.concern
    assert one.weight > other.weight


def test_the_job_that_expires_first_weighs_more() -> None:
    later = JobSnapshot(watched(), (read(0, 0, 0, JobState.READY),))
    created = NOW - timedelta(hours=1)
    sooner = replace(later, job=later.job._replace(created_at=created))
    assert assess(sooner).weight > assess(later).weight
    assert assess(sooner).weight == -(created + START_WITHIN).timestamp()


@given(snapshots() | snapshots(histories_of_one_job()))
def test_a_concern_is_that_of_the_snapshot_alone(snapshot: JobSnapshot) -> None:
    assert assess(replace(snapshot)) == assess(snapshot)


@given(snapshots() | snapshots(histories_of_one_job()))
def test_a_concern_fits_the_state(snapshot: JobSnapshot) -> None:
    concern, weight = assess(snapshot)
    assert weight == weight, "it can be sorted by"
    runs = snapshot.state is JobState.IN_PROGRESS
    danger = risk(snapshot.readings) if runs else None
    level = danger.level if danger else Level.NONE
    assert (concern is Concern.OVER_LIMIT) is (level is Level.RED)
    assert (concern is Concern.MAY_BE_ABORTED) is (level is Level.AMBER)
    if concern in (Concern.STUCK, Concern.SLOW):
        assert runs
    if snapshot.is_final:
        assert concern in (Concern.ENDED_BADLY, Concern.FAILURES, Concern.NONE)
    if concern is Concern.START:
        assert snapshot.state in (JobState.CREATED, JobState.READY)
    if snapshot.is_failing:
        assert concern <= Concern.NO_ANSWER


@pytest.mark.parametrize(
    ("readings", "seconds"),
    [
        ((), 0),
        ((reading(0, 5),), 0),
        ((reading(0, 5), reading(90, 5)), 90),
        ((reading(0, 5), reading(30, 6), reading(90, 6)), 60),
        ((reading(0, 6), reading(30, 5), reading(90, 6)), 0),
        ((reading(0, 5, state=JobState.READY), reading(30, 5), reading(40, 5)), 10),
    ],
)
def test_how_long_counts_have_not_moved(readings: tuple[JobReading, ...], seconds: float) -> None:
    assert unmoved(job(*readings)) == seconds


@given(histories_of_one_job(), st.data())
def test_no_clock_that_runs_backwards_makes_time_negative(
    readings: list[JobReading], data: st.DataObject
) -> None:
    assert unmoved(job(*readings)) >= 0
    shown = data.draw(st.integers(0, len(readings)))
    assert unmoved(job(*readings[:shown])) >= 0
