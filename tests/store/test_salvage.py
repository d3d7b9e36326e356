"""Of a database that is damaged, what can be read is read, and nothing that makes no sense."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.store.filled import JOBS, PROFILE, TODAY, filled, read_last, readings_of, records
from tests.support.jobs import NOW
from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.store import salvage
from zcbulk_tui.store.database import Database, in_memory
from zcbulk_tui.store.ledger import StoredCallBook
from zcbulk_tui.store.rows import from_reading
from zcbulk_tui.store.schema import MIGRATIONS
from zcbulk_tui.store.watch_list import StoredWatchList

PAGE = 4096


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "state.db"
    filled(path)
    return path


@pytest.fixture
def target() -> Iterator[Database]:
    with closing(in_memory()) as database:
        yield database


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for sql in statements:
            connection.execute(sql)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def spoil(path: Path, *names: str) -> None:
    """Puts rubbish into the first pages of tables or indices."""
    with closing(sqlite3.connect(path)) as connection:
        rows = dict(connection.execute("SELECT name, rootpage FROM sqlite_master"))
    with path.open("r+b") as file:
        for name in names:
            file.seek((rows[name] - 1) * PAGE)
            file.write(b"\xa5" * PAGE)


def test_of_a_sound_one_all_is_saved(path: Path, target: Database) -> None:
    remains = salvage.read(path, NOW)
    salvage.write(remains, target)
    assert remains.told() == "14 jobs of the watch list were saved from it."
    assert StoredWatchList(target, PROFILE).jobs() == JOBS
    for job in JOBS:
        assert read_last(target, job) == [from_reading(one) for one in readings_of(job)[-12:]]
    assert [(record.job, record.operator) for record in records(target)] == [
        (job, "anna@jump1") for job in JOBS[:3]
    ]
    book = StoredCallBook(target, PROFILE)
    assert book.day(TODAY).of(Cause.KEY) == 7
    assert book.day(TODAY - timedelta(days=1)).of(Cause.PLAN) == 60


def test_it_is_read_without_a_change_to_it_or_a_file_beside_it(path: Path) -> None:
    before = path.read_bytes()
    salvage.read(path, NOW)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("name", ["gone.db", "empty.db", "."])
def test_of_nothing_there_is_nothing_to_tell(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty.db").touch()
    remains = salvage.read(tmp_path / name, NOW)
    assert remains == salvage.Remains()
    assert remains.told() == ""


def test_of_rubbish_it_is_told_that_nothing_could_be_read(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    path.write_bytes(b"rubbish" * 1000)
    assert salvage.read(path, NOW).told() == "No job of the watch list could be read."


def test_the_order_of_the_list_and_jobs_that_are_not_on_it_are_kept(
    path: Path, target: Database
) -> None:
    change(
        path,
        "UPDATE jobs SET place = NULL WHERE label = 'Job 1'",
        "UPDATE jobs SET place = 99 WHERE label = 'Job 5'",
    )
    salvage.write(salvage.read(path, NOW), target)
    labels = [job.label for job in StoredWatchList(target, PROFILE).jobs()]
    assert labels == [job.label for job in JOBS if job.label not in ("Job 1", "Job 5")] + ["Job 5"]
    # Its records are still to be read.
    assert [record.job.label for record in records(target)] == ["Job 0", "Job 1", "Job 2"]


def test_what_is_there_already_stays(path: Path, target: Database) -> None:
    StoredWatchList(target, PROFILE).add(JOBS[3])
    salvage.write(salvage.read(path, NOW), target)
    assert set(StoredWatchList(target, PROFILE).jobs()) == set(JOBS)


def test_jobs_that_only_their_index_knows_are_saved_without_their_words(
    path: Path, target: Database
) -> None:
    spoil(path, "jobs")
    remains = salvage.read(path, NOW)
    salvage.write(remains, target)
    jobs = StoredWatchList(target, PROFILE).jobs()
    assert [job.ref for job in jobs] == [job.ref for job in JOBS]
    assert {job.label for job in jobs} == {job.ref.job_id for job in JOBS}
    assert {job.added_at for job in jobs} == {NOW}
    assert len(read_last(target, JOBS[0])) == 12
    assert "labels of 14 could not be read" in remains.told()
    assert "more" not in remains.told()


def test_jobs_that_their_index_has_lost_are_saved(path: Path, target: Database) -> None:
    spoil(path, "sqlite_autoindex_jobs_1")
    remains = salvage.read(path, NOW)
    salvage.write(remains, target)
    assert StoredWatchList(target, PROFILE).jobs() == JOBS
    assert remains.told() == "14 jobs of the watch list were saved from it."


@pytest.mark.parametrize("lost", ["readings", "readings_of_job"])
def test_readings_that_cannot_be_read_are_counted(path: Path, lost: str) -> None:
    spoil(path, lost)
    remains = salvage.read(path, NOW)
    assert remains.watched == 14
    assert "readings of 14 could not be read" in remains.told()


@pytest.mark.parametrize("lost", ["days", "control"])
def test_it_is_told_when_something_else_cannot_be_read(path: Path, lost: str) -> None:
    spoil(path, lost)
    remains = salvage.read(path, NOW)
    assert "some commands or counts of calls could not be read" in remains.told()
    assert bool(remains.days) == (lost != "days")
    assert bool(remains.control) == (lost != "control")


@pytest.mark.parametrize(
    ("sql", "saved"),
    [
        ("UPDATE jobs SET label = x'ff00' WHERE id = 4", 13),
        ("UPDATE jobs SET added_at = 'soon' WHERE id = 4", 13),
        ("UPDATE jobs SET added_at = 9e18 WHERE id = 4", 13),
        ("UPDATE jobs SET place = 'first' WHERE id = 4", 13),
        ("UPDATE jobs SET origin = 'http://elsewhere.example' WHERE id = 4", 13),
        ("UPDATE jobs SET job_id = '12x' WHERE id = 4", 13),
        ("UPDATE jobs SET environment = 'producti' WHERE id = 4", 13),
        ("UPDATE jobs SET profile = x'64ff' WHERE id = 4", 13),
        ("UPDATE readings SET total = 'many' WHERE job = 4", 14),
        ("UPDATE readings SET at = 'now', raw_state = 5 WHERE job = 4", 14),
        ("UPDATE control SET shown = '[[' WHERE job = 2", 14),
        ("UPDATE control SET error = '{}', outcome = 'lost' WHERE job = 2", 14),
        ("UPDATE days SET date = 'today' WHERE plan = 0", 14),
    ],
)
def test_what_makes_no_sense_is_left_out_and_costs_nothing_else(
    path: Path, target: Database, sql: str, saved: int
) -> None:
    change(path, sql)
    remains = salvage.read(path, NOW)
    salvage.write(remains, target)
    jobs = StoredWatchList(target, PROFILE).jobs()
    assert len(jobs) >= saved
    assert {job.ref for job in jobs} <= {job.ref for job in JOBS}
    assert "could not be read" in remains.told() or "more" in remains.told()
    assert len(read_last(target, JOBS[0])) == 12
    assert len(records(target)) >= 2


def test_an_address_that_its_index_does_not_confirm_is_not_used(
    path: Path, target: Database
) -> None:
    content = path.read_bytes()
    place = content.index(b"https://www.zohoapis.com")
    path.write_bytes(content[:place] + b"https://www.zohoapix.com" + content[place + 24 :])
    remains = salvage.read(path, NOW)
    salvage.write(remains, target)
    jobs = StoredWatchList(target, PROFILE).jobs()
    assert {job.ref.origin for job in jobs} == {"https://www.zohoapis.com"}
    assert len(jobs) == 13
    assert "there may have been more" in remains.told()


def test_of_the_first_version_the_days_are_saved(tmp_path: Path, target: Database) -> None:
    path = tmp_path / "state.db"
    change(
        path,
        *MIGRATIONS[0],
        "INSERT INTO calls VALUES ('default', '2026-03-11', 9, 0, 0, 0, 0, 0)",
        "PRAGMA user_version = 1",
    )
    remains = salvage.read(path, NOW)
    salvage.write(remains, target)
    assert StoredCallBook(target, PROFILE).day(TODAY).total == 9
    assert remains.told() == ""


def test_nothing_is_taken_from_a_later_version(path: Path) -> None:
    change(path, "PRAGMA user_version = 99")
    assert salvage.read(path, NOW) == salvage.Remains()


def test_one_that_was_cut_off_gives_what_is_in_front(path: Path, target: Database) -> None:
    path.write_bytes(path.read_bytes()[: 8 * PAGE])
    salvage.write(salvage.read(path, NOW), target)
    assert StoredWatchList(target, PROFILE).jobs() == JOBS
