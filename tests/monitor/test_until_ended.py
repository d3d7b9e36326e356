"""Following jobs until they have ended: what is reported, once, and when it is over."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.jobs import NOW, watched
from zcbulk_tui.domain.job import Counts, JobReading, JobState
from zcbulk_tui.domain.snapshot import Fault, JobSnapshot, ServiceSnapshot
from zcbulk_tui.errors import BusyError, JobUnknownError, SignedOutError, UnreachableError
from zcbulk_tui.monitor.events import JobChanged, JobRemoved, ServiceChanged
from zcbulk_tui.monitor.until_ended import Change, UntilEnded

S = JobState
ONE, TWO = watched("1"), watched("2")


class Stage:
    """A wait, and what it has reported."""

    def __init__(self, *, any_ends: bool = False) -> None:
        self.changes: list[Change] = []
        self.wait = UntilEnded([ONE, TWO], self.changes.append, any_ends=any_ends)

    def read(
        self, number: int, state: JobState, done: int = 10, failed: int = 0, later: float = 0
    ) -> None:
        job = (ONE, TWO)[number - 1]
        at = NOW + timedelta(seconds=later)
        reading = JobReading(state, state.value, Counts(100, done, failed), at)
        self.wait.publish(JobChanged(JobSnapshot(job, (reading,))))

    def fail(self, number: int, error: UnreachableError | JobUnknownError) -> None:
        known = self.wait.snapshots[(ONE, TWO)[number - 1].ref]
        self.wait.publish(JobChanged(replace(known, fault=Fault(error, NOW))))

    def said(self) -> list[tuple[str, str, int | None]]:
        """Kind, job and exit code of each change since the last time."""
        found = [
            (it.kind.value, it.snapshot.ref.job_id if it.snapshot else "", it.exit_code)
            for it in self.changes
        ]
        self.changes.clear()
        return found


def test_each_change_once_and_the_code_with_the_last() -> None:
    stage = Stage()
    stage.read(1, S.IN_PROGRESS)
    stage.read(1, S.IN_PROGRESS, later=30)
    stage.read(1, S.IN_PROGRESS, done=20)
    stage.read(2, S.READY)
    assert stage.said() == [
        ("reading", "1", None),
        ("reading", "1", None),
        ("reading", "2", None),
    ]
    stage.read(2, S.COMPLETED, done=99, failed=1)
    stage.read(2, S.COMPLETED, done=99, failed=1)
    assert stage.said() == [("ended", "2", None)]
    assert [it.ref for it in stage.wait.open_jobs] == [ONE.ref]
    assert not stage.wait.over.is_set()
    stage.read(1, S.SYSTEM_ABORTED)
    assert stage.said() == [("ended", "1", 11)]
    assert (stage.wait.over.is_set(), stage.wait.exit_code) == (True, 11)
    stage.read(1, S.COMPLETED)
    assert stage.said() == []


def test_the_first_of_any_decides() -> None:
    stage = Stage(any_ends=True)
    stage.read(1, S.IN_PROGRESS)
    stage.read(2, S.COMPLETED, done=100)
    assert stage.said()[-1] == ("ended", "2", 0)
    assert stage.wait.over.is_set()


def test_a_fault_is_reported_once_and_so_is_the_reading_after_it() -> None:
    stage = Stage()
    stage.read(1, S.IN_PROGRESS)
    for _ in range(3):
        stage.fail(1, UnreachableError("down"))
    stage.read(1, S.IN_PROGRESS)
    assert [kind for kind, _, _ in stage.said()] == ["reading", "fault", "reading"]


def test_a_job_that_zoho_does_not_know_has_ended() -> None:
    stage = Stage()
    stage.fail(1, JobUnknownError("unknown"))
    stage.read(2, S.COMPLETED, done=100)
    assert stage.said() == [("ended", "1", None), ("ended", "2", 1)]


@pytest.mark.parametrize(("poller", "ends"), [("", True), ("pts/3", False)])
def test_without_a_sign_in_it_ends_unless_a_dashboard_may_get_one(poller: str, ends: bool) -> None:
    stage = Stage()
    service = ServiceSnapshot(held_by=SignedOutError("out"), held_until=NOW, poller=poller)
    for _ in range(2):
        stage.wait.publish(ServiceChanged(service))
    assert stage.said() == [("fault", "", 3 if ends else None)]
    assert stage.wait.over.is_set() == ends


@pytest.mark.parametrize(
    "service",
    [
        ServiceSnapshot(paused=True),
        ServiceSnapshot(held_by=BusyError("busy"), held_until=NOW),
        ServiceSnapshot(held_by=UnreachableError("no token"), held_until=NOW, answered=False),
    ],
)
def test_what_keeps_all_jobs_from_being_read_is_reported_once_each_time(
    service: ServiceSnapshot,
) -> None:
    stage = Stage()
    for shown in (service, service, ServiceSnapshot(answered=True), service):
        stage.wait.publish(ServiceChanged(shown))
    assert stage.said() == [("fault", "", None)] * 2
    assert not stage.wait.over.is_set()


def test_a_timeout_names_each_job_that_goes_on_and_what_has_ended_badly_counts() -> None:
    stage = Stage()
    stage.wait.time_out()
    assert stage.said() == [("timeout", "1", None), ("timeout", "2", 12)]
    worse = Stage()
    worse.read(1, S.FAILED)
    worse.wait.time_out()
    assert worse.said() == [("ended", "1", None), ("timeout", "2", 11)]
    assert stage.wait.is_late
    assert worse.wait.is_late


def test_an_interruption_ends_it_once() -> None:
    stage = Stage()
    stage.read(1, S.COMPLETED, done=100)
    stage.wait.interrupt(130)
    stage.wait.interrupt(143)
    stage.wait.time_out()
    assert stage.said() == [("ended", "1", None), ("interrupted", "2", 130)]
    assert (stage.wait.exit_code, stage.wait.is_late) == (130, False)


def test_what_is_not_waited_for_is_nothing() -> None:
    stage = Stage()
    other = watched("3")
    stage.wait.publish(JobChanged(JobSnapshot(other)))
    stage.wait.publish(JobRemoved(ONE.ref))
    assert stage.said() == []
    assert len(stage.wait.open_jobs) == 2
