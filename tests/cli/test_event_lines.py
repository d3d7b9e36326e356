"""A window without a screen says what is news, once."""

from datetime import timedelta

import pytest

from tests.support.insertions import insertion
from tests.support.jobs import NOW, reading, watched
from tests.support.reports import NIGHT, full_report
from zcbulk_tui.cli.event_lines import EventLines
from zcbulk_tui.domain.contract import Contradiction, Question
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.insertion import QueuedFile, QueueStop, Stage
from zcbulk_tui.domain.job import Action, JobState
from zcbulk_tui.domain.snapshot import Fault, JobSnapshot, ServiceSnapshot
from zcbulk_tui.errors import SignedOutError, UnreachableError
from zcbulk_tui.monitor.events import (
    AlertCleared,
    AlertRaised,
    CommandEnded,
    ContractContradicted,
    Event,
    JobChanged,
    JobRemoved,
    NightChanged,
    QueueChanged,
    ResultChanged,
    ServiceChanged,
)

JOB = watched(label="Orders")


def job(at: float, done: int, state: JobState = JobState.IN_PROGRESS) -> JobChanged:
    return JobChanged(JobSnapshot(JOB, (reading(at, done, state=state),)))


FAULTY = JobChanged(JobSnapshot(JOB, (), Fault(UnreachableError("No answer\x1b[2J"), NOW)))
STOP = QueueStop(NOW, "by hand", "anna@jump1")
WAITS = QueuedFile(insertion(), Stage.WAITS)
SENDING = QueuedFile(insertion(), Stage.SENDING, sent=5)
ALERT = full_report().alerts[1]
RESULT = full_report().fetched[0]._replace(ref=JOB.ref)
MOVED = ContractContradicted(
    Contradiction(Question.RECORD_DETAILS, "place", "inside", "beside"), NOW
)
STARTED = Command(Action.START, NOW, Outcome.ACCEPTED)
LIMITED = ServiceSnapshot(held_until=NOW, held_by=SignedOutError("Signed out"))


def said(*events: Event) -> list[str]:
    lines: list[str] = []
    sink = EventLines(lines.append, lambda: NOW)
    for event in events:
        sink.publish(event)
    assert all(line[:8] == f"{NOW.astimezone():%H:%M:%S}" for line in lines)
    assert all(line.isprintable() for line in lines)
    return [line[10:] for line in lines]


@pytest.mark.parametrize(
    ("events", "lines"),
    [
        ([job(0, 1), job(5, 900)], ["Orders: running, 1 in, 0 failed"]),
        (
            [job(0, 1), job(5, 10_000, JobState.COMPLETED)],
            ["Orders: running, 1 in, 0 failed", "Orders: done, 10,000 in, 0 failed"],
        ),
        ([FAULTY, FAULTY], ["Orders: No answer\N{REPLACEMENT CHARACTER}[2J"]),
        ([JobRemoved(JOB.ref)], []),
        ([ServiceChanged(ServiceSnapshot())], []),
        (
            [
                ServiceChanged(ServiceSnapshot(answered=True)),
                ServiceChanged(ServiceSnapshot(answered=True, windows=1)),
            ],
            ["connected"],
        ),
        (
            [
                ServiceChanged(LIMITED),
                ServiceChanged(
                    ServiceSnapshot(held_until=NOW + timedelta(9), held_by=LIMITED.held_by)
                ),
            ],
            ["Signed out"],
        ),
        ([QueueChanged((WAITS,)), QueueChanged((WAITS,))], ["File one: next"]),
        ([QueueChanged((SENDING,))], []),
        (
            [QueueChanged((), STOP), QueueChanged((), STOP), QueueChanged(())],
            [
                f"Queue: Stopped at {NOW.astimezone():%H:%M} by anna@jump1: by hand",
                "Queue: goes on",
            ],
        ),
        ([ResultChanged(RESULT, got=5)], []),
        ([job(0, 1), ResultChanged(RESULT)], [None, "Orders: 30 failed records"]),
        (
            [AlertRaised(ALERT), AlertCleared(ALERT)],
            [
                "critical: Stock | *old*: It was aborted",
                "critical: Stock | *old*: It was aborted (over)",
            ],
        ),
        (
            [MOVED],
            [
                f"Place of the counts: known since {NOW.astimezone():%Y-%m-%d} as “inside”, "
                "seen now as “beside”"
            ],
        ),
        ([CommandEnded(JOB, STARTED)], [f"Orders: Start accepted at {NOW.astimezone():%H:%M}."]),
    ],
)
def test_what_is_news(events: list[Event], lines: list[str | None]) -> None:
    found = said(*events)
    assert len(found) == len(lines)
    assert all(line is None or line == shown for line, shown in zip(lines, found, strict=True))


def test_a_night_is_said_at_its_begin_and_its_end() -> None:
    begin, end = said(NightChanged(NIGHT), NightChanged(NIGHT), NightChanged(None, NIGHT))
    assert begin.startswith("Night until ")
    assert end == "Night ended. The report is being written."
