"""Zoho's limit of calls a minute holds for all processes together."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.clock import Clock
from tests.store.failing_database import Failing, full_at_last, unreadable, unwritable
from tests.support.databases import memory_database
from zcbulk_tui.domain.call_limits import CALLS_PER_MINUTE, MINUTE
from zcbulk_tui.store.database import Database, open_database
from zcbulk_tui.store.rate_limiter import RateLimiter

FOR_ALL = CALLS_PER_MINUTE - 2
"""Calls of a minute that are not kept back for urgent ones."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


@pytest.fixture
def here(path: Path) -> Iterator[Database]:
    with closing(open_database(path)) as opened:
        opened.connection.execute("PRAGMA busy_timeout = 0")
        yield opened


@pytest.fixture
def there(path: Path) -> Iterator[Database]:
    with closing(open_database(path)) as opened:
        opened.connection.execute("PRAGMA busy_timeout = 0")
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def one(here: Database, clock: Clock) -> RateLimiter:
    return RateLimiter(here, "default", clock=clock)


@pytest.fixture
def other(there: Database, clock: Clock) -> RateLimiter:
    return RateLimiter(there, "default", clock=clock)


def taken(rate_limiter: RateLimiter, times: int, *, urgent: bool = False) -> int:
    """How many places of so many that are asked for are to be had."""
    return sum(rate_limiter.take(urgent=urgent) == 0 for _ in range(times))


def test_there_are_as_many_places_as_zoho_allows_for_both_together(
    one: RateLimiter, other: RateLimiter
) -> None:
    by_turns = [rate_limiter.take() == 0 for _ in range(FOR_ALL) for rate_limiter in (one, other)]
    assert by_turns == [True] * FOR_ALL + [False] * FOR_ALL


def test_it_tells_how_long_to_wait_for_a_place_whoever_took_it(
    one: RateLimiter, other: RateLimiter, clock: Clock
) -> None:
    assert taken(one, 1) == 1
    clock.now += 10
    assert taken(other, FOR_ALL) == FOR_ALL - 1
    clock.now += 5
    assert one.take() == other.take() == pytest.approx(MINUTE - 15)
    clock.now += MINUTE - 15
    # The first one was a minute ago, so there is one place, and the next one in ten seconds.
    assert other.take() == 0
    assert one.take() == pytest.approx(10)
    clock.now += 10
    assert taken(one, FOR_ALL) == FOR_ALL - 1


def test_urgent_calls_may_use_what_is_kept_back_and_no_more(
    one: RateLimiter, other: RateLimiter, clock: Clock
) -> None:
    assert taken(one, 100) == FOR_ALL
    assert taken(other, 100, urgent=True) == CALLS_PER_MINUTE - FOR_ALL
    assert one.take(urgent=True) == MINUTE
    clock.now += MINUTE
    assert taken(other, 100, urgent=True) == CALLS_PER_MINUTE


def test_a_place_that_is_refused_takes_none(one: RateLimiter, clock: Clock) -> None:
    taken(one, FOR_ALL)
    clock.now += MINUTE - 1
    taken(one, 100)
    clock.now += 1
    assert taken(one, 100) == FOR_ALL


def test_a_place_that_is_given_back_is_for_whoever_comes_first(
    one: RateLimiter, other: RateLimiter
) -> None:
    assert taken(one, 100) == FOR_ALL
    one.give_back()
    one.give_back()
    assert taken(other, 100) == 2


def test_it_is_the_place_taken_last_that_is_given_back(
    one: RateLimiter, other: RateLimiter, clock: Clock
) -> None:
    taken(other, FOR_ALL - 2)
    clock.now += 10
    taken(one, 1)
    clock.now += 10
    taken(one, 1)
    one.give_back()
    clock.now += MINUTE - 20
    # Those of the other one are over, and one of ours is not.
    assert taken(other, 100) == FOR_ALL - 1


def test_nobody_gives_back_what_another_has_taken(one: RateLimiter, other: RateLimiter) -> None:
    taken(one, FOR_ALL)
    other.give_back()
    assert other.take() > 0
    for _ in range(3 * FOR_ALL):
        one.give_back()
    assert taken(other, 100) == FOR_ALL


