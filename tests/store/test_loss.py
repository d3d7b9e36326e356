"""Files that are lost while they are open: noticed, and begun anew with all that is known."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.filled import JOBS, PROFILE, TODAY, filled, record_of
from tests.support.contexts import make_context
from tests.support.jobs import NOW, watched
from tests.support.text import is_one_safe_line
from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action
from zcbulk_tui.domain.records import ControlRecord
from zcbulk_tui.domain.snapshot import ServiceSnapshot
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.monitor.profile_context import ProfileContext
from zcbulk_tui.store import database as module
from zcbulk_tui.store.control_log import SELECT, to_record
from zcbulk_tui.store.database import Database, open_database
from zcbulk_tui.store.opening import open_store
from zcbulk_tui.store.quota import CallLedger
from zcbulk_tui.store.watch_list import WatchList

UNSETTLED = ControlRecord("open", JOBS[5], PROFILE, "anna@jump1", Command(Action.ABORT, NOW))

Lose = Callable[[Path], object]


class Window:
    """A dashboard, as far as the memory goes."""

    def __init__(self, path: Path) -> None:
        self.database: Database = open_store(path, NOW).database
        self.ledger = CallLedger(self.database, PROFILE)
        self.context: ProfileContext = make_context(self.database)
        self.tick()
        self.context.memory.polled()
        self.context.memory.recall()
        self.ledger.day(TODAY)

    def tick(self) -> None:
        self.context.windows.heartbeat(ServiceSnapshot(), focused=True)
        self.context.memory.news()

    def trouble(self) -> str | None:
        return self.database.trouble


@pytest.fixture
def grace(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    def set_to(seconds: float) -> None:
        monkeypatch.setattr(module, "_GRACE", seconds)

    return set_to


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "state" / "state.db"
    filled(path)
    return path


@pytest.fixture
def windows(path: Path) -> Iterator[list[Window]]:
    windows = [Window(path), Window(path)]
    for window in windows:
        window.database.connection.execute("PRAGMA wal_autocheckpoint = 4")
    windows[0].context.memory.commanded(UNSETTLED)
    windows[0].ledger.count(TODAY, Cause.COMMAND, 2)
    for window in windows:
        window.ledger.day(TODAY)
    yield windows
    for window in windows:
        window.database.close()


def beside(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)


def delete(*paths: Path) -> None:
    for path in paths:
        path.unlink()


def replace(path: Path, content: bytes) -> None:
    new = path.with_name("other")
    new.write_bytes(content)
    new.replace(path)


def of_another_version_of_it(path: Path) -> None:
    new = path.with_name("other")
    with closing(open_database(new, backed_up=False)) as other:
        WatchList(other, PROFILE).add(watched("42"))
    new.replace(path)


def rubbish(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(os.urandom(path.stat().st_size))


LOSSES: dict[str, Lose] = {
    "deleted": Path.unlink,
    "folder deleted": lambda path: shutil.rmtree(path.parent),
    "folder renamed": lambda path: path.parent.rename(path.parent.with_name("elsewhere")),
    "all deleted": lambda path: delete(*path.parent.iterdir()),
    "replaced by nothing": lambda path: replace(path, b""),
    "replaced by a text": lambda path: replace(path, b"not a database" * 1000),
    "replaced by a database": of_another_version_of_it,
    "cut to nothing": lambda path: os.truncate(path, 0),
    "cut to a half": lambda path: os.truncate(path, path.stat().st_size // 2),
    "cut to a page": lambda path: os.truncate(path, 4096),
    "rubbish": rubbish,
    "-wal deleted": lambda path: beside(path, "-wal").unlink(),
    "-shm deleted": lambda path: beside(path, "-shm").unlink(),
    "-wal and -shm deleted": lambda path: delete(beside(path, "-wal"), beside(path, "-shm")),
    "-wal replaced": lambda path: replace(beside(path, "-wal"), b"x" * 5000),
}


def check_all_is_there(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with closing(open_database(path)) as found:
        jobs = [job.ref for job in WatchList(found, PROFILE).jobs()]
        assert {job.ref for job in JOBS} <= set(jobs)
        assert len(jobs) == len(set(jobs))
        day = CallLedger(found, PROFILE).day(TODAY)
        assert (day.of(Cause.KEY), day.of(Cause.COMMAND)) == (7, 3)
        records = {record.key: record for record in map(to_record, found.rows(SELECT))}
        assert records["open"].command.outcome is Outcome.SENT
        assert {record_of(job).key for job in JOBS[:3]} <= records.keys()


@pytest.mark.parametrize("kind", LOSSES)
def test_what_is_lost_is_noticed_and_written_anew(
    windows: list[Window],
    path: Path,
    kind: str,
    grace: Callable[[float], None],
) -> None:
    LOSSES[kind](path)
    for window in windows:
        window.tick()
        window.tick()
        said = window.trouble() or ""
        assert "not saved" in said
        assert str(path) in said
        assert is_one_safe_line(said)
    with pytest.raises(ConfigError):
        windows[0].context.memory.add(watched("77"))
    # A call is made meanwhile.
    windows[0].ledger.count(TODAY, Cause.COMMAND)
    assert "file" in str(windows[0].ledger.trouble) or windows[0].ledger.trouble
    grace(0.0)
    for _ in range(2):
        for window in windows:
            window.tick()
    assert [window.trouble() for window in windows] == [None, None]
    assert windows[0].ledger.day(TODAY).of(Cause.COMMAND) == 3
    assert windows[0].ledger.trouble is None
    check_all_is_there(path)
    # They are two windows on one file again, of which one polls.
    assert sum(window.context.windows.status.polls for window in windows) == 1
    windows[0].context.memory.add(watched("77"))
    windows[1].tick()
    assert watched("77").ref in windows[1].context.memory.polled()


@pytest.mark.parametrize("kind", ["deleted", "folder renamed", "-wal deleted"])
def test_nothing_of_the_past_is_lost_where_it_can_be_read(
    windows: list[Window], path: Path, kind: str, grace: Callable[[float], None]
) -> None:
    (before,) = windows[0].database.rows("SELECT count(*) FROM readings")
    LOSSES[kind](path)
    grace(0.0)
    windows[0].tick()
    assert windows[0].database.rows("SELECT count(*) FROM readings") == [before]


def test_a_file_that_somebody_put_there_keeps_what_it_has(
    windows: list[Window], path: Path, grace: Callable[[float], None]
) -> None:
    of_another_version_of_it(path)
    grace(0.0)
    for window in windows:
        window.tick()
    with closing(open_database(path)) as found:
        jobs = [job.ref.job_id for job in WatchList(found, PROFILE).jobs()]
    assert jobs[0] == "42"
    assert len(jobs) == 1 + len(JOBS)


def test_what_one_window_takes_off_meanwhile_stays_off(
    windows: list[Window], path: Path, grace: Callable[[float], None]
) -> None:
    path.unlink()
    grace(0.0)
    windows[0].tick()
    windows[0].context.memory.remove(JOBS[0].ref)
    windows[1].tick()
    windows[1].tick()
    assert JOBS[0].ref not in windows[1].context.memory.polled()


@pytest.mark.parametrize("what", ["folder", "pipe", "link"])
def test_what_is_in_the_way_is_named_and_left_alone(
    windows: list[Window], path: Path, what: str, grace: Callable[[float], None]
) -> None:
    path.unlink()
    match what:
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case _:
            path.symlink_to(path.with_name("elsewhere"))
    grace(0.0)
    for _ in range(2):
        windows[0].tick()
    assert "cannot be begun anew" in (windows[0].trouble() or "")
    if what == "folder":
        path.rmdir()
    else:
        path.unlink()
    for _ in range(2):
        for window in windows:
            window.tick()
    assert windows[0].trouble() is None
    check_all_but_a_command(path)


def check_all_but_a_command(path: Path) -> None:
    with closing(open_database(path)) as found:
        assert len(WatchList(found, PROFILE).jobs()) == len(JOBS)


def test_a_folder_that_comes_back_is_used_again(windows: list[Window], path: Path) -> None:
    away = path.parent.with_name("away")
    path.parent.rename(away)
    windows[0].tick()
    assert windows[0].trouble() is not None
    windows[0].ledger.count(TODAY, Cause.COMMAND)
    away.rename(path.parent)
    windows[0].tick()
    assert windows[0].trouble() is None
    check_all_is_there(path)
    assert windows[0].database.begun_anew == 0


def test_an_index_that_was_cut_short_kills_nobody(windows: list[Window], path: Path) -> None:
    os.truncate(beside(path, "-shm"), 0)
    for window in windows:
        window.tick()
        assert window.trouble() is None
    windows[0].ledger.count(TODAY, Cause.COMMAND)
    check_all_is_there(path)


def test_a_log_that_was_cut_short_costs_nothing_known(
    windows: list[Window], path: Path, grace: Callable[[float], None]
) -> None:
    os.truncate(beside(path, "-wal"), 0)
    grace(0.0)
    for _ in range(3):
        for window in windows:
            window.tick()
    windows[0].ledger.count(TODAY, Cause.COMMAND)
    check_all_is_there(path)


def test_who_ends_meanwhile_writes_all_anew(windows: list[Window], path: Path) -> None:
    path.unlink()
    windows[0].ledger.count(TODAY, Cause.COMMAND)
    windows[0].database.close()
    check_all_is_there(path)


def test_others_that_make_the_file_smaller_are_no_loss(windows: list[Window], path: Path) -> None:
    with closing(open_database(path)) as other:
        other.connection.execute("DELETE FROM readings")
        other.connection.execute("VACUUM")
        other.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    for window in windows:
        window.tick()
        assert window.trouble() is None
    assert windows[0].database.begun_anew == 0
