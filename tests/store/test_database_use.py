"""What is written to the database is kept, pending or refused, as a whole; damage is marked."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path

import pytest

from tests.store.databases import ADD, held_by_another, mine, pragma
from tests.store.failing_disk import full_disk
from tests.support.text import is_one_safe_line
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store import database
from zcbulk_tui.store.aside import mark_of
from zcbulk_tui.store.database import Database, open_database


@pytest.fixture
def store(path: Path) -> Iterator[Database]:
    """A database with a table of our own, whose statements wait for no other program."""
    with closing(open_database(path)) as store:
        store.connection.execute("PRAGMA busy_timeout = 0")
        store.connection.execute("CREATE TABLE mine (a INTEGER NOT NULL)")
        yield store


def test_what_is_kept_is_there_for_others_at_once(store: Database, path: Path) -> None:
    store.write_later(ADD, (1,))
    assert mine(path) == [1]
    assert store.trouble is None
    assert store.pending_writes == 0


@contextmanager
def on_full_disk(_: Path) -> Iterator[None]:
    with full_disk():
        yield


@pytest.mark.parametrize("fault", [held_by_another, on_full_disk])
def test_what_cannot_be_written_is_written_with_the_next_that_can(
    store: Database, path: Path, fault: Callable[[Path], AbstractContextManager[None]]
) -> None:
    store.write_later(ADD, (1,))
    with fault(path):
        for a in (2, 3):
            store.write_later(ADD, (a,))
            assert store.trouble is not None
            assert "not written down" in store.trouble
            assert str(path) in store.trouble
            assert is_one_safe_line(store.trouble)
        assert store.pending_writes == 2
    assert mine(path) == [1]
    store.write_later(ADD, (4,))
    assert mine(path) == [1, 2, 3, 4]
    assert store.trouble is None
    assert store.pending_writes == 0


def test_what_is_pending_is_written_when_it_is_closed(path: Path) -> None:
    with closing(open_database(path)) as store:
        store.connection.execute("PRAGMA busy_timeout = 0")
        store.connection.execute("CREATE TABLE mine (a INTEGER NOT NULL)")
        with held_by_another(path):
            store.write_later(ADD, (1,))
        assert mine(path) == []
    assert mine(path) == [1]


def test_what_is_pending_is_paid_when_that_is_asked_for(store: Database, path: Path) -> None:
    with held_by_another(path):
        store.write_later(ADD, (1,))
        store.flush()
        assert store.pending_writes == 1
    store.flush()
    assert store.pending_writes == 0
    assert store.trouble is None
    assert mine(path) == [1]


def test_only_so_much_is_pending_and_the_oldest_goes_first(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_PENDING_AT_MOST", 3)
    with closing(open_database(path)) as store:
        store.connection.execute("PRAGMA busy_timeout = 0")
        store.connection.execute("CREATE TABLE mine (a INTEGER NOT NULL)")
        with held_by_another(path):
            for a in range(5):
                store.write_later(ADD, (a,))
            assert store.pending_writes == 3
        store.flush()
    assert mine(path) == [2, 3, 4]


@pytest.mark.parametrize(
    "cannot_be", [None, 10**20, "\ud800"], ids=["not null", "too large", "no text"]
)
def test_what_cannot_be_right_goes_without_the_rest(
    store: Database, path: Path, cannot_be: object
) -> None:
    with held_by_another(path):
        for a in (1, cannot_be, 2):
            store.write_later(ADD, (a,))
    store.write_later(ADD, (cannot_be,))
    assert mine(path) == [1, 2]
    assert store.trouble is None
    assert store.pending_writes == 0


def test_a_transaction_counts_as_a_whole_or_not_at_all(store: Database, path: Path) -> None:
    def write(*values: object) -> None:
        with store.transaction() as connection:
            for a in values:
                connection.execute(ADD, (a,))
                assert mine(path) == before

    before: list[int] = []
    write(1, 2)
    before = [1, 2]
    with pytest.raises(ConfigError) as caught:
        write(3, None)
    assert "nothing was changed" in caught.value.title
    assert is_one_safe_line(str(caught.value))
    with suppress(ZeroDivisionError), store.transaction() as connection:
        connection.execute(ADD, (4,))
        _ = 1 // 0
    assert mine(path) == [1, 2]
    assert store.trouble is None


@pytest.mark.parametrize("fault", [held_by_another, on_full_disk])
def test_a_transaction_that_cannot_be_written_says_so(
    store: Database, path: Path, fault: Callable[[Path], AbstractContextManager[None]]
) -> None:
    with (
        fault(path),
        pytest.raises(ConfigError) as caught,
        store.transaction(durable=True) as connection,
    ):
        connection.execute(ADD, (1,))
    assert str(path) in caught.value.title
    assert "Make room" in caught.value.next_step
    assert mine(path) == []
    with store.transaction() as connection:
        connection.execute(ADD, (2,))
    assert mine(path) == [2]


@pytest.mark.parametrize("durable", [False, True])
def test_only_a_durable_transaction_waits_for_the_disk(store: Database, durable: bool) -> None:
    with store.transaction(durable=durable) as connection:
        connection.execute(ADD, (1,))
        assert pragma(connection, "synchronous") == (2 if durable else 1)
    assert pragma(store.connection, "synchronous") == 1
    with suppress(ZeroDivisionError), store.transaction(durable=durable):
        _ = 1 // 0
    assert pragma(store.connection, "synchronous") == 1


def test_what_others_write_is_noticed_and_what_it_writes_itself_is_not(
    store: Database, path: Path
) -> None:
    assert not store.changed_by_others()
    store.write_later(ADD, (1,))
    assert not store.changed_by_others()
    with closing(open_database(path)) as other:
        assert store.changed_by_others()  # to open it is to write its version
        assert not store.changed_by_others()
        other.write_later(ADD, (2,))
        assert store.changed_by_others()
        assert not store.changed_by_others()
        assert other.changed_by_others() is False


def test_what_cannot_be_read_is_named(store: Database, path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        store.rows("SELECT * FROM others")
    assert str(path) in caught.value.title
    assert "no such table" in caught.value.cause
    assert not mark_of(path).exists()


def test_one_that_is_closed_raises_nothing_but_what_is_announced(store: Database) -> None:
    store.close()
    store.write_later(ADD, (1,))
    assert store.trouble is not None
    store.changed_by_others()
    with pytest.raises(ConfigError):
        store.rows("SELECT 1")


def written_to(store: Database) -> None:
    with store.transaction() as connection:
        connection.execute(ADD, (1,))


@pytest.mark.parametrize(
    "use",
    [
        lambda store: store.rows("SELECT * FROM mine"),
        lambda store: store.write_later(ADD, (1,)),
        written_to,
    ],
    ids=["read", "kept", "transaction"],
)
def test_damage_that_shows_while_it_is_used_is_marked(
    store: Database, path: Path, use: Callable[[Database], object]
) -> None:
    store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    root = store.rows("SELECT rootpage FROM sqlite_master WHERE name = 'mine'")[0][0]
    with path.open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\xff" * 4096)
    store.connection.execute("PRAGMA shrink_memory")
    with closing(open_database(path)) as anew:
        assert not mark_of(path).exists()
        with suppress(ConfigError, sqlite3.Error):
            use(anew)
        assert mark_of(path).exists()


def test_a_full_disk_does_not_keep_from_reading(path: Path) -> None:
    with closing(open_database(path)) as written:
        written.write_later("INSERT INTO minute (profile, at) VALUES ('x', 1)")
    with full_disk():
        with pytest.raises(ConfigError, match="cannot be written"):
            open_database(path)
        with closing(open_database(path, is_only_read=True)) as read:
            assert read.rows("SELECT at FROM minute") == [(1,)]
