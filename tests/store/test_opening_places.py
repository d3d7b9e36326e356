"""Where the store may not write, or another program is at it, it opens all the same, in memory."""

import errno
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.databases import held_by_another
from tests.store.failing_disk import full_disk, no_root
from tests.store.filled import filled
from tests.store.openings import (
    ALL,
    ASIDE,
    check_it_is_in_memory,
    is_on_disk,
    jobs,
    opened,
    put,
    root_of,
    spoilt_at,
    told,
)
from zcbulk_tui.store import aside, database
from zcbulk_tui.store.backup import LIST_NAME
from zcbulk_tui.store.faults import refusal


def test_a_folder_in_its_place_is_left(path: Path) -> None:
    path.mkdir(parents=True)
    with opened(path) as result:
        check_it_is_in_memory(result, path, "is not a file")
        assert jobs(result.database) == []
    assert path.is_dir()


def test_a_file_in_the_folders_place_is_left(path: Path) -> None:
    path.parent.write_text("mine")
    with opened(path) as result:
        check_it_is_in_memory(result, path)
    assert path.parent.read_text() == "mine"


def test_a_link_to_nothing_leads_to_a_new_one_that_only_this_user_may_read(path: Path) -> None:
    path.parent.mkdir()
    target = path.parent.parent / "elsewhere.db"
    path.symlink_to(target)
    with opened(path) as result:
        assert result.problem is None
    assert target.stat().st_mode & 0o777 == 0o600
    assert path.is_symlink()


@pytest.mark.parametrize("target", ["gone/state.db", "state.db"], ids=["no folder", "itself"])
def test_a_link_that_leads_nowhere_is_left(path: Path, target: str) -> None:
    path.parent.mkdir()
    path.symlink_to(target)
    with opened(path) as result:
        assert is_on_disk(result.database) or "cannot be written" in told(result).title
    assert path.is_symlink()


def test_of_a_damaged_one_behind_a_link_the_file_is_moved(path: Path) -> None:
    path.parent.mkdir()
    target = path.parent.parent / "state.db"
    target.write_bytes(b"rubbish" * 1000)
    path.symlink_to(target)
    with opened(path) as result:
        assert str(target.with_name(ASIDE)) in told(result).next_step
    assert path.is_symlink()
    assert target.with_name(ASIDE).read_bytes() == b"rubbish" * 1000


@pytest.mark.parametrize(("folder_mode", "file_mode"), [(0o555, 0o444), (0o777, 0o444)])
def test_what_may_only_be_read_is_carried_over(
    everybodys_folder: Path, folder_mode: int, file_mode: int
) -> None:
    path = everybodys_folder / "state.db"
    filled(path)
    before = path.read_bytes()
    path.with_name(LIST_NAME).chmod(0o644)
    path.chmod(file_mode)
    everybodys_folder.chmod(folder_mode)
    with no_root(), opened(path) as result:
        assert jobs(result.database) == ALL
        assert "14 watched jobs" in told(result).cause
        check_it_is_in_memory(result, path)
    assert path.read_bytes() == before


def test_a_damaged_one_in_a_folder_that_may_not_be_written_stays(
    everybodys_folder: Path, whole: bytes, saved: Callable[[Path], None]
) -> None:
    path = everybodys_folder / "state.db"
    saved(path)
    path.with_name(LIST_NAME).chmod(0o644)
    content = put(path, spoilt_at(whole, root_of(whole, "days", everybodys_folder / "look.db")))
    path.chmod(0o666)
    everybodys_folder.chmod(0o555)
    with no_root(), opened(path) as result:
        assert jobs(result.database) == ALL
        assert not is_on_disk(result.database)
    assert path.read_bytes() == content


def test_a_full_disk_leaves_what_is_there(path: Path) -> None:
    filled(path)
    with full_disk(), opened(path) as result:
        assert jobs(result.database) == ALL
        check_it_is_in_memory(result, path)
    with opened(path) as result:
        assert result.problem is None
        assert jobs(result.database) == ALL


def test_a_damaged_one_stays_while_the_disk_is_full(
    path: Path, whole: bytes, saved: Callable[[Path], None]
) -> None:
    saved(path)
    root = root_of(whole, "events", path.parent.parent / "look.db")
    content = put(path, spoilt_at(whole, root))
    with full_disk(), opened(path) as result:
        assert jobs(result.database) == ALL
        check_it_is_in_memory(result, path)
    assert path.read_bytes() == content
    with opened(path) as result:
        assert is_on_disk(result.database)
        assert jobs(result.database) == ALL


@pytest.mark.parametrize("mode", ["NORMAL", "EXCLUSIVE"])
def test_one_that_another_program_holds_is_read(
    path: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    monkeypatch.setattr(database, "_PATIENCE_AT_FIRST", 0.0)
    filled(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute(f"PRAGMA locking_mode = {mode}")
        other.execute("BEGIN IMMEDIATE")
        with opened(path) as result:
            assert jobs(result.database) == ALL
            check_it_is_in_memory(result, path, "held by another program")
        other.execute("ROLLBACK")


def test_a_lock_that_does_not_end_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    monkeypatch.setattr(aside, "_PATIENCE", 0.0)
    content = put(path, b"rubbish" * 1000)
    with path.with_name("state.db.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with opened(path) as result:
            check_it_is_in_memory(result, path, "another program is at it")
    assert path.read_bytes() == content


LOCK_ERRORS = [errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EIO, errno.ENOSYS]


@pytest.mark.parametrize("code", LOCK_ERRORS, ids=errno.errorcode.get)
def test_a_file_system_without_locks_is_named(
    path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """SQLite says of such a one that somebody else holds the lock."""

    def lock(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("fcntl.lockf", lock)
    monkeypatch.setattr(database, "_PATIENCE_AT_FIRST", 0.0)
    filled(path)
    with held_by_another(path), opened(path) as result:
        check_it_is_in_memory(result, path, because="cannot be locked")
        assert os.strerror(code) in told(result).cause
        assert "ZCBULK_STATE_DIR to a folder on a local disk" in told(result).next_step


@pytest.mark.parametrize("name", ["SQLITE_PROTOCOL", "SQLITE_IOERR_LOCK", "SQLITE_IOERR_SHMLOCK"])
def test_what_sqlite_says_of_locks_is_named(path: Path, name: str) -> None:
    error = sqlite3.OperationalError("locking protocol")
    error.sqlite_errorcode = getattr(sqlite3, name)
    assert "cannot be locked" in refusal(path, error).title


def test_another_program_is_named_where_there_are_locks(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_PATIENCE_AT_FIRST", 0.0)
    filled(path)
    with held_by_another(path), opened(path) as result:
        check_it_is_in_memory(result, path, because="is held by another program")


@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir], ids=["pipe", "folder"])
def test_what_is_no_file_is_not_waited_for(path: Path, make: Callable[[Path], None]) -> None:
    path.parent.mkdir()
    make(path)
    with opened(path) as result:
        assert "is not a file" in told(result).title
