"""Whatever has become of the file: the store opens, says what was wrong, and loses no byte."""

import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.filled import JOBS, PROFILE, TODAY, fill, filled
from tests.store.openings import (
    ALL,
    ASIDE,
    BESIDE,
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
from tests.store.together import open_and_add, run_together
from tests.support.jobs import NOW
from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store import aside, opening
from zcbulk_tui.store.aside import mark_of
from zcbulk_tui.store.database import open_database
from zcbulk_tui.store.quota import CallLedger
from zcbulk_tui.store.watch_list import WatchList


def test_a_new_one_and_a_good_one_have_no_problem(path: Path) -> None:
    with opened(path) as result:
        assert result.problem is None
        assert is_on_disk(result.database)
        fill(result.database)
    with opened(path) as result:
        assert result.problem is None
        assert result.database.trouble is None
        assert jobs(result.database) == ALL
    assert names(path) == {"state.db", *BESIDE}


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


@pytest.mark.parametrize(
    "spoil",
    [
        lambda *_: b"rubbish" * 2000,
        lambda content, _: b"not a database!!" + content[16:],
        lambda content, _: content[: len(content) // 2],
        lambda content, _: content[:1000],
        lambda content, root: spoilt_at(content, root("jobs")),
        lambda content, root: spoilt_at(content, root("sqlite_autoindex_jobs_1")),
        lambda content, root: spoilt_at(content, root("readings")),
        lambda content, root: spoilt_at(content, root("days")),
        lambda content, root: spoilt_at(content, root("windows")),
        lambda content, _: content.replace(b"Job 3", b"J\xff\xfe 3"),
    ],
    ids=["rubbish", "header", "half", "less than a page", "jobs", "index of jobs", "readings",
         "days", "windows", "words"],
)  # fmt: skip
def test_a_damaged_one_is_moved_aside_and_the_backup_is_taken(
    path: Path,
    whole: bytes,
    saved: Callable[[Path], None],
    spoil: Callable[[bytes, Callable[[str], int]], bytes],
) -> None:
    content = spoil(whole, lambda name: root_of(whole, name, path.parent.parent / "look.db"))
    assert content != whole
    put(path, content)
    saved(path)
    with opened(path) as result:
        assert is_on_disk(result.database)
        assert WatchList(result.database, PROFILE).jobs() == JOBS
        assert "was damaged" in told(result).title
        assert str(path.with_name(ASIDE)) in told(result).next_step
        assert "14 watched jobs, the count of today's calls" in told(result).cause
        assert "lost" not in told(result).cause
        ledger = CallLedger(result.database, PROFILE)
        assert ledger.day(TODAY).of(Cause.KEY) == 7
        assert ledger.day(TODAY - timedelta(days=1)).of(Cause.PLAN) == 60
        assert result.database.trouble is None
    # Words that are none show only after it was opened, which leaves its mark in the header.
    assert path.with_name(ASIDE).read_bytes()[HEADER:] == content[HEADER:]
    with opened(path) as result:
        assert result.problem is None
        assert jobs(result.database) == ALL


def test_a_damaged_one_without_a_backup_is_told_as_a_loss(path: Path) -> None:
    put(path, b"rubbish" * 2000)
    with opened(path) as result:
        assert is_on_disk(result.database)
        assert "The watch list is lost: there is no watch-list.json" in told(result).cause
        assert "The count of today's calls is lost" in told(result).cause
        assert "enter it with b" in told(result).next_step


def test_no_file_that_was_moved_aside_is_overwritten(path: Path) -> None:
    contents = [b"rubbish %d" % n * 1000 for n in range(3)]
    for content in contents:
        put(path, content)
        with opened(path) as result:
            assert "was damaged" in told(result).title
    aside = sorted(path.parent.glob("state.db.damaged-*"))
    assert [file.name for file in aside] == [ASIDE, f"{ASIDE}-2", f"{ASIDE}-3"]
    assert [file.read_bytes() for file in aside] == contents


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
    assert names(path) == {"state.db", *BESIDE}


def test_one_of_another_version_is_not_touched(path: Path) -> None:
    filled(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    with opened(path) as result:
        assert not is_on_disk(result.database)
        assert jobs(result.database) == ALL
        assert "another version" in told(result).title
        assert "Install the version that made it" in told(result).next_step
        assert "another version" in (result.database.trouble or "")
    assert path.read_bytes() == before
    assert names(path) == {"state.db", *BESIDE}


def test_several_that_find_the_damage_at_once_move_it_once(
    path: Path, whole: bytes, saved: Callable[[Path], None]
) -> None:
    saved(path)
    root = root_of(whole, "events", path.parent.parent / "look.db")
    content = put(path, spoilt_at(whole, root))
    run_together(open_and_add, [(path, number, NOW) for number in range(3)])
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
            away = [
                file.read_bytes()[HEADER:]
                for file in Path(folder).glob("state.db.damaged-*")
                if not file.name.endswith(aside._BESIDE)
            ]
            moved = is_on_disk(result.database) and result.problem is not None
            assert away == ([spoilt[HEADER:]] if moved else [])
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
        opening._probe(connection)
    assert reads
    # A walk through all readings alone would be some hundred thousand steps.
    assert steps[0] < 100
