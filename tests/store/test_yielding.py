"""A window that yields, as a command that waits, polls only while no other kind is alive."""

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from tests.store.clock import Clock
from tests.support.contexts import PROFILE, make_context
from tests.support.databases import memory_database
from tests.support.jobs import watched
from zcbulk_tui.domain.snapshot import ServiceSnapshot
from zcbulk_tui.domain.windows import WindowStatus
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.watch_list import WatchList
from zcbulk_tui.store.windows import SILENT, NoWindow, Windows

QUIET = ServiceSnapshot()

Make = Callable[[str], Windows]


@pytest.fixture
def database() -> Iterator[Database]:
    with closing(memory_database()) as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def window(database: Database, clock: Clock) -> Make:
    """Makes a window; one whose name begins with “wait” yields."""

    def make(name: str) -> Windows:
        return Windows(database, PROFILE, name, yields=name.startswith("wait"), clock=clock)

    return make


def beat(*windows: Windows) -> list[bool]:
    """Each sends its heartbeat, in this order; returns which poll then."""
    for one in windows:
        one.heartbeat(QUIET, focused=False)
    return [one.status.polls for one in windows]


def test_alone_it_polls_and_of_two_one_does(window: Make) -> None:
    one, two = window("wait 1"), window("wait 2")
    assert beat(one) == [True]
    assert beat(one, two, one) == [True, False, True]
    assert two.status.poller == "wait 1"
    assert two.status.poller_yields
    one.leave()
    assert beat(two) == [True]


def test_beside_a_dashboard_it_never_polls(window: Make, clock: Clock) -> None:
    dashboard, wait = window("pts/1"), window("wait 1")
    assert beat(dashboard, wait) == [True, False]
    assert wait.status.poller == "pts/1"
    for _ in range(5):
        clock.now += 2
        assert beat(wait, dashboard) == [False, True]
    assert (dashboard.status.windows, dashboard.status.yielding) == (2, 1)


def test_it_gives_the_lease_up_with_its_heartbeat_and_the_dashboard_takes_it(
    window: Make,
) -> None:
    wait, dashboard = window("wait 1"), window("pts/1")
    assert beat(wait, dashboard) == [True, False]
    # Until it has said so, it is the one that polls, and sure of it.
    assert (dashboard.status.poller, dashboard.status.poller_yields) == ("wait 1", True)
    assert wait.is_sure
    assert beat(wait) == [False]
    assert beat(dashboard) == [True]
    assert beat(wait) == [False]
    assert wait.status == WindowStatus(polls=False, poller="pts/1", windows=2, service=QUIET)


def test_another_that_yields_does_not_take_what_was_given_up(window: Make) -> None:
    one, two, dashboard = window("wait 1"), window("wait 2"), window("pts/1")
    beat(one, two, dashboard)
    assert beat(one, two) == [False, False]
    assert beat(dashboard, two) == [True, False]


@pytest.mark.parametrize("leaves", [True, False], ids=["leaves", "falls silent"])
def test_it_takes_over_from_a_dashboard_that_is_gone(
    window: Make, clock: Clock, leaves: bool
) -> None:
    dashboard, wait = window("pts/1"), window("wait 1")
    beat(dashboard, wait)
    if leaves:
        dashboard.leave()
    else:
        clock.now += SILENT
    assert beat(wait) == [True]
    assert wait.status.windows == 1


def test_a_command_sees_whether_the_list_is_polled(
    window: Make, database: Database, clock: Clock
) -> None:
    def seen() -> tuple[str, bool]:
        status = NoWindow(database, PROFILE, clock=clock).status
        return status.poller, status.poller_yields

    wait, dashboard = window("wait 1"), window("pts/1")
    beat(wait)
    assert seen() == ("wait 1", True)
    # The dashboard is about to take its place.
    beat(dashboard)
    assert seen() == ("pts/1", False)


def test_it_has_polled_what_windows_want_and_not_the_list(database: Database) -> None:
    listed, one, two = (watched(number) for number in "123")
    WatchList(database, PROFILE).add_all([listed])
    waits = [
        make_context(database, name=f"wait {job.ref.job_id}", shows_list=False, yields=True)
        for job in (one, two)
    ]
    for context, job in zip(waits, (one, two), strict=True):
        context.memory.add(job)
    memory = waits[0].memory
    assert memory.polled() == {one.ref: True, two.ref: False}
    assert [it.snapshot.ref for it in memory.recall()] == [one.ref, two.ref]
    dashboard = make_context(database, name="pts/1")
    assert list(dashboard.memory.polled()) == [listed.ref, one.ref, two.ref]
