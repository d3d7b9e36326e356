"""What must not be lost stands beside the database too, and is never behind it."""

import errno
import json
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.failing_database import full_at_last
from tests.store.filled import PROFILE, TODAY
from tests.store.openings import jobs, opened, told
from tests.store.telling import told as words_of
from tests.store.test_rows import any_errors, readings, words
from tests.store.test_rows import jobs as any_jobs
from tests.support.contexts import make_context
from tests.support.databases import memory_database
from tests.support.jobs import NOW, reading, watched
from zcbulk_tui import user_files
from zcbulk_tui.domain.budget import Cause, DayCalls
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, JobReading, WatchedJob
from zcbulk_tui.domain.records import ControlRecord
from zcbulk_tui.errors import ConfigError, ZcbulkError
from zcbulk_tui.store import backup, control_log
from zcbulk_tui.store.backup import Backup
from zcbulk_tui.store.database import Database, open_database
from zcbulk_tui.store.quota import CallLedger
from zcbulk_tui.store.watch_list import WatchList

JOB = watched()._replace(tags=("eu", "hr"), note="For Anna")
OPEN = ControlRecord(
    "key", JOB, PROFILE, "anna@jump1", Command(Action.ABORT, NOW), reading(0, 5), "PATCH"
)


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    with closing(open_database(path)) as database:
        yield database


def calls_in(path: Path) -> int:
    """The calls of today by the files beside a database."""
    return sum(day.total for _, day in Backup(path).read().days if day.date == TODAY)


def test_each_change_of_the_list_is_there_at_once(database: Database, path: Path) -> None:
    listed = WatchList(database, PROFILE)
    others = WatchList(database, "other")
    changes: list[Callable[[], None]] = [
        lambda: listed.add(JOB),
        lambda: others.add(watched("7")),
        lambda: listed.edit(JOB._replace(label="Another", note="")),
        lambda: listed.add(watched("8")),
        lambda: listed.put_back([(JOB._replace(tags=("back",)), listed.remove(JOB.ref))]),
        lambda: listed.replace(JOB.ref, watched("9")),
    ]
    for change in changes:
        change()
        expected = [(PROFILE, job) for job in listed.jobs()]
        expected += [("other", job) for job in others.jobs()]
        assert Backup(path).read().jobs == expected
    assert database.trouble is None


def test_a_command_is_there_for_as_long_as_it_is_open(database: Database, path: Path) -> None:
    memory = make_context(database).memory
    memory.commanded(OPEN)
    assert Backup(path).read().commands == [OPEN]
    memory.commanded(OPEN._replace(command=OPEN.command.ended(Outcome.ACCEPTED, "Done")))
    assert Backup(path).read().commands == []


def test_a_command_that_could_not_be_written_at_first_is_there_later(
    database: Database, path: Path
) -> None:
    memory = make_context(database).memory
    with full_at_last(database):
        memory.commanded(OPEN)
        assert database.pending_writes
    database.flush()
    assert Backup(path).read().commands == [OPEN]


def test_calls_are_there_with_each_call_of_every_process(database: Database, path: Path) -> None:
    with closing(open_database(path)) as other:
        books = [CallLedger(database, PROFILE), CallLedger(other, "other")]
        for number in range(1, 9):
            books[number % 2].count(TODAY, Cause.PLAN)
            assert calls_in(path) == number
    books[0].set_spent(TODAY, True)
    assert [day.spent for _, day in Backup(path).read().days] == [True, False]


def test_calls_that_may_not_count_yet_are_there_already(database: Database, path: Path) -> None:
    ledger = CallLedger(database, PROFILE)
    with full_at_last(database):
        ledger.count(TODAY, Cause.KEY, 3)
    assert calls_in(path) == 3
    ledger.count(TODAY, Cause.KEY)
    assert calls_in(path) == 4


