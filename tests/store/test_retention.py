"""What is forgotten and what stays: last readings, changes of state, all that is young."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.old_rows import (
    DAY,
    DONE,
    HOUR,
    MINUTE,
    POLICY,
    RUNNING,
    Row,
    add_alert,
    add_call,
    add_control,
    add_event,
    add_job,
    add_reading,
    ages,
    column,
    content,
    filled,
    millis,
)
from tests.support.databases import memory_database
from tests.support.jobs import NOW
from zcbulk_tui.domain.job import JobState
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.retention import Thinned, thin


@pytest.fixture
def database() -> Iterator[Database]:
    with closing(memory_database()) as opened:
        yield opened


# Whole minutes, so that many share their ten minutes and their hour; most are close to 7, to 28
# and to 90 days, where the rules change.
rows = st.lists(
    st.tuples(
        st.integers(1, 2),
        st.one_of(
            st.integers(0, 12_000),
            st.integers(10_060, 10_100),
            st.integers(40_290, 40_350),
            st.integers(129_500, 129_700),
        ).map(lambda minutes: minutes * MINUTE),
        st.sampled_from([RUNNING, RUNNING, JobState.UNKNOWN, DONE]),
    ),
    max_size=40,
)
in_time = rows.map(lambda drawn: sorted(drawn, key=lambda row: -row[1]))


@pytest.mark.parametrize(
    ("given_ages", "left"),
    [
        pytest.param([6 * DAY, 6 * DAY - MINUTE, DAY], None, id="young ones all stay"),
        pytest.param(
            [8 * DAY - step * MINUTE for step in range(30)],
            [8 * DAY - step * MINUTE for step in (0, 9, 19, 29)],
            id="the first, and the last of each ten minutes",
        ),
        pytest.param(
            [30 * DAY - step * MINUTE for step in range(0, 90, 10)],
            [30 * DAY, 30 * DAY - 20 * MINUTE, 30 * DAY - 80 * MINUTE],
            id="later the last of each hour",
        ),
        pytest.param([100 * DAY, 91 * DAY, 90 * DAY], [90 * DAY], id="too old ones go"),
    ],
)
def test_how_many_stay_depends_on_their_age(
    given_ages: list[timedelta], left: list[timedelta] | None
) -> None:
    database = filled([(1, age, RUNNING) for age in [*given_ages, timedelta()]])
    before = len(ages(database))
    thinned = thin(database, POLICY, NOW)
    assert ages(database) == [*(given_ages if left is None else left), timedelta()]
    assert thinned == Thinned(readings=before - len(ages(database)))


def test_the_first_reading_of_a_state_and_the_last_one_in_its_time_stay() -> None:
    states = [JobState.READY, JobState.READY, RUNNING, RUNNING, RUNNING, DONE, DONE, DONE]
    moments = [8 * DAY - minute * MINUTE for minute in range(len(states))]
    database = filled([(1, age, state) for age, state in zip(moments, states, strict=True)])
    add_reading(database, 1, timedelta(), DONE)
    thin(database, POLICY, NOW)
    assert ages(database) == [moments[place] for place in (0, 1, 2, 4, 5, 7)] + [timedelta()]


@given(in_time)
def test_the_last_reading_of_a_watched_job_stays(drawn: list[Row]) -> None:
    with closing(filled(drawn)) as database:
        newest = database.rows("SELECT job, max(id) FROM readings GROUP BY job")
        add_event(database, timedelta())
        thin(database, POLICY, NOW)
        assert database.rows("SELECT job, max(id) FROM readings GROUP BY job") == newest


@given(rows)
def test_nothing_young_goes_and_nothing_too_old_stays(drawn: list[Row]) -> None:
    with closing(filled(drawn, watched=False)) as database:
        add_event(database, timedelta())
        young = [age for age in ages(database) if age <= POLICY.full]
        thin(database, POLICY, NOW)
        left = ages(database)
        assert [age for age in left if age <= POLICY.full] == young
        assert all(age <= POLICY.all for age in left)


@given(in_time)
def test_changes_of_state_stay(drawn: list[Row]) -> None:
    with closing(filled(drawn)) as database:
        add_event(database, timedelta())
        oldest = millis(POLICY.all)
        remembered = [row for row in content(database) if int(str(row[1])) >= oldest]
        changes = {
            row
            for before, row in pairwise(remembered)
            if before[0] == row[0] and before[2] != row[2]
        }
        thin(database, POLICY, NOW)
        assert changes <= set(content(database))


@pytest.mark.parametrize("old", [8 * DAY, 30 * DAY], ids=["ten minutes", "an hour"])
@pytest.mark.parametrize(
    ("words", "left"),
    [
        # A known state, a word that nobody knew, and the state again, within the same minutes.
        ("RR??RR", "R??RR"),
        ("RR????RR", "R??RR"),
        ("??RR??RR", "??R??RR"),
        # Two words that nobody knew are as different as two states are.
        ("???!!!", "??!!"),
        ("?!?!", "?!?!"),
    ],
)
def test_of_a_word_that_nobody_knew_the_first_and_the_last_reading_stay(
    words: str, left: str, old: timedelta, database: Database
) -> None:
    add_job(database, 1, place=1, age=100 * DAY)
    for place, word in enumerate(words):
        state = RUNNING if word == "R" else JobState.UNKNOWN
        add_reading(database, 1, old + MINUTE / 60 * (len(words) - place), state, word)
    add_reading(database, 1, timedelta())
    thin(database, POLICY, NOW)
    shown = [word for (word,) in database.rows("SELECT raw_state FROM readings ORDER BY id")]
    assert "".join(shown) == left
    assert thin(database, POLICY, NOW) == Thinned()


def test_another_word_for_a_known_state_stays(database: Database) -> None:
    add_job(database, 1, place=1, age=100 * DAY)
    for minute, word in enumerate(["In Progress", "In Progress", "Running", "Running", "Running"]):
        add_reading(database, 1, 8 * DAY - minute * MINUTE, RUNNING, word)
    add_reading(database, 1, timedelta())
    thin(database, POLICY, NOW)
    found = database.rows("SELECT raw_state FROM readings ORDER BY id")
    assert [word for (word,) in found] == [
        *("In Progress", "In Progress"),
        *("Running", "Running", ""),
    ]


@pytest.mark.parametrize(("minutes", "gone"), [(-5, 0), (0, 2), (5, 2)])
def test_ten_minutes_are_thinned_when_all_of_them_are_old(minutes: int, gone: int) -> None:
    # From 10:20 to 10:29, and from 10:30, seven days ago.
    moments = [7 * DAY + minute * MINUTE for minute in (10, 9, 8, 1, 0, -1, -2)]
    with closing(filled([(1, age, RUNNING) for age in moments])) as database:
        add_event(database, -HOUR)
        thin(database, POLICY, NOW + minutes * MINUTE)
        assert ages(database) == moments[:1] + moments[1 + gone :]


@pytest.mark.parametrize(("minutes", "gone"), [(29, 0), (30, 1)])
def test_an_hour_is_thinned_when_all_of_it_is_old(minutes: int, gone: int) -> None:
    # From 10:05 to 10:25, 28 days ago.
    moments = [28 * DAY + minute * MINUTE for minute in (25, 15, 5)]
    with closing(filled([(1, age, RUNNING) for age in moments])) as database:
        add_event(database, -HOUR)
        thin(database, POLICY, NOW + minutes * MINUTE)
        assert ages(database) == moments[:1] + moments[1 + gone :]


@given(rows.flatmap(lambda drawn: st.tuples(st.just(drawn), st.permutations(drawn))))
def test_it_does_not_matter_in_which_order_they_were_written(
    both: tuple[list[Row], list[Row]],
) -> None:
    left = []
    for drawn in both:
        # No two at the same moment: their order would be that in which they were written.
        alone = {(job, age): state for job, age, state in sorted(drawn)}
        order = dict.fromkeys((job, age) for job, age, _ in drawn)
        with closing(
            filled([(*place, alone[place]) for place in order], watched=False)
        ) as database:
            add_event(database, timedelta())
            thin(database, POLICY, NOW)
            left.append([row[:3] for row in content(database)])
    assert left[0] == left[1]


def test_what_goes_does_not_depend_on_what_has_gone() -> None:
    moments = [90 * DAY + MINUTE, 90 * DAY - MINUTE, 90 * DAY - 2 * MINUTE, timedelta()]
    with closing(filled([(1, age, RUNNING) for age in moments])) as database:
        thin(database, POLICY, NOW)
        assert ages(database) == moments[1:]


@given(rows, st.booleans())
def test_a_second_run_removes_nothing(drawn: list[Row], watched: bool) -> None:
    with closing(filled(drawn, watched=watched)) as database:
        thin(database, POLICY, NOW)
        left = content(database)
        assert thin(database, POLICY, NOW) == Thinned()
        assert content(database) == left


class BrokenOffError(Exception):
    """Ends a run."""


class Breaking(Database):
    """Fails when a transaction begins, after so many."""

    def __init__(self, database: Database, left: int) -> None:
        super().__init__(database.connection, None)
        self._left = left

    @contextmanager
    def transaction(
        self, *, durable: bool = False, patience: float = 0.25
    ) -> Iterator[sqlite3.Connection]:
        self._left -= 1
        if self._left < 0:
            raise BrokenOffError
        with super().transaction(durable=durable, patience=patience) as connection:
            yield connection


@given(rows, st.integers(0, 6), st.booleans())
def test_a_run_that_is_broken_off_is_finished_by_the_next(
    drawn: list[Row], left: int, watched: bool
) -> None:
    with closing(filled(drawn, watched=watched)) as whole, pytest.MonkeyPatch.context() as patched:
        patched.setattr("zcbulk_tui.store.retention._AT_ONCE", 3)
        thin(whole, POLICY, NOW)
        with closing(filled(drawn, watched=watched)) as broken:
            before = content(broken)
            try:
                thin(Breaking(broken, left), POLICY, NOW)
            except BrokenOffError:
                assert set(content(whole)) <= set(content(broken)) <= set(before)
            assert not broken.connection.in_transaction
            thin(broken, POLICY, NOW)
            assert content(broken) == content(whole)
            assert column(broken, "id", "jobs") == column(whole, "id", "jobs")


@pytest.mark.parametrize("polled", ["on the list", "wanted by a window"])
def test_the_last_reading_of_a_job_outlives_its_time_while_it_is_polled(
    database: Database, polled: str
) -> None:
    add_job(database, 1, place=0 if polled == "on the list" else None, age=900 * DAY)
    if polled == "wanted by a window":
        database.write_later("INSERT INTO windows VALUES (1, 'default', '', 0, 0, 0, 0, NULL)")
        database.write_later("INSERT INTO wanted VALUES (1, 1)")
    add_reading(database, 1, 801 * DAY)
    add_reading(database, 1, 800 * DAY, DONE)
    add_event(database, timedelta())
    assert thin(database, POLICY, NOW) == Thinned(readings=1)
    assert ages(database) == [800 * DAY]
    database.write_later("UPDATE jobs SET place = NULL")
    database.write_later("DELETE FROM wanted")
    assert thin(database, POLICY, NOW) == Thinned(readings=1, jobs=1)
    assert column(database, "id", "jobs") == []


def test_a_job_that_comes_back_meanwhile_keeps_its_last_reading(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_job(database, 1, place=None, age=900 * DAY)
    add_reading(database, 1, 800 * DAY)
    add_event(database, timedelta())
    find = database.rows

    def rows_and_back(sql: str, values: dict[str, int] | tuple[()] = ()) -> list[tuple[object]]:
        found = find(sql, values)
        if "lag(state)" in sql:
            assert found
            database.write_later("UPDATE jobs SET place = 0")
        return found

    monkeypatch.setattr(database, "rows", rows_and_back)
    assert thin(database, POLICY, NOW) == Thinned()
    assert ages(database) == [800 * DAY]


def test_events_calls_and_commands_have_their_time(database: Database) -> None:
    add_job(database, 1, age=2000 * DAY)
    for age in (1101 * DAY, 91 * DAY, 90 * DAY, timedelta()):
        add_event(database, age, 1)
        add_event(database, age)
        add_call(database, 1, age)
        add_control(database, 1, age)
    assert thin(database, POLICY, NOW) == Thinned(events=4, calls=2, control=1)
    assert ages(database, "events") == [90 * DAY, 90 * DAY, timedelta(), timedelta()]
    assert ages(database, "calls") == [90 * DAY, timedelta()]
    found = database.rows("SELECT at FROM control ORDER BY at")
    assert found == [(millis(age),) for age in (91 * DAY, 90 * DAY, timedelta())]


def test_a_poll_that_went_as_planned_stays_as_long_as_every_reading_does(
    database: Database,
) -> None:
    add_job(database, 1, age=60 * DAY)
    add_event(database, timedelta())
    for age in (8 * DAY, 6 * DAY):
        add_call(database, 1, age, "plan")
        add_call(database, 1, age, "plan", "Zoho did not answer")
        add_call(database, 1, age, "command")
    assert thin(database, POLICY, NOW) == Thinned(calls=1)
    found = database.rows("SELECT at, cause, failure FROM calls WHERE at < ?", (millis(7 * DAY),))
    assert found == [
        (millis(8 * DAY), "plan", "Zoho did not answer"),
        (millis(8 * DAY), "command", ""),
    ]


def test_more_calls_than_are_looked_at_at_once(database: Database) -> None:
    add_job(database, 1, age=60 * DAY)
    with database.transaction() as connection:
        connection.executemany(
            "INSERT INTO calls (profile, job, at, cause, why, request, milliseconds, calls_left, "
            "said, failure) VALUES ('default', 1, ?, ?, '', '', 1, 1, '', '')",
            [(millis(50 * DAY), "key" if n % 2 else "plan") for n in range(11_000)],
        )
    add_call(database, 1, timedelta())
    assert thin(database, POLICY, NOW).calls == 5_500
    assert thin(database, POLICY, NOW) == Thinned()


@pytest.mark.parametrize(
    "kept_by", ["list", "window", "age", "reading", "event", "call", "control", "alert"]
)
def test_a_job_stays_while_anything_refers_to_it(database: Database, kept_by: str) -> None:
    add_event(database, timedelta())
    add_job(database, 1, place=None, age=95 * DAY)
    add_job(
        database,
        2,
        place=5 if kept_by == "list" else None,
        age=89 * DAY if kept_by == "age" else 95 * DAY,
    )
    match kept_by:
        case "window":
            database.write_later("INSERT INTO windows VALUES (7, 'default', '', 0, 0, 0, 0, NULL)")
            database.write_later("INSERT INTO wanted VALUES (7, 2)")
        case "reading":
            add_reading(database, 2, DAY)
        case "event":
            add_event(database, DAY, 2)
        case "call":
            add_call(database, 2, DAY)
        case "control":
            add_control(database, 2, 1000 * DAY)
        case "alert":
            add_alert(database, 2, DAY, cleared=timedelta())
    assert thin(database, POLICY, NOW) == Thinned(jobs=1)
    assert column(database, "id", "jobs") == [2]
    assert database.trouble is None


@pytest.mark.parametrize(
    ("age", "cleared", "stays"),
    [
        (91 * DAY, 90.5 * DAY, False),
        (91 * DAY, 89 * DAY, True),
        (89 * DAY, 88 * DAY, True),
        (1000 * DAY, None, True),
    ],
)
def test_alerts_are_forgotten_with_the_events_unless_they_are_active(
    database: Database, age: timedelta, cleared: timedelta | None, stays: bool
) -> None:
    add_event(database, timedelta())
    add_job(database, 1, place=1, age=95 * DAY)
    add_alert(database, 1, age, cleared)
    thin(database, POLICY, NOW)
    assert bool(column(database, "id", "alerts")) is stays


@pytest.mark.parametrize("wrong", [timedelta(days=-3000), timedelta(days=40), 9000 * DAY])
def test_a_clock_that_is_wrong_wipes_out_nothing(wrong: timedelta) -> None:
    database = filled([(1, age * HOUR, RUNNING) for age in range(150, 0, -10)], watched=False)
    add_event(database, 80 * DAY)
    add_call(database, 1, 80 * DAY)
    add_control(database, 1, 1000 * DAY)
    add_reading(database, 1, timedelta())
    assert thin(database, POLICY, NOW + wrong) == Thinned()


def test_records_of_commands_alone_are_not_wiped_out_either(database: Database) -> None:
    for age in (1000 * DAY, timedelta()):
        add_control(database, 1, age)
    assert thin(database, POLICY, NOW + 9000 * DAY) == Thinned()


def test_what_a_clock_ahead_has_written_does_not_make_the_rest_old() -> None:
    database = filled([(1, 80 * DAY, RUNNING), (1, -4000 * DAY, RUNNING)], watched=False)
    assert thin(database, POLICY, NOW) == Thinned()


def test_an_empty_memory_stays_empty(database: Database) -> None:
    assert astuple(thin(database, POLICY, NOW)) == (0, 0, 0, 0, 0)
