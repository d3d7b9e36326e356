"""What a window writes is news to the others, once and in order; no fault loses any of it."""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.failing_database import Failing, full_at_last, unreadable, unwritable
from tests.support.contexts import PROFILE, make_context
from tests.support.jobs import NOW, REF, reading, watched
from tests.support.text import is_one_safe_line
from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, JobReading, WatchedJob
from zcbulk_tui.domain.records import CallRecord, ControlRecord, EventKind, JobEvent
from zcbulk_tui.domain.windows import News
from zcbulk_tui.errors import Answer, BusyError, ConfigError
from zcbulk_tui.store.aside import mark_of
from zcbulk_tui.store.database import Database, open_database
from zcbulk_tui.store.memory import Memory
from zcbulk_tui.store.windows import NoWindow

JOB = watched()

ONLY_SOME = News([], [], is_any=True)
"""News of nothing that concerns this window."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


def opened(path: Path) -> Database:
    database = open_database(path)
    database.connection.execute("PRAGMA busy_timeout = 0")
    return database


@pytest.fixture
def here(path: Path) -> Iterator[Database]:
    with closing(opened(path)) as database:
        yield database


@pytest.fixture
def there(path: Path) -> Iterator[Database]:
    with closing(opened(path)) as database:
        yield database


@pytest.fixture
def one(here: Database) -> Memory:
    memory = make_context(here, name="pts/1").memory
    memory.add(JOB)
    return memory


@pytest.fixture
def other(there: Database, one: Memory) -> Memory:
    memory = make_context(there, name="pts/2").memory
    memory.news()
    one.news()
    return memory


def happened(text: str, at: float = 0, job: WatchedJob | None = JOB) -> JobEvent:
    moment = NOW + timedelta(seconds=at)
    ref, label = (job.ref, job.label) if job else (None, "")
    return JobEvent(moment, EventKind.ALERT, text, ref, label)


def called(job: WatchedJob = JOB) -> CallRecord:
    answer = Answer(200, 3000)
    return CallRecord(
        NOW, Cause.PLAN, "finish", "GET status", 0.25, 9, answer, "", job.ref, job.label
    )


def commanded(outcome: Outcome = Outcome.SENT, sent_at: datetime = NOW) -> ControlRecord:
    return ControlRecord("key", JOB, PROFILE, "anna@jump1", Command(Action.START, sent_at, outcome))


def test_readings_of_another_are_news_once_and_in_order(one: Memory, other: Memory) -> None:
    written = [reading(at, 10 * at) for at in (0, 5, 3, 9)]
    for each in written:
        one.read(REF, each)
    assert other.news() == News([(REF, each) for each in written], [], is_any=True)
    assert other.news() == News()
    one.read(REF, reading(20, 500))
    assert other.news().readings == [(REF, reading(20, 500))]


def test_an_event_that_makes_no_sense_is_no_news(
    one: Memory, other: Memory, there: Database, path: Path
) -> None:
    one.happened(happened("Too many calls", 2))
    there.connection.execute("UPDATE events SET kind = 'odd'")
    assert other.news() == News()
    assert mark_of(path).exists()  # the next start looks through it


def test_events_of_another_are_news_once_and_in_order(one: Memory, other: Memory) -> None:
    fault = happened("Too many calls", 2)._replace(
        kind=EventKind.FAULT,
        error=BusyError("Too many calls", "Zoho said so.", answer=Answer(429, 4000, "no")),
    )
    of_all = happened("Polls are paused", 1, job=None)._replace(kind=EventKind.PAUSED)
    written = [happened("one"), fault, of_all, happened("two")]
    for event in written:
        one.happened(event)
    news = other.news()
    assert [event._replace(error=None) for event in news.events] == [
        event._replace(error=None) for event in written
    ]
    (error,) = (event.error for event in news.events if event.error)
    assert isinstance(error, BusyError)
    assert str(error) == str(fault.error)
    assert other.news() == News()


def test_nothing_that_a_window_has_written_is_news_to_itself(one: Memory, other: Memory) -> None:
    one.read(REF, reading(0, 5))
    other.read(REF, reading(1, 6))
    one.happened(happened("mine"))
    other.happened(happened("theirs"))
    one.read(REF, reading(2, 7))
    assert one.news() == News([(REF, reading(1, 6))], [happened("theirs")], is_any=True)
    assert one.news() == News()
    assert other.news() == News(
        [(REF, reading(0, 5)), (REF, reading(2, 7))], [happened("mine")], is_any=True
    )


def test_what_was_written_before_a_window_opened_is_no_news(one: Memory, there: Database) -> None:
    one.read(REF, reading(0, 5))
    one.happened(happened("before"))
    late = make_context(there, name="pts/2").memory
    one.read(REF, reading(1, 6))
    assert late.news().readings == [(REF, reading(1, 6))]
    assert late.known(JOB).last == reading(1, 6)


def test_news_of_another_profile_is_only_that_there_is_any(one: Memory, there: Database) -> None:
    theirs = make_context(there, profile="other").memory
    theirs.add(JOB)
    one.news()
    theirs.read(REF, reading(0, 5))
    theirs.happened(happened("theirs"))
    theirs.happened(happened("of all of theirs", job=None))
    assert one.news() == ONLY_SOME
    assert one.news() == News()
    assert one.known(JOB).last is None


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda memory: memory.add(watched("2")), id="list"),
        pytest.param(lambda memory: memory.called(called()), id="call"),
        pytest.param(lambda memory: memory.commanded(commanded()), id="command"),
    ],
)
def test_of_all_else_the_news_is_that_there_is_any(
    one: Memory, other: Memory, write: Callable[[Memory], None]
) -> None:
    write(other)
    assert one.news() == ONLY_SOME
    assert one.news() == other.news() == News()


def test_everybody_hears_of_everything_that_others_do(
    one: Memory, other: Memory, path: Path
) -> None:
    with closing(opened(path)) as third:
        three = make_context(third, name="pts/3").memory
        memories = [one, other, three]
        for memory in memories:
            memory.news()
        for at, memory in enumerate(memories):
            memory.read(REF, reading(at, at))
        for place, memory in enumerate(memories):
            heard = [(REF, reading(at, at)) for at in range(3) if at != place]
            assert memory.news().readings == heard


def test_a_command_without_a_window_tells_all_windows_and_hears_nothing(
    one: Memory, other: Memory, path: Path
) -> None:
    with closing(opened(path)) as kept:
        command = Memory(kept, PROFILE, NoWindow(kept, PROFILE), shows_list=False)
        command.read(REF, reading(0, 5))
        command.happened(happened("by a script"))
        one.read(REF, reading(1, 6))
        assert command.news() == News()
    assert other.news().readings == [(REF, reading(0, 5)), (REF, reading(1, 6))]
    assert one.news() == News([(REF, reading(0, 5))], [happened("by a script")], is_any=True)


@given(st.lists(st.tuples(st.integers(0, 1), st.sampled_from(["read", "happened", "news"]))))
def test_whatever_two_windows_do_each_hears_all_that_the_other_wrote(
    steps: list[tuple[int, str]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "state.db"
        with closing(opened(path)) as here, closing(opened(path)) as there:
            memories = [make_context(here).memory, make_context(there).memory]
            memories[0].add(JOB)
            read: list[list[JobReading]] = [[], []]
            told: list[list[str]] = [[], []]
            heard: list[list[JobReading]] = [[], []]
            heard_told: list[list[str]] = [[], []]
            for number, (who, what) in enumerate([*steps, (0, "news"), (1, "news")]):
                if what == "read":
                    read[who].append(reading(number, number))
                    memories[who].read(REF, read[who][-1])
                elif what == "happened":
                    told[who].append(f"Event {number}")
                    memories[who].happened(happened(told[who][-1]))
                else:
                    news = memories[who].news()
                    heard[who] += [each for _, each in news.readings]
                    heard_told[who] += [event.text for event in news.events]
            assert (heard, heard_told) == (read[::-1], told[::-1])


def test_what_is_known_of_a_job_is_its_last_reading_and_its_last_command(
    one: Memory, other: Memory
) -> None:
    assert (other.known(JOB).last, other.last_command(REF)) == (None, None)
    for at in (0, 5, 9):
        one.read(REF, reading(at, at))
    record = commanded(Outcome.ACCEPTED)
    one.commanded(record)
    later = commanded(sent_at=NOW + timedelta(hours=1))._replace(key="another")
    one.commanded(later)
    one.commanded(record._replace(request="PATCH"))
    assert other.known(JOB).last == reading(9, 9)
    assert other.last_command(REF) == later
    assert other.known(watched("2")).last is None
    assert other.last_command(watched("2").ref) is None


def test_a_job_that_is_known_is_remembered_though_it_is_not_on_the_list(one: Memory) -> None:
    known = watched("2", "Known")
    one.read(known.ref, reading(0, 1))
    assert one.known(known).last is None
    one.know([known, known])
    one.read(known.ref, reading(0, 2))
    assert one.known(known).last == reading(0, 2)
    assert list(one.polled()) == [REF]
    # What is on the list stays as it is.
    one.know([JOB._replace(label="Other")])
    assert [recalled.snapshot.job for recalled in one.recall()] == [JOB]


def started(memory: Memory) -> datetime | None:
    (recalled,) = memory.recall()
    return recalled.snapshot.job.started_at


def test_when_a_job_was_started_is_kept_once_its_start_was_accepted(
    one: Memory, other: Memory
) -> None:
    one.commanded(commanded())
    assert started(other) is None
    accepted = commanded(Outcome.ACCEPTED)
    one.commanded(accepted._replace(job=JOB._replace(started_at=NOW)))
    assert started(one) == started(other) == NOW
    # One that has not heard of it does not undo it.
    abort = Command(Action.ABORT, NOW + timedelta(minutes=5), Outcome.ACCEPTED)
    other.commanded(accepted._replace(key="abort", command=abort))
    one.add(JOB)
    assert started(one) == NOW


WRITES: dict[str, Callable[[Memory], object]] = {
    "jobs": lambda memory: memory.know([watched("2")]),
    "readings": lambda memory: memory.read(REF, reading(1, 6)),
    "events": lambda memory: memory.happened(happened("meanwhile")),
    "calls": lambda memory: memory.called(called()),
    "control": lambda memory: memory.commanded(commanded(Outcome.ACCEPTED)),
}


@pytest.mark.parametrize(("table", "write"), WRITES.items(), ids=WRITES)
@pytest.mark.parametrize("failing", [unwritable, full_at_last], ids=lambda way: way.__name__)
def test_what_cannot_be_written_now_is_written_later(
    one: Memory,
    here: Database,
    path: Path,
    table: str,
    write: Callable[[Memory], object],
    failing: Failing,
) -> None:
    before = sizes(path)
    with failing(here):
        write(one)
        trouble = one.trouble
        assert sizes(path) == before
    assert trouble
    assert is_one_safe_line(trouble)
    one.happened(happened("later"))
    assert one.trouble is None
    later = Counter(before)
    later.update([table, "events"])
    assert sizes(path) == later


def sizes(path: Path) -> dict[str, int]:
    """How many rows another program finds in each table."""
    tables = ("jobs", "readings", "events", "calls", "control")
    with closing(opened(path)) as database:
        return {table: len(database.rows(f"SELECT * FROM {table}")) for table in tables}


def test_what_is_written_later_is_then_news_in_the_order_of_its_writing(
    one: Memory, other: Memory, here: Database
) -> None:
    with unwritable(here):
        one.know([watched("2")])
        one.read(watched("2").ref, reading(1, 6))
        one.read(REF, reading(2, 7))
        assert not other.news().is_any
        assert one.known(JOB).last is None
    one.read(REF, reading(3, 8))
    assert other.news().readings == [
        (watched("2").ref, reading(1, 6)),
        (REF, reading(2, 7)),
        (REF, reading(3, 8)),
    ]


def test_what_is_pending_of_a_command_does_not_undo_what_is_known_of_it_later(
    one: Memory, other: Memory, here: Database
) -> None:
    with unwritable(here):
        one.commanded(commanded())
    one.commanded(commanded(Outcome.ACCEPTED))
    one.happened(happened("later"))
    for memory in (one, other):
        record = memory.last_command(REF)
        assert record is not None
        assert record.command.outcome is Outcome.ACCEPTED


@pytest.mark.parametrize("tables", [(), ("readings",), ("events",)], ids=str)
def test_what_cannot_be_read_now_is_news_later(
    one: Memory, other: Memory, there: Database, tables: tuple[str, ...]
) -> None:
    one.read(REF, reading(0, 5))
    one.happened(happened("meanwhile"))
    with unreadable(there, *tables):
        assert other.news() == News()
    assert other.news() == News([(REF, reading(0, 5))], [happened("meanwhile")], is_any=True)
    assert other.news() == News()


def test_nothing_is_known_while_nothing_can_be_read(one: Memory, here: Database) -> None:
    one.read(REF, reading(0, 5))
    with unreadable(here):
        assert one.recall() == []
        assert one.known(JOB).last is None
        assert one.last_command(REF) is None
        # Nobody is to think that no job is polled: all of them would vanish.
        with pytest.raises(ConfigError):
            one.polled()


@pytest.mark.parametrize("shows_list", [True, False])
@pytest.mark.parametrize("failing", [unwritable, full_at_last], ids=lambda way: way.__name__)
def test_a_list_that_cannot_be_changed_is_as_it_was(
    here: Database, shows_list: bool, failing: Failing
) -> None:
    memory = make_context(here, shows_list=shows_list).memory
    memory.add(JOB)
    with failing(here):
        with pytest.raises(ConfigError, match="cannot be written"):
            memory.add(watched("2"))
        with pytest.raises(ConfigError, match="cannot be written"):
            memory.remove(REF)
    assert memory.polled() == {REF: True}
    memory.remove(REF)
    assert memory.polled() == {}
