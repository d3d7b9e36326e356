"""Who may send a command, and which of several versions of its record stands."""

import threading
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.test_records import versions
from tests.store.failing_database import unwritable
from tests.support.databases import memory_database
from tests.support.jobs import NOW, REF, reading, watched
from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, JobState
from zcbulk_tui.domain.records import CallRecord, ControlRecord
from zcbulk_tui.errors import Answer, HeldError, RefusedError, UnclearError
from zcbulk_tui.store.database import Database, in_memory, open_database
from zcbulk_tui.store.memory import Memory
from zcbulk_tui.store.windows import NoWindow

START, ABORT = Action.START, Action.ABORT


def memory(database: Database, profile: str = "default") -> Memory:
    return Memory(database, profile, NoWindow(database, profile), shows_list=False)


def begun(
    key: str, action: Action = START, profile: str = "default", job: str = REF.job_id
) -> ControlRecord:
    return ControlRecord(key, watched(job), profile, "anna@jump1", Command(action, NOW))


def ended(begun: ControlRecord, outcome: Outcome, error: Exception | None = None) -> ControlRecord:
    assert error is None or isinstance(error, (UnclearError, RefusedError))
    return begun._replace(command=begun.command.ended(outcome, error=error))


@given(st.lists(versions(), min_size=1, max_size=5))
def test_the_database_keeps_the_version_that_the_domain_keeps(written: list[ControlRecord]) -> None:
    with closing(memory_database()) as database:
        kept = written[0]
        memory(database).commanded(kept)
        for other in written[1:]:
            memory(database).commanded(other)
            kept = kept.updated_by(other)
        (found,) = memory(database).commands_of(REF)
    assert (found.command.outcome, found.settled) == (kept.command.outcome, kept.settled)
    assert str(found.command.error) == str(kept.command.error)


@pytest.mark.parametrize("profile", ["default", "other"])
@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize(
    ("outcome", "error", "is_held"),
    [
        (Outcome.SENT, None, "both"),
        (Outcome.SENT, UnclearError("timeout"), "both"),
        (Outcome.ACCEPTED, None, "the same"),
        (Outcome.REFUSED, RefusedError("no"), "none"),
        (Outcome.NO_EFFECT, UnclearError("timeout"), "none"),
        (Outcome.UNPROVEN, UnclearError("timeout"), "none"),
        (Outcome.TOOK_EFFECT, UnclearError("timeout"), "none"),
    ],
)
def test_what_stands_in_the_way_of_a_command(
    profile: str, action: Action, outcome: Outcome, error: Exception | None, is_held: str
) -> None:
    with closing(memory_database()) as database:
        first = begun("a1")
        memory(database).begin(first)
        memory(database).commanded(ended(first, outcome, error))
        second = begun("a2", action, profile)
        if is_held == "both" or (is_held == "the same" and action is START):
            with pytest.raises(HeldError) as held:
                memory(database, profile).begin(second)
            assert "anna@jump1" in held.value.cause
            assert len(memory(database).commands_of(REF)) == 1
        else:
            memory(database, profile).begin(second)
            assert len(memory(database).commands_of(REF)) == 2


@pytest.mark.parametrize(
    ("read_at", "is_held"), [(None, True), (-1.0, True), (2.5, True), (3.5, False)]
)
def test_an_accepted_command_is_in_the_way_until_the_job_was_read_after_its_answer(
    read_at: float | None, is_held: bool
) -> None:
    with closing(memory_database()) as database:
        kept = memory(database)
        kept.begin(begun("a1"))
        kept.called(
            CallRecord(
                NOW, Cause.COMMAND, "start", "PATCH", 3.0, 9, Answer(200, 3000), "", REF, "x"
            )
        )
        kept.commanded(ended(begun("a1"), Outcome.ACCEPTED))
        if read_at is not None:
            other = memory(database, "other")
            other.know([watched()])
            other.read(REF, reading(read_at, 0, state=JobState.READY))
        if is_held:
            with pytest.raises(HeldError, match="Nothing was sent") as held:
                kept.begin(begun("a2"))
            assert "accepted" in held.value.cause
            assert "Read the status first" in held.value.next_step
        else:
            kept.begin(begun("a2"))


def test_of_many_that_begin_at_once_one_does(tmp_path: Path) -> None:
    path, barrier = tmp_path / "state.db", threading.Barrier(8)
    open_database(path).close()
    outcomes = list[str]()

    def begin(number: int) -> None:
        with closing(open_database(path)) as database:
            kept = memory(database, f"profile {number % 3}")
            barrier.wait()
            try:
                kept.begin(begun(f"a{number}", profile=f"profile {number % 3}"))
            except HeldError:
                outcomes.append("held")
            else:
                outcomes.append("begun")

    threads = [threading.Thread(target=begin, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["begun", *["held"] * 7]


def test_while_another_program_writes_nothing_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zcbulk_tui.store.memory._PATIENCE", 0.0)
    path = tmp_path / "state.db"
    with closing(open_database(path)) as one, closing(open_database(path)) as other:
        kept = memory(one)
        other.connection.execute("BEGIN IMMEDIATE")
        with pytest.raises(HeldError, match="Nothing was sent"):
            kept.begin(begun("a1"))
        other.connection.execute("ROLLBACK")
        assert kept.commands_of(REF) == []
        kept.begin(begun("a1"))


def test_while_nothing_can_be_recorded_one_process_alone_sends(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with closing(open_database(path)) as one, closing(open_database(path)) as other:
        mine, theirs = memory(one), memory(other)
        with unwritable(one):
            with unwritable(other):
                mine.begin(begun("a1"))
                with pytest.raises(HeldError, match="Nothing was sent"):
                    theirs.begin(begun("b1"))
            # It can write again, but does not know yet what the first one has sent.
            with pytest.raises(HeldError, match="it alone may send more"):
                theirs.begin(begun("b2", profile="another"))
            mine.begin(begun("a2", job="2"))
        one.flush()
        mine.news()
        with pytest.raises(HeldError, match="anna@jump1"):
            theirs.begin(begun("b3"))
        theirs.begin(begun("b4", job="3"))


def test_the_same_id_on_a_form_in_other_capitals_is_the_same_job() -> None:
    with closing(memory_database()) as database:
        kept = memory(database)
        kept.begin(begun("a1"))
        shouted = watched().ref._replace(owner="OWNER", form="FORM")
        again = begun("a2")._replace(job=watched()._replace(ref=shouted))
        with pytest.raises(HeldError):
            kept.begin(again)


def test_a_memory_in_the_place_of_a_file_has_the_same_lock(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with (
        closing(open_database(path)) as file,
        closing(in_memory("No room", path)) as instead,
        unwritable(file),
    ):
        memory(instead).begin(begun("a1"))
        with pytest.raises(HeldError, match="Nothing was sent"):
            memory(file).begin(begun("b1"))


def test_memories_that_nobody_shares_have_none() -> None:
    with closing(memory_database()) as one, closing(memory_database()) as other:
        memory(one).begin(begun("a1"))
        memory(other).begin(begun("b1"))
