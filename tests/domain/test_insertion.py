"""Where an insertion stands, by what is recorded of its steps."""

import pytest

from tests.support.insertions import OTHER_FORM, insertion
from tests.support.jobs import NOW
from zcbulk_tui.domain.control import Outcome
from zcbulk_tui.domain.insertion import (
    Insertion,
    Slot,
    Stage,
    Step,
    StepRecord,
    firsts,
    interrupted,
    passes,
    queued_files,
    same_form,
    stage,
)
from zcbulk_tui.errors import (
    Answer,
    BusyError,
    DataError,
    QuotaSpentError,
    RefusedError,
    SignInError,
    UnclearError,
    UndocumentedError,
    UnreachableError,
    UsageError,
    ZcbulkError,
)

SENT = StepRecord(NOW)
DONE = StepRecord(NOW, Outcome.ACCEPTED)
LOST = SENT.ended_by(UnclearError("No answer"))
NO = SENT.ended_by(UndocumentedError("No", answer=Answer(409, 99005, "busy")))
LATER = SENT.ended_by(BusyError("Too many calls"))


@pytest.mark.parametrize(
    ("made", "slot", "expected"),
    [
        (insertion(), Slot(), Stage.WAITS),
        (insertion(), Slot(taken_by="Orders"), Stage.WAITS),
        (insertion(), Slot(ended_badly="Orders"), Stage.HELD),
        (insertion(goes_on=True), Slot(ended_badly="Orders"), Stage.WAITS),
        (insertion(), Slot("Orders", "Orders"), Stage.WAITS),
        (insertion(create=SENT), Slot(), Stage.SENDING),
        (insertion(create=LOST), Slot(), Stage.UNCLEAR),
        (insertion(create=NO), Slot(), Stage.REFUSED),
        (insertion(create=LATER), Slot(), Stage.TRIES_AGAIN),
        (insertion(create=DONE), Slot(ended_badly="Orders"), Stage.CREATED),
        (insertion(create=DONE, upload=SENT), Slot(), Stage.SENDING),
        (insertion(create=DONE, upload=LOST), Slot(), Stage.UNCLEAR),
        (insertion(create=DONE, upload=NO), Slot(), Stage.REFUSED),
        (insertion(create=DONE, upload=LATER), Slot(), Stage.TRIES_AGAIN),
        (insertion(create=DONE, upload=DONE), Slot(), Stage.UPLOADED),
        (insertion(create=LOST, is_over=True), Slot(), Stage.OVER),
    ],
)
def test_where_it_stands(made: Insertion, slot: Slot, expected: Stage) -> None:
    assert stage(made, slot) is expected


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (UnreachableError("No connection"), True),
        (BusyError("Too many"), True),
        (SignInError("No token"), True),
        (QuotaSpentError("No calls"), True),
        (RefusedError("Early", answer=Answer(400, 11350, "not complete")), True),
        (RefusedError("No", answer=Answer(400, 11340, "wrong state")), False),
        (UnclearError("Lost"), False),
        (DataError("The file has changed"), False),
        (None, False),
    ],
)
def test_only_what_proves_that_nothing_happened_passes(
    error: ZcbulkError | None, expected: bool
) -> None:
    assert passes(error) is expected


@pytest.mark.parametrize("step", Step)
def test_an_interrupted_step_is_unclear(step: Step) -> None:
    known = interrupted(SENT, step)
    assert known.is_unclear
    assert "may" in str(known.error)


@pytest.mark.parametrize(
    ("made", "released"),
    [
        (insertion(create=LOST), insertion(goes_on=True)),
        (insertion(create=NO), insertion(goes_on=True)),
        (insertion(create=DONE, upload=LOST), insertion(create=DONE, goes_on=True)),
        (insertion(create=SENT), insertion(create=SENT, goes_on=True)),
        (insertion(create=DONE, upload=DONE), insertion(create=DONE, upload=DONE, goes_on=True)),
    ],
)
def test_who_lets_it_go_on_lets_the_last_step_be_sent_again(
    made: Insertion, released: Insertion
) -> None:
    assert made.released() == released


def test_of_each_form_the_first_that_is_not_over_has_its_turn() -> None:
    queue = [
        insertion("over", is_over=True),
        insertion("one"),
        insertion("other", OTHER_FORM),
        insertion("two"),
    ]
    assert [it.key for it in firsts(queue)] == ["one", "other"]


def test_those_behind_wait_whatever_has_become_of_the_first() -> None:
    files = queued_files([insertion("one", create=LOST), insertion("two")])
    assert [(it.stage, it.behind) for it in files] == [(Stage.UNCLEAR, 0), (Stage.WAITS, 1)]


def test_only_what_waits_changes_places() -> None:
    queue = [insertion("one", create=DONE), insertion("two"), insertion("three")]
    assert [it.key for it in same_form(queue, "three")] == ["two", "three"]
    assert same_form(queue, "gone") == []
    with pytest.raises(UsageError):
        same_form(queue, "one")