def test_a_count_that_cannot_be_kept_up_to_date_goes_and_that_is_reported(
    database: Database, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = CallLedger(database, PROFILE)
    ledger.count(TODAY, Cause.KEY)

    def refuse(*_: object, **__: object) -> None:
        raise ConfigError("calls-today.json cannot be written", "The disk is gone.")

    with monkeypatch.context() as patched:
        patched.setattr("zcbulk_tui.store.files.replace", refuse)
        assert ledger.count(TODAY, Cause.KEY).total == 2
        assert "calls-today.json is not up to date" in (database.trouble or "")
    assert not path.with_name(backup.CALLS_NAME).exists()
    ledger.count(TODAY, Cause.KEY)
    assert database.trouble is None
    assert calls_in(path) == 3


def test_only_this_user_may_read_them(database: Database, path: Path) -> None:
    WatchList(database, PROFILE).add(JOB)
    CallLedger(database, PROFILE).count(TODAY, Cause.KEY)
    for name in (backup.LIST_NAME, backup.CALLS_NAME):
        assert stat.S_IMODE(path.with_name(name).stat().st_mode) == 0o600


def test_one_in_memory_leaves_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with closing(memory_database()) as database:
        WatchList(database, PROFILE).add(JOB)
        CallLedger(database, PROFILE).count(TODAY, Cause.KEY)
    assert list(tmp_path.iterdir()) == []


@given(
    any_jobs,
    words,
    st.none() | any_errors,
    st.none() | readings,
    st.lists(st.integers(0, 10**6), min_size=len(Cause), max_size=len(Cause)),
)
def test_what_is_saved_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory,
    job: WatchedJob,
    text: str,
    error: ZcbulkError | None,
    shown: JobReading | None,
    counts: list[int],
) -> None:
    kept = Backup(tmp_path_factory.getbasetemp() / "state.db")
    command = Command(Action.START, NOW, Outcome.SENT, text, error)
    record = ControlRecord("key", job, PROFILE, "anna@jump1", command, shown, text)
    day = DayCalls(TODAY, tuple(counts), 7, spent=True)
    with closing(memory_database()) as database, closing(memory_database()) as other:
        WatchList(database, PROFILE).add(job)
        database.write_later(control_log.KEEP, control_log.values(record))
        ledger = CallLedger(database, PROFILE)
        for cause in Cause:
            ledger.count(TODAY, cause, day.of(cause))
        ledger.set_elsewhere(TODAY, 7)
        ledger.set_spent(TODAY, True)
        kept.save_list(database.connection)
        kept.save_calls(database.connection, TODAY)
        saved = kept.read()
        assert (saved.lost, saved.unusable) == ([], [])
        for _ in range(2):  # to do it again changes nothing
            with other.transaction() as connection:
                backup.restore(saved, connection)
        assert WatchList(other, PROFILE).jobs() == [job]
        assert CallLedger(other, PROFILE).day(TODAY) == day
        (back,) = map(control_log.to_record, other.rows(control_log.SELECT))
    assert words_of(back.command.error) == words_of(error)
    assert back._replace(command=back.command._replace(error=None)) == record._replace(
        command=command._replace(error=None)
    )


def test_of_two_counts_of_the_same_calls_the_higher_one_stays(path: Path) -> None:
    with closing(open_database(path)) as database:
        ledger = CallLedger(database, PROFILE)
        ledger.count(TODAY, Cause.KEY, 3)
        before = Backup(path).read()
        ledger.count(TODAY, Cause.KEY, 5)
        with database.transaction() as connection:
            backup.restore(before, connection)
        assert ledger.day(TODAY).total == 8


ZEROS = b"0" * 30

BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "cut short": lambda content: content[: len(content) // 2],
    "nothing": lambda _: b"",
    "no JSON": lambda _: b"rubbish",
    "no text": lambda _: b"\xff\xfe\x00",
    "another version": lambda content: content.replace(b'"version": 1', b'"version": 2'),
    "no object": lambda _: b"[1, 2]",
    "too deep": lambda _: b"[" * 200_000,
    "nothing in it": lambda _: b'{"version": 1}',
    "no environment": lambda content: content.replace(b'"production"', b'"producti"'),
    "another server's address": lambda content: content.replace(b"https://www", b"http://www"),
    "no moment": lambda content: content.replace(b"+00:00", b""),
    "a nameless profile": lambda content: content.replace(b'"default"', b"null"),
    "counts that are none": lambda content: content.replace(b'"key": 1', b'"key": "many"'),
    "counts beyond all measure": lambda content: content.replace(
        b'"key": 1', b'"key": 1' + b"0" * 30
    ),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_one_is_moved_aside_and_its_loss_is_told(path: Path, kind: str) -> None:
    with closing(open_database(path)) as database:
        WatchList(database, PROFILE).add(JOB)
        CallLedger(database, PROFILE).count(TODAY, Cause.KEY)
    path.write_bytes(b"rubbish" * 2000)
    broken = {}
    for name in (backup.LIST_NAME, backup.CALLS_NAME):
        other = path.with_name(name)
        content = BROKEN[kind](other.read_bytes())
        if content != other.read_bytes():
            broken[name] = content
            other.write_bytes(content)
    assert broken
    with opened(path) as result:
        assert bool(jobs(result.database)) == (backup.LIST_NAME not in broken)
        for name, content in broken.items():
            assert f"lost: {name} is damaged, too" in told(result).cause
            (away,) = path.parent.glob(f"{name}.damaged-*")
            assert away.read_bytes() == content
            assert str(away) in told(result).next_step
    with opened(path) as result:
        assert result.problem is None


def test_one_that_cannot_be_read_now_is_not_called_damaged_and_is_kept(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(open_database(path)) as database:
        WatchList(database, PROFILE).add(JOB)
    whole = path.with_name(backup.LIST_NAME).read_bytes()
    path.write_bytes(b"rubbish" * 2000)

    def read_text(*_: object) -> str:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(user_files, "read_text", read_text)
    with opened(path) as result:
        cause = told(result).cause
        assert f"missing: {backup.LIST_NAME} cannot be read. Too many open files." in cause
        assert "damaged" not in cause.partition("missing")[2]
        away = [*path.parent.glob(f"{backup.LIST_NAME}.damaged-*")]
        assert [file.read_bytes() for file in away] == [whole]


def test_a_database_that_has_gone_is_filled_from_them(path: Path) -> None:
    with closing(open_database(path)) as database:
        WatchList(database, PROFILE).add(JOB)
        CallLedger(database, PROFILE).count(TODAY, Cause.KEY)
        make_context(database).memory.commanded(OPEN)
    path.unlink()
    for _ in range(2):
        with opened(path) as result:
            assert WatchList(result.database, PROFILE).jobs() == [JOB]
            assert CallLedger(result.database, PROFILE).day(TODAY).total == 1
            problem, records = result.problem, result.database.rows(control_log.SELECT)
            assert list(map(control_log.to_record, records)) == [OPEN]
        if problem is None:
            break
        assert "was not there" in problem.title
        assert "1 watched job, 1 unclear command, the count of today's calls" in problem.cause
    assert problem is None


@pytest.mark.parametrize("names", [["watch-list.json"], ["watch-list.json", "calls-today.json"]])
def test_what_is_none_of_them_is_moved_aside_by_a_new_database(
    path: Path, names: list[str]
) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    for name in names:
        path.with_name(name).write_text("mine\n")
    with opened(path) as result:
        WatchList(result.database, PROFILE).add(JOB)
        CallLedger(result.database, PROFILE).count(TODAY, Cause.KEY)
        said = told(result)
    for name in names:
        (away,) = path.parent.glob(f"{name}.damaged-*")
        assert away.read_text() == "mine\n"
        assert str(away) in said.next_step
    assert "billing page" in said.next_step
    assert [it for _, it in Backup(path).read().jobs] == [JOB]


def test_who_removes_them_all_begins_with_nothing(path: Path) -> None:
    with closing(open_database(path)) as database:
        WatchList(database, PROFILE).add(JOB)
    shutil.rmtree(path.parent)
    with opened(path) as result:
        assert result.problem is None
        assert jobs(result.database) == []


def test_a_job_that_was_taken_off_meanwhile_stays_off(database: Database, path: Path) -> None:
    listed = WatchList(database, PROFILE)
    listed.add(JOB)
    before = Backup(path).read()
    listed.remove(JOB.ref)
    with database.transaction() as connection:
        backup.restore(before, connection)
    assert listed.jobs() == []


def test_those_beside_a_link_are_those_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "state.db").symlink_to(tmp_path / "far" / "state.db")
    with closing(open_database(tmp_path / "state.db")) as database:
        WatchList(database, PROFILE).add(JOB)
    assert (tmp_path / "far" / backup.LIST_NAME).exists()
    assert not (tmp_path / backup.LIST_NAME).exists()


def test_a_transaction_that_fails_leaves_the_list_as_it_was(database: Database, path: Path) -> None:
    listed = WatchList(database, PROFILE)
    listed.add(JOB)
    with suppress(ZeroDivisionError), database.transaction(durable=True) as connection:
        connection.execute("UPDATE jobs SET place = NULL")
        _ = 1 // 0
    assert [job for _, job in Backup(path).read().jobs] == [JOB]


def test_a_reading_has_one_precision_everywhere(database: Database, path: Path) -> None:
    make_context(database).memory.commanded(OPEN)
    (row,) = database.rows("SELECT shown FROM control")
    saved = json.loads(path.with_name(backup.LIST_NAME).read_text())
    assert json.loads(row[0]) == saved["open_commands"][0]["shown"]
    assert json.loads(row[0])["read_at"].endswith(".000+00:00")
