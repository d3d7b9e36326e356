"""Which jobs are polled, for which windows, and what is known of them when a window opens."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from tests.store.clock import Clock
from tests.support.contexts import PROFILE, make_context
from tests.support.databases import memory_database
from tests.support.jobs import NOW, REF, reading, watched
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, JobRef, JobState
from zcbulk_tui.domain.progress import HISTORY
from zcbulk_tui.domain.records import ControlRecord, EventKind, JobEvent
from zcbulk_tui.domain.snapshot import Fault, JobSnapshot, ServiceSnapshot
from zcbulk_tui.domain.windows import Recalled
from zcbulk_tui.errors import BusyError, RefusedError, ZcbulkError
from zcbulk_tui.monitor.profile_context import ProfileContext
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.memory import Memory
from zcbulk_tui.store.recall import load_watch_list
from zcbulk_tui.store.windows import SILENT

JOB = watched()

Open = Callable[..., ProfileContext]


@pytest.fixture
def database() -> Iterator[Database]:
    with closing(memory_database()) as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def open_window(database: Database, clock: Clock) -> Open:
    """Opens a window; with the names of jobs, one that shows these and not the watch list."""

    def opened(*job_ids: str, profile: str = PROFILE) -> ProfileContext:
        context = make_context(database, profile=profile, shows_list=not job_ids, clock=clock)
        for job_id in job_ids:
            context.memory.add(watched(job_id))
        return context

    return opened


@pytest.fixture
def memory(open_window: Open) -> Memory:
    """That of a window which shows the watch list."""
    return open_window().memory


def polled(context: ProfileContext) -> dict[str, bool]:
    """The jobs that are polled, in their order, and whether this window shows them."""
    return {ref.job_id: shown for ref, shown in context.memory.polled().items()}


def heartbeat(context: ProfileContext) -> None:
    context.windows.heartbeat(ServiceSnapshot(), focused=False)


def ref(job_id: str) -> JobRef:
    return watched(job_id).ref


def test_a_window_on_the_list_polls_for_all_and_shows_the_list(open_window: Open) -> None:
    context = open_window()
    assert polled(context) == {}
    for job_id in ("2", "1"):
        context.memory.add(watched(job_id))
    wanting = open_window("9", "1", "8")
    assert list(polled(context).items()) == [("2", True), ("1", True), ("9", False), ("8", False)]
    assert list(polled(wanting).items()) == [("2", False), ("1", True), ("9", True), ("8", True)]


def test_what_a_window_wants_is_not_put_on_the_list(open_window: Open, database: Database) -> None:
    wanting = open_window("1", "2")
    assert polled(wanting) == {"1": True, "2": True}
    assert load_watch_list(database, PROFILE) == []
    assert polled(open_window()) == {"1": False, "2": False}


def test_what_is_taken_from_the_list_is_polled_on_while_a_window_wants_it(
    open_window: Open,
) -> None:
    context = open_window()
    for job_id in ("1", "2"):
        context.memory.add(watched(job_id))
    wanting = open_window("1")
    for job_id in ("1", "2"):
        context.memory.remove(ref(job_id))
    assert polled(context) == {"1": False}
    assert polled(wanting) == {"1": True}
    context.memory.add(watched("1", "Back"))
    assert polled(context) == polled(wanting) == {"1": True}


def test_a_window_that_wants_a_job_no_more_leaves_the_list_and_other_wishes_alone(
    open_window: Open,
) -> None:
    context = open_window()
    context.memory.add(watched("1"))
    one, two = open_window("1", "2", "3"), open_window("2")
    for job_id in ("1", "2", "3"):
        one.memory.remove(ref(job_id))
    assert polled(one) == {"1": False, "2": False}
    assert polled(two) == {"1": False, "2": True}
    assert polled(context) == {"1": True, "2": False}


def test_what_a_window_wants_is_polled_until_the_last_that_wants_it_has_left(
    open_window: Open,
) -> None:
    context, one, two = open_window(), open_window("1", "2"), open_window("2")
    assert polled(context) == {"1": False, "2": False}
    one.windows.leave()
    assert polled(context) == {"2": False}
    two.windows.leave()
    assert polled(context) == {}


def test_what_a_window_wants_is_polled_no_more_when_it_has_fallen_silent(
    open_window: Open, clock: Clock
) -> None:
    context = open_window()
    open_window("1")
    staying = open_window("2")
    clock.now += SILENT
    heartbeat(staying)
    heartbeat(context)
    assert polled(context) == {"2": False}


def test_what_a_window_wants_is_polled_again_when_it_comes_back(
    open_window: Open, clock: Clock
) -> None:
    context, wanting = open_window(), open_window("1")
    # It was suspended, say, and another one told that it lives meanwhile.
    clock.now += SILENT
    heartbeat(context)
    assert polled(context) == {}
    heartbeat(wanting)
    assert polled(wanting) == {"1": True}
    assert polled(context) == {"1": False}


def test_profiles_are_apart(open_window: Open) -> None:
    here, there = open_window(), open_window(profile="other")
    here.memory.add(watched("1"))
    there.memory.add(watched("2"))
    open_window("3", profile="other")
    here.memory.read(ref("1"), reading(0, 5))
    assert polled(here) == {"1": True}
    assert polled(there) == {"2": True, "3": False}
    (recalled,) = here.memory.recall()
    assert recalled.snapshot == JobSnapshot(watched("1"), (reading(0, 5),))
    assert [recalled.snapshot.readings for recalled in there.memory.recall()] == [(), ()]


def test_a_new_job_is_recalled_with_nothing(memory: Memory) -> None:
    memory.add(JOB)
    assert memory.recall() == [Recalled(JobSnapshot(JOB), None, True)]


def test_all_are_recalled_in_the_order_of_the_list_or_those_asked_for(open_window: Open) -> None:
    context = open_window()
    for job_id in ("2", "1", "3"):
        context.memory.add(watched(job_id))
    wanting = open_window("9")

    def recalled(*job_ids: str) -> list[tuple[str, bool]]:
        found = wanting.memory.recall(list(map(ref, job_ids)) if job_ids else None)
        return [(each.snapshot.ref.job_id, each.is_shown) for each in found]

    assert recalled() == [("2", False), ("1", False), ("3", False), ("9", True)]
    assert recalled("9", "1") == [("1", False), ("9", True)]
    assert recalled("7") == []
    assert wanting.memory.recall([]) == []


@pytest.mark.parametrize(("written", "kept"), [(1, 1), (HISTORY, HISTORY), (30, HISTORY)])
@pytest.mark.parametrize("state", [JobState.READY, JobState.IN_PROGRESS, JobState.UNKNOWN])
def test_of_a_job_that_is_not_over_the_last_readings_are_recalled(
    memory: Memory, state: JobState, written: int, kept: int
) -> None:
    memory.add(JOB)
    memory.add(watched("2"))
    readings = [reading(at, at, state=state) for at in range(written)]
    for each in readings:
        memory.read(REF, each)
        memory.read(ref("2"), reading(500, 1))
    (recalled,) = memory.recall([REF])
    assert recalled.snapshot.readings == tuple(readings[-kept:])


@pytest.mark.parametrize("state", [state for state in JobState if state.is_final])
def test_of_a_job_that_is_over_only_the_last_reading_is_recalled(
    memory: Memory, state: JobState
) -> None:
    memory.add(JOB)
    memory.read(REF, reading(0, 5))
    last = reading(9, 10_000, state=state)
    memory.read(REF, last)
    failed(memory, 60, BusyError("Asked all the same"))
    (recalled,) = memory.recall()
    assert recalled.snapshot == JobSnapshot(JOB, (last,))


def failed(memory: Memory, at: float, error: ZcbulkError) -> None:
    event = JobEvent(
        NOW + timedelta(seconds=at), EventKind.FAULT, error.title, REF, JOB.label, error
    )
    memory.happened(event)


def fault_of(memory: Memory) -> Fault | None:
    (recalled,) = memory.recall([REF])
    return recalled.snapshot.fault


@pytest.mark.parametrize("is_read", [True, False], ids=["read before", "never read"])
def test_a_fault_after_the_last_reading_is_recalled(memory: Memory, is_read: bool) -> None:
    memory.add(JOB)
    if is_read:
        memory.read(REF, reading(0, 5))
    memory.happened(JobEvent(NOW + timedelta(seconds=5), EventKind.ALERT, "Something else", REF))
    failed(memory, 7.25, RefusedError("Zoho says no", "Because.", "Look there."))
    fault = fault_of(memory)
    assert fault is not None
    assert fault.since == NOW + timedelta(seconds=7.25)
    assert isinstance(fault.error, RefusedError)
    assert str(fault.error) == "Zoho says no. Because. Look there."


def test_a_fault_before_the_last_reading_is_over(memory: Memory) -> None:
    memory.add(JOB)
    memory.add(watched("2"))
    failed(memory, -5, BusyError("Too many calls"))
    memory.read(REF, reading(0, 5))
    assert fault_of(memory) is None
    # Nor is it one of this job that another one cannot be read.
    event = JobEvent(
        NOW + timedelta(seconds=5), EventKind.FAULT, "No", ref("2"), "", BusyError("No")
    )
    memory.happened(event)
    assert fault_of(memory) is None


def test_of_many_faults_in_a_row_the_last_is_recalled_since_the_first(memory: Memory) -> None:
    memory.add(JOB)
    failed(memory, -5, BusyError("Over since"))
    memory.read(REF, reading(0, 5))
    failed(memory, 10, BusyError("Too many calls"))
    failed(memory, 20, RefusedError("Zoho says no"))
    fault = fault_of(memory)
    assert fault is not None
    assert (fault.error.title, fault.since) == ("Zoho says no", NOW + timedelta(seconds=10))


def test_the_last_command_of_each_job_is_recalled(memory: Memory) -> None:
    jobs = [watched(job_id) for job_id in ("1", "2", "3")]
    for job in jobs:
        memory.add(job)

    def record(key: str, place: int, minutes: int, action: Action) -> ControlRecord:
        command = Command(action, NOW + timedelta(minutes=minutes), Outcome.ACCEPTED, "yes")
        return ControlRecord(key, jobs[place], PROFILE, "anna@jump1", command)

    abort = record("b", 0, 20, Action.ABORT)
    start = record("c", 1, 10, Action.START)
    for each in (abort, record("a", 0, 5, Action.START), start):
        memory.commanded(each)
    settled = start._replace(settled=reading(700, 5), request="PATCH")
    memory.commanded(settled)
    assert [recalled.record for recalled in memory.recall()] == [abort, settled, None]


def test_load_watch_list_there_is_the_list_with_the_last_reading_of_each_job(
    open_window: Open, database: Database
) -> None:
    context = open_window()
    for job_id in ("2", "1"):
        context.memory.add(watched(job_id))
    open_window("9")
    for at in (0, 5):
        context.memory.read(ref("2"), reading(at, at))
    assert load_watch_list(database, PROFILE) == [
        JobSnapshot(watched("2"), (reading(5, 5),)),
        JobSnapshot(watched("1")),
    ]
    assert load_watch_list(database, "other") == []
