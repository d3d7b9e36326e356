"""Processes that are killed while they write into the memory, and what they leave behind."""

import multiprocessing
import random
import shutil
import signal
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.commands import PATIENCE
from tests.support.memory_writer import (
    DONE,
    JOBS,
    PROFILE,
    Add,
    Keep,
    Note,
    Opened,
    Remove,
    Step,
    write,
)
from zcbulk_tui.domain.job import JobRef, WatchedJob
from zcbulk_tui.domain.records import ControlRecord
from zcbulk_tui.store import control_log
from zcbulk_tui.store.database import FILE_NAME, Database
from zcbulk_tui.store.opening import open_store
from zcbulk_tui.store.watch_list import WatchList

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

_TABLES = ("readings", "calls", "events")

_ANEW = 10
"""Starts after which the memory begins anew, so that some are killed while they make it."""

_EARLY = 0.2
"""Share of the starts that are killed while they open the memory, more or less."""

_OPENING, _WRITING = 0.03, 0.15
"""Seconds within which a process is killed, from its start and from its first acknowledgement."""

# A process costs milliseconds this way, and no thread of the tests is in it.
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.support.memory_writer"])


@dataclass(slots=True)
class Tally:
    """What all starts came to.

    Attributes:
        starts: Processes that were started.
        killed: Those that SIGKILL ended.
        silent: Those of them that had acknowledged no record and no change of the list.
        records: Control records that were acknowledged, in any of their stages.
        changes: Changes of the watch list that were acknowledged.
        rows: Readings, calls and events that were acknowledged, by table.
        lost: What was acknowledged and is not there, or is there and cannot be, as sentences.
        clean: Starts after which the file was as SQLite wants it, and was opened without a word.
    """

    starts: int = 0
    killed: int = 0
    silent: int = 0
    records: int = 0
    changes: int = 0
    rows: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_TABLES, 0))
    lost: list[str] = field(default_factory=list)
    clean: int = 0


@dataclass(slots=True)
class _Acknowledged:
    """What a memory has to hold by the words of those who wrote it.

    Attributes:
        listed: The watch list.
        records: The control records by their keys.
        rows: At least so many rows there are, by table.
        under_way: The step that may have been carried out, or not.
    """

    listed: dict[JobRef, WatchedJob] = field(default_factory=dict)
    records: dict[str, ControlRecord] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_TABLES, 0))
    under_way: Step | None = None

    def after(self) -> "_Acknowledged":
        """The same with the step that is under way carried out."""
        listed, records, rows = dict(self.listed), dict(self.records), dict(self.rows)
        match self.under_way:
            case Add(job):
                # One that is on the list stays where it is, since when it is.
                before = listed.get(job.ref, job)
                listed[job.ref] = job._replace(added_at=before.added_at, added_by=before.added_by)
            case Remove(ref):
                listed.pop(ref, None)
            case Keep(record):
                records[record.key] = record
            case Note(table):
                rows[table] += 1
        return _Acknowledged(listed, records, rows)


def kill(folder: Path, starts: int, seed: int = 1) -> Tally:
    """Starts processes one after the other, kills each, and looks at what it has left.

    Args:
        folder: Empty; the memories are made in it.
        starts: How many processes.
        seed: Of the moments and of what the processes do.
    """
    tally = Tally()
    chance = random.Random(seed)
    path, known = folder / FILE_NAME, _Acknowledged()
    for number in range(starts):
        fresh = number % _ANEW == 0
        if fresh:
            path, known = folder / str(number) / FILE_NAME, _Acknowledged()
            path.parent.mkdir()
        early = fresh or chance.random() < _EARLY
        known = _start_and_kill(path, seed * 1_000_000 + number, early, chance, known, tally)
        wrong = _look(path, folder / "copy", known)
        tally.clean += not wrong
        tally.lost += [f"Start {number}: {text}" for text in wrong]
        # What was under way has been done, or has not: the file is right either way.
        known = _as_it_is(folder / "copy", known)
        shutil.rmtree(folder / "copy")
    return tally


def _start_and_kill(
    path: Path,
    seed: int,
    early: bool,
    chance: random.Random,
    known: _Acknowledged,
    tally: Tally,
) -> _Acknowledged:
    receiver, sender = _FORKS.Pipe(duplex=False)
    process = _FORKS.Process(target=write, args=(path, seed, sender))
    process.start()
    sender.close()
    heard = _Heard(receiver, replace(known, under_way=None), tally)
    try:
        heard.wait_for_word()
        if not early:
            heard.wait_for_change()
        end = time.monotonic() + chance.uniform(0, _OPENING if early else _WRITING)
        while (left := end - time.monotonic()) > 0 and heard.is_told(left):
            pass
    finally:
        process.kill()
        process.join()
    while heard.is_told(0):  # what it said before it was killed
        pass
    receiver.close()
    tally.starts += 1
    tally.killed += process.exitcode == -signal.SIGKILL
    tally.silent += not heard.acknowledged
    return heard.known


