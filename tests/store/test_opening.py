"""Whatever has become of the file: the store opens, says what was wrong, and loses no byte."""

import multiprocessing
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.filled import JOBS, PROFILE, TODAY, fill, filled, read_last, readings_of, records
from tests.store.openings import (
    ALL,
    ASIDE,
    HEADER,
    PAGE,
    is_on_disk,
    jobs,
    names,
    opened,
    put,
    root_of,
    spoilt_at,
    told,
)
from tests.support.jobs import NOW, watched
from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store import opening
from zcbulk_tui.store.database import mark_of, open_database
from zcbulk_tui.store.ledger import StoredCallBook
from zcbulk_tui.store.opening import open_store
from zcbulk_tui.store.rows import from_reading
from zcbulk_tui.store.schema import MIGRATIONS
from zcbulk_tui.store.watch_list import StoredWatchList


def test_a_new_one_and_a_good_one_have_no_problem(path: Path) -> None:
    with opened(path) as result:
        assert result.problem is None
        assert is_on_disk(result.database)
        fill(result.database)
    with opened(path) as result:
        assert result.problem is None
        assert result.database.trouble is None
        assert jobs(result.database) == ALL
    assert names(path) == {"state.db"}


def test_one_that_is_used_by_another_program_has_no_problem(path: Path) -> None:
    with opened(path) as one, opened(path) as other:
        assert one.problem is other.problem is None
        fill(one.database)
        assert jobs(other.database) == ALL


def test_an_empty_file_is_a_new_one(path: Path) -> None:
    put(path, b"")
    with opened(path) as result:
        assert result.problem is None
        assert is_on_disk(result.database)


