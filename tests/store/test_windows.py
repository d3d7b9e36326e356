"""Of the windows that are open on a profile one polls, and whoever falls silent is replaced."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, timedelta

import pytest

from tests.store.clock import Clock
from tests.store.failing_database import Failing, full_at_last, unreadable, unwritable
from tests.store.telling import told
from tests.support.databases import memory_database
from tests.support.jobs import NOW
from tests.support.text import HOSTILE, is_one_safe_line
from zcbulk_tui.domain.budget import Pace, QuotaPlan
from zcbulk_tui.domain.snapshot import ServiceSnapshot
from zcbulk_tui.domain.windows import WindowStatus
from zcbulk_tui.errors import Answer, BusyError, QuotaSpentError, SignedOutError
from zcbulk_tui.monitor.quota_tracker import QuotaTracker
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.quota import CallLedger
from zcbulk_tui.store.windows import SILENT, SURE, NoWindow, Windows

QUIET = ServiceSnapshot()


@pytest.fixture
def database() -> Iterator[Database]:
    with closing(memory_database()) as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def window(database: Database, clock: Clock) -> Callable[..., Windows]:
    """Makes a window that is not known to the others yet."""

    def make(name: str, profile: str = "default") -> Windows:
        return Windows(database, profile, name, clock=clock)

    return make


Make = Callable[..., Windows]


def heartbeat(
    *windows: Windows, service: ServiceSnapshot = QUIET, focused: bool = False
) -> list[WindowStatus]:
    return [window.heartbeat(service, focused=focused) for window in windows]


def behind(poller: str) -> WindowStatus:
    """How one of two windows stands that does not poll."""
    return WindowStatus(polls=False, poller=poller, windows=2, service=QUIET)


def polling(*windows: Windows) -> list[bool]:
    return [window.status.polls for window in windows]


def open_rows(database: Database) -> int:
    return len(database.rows("SELECT id FROM windows"))


def test_before_it_tells_that_it_lives_a_window_is_none_and_does_not_poll(window: Make) -> None:
    one = window("pts/1")
    assert (one.number, one.status, one.is_sure) == (0, WindowStatus(polls=False), False)


def test_a_window_that_is_alone_polls(window: Make) -> None:
    one = window("pts/1")
    assert heartbeat(one) == [WindowStatus(polls=True)]
    assert one.status == WindowStatus(polls=True)
    assert one.is_sure
    assert one.number


def test_of_many_windows_the_first_one_polls_and_goes_on_doing_so(
    window: Make, clock: Clock
) -> None:
    windows = [window(f"pts/{number}") for number in range(5)]
    for _ in range(20):
        clock.now += 2
        # Whoever tells first: the lease stays where it is.
        heartbeat(*windows)
        windows.append(windows.pop(1))
        assert polling(*windows) == [True, False, False, False, False]
    assert len({one.number for one in windows}) == 5


def test_a_window_that_leaves_is_replaced_at_once_by_exactly_one(window: Make) -> None:
    one, two, three = (window(f"pts/{number}") for number in range(1, 4))
    heartbeat(one, two, three)
    one.leave()
    assert heartbeat(three, two) == [
        WindowStatus(polls=True, windows=2),
        behind("pts/3"),
    ]


def test_a_window_that_does_not_poll_leaves_and_nothing_else_changes(window: Make) -> None:
    one, two = window("pts/1"), window("pts/2")
    heartbeat(one, two)
    two.leave()
    assert heartbeat(one) == [WindowStatus(polls=True, windows=1)]


def test_a_window_that_was_never_known_leaves_without_a_trace(
    window: Make, database: Database
) -> None:
    one = window("pts/1")
    heartbeat(one)
    window("pts/2").leave()
    assert open_rows(database) == 1
    assert database.trouble is None


def test_a_window_that_falls_silent_is_replaced_by_exactly_one_after_a_while(
    window: Make, clock: Clock
) -> None:
    one, two, three = (window(f"pts/{number}") for number in range(1, 4))
    heartbeat(one, two, three)
    clock.now += SILENT - 0.01
    assert [status.polls for status in heartbeat(two, three)] == [False, False]
    clock.now += 0.01
    assert heartbeat(two, three) == [
        WindowStatus(polls=True, windows=2),
        behind("pts/2"),
    ]


def test_a_window_is_sure_for_less_long_than_the_others_wait_for_it(
    window: Make, clock: Clock
) -> None:
    one = window("pts/1")
    heartbeat(one)
    for passed in (0.0, SURE - 0.01):
        clock.now = 1000.0 + passed
        assert one.is_sure
    for passed in (SURE, SILENT, 1e6):
        clock.now = 1000.0 + passed
        assert not one.is_sure
    heartbeat(one)
    assert one.is_sure
    assert SURE < SILENT


def test_a_window_that_comes_back_does_not_poll_beside_the_one_that_took_its_place(
    window: Make, clock: Clock
) -> None:
    one, two = window("pts/1"), window("pts/2")
    heartbeat(one, two)
    number = one.number
    clock.now += 3600
    heartbeat(two)
    # It slept: as far as it knows it polls, but it is not sure of it.
    assert one.status.polls
    assert not one.is_sure
    assert heartbeat(one, two) == [
        behind("pts/2"),
        WindowStatus(polls=True, windows=2),
    ]
    assert one.number == number


def test_a_window_that_comes_back_before_anybody_missed_it_polls_on(
    window: Make, clock: Clock
) -> None:
    one, two = window("pts/1"), window("pts/2")
    heartbeat(one, two)
    clock.now += 3600
    # Nobody has looked meanwhile; the other one may have slept too.
    assert heartbeat(one) == [WindowStatus(polls=True, windows=1)]
    assert heartbeat(two) == [behind("pts/1")]


def test_who_is_gone_is_forgotten(window: Make, clock: Clock, database: Database) -> None:
    windows = [window(f"pts/{number}") for number in range(4)]
    heartbeat(*windows)
    clock.now += SILENT
    assert heartbeat(windows[3]) == [WindowStatus(polls=True)]
    assert open_rows(database) == 1


@pytest.mark.parametrize("before", [1000.0 + SILENT + 0.01, 1e6, 1e9])
def test_a_window_of_before_the_machine_was_started_anew_is_gone(
    window: Make, clock: Clock, before: float
) -> None:
    clock.now = before
    heartbeat(window("pts/1"))
    clock.now = 1000.0
    one, two = window("pts/2"), window("pts/3")
    assert heartbeat(one, two) == [
        WindowStatus(polls=True),
        behind("pts/2"),
    ]


def test_a_window_that_told_while_this_one_waited_for_its_turn_is_not_gone(
    window: Make, clock: Clock
) -> None:
    one, two = window("pts/1"), window("pts/2")
    heartbeat(two)
    clock.now -= 0.2
    assert heartbeat(one) == [behind("pts/2")]


def test_it_tells_whether_somebody_looks_at_another_window(window: Make, clock: Clock) -> None:
    one, two, three = (window(f"pts/{number}") for number in range(1, 4))
    heartbeat(one, two, three)
    one.heartbeat(QUIET, focused=True)
    assert [status.focused for status in heartbeat(two, three)] == [True, True]
    # Whether somebody looks at this one, it knows itself.
    assert not one.heartbeat(QUIET, focused=True).focused
    two.heartbeat(QUIET, focused=True)
    assert one.heartbeat(QUIET, focused=False).focused
    assert not two.heartbeat(QUIET, focused=True).focused
    clock.now += SILENT
    assert not three.heartbeat(QUIET, focused=False).focused


def test_profiles_do_not_know_of_each_other(window: Make, database: Database, clock: Clock) -> None:
    here, there = window("pts/1"), window("pts/2", "other")
    assert heartbeat(here, there) == [WindowStatus(polls=True)] * 2
    assert here.number != there.number
    assert NoWindow(database, "third", clock=clock).status.poller == ""
    clock.now += 2 * SILENT
    # Neither does one of them declare the windows of the other ones gone.
    heartbeat(here)
    assert open_rows(database) == 2
    here.leave()
    assert open_rows(database) == 1
    assert heartbeat(there) == [WindowStatus(polls=True)]


SERVICES = {
    "at first": QUIET,
    "paused": ServiceSnapshot(paused=True, answered=True, changed_at=NOW),
    "out of reach": ServiceSnapshot(answered=False, changed_at=NOW - timedelta(minutes=3)),
    **{
        type(error).__name__: ServiceSnapshot(
            answered=True,
            changed_at=NOW,
            held_until=NOW + timedelta(minutes=5, milliseconds=7),
            held_by=error,
        )
        for error in (
            BusyError("Too many calls", "Zoho said so.", "Wait.", answer=Answer(429, 4000, "no")),
            QuotaSpentError("The day is spent", answer=Answer(429, 4001)),
            SignedOutError("Nobody is signed in", next_step="Sign in."),
        )
    },
}


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_it_tells_how_the_calls_of_the_one_that_polls_go(
    window: Make, service: ServiceSnapshot
) -> None:
    one, two = window("pts/1"), window("pts/2")
    # A window tells this of itself only.
    assert heartbeat(one, service=service) == [WindowStatus(polls=True)]
    (status,) = heartbeat(two)
    shown = status.service
    assert shown is not None
    assert told(shown.held_by) == told(service.held_by)
    assert (shown.paused, shown.answered) == (service.paused, service.answered)
    assert (shown.changed_at, shown.held_until) == (service.changed_at, service.held_until)
    assert (shown.no_token is None) == (service.no_token is None)
    assert status.pace is None


def test_what_a_window_tells_that_does_not_poll_concerns_nobody(window: Make) -> None:
    one, two, three = (window(f"pts/{number}") for number in range(1, 4))
    heartbeat(one)
    heartbeat(two, service=SERVICES["paused"])
    for status in heartbeat(one, three):
        assert status.service in (None, QUIET)


@pytest.mark.parametrize("pace", Pace)
def test_it_tells_the_pace_of_the_one_that_polls(
    window: Make, database: Database, pace: Pace
) -> None:
    quota = QuotaTracker(CallLedger(database, "default"), QuotaPlan(250, 1.0, 10, UTC), pace=pace)
    one, two = window("pts/1"), window("pts/2")
    assert heartbeat(one, service=ServiceSnapshot(quota.snapshot()))[0].pace is None
    assert heartbeat(two)[0].pace is pace


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_name_is_one_safe_line(window: Make, database: Database, clock: Clock, text: str) -> None:
    heartbeat(window(f"pts {text} {'x' * 1000}"))
    (status,) = heartbeat(window("pts/2"))
    for name in (status.poller, NoWindow(database, "default", clock=clock).status.poller):
        assert name.startswith("pts ")
        assert is_one_safe_line(name)
        assert len(name) <= 40


@pytest.fixture(params=[unwritable, full_at_last, unreadable], ids=lambda way: way.__name__)
def failing(request: pytest.FixtureRequest) -> Failing:
    way: Failing = request.param
    return way


def test_while_the_database_fails_a_window_goes_on_as_it_stood(
    window: Make, database: Database, clock: Clock, failing: Failing
) -> None:
    one, two = window("pts/1"), window("pts/2")
    before = heartbeat(one, two)
    with failing(database):
        for _ in range(10):
            clock.now += 2
            assert heartbeat(one, two) == before
        assert not one.is_sure
    heartbeat(two, one)
    assert polling(one, two) == [False, True]


def test_a_window_that_could_not_write_down_that_it_polls_does_not(
    window: Make, database: Database, failing: Failing
) -> None:
    one, two = window("pts/1"), window("pts/2")
    heartbeat(one, two)
    one.leave()
    with failing(database):
        assert heartbeat(two) == [behind("pts/1")]
    three = window("pts/3")
    heartbeat(three)
    assert polling(two, three) == [False, True]


def test_a_window_that_could_not_be_written_down_has_no_number_that_another_may_get(
    window: Make, database: Database, failing: Failing
) -> None:
    one, two = window("pts/1"), window("pts/2")
    with failing(database):
        assert heartbeat(one) == [WindowStatus(polls=False)]
        assert (one.number, one.is_sure) == (0, False)
        one.leave()
    heartbeat(two, one)
    assert one.number != two.number
    assert polling(one, two) == [False, True]


def test_a_window_that_leaves_while_the_database_fails_is_gone_when_it_no_longer_does(
    window: Make, database: Database
) -> None:
    one, two = window("pts/1"), window("pts/2")
    heartbeat(one, two)
    with unwritable(database):
        one.leave()
        assert open_rows(database) == 2
    database.flush()
    assert heartbeat(two) == [WindowStatus(polls=True)]


def test_a_command_polls_for_itself_and_sees_who_does_for_the_others(
    window: Make, database: Database, clock: Clock
) -> None:
    def command() -> NoWindow:
        return NoWindow(database, "default", clock=clock)

    assert command().status == WindowStatus(polls=True)
    heartbeat(window("pts/1"), window("pts/2"))
    seen = command()
    assert (seen.status.polls, seen.status.poller) == (True, "pts/1")
    assert (seen.number, seen.is_sure) == (0, True)
    assert seen.heartbeat(SERVICES["paused"], focused=True) == seen.status
    seen.leave()
    assert open_rows(database) == 2
    clock.now += SILENT + 0.01
    assert command().status.poller == ""
    clock.now = 0.0
    assert command().status.poller == ""
    with unreadable(database):
        assert command().status == WindowStatus(polls=True)


def test_a_heartbeat_writes_what_could_not_be_written_before(
    window: Make, database: Database
) -> None:
    made = window("pts/1")
    heartbeat(made)
    with unwritable(database):
        database.write_later("INSERT INTO minute (profile, at) VALUES ('x', 1)")
        heartbeat(made)
        assert database.pending_writes == 1
    heartbeat(made)
    assert database.pending_writes == 0
    assert database.rows("SELECT at FROM minute WHERE profile = 'x'") == [(1,)]
