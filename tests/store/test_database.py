"""The database is made, opened again and brought up to date; where it cannot be, that is said."""

import sqlite3
import stat
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.store.failing_disk import full_disk, no_root
from tests.support.text import is_one_safe_line
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store import database
from zcbulk_tui.store.database import open_database


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / database.FILE_NAME


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_database(path)) as connection:
        yield connection


def refusal(path: Path) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        open_database(path)
    assert str(path) in caught.value.title
    assert caught.value.exit_code == 2
    assert caught.value.cause
    assert caught.value.next_step
    assert is_one_safe_line(str(caught.value))
    return caught.value


def tables(connection: sqlite3.Connection) -> set[str]:
    return {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}


def pragma(connection: sqlite3.Connection, name: str) -> object:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


def test_a_new_one_is_ready_to_use(path: Path) -> None:
    with opened(path) as connection:
        assert "calls" in tables(connection)
        assert pragma(connection, "user_version") == 1
        assert pragma(connection, "journal_mode") == "wal"
        assert pragma(connection, "synchronous") == 1
        assert pragma(connection, "busy_timeout") == 250
        assert not connection.in_transaction
        connection.execute("CREATE TABLE mine (a)")
        assert not connection.in_transaction


def test_only_this_user_may_read_it(path: Path) -> None:
    with opened(path) as connection:
        connection.execute("CREATE TABLE mine (a)")
        files = list(path.parent.iterdir())
        assert len(files) == 3
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_it_holds_is_there_again(path: Path) -> None:
    with opened(path) as connection:
        connection.execute("CREATE TABLE mine (a)")
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    with opened(path) as connection, opened(path) as other:
        assert "mine" in tables(connection) & tables(other)


def test_it_may_be_opened_in_one_thread_and_used_in_another(path: Path) -> None:
    with ThreadPoolExecutor(1) as pool:
        connection = pool.submit(open_database, path).result()
    with closing(connection):
        assert "calls" in tables(connection)


def test_an_older_one_gets_what_it_lacks(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(path) as connection:
        connection.execute("INSERT INTO calls VALUES ('a', '2026-03-11', 1, 2, 3, 4, 5, 0)")
    later = ("CREATE TABLE b (c)", "INSERT INTO b VALUES (1)"), ("CREATE TABLE d (e)",)
    monkeypatch.setattr(database, "_MIGRATIONS", (*database._MIGRATIONS, *later))
    for _ in range(2):
        with opened(path) as connection:
            assert {"calls", "b", "d"} <= tables(connection)
            assert pragma(connection, "user_version") == 3
            assert connection.execute("SELECT * FROM b").fetchall() == [(1,)]
            assert connection.execute("SELECT command FROM calls").fetchall() == [(3,)]


def test_a_step_that_fails_leaves_it_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(path):
        pass
    migrations = database._MIGRATIONS
    with monkeypatch.context() as patched:
        broken = ("CREATE TABLE b (c)", "CREATE TABLE b (c)")
        patched.setattr(database, "_MIGRATIONS", (*migrations, broken))
        refusal(path)
    with opened(path) as connection:
        assert "b" not in tables(connection)
        assert pragma(connection, "user_version") == 1


def test_one_of_a_later_version_is_left_as_it_is(path: Path) -> None:
    with opened(path) as connection:
        connection.execute("PRAGMA user_version = 2")
    before = path.read_bytes()
    error = refusal(path)
    assert "later version" in error.title
    assert "ZCBULK_STATE_DIR" in error.next_step
    assert path.read_bytes() == before


def test_a_damaged_one_is_named_and_left_as_it_is(path: Path) -> None:
    path.parent.mkdir()
    content = b"damaged" * 1000
    path.write_bytes(content)
    error = refusal(path)
    assert "damaged" in error.title
    assert "away to begin anew" in error.next_step
    assert path.read_bytes() == content


def test_an_empty_file_is_taken(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    with opened(path) as connection:
        assert "calls" in tables(connection)


def test_a_folder_in_its_place_is_named(path: Path) -> None:
    path.mkdir(parents=True)
    refusal(path)


@pytest.mark.parametrize("depth", [1, 2], ids=["folder", "folder above"])
def test_a_file_in_the_folders_place_is_named(tmp_path: Path, depth: int) -> None:
    (tmp_path / "state").write_text("mine")
    path = tmp_path.joinpath("state", *["deeper"] * (depth - 1), "state.db")
    error = refusal(path)
    assert "cannot be written" in error.title
    assert (tmp_path / "state").read_text() == "mine"


@pytest.fixture
def everybodys_folder() -> Iterator[Path]:
    """A folder outside those of pytest, which are closed to whom root is in `no_root`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        folder.chmod(0o755)


@pytest.mark.parametrize("name", ["state.db", "deeper/state.db"])
def test_a_folder_that_may_not_be_written_is_named(everybodys_folder: Path, name: str) -> None:
    everybodys_folder.chmod(0o555)
    with no_root():
        error = refusal(everybodys_folder / name)
    assert "cannot be written" in error.title
    assert "ZCBULK_STATE_DIR" in error.next_step


@pytest.mark.parametrize("folder_mode", [0o555, 0o777])
def test_a_file_that_may_not_be_written_is_named(everybodys_folder: Path, folder_mode: int) -> None:
    path = everybodys_folder / "state.db"
    with opened(path):
        pass
    path.chmod(0o444)
    everybodys_folder.chmod(folder_mode)
    with no_root():
        error = refusal(path)
    assert "cannot be written" in error.title


def test_a_full_disk_is_named(path: Path) -> None:
    with full_disk():
        error = refusal(path)
    assert "cannot be written" in error.title
    assert "Make room" in error.next_step
    with opened(path) as connection:
        assert "calls" in tables(connection)


def test_one_that_another_program_holds_is_named(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_PATIENCE_AT_FIRST", 0.0)
    with opened(path) as other:
        other.execute("BEGIN IMMEDIATE")
        error = refusal(path)
    assert "held by another program" in error.title
    assert "Try again" in error.next_step
