"""Whatever values the tables hold that SQLite takes, they are read, or the damage is named."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.store.filled import JOBS, PROFILE, TODAY, filled
from tests.store.openings import ALL, jobs, opened, told
from tests.support.databases import memory_database
from tests.support.jobs import NOW
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store.alerts import AlertStore
from zcbulk_tui.store.archive import Archive
from zcbulk_tui.store.database import Database, open_database
from zcbulk_tui.store.insertions import Insertions
from zcbulk_tui.store.nights import Nights
from zcbulk_tui.store.quota import CallLedger
from zcbulk_tui.store.recall import commands_of, in_full, known, last_commands, polled
from zcbulk_tui.store.results import Results
from zcbulk_tui.store.retention import Policy, thin
from zcbulk_tui.store.watch_list import WatchList

ODD = [-(2**63), 2**63 - 1, 10**15, 1.5, 1e300, b"\xff\xfe\x00", b"", "odd", "", "{", -5]
REF = JOBS[0].ref
POLICY = Policy(full=timedelta(days=7), all=timedelta(days=90), control=timedelta(days=1100))

READ: list[Callable[[Database], object]] = [
    lambda it: WatchList(it, PROFILE).jobs(),
    lambda it: in_full(it, PROFILE),
    lambda it: known(it, PROFILE, JOBS[0]),
    lambda it: last_commands(it, PROFILE),
    lambda it: commands_of(it, REF),
    lambda it: polled(it, PROFILE, 1),
    lambda it: Archive(it, PROFILE).history(REF),
    lambda it: Archive(it, PROFILE).chains(),
    lambda it: Archive(it, PROFILE).log(),
    lambda it: Insertions(it, PROFILE).open(),
    lambda it: Insertions(it, PROFILE).stops.current(),
    lambda it: Results(it, PROFILE).all(),
    lambda it: Results(it, PROFILE).jobs(),
    lambda it: AlertStore(it, PROFILE).active(),
    lambda it: Nights(it, PROFILE).last(),
    lambda it: CallLedger(it, PROFILE).day(TODAY),
    lambda it: thin(it, POLICY, NOW),
]


@cache
def columns() -> list[tuple[str, str]]:
    """The tables and their columns, but for those that link them."""
    with closing(memory_database()) as database:
        tables = database.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
        return [
            (table, row[1])
            for (table,) in tables
            if not table.startswith("sqlite")
            for row in database.rows(f"PRAGMA table_info({table})")
            if row[1] not in ("id", "job")
        ]


def fill_the_rest(path: Path) -> None:
    """Writes into tables of which `filled` leaves nothing."""
    at = round(NOW.timestamp() * 1000)
    with closing(sqlite3.connect(path, isolation_level=None)) as made:
        made.execute(
            "INSERT INTO events (profile, job, at, by_window, kind, text, error)"
            f" VALUES ('{PROFILE}', 1, {at}, 1, 'fault', '', NULL)"
        )
        made.execute(
            "INSERT INTO calls (profile, job, at, cause, why, request, milliseconds, calls_left,"
            f" said, failure) VALUES ('{PROFILE}', 1, {at}, 'plan', '', '', 1, 1, '', '')"
        )
        made.execute(f"INSERT INTO queue_stops VALUES ('{PROFILE}', {at}, 'w', 'me')")
        made.execute(
            "INSERT INTO alerts (profile, job, kind, severity, text, is_asked, at)"
            f" VALUES ('{PROFILE}', 1, 'stuck', 'warning', '', 0, {at})"
        )
        made.execute(
            "INSERT INTO nights (profile, began_at, until, operator, report)"
            f" VALUES ('{PROFILE}', {at}, {at}, 'me', '')"
        )
        made.execute("INSERT INTO results VALUES (1, 'failure', 'due', 0, NULL, NULL, NULL, NULL)")


def put(path: Path, places: list[tuple[str, str]], value: object) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as spoilt:
        for table, column in places:
            spoilt.execute(f"UPDATE OR IGNORE {table} SET {column} = ?", (value,))


def read_all(database: Database) -> None:
    """Reads in every way; what is no error of the tree is a failure."""
    named: list[ConfigError] = []
    for read in READ:
        try:
            read(database)
        except ConfigError as error:
            named.append(error)
    assert [error for error in named if "damaged" not in error.title or not error.next_step] == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(places=st.lists(st.sampled_from(columns()), min_size=1, max_size=3), value=st.data())
def test_odd_values_are_read_or_named(
    tmp_path: Path, places: list[tuple[str, str]], value: st.DataObject
) -> None:
    path = tmp_path / "state" / "state.db"
    for file in path.parent.glob("*"):
        file.unlink()
    filled(path)
    fill_the_rest(path)
    put(path, places, value.draw(st.sampled_from(ODD)))
    with closing(open_database(path)) as database:
        read_all(database)
    with opened(path) as result:
        read_all(result.database)


@pytest.mark.parametrize("value", [-(2**63), b"\xff\xfe\x00", "odd"], ids=repr)
def test_where_all_is_odd_the_watch_list_is_taken_from_its_backup(
    tmp_path: Path, value: object
) -> None:
    path = tmp_path / "state" / "state.db"
    filled(path)
    put(path, [it for it in columns() if it[1] != "profile" or isinstance(value, bytes)], value)
    with opened(path) as result:
        assert "damaged" in told(result).title
        assert "14 watched jobs" in told(result).cause
        assert jobs(result.database) == ALL


@pytest.mark.parametrize("place", [("events", "kind"), ("control", "action")])
def test_what_shows_while_it_is_used_is_moved_aside_by_the_next_start(
    tmp_path: Path, place: tuple[str, str]
) -> None:
    path = tmp_path / "state" / "state.db"
    filled(path)
    fill_the_rest(path)
    put(path, [place], "odd")
    with opened(path) as result:
        assert result.problem is None
        archive = Archive(result.database, PROFILE)
        with pytest.raises(ConfigError, match="damaged") as caught:
            archive.history(REF)
        assert "moves it aside" in caught.value.next_step
    with opened(path) as result:
        assert "so a new one has been begun" in told(result).title
        assert jobs(result.database) == ALL
