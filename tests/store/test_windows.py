"""Of the windows that are open on a profile one polls, and whoever falls silent is replaced."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, timedelta

import pytest

from tests.store.clock import Clock
from tests.store.failing_database import Failing, full_at_last, unreadable, unwritable
from tests.store.telling import told
from tests.support.jobs import NOW
from tests.support.text import HOSTILE, is_one_safe_line
from zcbulk_tui.domain.budget import Allowance, Pace
from zcbulk_tui.domain.snapshot import ServiceSnapshot
from zcbulk_tui.domain.windows import Standing
from zcbulk_tui.errors import Answer, BusyError, QuotaSpentError, SignedOutError
from zcbulk_tui.monitor.spending import Spending
from zcbulk_tui.store.database import Database, in_memory
from zcbulk_tui.store.ledger import StoredCallBook
from zcbulk_tui.store.windows import SILENT, SURE, NoWindow, StoredWindows

QUIET = ServiceSnapshot()


@pytest.fixture
def database() -> Iterator[Database]:
    with closing(in_memory()) as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def window(database: Database, clock: Clock) -> Callable[..., StoredWindows]:
    """Makes a window that is not known to the others yet."""

    def make(name: str, profile: str = "default") -> StoredWindows:
        return StoredWindows(database, profile, name, clock=clock)

    return make


Make = Callable[..., StoredWindows]


def beat(
    *windows: StoredWindows, service: ServiceSnapshot = QUIET, focused: bool = False
) -> list[Standing]:
    return [window.beat(service, focused=focused) for window in windows]


def behind(poller: str) -> Standing:
    """How one of two windows stands that does not poll."""
    return Standing(polls=False, poller=poller, windows=2, service=QUIET)


def polling(*windows: StoredWindows) -> list[bool]:
    return [window.standing.polls for window in windows]


def open_rows(database: Database) -> int:
    return len(database.rows("SELECT id FROM windows"))


def test_before_it_tells_that_it_lives_a_window_is_none_and_does_not_poll(window: Make) -> None:
    one = window("pts/1")
    assert (one.number, one.standing, one.is_sure) == (0, Standing(polls=False), False)


def test_a_window_that_is_alone_polls(window: Make) -> None:
    one = window("pts/1")
    assert beat(one) == [Standing(polls=True)]
    assert one.standing == Standing(polls=True)
    assert one.is_sure
    assert one.number


def test_of_many_windows_the_first_one_polls_and_goes_on_doing_so(
    window: Make, clock: Clock
) -> None:
    windows = [window(f"pts/{number}") for number in range(5)]
    for _ in range(20):
        clock.now += 2
        # Whoever tells first: the lease stays where it is.
        beat(*windows)
        windows.append(windows.pop(1))
        assert polling(*windows) == [True, False, False, False, False]
    assert len({one.number for one in windows}) == 5


def test_a_window_that_leaves_is_replaced_at_once_by_exactly_one(window: Make) -> None:
    one, two, three = (window(f"pts/{number}") for number in range(1, 4))
    beat(one, two, three)
    one.leave()
    assert beat(three, two) == [
        Standing(polls=True, windows=2),
        behind("pts/3"),
    ]


def test_a_window_that_does_not_poll_leaves_and_nothing_else_changes(window: Make) -> None:
    one, two = window("pts/1"), window("pts/2")
    beat(one, two)
    two.leave()
    assert beat(one) == [Standing(polls=True, windows=1)]


def test_a_window_that_was_never_known_leaves_without_a_trace(
    window: Make, database: Database
) -> None:
    one = window("pts/1")
    beat(one)
    window("pts/2").leave()
    assert open_rows(database) == 1
    assert database.trouble is None


def test_a_window_that_falls_silent_is_replaced_by_exactly_one_after_a_while(
    window: Make, clock: Clock
) -> None:
    one, two, three = (window(f"pts/{number}") for number in range(1, 4))
    beat(one, two, three)
    clock.now += SILENT - 0.01
    assert [standing.polls for standing in beat(two, three)] == [False, False]
    clock.now += 0.01
    assert beat(two, three) == [
        Standing(polls=True, windows=2),
        behind("pts/2"),
    ]


def test_a_window_is_sure_for_less_long_than_the_others_wait_for_it(
    window: Make, clock: Clock
) -> None:
    one = window("pts/1")
    beat(one)
    for passed in (0.0, SURE - 0.01):
        clock.now = 1000.0 + passed
        assert one.is_sure
    for passed in (SURE, SILENT, 1e6):
        clock.now = 1000.0 + passed
        assert not one.is_sure
    beat(one)
    assert one.is_sure
    assert SURE < SILENT


def test_a_window_that_comes_back_does_not_poll_beside_the_one_that_took_its_place(
    window: Make, clock: Clock
) -> None:
    one, two = window("pts/1"), window("pts/2")
    beat(one, two)
    number = one.number
    clock.now += 3600
    beat(two)
    # It slept: as far as it knows it polls, but it is not sure of it.
    assert one.standing.polls
    assert not one.is_sure
    assert beat(one, two) == [
        behind("pts/2"),
        Standing(polls=True, windows=2),
    ]
    assert one.number == number


def test_a_window_that_comes_back_before_anybody_missed_it_polls_on(
    window: Make, clock: Clock
) -> None:
    one, two = window("pts/1"), window("pts/2")
    beat(one, two)
    clock.now += 3600
    # Nobody has looked meanwhile; the other one may have slept too.
    assert beat(one) == [Standing(polls=True, windows=1)]
    assert beat(two) == [behind("pts/1")]


def test_who_is_gone_is_forgotten(window: Make, clock: Clock, database: Database) -> None:
    windows = [window(f"pts/{number}") for number in range(4)]
    beat(*windows)
    clock.now += SILENT
    assert beat(windows[3]) == [Standing(polls=True)]
    assert open_rows(database) == 1


@pytest.mark.parametrize("before", [1000.0 + SILENT + 0.01, 1e6, 1e9])
def test_a_window_of_before_the_machine_was_started_anew_is_gone(
    window: Make, clock: Clock, before: float
) -> None:
    clock.now = before
    beat(window("pts/1"))
    clock.now = 1000.0
    one, two = window("pts/2"), window("pts/3")
    assert beat(one, two) == [
        Standing(polls=True),
        behind("pts/2"),
    ]


def test_a_window_that_told_while_this_one_waited_for_its_turn_is_not_gone(
    window: Make, clock: Clock
) -> None:
    one, two = window("pts/1"), window("pts/2")
    beat(two)
    clock.now -= 0.2
    assert beat(one) == [behind("pts/2")]


def test_it_tells_whether_somebody_looks_at_another_window(window: Make, clock: Clock) -> None:
    one, two, three = (window(f"pts/{number}") for number in range(1, 4))
    beat(one, two, three)
    one.beat(QUIET, focused=True)
    assert [standing.focused for standing in beat(two, three)] == [True, True]
    # Whether somebody looks at this one, it knows itself.
    assert not one.beat(QUIET, focused=True).focused
    two.beat(QUIET, focused=True)
    assert one.beat(QUIET, focused=False).focused
    assert not two.beat(QUIET, focused=True).focused
    clock.now += SILENT
    assert not three.beat(QUIET, focused=False).focused


def test_profiles_do_not_know_of_each_other(window: Make, database: Database, clock: Clock) -> None:
    here, there = window("pts/1"), window("pts/2", "other")
    assert beat(here, there) == [Standing(polls=True)] * 2
    assert here.number != there.number
    assert NoWindow(database, "third", clock=clock).standing.poller == ""
    clock.now += 2 * SILENT
    # Neither does one of them declare the windows of the other ones gone.
    beat(here)
    assert open_rows(database) == 2
    here.leave()
    assert open_rows(database) == 1
    assert beat(there) == [Standing(polls=True)]


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
    assert beat(one, service=service) == [Standing(polls=True)]
    (standing,) = beat(two)
    shown = standing.service
    assert shown is not None
    assert told(shown.held_by) == told(service.held_by)
    assert (shown.paused, shown.answered) == (service.paused, service.answered)
    assert (shown.changed_at, shown.held_until) == (service.changed_at, service.held_until)
    assert (shown.no_token is None) == (service.no_token is None)
    assert standing.pace is None


def test_what_a_window_tells_that_does_not_poll_concerns_nobody(window: Make) -> None:
    one, two, three = (window(f"pts/{number}") for number in range(1, 4))
    beat(one)
    beat(two, service=SERVICES["paused"])
    for standing in beat(one, three):
        assert standing.service in (None, QUIET)


@pytest.mark.parametrize("pace", Pace)
def test_it_tells_the_pace_of_the_one_that_polls(
    window: Make, database: Database, pace: Pace
) -> None:
    spending = Spending(
        StoredCallBook(database, "default"), Allowance(250, 1.0, 10, UTC), pace=pace
    )
    one, two = window("pts/1"), window("pts/2")
    assert beat(one, service=ServiceSnapshot(spending.snapshot()))[0].pace is None
    assert beat(two)[0].pace is pace


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_name_is_one_safe_line(window: Make, database: Database, clock: Clock, text: str) -> None:
    beat(window(f"pts {text} {'x' * 1000}"))
    (standing,) = beat(window("pts/2"))
    for name in (standing.poller, NoWindow(database, "default", clock=clock).standing.poller):
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
    before = beat(one, two)
    with failing(database):
        for _ in range(10):
            clock.now += 2
            assert beat(one, two) == before
        assert not one.is_sure
    beat(two, one)
    assert polling(one, two) == [False, True]


def test_a_window_that_could_not_write_down_that_it_polls_does_not(
    window: Make, database: Database, failing: Failing
) -> None:
    one, two = window("pts/1"), window("pts/2")
    beat(one, two)
    one.leave()
    with failing(database):
        assert beat(two) == [behind("pts/1")]
    three = window("pts/3")
    beat(three)
    assert polling(two, three) == [False, True]


def test_a_window_that_could_not_be_written_down_has_no_number_that_another_may_get(
    window: Make, database: Database, failing: Failing
) -> None:
    one, two = window("pts/1"), window("pts/2")
    with failing(database):
        assert beat(one) == [Standing(polls=False)]
        assert (one.number, one.is_sure) == (0, False)
        one.leave()
    beat(two, one)
    assert one.number != two.number
    assert polling(one, two) == [False, True]


def test_a_window_that_leaves_while_the_database_fails_is_gone_when_it_no_longer_does(
    window: Make, database: Database
) -> None:
    one, two = window("pts/1"), window("pts/2")
    beat(one, two)
    with unwritable(database):
        one.leave()
        assert open_rows(database) == 2
    database.pay()
    assert beat(two) == [Standing(polls=True)]


def test_a_command_polls_for_itself_and_sees_who_does_for_the_others(
    window: Make, database: Database, clock: Clock
) -> None:
    def command() -> NoWindow:
        return NoWindow(database, "default", clock=clock)

    assert command().standing == Standing(polls=True)
    beat(window("pts/1"), window("pts/2"))
    seen = command()
    assert (seen.standing.polls, seen.standing.poller) == (True, "pts/1")
    assert (seen.number, seen.is_sure) == (0, True)
    assert seen.beat(SERVICES["paused"], focused=True) == seen.standing
    seen.leave()
    assert open_rows(database) == 2
    clock.now += SILENT + 0.01
    assert command().standing.poller == ""
    clock.now = 0.0
    assert command().standing.poller == ""
    with unreadable(database):
        assert command().standing == Standing(polls=True)
