"""What is said of a file that was uploaded depends on its start, and is never ahead of it."""

from dataclasses import replace

import pytest

from tests.support.insertions import insertion
from tests.support.jobs import NOW
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.insertion import QueuedFile, Stage, StepRecord, queued_files
from zcbulk_tui.domain.job import Action
from zcbulk_tui.errors import BusyError, UnclearError, ZcbulkError
from zcbulk_tui.render import queue
from zcbulk_tui.tui import questions

DONE = StepRecord(NOW, Outcome.ACCEPTED)


def uploaded(start: Command | None) -> QueuedFile:
    """A file that its job has."""
    (file,) = queued_files([insertion(create=DONE, upload=DONE, job_id="3888833000000114027")])
    assert file.stage is Stage.UPLOADED
    return file._replace(start=start)


@pytest.mark.parametrize(
    ("outcome", "error", "said"),
    [
        (Outcome.SENT, None, "uploaded; its start was sent; no answer yet"),
        (Outcome.SENT, UnclearError("No answer"), "uploaded; the answer to its start is unclear"),
        (Outcome.ACCEPTED, None, "uploaded; its start was sent"),
        (Outcome.REFUSED, BusyError("Too many calls"), "uploaded; start refused: Too many calls"),
    ],
)
def test_a_start_that_was_sent(outcome: Outcome, error: ZcbulkError | None, said: str) -> None:
    file = uploaded(Command(Action.START, NOW, outcome, error=error))
    assert queue.said(file) == said


def test_a_start_that_was_not() -> None:
    assert queue.said(uploaded(None)) == "uploaded; the start comes next"
    aborted = uploaded(Command(Action.ABORT, NOW, Outcome.REFUSED))
    assert queue.said(aborted) == "uploaded; the start comes next"


def test_what_goes_on_by_itself_was_not_refused() -> None:
    tries = replace(DONE, outcome=Outcome.REFUSED, error=BusyError("Too many calls"))
    created = queued_files([insertion(create=DONE, job_id="3888833000000114027")])
    again = queued_files([insertion(create=tries)])
    for file in (uploaded(None), *created, *again):
        asked = " ".join(questions.go_on(file).paragraphs)
        assert not file.stage.needs_user
        assert "refused" not in asked
