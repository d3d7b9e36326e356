"""The memory is thinned once a day by one process, and made smaller when it is asked for."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.store.old_rows import DAY, HOUR, MINUTE, POLICY, add_event, add_job, content, millis
from tests.support.databases import memory_database
from tests.support.jobs import NOW
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store.database import Database, open_database
from zcbulk_tui.store.retention import Thinned, claim, compact, thin


@pytest.fixture
def database() -> Iterator[Database]:
    with closing(memory_database()) as opened:
        yield opened


@pytest.mark.parametrize(
    ("later", "is_due"),
    [
        (timedelta(), False),
        (23 * HOUR, False),
        (24 * HOUR, True),
        (-23 * HOUR, False),
        pytest.param(-300 * DAY, True, id="the clock was ahead"),
    ],
)
def test_it_is_due_once_a_day(database: Database, later: timedelta, is_due: bool) -> None:
    add_job(database, 1, age=80 * DAY)
    add_event(database, 60 * DAY)
    assert claim(database, POLICY, NOW)
    assert claim(database, POLICY, NOW + later) is (is_due and later > -60 * DAY)


def test_where_nothing_is_old_it_is_not_due(database: Database) -> None:
    assert not claim(database, POLICY, NOW)
    add_job(database, 1, age=80 * DAY)
    add_event(database, timedelta(minutes=1))
    assert not claim(database, POLICY, NOW)
    assert claim(database, POLICY, NOW + 60 * DAY)


def test_only_one_of_several_processes_does_it(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with closing(open_database(path)) as one, closing(open_database(path)) as other:
        add_job(one, 1, age=80 * DAY)
        add_event(one, 60 * DAY)
        assert claim(one, POLICY, NOW)
        assert not claim(other, POLICY, NOW + HOUR)


@pytest.fixture
def on_disk(tmp_path: Path) -> Iterator[Database]:
    with closing(open_database(tmp_path / "state.db")) as opened:
        opened.connection.execute("PRAGMA busy_timeout = 0")
        add_job(opened, 1, age=80 * DAY)
        with opened.transaction():
            for step in range(3000):
                # Within one transaction, unlike `save`.
                sql = (
                    "INSERT INTO readings (job, at, by_window, state, raw_state) "
                    "VALUES (1, ?, 1, 'in_progress', 'In-progress')"
                )
                opened.connection.execute(sql, (millis(60 * DAY - step * MINUTE),))
        add_event(opened, timedelta())
        yield opened


def test_compacting_gives_the_room_back(on_disk: Database, tmp_path: Path) -> None:
    found = compact(on_disk, POLICY, NOW)
    assert found.thinned.readings > 2900
    assert found.before > 2 * found.after
    assert (tmp_path / "state.db").stat().st_size == found.after
    assert (tmp_path / "state.db-wal").stat().st_size == 0
    again = compact(on_disk, POLICY, NOW)
    assert (again.thinned, again.before, again.after) == (Thinned(), found.after, found.after)


def test_what_is_held_by_another_is_said_and_left_as_it_is(
    on_disk: Database, tmp_path: Path
) -> None:
    before = content(on_disk)
    with closing(sqlite3.connect(tmp_path / "state.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for run in (claim, thin, compact):
            with pytest.raises(ConfigError) as caught:
                run(on_disk, POLICY, NOW)
            assert caught.value.next_step
        assert content(on_disk) == before
    assert claim(on_disk, POLICY, NOW)


def test_a_file_that_cannot_be_made_smaller_is_said(
    on_disk: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zcbulk_tui.store.retention.thin", lambda *_: Thinned())
    before = content(on_disk)
    with closing(sqlite3.connect(tmp_path / "state.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ConfigError, match="could not be made smaller") as caught:
            compact(on_disk, POLICY, NOW)
    assert caught.value.cause == "database is locked."
    assert "try again" in caught.value.next_step
    assert content(on_disk) == before
