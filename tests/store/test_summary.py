"""A summary is read from the file as it is: nothing is written, and whatever is there is said."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.store.clock import Clock
from tests.support.commands import files_below
from tests.support.jobs import NOW, reading, watched
from zcbulk_tui.domain.alerts import AlertKind, Severity
from zcbulk_tui.domain.budget import Budget, Cause, DayCalls, Pace, QuotaPlan, Spent
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, JobState
from zcbulk_tui.domain.records import CallRecord, ControlRecord, EventKind, JobEvent
from zcbulk_tui.domain.snapshot import ServiceSnapshot
from zcbulk_tui.domain.summary import ENDED_BADLY, NO_ANSWER, UNCLEAR, Summary, Trouble
from zcbulk_tui.errors import UnclearError
from zcbulk_tui.store import summary, windows
from zcbulk_tui.store.database import Database, open_database
from zcbulk_tui.store.memory import Memory
from zcbulk_tui.store.summary import JobName, Unreadable, read_names, read_summary
from zcbulk_tui.store.watch_list import WatchList
from zcbulk_tui.store.windows import NoWindow, Windows

AT = NOW.timestamp() + 600
"""Ten minutes after the first readings."""

STATES = (
    *(JobState.IN_PROGRESS, JobState.IN_PROGRESS, JobState.READY, JobState.CREATED),
    *(JobState.COMPLETED, JobState.USER_ABORTED, JobState.SYSTEM_ABORTED, JobState.UNKNOWN),
)
JOBS = [watched(str(number), f"Job {number}") for number in range(len(STATES) + 1)]
"""One for each of the states, and one without a reading."""


ODD = "a\n\x1b[2J b\t$(x)"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    with closing(open_database(path)) as opened:
        yield opened


def fill(database: Database, profile: str = "default") -> Memory:
    """Watches the jobs, each read once, the first of them a hundred seconds after the others."""
    WatchList(database, profile).add_all(JOBS)
    memory = Memory(database, profile, NoWindow(database, profile))
    for number, state in enumerate(STATES):
        memory.read(JOBS[number].ref, reading(0 if number else 100, 2500, 10_000, state))
    return memory


def shown(path: Path, *profiles: str, now: float = AT) -> Summary:
    found = read_summary(str(path), profiles, now)
    assert isinstance(found, Summary)
    return found


def test_no_store(path: Path) -> None:
    assert shown(path) == Summary()
    assert list(path.parent.iterdir()) == []


def test_jobs_are_counted_by_state(path: Path, database: Database) -> None:
    fill(database)
    found = shown(path, "default")
    assert found.jobs == len(JOBS)
    assert (found.running, found.waiting, found.completed, found.ended, found.unread) == (
        *(2, 2, 1, 2, 2),
    )
    assert found.share == 0.25
    assert found.age == 600
    assert found.troubles == (Trouble(ENDED_BADLY, job=7),)
    assert (found.is_polled, found.is_paused, found.calls_left) == (False, False, None)


def test_without_a_name_all_profiles_count(path: Path, database: Database) -> None:
    fill(database)
    fill(database, "eu")
    assert shown(path) == shown(path, "default", "eu")
    assert shown(path).running == 4
    assert shown(path, "eu").running == 2
    assert shown(path, "none").jobs == 0


def test_a_poll_without_a_reading_and_a_command_that_is_unclear(
    path: Path, database: Database
) -> None:
    memory = fill(database)
    late = NOW + timedelta(seconds=200)
    memory.happened(JobEvent(late, EventKind.FAULT, "no", JOBS[0].ref, "", UnclearError("No")))
    # One that is over needs no answer.
    memory.happened(JobEvent(late, EventKind.FAULT, "no", JOBS[4].ref, "", UnclearError("No")))
    command = Command(Action.START, late, Outcome.SENT, error=UnclearError("Lost"))
    memory.commanded(ControlRecord("k", JOBS[2], "default", "anna", command))
    found = shown(path).troubles
    assert {Trouble(NO_ANSWER, job=1), Trouble(UNCLEAR, job=3)} < set(found)
    assert len(found) == 3


def test_alerts_that_stand_are_troubles(path: Path, database: Database) -> None:
    fill(database)
    add = "INSERT INTO alerts (profile, job, kind, severity, text, is_asked, at, cleared_at) "
    rows = [
        ("default", 1, AlertKind.STUCK, Severity.WARNING, None),
        ("default", None, AlertKind.SIGN_IN, Severity.CRITICAL, None),
        ("default", 2, AlertKind.STARTED, Severity.INFO, None),
        ("default", 2, AlertKind.SLOW, Severity.WARNING, 5),
        ("eu", 2, AlertKind.QUOTA, Severity.WARNING, None),
    ]
    for profile, job, kind, severity, cleared in rows:
        database.connection.execute(
            f"{add} VALUES (?, ?, ?, ?, '', 0, 1, ?)",
            (profile, job, kind.value, severity.word, cleared),
        )
    found = set(shown(path, "default").troubles)
    assert found == {
        *(Trouble("stuck", job=1), Trouble("sign-in", is_critical=True)),
        Trouble(ENDED_BADLY, job=7),
    }


def test_the_window_that_polls_says_how_many_calls_are_left(path: Path, database: Database) -> None:
    fill(database)
    clock = Clock()
    window = Windows(database, "default", "pts/1", clock=clock)
    quota = Budget(QuotaPlan(250, 1.0, 20, None), DayCalls(NOW.date(), (87, 0, 0, 0)))
    spent = Spent(quota, NOW, Pace.BALANCED, Pace.BALANCED)
    window.heartbeat(ServiceSnapshot(spent, paused=True), focused=True)
    found = read_summary(str(path), (), AT, clock=clock)
    assert isinstance(found, Summary)
    assert (found.calls_left, found.is_polled, found.is_paused) == (163, True, True)
    clock.now += windows.SILENT + 1
    later = read_summary(str(path), (), AT, clock=clock)
    assert isinstance(later, Summary)
    assert (later.calls_left, later.is_polled, later.is_paused) == (None, False, False)


def test_without_a_window_the_last_call_of_today_says_so(path: Path, database: Database) -> None:
    memory = fill(database)
    memory.called(CallRecord(NOW, Cause.SCRIPT, "status", "GET", 0.1, 99, None, "", None, ""))
    assert shown(path).calls_left == 99
    assert shown(path, now=AT + 86400).calls_left is None


def test_silence_is_what_windows_count_as_such() -> None:
    assert summary._SILENT == windows.SILENT


def test_nothing_is_written_where_nobody_has_it_open(path: Path, database: Database) -> None:
    fill(database)
    database.close()
    before = files_below(path.parent)
    path.parent.chmod(0o500)
    assert shown(path).jobs == len(JOBS)
    path.parent.chmod(0o700)
    assert files_below(path.parent) == before


def test_a_window_writes_while_it_is_read(
    path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = fill(database)
    begun = summary._together
    during: list[str | None] = []

    def write(parts: list[summary._Part]) -> Summary:
        memory.read(JOBS[0].ref, reading(300, 5000))
        during.append(database.trouble)
        return begun(parts)

    monkeypatch.setattr(summary, "_together", write)
    assert shown(path).share == 0.25
    assert during == [None]
    monkeypatch.undo()
    assert shown(path).share == 0.375


def test_a_writer_that_comes_while_it_is_read_alone_is_noticed(
    path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database)
    database.close()
    begun = summary._together
    looks: list[float | None] = []

    def write(parts: list[summary._Part]) -> Summary:
        found = begun(parts)
        looks.append(found.share)
        if len(looks) == 1:
            with closing(open_database(path)) as other:
                memory = Memory(other, "default", NoWindow(other, "default"))
                memory.read(JOBS[0].ref, reading(300, 5000))
        return found

    monkeypatch.setattr(summary, "_together", write)
    assert shown(path).share == 0.375
    assert looks == [0.25, 0.375]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("PRAGMA user_version = 3", Unreadable.OTHER_VERSION),
        ("DROP TABLE alerts", Unreadable.DAMAGED),
        ("UPDATE readings SET at = 'soon'", Unreadable.DAMAGED),
        ("UPDATE readings SET success = x'00'", Unreadable.DAMAGED),
        ("UPDATE readings SET state = CAST(x'ff' AS TEXT)", Unreadable.DAMAGED),
    ],
)
def test_what_makes_no_sense_is_said(
    path: Path, database: Database, sql: str, said: Unreadable
) -> None:
    fill(database)
    database.connection.execute(sql)
    assert read_summary(str(path), (), AT) is said


def test_what_a_service_says_may_make_no_sense(path: Path, database: Database) -> None:
    fill(database)
    database.connection.execute(
        "INSERT INTO windows (profile, name, heartbeat, focused, polls, service) "
        "VALUES ('default', '', ?, 1, 1, '[')",
        (time.monotonic(),),
    )
    assert read_summary(str(path), (), AT) is Unreadable.DAMAGED


def test_a_file_that_is_no_database(path: Path) -> None:
    path.write_bytes(b"no database at all" * 100)
    assert read_summary(str(path), (), AT) is Unreadable.DAMAGED
    path.unlink()
    os.mkfifo(path)
    assert read_summary(str(path), (), AT) is Unreadable.REFUSED


def test_a_file_that_another_program_holds(path: Path, database: Database) -> None:
    fill(database)
    database.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        other.execute("UPDATE jobs SET note = 'x'")
        other.execute("COMMIT")
        assert read_summary(str(path), (), AT) is Unreadable.BUSY


def test_a_name_that_uris_would_misread(tmp_path: Path) -> None:
    path = tmp_path / "a%20b?mode=rwc#x" / "state.db"
    with closing(open_database(path)) as database:
        fill(database)
    assert shown(path).jobs == len(JOBS)


def test_names_are_those_of_the_list_as_they_stand(path: Path, database: Database) -> None:
    WatchList(database, "default").add_all([JOBS[1]._replace(label=ODD), JOBS[0]])
    WatchList(database, "eu").add_all([JOBS[2]])
    found = read_names(str(path), ("default",))
    assert found == [
        JobName(ODD, "1", "Employee_Details"),
        JobName("Job 0", "0", "Employee_Details"),
    ]
    assert read_names(str(path.with_name("none.db")), ()) == []
