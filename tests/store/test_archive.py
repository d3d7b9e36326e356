"""What people look up of the past: all that is known of a job, and the log of everything."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.failing_database import unreadable, unwritable
from tests.support.contexts import PROFILE, make_context
from tests.support.databases import memory_database
from tests.support.jobs import NOW, REF, reading, watched
from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, JobState, WatchedJob
from zcbulk_tui.domain.records import (
    CallRecord,
    ControlRecord,
    EventKind,
    History,
    JobEvent,
    Record,
)
from zcbulk_tui.errors import Answer, ConfigError, UnclearError
from zcbulk_tui.store.archive import Archive
from zcbulk_tui.store.database import Database, open_database
from zcbulk_tui.store.memory import Memory

JOB, OTHER = watched(), watched("2", "Other")


@pytest.fixture
def database() -> Iterator[Database]:
    with closing(memory_database()) as opened:
        yield opened


@pytest.fixture
def memory(database: Database) -> Memory:
    kept = make_context(database).memory
    kept.add(JOB)
    kept.add(OTHER)
    return kept


@pytest.fixture
def archive(database: Database) -> Archive:
    return Archive(database, PROFILE)


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def event(
    seconds: float,
    text: str = "It happened",
    job: WatchedJob | None = JOB,
    kind: EventKind = EventKind.ALERT,
) -> JobEvent:
    ref, label = (job.ref, job.label) if job else (None, "")
    return JobEvent(at(seconds), kind, text, ref, label)


def call(seconds: float, job: WatchedJob = JOB, answer: Answer | None = None) -> CallRecord:
    return CallRecord(
        at(seconds), Cause.PLAN, "finish", "GET status", 0.25, 163, answer, "", job.ref, job.label
    )


def command(seconds: float, job: WatchedJob = JOB, key: str = "") -> ControlRecord:
    sent = Command(Action.START, at(seconds), Outcome.ACCEPTED, "yes")
    return ControlRecord(key or f"{seconds}", job, PROFILE, "anna@jump1", sent)


def write(memory: Memory, *records: Record) -> None:
    for record in records:
        if isinstance(record, JobEvent):
            memory.happened(record)
        elif isinstance(record, CallRecord):
            memory.called(record)
        else:
            memory.commanded(record)


def test_the_jobs_are_those_of_the_list_in_its_order(memory: Memory, archive: Archive) -> None:
    assert archive.jobs() == [JOB, OTHER]
    memory.remove(REF)
    memory.add(JOB)
    memory.know([watched("3")])
    assert archive.jobs() == [OTHER, JOB]


def test_a_job_that_was_never_watched_has_no_history(memory: Memory, archive: Archive) -> None:
    memory.read(REF, reading(0, 5))
    assert archive.history(watched("3").ref) is None
    assert archive.history(REF._replace(form="Orders")) is None
    assert archive.history(OTHER.ref) == History(OTHER, ())


def test_a_history_is_all_that_is_remembered_of_a_job_oldest_first(
    memory: Memory, archive: Archive
) -> None:
    readings = [reading(10 * number, number) for number in range(40)]
    for each in readings:
        memory.read(REF, each)
        memory.read(OTHER.ref, each)
    events = [event(0, "one"), event(5, "two"), event(5, "three"), event(9, "four")]
    commands = [command(1), command(7)]
    write(memory, *events, *reversed(commands), call(3))
    write(memory, event(2, job=OTHER), event(2, job=None), command(2, OTHER))
    assert archive.history(REF) == History(JOB, tuple(readings), tuple(events), tuple(commands))


def test_a_job_that_is_not_on_the_list_any_more_has_its_history(
    memory: Memory, archive: Archive
) -> None:
    memory.read(REF, reading(0, 5))
    memory.remove(REF)
    assert archive.history(REF) == History(JOB, (reading(0, 5),))


def test_a_history_is_in_order_though_a_window_could_write_only_later(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with closing(open_database(path)) as here, closing(open_database(path)) as there:
        one, other = make_context(here).memory, make_context(there).memory
        one.add(JOB)
        with unwritable(here):
            one.read(REF, reading(0, 5))
            one.happened(event(0, "first"))
            other.read(REF, reading(10, 6))
            other.happened(event(10, "second"))
        one.read(REF, reading(20, 7))
        history = Archive(here, PROFILE).history(REF)
    assert history is not None
    assert history.readings == (reading(0, 5), reading(10, 6), reading(20, 7))
    assert [event.text for event in history.events] == ["first", "second"]


def test_a_log_is_of_everything_newest_first(memory: Memory, archive: Archive) -> None:
    records: list[Record] = [
        event(0, "one"),
        call(1),
        command(2),
        event(3, "of all", job=None),
        call(4, OTHER, Answer(200, 3000, "done")),
        event(5, "two", OTHER),
        command(6, OTHER),
    ]
    write(memory, *records[::2], *records[1::2])
    assert archive.log() == records[::-1]


def test_of_what_happened_at_one_moment_the_last_comes_first(
    memory: Memory, archive: Archive
) -> None:
    # A reading shows another state, and that gives an alert.
    events = [event(5, "state"), event(5, "alert"), event(5, "all of them", job=None)]
    calls = [call(5), call(5)._replace(why="another")]
    write(memory, *calls, *events)
    assert archive.log() == [*reversed(events), *reversed(calls)]


def test_what_became_of_a_command_is_told_once(memory: Memory, archive: Archive) -> None:
    record = command(1)
    told = event(2, "Start accepted", kind=EventKind.COMMAND)
    write(memory, record, told, record._replace(settled=reading(9, 5)), told)
    assert archive.log() == [record._replace(settled=reading(9, 5))]
    history = archive.history(REF)
    assert history is not None
    assert (history.events, len(history.commands)) == ((), 1)


def test_a_limit_counts_what_is_told(memory: Memory, archive: Archive) -> None:
    write(memory, *(event(number, kind=EventKind.COMMAND) for number in range(10)))
    write(memory, event(-5, "told"), call(-6))
    assert archive.log(limit=1) == [event(-5, "told")]


def test_since_is_with_its_moment_and_before_is_without(memory: Memory, archive: Archive) -> None:
    for make in (event, call, command):
        write(memory, *(make(seconds) for seconds in (1, 2, 3)))

    def moments(since: float | None, before: float | None) -> list[datetime]:
        found = archive.log(
            since=None if since is None else at(since),
            before=None if before is None else at(before),
        )
        return sorted({record.at for record in found})

    assert moments(2, None) == [at(2), at(3)]
    assert moments(None, 2) == [at(1)]
    assert moments(2, 3) == [at(2)]
    assert moments(2, 2) == []
    assert moments(3, 1) == []
    assert len(archive.log(since=at(2), before=at(3))) == 3


def test_profiles_are_apart(memory: Memory, archive: Archive, database: Database) -> None:
    theirs = make_context(database, profile="other").memory
    theirs.add(JOB._replace(label="Theirs"))
    theirs.read(REF, reading(0, 9))
    write(theirs, event(0), event(1, job=None), call(2))
    write(theirs, command(3, key="theirs")._replace(profile="other"))
    assert archive.history(REF) == History(JOB, ())
    assert archive.log() == []
    write(memory, call(9))
    assert archive.log() == [call(9)]
    their_archive = Archive(database, "other")
    assert [type(record) for record in their_archive.log()] == [
        ControlRecord,
        CallRecord,
        JobEvent,
        JobEvent,
    ]
    history = their_archive.history(REF)
    assert history is not None
    assert (history.job.label, history.readings) == ("Theirs", (reading(0, 9),))
    assert [job.label for job in their_archive.jobs()] == ["Theirs"]


makers: list[Callable[[float], Record]] = [event, call, command]
moments = st.none() | st.integers(-1, 21).map(at)


@given(
    st.lists(st.tuples(st.sampled_from(makers), st.integers(0, 20)), max_size=25, unique=True),
    moments,
    moments,
    st.none() | st.integers(0, 30),
)
def test_any_part_of_the_log_is_that_part_of_all_of_it(
    drawn: list[tuple[Callable[[float], Record], int]],
    since: datetime | None,
    before: datetime | None,
    limit: int | None,
) -> None:
    with closing(memory_database()) as database:
        memory = make_context(database).memory
        memory.add(JOB)
        written = [make(seconds) for make, seconds in drawn]
        write(memory, *written)
        archive = Archive(database, PROFILE)
        whole = archive.log()
        part = archive.log(since=since, before=before, limit=limit)
    assert sorted(map(repr, whole)) == sorted(map(repr, written))
    assert [record.at for record in whole] == sorted(
        (record.at for record in written), reverse=True
    )
    wanted = [
        record
        for record in whole
        if (since is None or record.at >= since) and (before is None or record.at < before)
    ]
    assert part == wanted[:limit]


@pytest.mark.parametrize(
    "look",
    [
        pytest.param(lambda archive: archive.jobs(), id="jobs"),
        pytest.param(lambda archive: archive.history(REF), id="history"),
        pytest.param(lambda archive: archive.log(), id="log"),
    ],
)
def test_what_cannot_be_read_is_said(
    memory: Memory,
    archive: Archive,
    database: Database,
    look: Callable[[Archive], object],
) -> None:
    memory.read(REF, reading(0, 5))
    before = look(archive)
    with unreadable(database), pytest.raises(ConfigError, match="cannot be read"):
        look(archive)
    assert look(archive) == before


def test_chains_are_those_of_the_list(memory: Memory, archive: Archive) -> None:
    assert archive.chains() == {}
    repair = watched("3", "Again")._replace(repairs=REF.job_id)
    memory.add(repair)
    memory.read(REF, reading(0, 9_000, state=JobState.COMPLETED))
    memory.read(repair.ref, reading(5, 600, 1_000, state=JobState.COMPLETED))
    found = archive.chains()
    assert list(found) == [REF, repair.ref]
    made = found[REF]
    assert (made.total, made.inserted, made.left, made.unclear) == (10_000, 9_600, 400, 0)
    lost = Command(Action.START, at(9), error=UnclearError("No answer"))
    memory.read(repair.ref, reading(8, 600, 1_000))
    memory.commanded(ControlRecord("k", repair, PROFILE, "anna@jump1", lost))
    assert archive.chains()[REF].unclear == 1
    memory.remove(repair.ref)
    assert archive.chains() == {}
    memory.put_back([(repair, None)])
    assert archive.jobs()[-1].repairs == REF.job_id
    assert list(archive.chains()) == [REF, repair.ref]