class _Heard:
    """What a process says, put together.

    Args:
        receiver: Where it says it.
        known: What the memory held when it began.
        tally: Counts what is acknowledged.

    Attributes:
        known: What the memory must hold by now.
        acknowledged: How many control records and changes of the list it has said are kept.
    """

    def __init__(
        self, receiver: "Connection[object, Step | Opened]", known: _Acknowledged, tally: Tally
    ) -> None:
        self._receiver = receiver
        self._tally = tally
        self.known = known
        self.acknowledged = 0

    def wait_for_word(self) -> None:
        """Waits until it runs."""
        assert self.is_told(PATIENCE), "The process says nothing."

    def wait_for_change(self) -> None:
        """Waits until something is acknowledged that must not be lost."""
        while not self.acknowledged:
            assert self.is_told(PATIENCE), "The process writes nothing."

    def is_told(self, seconds: float) -> bool:
        """Takes what it says next; returns whether it did so in time."""
        with suppress(EOFError):
            if not self._receiver.poll(seconds):
                return False
            said = self._receiver.recv()
            if isinstance(said, Opened):
                if said.problem:
                    self._tally.lost.append(f"It was opened with a complaint: {said.problem}")
            elif said == DONE:
                self._count()
                self.known = self.known.after()
            else:
                self.known.under_way = said
            return True
        return False

    def _count(self) -> None:
        match self.known.under_way:
            case Add() | Remove():
                self._tally.changes += 1
                self.acknowledged += 1
            case Keep():
                self._tally.records += 1
                self.acknowledged += 1
            case Note(table):
                self._tally.rows[table] += 1


def _look(path: Path, copy: Path, known: _Acknowledged) -> list[str]:
    """Says what is wrong with a memory. It looks at a copy: the next start is to find the rest.

    Args:
        path: The file.
        copy: A folder that is made for the copy.
        known: What must be in it.
    """
    import sqlite3

    wrong = [f"There is {left.name}" for left in path.parent.glob(f"{FILE_NAME}.damaged*")]
    copy.mkdir()
    for name in (FILE_NAME, f"{FILE_NAME}-wal"):
        with suppress(FileNotFoundError):
            shutil.copy(path.with_name(name), copy)
    with closing(sqlite3.connect(copy / FILE_NAME)) as connection:
        ((said,), *more) = connection.execute("PRAGMA integrity_check").fetchall()
    if said != "ok" or more:
        wrong.append(f"The integrity check says: {said}")
    database, problem = open_store(copy / FILE_NAME, datetime.now(UTC))
    with closing(database):
        if problem is not None:
            wrong.append(f"It is opened with a complaint: {problem}")
        return wrong + _missing(database, known)


def _missing(database: Database, known: _Acknowledged) -> list[str]:
    wrong = []
    after = known.after()
    listed = WatchList(database, PROFILE).jobs()
    if listed not in (list(known.listed.values()), list(after.listed.values())):
        wrong.append(f"The watch list is {[job.label for job in listed]}")
    records = _records(database)
    if records not in (_plain(known.records), _plain(after.records)):
        odd = set(records.items()) ^ set(_plain(after.records).items())
        wrong.append(f"Control records differ: {sorted(key for key, _ in odd)}")
    for table, least in known.rows.items():
        rows = _rows(database, table)
        if rows not in (least, after.rows[table]):
            wrong.append(f"{table}: {rows} rows, and {least} were acknowledged")
    return wrong


def _as_it_is(copy: Path, known: _Acknowledged) -> _Acknowledged:
    """What is known, after a look whether what was under way was carried out."""
    after = known.after()
    database, _ = open_store(copy / FILE_NAME, datetime.now(UTC))
    with closing(database):
        listed = WatchList(database, PROFILE).jobs()
        return _Acknowledged(
            after.listed if listed == list(after.listed.values()) else known.listed,
            after.records if _records(database) == _plain(after.records) else known.records,
            {table: _rows(database, table) for table in _TABLES},
        )


def _rows(database: Database, table: str) -> int:
    return int(database.rows(f"SELECT count(*) FROM {table}")[0][0])


def _records(database: Database) -> dict[str, ControlRecord]:
    found = map(control_log.to_record, database.rows(control_log.SELECT))
    return _plain({record.key: record for record in found})


def _plain(records: dict[str, ControlRecord]) -> dict[str, ControlRecord]:
    """Without what is not of the record: the label and the like are those that the job has now."""
    named = {ref: WatchedJob(ref, "", _SOME_TIME) for ref in JOBS}
    return {key: record._replace(job=named[record.job.ref]) for key, record in records.items()}


_SOME_TIME = datetime(2026, 1, 1, tzinfo=UTC)
