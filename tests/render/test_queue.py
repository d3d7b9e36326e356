"""The files on their way, in lines."""

import pytest

from tests.render.drawn import text
from tests.support.insertions import insertion
from tests.support.jobs import NOW
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.insertion import Insertion, QueuedFile, Slot, Stage, StepRecord, queued_files
from zcbulk_tui.domain.job import Action
from zcbulk_tui.errors import Answer, BusyError, RefusedError, UnclearError, ZcbulkError
from zcbulk_tui.render import queue
from zcbulk_tui.render.glyphs import ASCII, UNICODE, Glyphs
from zcbulk_tui.render.span import line_width
from zcbulk_tui.tui import questions

NO = RefusedError("No", answer=Answer(400, 12345, "No"))
SENT = StepRecord(NOW)
DONE = StepRecord(NOW, Outcome.ACCEPTED)
LOST = SENT.ended_by(UnclearError("No answer"))


def file(made: Insertion, slot: Slot = Slot(), **changes: object) -> QueuedFile:  # noqa: B008 - a constant
    (found,) = queued_files([made], {made.form: slot})
    return found._replace(**changes)  # type: ignore[arg-type]  # the caller names its fields


@pytest.mark.parametrize(
    ("queued", "expected"),
    [
        (file(insertion()), "next"),
        (file(insertion(), trouble="5 jobs were created"), "waits: 5 jobs were created"),
        (file(insertion(), behind=2), "waits: 2 files for this form before it"),
        (file(insertion(), Slot("Orders")), "waits for the form's slot: Orders is active"),
        (file(insertion(), Slot(ended_badly="Orders")), "held: Orders ended badly"),
        (file(insertion(create=SENT)), "creating the job"),
        (file(insertion(create=DONE, upload=SENT)), "uploading, in another window or process"),
        (
            file(insertion(create=DONE, upload=SENT), sent=250_000, rate=50_000.0),
            "0.2 of 1.0 MB, 0.1 MB/s, 15s left",
        ),
        (
            file(insertion(create=DONE, upload=SENT), sent=1_000_000, rate=50_000.0),
            "1.0 of 1.0 MB, waits for Zoho's answer",
        ),
        (file(insertion(create=DONE)), "job created; the upload comes next"),
        (file(insertion(create=DONE, upload=DONE)), "uploaded; the start comes next"),
        (
            file(insertion(create=LOST)),
            "unclear: a job may exist, and the form be busy, for up to 3 h",
        ),
        (file(insertion(create=DONE, upload=LOST)), "unclear: the job may have the file"),
        (file(insertion(create=SENT.ended_by(BusyError("Busy")))), "tries again: Busy"),
        (file(insertion(create=SENT.ended_by(RefusedError("No")))), "stopped: No"),
        (file(insertion(create=SENT.ended_by(NO))), "create refused: No"),
        (
            file(insertion(create=DONE, upload=SENT.ended_by(NO))),
            "upload refused: No",
        ),
    ],
)
def test_where_a_file_stands(queued: QueuedFile, expected: str) -> None:
    assert queue.said(queued) == expected
    for glyphs in (UNICODE, ASCII):
        for width in (60, 80, 120):
            drawn = queue.line(queued, glyphs, width)
            assert line_width(drawn) == width
    assert expected[:20] in text(queue.line(queued, UNICODE, 120))


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_those_that_need_the_user_come_first_and_the_rest_is_counted(glyphs: Glyphs) -> None:
    files = [file(insertion(str(number)), behind=number) for number in range(4)]
    files.append(file(insertion("bad", create=LOST)))
    assert [it.stage for it in files][-1] is Stage.UNCLEAR
    lines = [text(line) for line in queue.lines(files, glyphs, 120, 3)]
    assert "File bad" in lines[0]
    assert lines[2].strip() == "and 3 more files in the queue"
    assert len(queue.lines(files, glyphs, 120, 5)) == 5
    assert queue.lines([], glyphs, 120, 5) == []


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
    tries = DONE._replace(outcome=Outcome.REFUSED, error=BusyError("Too many calls"))
    created = queued_files([insertion(create=DONE, job_id="3888833000000114027")])
    again = queued_files([insertion(create=tries)])
    for file in (uploaded(None), *created, *again):
        asked = " ".join(questions.go_on(file).paragraphs)
        assert not file.stage.needs_user
        assert "refused" not in asked