def test_one_of_the_first_version_has_no_problem(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(MIGRATIONS[0][0])
        connection.execute("INSERT INTO calls VALUES ('default', '2026-03-11', 9, 0, 0, 0, 0, 0)")
        connection.execute("PRAGMA user_version = 1")
    with opened(path) as result:
        assert result.problem is None
        assert StoredCallBook(result.database, PROFILE).day(TODAY).total == 9


@pytest.mark.parametrize(
    ("spoil", "saved"),
    [
        (lambda *_: b"rubbish" * 2000, 0),
        (lambda content, _: b"not a database!!" + content[16:], 0),
        (lambda content, _: content[: len(content) // 2], 14),
        (lambda content, _: content[:1000], 0),
        (lambda content, root: spoilt_at(content, root("jobs")), 14),
        (lambda content, root: spoilt_at(content, root("sqlite_autoindex_jobs_1")), 14),
        (lambda content, root: spoilt_at(content, root("readings")), 14),
        (lambda content, root: spoilt_at(content, root("days")), 14),
        (lambda content, root: spoilt_at(content, root("windows")), 14),
        (lambda content, _: content.replace(b"Job 3", b"J\xff\xfe 3"), 14),
    ],
    ids=["rubbish", "header", "half", "less than a page", "jobs", "index of jobs", "readings",
         "days", "windows", "words"],
)  # fmt: skip
def test_a_damaged_one_is_moved_aside_and_what_can_be_read_is_saved(
    path: Path,
    whole: bytes,
    spoil: Callable[[bytes, Callable[[str], int]], bytes],
    saved: int,
) -> None:
    content = spoil(whole, lambda name: root_of(whole, name, path.parent.parent / "look.db"))
    assert content != whole
    put(path, content)
    with opened(path) as result:
        assert is_on_disk(result.database)
        assert len(jobs(result.database)) == saved
        assert "was damaged" in told(result).title
        assert str(path.with_name(ASIDE)) in told(result).next_step
        expected = f"{saved} jobs of the watch list" if saved else "No job of the watch list"
        assert expected in told(result).cause
        assert result.database.trouble is None
    # Words that are none show only after it was opened, which leaves its mark in the header.
    assert path.with_name(ASIDE).read_bytes()[HEADER:] == content[HEADER:]
    with opened(path) as result:
        assert result.problem is None
        assert len(jobs(result.database)) == saved


def test_all_that_matters_is_saved_of_one_whose_log_is_spoilt(path: Path, whole: bytes) -> None:
    root = root_of(whole, "events", path.parent.parent / "look.db")
    put(path, spoilt_at(whole, root))
    with opened(path) as result:
        store = result.database
        assert StoredWatchList(store, PROFILE).jobs() == JOBS
        for job in JOBS:
            expected = [from_reading(reading) for reading in readings_of(job, 200)[-12:]]
            assert read_last(store, job) == expected
        assert [record.job for record in records(store)] == JOBS[:3]
        book = StoredCallBook(store, PROFILE)
        assert book.day(TODAY).of(Cause.KEY) == 7
        assert book.day(TODAY - timedelta(days=1)).of(Cause.PLAN) == 60
        said = told(result).cause
        assert "14 jobs of the watch list were saved from it." in said
        assert "could not be read" not in said


def test_no_file_that_was_moved_aside_is_overwritten(path: Path) -> None:
    contents = [b"rubbish %d" % n * 1000 for n in range(3)]
    for content in contents:
        put(path, content)
        with opened(path) as result:
            assert "was damaged" in told(result).title
    aside = sorted(path.parent.glob("state.db.damaged-*"))
    assert [file.name for file in aside] == [ASIDE, f"{ASIDE}-2", f"{ASIDE}-3"]
    assert [file.read_bytes() for file in aside] == contents


def test_what_is_in_the_log_of_writes_is_saved_too(path: Path, whole: bytes) -> None:
    source = path.parent.parent / "source.db"
    root = root_of(whole, "events", source)
    put(source, whole)
    with closing(open_database(source)) as store:
        StoredWatchList(store, PROFILE).add(watched("1", "The last one"))
        written = source.with_name("source.db-wal").read_bytes()
        put(path, spoilt_at(source.read_bytes(), root))
    path.with_name("state.db-wal").write_bytes(written)
    with opened(path) as result:
        assert jobs(result.database) == [*ALL, "The last one"]
        assert "15 jobs of the watch list were saved" in told(result).cause
    assert path.with_name(f"{ASIDE}-wal").read_bytes() == written


def test_damage_that_showed_while_it_was_used_is_found_at_the_next_start(path: Path) -> None:
    filled(path, readings=400)
    content = path.read_bytes()
    # In the middle of the readings, where no look goes.
    place = content.rindex(b"in_progress", 0, len(content) // 2)
    path.write_bytes(spoilt_at(content, place // PAGE + 1))
    with opened(path) as result:
        assert result.problem is None
        with pytest.raises(ConfigError) as caught:
            result.database.rows("SELECT * FROM readings")
        assert "next start" in caught.value.next_step
        assert mark_of(path).exists()
    damaged = path.read_bytes()
    with opened(path) as result:
        assert "was damaged" in told(result).title
        assert jobs(result.database) == ALL
    assert path.with_name(ASIDE).read_bytes() == damaged
    assert not mark_of(path).exists()


def test_a_good_one_that_was_suspected_stays(path: Path) -> None:
    filled(path)
    mark_of(path).touch()
    with opened(path) as result:
        assert result.problem is None
        assert jobs(result.database) == ALL
    assert names(path) == {"state.db"}


def test_one_of_a_later_version_is_not_touched_and_nothing_is_taken_from_it(path: Path) -> None:
    filled(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    with opened(path) as result:
        assert not is_on_disk(result.database)
        assert jobs(result.database) == []
        assert "later version" in told(result).title
        assert "Install the later version" in told(result).next_step
        assert "later version" in (result.database.trouble or "")
    assert path.read_bytes() == before
    assert names(path) == {"state.db"}


def open_and_add(path: Path, number: int, together: Barrier) -> None:
    """What a process of its own does."""
    together.wait(60)
    with closing(open_store(path, NOW).database) as store:
        assert is_on_disk(store)
        store.connection.execute("PRAGMA busy_timeout = 20000")
        StoredCallBook(store, f"process {number}").count(TODAY, Cause.KEY)


def test_several_that_find_the_damage_at_once_move_it_once(path: Path, whole: bytes) -> None:
    root = root_of(whole, "events", path.parent.parent / "look.db")
    content = put(path, spoilt_at(whole, root))
    context = multiprocessing.get_context("spawn")
    together = context.Barrier(3)
    processes = [
        context.Process(target=open_and_add, args=(path, number, together)) for number in range(3)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    assert [file.read_bytes() for file in path.parent.glob("state.db.damaged-*[0-9]")] == [content]
    with opened(path) as result:
        assert result.problem is None
        assert jobs(result.database) == ALL
        counted = result.database.rows("SELECT profile FROM days WHERE profile LIKE 'process %'")
        assert len(counted) == 3


changes = st.lists(st.tuples(st.integers(0, 2**20), st.integers(1, 255)), max_size=6)


@given(changes, st.none() | st.integers(0, 2**20))
def test_no_damage_keeps_it_from_opening_and_no_byte_is_lost(
    whole: bytes, changes: list[tuple[int, int]], length: int | None
) -> None:
    content = bytearray(whole)
    for place, difference in changes:
        content[place % len(content)] ^= difference
    spoilt = bytes(content if length is None else content[: length % len(content)])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "state.db"
        path.write_bytes(spoilt)
        with opened(path) as result:
            # Some damage shows only after it was opened, which leaves its mark in the header.
            aside = [
                file.read_bytes()[HEADER:]
                for file in Path(folder).glob("state.db.damaged-*")
                if not file.name.endswith(opening._BESIDE)
            ]
            moved = is_on_disk(result.database) and result.problem is not None
            assert aside == ([spoilt[HEADER:]] if moved else [])
            assert result.database.rows("SELECT count(*) FROM jobs")
        if result.problem is not None and not moved:
            assert path.read_bytes() == spoilt
        with opened(path) as again:
            assert (again.problem is None) == is_on_disk(again.database)


def test_the_look_at_a_large_one_takes_no_time_to_speak_of(path: Path) -> None:
    filled(path)
    reads: list[str] = []
    with closing(sqlite3.connect(path)) as connection:
        connection.set_trace_callback(reads.append)
        steps = [0]

        def count_step() -> int:
            steps[0] += 1
            return 0

        with closing(open_database(path)) as store, store.transaction() as writing:
            for n in range(20_000):
                writing.execute(
                    "INSERT INTO readings (job, by_window, at, state, raw_state) "
                    "VALUES (?, 1, ?, 'ready', 'Ready')",
                    (n % 14 + 1, n),
                )
        connection.set_progress_handler(count_step, 100)
        opening._glance(connection)
    assert reads
    # A walk through all readings alone would be some hundred thousand steps.
    assert steps[0] < 100
