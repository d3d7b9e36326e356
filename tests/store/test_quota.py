"""The calls of a day outlive the process, and no fault of the database stops their counting."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.failing_database import unwritable
from tests.store.failing_disk import full_disk
from tests.store.together import count_many, run_together
from tests.support.databases import memory_database
from tests.support.text import is_one_safe_line
from zcbulk_tui.domain.budget import Cause, DayCalls
from zcbulk_tui.store.database import Database, in_memory, open_database
from zcbulk_tui.store.quota import CallLedger

TODAY = date(2026, 3, 11)
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "state.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    with closing(open_database(path)) as opened:
        # The tests do not wait for another process that holds it.
        opened.connection.execute("PRAGMA busy_timeout = 0")
        yield opened


@pytest.fixture
def stored(database: Database) -> CallLedger:
    return CallLedger(database, "default")


@pytest.fixture(params=["stored", "in memory"])
def ledger(request: pytest.FixtureRequest) -> Iterator[CallLedger]:
    if request.param == "in memory":
        with closing(memory_database()) as database:
            yield CallLedger(database, "default")
    else:
        yield request.getfixturevalue("stored")


def calls(**counted: int) -> tuple[int, ...]:
    """Calls by the values of their causes."""
    return tuple(counted.get(cause.value, 0) for cause in Cause)


def test_a_day_begins_with_no_calls(ledger: CallLedger) -> None:
    assert ledger.day(TODAY) == DayCalls(TODAY)
    assert ledger.trouble is None


def test_calls_are_counted_by_their_causes(ledger: CallLedger) -> None:
    for cause in Cause:
        ledger.count(TODAY, cause)
    ledger.count(TODAY, Cause.COMMAND)
    day = ledger.count(TODAY, Cause.SCRIPT, 5)
    assert day == DayCalls(TODAY, calls(plan=1, key=1, command=2, script=6))
    assert ledger.day(TODAY) == day


def test_each_day_has_its_own(ledger: CallLedger) -> None:
    ledger.count(TODAY, Cause.PLAN, 3)
    assert ledger.count(TOMORROW, Cause.PLAN) == DayCalls(TOMORROW, calls(plan=1))
    assert ledger.day(TODAY).total == 3


def test_what_else_is_known_of_a_day_is_kept_beside_its_calls(ledger: CallLedger) -> None:
    ledger.count(TODAY, Cause.KEY)
    assert ledger.set_elsewhere(TODAY, 40) == DayCalls(TODAY, calls(key=1), 40)
    assert ledger.set_spent(TODAY, True) == DayCalls(TODAY, calls(key=1), 40, spent=True)
    assert ledger.count(TODAY, Cause.KEY) == DayCalls(TODAY, calls(key=2), 40, spent=True)
    ledger.set_elsewhere(TODAY, 0)
    assert ledger.set_spent(TODAY, False) == DayCalls(TODAY, calls(key=2))
    assert ledger.day(TOMORROW) == DayCalls(TOMORROW)


def test_a_day_that_is_old_is_forgotten_when_a_new_one_begins(ledger: CallLedger) -> None:
    days = [TODAY + timedelta(days=number) for number in range(0, 1000, 50)]
    for day in days:
        ledger.count(day, Cause.PLAN)
    kept = [day for day in days if ledger.day(day).total]
    assert kept == days[-9:]


def test_a_clock_that_was_a_month_ahead_for_a_while_loses_nothing(ledger: CallLedger) -> None:
    ledger.count(TODAY, Cause.PLAN)
    ledger.count(TODAY + timedelta(days=31), Cause.PLAN)
    assert ledger.count(TODAY, Cause.PLAN).total == 2


def test_they_are_there_when_it_is_opened_again(path: Path) -> None:
    with closing(open_database(path)) as database:
        day = CallLedger(database, "default").count(TODAY, Cause.KEY, 3)
    with closing(open_database(path)) as database:
        ledger = CallLedger(database, "default")
        assert ledger.day(TODAY) == day
        assert ledger.count(TODAY, Cause.KEY).of(Cause.KEY) == 4


def test_an_old_day_is_gone_from_the_file_and_looking_at_one_removes_nothing(
    database: Database, stored: CallLedger
) -> None:
    stored.count(TODAY, Cause.PLAN)
    stored.day(TODAY - timedelta(days=1000))
    stored.count(TODAY - timedelta(days=20), Cause.PLAN)
    CallLedger(database, "another").day(TODAY + timedelta(days=381))
    rows = database.rows("SELECT profile, date FROM days")
    assert rows == [("default", TODAY.isoformat())]


def test_profiles_have_nothing_to_do_with_each_other(database: Database) -> None:
    one, other = (CallLedger(database, name) for name in ("one", "other"))
    one.count(TODAY, Cause.PLAN)
    one.set_spent(TODAY, True)
    assert other.count(TODAY, Cause.KEY) == DayCalls(TODAY, calls(key=1))


def test_what_another_process_counted_is_seen(path: Path, stored: CallLedger) -> None:
    with closing(open_database(path)) as database:
        other = CallLedger(database, "default")
        stored.count(TODAY, Cause.PLAN)
        other.count(TODAY, Cause.SCRIPT)
        other.set_elsewhere(TODAY, 7)
        expected = DayCalls(TODAY, calls(plan=1, script=1), 7)
        assert stored.day(TODAY) == expected
        assert stored.count(TODAY, Cause.PLAN) == expected.plus(Cause.PLAN)


def test_two_processes_that_count_at_once_lose_nothing(path: Path) -> None:
    run_together(count_many, [(path, Cause.PLAN, TODAY)] * 2)
    with closing(open_database(path)) as database:
        day = CallLedger(database, "default").day(TODAY)
    assert day == DayCalls(TODAY, calls(plan=600))


@contextmanager
def held_by_another(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def table_gone(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("ALTER TABLE days RENAME TO elsewhere")
        yield
        other.execute("ALTER TABLE elsewhere RENAME TO days")


def disk_full(_: Path) -> AbstractContextManager[None]:
    return full_disk()


Fault = Callable[[Path], AbstractContextManager[None]]
FAULTS = [held_by_another, table_gone, disk_full]


@pytest.mark.parametrize("fault", FAULTS)
def test_while_the_database_fails_it_counts_on_and_makes_up_for_it_later(
    path: Path, stored: CallLedger, fault: Fault
) -> None:
    stored.count(TODAY, Cause.PLAN, 10)
    stored.set_elsewhere(TODAY, 4)
    with fault(path):
        assert stored.count(TODAY, Cause.PLAN) == DayCalls(TODAY, calls(plan=11), 4)
        said = stored.trouble or ""
        assert "counted in memory only" in said
        assert is_one_safe_line(said)
        stored.set_elsewhere(TODAY, 5)
        stored.set_spent(TODAY, True)
        stored.count(TOMORROW, Cause.COMMAND)
        today = stored.count(TODAY, Cause.KEY)
        assert today == DayCalls(TODAY, calls(plan=11, key=1), 5, spent=True)
        assert stored.day(TOMORROW) == DayCalls(TOMORROW, calls(command=1))
    assert stored.day(TODAY) == today
    assert not stored.trouble
    with closing(open_database(path)) as database:
        again = CallLedger(database, "default")
        assert again.day(TODAY) == today
        assert again.day(TOMORROW).total == 1


@pytest.mark.parametrize("fault", FAULTS)
def test_what_others_counted_meanwhile_is_added_to(
    path: Path, stored: CallLedger, fault: Fault
) -> None:
    with closing(open_database(path)) as database:
        other = CallLedger(database, "default")
        stored.count(TODAY, Cause.PLAN)
        with fault(path):
            stored.count(TODAY, Cause.PLAN)
        other.count(TODAY, Cause.SCRIPT, 5)
        assert other.day(TODAY).total == 6
        assert stored.count(TODAY, Cause.PLAN) == DayCalls(TODAY, calls(plan=3, script=5))


def test_a_database_that_is_gone_for_good_is_no_error(
    database: Database, stored: CallLedger
) -> None:
    stored.count(TODAY, Cause.PLAN)
    database.close()
    for number in range(2, 5):
        assert stored.count(TODAY, Cause.PLAN).total == number
    assert stored.set_elsewhere(TODAY, 3).elsewhere == 3
    assert stored.set_spent(TODAY, True).spent
    assert stored.day(TOMORROW) == DayCalls(TOMORROW)
    assert stored.trouble is not None


def test_a_database_in_memory_says_why_nothing_outlives_the_process() -> None:
    with closing(in_memory("The disk is gone")) as database:
        ledger = CallLedger(database, "default")
        assert ledger.count(TODAY, Cause.PLAN).total == 1
        assert ledger.trouble == "The disk is gone"


def test_a_figure_that_the_database_cannot_hold_is_no_error(stored: CallLedger) -> None:
    assert stored.set_elsewhere(TODAY, 10**20).elsewhere == 10**20
    assert stored.trouble is not None
    assert stored.set_elsewhere(TODAY, 7).elsewhere == 7
    assert stored.count(TODAY, Cause.KEY) == DayCalls(TODAY, calls(key=1), 7)


def test_a_file_that_is_damaged_inside_is_no_error(path: Path) -> None:
    with closing(open_database(path)) as database:
        CallLedger(database, "default").count(TODAY, Cause.PLAN)
    content = path.read_bytes()
    page = 4096
    # The second page is the one of the days.
    path.write_bytes(content[:page] + b"\xff" * page + content[2 * page :])
    with closing(open_database(path)) as database:
        ledger = CallLedger(database, "default")
        assert ledger.count(TODAY, Cause.PLAN).total == 1
        assert ledger.trouble is not None
        assert "malformed" in ledger.trouble


@pytest.fixture(scope="module")
def kept_open(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with closing(open_database(tmp_path_factory.mktemp("state") / "state.db")) as database:
        yield database


class PlainBook:
    """The same as is to be done by the database, without one."""

    def __init__(self) -> None:
        self._days: dict[date, DayCalls] = {}

    def day(self, date: date) -> DayCalls:
        return self._days.setdefault(date, DayCalls(date))

    def count(self, date: date, cause: Cause, calls: int) -> DayCalls:
        self._days[date] = self.day(date).plus(cause, calls)
        return self.day(date)

    def set_elsewhere(self, date: date, calls: int) -> DayCalls:
        self._days[date] = self.day(date)._replace(elsewhere=calls)
        return self.day(date)

    def set_spent(self, date: date, spent: bool) -> DayCalls:
        self._days[date] = self.day(date)._replace(spent=spent)
        return self.day(date)


days = st.dates(TODAY, TODAY + timedelta(days=70))
steps = st.lists(
    st.one_of(
        st.tuples(st.just("count"), days, st.sampled_from(Cause), st.integers(0, 1000)),
        st.tuples(st.just("set_elsewhere"), days, st.integers(0, 1000)),
        st.tuples(st.just("set_spent"), days, st.booleans()),
    ),
    max_size=25,
)
_profiles = count()


@given(steps)
def test_a_day_is_the_same_in_the_database_as_in_memory(
    kept_open: Database, steps: list[tuple[Any, ...]]
) -> None:
    profile = f"profile {next(_profiles)}"
    stored, memory = CallLedger(kept_open, profile), PlainBook()
    newest = TODAY
    for name, day, *rest in steps:
        newest = max(newest, day)
        assert getattr(stored, name)(day, *rest) == getattr(memory, name)(day, *rest)
    assert stored.trouble is None
    again = CallLedger(kept_open, profile)
    for day in {day for _, day, *_ in steps if day > newest - timedelta(days=32)}:
        assert again.day(day) == memory.day(day) == stored.day(day)


def test_what_was_counted_meanwhile_is_kept_once_anything_can_be_written(
    path: Path, database: Database, stored: CallLedger
) -> None:
    stored.count(TODAY, Cause.PLAN)
    with unwritable(database):
        stored.count(TODAY, Cause.PLAN)
        database.write_later("INSERT INTO marks (name, value) VALUES ('call', '1')")
    with closing(open_database(path)) as other:
        assert CallLedger(other, "default").day(TODAY).total == 1
        database.flush()  # as each heartbeat of a window does; no call follows
        assert CallLedger(other, "default").day(TODAY).total == 2
