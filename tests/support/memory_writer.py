"""A process that writes into the memory as fast as it can, to be killed at any moment.

It says what it is about to do before it does it, and `DONE` once that has returned.
"""

import random
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, Counts, JobReading, JobRef, JobState, WatchedJob
from zcbulk_tui.domain.records import CallRecord, ControlRecord, EventKind, JobEvent
from zcbulk_tui.domain.snapshot import ServiceSnapshot
from zcbulk_tui.errors import Answer
from zcbulk_tui.store.memory import Memory
from zcbulk_tui.store.opening import open_store
from zcbulk_tui.store.rows import to_millis, to_moment
from zcbulk_tui.store.windows import Windows

PROFILE = "default"

JOBS = [
    JobRef("https://www.zohoapis.com", "jason18", "zylker-store", f"Form_{number}", str(number))
    for number in range(1, 31)
]
"""The jobs that come and go."""


class Opened(NamedTuple):
    """The memory is open.

    Attributes:
        problem: What was wrong with its file; empty for nothing.
    """

    problem: str


class Add(NamedTuple):
    """A job is put on the watch list, or gets another label."""

    job: WatchedJob


class Remove(NamedTuple):
    """A job is taken off the watch list."""

    ref: JobRef


class Keep(NamedTuple):
    """A start or an abort is written down, or more of one that is written down already."""

    record: ControlRecord


class Note(NamedTuple):
    """Something that goes into a table with no more to it than how many rows it has."""

    table: str
    what: JobReading | CallRecord | JobEvent
    ref: JobRef


BEAT, DONE = "beat", "done"

Step = Add | Remove | Keep | Note | str


def write(path: Path, seed: int, says: Connection) -> None:
    """Opens the memory and does what a dashboard does, without end."""
    chance = random.Random(seed)
    says.send(BEAT)
    database, problem = open_store(path, datetime.now(UTC))
    with closing(database):
        windows = Windows(database, PROFILE, f"pid {seed}")
        windows.heartbeat(ServiceSnapshot(), focused=True)
        memory = Memory(database, PROFILE, windows)
        memory.know(WatchedJob(ref, ref.form, _now()) for ref in JOBS)
        says.send(Opened(str(problem or database.trouble or "")))
        for step in _steps(chance, seed):
            says.send(step)
            match step:
                case Add(job):
                    memory.add(job)
                case Remove(ref):
                    memory.remove(ref)
                case Keep(record):
                    memory.commanded(record)
                case Note(_, JobReading() as reading, ref):
                    memory.read(ref, reading)
                case Note(_, CallRecord() as call):
                    memory.called(call)
                case Note(_, JobEvent() as event):
                    memory.happened(event)
                case _:
                    windows.heartbeat(ServiceSnapshot(answered=True), focused=chance.random() < 0.5)
            # What is only pending to the disk has not been kept, and nobody says that it was.
            if memory.trouble is not None:
                raise RuntimeError(memory.trouble)
            says.send(DONE)


def _steps(chance: random.Random, seed: int) -> Iterator[Step]:
    for number in count():
        ref = chance.choice(JOBS)
        job = WatchedJob(ref, f"{ref.form} of {seed}, {number}", _now(), added_by="anna@jump1")
        match chance.choices(range(6), (5, 3, 4, 4, 2, 1))[0]:
            case 0:
                yield Add(job)
            case 1:
                yield Remove(ref)
            case 2:
                yield from _command(f"{seed}-{number}", job, chance)
            case 3:
                yield Note("readings", _reading(chance), ref)
                yield Note("calls", _call(ref), ref)
            case 4:
                happened = JobEvent(_now(), EventKind.STATE, "Started", ref, job.label)
                yield Note("events", happened, ref)
            case _:
                yield BEAT


def _command(key: str, job: WatchedJob, chance: random.Random) -> Iterator[Keep]:
    """A start or an abort from the key to the reading that shows what became of it."""
    command = Command(chance.choice(list(Action)), _now())
    record = ControlRecord(key, job, PROFILE, "anna@jump1", command, _reading(chance))
    yield Keep(record)
    ended = command.ended(Outcome.ACCEPTED, "Job aborted successfully")
    record = record._replace(command=ended, request='PATCH {"data": {"action": "abort"}}')
    yield Keep(record)
    yield Keep(record._replace(settled=_reading(chance)))


def _reading(chance: random.Random) -> JobReading:
    done = chance.randrange(100_000)
    counts = Counts(100_000, done, 0, 100_000 - done)
    return JobReading(JobState.IN_PROGRESS, "In-progress", counts, _now(), 3000)


def _call(ref: JobRef) -> CallRecord:
    answer = Answer(200, 3000)
    return CallRecord(
        _now(), Cause.PLAN, "finish", "GET status", 0.2, 200, answer, "", ref, ref.form
    )


def _now() -> datetime:
    """As the database holds it."""
    return to_moment(to_millis(datetime.now(UTC)))
