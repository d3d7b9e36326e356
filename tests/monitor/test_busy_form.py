"""The queue where a probe has found how a form with an active job is refused a second one."""

import asyncio

import pytest

from tests.monitor.insert_stage import QueueStage, S
from tests.support.contracts import contract_of
from tests.support.insertions import FORM, insertion
from tests.support.jobs import watched
from tests.support.virtual_time import run_virtual
from zcbulk_tui.domain.contract import Contract, Question
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.insertion import Stage as Where
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.domain.windows import Recalled
from zcbulk_tui.errors import (
    Answer,
    FormBusyError,
    RefusedError,
    UndocumentedError,
    ZcbulkError,
)

pytestmark = pytest.mark.usefixtures("alone")

NO = UndocumentedError("Zoho refused it", answer=Answer(400, 12345, "Form is busy"))


@pytest.fixture(autouse=True)
def files_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """The files of these tests are names only."""
    monkeypatch.setattr("zcbulk_tui.monitor.insert_steps._why_not_uploaded", lambda _: None)


def knows_busy(answered: str) -> Contract:
    """What a probe has found that says so of a create call on a busy form."""
    return contract_of((Question.OUT_OF_TURN, {"create on a busy form": answered}))


def test_a_form_that_is_known_to_be_busy_is_asked_again_at_long_intervals(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("zcbulk_tui.monitor.insert_queue.TICK", 10.0)  # for it goes on long

    async def scene() -> QueueStage:
        stage = QueueStage(insertion("one"), insertion("two"), contract=knows_busy("400/12345"))
        stage.inserting.create_answers.extend([NO, NO, NO])
        async with stage.working():
            for tries, seconds in ((1, 280), (2, 600), (3, 1200)):
                await asyncio.sleep(seconds)
                assert stage.stages() == [Where.TRIES_AGAIN, Where.WAITS]
                assert stage.inserting.names() == ["create"] * tries
            error = stage.queue.error_of(stage.found("one"))
            assert isinstance(error, FormBusyError)
            assert "Form is busy" in error.cause
            await asyncio.sleep(60)
        return stage

    assert run_virtual(scene()).inserting.names() == ["create"] * 4 + ["upload", "start"]


def test_a_form_whose_job_is_watched_meanwhile_is_not_asked_again() -> None:
    async def scene() -> QueueStage:
        stage = QueueStage(insertion("one"), contract=knows_busy("400/12345"))
        stage.inserting.create_answers.append(NO)
        async with stage.working():
            await asyncio.sleep(60)
            other = watched("3888833000000999999")
            assert FormRef.of(other.ref) == FORM
            stage.inserting.script(other.ref.job_id, S.IN_PROGRESS)
            stage.monitor.watch([Recalled(JobSnapshot(other))])
            await asyncio.sleep(600)
            assert stage.stages() == [Where.WAITS]
        return stage

    assert run_virtual(scene()).inserting.names() == ["create"]


@pytest.mark.parametrize(
    ("known", "error"),
    [
        ("accepted", NO),
        ("409/12345", NO),
        ("400/12345", RefusedError("No", answer=Answer(400, 12345))),
        ("400/12345", UndocumentedError("No", answer=Answer(400, 12345, from_zoho=False))),
        ("400/None", UndocumentedError("No", answer=Answer(400))),
        ("400/12345", UndocumentedError("No")),
    ],
    ids=["accepted", "other status", "documented", "in between", "no code", "no answer"],
)
def test_of_no_other_refusal_it_is_said_that_the_form_is_busy(
    known: str, error: ZcbulkError
) -> None:
    async def scene() -> QueueStage:
        stage = QueueStage(insertion(), contract=knows_busy(known))
        stage.inserting.create_answers.append(error)
        async with stage.working():
            await asyncio.sleep(400)
        return stage

    stage = run_virtual(scene())
    assert stage.stages() == [Where.REFUSED]
    assert stage.inserting.names() == ["create"]
