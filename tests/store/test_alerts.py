"""Alerts are raised once for each crossing, by whichever process is first, and handed on once."""

import os
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.store.failing_database import unreadable, unwritable
from tests.support.contexts import PROFILE, make_context
from tests.support.databases import memory_database
from tests.support.jobs import NOW, watched
from zcbulk_tui.domain.alerts import Alert, AlertKind, Severity
from zcbulk_tui.domain.job import WatchedJob
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store import database as module
from zcbulk_tui.store.alerts import SENDING, AlertStore
from zcbulk_tui.store.database import Database, open_database
from zcbulk_tui.store.opening import open_store
from zcbulk_tui.store.watch_list import WatchList

JOB, OTHER = watched("1", "Customers"), watched("2", "Orders")
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def database() -> Database:
    made = memory_database()
    WatchList(made, PROFILE).add_all([JOB, OTHER])
    return made


@pytest.fixture
def store(database: Database) -> AlertStore:
    return AlertStore(database, PROFILE)


def stuck(store: AlertStore, job: WatchedJob | None = JOB) -> Alert | None:
    ref = job.ref if job else None
    return store.raise_alert(AlertKind.STUCK, Severity.WARNING, "It stands still", NOW, ref)


def raised(store: AlertStore, job: WatchedJob | None = JOB) -> Alert:
    alert = stuck(store, job)
    assert alert is not None
    return alert


def test_an_alert_is_there_again_as_it_was_raised(store: AlertStore) -> None:
    alert = store.raise_alert(
        AlertKind.ENDED_WELL, Severity.INFO, "It is completed", NOW, JOB.ref, is_asked=True
    )
    kind, text = AlertKind.ENDED_WELL, "It is completed"
    assert alert == Alert(1, kind, Severity.INFO, text, NOW, PROFILE, JOB.ref, "Customers", True)
    assert store.active() == [store.find(1)] == store.since(NOW) == store.newer_than(0) == [alert]
    assert AlertStore(store._database, "other").active() == []


def test_one_of_a_kind_and_a_job_is_active(store: AlertStore) -> None:
    first = raised(store)
    assert stuck(store) is None
    assert raised(store, OTHER).ref == OTHER.ref
    assert raised(store, None).ref is None
    assert stuck(store, None) is None
    assert store.clear(first, LATER)
    assert not store.clear(first, LATER)
    again = raised(store)
    assert store.active()[-1] == again
    assert len(store.active()) == 3
    assert first.id < again.id


def test_of_two_processes_one_raises_it_and_both_see_it(tmp_path: Path) -> None:
    with (
        closing(open_database(tmp_path / "state.db")) as one,
        closing(open_database(tmp_path / "state.db")) as other,
    ):
        WatchList(one, PROFILE).add(JOB)
        here, there = AlertStore(one, PROFILE), AlertStore(other, PROFILE)
        assert (here.active(), there.active()) == ([], [])
        seen = there.version
        alert = raised(here)
        assert stuck(there) is None
        assert there.version != seen
        assert there.newer_than(0) == [alert]
        seen = here.version
        assert there.clear(alert, LATER)
        assert here.version != seen
        assert here.find(alert.id) == alert._replace(cleared_at=LATER)
        assert here.begin_sending(alert, {"log": "written"})
        assert not there.begin_sending(alert, {"log": "written"})


def test_one_that_matters_more_takes_the_place_of_the_one_before(store: AlertStore) -> None:
    first = raised(store, None)
    second = store.raise_alert(AlertKind.STUCK, Severity.CRITICAL, "Worse", LATER, instead_of=first)
    assert store.active() == [second]
    assert store.since(LATER) == [first._replace(cleared_at=LATER), second]


def test_what_happens_once_is_raised_once_though_it_is_cleared(store: AlertStore) -> None:
    def ended(at: timedelta, happened: timedelta) -> Alert | None:
        return store.raise_alert(
            AlertKind.ENDED_WELL, Severity.INFO, "", NOW + at, JOB.ref, happened_at=NOW + happened
        )

    minute = timedelta(minutes=1)
    first = ended(2 * minute, minute)
    assert first is not None
    store.clear(first, NOW + 3 * minute)
    assert ended(4 * minute, minute) is None
    assert raised(store) is not None
    assert ended(4 * minute, 3 * minute) is not None


def test_nothing_is_raised_about_a_job_that_nobody_knows(store: AlertStore) -> None:
    assert stuck(store, watched("99")) is None
    assert store.active() == []


def test_alerts_end_with_the_watching_of_their_job(store: AlertStore, database: Database) -> None:
    raised(store)
    kept, of_all = raised(store, OTHER), raised(store, None)
    context = make_context(database)
    context.memory.want([OTHER])
    for job in (JOB, OTHER):
        WatchList(database, PROFILE).remove(job.ref)
    assert store.clear_unwatched(LATER) == 1
    assert store.active() == [kept, of_all]
    assert store.clear_unwatched(LATER) == 0