def test_profiles_have_minutes_of_their_own(here: Database, one: RateLimiter, clock: Clock) -> None:
    another = RateLimiter(here, "other", clock=clock)
    taken(one, 100)
    assert taken(another, 100) == FOR_ALL
    another.give_back()
    assert one.take() > 0


def test_calls_of_before_the_machine_was_started_anew_do_not_count(
    one: RateLimiter, there: Database, clock: Clock
) -> None:
    taken(one, 100)
    clock.now = 5.0
    anew = RateLimiter(there, "default", clock=clock)
    assert taken(anew, 100) == FOR_ALL


def test_calls_of_long_ago_leave_nothing_behind(
    one: RateLimiter, here: Database, clock: Clock
) -> None:
    for _ in range(20):
        taken(one, 3)
        clock.now += MINUTE / 2
    assert len(here.rows("SELECT * FROM minute")) <= 6


def test_calls_that_others_make_while_this_one_waits_for_its_turn_count(
    here: Database, one: RateLimiter, other: RateLimiter, clock: Clock
) -> None:
    taken(other, FOR_ALL - 2)

    def meanwhile(statement: str) -> None:
        if statement.startswith("BEGIN"):
            here.connection.set_trace_callback(None)
            clock.now += 0.1
            assert other.take() == 0

    here.connection.set_trace_callback(meanwhile)
    assert one.take() == 0
    assert (one.take() > 0, other.take() > 0) == (True, True)


@pytest.mark.parametrize("failing", [unwritable, full_at_last, unreadable])
def test_while_the_database_fails_each_keeps_the_limit_on_its_own(
    one: RateLimiter, other: RateLimiter, here: Database, clock: Clock, failing: Failing
) -> None:
    taken(one, 8)
    taken(other, 40)
    with failing(here):
        # What it has taken itself, it knows.
        assert taken(one, 100) == FOR_ALL - 8
        assert taken(one, 100, urgent=True) == CALLS_PER_MINUTE - FOR_ALL
        one.give_back()
        assert taken(one, 100, urgent=True) == 1
        clock.now += MINUTE
        assert taken(one, 100) == FOR_ALL


def test_calls_made_while_the_database_failed_count_when_it_no_longer_does(
    one: RateLimiter, other: RateLimiter, here: Database
) -> None:
    with unwritable(here):
        assert taken(one, 30) == 30
        one.give_back()
    assert taken(one, 100) == FOR_ALL - 29
    assert other.take() > 0


def test_a_place_given_back_while_the_database_fails_is_free_when_it_no_longer_does(
    one: RateLimiter, other: RateLimiter, here: Database
) -> None:
    taken(one, 100)
    with unwritable(here):
        one.give_back()
        assert other.take() > 0
    here.flush()
    assert taken(other, 100) == 1


def test_one_that_finds_the_database_held_by_another_program_goes_on(
    one: RateLimiter, there: Database
) -> None:
    with there.transaction():
        assert one.take() == 0


class Use:
    """A minute of a process, and what it did when."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.rate_limiter = RateLimiter(database, "default", clock=clock)
        self.clock = clock
        self.calls: list[float] = []

    def call(self, times: int, *, urgent: bool) -> None:
        for _ in range(times):
            if self.rate_limiter.take(urgent=urgent) == 0:
                self.calls.append(self.clock.now)

    def take_back(self) -> None:
        if self.calls:
            self.rate_limiter.give_back()
            self.calls.pop()


steps = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.integers(0, 30),
        st.booleans(),
        st.booleans(),
        st.sampled_from([0.0, 0.5, 5.0, 30.0, MINUTE]) | st.floats(0.0, 70.0),
    ),
    max_size=12,
)


@given(steps)
def test_in_no_minute_are_there_more_calls_than_allowed(
    drawn: list[tuple[int, int, bool, bool, float]],
) -> None:
    clock = Clock()
    with closing(memory_database()) as database:
        uses = [Use(database, clock), Use(database, clock)]
        for who, times, urgent, gives_back, seconds in drawn:
            uses[who].call(times, urgent=urgent)
            if gives_back:
                uses[who].take_back()
            clock.now += seconds
        calls = sorted(uses[0].calls + uses[1].calls)
        for first in calls:
            assert sum(first <= at < first + MINUTE for at in calls) <= CALLS_PER_MINUTE
        clock.now += MINUTE
        assert taken(uses[0].rate_limiter, 100) == FOR_ALL
