"""Answers that are not what is known of a server: said once, noted, and used from then on."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

import pytest

from tests.support.contexts import PROFILE
from tests.support.contracts import contract_of
from tests.support.databases import memory_database
from tests.support.jobs import NOW
from zcbulk_tui.domain.contract import (
    UNKNOWN,
    Contract,
    Contradiction,
    Finding,
    Question,
    merged,
)
from zcbulk_tui.domain.records import EventKind, JobEvent
from zcbulk_tui.monitor.contract_watch import ContractWatch
from zcbulk_tui.store.archive import Archive
from zcbulk_tui.store.contracts import Contracts
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.memory import Memory
from zcbulk_tui.store.windows import NoWindow

EU = "https://www.zohoapis.eu"
INSIDE = contract_of((Question.RECORD_DETAILS, {"place": "inside"}))
LATER = NOW + timedelta(days=7)
MOVED = Contradiction(Question.RECORD_DETAILS, "place", "inside", "beside")


def place(name: str, at: datetime = LATER) -> Finding:
    """Where counts stood in an answer."""
    return Finding(Question.RECORD_DETAILS, {"place": name}, at)


class Stage:
    """A watch, and what it says.

    Args:
        database: What is shared.
        base_url: As of the watch.
    """

    def __init__(self, database: Database, base_url: str | None = None) -> None:
        self.said: list[tuple[Contradiction, datetime]] = []
        self.contracts = Contracts(database, PROFILE)
        self.now = LATER
        memory = Memory(database, PROFILE, NoWindow(database, PROFILE))
        self.watch = ContractWatch(
            self.contracts,
            memory,
            lambda *said: self.said.append(said),
            lambda: self.now,
            base_url,
        )


@pytest.fixture
def database() -> Iterator[Database]:
    """The memory of all processes."""
    with closing(memory_database()) as opened:
        yield opened


@pytest.fixture
def stage(database: Database) -> Stage:
    """A watch over a server of which something is known."""
    stage = Stage(database)
    stage.contracts.save(EU, INSIDE)
    return stage


def events(database: Database) -> list[JobEvent]:
    """What the log has of contradictions."""
    log = Archive(database, PROFILE).log()
    return [it for it in log if isinstance(it, JobEvent) and it.kind is EventKind.CONTRACT]


def test_a_contradiction_is_said_once_and_noted(stage: Stage, database: Database) -> None:
    for _ in range(3):
        stage.watch.observe(EU, place("beside"))
    assert stage.said == [(MOVED, NOW)]
    (event,) = events(database)
    assert event.ref is None
    assert "beside" in event.text
    assert stage.watch.known(EU).value(Question.RECORD_DETAILS, "place") == "beside"
    assert stage.contracts.known(EU).findings[Question.RECORD_DETAILS] == place("beside")


def test_what_a_probe_finds_is_noted_as_any_other_answer_is(
    stage: Stage, database: Database
) -> None:
    found = Contract({Question.RECORD_DETAILS: place("beside")})
    more = contract_of((Question.BAD_RECORD, {"fails": "alone"}))
    for _ in range(3):
        stage.watch.learn(EU, merged(found, more))
    assert stage.said == [(MOVED, NOW)]
    (event,) = events(database)
    assert "beside" in event.text
    assert stage.contracts.known(EU) == merged(found, more)


def test_what_a_probe_has_found_before_it_was_seen_otherwise_is_no_news(stage: Stage) -> None:
    stage.watch.observe(EU, place("beside"))
    stage.watch.learn(EU, INSIDE)
    assert stage.said == [(MOVED, NOW)]
    assert stage.contracts.known(EU).value(Question.RECORD_DETAILS, "place") == "beside"


def test_what_agrees_is_neither_said_nor_written(stage: Stage, database: Database) -> None:
    stage.watch.observe(EU, place("inside"))
    assert (stage.said, events(database)) == ([], [])
    assert stage.contracts.known(EU) == INSIDE, "its date is that of the probe"


def test_a_server_that_does_now_this_now_that_is_said_once_each_way(stage: Stage) -> None:
    for name in ("beside", "inside") * 4:
        stage.watch.observe(EU, place(name))
    assert [(it.known, it.seen) for it, _ in stage.said] == [
        ("inside", "beside"),
        ("beside", "inside"),
    ]


def test_another_spelling_is_written_down_and_disturbs_nobody(
    stage: Stage, database: Database
) -> None:
    stage.contracts.save(EU, contract_of((Question.STATE_WORDS, {"completed": "Completed"})))
    for word in ("COMPLETED", "Finished"):
        stage.watch.observe(EU, Finding(Question.STATE_WORDS, {"completed": word}, LATER))
    assert [found.seen for found, _ in stage.said] == ["Finished"]
    assert len(events(database)) == 2


def test_what_another_process_has_said_is_not_said_again(stage: Stage, database: Database) -> None:
    other = Stage(database)
    assert stage.watch.known(EU) == other.watch.known(EU) == INSIDE
    stage.watch.observe(EU, place("beside"))
    other.watch.observe(EU, place("beside"))
    assert (len(stage.said), len(other.said), len(events(database))) == (1, 0, 1)


def test_what_another_process_has_found_is_known_within_seconds(
    stage: Stage, database: Database
) -> None:
    assert stage.watch.known(EU) == INSIDE
    more = contract_of((Question.BAD_RECORD, {"fails": "alone"}))
    Contracts(database, PROFILE).save(EU, more)
    stage.now += timedelta(seconds=16)
    assert stage.watch.known(EU).one_fails_its_batch is False


def test_what_nobody_has_probed_is_not_noted(stage: Stage) -> None:
    stage.watch.observe("https://other", place("beside"))
    stage.watch.observe(EU, Finding(Question.STATE_WORDS, {"running": "X"}, LATER))
    assert stage.watch.known("https://other") == UNKNOWN
    assert stage.contracts.known(EU) == INSIDE
    assert stage.said == []


def test_limits_are_noted_when_they_are_met_first(stage: Stage, database: Database) -> None:
    stage.watch.observe(EU, Finding(Question.LIMITS, {"retry-after": "missing"}, LATER))
    stage.watch.observe(EU, Finding(Question.LIMITS, {"quota": "200/4000"}, LATER))
    limits = stage.contracts.known(EU).findings[Question.LIMITS]
    assert limits.values == {"retry-after": "missing", "quota": "200/4000"}
    assert (stage.said, events(database)) == ([], [])
    stage.watch.observe(EU, Finding(Question.LIMITS, {"quota": "429/4000"}, LATER))
    assert [(it.known, it.seen) for it, _ in stage.said] == [("200/4000", "429/4000")]


def test_a_base_url_stands_for_every_server(database: Database) -> None:
    stage = Stage(database, base_url="http://127.0.0.1:8080")
    stage.contracts.save("http://127.0.0.1:8080", INSIDE)
    assert stage.watch.known(EU) == INSIDE
    stage.watch.observe(EU, place("beside"))
    assert stage.said == [(MOVED, NOW)]


def test_a_memory_that_cannot_be_read_knows_nothing() -> None:
    database = memory_database()
    stage = Stage(database)
    stage.contracts.save(EU, INSIDE)
    database.close()
    assert stage.watch.known(EU) == UNKNOWN
    stage.watch.observe(EU, place("beside"))
    assert stage.said == []