def test_alerts_go_with_a_job_to_another_profile(store: AlertStore, database: Database) -> None:
    moved = raised(store)
    WatchList(database, "eu").add(JOB)
    there = AlertStore(database, "eu")
    raised(there)
    WatchList(database, "eu").adopt(PROFILE, [JOB])
    assert store.active() == []
    assert there.active() == [moved._replace(profile="eu")]


# Which way they take.


def test_each_way_has_an_outcome(store: AlertStore) -> None:
    alert, other = raised(store), raised(store, OTHER)
    assert store.not_handed_on(NOW) == [alert, other]
    assert store.not_handed_on(NOW + timedelta(seconds=1)) == []
    assert store.sent(alert) == {}
    assert store.begin_sending(alert, {"log": "written", "web hook": SENDING, "command": SENDING})
    assert store.not_handed_on(NOW) == [other]
    store.note_sent(alert, "web hook", "sent")
    assert store.sent(alert) == {"log": "written", "web hook": "sent", "command": SENDING}
    assert store.sent(other) == {}


# Since when they are kept.


def test_the_first_moment_stays(database: Database) -> None:
    assert AlertStore(database, PROFILE).kept_since(NOW) == NOW
    again = AlertStore(database, PROFILE)
    assert [again.kept_since(LATER), again.kept_since(NOW)] == [NOW, NOW]
    assert AlertStore(database, "eu").kept_since(LATER) == LATER


def test_a_clock_that_was_ahead_is_forgotten(database: Database) -> None:
    AlertStore(database, PROFILE).kept_since(NOW + timedelta(days=900))
    assert AlertStore(database, PROFILE).kept_since(NOW) == NOW
    assert AlertStore(database, PROFILE).kept_since(LATER) == NOW


# What can go wrong.


@pytest.mark.parametrize(
    "use",
    [
        lambda store, _: stuck(store, OTHER),
        lambda store, alert: store.clear(alert, NOW),
        lambda store, alert: store.begin_sending(alert, {"log": "written"}),
        lambda store, alert: store.note_sent(alert, "log", "sent"),
        lambda store, _: store.kept_since(NOW),
        lambda store, _: store.clear_unwatched(NOW),
    ],
)
def test_what_cannot_be_written_changes_nothing(
    store: AlertStore, database: Database, use: Callable[[AlertStore, Alert], object]
) -> None:
    alert = raised(store)
    with unwritable(database), pytest.raises(ConfigError):
        use(store, alert)
    assert store.active() == store.not_handed_on(NOW) == [alert]


def test_what_cannot_be_read_is_an_error(store: AlertStore, database: Database) -> None:
    with unreadable(database, "alerts"), pytest.raises(ConfigError):
        store.active()


@pytest.mark.parametrize("wrong", ["kind = 'odd'", "severity = 'loud'", "at = 9e18"])
def test_values_that_make_no_sense_are_an_error(
    store: AlertStore, database: Database, wrong: str
) -> None:
    raised(store)
    database.write_later(f"UPDATE alerts SET {wrong}")
    with pytest.raises(ConfigError, match="make no sense"):
        store.active()


def test_what_is_handed_on_is_read_anew(store: AlertStore) -> None:
    alert = raised(store)
    store.active()
    before = store.version
    store.begin_sending(alert, {"log": "written"})
    # Else a file that is begun anew would have it as one that nobody has handed on.
    assert store.version != before


@pytest.mark.parametrize("lose", [Path.unlink, lambda path: os.truncate(path, 4096)])
def test_a_file_that_is_begun_anew_has_what_is_active(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lose: Callable[[Path], None]
) -> None:
    monkeypatch.setattr(module, "_GRACE", 0.0)
    path = tmp_path / "state" / "state.db"
    with closing(open_store(path, NOW).database) as database:
        context = make_context(database)
        context.memory.add(JOB, OTHER)
        context.memory.recall()
        store = AlertStore(database, PROFILE)
        store.kept_since(NOW)
        alert, cleared = raised(store), raised(store, OTHER)
        store.begin_sending(alert, {"log": "written"})
        store.clear(cleared, LATER)
        store.newer_than(0)
        assert store.active() == [alert]
        database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        lose(path)
        database.look()
        database.look()
        assert database.begun_anew == 1
        assert store.active() == [alert]
        # A number stands for one alert, also across files.
        again = raised(store, OTHER)
        assert again.id > cleared.id
        assert stuck(store) is None
        assert store.active() == [alert, again]
        assert store.sent(alert) == {"log": "written"}
        assert AlertStore(database, PROFILE).kept_since(LATER) == NOW
