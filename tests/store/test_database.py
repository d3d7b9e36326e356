"""The database is made and opened again; where it cannot be, that is said."""

import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.databases import opened, pragma
from tests.store.failing_disk import full_disk, no_root
from tests.support.databases import memory_database
from tests.support.text import is_one_safe_line
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store import database
from zcbulk_tui.store.database import in_memory, open_database
from zcbulk_tui.store.schema import VERSION


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


def test_a_new_one_is_ready_to_use(path: Path) -> None:
    with opened(path) as connection:
        assert {"days", "jobs", "readings", "calls", "results"} <= tables(connection)
        assert pragma(connection, "user_version") == VERSION == 5
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
        store = pool.submit(open_database, path).result()
    with closing(store):
        assert store.rows("SELECT * FROM days") == []


@pytest.mark.parametrize("version", [1, 2, 99])
def test_one_of_another_version_is_left_as_it_is(path: Path, version: int) -> None:
    with opened(path) as connection:
        connection.execute(f"PRAGMA user_version = {version}")
    before = path.read_bytes()
    error = refusal(path)
    assert "another version" in error.title
    assert f"version {version}" in error.cause
    assert f"mv '{path}'" in error.next_step
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
        assert "jobs" in tables(connection)


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
        assert "jobs" in tables(connection)


def test_one_that_another_program_holds_is_named(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_PATIENCE_AT_FIRST", 0.0)
    with opened(path) as other:
        other.execute("BEGIN IMMEDIATE")
        error = refusal(path)
    assert "held by another program" in error.title
    assert "Try again" in error.next_step


def test_a_link_to_nothing_leads_to_a_file_that_only_this_user_may_read(tmp_path: Path) -> None:
    (tmp_path / "state.db").symlink_to(tmp_path / "elsewhere.db")
    with opened(tmp_path / "state.db"):
        assert stat.S_IMODE((tmp_path / "elsewhere.db").stat().st_mode) == 0o600


def test_one_in_memory_is_used_as_any_other_and_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with closing(memory_database()) as store:
        assert store.trouble is None
        store.write_later("INSERT INTO minute VALUES ('a', 1)")
        with store.transaction(durable=True) as connection:
            connection.execute("INSERT INTO minute VALUES ('b', 2)")
        assert store.rows("SELECT profile FROM minute") == [("a",), ("b",)]
        assert store.trouble is None
        assert not store.changed_by_others()
        assert list(tmp_path.iterdir()) == []


def test_one_in_memory_has_trouble_where_it_should_be_on_disk() -> None:
    with closing(in_memory("The disk is gone")) as store:
        store.write_later("INSERT INTO minute VALUES ('a', 1)")
        assert store.rows("SELECT profile FROM minute") == [("a",)]
        assert store.trouble == "The disk is gone"


def test_a_transaction_waits_for_others_as_long_as_it_says_and_the_next_one_as_usual(
    path: Path,
) -> None:
    with closing(open_database(path)) as store:
        usual = pragma(store.connection, "busy_timeout")
        with store.transaction(patience=1.5) as connection:
            assert pragma(connection, "busy_timeout") == 1500 != usual
        assert pragma(store.connection, "busy_timeout") == usual
